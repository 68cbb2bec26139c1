"""The index: posts, open articles, listings and slugs, in ``.archive/index.sqlite``.

Everything but the open articles and the listings' validators can be rebuilt from the posts. Commits are
ordered (write-ahead log): after a crash the index is some earlier state of itself, never a mixture. Rows that
the posts cannot rebuild carry a checksum, because SQLite notices damage to its pages, not to their contents.
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
"""Bytes. An index up to this size is verified at every opening, in about a tenth of a second; a larger one by
``scrapy archive-check``."""

_OPEN = "id, category, address, hints, listing, state, reason, cause, attempts, since, due, crc"


class DamagedIndex(StorageError):
    """What is in the index's place is none, or has lost or changed what it held."""

    def __init__(self, path: Path, what: object) -> None:
        super().__init__(
            f"{path}: {what}; nothing was touched, "
            "scrapy archive-check --repair sets it aside and builds it anew"
        )


class SqliteStore:
    """Every method raises StorageError where SQLite fails, DamagedIndex where it finds damage."""

    def __init__(self, path: Path, *, only_read: str = "") -> None:
        self.path = path
        if path.is_symlink():  # SQLite would follow it, out of the archive
            raise StorageError(f"{path}: it is a link; move it away, the index is built anew from the posts")
        self.created = not path.exists()
        with self._errors():
            # The caller decides what is one transaction: see ``transaction``.
            self._db = sqlite3.connect(
                only_read or path, isolation_level=None, check_same_thread=False, uri=bool(only_read)
            )
        if not only_read:
            self._prepare()

    @classmethod
    @contextmanager
    def reading(cls, path: Path) -> Iterator[Self]:
        """An index as it is: not verified, and no byte of it or beside it is changed.

        One of an older version is migrated in a copy. The caller keeps writers away and makes sure that the
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
        """Nothing is there yet, or only what a run leaves that is killed before its first commit."""
        return migrations.version_of(self._db) == 0 and not migrations.tables(self._db)

    def _create(self) -> None:
        if not self.created:
            log.warning("%s holds nothing; it is built anew from the posts", self.path)
        self.created = True
        self._db.execute("PRAGMA journal_mode = WAL")

    def _wrong_format(self) -> str:
        """Why this is no index of this archiver or an older one; empty where it is one."""
        version, newest = migrations.version_of(self._db), migrations.newest()
        if not 1 <= version <= newest:
            return f"its format is version {version}, this archiver writes version {newest}"
        is_ours = migrations.tables(self._db) == migrations.tables_of(version)
        return "" if is_ours else "it holds other tables than this archiver writes"

    def _wrong_trees(self) -> str:
        if self.path.stat().st_size > CHECKED_WHOLE:
            return ""
        said = self._one("PRAGMA integrity_check(1)")
        return "" if said == ("ok",) else f"it is damaged ({said[0] if said else 'unreadable'})"

    def damage(self) -> Iterator[str]:
        """Everything that is wrong with the index, in words. Its rows of posts are compared with the posts by
        whoever reads those."""
        try:
            with self._errors():
                if problem := self._wrong_format():
                    yield problem
                    return
                for (said,) in self._db.execute("PRAGMA integrity_check(20)"):
                    if said != "ok":
                        yield said
                for row in self._db.execute("SELECT * FROM post"):
                    if [type(value) for value in row] != [str, str, str, str, bytes]:
                        yield "table post: a row has changed by itself"
                for table in ("open", "listing", "slug"):
                    for row in self._db.execute(f"SELECT * FROM {table}"):  # noqa: S608 - the names above
                        if row[-1] != _crc(row[:-1]):
                            yield f"table {table}: a row has changed by itself"
        except DamagedIndex as exc:
            yield str(exc.__cause__)

    def salvage(self) -> list[OpenArticle]:
        """The open articles a damaged index still holds unchanged; those behind the damage are lost."""
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
        except UnicodeDecodeError as exc:  # a text that is none
            raise DamagedIndex(self.path, exc) from exc

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
        """Remembers an article in the place of what was known of it."""
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
        """A skipped one too."""
        with self._errors():
            row = self._one(f"SELECT {_OPEN} FROM open WHERE id = ?", article_id)  # noqa: S608 - a constant
            return self._checked(row) if row else None

    def these_open(self, article_ids: Sequence[str]) -> dict[str, OpenArticle]:
        """By their ids, of which there may be some hundreds; those that are not there are left out."""
        places = ", ".join("?" * len(article_ids))
        with self._errors():
            rows = self._db.execute(f"SELECT {_OPEN} FROM open WHERE id IN ({places})", article_ids)  # noqa: S608
            return {row[0]: self._checked(row) for row in rows}

    def open_articles(self, listing: str) -> list[OpenArticle]:
        """Those of one listing that are not skipped."""
        with self._errors():
            rows = self._db.execute(
                f"SELECT {_OPEN} FROM open WHERE listing = ? AND state != 'skipped' ORDER BY id",  # noqa: S608
                (listing,),
            )
            return [self._checked(row) for row in rows]

    def without_post(self) -> Iterator[OpenArticle]:
        """Every open article, skipped ones too."""
        with self._errors():
            for row in self._db.execute(f"SELECT {_OPEN} FROM open ORDER BY id"):  # noqa: S608 - a constant
                yield self._checked(row)

    def _checked(self, row: tuple[Any, ...]) -> OpenArticle:
        self._prove("open", row)
        return _open_article(row)

    def _prove(self, table: str, row: tuple[Any, ...]) -> None:
        if row[-1] != _crc(row[:-1]):
            raise DamagedIndex(self.path, f"table {table}: a row has changed by itself")

    # --- listings

    def listing(self, url: str) -> KnownListing | None:
        """What is known of a listing all of whose articles were remembered; None where they never were."""
        with self._errors():
            row = self._one("SELECT url, etag, modified, rows, crc FROM listing WHERE url = ?", url)
        if row is None:
            return None
        self._prove("listing", row)
        return KnownListing(*row[:-1])

    def set_listing(self, row: KnownListing) -> None:
        values = (row.url, row.etag, row.modified, row.rows)
        self._db.execute("INSERT OR REPLACE INTO listing VALUES (?, ?, ?, ?, ?)", (*values, _crc(values)))

    def listings(self) -> list[str]:
        """The addresses of all that were walked to their end."""
        with self._errors():
            return [str(row[0]) for row in self._db.execute("SELECT url FROM listing ORDER BY url")]

    def forget_listings(self) -> None:
        """The next run asks for every listing whole."""
        self._db.execute("DELETE FROM listing")

    # --- slugs

    def slugs(self) -> Mapping[str, str]:
        """Name → slug, for every name that was ever used."""
        with self._errors():
            rows = self._db.execute("SELECT folded, slug, name, crc FROM slug").fetchall()
        for row in rows:
            self._prove("slug", row)
        return {row[2]: row[1] for row in rows}

    def add_slug(self, name: str, slug: str) -> None:
        row = (slug.casefold(), slug, name)
        self._db.execute("INSERT OR IGNORE INTO slug VALUES (?, ?, ?, ?)", (*row, _crc(row)))

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


def _open_article(row: tuple[Any, ...]) -> OpenArticle:
    article_id, category, address, hints, listing, *rest, _crc_of_row = row
    return OpenArticle(Listed(article_id, category, address, json.loads(hints), listing), *rest)


def _crc(row: tuple[Any, ...]) -> int:
    return zlib.crc32(json.dumps(row, default=repr).encode("ascii"))


def _is_damage(exc: sqlite3.Error) -> bool:
    name = getattr(exc, "sqlite_errorname", None)
    if name is None:  # Python's own word: a text that is no UTF-8
        return isinstance(exc, sqlite3.OperationalError)
    if name == "SQLITE_ERROR":  # what a wrong header leads to; our own mistakes have other words
        return str(exc).startswith(("unsupported file format", "no such "))
    return str(name).startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_FORMAT"))
