"""The breaker, on a clock of its own."""

from __future__ import annotations

import pytest

from archiver.errors import Deferred
from archiver.fetch.circuit_breaker import PROBES, Hosts


def failing(hosts: Hosts, times: int, now: float = 0.0) -> None:
    for _ in range(times):
        hosts.asked("a", now)
        hosts.failed("a", now)


def test_a_host_may_be_asked_until_it_failed_too_often_in_a_row() -> None:
    hosts = Hosts(1.0, 3)
    failing(hosts, 2)
    hosts.answered("a")
    failing(hosts, 2)
    assert hosts.wait("a", 0.0) == 0
    assert not hosts.is_failing("a")
    failing(hosts, 1)
    assert hosts.is_failing("a")
    assert hosts.wait("a", 0.0) == 4
    assert hosts.wait("another", 0.0) == 0


def test_a_probe_at_a_time_each_after_twice_as_long() -> None:
    hosts = Hosts(1.0, 3)
    failing(hosts, 3)
    now, waits = 0.0, []
    for _ in range(PROBES):
        waits.append(hosts.wait("a", now))
        now += waits[-1]
        assert hosts.wait("a", now) == 0
        hosts.asked("a", now)
        assert hosts.wait("a", now) > 0, "the others wait for what the probe says"
        hosts.failed("a", now)
    assert waits == [4, 8, 16, 32]
    with pytest.raises(Deferred, match="host_down"):
        hosts.wait("a", now + 1000)


def test_one_answer_opens_the_host_again() -> None:
    hosts = Hosts(1.0, 3)
    failing(hosts, 3)
    hosts.asked("a", 4.0)
    hosts.answered("a")
    assert hosts.wait("a", 4.0) == 0
    assert not hosts.is_failing("a")
    failing(hosts, 2, 5.0)
    assert hosts.wait("a", 5.0) == 0


def test_what_was_on_its_way_when_the_host_failed_is_no_probe() -> None:
    hosts = Hosts(1.0, 3)
    for _ in range(16):
        hosts.asked("a", 0.0)
    for _ in range(16):
        hosts.failed("a", 0.0)
    assert hosts.wait("a", 0.0) == 4


def test_an_answer_does_not_end_a_pause_that_the_host_asked_for() -> None:
    hosts = Hosts(1.0, 3)
    hosts.pause("a", 30.0)
    hosts.pause("a", 20.0)
    hosts.answered("a")
    assert hosts.wait("a", 10.0) == 20
