"""Where requests wait for their time, outside the engine: there they would hold places other hosts need."""

from __future__ import annotations

import asyncio
import heapq
from collections import defaultdict
from itertools import count
from time import monotonic

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DontCloseSpider, IgnoreRequest

_DUE = "archiver_due"
_AFTER = "archiver_after"

_GLANCE = 0.2
"""Seconds between two looks at whether the run is being stopped."""


class WaitingRoom:
    """A request that a downloader middleware returns goes back to the engine, which announces it before it is
    scheduled: there it is taken aside, and handed in again at its time.

    The spider is not idle while anyone waits. Who still waits when the run is stopped is forgotten: the
    ledger knows the article.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._timed: list[tuple[float, int, Request]] = []
        self._parked: defaultdict[str, list[Request]] = defaultdict(list)
        self._open: set[str] = set()
        self._order = count()
        self._timer: asyncio.TimerHandle | None = None
        crawler.signals.connect(self.scheduled, signals.request_scheduled)
        crawler.signals.connect(self.idle, signals.spider_idle)
        crawler.signals.connect(self.close, signals.spider_closed)

    def later(self, request: Request, seconds: float) -> Request:
        """The request, to be returned from a middleware."""
        request.meta[_DUE] = monotonic() + seconds
        return request

    def after(self, event: str, request: Request) -> Request:
        """The same, until :meth:`happened` is called for an event that is under way."""
        request.meta[_AFTER] = event
        return request

    def awaited(self, event: str) -> None:
        self._open.add(event)

    def happened(self, event: str) -> None:
        self._open.discard(event)
        for request in self._parked.pop(event, []):
            self._hand_in(request)

    async def sit(self, seconds: float) -> None:
        """For a request that nobody schedules; raises IgnoreRequest where the run is being stopped."""
        until = monotonic() + seconds
        while (left := until - monotonic()) > 0:
            if not self._crawler.engine.running:
                raise IgnoreRequest("the run is being stopped")
            await asyncio.sleep(min(left, _GLANCE))

    # --- signals

    def scheduled(self, request: Request) -> None:
        event = request.meta.pop(_AFTER, "")
        due = request.meta.pop(_DUE, None)
        if event in self._open:
            self._parked[event].append(request)
        elif due is not None:
            heapq.heappush(self._timed, (due, next(self._order), request))
            self._wind()
        else:
            return
        raise IgnoreRequest("waits")

    def idle(self) -> None:
        if self._timed or self._parked:
            raise DontCloseSpider

    def close(self) -> None:
        self._timed.clear()
        self._parked.clear()
        if self._timer:
            self._timer.cancel()

    # ---

    def _wind(self) -> None:
        if self._timer:
            self._timer.cancel()
        wait = max(0.0, self._timed[0][0] - monotonic())
        self._timer = asyncio.get_running_loop().call_later(wait, self._ring)

    def _ring(self) -> None:
        self._timer = None
        now = monotonic()
        while self._timed and self._timed[0][0] <= now:
            self._hand_in(heapq.heappop(self._timed)[2])
        if self._timed:
            self._wind()

    def _hand_in(self, request: Request) -> None:
        if self._crawler.engine.spider is not None:
            self._crawler.engine.crawl(request)
