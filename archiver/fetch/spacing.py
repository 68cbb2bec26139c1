"""Keeps a minimum time between two requests to a host that demands it (``Crawl-delay``)."""

from __future__ import annotations

from dataclasses import dataclass

MAX_HELD = 2.0
"""The most seconds that an early request waits inside the engine, where it is one of the
``CONCURRENT_REQUESTS``. Scrapy's own random delay moves requests by less than that."""


@dataclass(slots=True)
class _Host:
    delay: float
    free_at: float
    """The earliest send time that no request has reserved."""
    began_at: float
    """When the latest request was sent."""
    is_busy: bool = False


class HostSpacing:
    """Reserves a send time for each request to a host; ``now`` is monotonic time in seconds.

    A request reserves its send time before it waits, so that a hundred waiting requests have a hundred
    different times. It may be sent later than reserved, so :meth:`begin` checks the time since the previous
    request again: the minimum applies to the times at which requests are really sent. Only one request to a
    host is in progress at a time. Hosts are names without scheme and port.
    """

    def __init__(self) -> None:
        self._hosts: dict[str, _Host] = {}

    def set_delay(self, host: str, seconds: float, now: float) -> None:
        """The longest of several delays counts. ``now`` is the time of a request, the one for robots.txt."""
        known = self._hosts.setdefault(host, _Host(seconds, now, now))
        known.delay = max(known.delay, seconds)
        known.free_at = max(known.free_at, now + known.delay)

    def has_delay(self, host: str) -> bool:
        return host in self._hosts

    def reserve(self, host: str, now: float) -> float:
        """Reserves the next free send time, and returns the seconds until then."""
        known = self._hosts.get(host)
        if known is None:
            return 0.0
        send_at = max(now, known.free_at)
        known.free_at = send_at + known.delay
        return send_at - now

    def begin(self, host: str, now: float) -> float | None:
        """Seconds that the request still has to wait; from now on it counts as in progress.

        None if it must reserve another send time: a request is in progress, or the wait exceeds ``MAX_HELD``.
        """
        known = self._hosts.get(host)
        if known is None:
            return 0.0
        send_at = max(now, known.began_at + known.delay)
        if known.is_busy or send_at - now > MAX_HELD:
            return None
        known.is_busy = True
        known.began_at = send_at
        known.free_at = max(known.free_at, send_at + known.delay)
        return send_at - now

    def end(self, host: str) -> None:
        """The request is no longer in progress."""
        if known := self._hosts.get(host):
            known.is_busy = False
