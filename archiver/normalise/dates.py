"""Decides when an article was published, in Beijing time.

>>> now = datetime(2022, 2, 23, tzinfo=BEIJING)
>>> parse("发布时间：2022年02月22日 17:47 来源：财联社", now).at.isoformat()
'2022-02-22T17:47:00+08:00'

``date_text`` reads one text; this module chooses among the evidence of several pages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from archiver.errors import Quarantined
from archiver.normalise.date_text import (
    FUTURE_ALLOWED,
    Answered,
    DateError,
    Reading,
    checked,
    day,
    in_year,
    read,
)
from archiver.normalise.zone import BEIJING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archiver.items import Evidence

__all__ = ["DateError", "DatedBy", "Moment", "day_of_address", "day_of_id", "decide", "parse"]

_MAX_DIFFERENCE: Final = timedelta(days=2)
"""Two dates of one article contradict each other if they differ by more (faults D11)."""

_LAST_RESORT: Final = frozenset({"address", "id"})
"""Origins that give only a day, which may not be the day of publication."""

_DAY_IN_ID = re.compile(r"[^0-9]*([0-9]{4})([0-9]{2})([0-9]{2})")
_DAY_IN_PATH = re.compile(
    r"""
    .*/ (?:
        ([0-9]{4}) / ([0-9]{1,2}) / ([0-9]{1,2}) /                      # /2022/2/22/
        | ([0-9]{4}) ([-_]?) ([0-9]{2}) (?:\5|/) ([0-9]{2}) /           # /2022-02-22/ /20220222/ /2022-02/22/
        | ([0-9]{4}) / ([0-9]{2}) [-_]? ([0-9]{2}) /                    # /2022/0222/ /2022/02-22/
        | ([0-9]{2}) / ([0-9]{2}) ([0-9]{2}) / [0-9]{2} /               # /22/0222/14/: with the hour
        | [A-Za-z] ([0-9]{4}) ([0-9]{2}) ([0-9]{2}) _ [0-9]+ \.         # /t20220222_4881584.html
    )
    """,
    re.DOTALL | re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time."""

    at: datetime
    """Aware, +08:00, whole seconds."""
    precise: bool
    """False for a relative date (昨天 17:47), a day without a time, and midnight (faults D5)."""


@dataclass(frozen=True, slots=True)
class DatedBy:
    """The date of an article, and its origin."""

    moment: Moment
    origin: str
    notes: tuple[str, ...]
    """``date/refused`` (once per refused text), ``date/conflict``, ``date/imprecise``, ``date/future``."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    reading: Reading
    origin: str


def parse(text: str, now: datetime, zone: tzinfo = BEIJING) -> Moment:
    """Reads one date. ``now`` is the time of the response, aware; ``zone`` applies to times without a zone.

    Known labels around the date are ignored: 发布时间：…, (GMT+8, Asia/Shanghai, CST) …, … 来源：X.
    Raises DateError for a text that is unreadable, impossible, ambiguous, before 1990, or more than 24 hours
    after ``now``.
    """
    reading = read(text, now, zone)
    return Moment(reading.at, reading.precise)


def day_of_id(article_id: str) -> Moment:
    """The day at the start of the digits of an id (NW202202222284881584), imprecise; raises DateError."""
    return _day(_DAY_IN_ID.match(article_id), article_id)


def day_of_address(url: str) -> Moment:
    """The day in the path, imprecise; the last one if there are several. Raises DateError."""
    try:
        path = urlsplit(url).path
    except ValueError:
        raise DateError(url) from None
    found = _DAY_IN_PATH.match(path)
    numbers = [each for each in found.groups() if each and each.isdigit()] if found else []
    if not numbers:
        raise DateError(url)
    year, month, day_of_month = numbers
    return Moment(day(year if len(year) == 4 else f"20{year}", month, day_of_month, url), precise=False)


def _day(found: re.Match[str] | None, text: str) -> Moment:
    if not found:
        raise DateError(text)
    return Moment(day(found[1], found[2], found[3], text), precise=False)


def decide(
    evidence: Sequence[Evidence], now: datetime, zone: tzinfo = BEIJING, answered: Answered | None = None
) -> DatedBy:
    """The date of an article from all evidence, the most trusted first.

    ``now`` is the time of the response. Relative dates count from ``answered()``, the moment when the site
    made the response (a cache sends it later), or from ``Evidence.made_at``.

    The first readable date is used, with these exceptions:

    - seconds are added from a later date in the same minute; a missing year is taken from a later date;
    - a relative date is replaced by a full date, else by a day (in the listing, address or id); with a day,
      it keeps its time of day. So the same page gives the same day if it is read tomorrow (faults D4);
    - a day without a time is replaced by a date with a time that is at most two days away.

    Raises Quarantined with ``date`` or ``date_future``. The day in the address or id replaces an impossible
    date (D6), but not a date in the future (D9).
    """
    candidates, refused = _read_all(evidence, now, zone, answered)
    too_late = any(error.reason == "date_future" for error in refused)
    if not candidates or (too_late and all(one.origin in _LAST_RESORT for one in candidates)):
        raise Quarantined("date_future" if too_late else "date", "; ".join(map(str, refused)))
    chosen = _chosen(candidates, now)
    notes = ["date/refused"] * len(refused) + _doubts(chosen.reading, candidates, now)
    return DatedBy(Moment(chosen.reading.at, chosen.reading.precise), chosen.origin, tuple(notes))


def _read_all(
    evidence: Sequence[Evidence], now: datetime, zone: tzinfo, answered: Answered | None
) -> tuple[list[_Candidate], list[DateError]]:
    """The readable dates, and the errors of refused texts. An address or id without a day is not an error."""
    candidates: list[_Candidate] = []
    refused: list[DateError] = []
    for one in evidence:
        if one.origin in _LAST_RESORT and candidates and candidates[0].reading.kind == "stated":
            break  # a day adds nothing to a full date
        try:
            candidates.append(_Candidate(_reading_of(one, now, zone, answered), one.origin))
        except DateError as error:
            if one.origin not in _LAST_RESORT or error.reason == "date_future":
                refused.append(error)
    return candidates, refused


def _reading_of(one: Evidence, now: datetime, zone: tzinfo, answered: Answered | None) -> Reading:
    if one.origin not in _LAST_RESORT:
        made_at = one.made_at
        return read(one.text, now, zone, (lambda: made_at) if made_at else answered)
    moment = day_of_id(one.text) if one.origin == "id" else day_of_address(one.text)
    return checked(Reading(moment.at, "day"), one.text, now)


def _doubts(chosen: Reading, candidates: Sequence[_Candidate], now: datetime) -> list[str]:
    doubts = []
    if any(_contradicts(one, chosen, now) for one in candidates):
        doubts.append("date/conflict")
    if not chosen.precise:
        doubts.append("date/imprecise")
    if chosen.at > now:
        doubts.append("date/future")
    return doubts


def _chosen(candidates: Sequence[_Candidate], now: datetime) -> _Candidate:
    first, rest = candidates[0], candidates[1:]
    exact = next((one for one in rest if one.reading.precise), None)
    dated = next((one for one in rest if one.reading.kind == "day"), None)
    match first.reading.kind:
        case "stated":
            return _completed(first, rest)
        case "yearless":
            return _completed(_Candidate(_with_year(first.reading, exact or dated, now), first.origin), rest)
        case "day":
            return exact if exact and not _far_apart(first.reading, exact.reading) else first
        case "clock" if dated and not exact:
            return _Candidate(_at_time_of_day(dated.reading, first.reading, now), dated.origin)
        case _:
            return exact or dated or first


def _completed(first: _Candidate, rest: Sequence[_Candidate]) -> _Candidate:
    """The first later candidate in the same minute that has seconds; else the given one."""
    if first.reading.at.second:
        return first
    return next((one for one in rest if _minute_of(one.reading) == first.reading.at), first)


def _minute_of(reading: Reading) -> datetime | None:
    return reading.at.replace(second=0) if reading.precise and reading.at.second else None


def _with_year(yearless: Reading, reference: _Candidate | None, now: datetime) -> Reading:
    """Sets a missing year so that the date is nearest to ``reference``; never moves it into the future."""
    if reference is None:
        return yearless
    there = reference.reading.at
    years = (there.year - 1, there.year, there.year + 1)
    days = filter(None, (in_year(yearless.at.date(), year) for year in years))
    dates = (datetime.combine(one, yearless.at.timetz()) for one in days)
    possible = [at for at in dates if at - now <= FUTURE_ALLOWED]
    return Reading(min([yearless.at, *possible], key=lambda at: abs(at - there)), "yearless")


def _at_time_of_day(dated: Reading, clock: Reading, now: datetime) -> Reading:
    at = datetime.combine(dated.at.date(), clock.at.timetz())
    return Reading(at, "clock") if at - now <= FUTURE_ALLOWED else dated


def _contradicts(one: _Candidate, chosen: Reading, now: datetime) -> bool:
    """Whether another date that is not relative differs by more than two days (faults D11)."""
    if one.origin in _LAST_RESORT or one.reading.kind in {"clock", "ago"}:
        return False
    other = one.reading
    if other.kind == "yearless":
        other = _with_year(other, _Candidate(chosen, ""), now)
    return _far_apart(other, chosen)


def _far_apart(one: Reading, other: Reading) -> bool:
    if one.precise and other.precise:
        return abs(one.at - other.at) > _MAX_DIFFERENCE
    return abs(one.at.date() - other.at.date()) > _MAX_DIFFERENCE
