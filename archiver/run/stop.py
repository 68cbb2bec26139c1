"""Stops the runs of a process on a signal."""

from __future__ import annotations

import asyncio
import signal
from types import FrameType
from typing import Any, ClassVar, Self

from scrapy import signals
from scrapy.crawler import Crawler

from archiver.fetch.abort import ABORT
from archiver.terminal import tell

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class OrderlyStop:
    """SIGINT, SIGTERM and SIGHUP stop the run within seconds; articles and the report are still recorded.

    Without this extension, Scrapy waits for every download, and SIGHUP kills it. A second signal ends the
    downloads at once. SIGHUP stays ignored if the program was started with ``nohup``. All runs of a process
    are stopped together; the process itself is not ended.
    """

    _watching: ClassVar[list[OrderlyStop]] = []
    """The runs of this process that a signal stops."""
    _before: ClassVar[dict[signal.Signals, Any]] = {}
    """The handlers that were installed before the first of these runs."""
    _is_stopping: ClassVar[bool] = False

    def __init__(self, crawler: Crawler, seconds: float) -> None:
        """``seconds``: the time that running downloads may take after the first signal."""
        self._crawler = crawler
        self._seconds = seconds
        self._loop: asyncio.AbstractEventLoop | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        stop = cls(crawler, crawler.settings.getfloat("ARCHIVER_STOP_SECONDS"))
        crawler.signals.connect(stop.watch, signals.engine_started)
        crawler.signals.connect(stop.leave, signals.engine_stopped)
        return stop

    def watch(self) -> None:
        if not callable(signal.getsignal(signal.SIGTERM)):
            return  # a program that uses Scrapy as a library handles signals itself
        if not self._watching:
            self._before.update(self._install())
        self._loop = asyncio.get_running_loop()
        self._watching.append(self)

    def leave(self) -> None:
        if self in self._watching:
            self._watching.remove(self)
        if not self._watching and not self._is_stopping:
            for number, handler in self._before.items():
                signal.signal(number, handler)
            self._before.clear()

    @classmethod
    def _on_signal(cls, number: int, frame: FrameType | None) -> None:
        """Nothing is written here: the interrupted code may be writing to the same stream."""
        is_first = not cls._is_stopping
        cls._is_stopping = True
        if is_first:
            cls._before[signal.SIGTERM](number, frame)
            cls._install()  # in the place of the handlers with which Scrapy now stops without waiting
        for stop in cls._watching:
            stop.end_downloads(at_once=not is_first)

    @classmethod
    def _install(cls) -> dict[signal.Signals, Any]:
        """Installs the handler for every signal that is not ignored, and returns the earlier ones."""
        taken = [number for number in SIGNALS if signal.getsignal(number) != signal.SIG_IGN]
        return {number: signal.signal(number, cls._on_signal) for number in taken}

    def end_downloads(self, *, at_once: bool) -> None:
        assert self._loop
        seconds = 0 if at_once else self._seconds
        if seconds:
            self._loop.call_soon_threadsafe(tell, _announcement(seconds))
        self._loop.call_soon_threadsafe(
            self._loop.call_later, seconds, lambda: self._crawler.signals.send_catch_log(ABORT)
        )


def _announcement(seconds: float) -> str:
    return f"stopping: downloads that are running have {seconds:g} s; a second signal ends them at once"
