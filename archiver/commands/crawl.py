"""``finews crawl``: Scrapy's command, with an exit status for each way in which a run can end."""

from __future__ import annotations

import argparse
import asyncio
import gc
import logging
import sys

from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.crawler import Crawler
from scrapy.exceptions import UsageError

from archiver import options
from archiver.commands.base import ArchiverCommand
from archiver.errors import BadArgument, StorageError
from archiver.run.archive_run import ArchiveRun
from archiver.run.status import Status
from archiver.terminal import tell, traceback_of

log = logging.getLogger(__name__)


class Command(ArchiverCommand, ScrapyCrawl):
    requires_project = True
    requires_crawler_process = True
    example = "category -a site=eastmoney -a category=350 -a limit=20"

    def syntax(self) -> str:
        return "[options] <spider>"

    def short_desc(self) -> str:
        return "Run a spider: category or share"

    def long_desc(self) -> str:
        return (
            "Run a spider. category archives what the category pages of a site list; its arguments are site, "
            "category, since, until and limit. With feed (the address of a feed or sitemap) and source it "
            "needs no site. share archives single articles; its arguments are site, and infocode, url or "
            "file. docs/exit-status.md explains the exit status."
        )

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Checks the settings before Scrapy sets up its log, which fails with some of them."""
        super().process_options(args, opts)
        try:
            assert self.settings
            options.apply(self.settings)
        except BadArgument as exc:
            self.end(exc)
            sys.exit(self.exitcode)

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        assert self.crawler_process
        spiders = self.crawler_process.spider_loader.list()
        if len(args) != 1 or args[0] not in spiders:
            raise BadArgument(f"write the name of one spider: {' or '.join(spiders)}")
        crawler = self.crawler_process.create_crawler(args[0])
        _collect_less()
        task = self.crawler_process.crawl(crawler, **opts.spargs)
        self.crawler_process.start()
        assert isinstance(task, asyncio.Task), "the archiver runs on the asyncio reactor"
        failure = task.exception() if task.done() and not task.cancelled() else None
        if failure:
            self._explain(failure)
        else:
            self.exitcode = _report(crawler)

    def end(self, error: BadArgument | StorageError) -> None:
        super().end(error)
        if self.settings and self.settings["LOG_FILE"]:  # Scrapyd shows the log, and not stderr
            log.error("the run could not start: %s", error)

    def _explain(self, failure: BaseException) -> None:
        """Why the run could not start."""
        match failure:
            case UsageError():
                self.end(BadArgument(str(failure)))
            case BadArgument() | StorageError():
                self.end(failure)
            case _:
                tell(traceback_of(failure))
                self.exitcode = Status.COULD_NOT_START


def _collect_less() -> None:
    """A crawl makes few reference cycles, and the objects of the start-up stay (docs/performance.md)."""
    gc.freeze()
    gc.set_threshold(50_000, 50, 50)


def _report(crawler: Crawler) -> Status:
    run = crawler.get_extension(ArchiveRun)
    if run is None or run.report is None:
        tell("the run ended without a report")
        return Status.BROKEN
    text, status = run.report.as_text(), run.report.status
    if crawler.settings["LOG_FILE"]:
        shown = logging.getLevelNamesMapping().get(str(crawler.settings["LOG_LEVEL"]).upper(), logging.INFO)
        for line in text.splitlines():
            log.log(shown, "%s", line)
    if status or crawler.settings["ARCHIVER_REPORT"] == "always":
        tell(text)
    return status
