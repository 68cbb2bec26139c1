"""Stops requests to a host that fails repeatedly."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from archiver.errors import Deferred

MAX_PROBES = 4
"""Probes (single test requests) to a host that failed too often. Together with the requests that are in
progress when the circuit opens, a host that is down gets 30 requests in a run (faults N18, X7)."""


@dataclass(slots=True)
class _Host:
    failures: int = 0
    """Failures in a row."""
    probes: int = 0
    ready_at: float = 0.0
    """No request is sent before this time."""
    final: Deferred | None = None
    """Why the circuit stays open for the rest of the run."""


class CircuitBreaker:
    """One circuit for each host, which is named ``scheme://host:port``; ``now`` is monotonic time in seconds.

    - *closed*: requests may be sent.
    - *open*: the host failed ``max_failures`` times in a row; no request is sent for four times ``delay``.
    - *half-open*: that time is over, and one probe is sent. If it succeeds, the circuit closes. If it fails,
      the circuit is open for twice as long as before. After ``MAX_PROBES`` failed probes it stays open for
      the rest of the run.
    """

    def __init__(self, delay: float, max_failures: int) -> None:
        self._delay = delay
        self._max_failures = max_failures
        self._hosts: defaultdict[str, _Host] = defaultdict(_Host)

    def wait(self, host: str, now: float) -> float:
        """Seconds until a request may be sent. Raises ``Deferred`` if none may be sent in this run."""
        known = self._hosts[host]
        if known.final:
            raise known.final.with_traceback(None)
        return max(0.0, known.ready_at - now)

    def is_open(self, host: str) -> bool:
        """Whether the circuit is open or half-open."""
        return self._hosts[host].failures >= self._max_failures

    def begin(self, host: str, now: float) -> None:
        """A request is sent. In the half-open state it is the probe, and the next one waits twice as long."""
        known = self._hosts[host]
        if known.failures >= self._max_failures:
            known.probes += 1
            known.ready_at = now + self._delay * 2 ** (known.probes + 2)

    def record_success(self, host: str) -> None:
        known = self._hosts[host]
        if known.failures >= self._max_failures:
            known.ready_at = 0.0
        known.failures = known.probes = 0

    def record_failure(self, host: str, now: float) -> None:
        known = self._hosts[host]
        known.failures += 1
        if known.failures == self._max_failures:
            known.ready_at = max(known.ready_at, now + self._delay * 4)
        elif known.probes >= MAX_PROBES:
            self.open_for_run(host, Deferred("host_down", f"{host} failed {known.failures} times in a row"))

    def pause(self, host: str, until: float) -> None:
        """No request is sent before ``until``, whatever the state of the circuit."""
        known = self._hosts[host]
        known.ready_at = max(known.ready_at, until)

    def open_for_run(self, host: str, why: Deferred) -> None:
        self._hosts[host].final = why
