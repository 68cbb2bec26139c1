"""The forms of a date with a year. Each form is one pattern; the grammar is closed.

To add a form, add a pattern to ``IN_TEXT`` or ``ALONE``, and a row to the table in
``tests/normalise/test_dates.py``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from typing import Final

from archiver.normalise.clocks import MAIL_ZONE, TIME, ZONE, on, zone_of
from archiver.normalise.readings import Reading, full
from archiver.normalise.zone import BEIJING

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"""
    (?P<month> (?i: Jan(?:uary)? | Feb(?:ruary)? | Mar(?:ch)? | Apr(?:il)? | May | June? | July? | Aug(?:ust)?
                  | Sept?(?:ember)? | Oct(?:ober)? | Nov(?:ember)? | Dec(?:ember)? ) ) \.?
"""
_DAY = r"(?P<day> [0-9]{1,2} ) (?: st | nd | rd | th )?"
_YEAR = r"(?P<year> [0-9]{4} )"

_NUMERIC = rf"{_YEAR} (?P<mark> [-/.] ) (?P<month> [0-9]{{1,2}} ) (?P=mark) (?P<day> [0-9]{{1,2}} )"
_ENGLISH = (
    rf"{_MONTH} [ ]? {_DAY} ,? [ ] {_YEAR}",  # Feb 22, 2022
    rf"{_DAY} [ -] (?: of [ ] )? {_MONTH} (?: ,? [ ] | - ) {_YEAR}",  # 22 Feb 2022
    rf"{_YEAR} [ -] {_MONTH} [ -] {_DAY}",  # 2022 Feb 22
)
_BASIC = r"(?P<year> (?:19|20) [0-9]{2} ) (?P<month> [0-9]{2} ) (?P<day> [0-9]{2} )"
_BASIC_TIME = r"(?P<hour> [0-9]{2} ) (?P<minute> [0-9]{2} ) (?P<second> [0-9]{2} )?"

_THEN = r"""
    (?: [Tt] | [ ]? [,|·/] [ ]? | [ ] | - (?= [0-9]{1,2}:[0-9]{2}:[0-9]{2} ) )
    (?: (?: at | @ ) [ ] | [时時][间間] [ ]? :? [ ]? )?
"""
"""Between a day and its time. A hyphen only before seconds: 2022-02-22-08:00 may be a day with a zone."""

_BEFORE = r"(?<! [0-9A-Za-z] ) (?<! [0-9][-/.:] )"
_AFTER = r"(?! [0-9²³¹] | [-/.:][0-9] )"

Make = Callable[[re.Match[str], tzinfo | None], Reading]


def _stated(match: re.Match[str], zone: tzinfo | None) -> Reading:
    """The day in the match, at its time if it has one. Raises ValueError if there is no such day or time."""
    parts = match.groupdict()
    month = parts["month"]
    number = int(month) if month.isdecimal() else _MONTHS.index(month[:3].lower()) + 1
    that_day = date(_year(parts["year"]), number, int(parts["day"]))
    return full(on(that_day, parts, zone_of(parts) or zone))


def _year(text: str) -> int:
    """The year; RFC 2822 defines the century of two digits."""
    return int(text) if len(text) == 4 else int(text) + (2000 if int(text) < 50 else 1900)


def _dotnet(match: re.Match[str], _zone: tzinfo | None) -> Reading:
    """/Date(1645523235000+0800)/; the offset does not change the moment."""
    return _after_1970(int(match["milliseconds"]) // 1000)


def _epoch(match: re.Match[str], _zone: tzinfo | None) -> Reading:
    """Seconds or milliseconds, distinguished by the number of digits."""
    number = int(Decimal(match["number"].upper()))
    return _after_1970(number if number < 10**11 else number // 1000)


def _after_1970(seconds: int) -> Reading:
    return full(datetime.fromtimestamp(seconds, UTC).astimezone(BEIJING))


_DATE_FIRST = (
    *(rf"{day} (?: {_THEN} {TIME} {MAIL_ZONE}? )?" for day in _ENGLISH),
    rf"{_NUMERIC} (?: {_THEN} {TIME} {ZONE} )?",
    rf"{_DAY} [ -] {_MONTH} [ -] (?P<year> [0-9]{{2}} ) [ ] {TIME} {MAIL_ZONE}",  # two digits only in RFC 822
    rf"{_BASIC} T {_BASIC_TIME} (?: \.[0-9]{{1,9}} )? {ZONE}",  # the basic format of ISO 8601
    rf"{_BASIC} [ T] {TIME} {ZONE}",
)
_CLOCK_FOLLOWS = rf"{_THEN} (?: [^\W\d]{{1,2}} [ ]? )? [0-9]{{1,2}}:"
_CLOCK_FIRST = (
    rf"{_MONTH} [ ] {_DAY} [ ] {TIME} {MAIL_ZONE}? [ ] {_YEAR}",  # Tue Feb 22 17:47:15 +0800 2022
    *(
        rf"{TIME} (?: [ ]?[,|][ ]? | [ ] ) (?: on [ ] )? {day} (?! {_CLOCK_FOLLOWS} )"
        for day in (_NUMERIC, *_ENGLISH)
    ),
)


def _in_text(pattern: str) -> re.Pattern[str]:
    return re.compile(f"{_BEFORE} (?: {pattern} ) {_AFTER}", re.VERBOSE)


IN_TEXT: Final[tuple[tuple[re.Pattern[str], Make], ...]] = (
    (re.compile(r"\\?/?Date\((?P<milliseconds>-?[0-9]{1,14})(?:[+-][0-9]{4})?\)\\?/?"), _dotnet),
    *((_in_text(pattern), _stated) for pattern in (*_CLOCK_FIRST, *_DATE_FIRST)),
)
"""Pattern → its reading, for forms that are also found between other words."""

STATED: Final = re.compile(rf"{_NUMERIC} (?: {_THEN} {TIME} {ZONE} )?", re.VERBOSE)
"""2022-02-22 17:47:15, the usual form."""

ALONE: Final[tuple[tuple[re.Pattern[str], Make], ...]] = (
    (STATED, _stated),
    (re.compile(rf"{_BASIC} {_BASIC_TIME} (?: [0-9]{{3}} )?", re.VERBOSE), _stated),
    (
        re.compile(
            r"""
            (?P<number> [0-9]{10} (?:[0-9]{3})? (?: \.[0-9]{1,9} )?
                      | [0-9]\.[0-9]{3,12} [Ee]\+?(?:0?9|12)          # 1.645523235E9
            )
            """,
            re.VERBOSE,
        ),
        _epoch,
    ),
)
"""Pattern → its reading, for forms that are read only if they are the whole text: a number between words may
have another meaning."""
