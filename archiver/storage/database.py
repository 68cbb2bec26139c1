"""The database file of the index: opening, verifying, migrating, transactions.

A commit that ``transaction`` makes is durable: it survives a power cut on a disk that keeps what it has
confirmed (``synchronous = FULL``). After a crash the index is some earlier state of itself, never a mixture.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Self

from archiver.errors import StorageError
from archiver.storage import migrations
from archiver.storage.readable import readable

log = logging.getLogger(__name__)

CHECKED_WHOLE = 8 * 1024 * 1024
"""Bytes. An index up to this size is verified at every opening, in about a tenth of a second; a larger one by
``finews archive-check``."""

SPARE_PAGES = 8
"""Unused pages that may stay in the file at the end of a run: 32 KiB."""


class DamagedIndex(StorageError):
    """The file is not an index, or has lost or changed what it held."""

    def __init__(self, path: Path, what: object) -> None:
        super().__init__(
            f"{path}: {what}; nothing was changed, "
            "`finews archive-check --repair` sets the file aside and rebuilds the index from the posts"
        )


class Database:
    """Every method raises StorageError if SQLite fails, DamagedIndex if it finds damage."""

    def __init__(self, path: Path, *, only_read: str = "") -> None:
        self.path = path
        if path.is_symlink():  # SQLite would follow it, out of the archive
            raise StorageError(
                f"{path} is a symbolic link; move it away, and the next run rebuilds the index"
            )
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
        self._db.execute("PRAGMA synchronous = FULL")
        migrations.migrate(self._db)
        if self._one("PRAGMA auto_vacuum") != (2,):
            self._make_shrinkable()

    def _is_blank(self) -> bool:
        """Nothing is there yet, or only what a run leaves that is killed before its first commit."""
        return migrations.version_of(self._db) == 0 and not migrations.tables(self._db)

    def _create(self) -> None:
        if not self.created:
            log.warning("%s is empty; it is built from the posts", self.path)
        self.created = True
        self._db.execute("PRAGMA auto_vacuum = INCREMENTAL")
        self._db.execute("PRAGMA journal_mode = WAL")

    def _make_shrinkable(self) -> None:
        """For an index of version 1, which never became smaller. It works as well as it is if this fails."""
        try:
            self._db.execute("PRAGMA auto_vacuum = INCREMENTAL")
            self._db.execute("VACUUM")
        except sqlite3.OperationalError as exc:
            log.warning("%s could not be compacted and stays as large as it is: %s", self.path, exc)

    def _wrong_format(self) -> str:
        """Why this is not an index of this archiver or an older one; empty if it is one."""
        version, newest = migrations.version_of(self._db), migrations.newest()
        if not 1 <= version <= newest:
            return f"its format is version {version}, this archiver writes version {newest}"
        is_ours = migrations.tables(self._db) == migrations.tables_of(version)
        return "" if is_ours else "it has other tables than this archiver writes"

    def _wrong_trees(self) -> str:
        if self.path.stat().st_size > CHECKED_WHOLE:
            return ""
        said = self._one("PRAGMA integrity_check(1)")
        return "" if said == ("ok",) else f"it is damaged ({said[0] if said else 'unreadable'})"

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
        except UnicodeDecodeError as exc:  # a text that is not UTF-8
            raise DamagedIndex(self.path, exc) from exc

    @contextmanager
    def transaction(self, *, durable: bool = True) -> Iterator[None]:
        """All changes or none; may not be nested.

        A change that need not be ``durable`` is committed with the next one that is: a commit waits for the
        disk. Readers of this connection see it at once.
        """
        with self._errors():
            if not self._db.in_transaction:
                self._db.execute("BEGIN IMMEDIATE")
            self._db.execute("SAVEPOINT change")
            try:
                yield
            except BaseException:
                self._undo()
                raise
            self._db.execute("RELEASE change")
            if durable:
                self.commit()

    def _undo(self) -> None:
        if self._db.in_transaction:  # SQLite itself rolls back when, for example, the disk is full
            self._db.execute("ROLLBACK TO change")
            self._db.execute("RELEASE change")

    def commit(self) -> None:
        """Makes every change durable, or none of those since the last commit."""
        with self._errors():
            try:
                if self._db.in_transaction:
                    self._db.execute("COMMIT")
            except sqlite3.Error:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def shrink(self) -> None:
        """Returns unused pages to the file system, if there are many. Articles leave them when they get their
        post. O(unused pages). The file becomes smaller when the log is written back, at the latest by
        ``close``."""
        with self._errors():
            unused = self._one("PRAGMA freelist_count")
            if unused and unused[0] > SPARE_PAGES:
                # ``execute`` would return one page: it does not continue a statement without columns.
                self._db.executescript("PRAGMA incremental_vacuum")

    def _one(self, sql: str, *values: object) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self._db.execute(sql, values).fetchone()
        return row


def _is_damage(exc: sqlite3.Error) -> bool:
    name = getattr(exc, "sqlite_errorname", None)
    if name is None:  # Python's own word: a text that is not UTF-8
        return isinstance(exc, sqlite3.OperationalError)
    if name == "SQLITE_ERROR":  # what a wrong header leads to; our own mistakes have other words
        return str(exc).startswith(("unsupported file format", "no such "))
    return str(name).startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_FORMAT"))
