"""The tables of the index, and the migrations between their versions.

A new version is one more ``Migration`` at the end. A run that opens an index of an older version migrates it,
each migration in one transaction: if the run is killed, the index keeps the older version.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass

Tables = list[tuple[str, str, str, str | None]]


@dataclass(frozen=True, slots=True)
class Migration:
    version: int
    """The version of the index after this migration; the first is 1."""
    sql: str
    """Statements that can be executed in a transaction."""


_VERSION_1 = """
CREATE TABLE post (
    id       TEXT PRIMARY KEY,
    name     TEXT NOT NULL,         -- the file below _posts
    category TEXT NOT NULL,
    tag      TEXT NOT NULL,
    sha256   BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE open (                 -- listed, and no post
    id       TEXT PRIMARY KEY,
    category TEXT NOT NULL,
    address  TEXT NOT NULL,
    hints    TEXT NOT NULL,         -- JSON
    listing  TEXT NOT NULL,         -- empty: the user named it
    state    TEXT NOT NULL,         -- listed, deferred, quarantined, skipped
    reason   TEXT NOT NULL,
    cause    TEXT NOT NULL,         -- the last reason of one that was given up
    attempts INTEGER NOT NULL,      -- runs that asked for it in vain
    since    TEXT NOT NULL,         -- when it was first listed, ISO 8601
    due      TEXT NOT NULL,         -- when it is asked for again, ISO 8601; empty: by the next run
    crc      INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX open_by_listing ON open (listing) WHERE state != 'skipped';
CREATE TABLE listing (
    url TEXT PRIMARY KEY, etag TEXT NOT NULL, modified TEXT NOT NULL, rows INTEGER NOT NULL,
    crc INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE slug (
    folded TEXT PRIMARY KEY, slug TEXT NOT NULL, name TEXT NOT NULL UNIQUE, crc INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE run (clean INTEGER NOT NULL);
INSERT INTO run VALUES (0);         -- until it has been filled from the posts
"""
"""SQLite stores this text with its comments, and an index is compared with it (``tables``): never change a
released version. docs/archive-format.md explains the columns."""

MIGRATIONS = (Migration(1, _VERSION_1),)


def version_of(db: sqlite3.Connection) -> int:
    """The version of the index; 0 for an empty database."""
    version = db.execute("PRAGMA user_version").fetchone()
    return int(version[0]) if version else 0


def newest() -> int:
    return MIGRATIONS[-1].version


def migrate(db: sqlite3.Connection, to: int = 0) -> None:
    """Migrates the index to version ``to`` (0: the newest)."""
    for migration in MIGRATIONS:
        if version_of(db) < migration.version <= (to or newest()):
            db.executescript(f"BEGIN; {migration.sql} PRAGMA user_version = {migration.version}; COMMIT;")


def tables(db: sqlite3.Connection) -> Tables:
    return db.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name").fetchall()


def tables_of(version: int) -> Tables:
    """The tables of an index of this version."""
    with closing(sqlite3.connect(":memory:")) as db:
        migrate(db, version)
        return tables(db)
