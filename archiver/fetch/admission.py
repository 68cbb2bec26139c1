"""Decides when a request may be sent to its host."""

from __future__ import annotations

from functools import lru_cache
from time import monotonic
from urllib.parse import urlsplit

from scrapy import Request

from archiver.fetch.circuit_breaker import CircuitBreaker
from archiver.fetch.delay_queue import DelayQueue
from archiver.fetch.spacing import HostSpacing
from archiver.sites.addresses import origin_of

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
        now, origin = monotonic(), origin_of(request.url)
        if seconds := self.breaker.wait(origin, now):
            return seconds
        if request.meta.pop(_RESERVED, False):
            return 0.0
        if seconds := self.spacing.reserve(hostname_of(origin), now):
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
        if self.spacing.has_delay(hostname_of(origin)):
            await self._keep_distance(hostname_of(origin))
        self.breaker.begin(origin, monotonic())

    def end(self, request: Request, *, succeeded: bool) -> None:
        """``succeeded``: the host answered, whatever it said."""
        origin = origin_of(request.url)
        self.spacing.end(hostname_of(origin))
        if succeeded:
            self.breaker.record_success(origin)
        else:
            self.breaker.record_failure(origin, monotonic())

    async def _keep_distance(self, host: str) -> None:
        seconds = self.spacing.begin(host, monotonic())
        if seconds is None:
            raise HostPaused(0.0)  # it comes back to wait(), which reserves the next free moment
        try:
            await self.queue.sleep(seconds)
        except BaseException:
            self.spacing.end(host)
            raise


@lru_cache(maxsize=1024)
def hostname_of(origin: str) -> str:
    """The name that all schemes and ports of a host share."""
    return urlsplit(origin).hostname or ""
