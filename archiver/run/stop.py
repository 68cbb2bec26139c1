"""Stops a run on a signal."""

from __future__ import annotations

import asyncio
import os
import signal
from types import FrameType
from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler

from archiver.run.archive_run import ArchiveRun
from archiver.terminal import tell


class OrderlyStop:
    """SIGINT, SIGTERM and SIGHUP stop the run within seconds; articles and the report are still recorded.

    Without this extension, Scrapy waits for every download, and SIGHUP kills it. A second signal stops the
    run at once, and also records articles and the report.
    """

    SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def __init__(self, crawler: Crawler, seconds: float) -> None:
        """``seconds``: the time that running downloads may take after the first signal."""
        self._crawler = crawler
        self._seconds = seconds
        self._loop: asyncio.AbstractEventLoop | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        stop = cls(crawler, crawler.settings.getfloat("ARCHIVER_STOP_SECONDS"))
        crawler.signals.connect(stop.watch, signals.engine_started)
        return stop

    def watch(self) -> None:
        scrapy_handler = signal.getsignal(signal.SIGTERM)
        if not callable(scrapy_handler):
            return  # a program that uses Scrapy as a library handles signals itself
        self._loop = asyncio.get_running_loop()

        def first(signum: int, frame: FrameType | None) -> None:
            scrapy_handler(signum, frame)
            for number in self.SIGNALS:
                signal.signal(number, second)
            self._end_after(self._seconds)

        def second(_signum: int, _frame: FrameType | None) -> None:
            self._end_after(0)

        for number in self.SIGNALS:
            signal.signal(number, first)

    def _end_after(self, seconds: float) -> None:
        assert self._loop
        self._loop.call_soon_threadsafe(self._loop.call_later, seconds, self._end)

    def _end(self) -> None:
        """Ends the process without waiting for downloads: an unfinished download has written nothing."""
        report = ArchiveRun.of(self._crawler).finish("shutdown")
        tell(report.as_text())
        os._exit(report.status)
