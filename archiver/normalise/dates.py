"""When an article was published: dates as pages write them in, moments in Beijing time out.

>>> now = datetime(2022, 2, 23, tzinfo=BEIJING)
>>> parse("发布时间：2022年02月22日 17:47 来源：财联社", now).at.isoformat()
'2022-02-22T17:47:00+08:00'

The grammar is closed (faults D1 to D10): what it does not know is refused, never guessed. A date that names
no zone is Beijing time; the machine's zone and clock play no part.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import urlsplit

from dateutil import parser as dateutil_parser

from archiver.errors import Quarantined
from archiver.normalise.text import clean, half_width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archiver.items import Evidence

BEIJING: Final = timezone(timedelta(hours=8), "+08:00")
"""Fixed: Asia/Shanghai had summer time until 1991, the archive's contract is always +08:00."""

FUTURE_ALLOWED: Final = timedelta(hours=24)
"""How far ahead of the response a date may be (faults D9)."""

_EARLIEST_YEAR: Final = 1990
"""Older dates are defaults of some machine (1970-01-01, 0001-01-01), not news."""

_CONFLICT: Final = timedelta(days=2)
_MAX_LENGTH: Final = 1000
"""Characters of a date and the labels around it."""


class DateError(ValueError):
    """No date can be had from a text; ``reason`` is ``date``, or ``date_future`` if only that was wrong."""

    def __init__(self, text: str, reason: Literal["date", "date_future"] = "date") -> None:
        super().__init__(f"{reason}: {text[:80]!r}")
        self.reason: Literal["date", "date_future"] = reason


@dataclass(frozen=True, slots=True)
class Moment:
    """``at``: aware, +08:00, whole seconds."""

    at: datetime
    precise: bool
    """False: relative (昨天 17:47), or a day without a time. Midnight counts as a day without a time (D5)."""


@dataclass(frozen=True, slots=True)
class DatedBy:
    """The date decided on, and who said it."""

    moment: Moment
    origin: str
    notes: tuple[str, ...]
    """``date/refused`` (one per refused evidence), ``date/conflict``, ``date/imprecise``, ``date/future``."""


_Kind = Literal["stated", "yearless", "clock", "ago", "day"]
"""A full date and time; one without its year; a relative day with a time; a time span; a day alone."""

_LAST_RESORT: Final = frozenset({"address", "id"})
"""Origins that only know a day, and not necessarily the day of publication."""


@dataclass(frozen=True, slots=True)
class _Reading:
    at: datetime
    kind: _Kind

    @property
    def precise(self) -> bool:
        return self.kind in {"stated", "yearless"} and self.at.time() != time()


@dataclass(frozen=True, slots=True)
class _Said:
    reading: _Reading
    origin: str


_MARKS = str.maketrans("：／－．，＋（）［］【】｜\u3000", ":/-.,+()[][]| ")

_SPELT_OUT = (
    (re.compile(r" ?\(?(?:星期|周)[一二三四五六日天]\)?"), " "),
    (re.compile(r"([0-9]{4})年 ?([0-9]{1,2})月 ?([0-9]{1,2})[日号]"), r"\1-\2-\3 "),
    (re.compile(r"([0-9]{1,2})月 ?([0-9]{1,2})[日号]"), r"\1-\2 "),
    (re.compile(r"([0-9]{1,2})[时点] ?([0-9]{1,2})分 ?([0-9]{1,2})秒"), r"\1:\2:\3"),
    (re.compile(r"([0-9]{1,2})[时点] ?([0-9]{1,2})分"), r"\1:\2"),
)
"""年月日 and 时分秒 become ``-`` and ``:``; the day of the week says nothing new."""

_BEFORE = re.compile(
    r"(?:(?:[(\[]GMT\+8(?:, ?Asia/Shanghai)?(?:, ?CST)?[)\]]"
    r"|(?:发布|发表)?(?:时间|日期)|发布于|发表于|北京时间) ?:? ?)*"
)
_AFTER = re.compile(r"(?:文章|稿件|新闻)?来源|作者|记者|(?:责任)?编辑|责编|阅读|浏览|评论|字号|分享")
_BRACKETED = re.compile(r"[(\[]([^()\[\]]*)[)\]]")

_TIME = r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{1,2})(?::(?P<second>[0-9]{1,2})(?:[.,][0-9]{1,9})?)?"
_ZONE = (
    r"(?: ?(?:(?P<utc>Z|z|GMT|UTC)|(?:GMT|UTC)(?P<named>[+-][0-9]{1,2}(?::?[0-9]{2})?)|\(?北京时间\)?)"
    # 09:00-11:30 is a span of time: after minutes an offset needs a blank, or the T of ISO 8601
    r"|(?: |(?<! [0-9]:[0-9]{2})(?<! [0-9]{2}:[0-9]{2}))(?P<offset>[+-][0-9]{2}(?::?[0-9]{2})?))?"
)
_STATED = re.compile(
    r"(?P<year>[0-9]{4})(?P<mark>[-/.])(?P<month>[0-9]{1,2})(?P=mark)(?P<day>[0-9]{1,2})"
    rf"(?:[ Tt]{_TIME}{_ZONE})?"
)
_YEARLESS = re.compile(rf"(?P<month>[0-9]{{1,2}})-(?P<day>[0-9]{{1,2}}) {_TIME}")
_RELATIVE_DAY = re.compile(rf"(?P<word>今天|今日|昨天|昨日|前天)(?: ?{_TIME})?")
_AGO = re.compile(r"(?P<count>[0-9]{1,4}) ?个?(?P<unit>秒|分|小时|天)钟?[以之]?前")
_JUST_NOW = frozenset({"刚刚", "刚才"})
_EPOCH = re.compile(r"([0-9]{10})(?:[0-9]{3})?")
_RFC_822 = re.compile(
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?[0-9]{1,2} "
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [0-9]{4} "
    r"[0-9]{2}:[0-9]{2}(?::[0-9]{2})? (?:GMT|UTC|[+-][0-9]{4})"
)

_UTC_NAMES = {"GMT": 0, "UTC": 0}
"""Told to dateutil, which otherwise takes a name the machine's own zone goes by for that zone."""

_LEAP_YEAR = 2000
_DAYS_BACK = {"今天": 0, "今日": 0, "昨天": 1, "昨日": 1, "前天": 2}
_UNITS = {
    "秒": timedelta(seconds=1),
    "分": timedelta(minutes=1),
    "小时": timedelta(hours=1),
    "天": timedelta(days=1),
}

_DAY_IN_ID = re.compile(r"[^0-9]*([0-9]{4})([0-9]{2})([0-9]{2})")
_DAY_IN_PATH = re.compile(r".*/([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})/", re.DOTALL)


def parse(text: str, now: datetime, zone: tzinfo = BEIJING) -> Moment:
    """Read one date; ``now`` is the time of the response, aware; ``zone`` is what a time without one means.

    Around the date a closed list of labels is allowed: 发布时间：…, (GMT+8, Asia/Shanghai, CST) …, … 来源：X.
    Raises DateError: unreadable, impossible, ambiguous or before 1990; more than 24 h after ``now``.
    """
    reading = _read(text, now, zone)
    return Moment(reading.at, reading.precise)


def day_of_id(article_id: str) -> Moment:
    """The day an id's digits begin with (NW202202222284881584), imprecise; raises DateError."""
    return _day(_DAY_IN_ID.match(article_id), article_id)


def day_of_address(url: str) -> Moment:
    """The last ``/<yyyy>/<mm>/<dd>/`` in an address's path, imprecise; raises DateError."""
    try:
        path = urlsplit(url).path
    except ValueError:
        raise DateError(url) from None
    return _day(_DAY_IN_PATH.match(path), url)


def decide(evidence: Sequence[Evidence], now: datetime, zone: tzinfo = BEIJING) -> DatedBy:
    """The date of an article from everything that was said, most trusted first.

    The first readable date wins, unless it needs help from the later ones:

    - minutes are completed by seconds of the same minute; a missing year is taken from whoever states it;
    - a relative date yields to a stated one, or else to a day (in the listing, address or id), and keeps its
      time of day if it has one: the same page read tomorrow gives the same day (faults D4);
    - a day without a time yields to a date with one, at most two days away.

    Raises Quarantined, ``date`` or ``date_future``. A stated date that lies in the future is not replaced by
    the day in the address or id (D9), an impossible one is (D6).
    """
    read: list[_Said] = []
    refused: list[DateError] = []
    for said in evidence:
        if said.origin in _LAST_RESORT and read and read[0].reading.kind == "stated":
            break  # a day adds nothing to it
        try:
            read.append(_Said(_reading_of(said, now, zone), said.origin))
        except DateError as error:
            if said.origin not in _LAST_RESORT or error.reason == "date_future":
                refused.append(error)
    too_late = any(error.reason == "date_future" for error in refused)
    if not read or (too_late and all(said.origin in _LAST_RESORT for said in read)):
        raise Quarantined("date_future" if too_late else "date", "; ".join(map(str, refused)))
    chosen = _chosen(read, now)
    return DatedBy(
        Moment(chosen.reading.at, chosen.reading.precise),
        chosen.origin,
        (*["date/refused"] * len(refused), *_doubts(chosen.reading, read, now)),
    )


def _doubts(chosen: _Reading, read: Sequence[_Said], now: datetime) -> list[str]:
    doubts = []
    if any(_contradicts(said, chosen, now) for said in read):
        doubts.append("date/conflict")
    if not chosen.precise:
        doubts.append("date/imprecise")
    if chosen.at > now:
        doubts.append("date/future")
    return doubts


# Reading one text


def _reading_of(said: Evidence, now: datetime, zone: tzinfo) -> _Reading:
    if said.origin == "id":
        return _checked(_Reading(day_of_id(said.text).at, "day"), said.text, now)
    if said.origin == "address":
        return _checked(_Reading(day_of_address(said.text).at, "day"), said.text, now)
    return _read(said.text, now, zone)


def _read(text: str, now: datetime, zone: tzinfo) -> _Reading:
    if now.utcoffset() is None:
        raise TypeError("now must be aware")
    if len(text) > _MAX_LENGTH:
        raise DateError(text)
    try:
        reading = _understood(_bare(text), now.astimezone(zone))
    except (ValueError, OverflowError):  # 2022-02-30, or outside what datetime can hold
        reading = None
    if reading is None:
        raise DateError(text)
    return _checked(reading, text, now)


def _understood(line: str, now: datetime) -> _Reading | None:
    forms = (_stated, _yearless, _relative_day, _ago, _epoch, _rfc_822)
    return next((reading for form in forms if (reading := form(line, now))), None)


_PLAIN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")
"""What most answers say; nothing of it has to be spelt otherwise."""


def _bare(text: str) -> str:
    """The date alone: half-width, 年月日 as ``-``, 时分秒 as ``:``, single blanks, no labels."""
    if _PLAIN.fullmatch(text):
        return text
    line = half_width(clean(text)).translate(_MARKS)
    for spelling, form in _SPELT_OUT:
        line = spelling.sub(form, line)
    line = _AFTER.split(" ".join(line.split()), maxsplit=1)[0]
    line = _BEFORE.sub("", line, count=1).strip(" |")
    return line[1:-1] if _BRACKETED.fullmatch(line) else line


def _checked(reading: _Reading, text: str, now: datetime) -> _Reading:
    if reading.at.year < _EARLIEST_YEAR:
        raise DateError(text)
    if reading.at - now > FUTURE_ALLOWED:
        raise DateError(text, "date_future")
    return reading


def _stated(line: str, now: datetime) -> _Reading | None:
    if not (said := _STATED.fullmatch(line)):
        return None
    day = date(int(said["year"]), int(said["month"]), int(said["day"]))
    return _full(_on(day, said, _zone(said) or now.tzinfo))


def _yearless(line: str, now: datetime) -> _Reading | None:
    """In the latest year that puts it no more than a day after ``now`` (faults D3)."""
    if not (said := _YEARLESS.fullmatch(line)):
        return None
    latest = now + timedelta(days=1)
    for year in range(latest.year, latest.year - 9, -1):  # 29 February may be eight years back
        day = _in_year(date(_LEAP_YEAR, int(said["month"]), int(said["day"])), year)
        if day and (at := _on(day, said, now.tzinfo)) <= latest:
            return _Reading(at, "yearless")
    return None


def _relative_day(line: str, now: datetime) -> _Reading | None:
    if not (said := _RELATIVE_DAY.fullmatch(line)):
        return None
    day = now.date() - timedelta(days=_DAYS_BACK[said["word"]])
    return _Reading(_on(day, said, now.tzinfo), "clock" if said["hour"] else "ago")


def _ago(line: str, now: datetime) -> _Reading | None:
    if line in _JUST_NOW:
        return _Reading(now.replace(microsecond=0).astimezone(BEIJING), "ago")
    if not (said := _AGO.fullmatch(line)):
        return None
    at = now.replace(microsecond=0).astimezone(BEIJING) - int(said["count"]) * _UNITS[said["unit"]]
    return _Reading(datetime.combine(at.date(), time(), BEIJING) if said["unit"] == "天" else at, "ago")


def _epoch(line: str, _now: datetime) -> _Reading | None:
    said = _EPOCH.fullmatch(line)
    return _full(datetime.fromtimestamp(int(said[1]), BEIJING)) if said else None


def _rfc_822(line: str, _now: datetime) -> _Reading | None:
    """dateutil is only asked for what the pattern has shown to be whole: it fills gaps from its own clock."""
    if not _RFC_822.fullmatch(line):
        return None
    return _full(dateutil_parser.parse(line, tzinfos=_UTC_NAMES).astimezone(BEIJING))


def _full(at: datetime) -> _Reading:
    return _Reading(at, "day" if at.time() == time() else "stated")


def _on(day: date, said: re.Match[str], zone: tzinfo | None) -> datetime:
    """The day at the time the match holds, if it holds one; 24:00 is the next day's midnight (faults D5)."""
    hour, minute, second = (int(said[part] or 0) for part in ("hour", "minute", "second"))
    if (hour, minute, second) == (24, 0, 0):
        day, hour = day + timedelta(days=1), 0
    if not said["hour"]:
        zone = BEIJING  # a day without a time is the same day everywhere
    return datetime.combine(day, time(hour, minute, second), zone).astimezone(BEIJING)


def _zone(said: re.Match[str]) -> timezone | None:
    if said["utc"]:
        return UTC
    if not (offset := said["named"] or said["offset"]):
        return None
    sign, digits = offset[0], offset[1:].replace(":", "")
    hours, minutes = (digits[:-2], digits[-2:]) if len(digits) > 2 else (digits, "0")
    if int(hours) > 14 or int(minutes) > 59:
        raise ValueError("no such zone")
    return timezone((-1 if sign == "-" else 1) * timedelta(hours=int(hours), minutes=int(minutes)))


def _day(said: re.Match[str] | None, text: str) -> Moment:
    if not said:
        raise DateError(text)
    try:
        at = datetime(int(said[1]), int(said[2]), int(said[3]), tzinfo=BEIJING)
    except ValueError:
        raise DateError(text) from None
    if at.year < _EARLIEST_YEAR:
        raise DateError(text)
    return Moment(at, precise=False)


# Choosing among several


def _chosen(read: Sequence[_Said], now: datetime) -> _Said:
    first, rest = read[0], read[1:]
    exact = next((said for said in rest if said.reading.precise), None)
    day = next((said for said in rest if said.reading.kind == "day"), None)
    match first.reading.kind:
        case "stated":
            return _completed(first, rest)
        case "yearless":
            return _completed(_Said(_dated(first.reading, exact or day, now), first.origin), rest)
        case "day":
            return exact if exact and not _far(first.reading, exact.reading) else first
        case "clock" if day and not exact:
            return _Said(_at_clock(day.reading, first.reading, now), day.origin)
        case _:
            return exact or day or first


def _completed(first: _Said, rest: Sequence[_Said]) -> _Said:
    """The first later one that agrees to the minute and knows the second; the first one if none does."""
    if first.reading.at.second:
        return first
    return next((said for said in rest if _minute_of(said.reading) == first.reading.at), first)


def _minute_of(reading: _Reading) -> datetime | None:
    return reading.at.replace(second=0) if reading.precise and reading.at.second else None


def _dated(yearless: _Reading, witness: _Said | None, now: datetime) -> _Reading:
    """A date that lacks its year, in the year nearest to the witness; never moved into the future."""
    if witness is None:
        return yearless
    there = witness.reading.at
    years = (there.year - 1, there.year, there.year + 1)
    days = filter(None, (_in_year(yearless.at.date(), year) for year in years))
    dates = (datetime.combine(day, yearless.at.timetz()) for day in days)
    possible = [at for at in dates if at - now <= FUTURE_ALLOWED]
    return _Reading(min([yearless.at, *possible], key=lambda at: abs(at - there)), "yearless")


def _at_clock(day: _Reading, clock: _Reading, now: datetime) -> _Reading:
    at = datetime.combine(day.at.date(), clock.at.timetz())
    return _Reading(at, "clock") if at - now <= FUTURE_ALLOWED else day


def _contradicts(said: _Said, chosen: _Reading, now: datetime) -> bool:
    """Whether another stated date is more than two days off (faults D11)."""
    if said.origin in _LAST_RESORT or said.reading.kind in {"clock", "ago"}:
        return False
    other = said.reading
    if other.kind == "yearless":
        other = _dated(other, _Said(chosen, ""), now)
    return _far(other, chosen)


def _far(one: _Reading, other: _Reading) -> bool:
    if one.precise and other.precise:
        return abs(one.at - other.at) > _CONFLICT
    return abs(one.at.date() - other.at.date()) > _CONFLICT


def _in_year(day: date, year: int) -> date | None:
    try:
        return day.replace(year=year)
    except ValueError:  # 29 February
        return None
