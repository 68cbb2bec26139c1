"""Which validators of a listing are sent: none that is old, of the future, or not a validator."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from archiver.run.validators import MAX_LENGTH, conditions, needs_full_look
from archiver.storage.rows import KnownListing
from tests.storage.archives import LISTING, NOW

DAY = 86_400
HOUR = timedelta(hours=1)
MODIFIED = "Tue, 22 Feb 2022 08:00:00 GMT"  # two hours before NOW
BOTH = {"If-None-Match": '"7"', "If-Modified-Since": MODIFIED}


def known(etag: str = '"7"', modified: str = MODIFIED, looked: datetime | str = NOW - HOUR) -> KnownListing:
    return KnownListing(
        LISTING, etag, modified, 5, 5, looked if isinstance(looked, str) else looked.isoformat()
    )


@pytest.mark.parametrize(
    ("looked", "full_look", "sent"),
    [
        (NOW, DAY, True),
        (NOW - 23 * HOUR, DAY, True),
        (NOW - 24 * HOUR, DAY, False),
        (NOW - 9000 * HOUR, DAY, False),
        (NOW + timedelta(seconds=1), DAY, False),  # the clock was ahead, or is behind
        (NOW + 9000 * HOUR, DAY, False),
        ("", DAY, False),
        ("yesterday", DAY, False),
        ("2022-02-22T09:30:00", DAY, False),  # without a time zone
        (NOW, 0, False),
        (NOW - HOUR, 1800, False),
        (NOW - HOUR, 7200, True),
    ],
)
def test_a_full_look_is_due_unless_the_last_one_is_recent(
    looked: datetime | str, full_look: float, sent: bool
) -> None:
    assert needs_full_look(known(looked=looked), NOW, full_look) is not sent


@pytest.mark.parametrize(
    "etag",
    ['"abc"', 'W/"1-2"', '""', '"über"', "5f3a-1c", '"a,b"', '"*"'],
)
def test_an_etag_is_sent_as_it_came(etag: str) -> None:
    assert conditions(known(etag, ""), NOW) == {"If-None-Match": etag}


@pytest.mark.parametrize(
    "etag",
    [
        "",
        "*",
        "W/*",
        '"a", *',
        '"a", "b"',
        '"a" "b"',
        "a b",
        "\x00",
        '"\x1b[2J"',
        '"a\r\nX: 1"',
        '"新闻"',
        f'"{"x" * MAX_LENGTH}"',
        '"unclosed',
        "unquoted*",
    ],
)
def test_an_etag_that_matches_everything_or_is_malformed_is_not_sent(etag: str) -> None:
    assert conditions(known(etag, ""), NOW) == {}
    assert conditions(known(etag), NOW) == {"If-Modified-Since": MODIFIED}


@pytest.mark.parametrize(
    "modified",
    ["", "0", "-1", "now", "2022-02-22 08:00:00", "Tue, 99 Feb 2022 08:00:00 GMT", "x" * 9999, "\x00"],
)
def test_a_last_modified_that_is_not_a_date_is_not_sent(modified: str) -> None:
    assert conditions(known(modified=modified), NOW) == {"If-None-Match": '"7"'}


@pytest.mark.parametrize(
    "modified",
    [
        "Tue, 22 Feb 2022 10:06:00 GMT",
        "Sat, 16 Nov 2041 19:11:00 GMT",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Tue, 22 Feb 2022 10:00:00 -0100",
    ],
)
def test_no_validator_of_a_listing_that_was_modified_in_the_future_is_sent(modified: str) -> None:
    assert conditions(known(modified=modified), NOW) == {}


def test_a_clock_of_the_site_that_is_some_minutes_ahead_is_no_reason_for_a_full_look() -> None:
    ahead = "Tue, 22 Feb 2022 10:04:00 GMT"
    assert conditions(known(modified=ahead), NOW) == {"If-None-Match": '"7"', "If-Modified-Since": ahead}
