"""The seconds to wait before another attempt."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from archiver.fetch.retry import backoff, retry_after

NOW = datetime(2022, 2, 22, 10, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("5", 5),
        (" 120 ", 120),
        ("0", 0),
        ("99999999", 99999999),
        ("9" * 400, 99999999999999999999),
        ("Tue, 22 Feb 2022 10:00:10 GMT", 10),
        ("Tuesday, 22-Feb-22 10:00:10 GMT", 10),
        ("Tue Feb 22 10:00:10 2022", 10),
        ("Tue, 22 Feb 2022 18:00:10 +0800", 10),
        ("Tue, 22 Feb 2022 10:00:00 GMT", None),
        ("Tue, 22 Feb 2022 09:59:50 GMT", None),
        ("Mon, 01 Jan 0001 00:00:00 GMT", None),
        ("Fri, 31 Dec 9999 23:59:59 -2359", None),
        ("-1", None),
        ("+5", None),
        ("5.5", None),
        ("٥", None),
        ("soon", None),
        ("", None),
        ("Tue, 99 Feb 2022 10:00:00 GMT", None),
        ("Tue, 22 Feb 99999999999 10:00:00 GMT", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_date_and_other_text_is_ignored(
    value: str, seconds: float | None
) -> None:
    found = retry_after(value, NOW)
    assert found == seconds or (seconds is None and not found) or (found or 0) > 10**10


def test_backoff_doubles_and_varies_at_random() -> None:
    for _ in range(200):
        waits = [backoff(1.0, tried) for tried in range(4)]
        assert waits == sorted(waits)
        assert [1 * 2**n <= wait <= 1.5 * 2**n for n, wait in enumerate(waits)] == [True] * 4
    assert len({backoff(1.0, 0) for _ in range(50)}) > 40
