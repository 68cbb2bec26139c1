"""Reads the date in one text, as pages write it, and converts it to Beijing time.

The grammar is closed (faults D1 to D10): it refuses unknown forms and never guesses. A date without a zone is
in the zone of the site. The zone and the clock of this machine have no effect.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Final, Literal

from dateutil import parser as dateutil_parser

from archiver.normalise.text import clean, half_width
from archiver.normalise.zone import BEIJING

FUTURE_ALLOWED: Final = timedelta(hours=24)
"""How much later than the response a date may be (faults D9)."""

_EARLIEST_YEAR: Final = 1990
"""Earlier dates are default values of software (1970-01-01, 0001-01-01), not dates of news."""

_MAX_LENGTH: Final = 1000
"""Longest text that is read, in characters: a date with labels around it."""

Kind = Literal["stated", "yearless", "clock", "ago", "day"]
"""A full date and time; the same without a year; a relative day with a time; a relative time; a day alone."""


class DateError(ValueError):
    """A text has no valid date; ``reason`` is ``date``, or ``date_future`` for a date in the future."""

    def __init__(self, text: str, reason: Literal["date", "date_future"] = "date") -> None:
        super().__init__(f"{reason}: {text[:80]!r}")
        self.reason: Literal["date", "date_future"] = reason


@dataclass(frozen=True, slots=True)
class Reading:
    """The date in one text."""

    at: datetime
    """Aware, +08:00, whole seconds."""
    kind: Kind

    @property
    def precise(self) -> bool:
        """False for relative dates and days; midnight counts as a day without a time (faults D5)."""
        return self.kind in {"stated", "yearless"} and self.at.time() != time()


def read(text: str, now: datetime, zone: tzinfo) -> Reading:
    """Reads a date. ``now`` is the time of the response, aware; ``zone`` applies to times without a zone.

    Raises DateError.
    """
    if now.utcoffset() is None:
        raise TypeError("now must be aware")
    if len(text) > _MAX_LENGTH:
        raise DateError(text)
    try:
        at = now.astimezone(zone)
        reading = _understood(text, at) or _understood(_bare(text), at)  # most texts have no labels
    except (ValueError, OverflowError):  # 2022-02-30, or outside what datetime can hold
        reading = None
    if reading is None:
        raise DateError(text)
    return checked(reading, text, now)


def day(year: str, month: str, day_of_month: str, text: str) -> datetime:
    """Midnight at the start of the day; ``text`` is only for the error. Raises DateError."""
    try:
        at = datetime(int(year), int(month), int(day_of_month), tzinfo=BEIJING)
    except ValueError:
        raise DateError(text) from None
    if at.year < _EARLIEST_YEAR:
        raise DateError(text)
    return at


def checked(reading: Reading, text: str, now: datetime) -> Reading:
    """The reading, if it lies between 1990 and 24 hours after ``now``; raises DateError."""
    if reading.at.year < _EARLIEST_YEAR:
        raise DateError(text)
    if reading.at - now > FUTURE_ALLOWED:
        raise DateError(text, "date_future")
    return reading


def in_year(month_and_day: date, year: int) -> date | None:
    """The same day in another year; None if it does not exist."""
    try:
        return month_and_day.replace(year=year)
    except ValueError:  # 29 February
        return None


# Normalisation of the spelling

_MARKS = str.maketrans("：／－．，＋（）［］【】｜\u3000", ":/-.,+()[][]| ")

_SPELLINGS = (
    (re.compile(r" ?\(?(?:星期|周)[一二三四五六日天]\)?"), " "),  # the day of the week adds nothing
    (re.compile(r"([0-9]{4})年 ?([0-9]{1,2})月 ?([0-9]{1,2})[日号]"), r"\1-\2-\3 "),
    (re.compile(r"([0-9]{1,2})月 ?([0-9]{1,2})[日号]"), r"\1-\2 "),
    (re.compile(r"([0-9]{1,2})[时点] ?([0-9]{1,2})分 ?([0-9]{1,2})秒"), r"\1:\2:\3"),
    (re.compile(r"([0-9]{1,2})[时点] ?([0-9]{1,2})分"), r"\1:\2"),
)
"""Chinese spelling → the spelling with ``-`` and ``:``."""

_LABELS_BEFORE = re.compile(
    r"""
    (?: (?: [(\[] GMT\+8 (?:,[ ]?Asia/Shanghai)? (?:,[ ]?CST)? [)\]]  # on the pages of the source site
          | (?:发布|发表)? (?:时间|日期)
          | 发布于 | 发表于 | 北京时间
        )
        [ ]? :? [ ]?
    )*
    """,
    re.VERBOSE,
)
"""Labels before a date."""

_LABEL_AFTER = re.compile(
    r"""
    (?:文章|稿件|新闻)? 来源 | 作者 | 记者 | (?:责任)? 编辑 | 责编    # credits
    | 阅读 | 浏览 | 评论 | 字号 | 分享                           # counters and buttons
    """,
    re.VERBOSE,
)
"""A label after a date; the date ends before it."""

_BRACKETED = re.compile(r"[(\[]([^()\[\]]*)[)\]]")


def _bare(text: str) -> str:
    """The date without labels: half-width, 年月日 as ``-``, 时分秒 as ``:``, single blanks."""
    line = half_width(clean(text)).translate(_MARKS)
    for spelling, form in _SPELLINGS:
        line = spelling.sub(form, line)
    line = _LABEL_AFTER.split(" ".join(line.split()), maxsplit=1)[0]
    line = _LABELS_BEFORE.sub("", line, count=1).strip(" |")
    return line[1:-1] if _BRACKETED.fullmatch(line) else line


# The forms of a date

_TIME = r"""
    (?P<hour> [0-9]{1,2} ) : (?P<minute> [0-9]{1,2} )
    (?: : (?P<second> [0-9]{1,2} ) (?: [.,][0-9]{1,9} )? )?     # fractions of seconds are dropped
"""
_ZONE = r"""
    (?: # the name of a zone
        [ ]? (?: (?P<utc> Z | z | GMT | UTC )
               | (?:GMT|UTC) (?P<named> [+-][0-9]{1,2} (?: :?[0-9]{2} )? )
               | \(?北京时间\)?
             )
      # an offset; after minutes it needs a blank or the T of ISO 8601, because 09:00-11:30 is a time span
      | (?: [ ] | (?<![ ][0-9]:[0-9]{2}) (?<![ ][0-9]{2}:[0-9]{2}) )
        (?P<offset> [+-][0-9]{2} (?: :?[0-9]{2} )? )
    )?
"""
_STATED = re.compile(
    rf"""
    (?P<year> [0-9]{{4}} ) (?P<mark> [-/.] ) (?P<month> [0-9]{{1,2}} ) (?P=mark) (?P<day> [0-9]{{1,2}} )
    (?: [ Tt] {_TIME} {_ZONE} )?
    """,
    re.VERBOSE,
)
_YEARLESS = re.compile(rf"(?P<month> [0-9]{{1,2}} ) - (?P<day> [0-9]{{1,2}} ) [ ] {_TIME}", re.VERBOSE)
_RELATIVE_DAY = re.compile(rf"(?P<word> 今天 | 今日 | 昨天 | 昨日 | 前天 ) (?: [ ]? {_TIME} )?", re.VERBOSE)
_AGO = re.compile(r"(?P<count>[0-9]{1,4}) ?个?(?P<unit>秒|分|小时|天)钟?[以之]?前")
_JUST_NOW = frozenset({"刚刚", "刚才"})
_EPOCH = re.compile(r"([0-9]{10})(?:[0-9]{3})?")
"""Seconds or milliseconds since 1970."""

_RFC_822 = re.compile(
    r"""
    (?: (?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),[ ] )?
    [0-9]{1,2} [ ] (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ ] [0-9]{4} [ ]
    [0-9]{2}:[0-9]{2} (?: :[0-9]{2} )? [ ] (?: GMT | UTC | [+-][0-9]{4} )
    """,
    re.VERBOSE,
)
_UTC_NAMES = {"GMT": 0, "UTC": 0}
"""For dateutil, which otherwise reads the name of the local zone of this machine as that zone."""

_LEAP_YEAR = 2000
_DAYS_BACK = {"今天": 0, "今日": 0, "昨天": 1, "昨日": 1, "前天": 2}
_UNITS = {
    "秒": timedelta(seconds=1),
    "分": timedelta(minutes=1),
    "小时": timedelta(hours=1),
    "天": timedelta(days=1),
}


def _understood(line: str, now: datetime) -> Reading | None:
    forms = (_stated, _yearless, _relative_day, _ago, _epoch, _rfc_822)
    return next((reading for form in forms if (reading := form(line, now))), None)


def _stated(line: str, now: datetime) -> Reading | None:
    if not (match := _STATED.fullmatch(line)):
        return None
    stated_day = date(int(match["year"]), int(match["month"]), int(match["day"]))
    return _full(_on(stated_day, match, _zone(match) or now.tzinfo))


def _yearless(line: str, now: datetime) -> Reading | None:
    """Takes the latest year in which the date is at most a day after ``now`` (faults D3)."""
    if not (match := _YEARLESS.fullmatch(line)):
        return None
    latest = now + timedelta(days=1)
    stated_day = date(_LEAP_YEAR, int(match["month"]), int(match["day"]))
    for year in range(latest.year, latest.year - 9, -1):  # 29 February may be eight years ago
        that_day = in_year(stated_day, year)
        if that_day and (at := _on(that_day, match, now.tzinfo)) <= latest:
            return Reading(at, "yearless")
    return None


def _relative_day(line: str, now: datetime) -> Reading | None:
    if not (match := _RELATIVE_DAY.fullmatch(line)):
        return None
    that_day = now.date() - timedelta(days=_DAYS_BACK[match["word"]])
    return Reading(_on(that_day, match, now.tzinfo), "clock" if match["hour"] else "ago")


def _ago(line: str, now: datetime) -> Reading | None:
    if line in _JUST_NOW:
        return Reading(now.replace(microsecond=0).astimezone(BEIJING), "ago")
    if not (match := _AGO.fullmatch(line)):
        return None
    at = now.replace(microsecond=0).astimezone(BEIJING) - int(match["count"]) * _UNITS[match["unit"]]
    return Reading(datetime.combine(at.date(), time(), BEIJING) if match["unit"] == "天" else at, "ago")


def _epoch(line: str, _now: datetime) -> Reading | None:
    match = _EPOCH.fullmatch(line)
    return _full(datetime.fromtimestamp(int(match[1]), BEIJING)) if match else None


def _rfc_822(line: str, _now: datetime) -> Reading | None:
    """Passes only complete texts to dateutil, which fills missing parts from the clock of this machine."""
    if not _RFC_822.fullmatch(line):
        return None
    return _full(dateutil_parser.parse(line, tzinfos=_UTC_NAMES).astimezone(BEIJING))


def _full(at: datetime) -> Reading:
    return Reading(at, "day" if at.time() == time() else "stated")


def _on(that_day: date, match: re.Match[str], zone: tzinfo | None) -> datetime:
    """The day at the time in the match, else at midnight; 24:00 is midnight of the next day (faults D5)."""
    hour, minute, second = (int(match[part] or 0) for part in ("hour", "minute", "second"))
    if (hour, minute, second) == (24, 0, 0):
        that_day, hour = that_day + timedelta(days=1), 0
    if not match["hour"]:
        zone = BEIJING  # a day without a time is the same day in every zone
    return datetime.combine(that_day, time(hour, minute, second), zone).astimezone(BEIJING)


def _zone(match: re.Match[str]) -> timezone | None:
    if match["utc"]:
        return UTC
    if not (offset := match["named"] or match["offset"]):
        return None
    sign, digits = offset[0], offset[1:].replace(":", "")
    hours, minutes = (digits[:-2], digits[-2:]) if len(digits) > 2 else (digits, "0")
    if int(hours) > 14 or int(minutes) > 59:
        raise ValueError("there is no such zone")
    return timezone((-1 if sign == "-" else 1) * timedelta(hours=int(hours), minutes=int(minutes)))
