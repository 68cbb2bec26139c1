"""Decides when a request may be sent to its host."""

from __future__ import annotations

from time import monotonic

from scrapy import Request
from scrapy.utils.httpobj import urlparse_cached

from archiver.fetch.circuit_breaker import CircuitBreaker
from archiver.fetch.delay_queue import DelayQueue
from archiver.fetch.spacing import HostSpacing
from archiver.sites.profile import origin_of

_RESERVED = "archiver_reserved"
"""``Request.meta``: the request waits, or has waited, for a moment that it reserved."""


class HostPaused(Exception):
    """The host must not be asked for so many seconds; no attempt was made."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:.3f} s to wait")
        self.seconds = seconds


class Admission:
    """Asked twice: by :meth:`wait` before a request is queued, and by :meth:`begin` before it is sent.

    Between the two the request may have been queued for long, and what was true of its host has changed.
    """

    def __init__(self, breaker: CircuitBreaker, spacing: HostSpacing, queue: DelayQueue) -> None:
        self.breaker = breaker
        self.spacing = spacing
        self.queue = queue

    def wait(self, request: Request) -> float:
        """Seconds until the request may be queued. Raises ``Deferred`` where it may not be sent in this run.

        A request to a host with a Crawl-delay reserves its moment here, once.
        """
        now = monotonic()
        if seconds := self.breaker.wait(origin_of(request.url), now):
            return seconds
        if request.meta.pop(_RESERVED, False):
            return 0.0
        if seconds := self.spacing.reserve(_hostname(request), now):
            request.meta[_RESERVED] = True
        return seconds

    async def begin(self, request: Request) -> None:
        """The request is sent when this returns; :meth:`end` must follow.

        Raises HostPaused, ``Deferred`` where the host may not be asked in this run, and IgnoreRequest where
        the run is being stopped.
        """
        origin = origin_of(request.url)
        if seconds := self.breaker.wait(origin, monotonic()):
            raise HostPaused(seconds)
        if self.spacing.has_delay(_hostname(request)):
            await self._keep_distance(_hostname(request))
        self.breaker.begin(origin, monotonic())

    def end(self, request: Request, *, succeeded: bool) -> None:
        """``succeeded``: the host answered, whatever it said."""
        self.spacing.end(_hostname(request))
        if succeeded:
            self.breaker.record_success(origin_of(request.url))
        else:
            self.breaker.record_failure(origin_of(request.url), monotonic())

    async def _keep_distance(self, host: str) -> None:
        seconds = self.spacing.begin(host, monotonic())
        if seconds is None:
            raise HostPaused(0.0)  # it comes back to wait(), which reserves the next free moment
        try:
            await self.queue.sleep(seconds)
        except BaseException:
            self.spacing.end(host)
            raise


def _hostname(request: Request) -> str:
    return urlparse_cached(request).hostname or ""
