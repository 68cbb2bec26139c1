"""What is missing from an archive: listed articles without a post, and listings not walked to their end."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from archiver.errors import StorageError
from archiver.items import Listed
from archiver.normalise import dates
from archiver.storage.database import DamagedIndex
from archiver.storage.files import INDEX, REPORT, content_of, storage_errors
from archiver.storage.lock import no_writer
from archiver.storage.quarantine import FOLDER as RECORDS
from archiver.storage.quarantine import name_of, parse
from archiver.storage.rows import OpenArticle
from archiver.storage.sqlite import SqliteStore


@dataclass(frozen=True, slots=True)
class Gap:
    """A listed article without a post."""

    article: OpenArticle
    day: date | None
    """The article's, as its listing, address or id tells; None where none does."""
    record: str
    """Its raw answers, a path below the root; empty where none are kept."""

    @property
    def settled(self) -> bool:
        """There is nothing to get: gone, forbidden or withdrawn."""
        return self.article.state == "skipped" and self.article.reason != "gave_up"


@dataclass(frozen=True, slots=True)
class Gaps:
    articles: tuple[Gap, ...]
    """By category, day and id."""
    listings: Mapping[str, str]
    """Those that the last run did not walk to their end: address → why."""

    @property
    def settled(self) -> bool:
        return not self.listings and all(gap.settled for gap in self.articles)


def find(root: Path, category: str = "", since: date = date.min) -> Gaps:
    """Reads index, quarantine and the last report, changing nothing; O(open articles and index).

    ``category`` and ``since`` narrow the articles; one without a day passes. Raises Locked while a run is on,
    and StorageError.
    """
    with no_writer(root):
        there = [_gap(root, article) for article in (*_open(root), *_refused(root))]
        listings = _incomplete(root)
    fitting = [gap for gap in there if category in ("", gap.article.listed.category)]
    fitting = [gap for gap in fitting if gap.day is None or gap.day >= since]
    return Gaps(tuple(sorted(fitting, key=_place)), listings)


def _place(gap: Gap) -> tuple[str, date, str]:
    return gap.article.listed.category, gap.day or date.min, gap.article.listed.id


def _open(root: Path) -> list[OpenArticle]:
    path = root / INDEX
    if not path.is_file():
        raise StorageError(f"{path} is missing: the next run, or scrapy archive-check --repair, makes it")
    with SqliteStore.reading(path) as index:
        if damage := next(index.damage(), ""):
            raise DamagedIndex(path, damage)
        return list(index.without_post())


def _refused(root: Path) -> Iterator[OpenArticle]:
    """Rows that named no article: nothing remembers them but their records, until someone deletes those."""
    folder = root / RECORDS
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        with suppress(ValueError), storage_errors(path):
            listed, reason = parse(content_of(path), path.name)
            if reason == "bad_id":
                yield OpenArticle(listed, "quarantined", reason)


def _gap(root: Path, article: OpenArticle) -> Gap:
    record = f"{RECORDS}/{name_of(article.listed.id)}"
    return Gap(article, _day(article.listed, article.since), record if (root / record).exists() else "")


def _day(listed: Listed, since: str) -> date | None:
    ways: tuple[Callable[[], dates.Moment], ...] = (
        lambda: dates.parse(listed.hints["date"], datetime.fromisoformat(since)),
        lambda: dates.day_of_address(listed.address),
        lambda: dates.day_of_id(listed.id),
    )
    for way in ways:
        with suppress(KeyError, ValueError):
            return way().at.date()
    return None


def _incomplete(root: Path) -> Mapping[str, str]:
    path = root / REPORT
    if not path.exists():
        return {}
    with storage_errors(path):
        content = content_of(path)
    try:
        listings = json.loads(content)["listings"]["incomplete"]
        return {str(url): str(why) for url, why in listings.items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as exc:
        raise StorageError(f"{path} is no report: scrapy archive-check --repair sets it aside") from exc
