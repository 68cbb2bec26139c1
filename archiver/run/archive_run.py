"""The run as a whole: it opens the archive, counts articles in the ledger, and makes the report."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, NotConfigured
from scrapy.settings import BaseSettings

from archiver import options
from archiver.errors import BadArgument, Deferred, StorageError
from archiver.fetch.abort import ABORT
from archiver.fetch.handler import PROXIED
from archiver.fetch.proxies import refuse_unusable
from archiver.fetch.retry import Retries
from archiver.fetch.robots import Robots
from archiver.fetch.site import site_of
from archiver.items import Article
from archiver.publish.jekyll.site import open_site
from archiver.run import drift, origins
from archiver.run.archiving import archives
from archiver.run.doubts import Doubts
from archiver.run.exports import Exports, is_of_exporter
from archiver.run.ledger import ENDS, Ledger, Tally
from archiver.run.reading import Reader
from archiver.run.report import Report
from archiver.sites.profile import Profile
from archiver.storage.archive import Archive
from archiver.storage.files import REPORT
from archiver.storage.quarantine import Limits
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
        self.seen += record.exc_info is not None and not is_of_exporter(record)

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
        self.reader = Reader(
            crawler.settings.getfloat("ARCHIVER_PAGE_SECONDS"),
            crawler.settings.getint("ARCHIVER_PAGE_ELEMENTS"),
        )
        self.max_held = crawler.settings.getint("ARCHIVER_HELD_BYTES")
        self.site_url = site_url(crawler.settings, site)
        self.ledger = Ledger(archive.catalogue, now, schedule, site.name)
        self.report: Report | None = None
        self.storage_error: StorageError | None = None
        self.usage_error = ""
        self.exports = Exports(crawler)
        self.doubts = Doubts()
        self.drift: list[str] = []
        """Signs that the site changed, a sentence each."""
        self._crawler = crawler
        self._began = time.monotonic()
        self._internal_errors = 0
        self._bugs = _Bugs()
        self._closing: asyncio.Future[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        if not archives(crawler):
            raise NotConfigured
        site = site_of(crawler)
        now = datetime.now(UTC)
        if refuse_arguments := getattr(crawler.spider, "refuse_arguments", None):
            refuse_arguments()
        options.check_run(crawler.settings, now)
        refuse_unusable(crawler.settings, site.origins)
        attempts, days = map(crawler.settings.getint, ("ARCHIVER_RETRY_ATTEMPTS", "ARCHIVER_RETRY_DAYS"))
        schedule = Schedule(attempts, days)
        archive = open_site(Path(crawler.settings["ARCHIVER_OUTPUT"]).absolute(), site.fixed_categories)
        try:
            _claim(archive, site)
        except BaseException:
            archive.close()
            raise
        archive.catalogue.quarantine.limits = _limits(crawler.settings)
        run = cls(crawler, site, archive, now, schedule)
        crawler.signals.connect(run.check_exports, signals.spider_opened)
        crawler.signals.connect(run.close, signals.spider_closed)
        crawler.signals.connect(run.item_dropped, signals.item_dropped)
        crawler.signals.connect(run.internal_error, signals.spider_error)
        crawler.signals.connect(run.internal_error, signals.item_error)
        crawler.signals.connect(_forget_frames, signals.item_dropped)
        crawler.signals.connect(run.reader.close, ABORT)
        return run

    @classmethod
    def of(cls, crawler: Crawler) -> Self:
        """Raises NotConfigured if the archive is not open, for example in ``scrapy shell``."""
        run = crawler.get_extension(cls)
        if run is None:
            raise NotConfigured(f"{cls.__name__} is not in EXTENSIONS, or a command only tries a page")
        return run

    @property
    def tally(self) -> Tally:
        return self.ledger.tally

    def count(self, name: str, by: int = 1) -> None:
        """Increases the crawl statistic ``archive/<name>``."""
        self._crawler.stats.inc_value(f"archive/{name}", by)

    def count_overridden(self) -> None:
        """Counts an article in another charset than it declares."""
        self.count("encoding/overridden")

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

    def refuse(self, why: BadArgument) -> NoReturn:
        """Ends the run because of an argument that only the site shows to be wrong. Raises CloseSpider."""
        self.usage_error = str(why)
        raise CloseSpider("usage")

    def check_exports(self) -> None:
        """Ends the run before the first request if an export is not possible. Raises CloseSpider."""
        if self.exports.obstacle():
            raise CloseSpider("export_failed")

    def item_dropped(self, item: Any, exception: BaseException) -> None:
        """A pipeline of the user dropped an article; the archiver's own have recorded its result before."""
        if isinstance(item, Article):
            with suppress(CloseSpider), self.storing():
                self.ledger.dropped(item.id, str(exception))

    def internal_error(self, failure: Any) -> None:
        """Counts a bug in a callback or pipeline. Scrapy has logged it; the run must not exit with 0."""
        if not failure.check(CloseSpider):
            self._internal_errors += 1

    async def close(self, reason: str) -> None:
        """Closes the archive when the exports are written. Extensions that read the statistics at the end of
        the spider, like Spidermon, find them already."""
        doubts = self._doubts()
        self._close_ledger(reason)
        self._set_stats(self._make_report(reason, doubts))
        await self.exports.wait()
        self.finish(reason, doubts)

    def finish(self, reason: str, doubts: dict[str, int] | None = None) -> Report:
        """Closes the ledger and the archive once, and returns the report, also if the disk fails."""
        if self.report is None:
            self.reader.close()
            doubts = self._doubts() if doubts is None else doubts
            export_error = self.exports.error()
            self._close_ledger(reason)
            try:
                content = self._make_report(reason, doubts, export_error).as_json()
                self.archive.tree.publish(REPORT, content.encode("utf-8", "backslashreplace"))
                self.archive.close(clean=self.storage_error is None and not self.writer.is_busy)
            except StorageError as exc:
                self.storage_error = self.storage_error or exc
            self.report = self._make_report(reason, doubts, export_error)
            self._set_stats(self.report)
            self._bugs.close()
            self.exports.close()
        return self.report

    def _close_ledger(self, reason: str) -> None:
        why = Deferred("internal" if reason == "finished" else "interrupted")
        try:
            if not self.storage_error:
                self.ledger.close(why)
                self._compare_origins()
        except StorageError as exc:
            self.storage_error = exc
        self.ledger.abandon(Deferred("storage"))

    def _compare_origins(self) -> None:
        robots = self._crawler.get_downloader_middleware(Robots)
        if robots:
            found = origins.newly_forbidden(self.archive, self.site, robots.allowed, robots.forbidden)
            self.drift += [sentence for sentence in found if sentence not in self.drift]
            origins.remember(self.archive, robots.allowed, self.ledger.now)

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
        doubts = {
            name.removeprefix("archive/"): n for name, n in stats.items() if name.startswith("archive/")
        }
        not_kept = self.archive.catalogue.quarantine.not_kept
        return doubts | ({"quarantine/full": not_kept} if not_kept else {})

    def _no_network(self) -> str:
        retries = self._crawler.get_downloader_middleware(Retries)
        return retries.first_contact.sentence if retries else ""

    def _make_report(self, reason: str, doubts: dict[str, int], export_error: str = "") -> Report:
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
            doubtful=self.doubts,
            proxies=tuple(sorted(n.removeprefix(PROXIED) for n in stats if n.startswith(PROXIED))),
            export_error=export_error,
            usage_error=self.usage_error,
            no_network=self._no_network(),
            limit=getattr(self._crawler.spider, "limit", None),
            drift=(*self.drift, *drift.of_articles(tally)),
            without_file=tuple(self.archive.without_file),
        )


def _forget_frames(exception: BaseException) -> None:
    """Scrapy's frame that handles a dropped item refers to the exception, and the traceback of the exception
    refers to the frame. This circle would keep the response in memory."""
    exception.__traceback__ = None


def _limits(settings: BaseSettings) -> Limits:
    return Limits(
        settings.getint("ARCHIVER_QUARANTINE_RECORD"),
        settings.getint("ARCHIVER_QUARANTINE_BYTES"),
        settings.getint("ARCHIVER_QUARANTINE_RECORDS"),
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
    archive.catalogue.claim(site.namespace, site.name, site)


def site_url(settings: BaseSettings, site: Profile) -> str:
    """The address of the published archive, for footers; it always ends with a slash. That of the profile
    counts, unless the user set another one."""
    said = settings["ARCHIVER_SITE_URL"]
    is_set = said != options.OPTIONS["ARCHIVER_SITE_URL"].default
    return str(said if is_set else site.site_url or said).rstrip("/") + "/"
