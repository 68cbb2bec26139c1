"""The time between two requests to a host, with times given by the tests."""

from __future__ import annotations

from archiver.fetch.spacing import MAX_HELD, HostSpacing


def spacing(delay: float = 2.0) -> HostSpacing:
    made = HostSpacing()
    made.set_delay("a", delay, 100.0)
    return made


def test_a_host_without_a_delay_needs_no_wait() -> None:
    made = spacing()
    assert [made.reserve("b", 100.0) for _ in range(3)] == [0.0] * 3
    assert [made.begin("b", 100.0) for _ in range(3)] == [0.0] * 3
    assert (made.has_delay("a"), made.has_delay("b")) == (True, False)


def test_each_request_reserves_its_own_send_time() -> None:
    made = spacing()
    assert [made.reserve("a", 100.0) for _ in range(4)] == [2.0, 4.0, 6.0, 8.0]
    assert made.reserve("a", 109.5) == 0.5
    assert made.reserve("a", 200.0) == 0.0
    assert made.reserve("a", 200.0) == 2.0


def test_an_early_request_waits_for_the_remaining_time() -> None:
    made = spacing()
    assert made.begin("a", 101.5) == 0.5
    made.end("a")
    assert made.begin("a", 103.0) == 1.0
    made.end("a")
    assert made.begin("a", 110.0) == 0.0


def test_only_one_request_to_a_host_is_in_progress() -> None:
    made = spacing()
    assert made.begin("a", 110.0) == 0.0
    assert made.begin("a", 120.0) is None
    made.end("a")
    assert made.begin("a", 120.0) == 0.0


def test_a_request_that_is_much_too_early_must_reserve_again() -> None:
    made = spacing(MAX_HELD * 10)
    assert made.begin("a", 100.0) is None
    assert made.begin("a", 100.0 + MAX_HELD * 9) == MAX_HELD, "the refused request is not in progress"


def test_the_next_free_send_time_keeps_the_delay_after_a_late_request() -> None:
    made = spacing()
    assert made.reserve("a", 100.0) == 2.0
    assert made.begin("a", 103.5) == 0.0, "reserved for 102, sent at 103.5"
    assert made.reserve("a", 103.5) == 2.0


def test_the_longest_of_several_delays_counts() -> None:
    made = spacing()
    made.set_delay("a", 1.0, 100.0)
    made.set_delay("a", 5.0, 100.0)
    assert [made.reserve("a", 100.0) for _ in range(2)] == [5.0, 10.0]
