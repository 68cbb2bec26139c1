"""The run as a whole: it opens the archive, counts articles in the ledger, and makes the report."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, NotConfigured
from scrapy.settings import BaseSettings

from archiver import options
from archiver.errors import BadArgument, Deferred, StorageError
from archiver.fetch.handler import PROXIED
from archiver.fetch.proxies import refuse_unusable
from archiver.fetch.site import site_of
from archiver.publish.jekyll.site import open_site
from archiver.run import drift
from archiver.run.ledger import ENDS, Ledger, Tally
from archiver.run.report import Report
from archiver.sites.profile import Profile
from archiver.storage.archive import Archive
from archiver.storage.files import REPORT
from archiver.storage.schedule import Schedule
from archiver.storage.writer import Writer

log = logging.getLogger(__name__)


class _Bugs(logging.Handler):
    """Counts exceptions that Scrapy logs but reports by no signal.

    They come from signal handlers and from a pipeline's ``close_spider`` (faults S28).
    """

    LOGGERS = ("scrapy.core.engine", "scrapy.utils.signal")

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.seen = 0
        for name in self.LOGGERS:
            logging.getLogger(name).addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        self.seen += record.exc_info is not None

    def close(self) -> None:
        for name in self.LOGGERS:
            logging.getLogger(name).removeHandler(self)
        super().close()


class ArchiveRun:
    """Opens the archive before the first request, keeps the ledger of the run, and reports at the end."""

    def __init__(
        self, crawler: Crawler, site: Profile, archive: Archive, now: datetime, schedule: Schedule
    ) -> None:
        self.site = site
        self.archive = archive
        self.writer = Writer(archive)
        self.site_url = site_url(crawler.settings)
        self.ledger = Ledger(archive.catalogue, now, schedule, site.name)
        self.report: Report | None = None
        self.storage_error: StorageError | None = None
        self.drift: list[str] = []
        """Signs that the site changed, a sentence each."""
        self._crawler = crawler
        self._began = time.monotonic()
        self._internal_errors = 0
        self._bugs = _Bugs()
        self._closing: asyncio.Future[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        site = site_of(crawler)
        now = datetime.now(UTC)
        options.check_run(crawler.settings, now)
        refuse_unusable(crawler.settings, site.origins)
        fixed = {family.category.casefold(): family.tag for family in site.families if not family.by_source}
        attempts, days = map(crawler.settings.getint, ("ARCHIVER_RETRY_ATTEMPTS", "ARCHIVER_RETRY_DAYS"))
        schedule = Schedule(attempts, days)
        archive = open_site(Path(crawler.settings["ARCHIVER_OUTPUT"]).absolute(), fixed)
        try:
            _claim(archive, site)
        except BaseException:
            archive.close()
            raise
        run = cls(crawler, site, archive, now, schedule)
        crawler.signals.connect(run.finish, signals.spider_closed)
        crawler.signals.connect(run.internal_error, signals.spider_error)
        crawler.signals.connect(run.internal_error, signals.item_error)
        return run

    @classmethod
    def of(cls, crawler: Crawler) -> Self:
        """Raises NotConfigured if no spider of the archiver is running, for example in ``scrapy shell``."""
        run = crawler.get_extension(cls)
        if run is None:
            raise NotConfigured(f"{cls.__name__} is not in EXTENSIONS, or the spider has no profile")
        return run

    @property
    def tally(self) -> Tally:
        return self.ledger.tally

    def count(self, name: str, by: int = 1) -> None:
        """Increases the crawl statistic ``archive/<name>``."""
        self._crawler.stats.inc_value(f"archive/{name}", by)

    @contextmanager
    def storing(self) -> Iterator[None]:
        """Wraps every use of the archive in a callback or pipeline: the first StorageError stops the run."""
        if self.storage_error:
            raise CloseSpider("storage_failed")
        try:
            yield
        except StorageError as exc:
            if self.storage_error is None:
                self.storage_error = exc
                log.error("the archive cannot be written, so the run stops: %s", exc)
                self._closing = asyncio.ensure_future(
                    self._crawler.engine.close_spider_async(reason="storage_failed")
                )
            raise CloseSpider("storage_failed") from exc

    def internal_error(self, failure: Any) -> None:
        """Counts a bug in a callback or pipeline. Scrapy has logged it; the run must not exit with 0."""
        if not failure.check(CloseSpider):
            self._internal_errors += 1

    def finish(self, reason: str) -> Report:
        """Closes the ledger and the archive once, and returns the report, also if the disk fails."""
        if self.report is None:
            doubts = self._doubts()
            self._close_ledger(reason)
            try:
                content = self._make_report(reason, doubts).as_json()
                self.archive.tree.publish(REPORT, content.encode("utf-8", "backslashreplace"))
                self.archive.close(clean=self.storage_error is None and not self.writer.is_busy)
            except StorageError as exc:
                self.storage_error = self.storage_error or exc
            self.report = self._make_report(reason, doubts)
            self._set_stats(self.report)
            self._bugs.close()
        return self.report

    def _close_ledger(self, reason: str) -> None:
        why = Deferred("internal" if reason == "finished" else "interrupted")
        try:
            if not self.storage_error:
                self.ledger.close(why)
        except StorageError as exc:
            self.storage_error = exc
        self.ledger.abandon(Deferred("storage"))

    def _set_stats(self, report: Report) -> None:
        ends = {end: report.tally.ends[end] for end in ENDS}
        values = {
            "listed": report.tally.listed,
            **ends,
            **report.tally.reasons,
            "exit_status": int(report.status),
        }
        for name, value in values.items():
            self._crawler.stats.set_value(f"archive/{name}", value)

    def _doubts(self) -> dict[str, int]:
        stats = self._crawler.stats.get_stats()
        return {name.removeprefix("archive/"): n for name, n in stats.items() if name.startswith("archive/")}

    def _make_report(self, reason: str, doubts: dict[str, int]) -> Report:
        stats, tally = self._crawler.stats.get_stats(), self.tally
        assert self._crawler.spider
        return Report(
            spider=self._crawler.spider.name,
            site=self.site.name,
            root=str(self.archive.root),
            tally=tally,
            allowance=self._crawler.settings.getfloat("ARCHIVER_QUARANTINE_ALLOWANCE"),
            seconds=time.monotonic() - self._began,
            requests=stats.get("downloader/request_count", 0),
            bytes=stats.get("downloader/response_bytes", 0),
            finish_reason=reason,
            storage_error=str(self.storage_error or ""),
            internal_errors=self._internal_errors + self._bugs.seen,
            doubts=doubts,
            proxies=tuple(sorted(n.removeprefix(PROXIED) for n in stats if n.startswith(PROXIED))),
            drift=tuple(
                filter(None, [*self.drift, drift.unreadable_articles(tally.ends["posted"], tally.reasons)])
            ),
            without_file=tuple(self.archive.without_file),
        )


def _claim(archive: Archive, site: Profile) -> None:
    """Raises BadArgument if the archive has articles of a site whose ids are not this one's.

    An index of version 1 had no namespace. Its listings, or else its open articles, show whose it is.
    """
    if not archive.index.namespace():
        known = archive.index.listings() or [
            address
            for article in archive.index.without_post()
            if (address := article.listed.listing or article.listed.address)
        ]
        if known and not any(map(site.allows, known)):
            raise BadArgument(
                f"the archive {archive.root} was filled by another site ({known[0]}): choose another folder "
                "with -s ARCHIVER_OUTPUT=DIR; its articles were not changed"
            )
    archive.catalogue.claim(site.namespace, site.name)


def site_url(settings: BaseSettings) -> str:
    """The address of the published site, for footers. It always ends with a slash."""
    return str(settings["ARCHIVER_SITE_URL"]).rstrip("/") + "/"
