"""The forms of a date without a year: 02-22 17:47, 昨天 17:47, 1小时10分前, 2 days ago.

To add a word, add a row to ``_DAYS_BACK``, ``_UNITS`` or ``_JUST_NOW``, and a row to the table in
``tests/normalise/test_dates.py``.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Final

from dateutil.relativedelta import relativedelta

from archiver.normalise.clocks import TIME, on
from archiver.normalise.date_spelling import number_of
from archiver.normalise.readings import Reading
from archiver.normalise.zone import BEIJING

_DAYS_BACK: Final = {
    **dict.fromkeys(("今天", "今日", "今", "today"), 0),
    **dict.fromkeys(("昨天", "昨日", "昨", "yesterday"), 1),
    **dict.fromkeys(("前天", "前日"), 2),
    **dict.fromkeys(("大前天", "大前日"), 3),
}
_JUST_NOW: Final = frozenset({"刚刚", "刚才", "剛剛", "剛才", "方才", "just now", "now"})

_SECONDS: Final = {
    **dict.fromkeys(("秒", "秒钟", "秒鐘", "second", "sec"), 1),
    **dict.fromkeys(("分", "分钟", "分鐘", "minute", "min"), 60),
    **dict.fromkeys(("小时", "小時", "钟头", "鐘頭", "hour", "hr"), 3600),
}
_DAYS: Final = {
    **dict.fromkeys(("天", "day"), 1),
    **dict.fromkeys(("周", "週", "星期", "礼拜", "禮拜", "week"), 7),
}
_MONTHS: Final = {
    **dict.fromkeys(("个月", "個月", "月", "month"), 1),
    **dict.fromkeys(("年", "year"), 12),
}
_WORDS: Final = "|".join(sorted({*_SECONDS, *_DAYS, *_MONTHS} - {"月"}, key=len, reverse=True))
_DAY_WORDS: Final = "|".join(sorted(_DAYS_BACK, key=len, reverse=True))

_YEARLESS = re.compile(rf"(?P<month> [0-9]{{1,2}} ) - (?P<day> [0-9]{{1,2}} ) [ ] {TIME}", re.VERBOSE)
_RELATIVE_DAY = re.compile(rf"(?P<word> {_DAY_WORDS} ) (?: ,?[ ]? (?: at[ ] )? {TIME} )?", re.VERBOSE)
_COUNT = r"[0-9]{1,4}(?:\.5)? | [一二两兩三四五六七八九十]{1,3} | 半 | an?(?=\ )"
_PART = rf"(?P<count> {_COUNT} ) [ ]? [个個]? (?P<half> 半 )? [ ]? (?P<unit> {_WORDS} | (?<=半)月 ) s?"
"""1月前 is refused: it may mean "before January"."""

_AGO = re.compile(
    rf"(?P<parts> (?: {re.sub('[?]P<[a-z]+>', '?:', _PART)} [零又, ]{{0,2}} ){{1,4}} ) (?: [之以]?前 | ago )",
    re.VERBOSE,
)
_PARTS = re.compile(_PART, re.VERBOSE)

_HAS_YEAR = re.compile(r"[0-9]{4}")
_HAS_AGO = re.compile(r"前|ago")

_LEAP_YEAR = 2000


def in_year(month_and_day: date, year: int) -> date | None:
    """The same day in another year; None if it does not exist."""
    try:
        return month_and_day.replace(year=year)
    except ValueError:  # 29 February
        return None


def may_be_relative(text: str) -> bool:
    """False for a text that can only be a complete date, as most are."""
    return not _HAS_YEAR.search(text) or bool(_HAS_AGO.search(text))


def relative(line: str, now: datetime) -> Reading | None:
    """Reads a line in one of these forms. ``now`` is the time of the response, in the zone of the site."""
    return _yearless(line, now) or _relative_day(line, now) or _ago(line, now)


def _yearless(line: str, now: datetime) -> Reading | None:
    """Takes the latest year in which the date is at most a day after ``now`` (faults D3)."""
    if not (match := _YEARLESS.fullmatch(line)):
        return None
    latest = now + timedelta(days=1)
    stated_day = date(_LEAP_YEAR, int(match["month"]), int(match["day"]))
    for year in range(latest.year, latest.year - 9, -1):  # 29 February may be eight years ago
        that_day = in_year(stated_day, year)
        if that_day and (at := on(that_day, match.groupdict(), now.tzinfo)) <= latest:
            return Reading(at, "yearless")
    return None


def _relative_day(line: str, now: datetime) -> Reading | None:
    match = _RELATIVE_DAY.fullmatch(line.lower())
    if not match or (len(match["word"]) == 1 and not match["before"]):  # 昨晚8:00, but not 今 or 昨8:00
        return None
    that_day = now.date() - timedelta(days=_DAYS_BACK[match["word"]])
    return Reading(on(that_day, match.groupdict(), now.tzinfo), "clock" if match["hour"] else "ago")


def _ago(line: str, now: datetime) -> Reading | None:
    """The moment so long before ``now``; midnight if the smallest unit is a day or more."""
    line, exact = line.lower(), now.replace(microsecond=0)
    if line in _JUST_NOW:
        return Reading(exact.astimezone(BEIJING), "ago")
    if not (match := _AGO.fullmatch(line)):
        return None
    months, rest, smallest = _duration(match["parts"])
    at = (exact - relativedelta(months=months) - rest).astimezone(BEIJING)
    return Reading(at if smallest < 86400 else datetime.combine(at.date(), time(), BEIJING), "ago")


def _duration(text: str) -> tuple[int, timedelta, int]:
    """Whole months, the rest, and the seconds of the smallest unit (those of a day for longer ones)."""
    months, days, seconds, smallest = 0.0, 0.0, 0.0, 86400
    for part in _PARTS.finditer(text):
        count, unit = _count(part["count"]) + (0.5 if part["half"] else 0), part["unit"]
        months += count * _MONTHS.get(unit, 0)
        days += count * _DAYS.get(unit, 0)
        seconds += count * _SECONDS.get(unit, 0)
        smallest = min(smallest, _SECONDS.get(unit, 86400))
    return int(months), timedelta(days=days + months % 1 * 30, seconds=seconds), smallest


def _count(text: str) -> float:
    if text in ("a", "an"):
        return 1
    if text == "半":
        return 0.5
    return float(text) if text[0].isdecimal() else number_of(text)
