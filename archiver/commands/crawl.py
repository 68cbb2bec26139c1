"""``scrapy crawl`` with an exit status that means something."""

from __future__ import annotations

import argparse
import asyncio
import gc
import traceback

from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.crawler import Crawler
from scrapy.exceptions import UsageError

from archiver.errors import BadArgument, StorageError
from archiver.run.archive_run import ArchiveRun
from archiver.run.status import Status
from archiver.storage.lock import Locked
from archiver.terminal import tell


class Command(ScrapyCrawl):
    def long_desc(self) -> str:
        return "Run a spider; what the exit status means is in docs/exit-status.md"

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1:
            raise UsageError("name one spider: scrapy list shows them")
        assert self.crawler_process
        if args[0] not in self.crawler_process.spider_loader.list():
            raise UsageError(f"there is no spider {args[0]!r}: scrapy list shows them")
        crawler = self.crawler_process.create_crawler(args[0])
        _collect_less()
        task = self.crawler_process.crawl(crawler, **opts.spargs)
        self.crawler_process.start()
        assert isinstance(task, asyncio.Task), "the archiver runs on the asyncio reactor"
        failure = task.exception() if task.done() and not task.cancelled() else None
        if failure:
            self.exitcode = _explain(failure)
        else:
            self.exitcode = _report(crawler)


def _collect_less() -> None:
    """A crawl makes few cycles, and what start-up left is no garbage (docs/performance.md)."""
    gc.freeze()
    gc.set_threshold(50_000, 50, 50)


def _explain(failure: BaseException) -> Status:
    """Why the run could not start."""
    if isinstance(failure, BadArgument | UsageError):
        tell(f"scrapy crawl: error: {failure}")
        return Status.USAGE
    if isinstance(failure, StorageError):
        tell(f"scrapy crawl: {failure}")
        return Status.LOCKED if isinstance(failure, Locked) else Status.STORAGE
    traceback.print_exception(failure)
    return Status.COULD_NOT_START


def _report(crawler: Crawler) -> Status:
    run = crawler.get_extension(ArchiveRun)
    if run is None or run.report is None:
        tell("scrapy crawl: the run ended without a report")
        return Status.BROKEN
    tell(run.report.as_text())
    return run.report.status
