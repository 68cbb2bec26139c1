"""The circuit breaker, with times given by the tests."""

from __future__ import annotations

import pytest

from archiver.errors import Deferred
from archiver.fetch.circuit_breaker import MAX_PROBES, CircuitBreaker


def fail(breaker: CircuitBreaker, times: int, now: float = 0.0) -> None:
    for _ in range(times):
        breaker.begin("a", now)
        breaker.record_failure("a", now)


def test_the_circuit_opens_after_too_many_failures_in_a_row() -> None:
    breaker = CircuitBreaker(1.0, 3)
    fail(breaker, 2)
    breaker.record_success("a")
    fail(breaker, 2)
    assert breaker.wait("a", 0.0) == 0
    assert not breaker.is_open("a")
    fail(breaker, 1)
    assert breaker.is_open("a")
    assert breaker.wait("a", 0.0) == 4
    assert breaker.wait("another", 0.0) == 0


def test_probes_are_sent_one_at_a_time_and_each_wait_doubles() -> None:
    breaker = CircuitBreaker(1.0, 3)
    fail(breaker, 3)
    now, waits = 0.0, []
    for _ in range(MAX_PROBES):
        waits.append(breaker.wait("a", now))
        now += waits[-1]
        assert breaker.wait("a", now) == 0
        breaker.begin("a", now)
        assert breaker.wait("a", now) > 0, "other requests wait for the result of the probe"
        breaker.record_failure("a", now)
    assert waits == [4, 8, 16, 32]
    with pytest.raises(Deferred, match="host_down"):
        breaker.wait("a", now + 1000)


def test_one_successful_probe_closes_the_circuit() -> None:
    breaker = CircuitBreaker(1.0, 3)
    fail(breaker, 3)
    breaker.begin("a", 4.0)
    breaker.record_success("a")
    assert breaker.wait("a", 4.0) == 0
    assert not breaker.is_open("a")
    fail(breaker, 2, 5.0)
    assert breaker.wait("a", 5.0) == 0


def test_requests_in_progress_when_the_circuit_opens_are_not_probes() -> None:
    breaker = CircuitBreaker(1.0, 3)
    for _ in range(16):
        breaker.begin("a", 0.0)
    for _ in range(16):
        breaker.record_failure("a", 0.0)
    assert breaker.wait("a", 0.0) == 4


def test_a_success_does_not_end_a_pause_that_the_host_demanded() -> None:
    breaker = CircuitBreaker(1.0, 3)
    breaker.pause("a", 30.0)
    breaker.pause("a", 20.0)
    breaker.record_success("a")
    assert breaker.wait("a", 10.0) == 20
