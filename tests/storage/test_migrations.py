"""An index of an older version is migrated in place, each migration completely or not at all."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from archiver.audit.check import check
from archiver.audit.gaps import find
from archiver.publish.jekyll.site import open_site
from archiver.storage import migrations
from archiver.storage.files import INDEX
from archiver.storage.migrations import Migration
from archiver.storage.sqlite import DamagedIndex
from tests.storage.archives import NOW, bytes_of, finished

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
