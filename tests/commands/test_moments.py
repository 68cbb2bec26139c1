"""Points in time that a user types for a command."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from archiver.commands.moments import moment
from archiver.errors import BadArgument
from archiver.normalise.zone import BEIJING

NOW = datetime(2022, 2, 22, 17, 30, tzinfo=UTC)
"""The 23rd already in Beijing."""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2022-02-22", "2022-02-22T00:00:00+08:00"),
        ("20220222", "2022-02-22T00:00:00+08:00"),
        ("2022-02-22T10:00", "2022-02-22T10:00:00+08:00"),
        ("2022-02-22 10:00:30", "2022-02-22T10:00:30+08:00"),
        ("2022-02-22T10:00Z", "2022-02-22T18:00:00+08:00"),
        ("today", "2022-02-23T00:00:00+08:00"),
        ("今天", "2022-02-23T00:00:00+08:00"),
        ("yesterday", "2022-02-22T00:00:00+08:00"),
        ("昨天", "2022-02-22T00:00:00+08:00"),
        ("7d", "2022-02-16T01:30:00+08:00"),
        ("0.5d", "2022-02-22T13:30:00+08:00"),
        ("6h", "2022-02-22T19:30:00+08:00"),
        ("90s", "2022-02-23T01:28:30+08:00"),
    ],
)
def test_a_moment_is_read(text: str, expected: str) -> None:
    assert moment("--since", text, NOW) == datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    "text", ["soon", "7", "7w", "d", "-7d", "2022-02-30", "22.02.2022", "9" * 30 + "d", " "]
)
def test_any_other_text_is_refused_with_the_forms_that_are_possible(text: str) -> None:
    with pytest.raises(BadArgument, match=r"^--since=.* is not a day or time: write 2022-02-22"):
        moment("--since", text, NOW)


def test_the_zone_of_the_result_does_not_matter_for_a_day() -> None:
    assert moment("--since", "2022-02-22", NOW).astimezone(BEIJING).hour == 0
