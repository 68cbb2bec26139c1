"""What is missing in an archive: listed articles without a post, and listings not read to their end."""

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
from archiver.storage.quarantine import name_of, name_of_listing, parse, parse_rows
from archiver.storage.rows import OpenArticle
from archiver.storage.sqlite import SqliteStore


@dataclass(frozen=True, slots=True)
class Gap:
    """A listed article without a post."""

    article: OpenArticle
    day: date | None
    """The day of the article, from its listing, address or id; None if none of them has it."""
    record: str
    """The path of its quarantine record below the root; empty if there is none."""

    @property
    def settled(self) -> bool:
        """Whether no run will get a post: the article is gone, forbidden or withdrawn."""
        return self.article.state == "skipped" and self.article.reason != "gave_up"


@dataclass(frozen=True, slots=True)
class Gaps:
    articles: tuple[Gap, ...]
    """Sorted by category, day and id."""
    listings: Mapping[str, str]
    """Listings that the last run did not read to their end: address → reason."""

    @property
    def settled(self) -> bool:
        return not self.listings and all(gap.settled for gap in self.articles)


def find(
    root: Path, category: str = "", since: datetime | None = None, published_since: date = date.min
) -> Gaps:
    """Reads index, quarantine and the last report, and changes nothing; O(open articles and index).

    ``category``, ``since`` (when an article was first listed, aware) and ``published_since`` (its day) select
    articles; one of which this is not known is always selected. Raises Locked if a run is active, and
    StorageError.
    """
    with no_writer(root):
        gaps = [_gap(root, article) for article in (*_open(root), *_refused(root))]
        listings = _incomplete(root)
    selected = [gap for gap in gaps if category in ("", gap.article.listed.category)]
    selected = [gap for gap in selected if gap.day is None or gap.day >= published_since]
    selected = [gap for gap in selected if since is None or _was_listed_since(gap.article, since)]
    return Gaps(tuple(sorted(selected, key=_order)), listings)


def _was_listed_since(article: OpenArticle, since: datetime) -> bool:
    return not article.since or datetime.fromisoformat(article.since) >= since


def _order(gap: Gap) -> tuple[str, date, str]:
    return gap.article.listed.category, gap.day or date.min, gap.article.listed.id


def _open(root: Path) -> list[OpenArticle]:
    path = root / INDEX
    if not path.is_file():
        raise StorageError(f"{path} is missing: the next run, or finews archive-check --repair, builds it")
    with SqliteStore.reading(path) as index:
        if damage := next(index.damage(), ""):
            raise DamagedIndex(path, damage)
        return list(index.without_post())


def _refused(root: Path) -> Iterator[OpenArticle]:
    """Rows of listings with an invalid id. They are not in the index, and have records until the user
    deletes these."""
    folder = root / RECORDS
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        with suppress(ValueError), storage_errors(path):
            content = content_of(path)
            listed, reason = parse(content, path.name)
            if reason == "bad_id":
                for each in parse_rows(content, path.name) or [listed]:
                    yield OpenArticle(each, "quarantined", reason)


def _gap(root: Path, article: OpenArticle) -> Gap:
    names = [name_of(article.listed.id)]
    if article.reason == "bad_id":
        names.append(name_of_listing(article.listed.listing))
    records = [path for path in (f"{RECORDS}/{name}" for name in names) if (root / path).exists()]
    return Gap(article, _day(article.listed, article.since), records[0] if records else "")


def _day(listed: Listed, since: str) -> date | None:
    ways: tuple[Callable[[], dates.Moment], ...] = (
        lambda: dates.parse(listed.hints["date"], listed.dated_from or datetime.fromisoformat(since)),
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
        raise StorageError(
            f"{path} is not the report of a run: finews archive-check --repair moves it aside"
        ) from exc
