"""Decides when a site made a response that a cache may have stored.

"5 minutes ago" on a page counts from that moment. The clocks of hosts differ, so the decision uses the clock
of the site as little as possible:

1. A valid ``Age`` is a duration, and counts whatever the clocks are.
2. Without ``Age``, ``Date`` counts if a header says that a cache had the response (``X-Cache: HIT``), or if
   it is more than a day old. A smaller difference without a cache is taken for a wrong clock or zone.
3. Otherwise, and for values in the future or more than a year old, the response was made when it arrived.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

_MAX_AGE: Final = timedelta(days=365)
"""The longest time that HTTP allows a cache to promise; a longer one is an error of a cache or of a clock."""

_MAX_CLOCK_DIFFERENCE: Final = timedelta(days=1)


Headers = Mapping[bytes, Sequence[bytes]]


def answered_at(received: datetime, headers: Headers) -> datetime:
    """When the site made the response that was received at this time, with these headers."""
    lower = {name.lower(): values for name, values in headers.items()}
    age = _duration(_text(lower.get(b"age", ())))
    if age is None:
        age = _since(_text(lower.get(b"date", ())), received, lower)
    return received - age if age is not None and age <= _MAX_AGE else received


def _text(values: Sequence[bytes]) -> str:
    return b",".join(values).decode("latin-1")


def _duration(age: str) -> timedelta | None:
    """The first of the values, which caches may have joined; None if it is not a whole number."""
    first = age.partition(",")[0].strip()
    if not (first.isascii() and first.isdecimal() and len(first) <= 10):
        return None
    return timedelta(seconds=int(first))


def _since(date: str, received: datetime, headers: Headers) -> timedelta | None:
    try:
        made = parsedate_to_datetime(date)
    except (ValueError, TypeError, OverflowError):
        return None
    age = received - (made if made.tzinfo else made.replace(tzinfo=UTC))
    counts = age > _MAX_CLOCK_DIFFERENCE or (age > timedelta() and _was_cached(headers))
    return age if counts else None


def _was_cached(headers: Headers) -> bool:
    return any(
        b"cache" in name and any(b"hit" in value.lower() for value in values)
        for name, values in headers.items()
    )
