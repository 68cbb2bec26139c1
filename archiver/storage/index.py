"""What the archive remembers: posts, open articles, listings, slugs. SQLite in ``.archive/index.sqlite``.

Everything but the open articles and the listings' validators can be rebuilt from the posts. Commits are
ordered (write-ahead log): after a crash the index is some earlier state of itself, never a mixture.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archiver.errors import StorageError
from archiver.items import Listed

VERSION = 1

_SCHEMA = """
CREATE TABLE post (
    id       TEXT PRIMARY KEY,
    name     TEXT NOT NULL,         -- the file below _posts
    category TEXT NOT NULL,
    tag      TEXT NOT NULL,
    sha256   BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE open (                 -- listed, and not yet a post
    id       TEXT PRIMARY KEY,
    state    TEXT NOT NULL,         -- listed, quarantined, deferred
    reason   TEXT NOT NULL,
    attempts INTEGER NOT NULL,      -- runs that asked for it
    category TEXT NOT NULL,
    address  TEXT NOT NULL,
    hints    TEXT NOT NULL,         -- JSON
    listing  TEXT NOT NULL,
    since    TEXT NOT NULL          -- when it was first listed, ISO 8601
) WITHOUT ROWID;
CREATE INDEX open_by_listing ON open (listing);
CREATE TABLE skipped (id TEXT PRIMARY KEY, reason TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE listing (url TEXT PRIMARY KEY, etag TEXT NOT NULL, modified TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE slug (folded TEXT PRIMARY KEY, slug TEXT NOT NULL, name TEXT NOT NULL UNIQUE) WITHOUT ROWID;
CREATE TABLE run (clean INTEGER NOT NULL);
INSERT INTO run VALUES (0);         -- until it has been filled from the posts
"""


@dataclass(frozen=True, slots=True)
class PostRow:
    id: str
    name: str
    category: str
    tag: str
    sha256: bytes


@dataclass(frozen=True, slots=True)
class OpenArticle:
    """A listed article without a post: why, and how often it was tried."""

    listed: Listed
    state: str
    reason: str
    attempts: int
    since: str


class Index:
    """Every method raises StorageError where SQLite fails."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.created = not path.exists()
        with self._errors():
            # The caller decides what is one transaction: see ``transaction``.
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self._open()

    def _open(self) -> None:
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version == 0 and self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:
            self.created = True
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version = {VERSION}; COMMIT;")
        elif version != VERSION:
            raise StorageError(
                f"{self.path}: its format is version {version}, this archiver writes version {VERSION}; "
                "nothing was touched"
            )
        self._db.execute("PRAGMA synchronous = NORMAL")

    def close(self) -> None:
        with self._errors():
            self._db.close()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as exc:
            raise StorageError(f"{self.path}: {exc}") from exc

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it or nothing; may not be nested."""
        with self._errors():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def clear(self) -> None:
        """Forgets everything; the caller builds it anew in the same transaction."""
        for table in ("post", "open", "skipped", "listing", "slug"):
            self._db.execute(f"DELETE FROM {table}")  # noqa: S608 - the names above

    # --- posts

    def holds(self, article_id: str) -> bool:
        with self._errors():
            return self._one("SELECT 1 FROM post WHERE id = ?", article_id) is not None

    def post(self, article_id: str) -> PostRow | None:
        with self._errors():
            row = self._one("SELECT id, name, category, tag, sha256 FROM post WHERE id = ?", article_id)
        return PostRow(*row) if row else None

    def posts(self) -> Iterator[PostRow]:
        with self._errors():
            for row in self._db.execute("SELECT id, name, category, tag, sha256 FROM post ORDER BY id"):
                yield PostRow(*row)

    def add_post(self, row: PostRow) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO post VALUES (?, ?, ?, ?, ?)",
            (row.id, row.name, row.category, row.tag, row.sha256),
        )
        self._db.execute("DELETE FROM open WHERE id = ?", (row.id,))

    # --- open articles

    def add_listed(self, listed: Listed, now: str) -> None:
        """Remembers an article before it is asked for, so that no crash can lose it."""
        hints = json.dumps(dict(listed.hints), sort_keys=True)
        self._db.execute(
            "INSERT INTO open VALUES (?, 'listed', '', 0, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
            "category = excluded.category, address = excluded.address, hints = excluded.hints, "
            "listing = excluded.listing",
            (listed.id, listed.category, listed.address, hints, listed.listing, now),
        )

    def set_open(self, article_id: str, state: str, reason: str) -> None:
        self._db.execute(
            "UPDATE open SET state = ?, reason = ?, attempts = attempts + 1 WHERE id = ?",
            (state, reason, article_id),
        )

    def add_skipped(self, article_id: str, reason: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO skipped VALUES (?, ?)", (article_id, reason))
        self._db.execute("DELETE FROM open WHERE id = ?", (article_id,))

    def skipped(self, article_id: str) -> str | None:
        """Why an article was skipped for good; None where it was not."""
        with self._errors():
            row = self._one("SELECT reason FROM skipped WHERE id = ?", article_id)
        return str(row[0]) if row else None

    def open_articles(self, listing: str | None = None) -> list[OpenArticle]:
        """Those of one listing, or all."""
        with self._errors():
            rows = self._db.execute(
                "SELECT id, category, address, hints, listing, state, reason, attempts, since FROM open "
                "WHERE ?1 IS NULL OR listing = ?1 ORDER BY id",
                (listing,),
            ).fetchall()
        return [
            OpenArticle(
                Listed(id_, category, address, json.loads(hints), url), state, reason, attempts, since
            )
            for id_, category, address, hints, url, state, reason, attempts, since in rows
        ]

    # --- listings

    def validators(self, url: str) -> tuple[str, str]:
        """The ETag and Last-Modified a listing had when all it named was remembered."""
        with self._errors():
            row = self._one("SELECT etag, modified FROM listing WHERE url = ?", url)
        return (str(row[0]), str(row[1])) if row else ("", "")

    def was_walked(self, url: str) -> bool:
        with self._errors():
            return self._one("SELECT 1 FROM listing WHERE url = ?", url) is not None

    def set_validators(self, url: str, etag: str, modified: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO listing VALUES (?, ?, ?)", (url, etag, modified))

    # --- slugs

    def slugs(self) -> Mapping[str, str]:
        """Name → slug, for every name that was ever used."""
        with self._errors():
            return dict(self._db.execute("SELECT name, slug FROM slug").fetchall())

    def add_slug(self, name: str, slug: str) -> None:
        self._db.execute("INSERT OR IGNORE INTO slug VALUES (?, ?, ?)", (slug.casefold(), slug, name))

    # --- runs

    def was_clean(self) -> bool:
        """Whether the last run that wrote also closed the archive."""
        with self._errors():
            row = self._one("SELECT clean FROM run")
        return row is None or bool(row[0])

    def mark(self, *, clean: bool) -> None:
        """Written before the first change of a run and after its last, by a run that changes anything."""
        self._db.execute("DELETE FROM run")
        self._db.execute("INSERT INTO run VALUES (?)", (int(clean),))

    def _one(self, sql: str, *values: object) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self._db.execute(sql, values).fetchone()
        return row
