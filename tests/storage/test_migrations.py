"""An index of an older version is migrated in place, each migration completely or not at all."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import astuple
from pathlib import Path
from typing import Any

import pytest

from archiver.audit.check import check
from archiver.audit.gaps import find
from archiver.audit.repair import repair
from archiver.normalise.fingerprint import fingerprint
from archiver.posts import read
from archiver.publish.jekyll.site import open_site
from archiver.run.ledger import Ledger
from archiver.storage import migrations
from archiver.storage.archive import Archive
from archiver.storage.files import INDEX
from archiver.storage.migrations import Migration
from archiver.storage.rows import KnownListing, Provenance
from archiver.storage.sqlite import DamagedIndex
from tests.storage import version_1
from tests.storage.archives import LISTING, NOW, bytes_of, finished, listed

NEXT = migrations.newest() + 1
GOOD = (
    "CREATE TABLE mood (id TEXT PRIMARY KEY, mood TEXT NOT NULL); INSERT INTO mood SELECT id, '' FROM post;"
)
BROKEN = "CREATE TABLE mood (id TEXT PRIMARY KEY); INSERT INTO mood SELECT id FROM nowhere;"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return finished(tmp_path / "archive")


def newer(monkeypatch: pytest.MonkeyPatch, sql: str) -> None:
    monkeypatch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, Migration(NEXT, sql)))


def version(root: Path) -> tuple[int, list[str]]:
    with closing(sqlite3.connect(root / INDEX)) as db:
        return migrations.version_of(db), [name for _, name, *_ in migrations.tables(db)]


def test_migrations_are_numbered_without_a_gap() -> None:
    assert [migration.version for migration in migrations.MIGRATIONS] == [
        number + 1 for number in range(len(migrations.MIGRATIONS))
    ]


def test_a_run_migrates_an_older_index_and_loses_no_row(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_site(root) as archive:
        before = [*archive.index.posts()], [*archive.index.without_post()], archive.index.slugs()
    newer(monkeypatch, GOOD)
    with open_site(root) as archive:
        assert ([*archive.index.posts()], [*archive.index.without_post()], archive.index.slugs()) == before
    assert version(root)[0] == NEXT
    assert "mood" in version(root)[1]
    assert check(root, NOW).breaches == []


def test_reading_an_older_index_changes_no_byte(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, gaps = bytes_of(root), find(root)
    newer(monkeypatch, GOOD)
    assert check(root, NOW).breaches == []
    assert find(root) == gaps
    assert bytes_of(root) == before


def test_a_migration_that_fails_leaves_the_older_version(
    root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(root, copy)
    with monkeypatch.context() as patched:
        newer(patched, BROKEN)
        with pytest.raises(DamagedIndex, match="nowhere"):
            open_site(root)
    assert version(root) == version(copy)
    with open_site(root) as archive:
        assert len([*archive.index.posts()]) == 7


def test_an_index_of_a_newer_version_is_refused_and_not_changed(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        newer(patched, GOOD)
        open_site(root).close()
    before = bytes_of(root)
    with pytest.raises(
        DamagedIndex, match=f"its format is version {NEXT}, this archiver writes version {NEXT - 1}"
    ):
        open_site(root)
    assert bytes_of(root)[INDEX] == before[INDEX]


# --- from version 1 to version 2


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return version_1.copied(tmp_path / "old")


def rows_of_version_1(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """The rows as the older program reads them, without checksums."""
    queries = {
        "post": "SELECT id, name, category, tag, sha256 FROM post ORDER BY id",
        "open": "SELECT id, category, address, hints, listing, state, reason, cause, attempts, since, due "
        "FROM open ORDER BY id",
        "listing": "SELECT url, etag, modified, rows FROM listing",
        "slug": "SELECT folded, slug, name FROM slug ORDER BY folded",
        "run": "SELECT clean FROM run",
    }
    with closing(sqlite3.connect(path)) as db:
        assert migrations.version_of(db) == 1
        return {table: db.execute(query).fetchall() for table, query in queries.items()}


def rows_of_archive(archive: Archive) -> dict[str, list[tuple[object, ...]]]:
    """The same rows, from an archive that this program has opened."""
    index = archive.index
    return {
        "post": [astuple(row) for row in index.posts()],
        "open": [
            (
                *(article.listed.id, article.listed.category, article.listed.address),
                json.dumps(dict(article.listed.hints), sort_keys=True),
                *(article.listed.listing, article.state, article.reason, article.cause, article.attempts),
                *(article.since, article.due),
            )
            for article in index.without_post()
        ],
        "listing": [
            (row.url, row.etag, row.modified, row.rows) for row in map(index.listing, index.listings()) if row
        ],
        "slug": sorted((slug.casefold(), slug, name) for name, slug in index.slugs().items()),
        "run": [(int(index.was_clean()),)],
    }


def test_an_archive_of_version_1_keeps_every_row(old: Path) -> None:
    before, files = rows_of_version_1(old / INDEX), bytes_of(old)
    assert [len(before[table]) for table in before] == [7, 6, 1, 3, 1]
    with open_site(old) as archive:
        assert rows_of_archive(archive) == before
        assert {row.name for row in archive.index.posts()} == set(version_1.POSTS)
        assert {
            a.listed.id: (a.state, a.reason, a.cause, a.attempts) for a in archive.index.without_post()
        } == version_1.OPEN
        assert archive.index.slugs() == version_1.SLUGS
        assert [archive.index.provenance(row.id) for row in archive.index.posts()] == [Provenance()] * 7
        assert archive.index.namespace() == ""
    assert version(old)[0] == 2
    assert check(old, NOW).breaches == []
    changed = {path for path, content in bytes_of(old).items() if files.get(path) != content}
    assert changed == {INDEX}


def test_a_second_run_on_a_migrated_archive_changes_nothing(old: Path) -> None:
    open_site(old).close()
    before = bytes_of(old)
    with open_site(old) as archive:
        assert Ledger(archive.catalogue, NOW).admit([listed(number) for number in range(6)]) == []
    assert bytes_of(old) == before


def test_a_run_on_a_migrated_archive_requests_what_the_older_version_would(old: Path) -> None:
    with open_site(old) as archive:
        ledger = Ledger(archive.catalogue, NOW, site="finews")
        assert ledger.known_listing(LISTING) == KnownListing(
            LISTING, '"v1"', "Tue, 22 Feb 2022 10:00:00 GMT", 12, 12, ""
        )
        assert [article.id[-4:] for article in ledger.waiting(LISTING)] == ["9001", "9002", "9004"]
        assert [article.id[-4:] for article in ledger.waiting("")] == ["9006"]
        assert archive.slugs.slug("样例晚报") == "yangliwanbao"


def test_commands_that_read_an_index_of_version_1_change_no_byte(old: Path) -> None:
    before = bytes_of(old)
    checked = check(old, NOW)
    assert (checked.posts, checked.breaches) == (7, [])
    assert {gap.article.listed.id for gap in find(old).articles} == set(version_1.OPEN)
    assert bytes_of(old) == before


@pytest.mark.parametrize("table", ["open", "listing"])
def test_a_damaged_row_of_version_1_is_still_damaged_after_the_migration(old: Path, table: str) -> None:
    column = {"open": "hints", "listing": "etag"}[table]
    with closing(sqlite3.connect(old / INDEX)) as db:
        db.execute(f"UPDATE {table} SET {column} = {column} || ' '")
        db.commit()
    found = [(finding.kind, finding.detail) for finding in check(old, NOW).breaches]
    assert set(found) == {("index", f"table {table}: a row has changed by itself")}
    open_site(old).close()
    assert [(finding.kind, finding.detail) for finding in check(old, NOW).breaches] == found


def test_a_repair_of_a_damaged_index_of_version_1_keeps_the_open_articles(old: Path) -> None:
    with closing(sqlite3.connect(old / INDEX)) as db:
        db.execute("UPDATE listing SET etag = 'x'")
        db.commit()
    repair(old, check(old, NOW), NOW)
    assert check(old, NOW).breaches == []
    with open_site(old) as archive:
        assert {
            a.listed.id: (a.state, a.reason, a.cause, a.attempts) for a in archive.index.without_post()
        } == version_1.OPEN


def test_a_migrated_post_gets_date_and_digest_when_the_index_is_built_again(old: Path) -> None:
    edited = old / "_posts" / version_1.POSTS[1]
    with open_site(old) as archive:
        assert archive.reindex() == 7
        provenance = archive.index.provenance(listed(0).id)
    assert provenance is not None
    assert provenance == Provenance(published=provenance.published, digest=provenance.digest)
    post = read(edited.read_text(), edited.name)
    assert (provenance.published, provenance.digest) == (post.date, fingerprint(post.title, post.body))
    assert check(old, NOW).breaches == []


def test_an_index_of_version_1_that_cannot_be_compacted_is_migrated_and_works(
    old: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Full(sqlite3.Connection):
        def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
            if sql == "VACUUM":
                raise sqlite3.OperationalError("database or disk is full")
            return super().execute(sql, *values)

    connect = sqlite3.connect
    with monkeypatch.context() as patched:
        patched.setattr(sqlite3, "connect", lambda *args, **kinds: connect(*args, **kinds, factory=Full))
        with open_site(old) as archive:
            assert len(list(archive.index.posts())) == 7
    assert "could not be compacted and stays as large as it is: database or disk is full" in caplog.text
    assert check(old, NOW).breaches == []
    with closing(sqlite3.connect(old / INDEX)) as db:
        assert db.execute("PRAGMA auto_vacuum").fetchone() == (0,)
    open_site(old).close()
    with closing(sqlite3.connect(old / INDEX)) as db:
        assert db.execute("PRAGMA auto_vacuum").fetchone() == (2,)
