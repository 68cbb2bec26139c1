"""The exports that the user asked for (``-o``, ``FEEDS``): whether each one was written."""

from __future__ import annotations

import asyncio
import logging
import os
from pathlib import Path
from typing import Any

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.extensions.feedexport import FeedExporter, FeedSlot, FileFeedStorage

from archiver.fetch.abort import ABORT

_LOGGERS = ("scrapy.extensions.feedexport", "scrapy.utils.signal")


class Exports(logging.Handler):
    """Collects what fails in Scrapy's ``FeedExporter``, which only logs it."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(logging.ERROR)
        self._crawler = crawler
        self._expected = bool(crawler.settings["FEEDS"] or crawler.settings["FEED_URI"])
        self._closed = asyncio.Event()
        self._aborted = asyncio.Event()
        self._written: list[FeedSlot] = []
        self._why = ""
        """The first failure."""
        self._obstacle = ""
        crawler.signals.connect(self._slot_closed, signals.feed_slot_closed)
        crawler.signals.connect(self._all_closed, signals.feed_exporter_closed)
        crawler.signals.connect(self._abort, ABORT)
        for name in _LOGGERS if self._expected else ():
            logging.getLogger(name).addHandler(self)

    def obstacle(self) -> str:
        """Why an export is not possible at all, one sentence; called before the first request."""
        if self._expected and self._exporter is None:
            self._obstacle = (
                f"the export to {self._names()} is not possible: Scrapy does not know such an address or "
                "format, or a library for it is missing (the log names it); nothing was requested"
            )
        for slot in self._exporter.slots if self._exporter else ():
            if isinstance(slot.storage, FileFeedStorage) and (why := _obstacle(Path(slot.storage.path))):
                self._obstacle = (
                    f"the export to {slot.storage.path} is not possible: {why}; nothing was requested"
                )
        return self._obstacle

    @property
    def _exporter(self) -> FeedExporter | None:
        return self._crawler.get_extension(FeedExporter)

    def emit(self, record: logging.LogRecord) -> None:
        if record.name == _LOGGERS[0] or is_of_exporter(record):
            error = record.exc_info[1] if record.exc_info else None
            self._why = self._why or (f"{type(error).__name__}: {error}" if error else record.getMessage())

    async def wait(self) -> None:
        """Waits until each export is written, or has failed. When the run is stopped, an upload has
        ``ARCHIVER_STOP_SECONDS`` left."""
        if not self._exporter:
            return
        events = [asyncio.ensure_future(event.wait()) for event in (self._closed, self._aborted)]
        await asyncio.wait(events, return_when=asyncio.FIRST_COMPLETED)
        if not self._closed.is_set():
            seconds = self._crawler.settings.getfloat("ARCHIVER_STOP_SECONDS")
            await asyncio.wait(events[:1], timeout=seconds)
        for event in events:
            event.cancel()

    def error(self) -> str:
        """One sentence; empty if every export is complete."""
        exporter = self._exporter
        if self._obstacle or not exporter:
            return self._obstacle
        if not self._closed.is_set():
            return f"the export to {self._names()} is not complete, because the run was stopped"
        missing = any(_is_due(slot) and slot not in self._written for slot in exporter.slots)
        stats = self._crawler.stats.get_stats()
        if self._why or missing or any(name.startswith("feedexport/failed_count/") for name in stats):
            why = _without_password(self._why or "it could not be opened")
            return f"the export to {self._names()} is not complete: {why}"
        return ""

    def close(self) -> None:
        for name in _LOGGERS:
            logging.getLogger(name).removeHandler(self)
        super().close()

    def _names(self) -> str:
        feeds = self._crawler.settings.getdict("FEEDS") or {self._crawler.settings["FEED_URI"]: {}}
        return ", ".join(_without_password(str(uri)) for uri in feeds)

    def _slot_closed(self, slot: FeedSlot) -> None:
        self._written.append(slot)

    def _all_closed(self) -> None:
        self._closed.set()

    def _abort(self) -> None:
        self._aborted.set()


def is_of_exporter(record: logging.LogRecord) -> bool:
    """Whether the error comes from a signal receiver of Scrapy's exporter."""
    receiver: Any = record.args.get("receiver") if isinstance(record.args, dict) else None
    return isinstance(getattr(receiver, "__self__", None), FeedExporter)


def _is_due(slot: FeedSlot) -> bool:
    """Whether the exporter writes a file for the slot."""
    return bool(slot.itemcount or (slot.store_empty and slot.batch_id == 1))


def _obstacle(path: Path) -> str:
    """Why a file cannot be written there; empty if it seems possible. Writes nothing."""
    if path.is_dir():
        return "it is a folder"
    nearest = next(place for place in (path, *path.absolute().parents) if place.exists())
    if nearest != path and not nearest.is_dir():
        return f"{nearest} is not a folder"
    return "" if os.access(nearest, os.W_OK) else f"{nearest} may not be written"


def _without_password(text: str) -> str:
    """The text without the credentials of an address in it."""
    words = text.split(" ")
    return " ".join(_host_only(word) if "@" in word and "://" in word else word for word in words)


def _host_only(address: str) -> str:
    start, _, rest = address.partition("://")
    return f"{start}://{rest.rpartition('@')[2]}"
