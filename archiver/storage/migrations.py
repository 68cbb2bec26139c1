"""The tables of the index, and the migrations between their versions.

A new version is one more ``Migration`` at the end. A run that opens an index of an older version migrates it,
each migration in one transaction: if the run is killed, the index keeps the older version.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from contextlib import closing
from dataclasses import dataclass
from typing import Any

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

_VERSION_2 = """
CREATE TABLE site (                 -- the names of profiles
    number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, crc INTEGER NOT NULL
);
CREATE TABLE page (                 -- the addresses of listings
    number INTEGER PRIMARY KEY, url TEXT NOT NULL UNIQUE, crc INTEGER NOT NULL
);
CREATE TABLE place (                -- where posts are filed
    number INTEGER PRIMARY KEY, category TEXT NOT NULL, tag TEXT NOT NULL, UNIQUE (category, tag)
);
ALTER TABLE post RENAME TO post_1;
CREATE TABLE post (
    id     TEXT PRIMARY KEY,
    name   TEXT NOT NULL,           -- the file below _posts; of <day>-<id>.md only the day
    place  INTEGER NOT NULL,
    sha256 BLOB NOT NULL,           -- of the file as it was written
    number INTEGER NOT NULL         -- of the row in provenance
) WITHOUT ROWID;
CREATE TABLE provenance (           -- where a post came from; NULL: not known
    number    INTEGER PRIMARY KEY,
    site      INTEGER,              -- the profile that archived it
    address   TEXT,                 -- of the article
    listing   INTEGER,              -- the page that listed it
    hints     TEXT,                 -- what that page said of it, JSON
    published INTEGER,              -- the date of the post, Unix time
    precise   INTEGER,              -- 1: the date has a time of day
    fetched   INTEGER,              -- when its text was received, Unix time
    credit    TEXT,                 -- the source as the article gives it
    digest    BLOB,                 -- SHA-256 of title and text without markup
    revision  INTEGER NOT NULL,     -- how often the text was replaced by a later one
    checked   INTEGER,              -- when the article was last looked at again, Unix time
    crc       INTEGER NOT NULL
);
CREATE TABLE raw_file (             -- files below .archive/raw
    number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, size INTEGER NOT NULL
);
CREATE TABLE raw (                  -- the records of an article's answers in those files
    id TEXT NOT NULL, file INTEGER NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL,
    PRIMARY KEY (id, file, offset)
) WITHOUT ROWID;
INSERT INTO place (category, tag) SELECT DISTINCT category, tag FROM post_1;
INSERT INTO post SELECT
    id, CASE WHEN substr(name, 11) = '-' || id || '.md' THEN substr(name, 1, 10) ELSE name END,
    (SELECT number FROM place WHERE place.category = post_1.category AND place.tag = post_1.tag),
    sha256, row_number() OVER (ORDER BY id)
FROM post_1;
INSERT INTO provenance (number, revision, crc)
    SELECT number, 0, crc(number, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL) FROM post;
DROP TABLE post_1;
ALTER TABLE open RENAME TO open_1;
DROP INDEX open_by_listing;
CREATE TABLE open (                 -- listed, and no post
    id       TEXT PRIMARY KEY,
    site     TEXT NOT NULL,         -- the profile that listed it; empty: not known
    category TEXT NOT NULL,
    address  TEXT NOT NULL,
    hints    TEXT NOT NULL,         -- JSON
    listing  TEXT NOT NULL,         -- the address of its listing; empty: the user named the article
    state    TEXT NOT NULL,         -- listed, deferred, quarantined, skipped
    reason   TEXT NOT NULL,
    cause    TEXT NOT NULL,         -- the last reason of an article that was given up
    attempts INTEGER NOT NULL,      -- runs that requested it and got no article
    since    TEXT NOT NULL,         -- when it was first listed, ISO 8601
    due      TEXT NOT NULL,         -- when it is requested again, ISO 8601; empty: by the next run
    refusals INTEGER NOT NULL,      -- how often in a row it was gone or forbidden
    refused  TEXT NOT NULL,         -- the first time of these, ISO 8601; empty: none
    crc      INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX open_by_listing ON open (listing) WHERE state != 'skipped';
INSERT INTO open SELECT
    id, '', category, address, hints, listing, state, reason, cause, attempts, since, due, 0, '',
    crc(id, '', category, address, hints, listing, state, reason, cause, attempts, since, due, 0, '') + (
        crc != crc(id, category, address, hints, listing, state, reason, cause, attempts, since, due)
    )                               -- a row that is damaged gets a wrong checksum again
FROM open_1;
DROP TABLE open_1;
ALTER TABLE listing RENAME TO listing_1;
CREATE TABLE listing (              -- listings that were read to their end
    url      TEXT PRIMARY KEY,
    etag     TEXT NOT NULL,
    modified TEXT NOT NULL,
    rows     INTEGER NOT NULL,      -- how many articles it listed when it was last read
    most     INTEGER NOT NULL,      -- the largest such number
    looked   TEXT NOT NULL,         -- when it was last requested without a validator, ISO 8601
    crc      INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO listing
    SELECT
        url, etag, modified, rows, rows, '',
        crc(url, etag, modified, rows, rows, '') + (crc != crc(url, etag, modified, rows))
    FROM listing_1;
DROP TABLE listing_1;
CREATE TABLE origin (               -- origins whose robots.txt has allowed a request
    origin TEXT PRIMARY KEY, allowed TEXT NOT NULL, crc INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE archive (              -- namespace: of the ids of this archive
    key TEXT PRIMARY KEY, value TEXT NOT NULL, crc INTEGER NOT NULL
) WITHOUT ROWID;
"""

MIGRATIONS = (Migration(1, _VERSION_1), Migration(2, _VERSION_2))


def crc(row: tuple[Any, ...]) -> int:
    """The checksum of a row that the posts cannot rebuild: SQLite notices damage to its pages only."""
    return zlib.crc32(_as_json(row).encode("ascii"))


_as_json = json.JSONEncoder(default=repr).encode
"""``json.dumps(row, default=repr)`` would create an encoder for each row."""


def version_of(db: sqlite3.Connection) -> int:
    """The version of the index; 0 for an empty database."""
    version = db.execute("PRAGMA user_version").fetchone()
    return int(version[0]) if version else 0


def newest() -> int:
    return MIGRATIONS[-1].version


def migrate(db: sqlite3.Connection, to: int = 0) -> None:
    """Brings the index to version ``to`` (0: the newest)."""
    db.create_function("crc", -1, lambda *row: crc(row), deterministic=True)
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
