"""When an article was published: dates as pages write them in, moments in Beijing time out.

>>> now = datetime(2022, 2, 23, tzinfo=BEIJING)
>>> parse("发布时间：2022年02月22日 17:47 来源：财联社", now).at.isoformat()
'2022-02-22T17:47:00+08:00'

``date_text`` has the grammar of one text; this module chooses among several texts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from archiver.errors import Quarantined
from archiver.normalise.date_text import FUTURE_ALLOWED, DateError, Reading, checked, day, in_year, read
from archiver.normalise.zone import BEIJING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archiver.items import Evidence

__all__ = ["DateError", "DatedBy", "Moment", "day_of_address", "day_of_id", "decide", "parse"]

_MAX_DIFFERENCE: Final = timedelta(days=2)
"""Two dates of one article that differ by more contradict each other (faults D11)."""

_LAST_RESORT: Final = frozenset({"address", "id"})
"""Origins that only know a day, and not necessarily the day of publication."""

_DAY_IN_ID = re.compile(r"[^0-9]*([0-9]{4})([0-9]{2})([0-9]{2})")
_DAY_IN_PATH = re.compile(r".*/([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})/", re.DOTALL)


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


@dataclass(frozen=True, slots=True)
class _Said:
    reading: Reading
    origin: str


def parse(text: str, now: datetime, zone: tzinfo = BEIJING) -> Moment:
    """Read one date; ``now`` is the time of the response, aware; ``zone`` is what a time without one means.

    Around the date a closed list of labels is allowed: 发布时间：…, (GMT+8, Asia/Shanghai, CST) …, … 来源：X.
    Raises DateError: unreadable, impossible, ambiguous or before 1990; more than 24 h after ``now``.
    """
    reading = read(text, now, zone)
    return Moment(reading.at, reading.precise)


def day_of_id(article_id: str) -> Moment:
    """The day that an id's digits begin with (NW202202222284881584), imprecise; raises DateError."""
    return _day(_DAY_IN_ID.match(article_id), article_id)


def day_of_address(url: str) -> Moment:
    """The last ``/<yyyy>/<mm>/<dd>/`` in an address's path, imprecise; raises DateError."""
    try:
        path = urlsplit(url).path
    except ValueError:
        raise DateError(url) from None
    return _day(_DAY_IN_PATH.match(path), url)


def _day(found: re.Match[str] | None, text: str) -> Moment:
    if not found:
        raise DateError(text)
    return Moment(day(found[1], found[2], found[3], text), precise=False)


def decide(evidence: Sequence[Evidence], now: datetime, zone: tzinfo = BEIJING) -> DatedBy:
    """The date of an article from all evidence, the most trusted first.

    The first readable date wins, unless it needs help from the later ones:

    - minutes are completed by seconds of the same minute; a missing year is taken from evidence that has one;
    - a relative date yields to a stated one, or else to a day (in the listing, address or id), and keeps its
      time of day if it has one: the same page read tomorrow gives the same day (faults D4);
    - a day without a time yields to a date with one, at most two days away.

    Raises Quarantined, ``date`` or ``date_future``. A stated date that lies in the future is not replaced by
    the day in the address or id (D9), an impossible one is (D6).
    """
    said, refused = _read_all(evidence, now, zone)
    too_late = any(error.reason == "date_future" for error in refused)
    if not said or (too_late and all(one.origin in _LAST_RESORT for one in said)):
        raise Quarantined("date_future" if too_late else "date", "; ".join(map(str, refused)))
    chosen = _chosen(said, now)
    notes = ["date/refused"] * len(refused) + _doubts(chosen.reading, said, now)
    return DatedBy(Moment(chosen.reading.at, chosen.reading.precise), chosen.origin, tuple(notes))


def _read_all(
    evidence: Sequence[Evidence], now: datetime, zone: tzinfo
) -> tuple[list[_Said], list[DateError]]:
    """What can be read, and what is refused. An address or id without a day is neither."""
    said: list[_Said] = []
    refused: list[DateError] = []
    for one in evidence:
        if one.origin in _LAST_RESORT and said and said[0].reading.kind == "stated":
            break  # a day adds nothing to a stated date
        try:
            said.append(_Said(_reading_of(one, now, zone), one.origin))
        except DateError as error:
            if one.origin not in _LAST_RESORT or error.reason == "date_future":
                refused.append(error)
    return said, refused


def _reading_of(one: Evidence, now: datetime, zone: tzinfo) -> Reading:
    if one.origin not in _LAST_RESORT:
        return read(one.text, now, zone)
    moment = day_of_id(one.text) if one.origin == "id" else day_of_address(one.text)
    return checked(Reading(moment.at, "day"), one.text, now)


def _doubts(chosen: Reading, said: Sequence[_Said], now: datetime) -> list[str]:
    doubts = []
    if any(_contradicts(one, chosen, now) for one in said):
        doubts.append("date/conflict")
    if not chosen.precise:
        doubts.append("date/imprecise")
    if chosen.at > now:
        doubts.append("date/future")
    return doubts


def _chosen(said: Sequence[_Said], now: datetime) -> _Said:
    first, rest = said[0], said[1:]
    exact = next((one for one in rest if one.reading.precise), None)
    dated = next((one for one in rest if one.reading.kind == "day"), None)
    match first.reading.kind:
        case "stated":
            return _completed(first, rest)
        case "yearless":
            return _completed(_Said(_with_year(first.reading, exact or dated, now), first.origin), rest)
        case "day":
            return exact if exact and not _far(first.reading, exact.reading) else first
        case "clock" if dated and not exact:
            return _Said(_at_clock(dated.reading, first.reading, now), dated.origin)
        case _:
            return exact or dated or first


def _completed(first: _Said, rest: Sequence[_Said]) -> _Said:
    """The first later one that agrees to the minute and knows the second; the first one if none does."""
    if first.reading.at.second:
        return first
    return next((one for one in rest if _minute_of(one.reading) == first.reading.at), first)


def _minute_of(reading: Reading) -> datetime | None:
    return reading.at.replace(second=0) if reading.precise and reading.at.second else None


def _with_year(yearless: Reading, witness: _Said | None, now: datetime) -> Reading:
    """A date that lacks its year, in the year nearest to the witness; never moved into the future."""
    if witness is None:
        return yearless
    there = witness.reading.at
    years = (there.year - 1, there.year, there.year + 1)
    days = filter(None, (in_year(yearless.at.date(), year) for year in years))
    dates = (datetime.combine(one, yearless.at.timetz()) for one in days)
    possible = [at for at in dates if at - now <= FUTURE_ALLOWED]
    return Reading(min([yearless.at, *possible], key=lambda at: abs(at - there)), "yearless")


def _at_clock(dated: Reading, clock: Reading, now: datetime) -> Reading:
    at = datetime.combine(dated.at.date(), clock.at.timetz())
    return Reading(at, "clock") if at - now <= FUTURE_ALLOWED else dated


def _contradicts(one: _Said, chosen: Reading, now: datetime) -> bool:
    """Whether another stated date is more than two days off (faults D11)."""
    if one.origin in _LAST_RESORT or one.reading.kind in {"clock", "ago"}:
        return False
    other = one.reading
    if other.kind == "yearless":
        other = _with_year(other, _Said(chosen, ""), now)
    return _far(other, chosen)


def _far(one: Reading, other: Reading) -> bool:
    if one.precise and other.precise:
        return abs(one.at - other.at) > _MAX_DIFFERENCE
    return abs(one.at.date() - other.at.date()) > _MAX_DIFFERENCE
