"""What accompanies a whole run: the opened archive with its ledger, and the progress bar."""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, NotConfigured
from scrapy.settings import BaseSettings
from tqdm import tqdm
from tqdm.contrib import DummyTqdmFile

from archiver.errors import Deferred, StorageError
from archiver.report import Report
from archiver.sites.profile import Profile
from archiver.storage.archive import Archive
from archiver.storage.files import STATE
from archiver.storage.ledger import Ledger, Tally

log = logging.getLogger(__name__)

REPORT = f"{STATE}/report.json"


class ArchiveRun:
    """Opens the archive before the first request, keeps the run's ledger, reports at its end."""

    def __init__(self, crawler: Crawler, site: Profile, archive: Archive) -> None:
        self.site = site
        self.archive = archive
        self.site_url = site_url(crawler.settings)
        self.ledger = Ledger(archive, datetime.now(UTC))
        self.report: Report | None = None
        self.storage_error: StorageError | None = None
        self._crawler = crawler
        self._began = time.monotonic()
        self._internal_errors = 0
        self._closing: asyncio.Future[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        site = getattr(crawler.spider, "site", None)
        if not isinstance(site, Profile):
            raise NotConfigured("no spider of the archiver")
        fixed = {family.category.casefold(): family.tag for family in site.families if not family.by_source}
        archive = Archive(Path(crawler.settings["ARCHIVER_OUTPUT"]).absolute(), fixed)
        run = cls(crawler, site, archive)
        crawler.signals.connect(run.spider_closed, signals.spider_closed)
        crawler.signals.connect(run.internal_error, signals.spider_error)
        crawler.signals.connect(run.internal_error, signals.item_error)
        return run

    @classmethod
    def of(cls, crawler: Crawler) -> Self:
        """Raises NotConfigured where no spider of the archiver runs, as in ``scrapy shell``."""
        run = crawler.get_extension(cls)
        if run is None:
            raise NotConfigured(f"{cls.__name__} is not among the EXTENSIONS, or has no spider of ours")
        return run

    @property
    def tally(self) -> Tally:
        return self.ledger.tally

    def count(self, name: str, by: int = 1) -> None:
        """Adds to ``archive/<name>`` of the crawl's statistics."""
        self._crawler.stats.inc_value(f"archive/{name}", by)

    @contextmanager
    def storing(self) -> Iterator[None]:
        """Whatever touches the archive in a callback or pipeline: the first failure stops the whole run."""
        if self.storage_error:
            raise CloseSpider("storage_failed")
        try:
            yield
        except StorageError as exc:
            self.storage_error = exc
            log.error("the archive cannot be written, stopping: %s", exc)
            self._closing = asyncio.ensure_future(
                self._crawler.engine.close_spider_async(reason="storage_failed")
            )
            raise CloseSpider("storage_failed") from exc

    def internal_error(self, failure: Any) -> None:
        """A bug in a callback or pipeline: Scrapy has logged it, the run must not look well."""
        if not failure.check(CloseSpider):
            self._internal_errors += 1

    def spider_closed(self, reason: str) -> None:
        try:
            self._close_books(reason)
            report = self._make_report(reason)
            self.archive.tree.publish(REPORT, report.as_json().encode())
        except StorageError as exc:
            self.storage_error = self.storage_error or exc
            report = self._make_report(reason)
        self.report = report
        self.archive.close()
        for name, count in report.as_dict().items():
            if isinstance(count, int) and name in ("listed", *report.tally.ends):
                self._crawler.stats.set_value(f"archive/{name}", count)
        for reason_name, count in report.tally.reasons.items():
            self._crawler.stats.set_value(f"archive/{reason_name}", count)
        self._crawler.stats.set_value("archive/exit_status", int(report.status))

    def _close_books(self, reason: str) -> None:
        if self.storage_error:
            self.ledger.abandon(Deferred("storage"))
        else:
            self.ledger.close(Deferred("internal" if reason == "finished" else "interrupted"))

    def _make_report(self, reason: str) -> Report:
        stats = self._crawler.stats.get_stats()
        doubts = {
            name.removeprefix("archive/"): count
            for name, count in stats.items()
            if name.startswith("archive/")
        }
        assert self._crawler.spider
        return Report(
            spider=self._crawler.spider.name,
            site=self.site.name,
            root=str(self.archive.root),
            tally=self.tally,
            allowance=self._crawler.settings.getfloat("ARCHIVER_QUARANTINE_ALLOWANCE"),
            seconds=time.monotonic() - self._began,
            requests=stats.get("downloader/request_count", 0),
            bytes=stats.get("downloader/response_bytes", 0),
            finish_reason=reason,
            storage_error=str(self.storage_error or ""),
            internal_errors=self._internal_errors,
            doubts=doubts,
        )


def site_url(settings: BaseSettings) -> str:
    """The address in footers, always with a slash at its end."""
    return str(settings["ARCHIVER_SITE_URL"]).rstrip("/") + "/"


class Progress:
    """A bar on a terminal: articles done of those listed; silent where stderr is no terminal."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._open = ExitStack()
        self._bar: tqdm[Any] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        if not (crawler.settings.getbool("ARCHIVER_PROGRESS") and sys.stderr.isatty()):
            raise NotConfigured
        progress = cls(crawler)
        crawler.signals.connect(progress.start, signals.spider_opened)
        crawler.signals.connect(progress.stop, signals.spider_closed)
        for signal in (signals.response_received, signals.item_scraped, signals.item_dropped):
            crawler.signals.connect(progress.show, signal)
        return progress

    def start(self) -> None:
        for handler in logging.root.handlers:
            if isinstance(handler, logging.StreamHandler) and handler.stream is sys.stderr:
                self._open.callback(handler.setStream, sys.stderr)
                handler.setStream(DummyTqdmFile(sys.stderr))  # lines go above the bar
        self._bar = self._open.enter_context(
            tqdm(unit=" articles", dynamic_ncols=True, leave=False, file=sys.stderr, total=0)
        )

    def show(self) -> None:
        if self._bar is None:
            return
        tally = ArchiveRun.of(self._crawler).tally
        self._bar.total = tally.listed
        self._bar.set_postfix(
            new=tally.ends["posted"], failed=tally.ends["quarantined"] + tally.ends["deferred"], refresh=False
        )
        self._bar.update(sum(tally.ends.values()) - self._bar.n)

    def stop(self) -> None:
        self._open.close()
