"""Keeps a minimum time between two requests to a host that asks for it (``Crawl-delay``)."""

from __future__ import annotations

from dataclasses import dataclass

MAX_HELD = 2.0
"""Seconds that a request which is early may wait inside the engine, where it occupies one of the places of
``CONCURRENT_REQUESTS``. Scrapy's own random delay moves requests by less than that."""


@dataclass(slots=True)
class _Host:
    delay: float
    free_at: float
    """The first moment that no request has reserved."""
    began_at: float
    """When the latest request was sent."""
    is_busy: bool = False


class HostSpacing:
    """Reserves one moment for each request to a host; ``now`` is monotonic, in seconds.

    A request reserves its moment before it waits, so that a hundred requests wait for a hundred moments
    instead of the same one. Because it may be sent later than reserved, :meth:`begin` checks the distance to
    the request before it once more: the minimum holds between the moments at which requests are sent, and
    only one request at a time is under way. Hosts are names without scheme and port.
    """

    def __init__(self) -> None:
        self._hosts: dict[str, _Host] = {}

    def set_delay(self, host: str, seconds: float, now: float) -> None:
        """The longest of several delays counts. ``now``: the host has just been asked for its robots.txt."""
        known = self._hosts.setdefault(host, _Host(seconds, now, now))
        known.delay = max(known.delay, seconds)
        known.free_at = max(known.free_at, now + known.delay)

    def has_delay(self, host: str) -> bool:
        return host in self._hosts

    def reserve(self, host: str, now: float) -> float:
        """Reserves the next free moment; answers how many seconds it is away."""
        known = self._hosts.get(host)
        if known is None:
            return 0.0
        moment = max(now, known.free_at)
        known.free_at = moment + known.delay
        return moment - now

    def begin(self, host: str, now: float) -> float | None:
        """Seconds that the request, which counts as under way from now on, still has to wait.

        None where it has to reserve another moment: a request is under way, or the wait exceeds ``MAX_HELD``.
        """
        known = self._hosts.get(host)
        if known is None:
            return 0.0
        moment = max(now, known.began_at + known.delay)
        if known.is_busy or moment - now > MAX_HELD:
            return None
        known.is_busy = True
        known.began_at = moment
        known.free_at = max(known.free_at, moment + known.delay)
        return moment - now

    def end(self, host: str) -> None:
        """The request is no longer under way."""
        if known := self._hosts.get(host):
            known.is_busy = False
