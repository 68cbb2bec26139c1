"""The index in SQLite: posts, open articles, listings and slugs, in ``.archive/index.sqlite``.

Posts and slugs can be rebuilt from the post files. Commits are ordered (write-ahead log): after a crash the
index has the state after one of its commits. Open articles, listings and slugs have a checksum in each row,
because SQLite notices damage to the structure of its pages, but not to the values in them.
"""

from __future__ import annotations

import json
import logging
import sqlite3
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Self

from archiver.errors import StorageError
from archiver.items import Listed
from archiver.storage import migrations
from archiver.storage.readable import readable
from archiver.storage.rows import KnownListing, OpenArticle, PostRow

log = logging.getLogger(__name__)

CHECKED_WHOLE = 8 * 1024 * 1024
"""Bytes. An index up to this size is verified each time it is opened, which takes about a tenth of a second.
A larger one is verified by ``scrapy archive-check`` only."""

_OPEN = "id, category, address, hints, listing, state, reason, cause, attempts, since, due, crc"


class DamagedIndex(StorageError):
    """The file is not an index, or the index is damaged."""

    def __init__(self, path: Path, what: object) -> None:
        super().__init__(
            f"{path}: {what}; nothing was changed, "
            "scrapy archive-check --repair moves it aside and builds a new one"
        )


class SqliteStore:
    """Every method raises StorageError if SQLite fails, and DamagedIndex if the index is damaged."""

    def __init__(self, path: Path, *, only_read: str = "") -> None:
        self.path = path
        if path.is_symlink():  # SQLite would follow it out of the archive
            raise StorageError(f"{path}: it is a link; move it away, and a new index is built from the posts")
        self.created = not path.exists()
        with self._errors():
            # No implicit transactions: ``transaction`` begins and ends them.
            self._db = sqlite3.connect(
                only_read or path, isolation_level=None, check_same_thread=False, uri=bool(only_read)
            )
        if not only_read:
            self._prepare()

    @classmethod
    @contextmanager
    def reading(cls, path: Path) -> Iterator[Self]:
        """Opens an index to read it. It is not verified, and no file is changed.

        An index of an older version is migrated in a copy. The caller holds the lock and has checked that the
        file exists.
        """
        with readable(path) as uri, closing(cls(path, only_read=uri)) as index:
            yield index

    def _prepare(self) -> None:
        try:
            with self._errors():
                self._open()
        except StorageError:
            self._db.close()
            raise

    def _open(self) -> None:
        if self._is_blank():
            self._create()
        elif problem := self._wrong_format() or self._wrong_trees():
            raise DamagedIndex(self.path, problem)
        migrations.migrate(self._db)
        self._db.execute("PRAGMA synchronous = NORMAL")

    def _is_blank(self) -> bool:
        """Whether the database is empty: new, or left by a run that was killed before its first commit."""
        return migrations.version_of(self._db) == 0 and not migrations.tables(self._db)

    def _create(self) -> None:
        if not self.created:
            log.warning("%s is empty; it is built from the posts", self.path)
        self.created = True
        self._db.execute("PRAGMA journal_mode = WAL")

    def _wrong_format(self) -> str:
        """Why this is not an index of this version or an older one; empty if it is."""
        version, newest = migrations.version_of(self._db), migrations.newest()
        if not 1 <= version <= newest:
            return f"its format is version {version}, this archiver writes version {newest}"
        is_ours = migrations.tables(self._db) == migrations.tables_of(version)
        return "" if is_ours else "it has other tables than this archiver writes"

    def _wrong_trees(self) -> str:
        if self.path.stat().st_size > CHECKED_WHOLE:
            return ""
        result = self._one("PRAGMA integrity_check(1)")
        return "" if result == ("ok",) else f"it is damaged ({result[0] if result else 'unreadable'})"

    def damage(self) -> Iterator[str]:
        """Everything that is wrong with the index, one sentence each. The rows of posts are not compared with
        the post files."""
        try:
            with self._errors():
                if problem := self._wrong_format():
                    yield problem
                    return
                for (result,) in self._db.execute("PRAGMA integrity_check(20)"):
                    if result != "ok":
                        yield result
                for row in self._db.execute("SELECT * FROM post"):
                    if [type(value) for value in row] != [str, str, str, str, bytes]:
                        yield "table post: a row has values of a wrong type"
                for table in ("open", "listing", "slug"):
                    for row in self._db.execute(f"SELECT * FROM {table}"):  # noqa: S608 - the names above
                        if row[-1] != _crc(row[:-1]):
                            yield f"table {table}: a row does not match its checksum"
        except DamagedIndex as exc:
            yield str(exc.__cause__)

    def salvage(self) -> list[OpenArticle]:
        """The open articles that can be read from a damaged index and match their checksum."""
        found: list[OpenArticle] = []
        try:
            with self._errors():
                rows = self._db.execute(f"SELECT {_OPEN} FROM open")  # noqa: S608 - a constant
                found.extend(_open_article(row) for row in rows if row[-1] == _crc(row[:-1]))
        except StorageError as exc:
            log.warning("not every open article could be read: %s", exc)
        return found

    def close(self) -> None:
        with self._errors():
            self._db.close()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as exc:
            if _is_damage(exc):
                raise DamagedIndex(self.path, exc) from exc
            raise StorageError(f"{self.path}: {exc}") from exc
        except UnicodeDecodeError as exc:  # a text value that is not UTF-8
            raise DamagedIndex(self.path, exc) from exc

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commits at its end, or rolls back after an exception; may not be nested."""
        with self._errors():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def clear(self) -> None:
        for table in ("post", "listing", "slug"):
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

    def forget_post(self, article_id: str) -> None:
        self._db.execute("DELETE FROM post WHERE id = ?", (article_id,))

    # --- open articles

    def put_open(self, article: OpenArticle) -> None:
        """Writes the row of an article, in place of an earlier one."""
        listed = article.listed
        row = (
            listed.id,
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
        )
        self._db.execute(
            "INSERT OR REPLACE INTO open VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (*row, _crc(row))
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

    def _check_crc(self, table: str, row: tuple[Any, ...]) -> None:
        if row[-1] != _crc(row[:-1]):
            raise DamagedIndex(self.path, f"table {table}: a row does not match its checksum")

    # --- listings

    def listing(self, url: str) -> KnownListing | None:
        """A listing whose articles are all in the index; None if there is no such row."""
        with self._errors():
            row = self._one("SELECT url, etag, modified, rows, crc FROM listing WHERE url = ?", url)
        if row is None:
            return None
        self._check_crc("listing", row)
        return KnownListing(*row[:-1])

    def set_listing(self, row: KnownListing) -> None:
        values = (row.url, row.etag, row.modified, row.rows)
        self._db.execute("INSERT OR REPLACE INTO listing VALUES (?, ?, ?, ?, ?)", (*values, _crc(values)))

    def listings(self) -> list[str]:
        """The addresses of all listings that were read to their end."""
        with self._errors():
            return [str(row[0]) for row in self._db.execute("SELECT url FROM listing ORDER BY url")]

    def forget_listings(self) -> None:
        """Makes the next run read every listing in full."""
        self._db.execute("DELETE FROM listing")

    # --- slugs

    def slugs(self) -> Mapping[str, str]:
        """Name → slug, for every source that has a post."""
        with self._errors():
            rows = self._db.execute("SELECT folded, slug, name, crc FROM slug").fetchall()
        for row in rows:
            self._check_crc("slug", row)
        return {row[2]: row[1] for row in rows}

    def add_slug(self, name: str, slug: str) -> None:
        row = (slug.casefold(), slug, name)
        self._db.execute("INSERT OR IGNORE INTO slug VALUES (?, ?, ?, ?)", (*row, _crc(row)))

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

    def _one(self, sql: str, *values: object) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self._db.execute(sql, values).fetchone()
        return row


def _open_article(row: tuple[Any, ...]) -> OpenArticle:
    article_id, category, address, hints, listing, *rest, _crc_of_row = row
    return OpenArticle(Listed(article_id, category, address, json.loads(hints), listing), *rest)


def _crc(row: tuple[Any, ...]) -> int:
    return zlib.crc32(json.dumps(row, default=repr).encode("ascii"))


def _is_damage(exc: sqlite3.Error) -> bool:
    name = getattr(exc, "sqlite_errorname", None)
    if name is None:  # raised by Python itself: a text value that is not UTF-8
        return isinstance(exc, sqlite3.OperationalError)
    if name == "SQLITE_ERROR":  # the result of a wrong header; errors in our own SQL have other texts
        return str(exc).startswith(("unsupported file format", "no such "))
    return str(name).startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_FORMAT"))
