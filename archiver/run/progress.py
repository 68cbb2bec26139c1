"""The progress bar."""

from __future__ import annotations

import logging
import sys
from contextlib import ExitStack
from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from tqdm import tqdm
from tqdm.contrib import DummyTqdmFile

from archiver.run.archive_run import ArchiveRun
from archiver.run.archiving import archives


class Progress:
    """Shows how many of the listed articles have a result; disabled if stderr is not a terminal."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._open = ExitStack()
        self._bar: tqdm[Any] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        shown = crawler.settings.getbool("ARCHIVER_PROGRESS") and sys.stderr.isatty()
        if not (shown and archives(crawler)):
            raise NotConfigured
        progress = cls(crawler)
        crawler.signals.connect(progress.start, signals.spider_opened)
        crawler.signals.connect(progress.stop, signals.spider_closed)
        for event in (signals.response_received, signals.item_scraped, signals.item_dropped):
            crawler.signals.connect(progress.show, event)
        return progress

    def start(self) -> None:
        for handler in logging.root.handlers:
            if isinstance(handler, logging.StreamHandler) and handler.stream is sys.stderr:
                self._open.callback(handler.setStream, sys.stderr)
                handler.setStream(DummyTqdmFile(sys.stderr))  # prints log lines above the bar
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
