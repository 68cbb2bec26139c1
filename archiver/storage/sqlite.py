"""The index in SQLite: posts and where they came from, open articles, listings and slugs.

Everything but the provenance, the open articles and the listings' validators can be rebuilt from the posts.
Rows that the posts cannot rebuild have a checksum, because SQLite notices damage to its pages, not to their
contents.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple
from datetime import datetime
from typing import Any

from archiver.errors import StorageError
from archiver.items import Listed
from archiver.storage import migrations
from archiver.storage.database import DamagedIndex
from archiver.storage.migrations import crc
from archiver.storage.rows import KnownListing, OpenArticle
from archiver.storage.sqlite_posts import PostTables

log = logging.getLogger(__name__)

_OPEN = (
    "id, site, category, address, hints, listing, state, reason, cause, attempts, since, due, refusals, "
    "refused, crc"
)
_OPEN_1 = "id, category, address, hints, listing, state, reason, cause, attempts, since, due, crc"
_CHECKED = ("site", "page", "provenance", "open", "listing", "slug", "origin", "archive")
"""The tables whose rows have a checksum in their last column."""
_CHANGED = "table {}: a row has changed by itself"
DAMAGED_PROVENANCE = _CHANGED.format("provenance")
"""Damage that does not affect other tables; see ``Archive.restore_provenance``."""
_POSTS_WITHOUT_ROWS = """
SELECT
    (SELECT count(*) FROM post WHERE place NOT IN (SELECT number FROM place)),
    (SELECT count(*) FROM post) - (
        SELECT count(DISTINCT number) FROM post WHERE number IN (SELECT number FROM provenance)
    )
"""
"""Posts without a category, and posts without a provenance of their own. Both are 0."""


class SqliteStore(PostTables):
    """The rows of the index; see ``Store``."""

    # --- damage

    def damage(self) -> Iterator[str]:
        """Everything that is wrong with the index, in words. Whoever reads the posts compares them with its
        rows."""
        try:
            with self._errors():
                if problem := self._wrong_format():
                    yield problem
                    return
                for (result,) in self._db.execute("PRAGMA integrity_check(20)"):
                    if result != "ok":
                        yield result
                for row in self._db.execute("SELECT * FROM post"):
                    if [type(value) for value in row] != [str, str, int, bytes, int]:
                        yield _CHANGED.format("post")
                if self._one(_POSTS_WITHOUT_ROWS) != (0, 0):
                    yield "table post: its rows do not fit those of place and provenance"
                for table in _CHECKED:
                    for row in self._db.execute(f"SELECT * FROM {table}"):  # noqa: S608 - the names above
                        if row[-1] != crc(row[:-1]):
                            yield _CHANGED.format(table)
        except DamagedIndex as exc:
            yield str(exc.__cause__)

    def salvage(self) -> tuple[list[OpenArticle], str]:
        """The open articles and the namespace that a damaged index still has unchanged. Open articles behind
        the damage are lost; the namespace is then empty."""
        return self._salvaged_articles(), self._salvaged_namespace()

    def _salvaged_namespace(self) -> str:
        try:
            return self.namespace()
        except StorageError:  # also of version 1, which has no such table
            return ""

    def _salvaged_articles(self) -> list[OpenArticle]:
        found: list[OpenArticle] = []
        try:
            with self._errors():
                is_old = migrations.version_of(self._db) == 1
                rows = self._db.execute(f"SELECT {_OPEN_1 if is_old else _OPEN} FROM open")  # noqa: S608
                for row in rows:
                    if row[-1] == crc(row[:-1]):
                        values = (row[0], "", *row[1:-1], 0, "", 0) if is_old else row
                        found.append(_open_article(values))
        except StorageError as exc:
            log.warning("not every open article could be read: %s", exc)
        return found

    # --- open articles

    def put_open(self, article: OpenArticle) -> None:
        """Writes the row of an article, in place of an earlier one."""
        listed = article.listed
        row = (
            listed.id,
            article.site,
            listed.category,
            listed.address,
            json.dumps(dict(listed.hints), sort_keys=True),
            listed.listing,
            article.state,
            article.reason,
            article.cause,
            article.attempts,
            article.since,
            article.due,
            article.refusals,
            article.refused,
        )
        self._db.execute(
            "INSERT OR REPLACE INTO open VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*row, crc(row)),
        )

    def open_article(self, article_id: str) -> OpenArticle | None:
        """The row of an article without a post, also of a skipped one."""
        with self._errors():
            row = self._one(f"SELECT {_OPEN} FROM open WHERE id = ?", article_id)  # noqa: S608 - a constant
            return self._checked(row) if row else None

    def these_open(self, article_ids: Sequence[str]) -> dict[str, OpenArticle]:
        """The rows with these ids (at most some hundreds); ids without a row are left out."""
        places = ", ".join("?" * len(article_ids))
        with self._errors():
            rows = self._db.execute(f"SELECT {_OPEN} FROM open WHERE id IN ({places})", article_ids)  # noqa: S608
            return {row[0]: self._checked(row) for row in rows}

    def open_articles(self, listing: str) -> list[OpenArticle]:
        """The articles of one listing, without skipped ones."""
        with self._errors():
            rows = self._db.execute(
                f"SELECT {_OPEN} FROM open WHERE listing = ? AND state != 'skipped' ORDER BY id",  # noqa: S608
                (listing,),
            )
            return [self._checked(row) for row in rows]

    def without_post(self) -> Iterator[OpenArticle]:
        """Every article without a post, also skipped ones."""
        with self._errors():
            for row in self._db.execute(f"SELECT {_OPEN} FROM open ORDER BY id"):  # noqa: S608 - a constant
                yield self._checked(row)

    def _checked(self, row: tuple[Any, ...]) -> OpenArticle:
        self._check_crc("open", row)
        return _open_article(row)

    # --- listings

    def listing(self, url: str) -> KnownListing | None:
        """What is known of a listing all of whose articles were remembered; None if they never were."""
        with self._errors():
            row = self._one("SELECT * FROM listing WHERE url = ?", url)
        if row is None:
            return None
        self._check_crc("listing", row)
        return KnownListing(*row[:-1])

    def set_listing(self, row: KnownListing) -> None:
        values = astuple(row)
        self._db.execute(
            "INSERT OR REPLACE INTO listing VALUES (?, ?, ?, ?, ?, ?, ?)", (*values, crc(values))
        )

    def listings(self) -> list[str]:
        """The addresses of all that were read to their end."""
        with self._errors():
            return [str(row[0]) for row in self._db.execute("SELECT url FROM listing ORDER BY url")]

    def forget_listings(self) -> None:
        """The next run requests every listing in full."""
        self._db.execute("DELETE FROM listing")

    # --- slugs

    def slugs(self) -> Mapping[str, str]:
        """Name → slug, for every source that has a post."""
        with self._errors():
            rows = self._db.execute("SELECT folded, slug, name, crc FROM slug").fetchall()
        for row in rows:
            self._check_crc("slug", row)
        return {row[2]: row[1] for row in rows}

    def tags_in(self, category: str) -> int:
        found = self._db.execute("SELECT count(*) FROM place WHERE category = ?", (category,)).fetchone()
        return int(found[0])

    def add_slug(self, name: str, slug: str) -> None:
        row = (slug.casefold(), slug, name)
        self._db.execute("INSERT OR IGNORE INTO slug VALUES (?, ?, ?, ?)", (*row, crc(row)))

    # --- the whole

    def namespace(self) -> str:
        with self._errors():
            row = self._one("SELECT * FROM archive WHERE key = 'namespace'")
        if row is None:
            return ""
        self._check_crc("archive", row)
        return str(row[1])

    def set_namespace(self, name: str) -> None:
        row = ("namespace", name)
        self._db.execute("INSERT OR REPLACE INTO archive VALUES (?, ?, ?)", (*row, crc(row)))

    def allowed_origins(self) -> set[str]:
        with self._errors():
            rows = self._db.execute("SELECT * FROM origin").fetchall()
        for row in rows:
            self._check_crc("origin", row)
        return {row[0] for row in rows}

    def add_allowed_origin(self, origin: str, now: datetime) -> None:
        row = (origin, now.isoformat())
        self._db.execute("INSERT OR REPLACE INTO origin VALUES (?, ?, ?)", (*row, crc(row)))

    # --- runs

    def was_clean(self) -> bool:
        """Whether the last run that changed anything has closed the archive."""
        with self._errors():
            row = self._one("SELECT clean FROM run")
        return row is None or bool(row[0])

    def mark(self, *, clean: bool) -> None:
        """``clean`` is false at the first change of a run, and true when the run has closed the archive."""
        self._db.execute("DELETE FROM run")
        self._db.execute("INSERT INTO run VALUES (?)", (int(clean),))


def _open_article(row: tuple[Any, ...]) -> OpenArticle:
    article_id, site, category, address, hints, listing, *_ = row
    state, reason, cause, attempts, since, due, refusals, refused, _crc_of_row = row[6:]
    listed = Listed(article_id, category, address, json.loads(hints), listing)
    return OpenArticle(listed, state, reason, cause, attempts, since, due, refusals, refused, site)
