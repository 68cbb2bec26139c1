"""When a site made a response that came from a cache."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from archiver.normalise.age import answered_at

RECEIVED = datetime(2022, 2, 23, 1, 30, 12, tzinfo=UTC)
TWO_DAYS_OLD = "Mon, 21 Feb 2022 01:30:12 GMT"
AN_HOUR_OLD = "Wed, 23 Feb 2022 00:30:12 GMT"

# Age, Date, header that a cache adds, age of the response in seconds
HEADERS = [
    ("172800", "", {}, 172800),
    (" 300 ", AN_HOUR_OLD, {}, 300),
    ("300, 60", "", {}, 300),
    ("0", AN_HOUR_OLD, {b"X-Cache": [b"HIT"]}, 0),
    ("", "", {}, 0),
    ("-5", "", {}, 0),
    ("5 minutes", "", {}, 0),
    ("1.5", "", {}, 0),
    ("\xb2", "", {}, 0),
    ("31536001", "", {}, 0),
    ("99999999999999999999", "", {}, 0),
    ("", TWO_DAYS_OLD, {}, 172800),
    ("nonsense", TWO_DAYS_OLD, {}, 172800),
    ("", AN_HOUR_OLD, {}, 0),
    ("", AN_HOUR_OLD, {b"X-Cache": [b"MISS from a", b"TCP_HIT dirn:1"]}, 3600),
    ("", AN_HOUR_OLD, {b"Cf-Cache-Status": [b"HIT"]}, 3600),
    ("", AN_HOUR_OLD, {b"X-Cache": [b"MISS"], b"X-Cache-Hits": [b"0"]}, 0),
    ("", "Wed, 23 Feb 2022 09:30:12 GMT", {b"X-Cache": [b"HIT"]}, 0),
    ("", "Thu, 01 Jan 1970 00:00:00 GMT", {b"X-Cache": [b"HIT"]}, 0),
    ("", "Sat, 23 Feb 2019 01:30:12 GMT", {}, 0),
    ("", "yesterday", {b"X-Cache": [b"HIT"]}, 0),
    ("", "Mon, 21 Feb 2022 01:30:12", {}, 172800),
]


@pytest.mark.parametrize(("age", "date", "headers", "seconds"), HEADERS)
def test_a_cached_response_was_made_before_it_was_received(
    age: str, date: str, headers: dict[bytes, list[bytes]], seconds: int
) -> None:
    standard = {b"Age": [age.encode()] if age else [], b"Date": [date.encode()]}
    assert answered_at(RECEIVED, {**standard, **headers}) == RECEIVED - timedelta(seconds=seconds)
