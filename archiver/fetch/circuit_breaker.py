"""What is known of each host in this run: whether it answers, and when it may be asked again."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from archiver.errors import Deferred

PROBES = 4
"""Requests to a host that failed too often, each after twice the time of the one before; then it is left
alone. Together with what is on its way when it fails, 30 requests (faults N18, X7)."""


@dataclass(slots=True)
class _Host:
    failures: int = 0
    """In a row."""
    probes: int = 0
    ready_at: float = 0.0
    shut: Deferred | None = None


class Hosts:
    """A breaker for each host, ``scheme://host:port``; ``now`` is monotonic, in seconds.

    After ``most_failures`` in a row a host is asked by single probes only, the first after four times
    ``delay``; everything else for it waits. It is shut for the rest of the run when the last probe fails, or
    when it says itself to come back much later.
    """

    def __init__(self, delay: float, most_failures: int) -> None:
        self._delay = delay
        self._most = most_failures
        self._hosts: defaultdict[str, _Host] = defaultdict(_Host)

    def wait(self, host: str, now: float) -> float:
        """Seconds until the host may be asked; raises ``Deferred`` where it is shut."""
        known = self._hosts[host]
        if known.shut:
            raise known.shut
        return max(0.0, known.ready_at - now)

    def is_failing(self, host: str) -> bool:
        return self._hosts[host].failures >= self._most

    def asked(self, host: str, now: float) -> None:
        known = self._hosts[host]
        if known.failures >= self._most:
            known.probes += 1
            known.ready_at = now + self._delay * 2 ** (known.probes + 2)

    def answered(self, host: str) -> None:
        known = self._hosts[host]
        if known.failures >= self._most:
            known.ready_at = 0.0
        known.failures = known.probes = 0

    def failed(self, host: str, now: float) -> None:
        known = self._hosts[host]
        known.failures += 1
        if known.failures == self._most:
            known.ready_at = max(known.ready_at, now + self._delay * 4)
        elif known.probes >= PROBES:
            self.shut(host, Deferred("host_down", f"{host} failed {known.failures} times in a row"))

    def pause(self, host: str, until: float) -> None:
        known = self._hosts[host]
        known.ready_at = max(known.ready_at, until)

    def shut(self, host: str, why: Deferred) -> None:
        """For the rest of the run."""
        self._hosts[host].shut = why
