"""The end of a run on a signal."""

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
    """SIGINT, SIGTERM and SIGHUP end the run in order, within seconds, whatever is still on its way.

    Scrapy alone waits for every download, and dies of a SIGHUP. A second signal ends the run at once, its
    books closed all the same.
    """

    SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def __init__(self, crawler: Crawler, seconds: float) -> None:
        self._crawler = crawler
        self._seconds = seconds
        self._loop: asyncio.AbstractEventLoop | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        stop = cls(crawler, crawler.settings.getfloat("ARCHIVER_STOP_SECONDS"))
        crawler.signals.connect(stop.watch, signals.engine_started)
        return stop

    def watch(self) -> None:
        scrapys = signal.getsignal(signal.SIGTERM)
        if not callable(scrapys):
            return  # whoever runs the crawler handles signals differently
        self._loop = asyncio.get_running_loop()

        def first(signum: int, frame: FrameType | None) -> None:
            scrapys(signum, frame)
            for number in self.SIGNALS:
                signal.signal(number, second)
            self._later(self._seconds)

        def second(_signum: int, _frame: FrameType | None) -> None:
            self._later(0)

        for number in self.SIGNALS:
            signal.signal(number, first)

    def _later(self, seconds: float) -> None:
        assert self._loop
        self._loop.call_soon_threadsafe(self._loop.call_later, seconds, self._end)

    def _end(self) -> None:
        """What is in flight is left to its fate: nothing of it has touched the archive."""
        report = ArchiveRun.of(self._crawler).finish("shutdown")
        tell(report.as_text())
        os._exit(report.status)
