"""Which lists of an index are read, such as the sitemaps of a list of sitemaps, and in which order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta, tzinfo

from archiver.extract.listing import OtherList
from archiver.normalise import dates

MARGIN = timedelta(days=1)
"""A list may be changed shortly after the time that the index says, or the index may come from a cache."""


def newest_first(
    lists: Iterable[OtherList], oldest: datetime | None, now: datetime, zone: tzinfo
) -> tuple[str, ...]:
    """The addresses of the lists that may have changed since ``oldest``, the latest change first.

    A list of which the index does not say when it was changed comes last, and is never left out.
    """
    dated = [(_changed(each, now, zone), each.address) for each in lists]
    known = sorted(_recent(dated, oldest), key=lambda pair: pair[0], reverse=True)
    undated = (address for changed, address in dated if changed is None)
    return tuple(dict.fromkeys([*(address for _, address in known), *undated]))


def _recent(
    dated: Iterable[tuple[datetime | None, str]], oldest: datetime | None
) -> Iterator[tuple[datetime, str]]:
    for changed, address in dated:
        if changed and (oldest is None or changed + MARGIN >= oldest):
            yield changed, address


def _changed(each: OtherList, now: datetime, zone: tzinfo) -> datetime | None:
    """When it was changed at the latest: a day without a time ends at midnight."""
    with suppress(dates.DateError):
        read = dates.parse(each.changed, now, zone)
        return read.at.astimezone(UTC) + (timedelta(0) if read.precise else timedelta(days=1))
    return None
