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
"""``Request.meta``: the request has reserved a send time, and waits for it or has waited."""


class HostPaused(Exception):
    """No request may be sent to the host for ``seconds``. No attempt was made."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"no request may be sent to this host for {seconds:.3f} s")
        self.seconds = seconds


class Admission:
    """Called twice for each request: :meth:`wait` before it is queued, and :meth:`begin` before it is sent.

    In between, the request may stay in a queue for a long time, and the state of its host may change.
    """

    def __init__(self, breaker: CircuitBreaker, spacing: HostSpacing, queue: DelayQueue) -> None:
        self.breaker = breaker
        self.spacing = spacing
        self.queue = queue

    def wait(self, request: Request) -> float:
        """Seconds until the request may be queued. Raises ``Deferred`` if it may not be sent in this run.

        A request to a host with a Crawl-delay reserves its send time here, once.
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
        """Waits until the request may be sent. The caller must call :meth:`end` after the attempt.

        Raises HostPaused, ``Deferred`` if the host gets no more requests in this run, and IgnoreRequest if
        the run is being stopped.
        """
        origin = origin_of(request.url)
        if seconds := self.breaker.wait(origin, monotonic()):
            raise HostPaused(seconds)
        if self.spacing.has_delay(hostname_of(origin)):
            await self._keep_distance(hostname_of(origin))
        self.breaker.begin(origin, monotonic())

    def end(self, request: Request, *, succeeded: bool) -> None:
        """``succeeded``: the host works, even if its response is not a usable page."""
        origin = origin_of(request.url)
        self.spacing.end(hostname_of(origin))
        if succeeded:
            self.breaker.record_success(origin)
        else:
            self.breaker.record_failure(origin, monotonic())

    async def _keep_distance(self, host: str) -> None:
        seconds = self.spacing.begin(host, monotonic())
        if seconds is None:
            raise HostPaused(0.0)  # it is queued again: wait() reserves the next free time
        try:
            await self.queue.sleep(seconds)
        except BaseException:
            self.spacing.end(host)
            raise


@lru_cache(maxsize=1024)
def hostname_of(origin: str) -> str:
    """The host name of an origin, without its scheme and port."""
    return urlsplit(origin).hostname or ""
