"""The time of day and the zone in a date: 17:47, 下午5:47, 5:47 PM, 17:47:15 +0800.

To add a word for a part of the day, add a row to ``_PARTS_OF_DAY``, and a row to the table in
``tests/normalise/test_dates.py``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from typing import Final

from archiver.normalise.zone import BEIJING, HOURS_OF_ZONE

Hours = Mapping[int, int]
"""Hour as written → hour of the day. Other hours contradict the word, so the date is refused."""


def _same(hours: Iterable[int]) -> Hours:
    return {hour: hour for hour in hours}


def _later(hours: Iterable[int]) -> Hours:
    """The hours of the afternoon and evening, written with 12 or with 24 hours."""
    return {hour: later for later in hours for hour in (later, later - 12)}


_AM: Final[Hours] = {**_same(range(12)), 12: 0}
_PM: Final[Hours] = _later(range(12, 24))
_EARLY: Final[Hours] = {**_same(range(7)), 12: 0}
_MORNING: Final[Hours] = _same(range(3, 12))
_NOON: Final[Hours] = {**_same((11, 12)), **_later((13, 14))}
_DUSK: Final[Hours] = _later(range(16, 21))
_EVENING: Final[Hours] = {**_later(range(17, 24)), 12: 24}
_NIGHT: Final[Hours] = _later(range(20, 24))
_MIDNIGHT: Final[Hours] = {**_later((23,)), 0: 0}

_PARTS_OF_DAY: Final[Mapping[str, Hours]] = {
    **dict.fromkeys(("AM", "上午", "午前"), _AM),
    **dict.fromkeys(("PM", "下午", "午后", "午後"), _PM),
    **dict.fromkeys(("凌晨", "淩晨"), _EARLY),
    **dict.fromkeys(("清晨", "早晨", "早上", "早间", "早間", "晨间", "早", "晨"), _MORNING),
    **dict.fromkeys(("中午", "正午", "午间", "午間"), _NOON),
    **dict.fromkeys(("傍晚", "黄昏", "黃昏"), _DUSK),
    **dict.fromkeys(("晚上", "晚间", "晚間", "夜晚", "晚"), _EVENING),
    **dict.fromkeys(("深夜", "夜间", "夜間", "夜里", "夜裡", "半夜"), _NIGHT),
    "午夜": _MIDNIGHT,
}
"""Word → its hours. 上午12:30 is 00:30, as software prints it. 晚上12:00 is the end of the day; 晚上12:30 is
refused, because it may be on this or on the next day."""

_WORDS = "|".join(sorted(_PARTS_OF_DAY, key=len, reverse=True))

TIME = rf"""
    (?: (?P<before> {_WORDS} | (?i: [ap]m ) ) [ ]? )?
    (?P<hour> [0-9]{{1,2}} ) : (?P<minute> [0-9]{{1,2}} )
    (?: : (?P<second> [0-9]{{1,2}} ) (?: [.,][0-9]{{1,9}} )? )?     # fractions of seconds are dropped
    (?: [ ]? (?P<after> (?i: [ap]m ) (?![A-Za-z]) | (?: 上午 | 下午 ) (?! [ ]? [0-9] ) ) )?
"""

_COMMENT = r"(?: [ ]? \( [^()]{1,40} \) )?"
_NAMES = "|".join(name for name in HOURS_OF_ZONE if "/" not in name and name != "PRC")
_OFFSET = r"[+-][0-9]{2} (?: :?[0-9]{2} )? (?![0-9])"

ZONE = rf"""
    (?: # the name of a zone
        (?: [ ]? (?: [(]? (?:GMT|UTC) [ ]? (?P<named> [+-][0-9]{{1,2}} (?: :?[0-9]{{2}} )? ) (?![0-9]) [)]?
                   | (?P<utc> Z | z | GMT | UTC | UT | BJT | HKT ) (?! [A-Za-z] | [ ]?[+-][0-9] )
                   | [(]? 北京[时時][间間] [)]?
                 )
          # an offset; after minutes it needs a blank or the T of ISO 8601, because 09:00-11:30 is a time span
          | (?: [ ] | (?<![ ][0-9]:[0-9]{{2}}) (?<![ ][0-9]{{2}}:[0-9]{{2}}) ) (?P<offset> {_OFFSET} )
            (?: [ ] [A-Z]{{3,4}} (?![A-Za-z]) )?        # a name after an offset adds nothing
        )
        {_COMMENT}
    )?
    (?: [ ]? \[ (?P<iana> [A-Za-z]+ (?: /[A-Za-z_]+ )* ) \] )?
"""
"""The zone after a numeric date."""

MAIL_ZONE = rf"""
    (?: [ ]? (?: (?:GMT|UTC) [ ]? (?P<named> [+-][0-9]{{1,2}} (?: :?[0-9]{{2}} )? ) (?![0-9])
               | (?P<utc> {_NAMES} ) (?! [A-Za-z] | [ ]?[+-][0-9] )
               | (?P<offset> {_OFFSET} )
             )
        {_COMMENT}
    )
"""
"""The zone after a date with an English month. RFC 822 defines more names."""


Parts = Mapping[str, str | None]
"""The named groups of a match."""


def on(that_day: date, parts: Parts, zone: tzinfo | None) -> datetime:
    """The day at the time in the parts, else at midnight; 24:00 is midnight of the next day (faults D5).

    Raises ValueError for an impossible time.
    """
    if not parts.get("hour"):
        zone = BEIJING  # a day without a time is the same day in every zone
    hour, minute, second = (int(parts.get(part) or 0) for part in ("hour", "minute", "second"))
    if parts.get("before") or parts.get("after"):
        hour = _hour_of_day(hour, parts)
    if (hour, minute, second) == (24, 0, 0):
        that_day, hour = that_day + timedelta(days=1), 0
    return datetime.combine(that_day, time(hour, minute, second), zone).astimezone(BEIJING)


def _hour_of_day(hour: int, parts: Parts) -> int:
    words = [word.upper() for word in (parts.get("before"), parts.get("after")) if word]
    hours = _PARTS_OF_DAY[words[0]]
    if len(words) > 1 or hour not in hours:
        raise ValueError("the hour is not in this part of the day")
    return hours[hour]


def zone_of(parts: Parts) -> timezone | None:
    """The zone that the parts state; raises ValueError for one that is unknown or does not exist."""
    if offset := parts.get("named") or parts.get("offset"):
        return _offset(offset)
    if name := parts.get("utc") or parts.get("iana"):
        name = name.upper() if name == "z" else name
        if name not in HOURS_OF_ZONE:
            raise ValueError("this zone is not in the table")
        return timezone(timedelta(hours=HOURS_OF_ZONE[name]))
    return None


def _offset(text: str) -> timezone:
    sign, digits = text[0], text[1:].replace(":", "")
    hours, minutes = (digits[:-2], digits[-2:]) if len(digits) > 2 else (digits, "0")
    if int(hours) > 14 or int(minutes) > 59:
        raise ValueError("there is no such zone")
    return timezone((-1 if sign == "-" else 1) * timedelta(hours=int(hours), minutes=int(minutes)))
