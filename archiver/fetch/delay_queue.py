"""Holds requests outside the engine until a given time or event."""

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

_CHECK_INTERVAL = 0.2
"""Seconds between two checks whether the run is being stopped."""


class DelayQueue:
    """Holds requests without using the engine's capacity, which requests to other hosts need.

    A downloader middleware marks a request and returns it. The engine then sends the signal
    ``request_scheduled``, whose receiver (:meth:`take_out`) takes the request out of the engine. The queue
    submits it to the engine again when it is due. While requests wait, the spider is not idle. If the run is
    stopped, waiting requests are dropped: the ledger knows their articles.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._timed: list[tuple[float, int, Request]] = []
        self._by_event: defaultdict[str, list[Request]] = defaultdict(list)
        self._running_events: set[str] = set()
        self._order = count()
        self._timer: asyncio.TimerHandle | None = None
        crawler.signals.connect(self.take_out, signals.request_scheduled)
        crawler.signals.connect(self.keep_open, signals.spider_idle)
        crawler.signals.connect(self.close, signals.spider_closed)

    def after_seconds(self, request: Request, seconds: float) -> Request:
        """Marks a request, which the middleware must return: it is submitted again after ``seconds``."""
        request.meta[_DUE] = monotonic() + seconds
        return request

    def after_event(self, event: str, request: Request) -> Request:
        """Marks a request, which the middleware must return: it is submitted again after ``done(event)``."""
        request.meta[_AFTER] = event
        return request

    def begin(self, event: str) -> None:
        self._running_events.add(event)

    def done(self, event: str) -> None:
        self._running_events.discard(event)
        for request in self._by_event.pop(event, []):
            self._resubmit(request)

    async def sleep(self, seconds: float) -> None:
        """For requests that are not scheduled. Raises IgnoreRequest if the run is being stopped."""
        until = monotonic() + seconds
        while (left := until - monotonic()) > 0:
            if not self._crawler.engine.running:
                raise IgnoreRequest("the run is being stopped")
            await asyncio.sleep(min(left, _CHECK_INTERVAL))

    # --- signals

    def take_out(self, request: Request) -> None:
        """Raises IgnoreRequest for a marked request, so that it does not reach the scheduler."""
        event = request.meta.pop(_AFTER, "")
        due = request.meta.pop(_DUE, None)
        if event in self._running_events:
            self._by_event[event].append(request)
        elif due is not None:
            heapq.heappush(self._timed, (due, next(self._order), request))
            self._arm_timer()
        else:
            return
        raise IgnoreRequest("the request waits in the delay queue")

    def keep_open(self) -> None:
        if self._timed or self._by_event:
            raise DontCloseSpider

    def close(self) -> None:
        self._timed.clear()
        self._by_event.clear()
        if self._timer:
            self._timer.cancel()

    # ---

    def _arm_timer(self) -> None:
        if self._timer:
            self._timer.cancel()
        wait = max(0.0, self._timed[0][0] - monotonic())
        self._timer = asyncio.get_running_loop().call_later(wait, self._on_timer)

    def _on_timer(self) -> None:
        self._timer = None
        now = monotonic()
        while self._timed and self._timed[0][0] <= now:
            self._resubmit(heapq.heappop(self._timed)[2])
        if self._timed:
            self._arm_timer()

    def _resubmit(self, request: Request) -> None:
        if self._crawler.engine.spider is not None:
            self._crawler.engine.crawl(request)
