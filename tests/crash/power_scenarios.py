"""The runs that are recorded, and then end with a power cut.

A recorded run writes notes: which articles the catalogue has promised to remember, and which have a post.
"""

from __future__ import annotations

import argparse
import io
import sqlite3
from collections.abc import Callable
from contextlib import closing, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from scrapy.settings import Settings

from archiver.commands import archive_reindex
from archiver.errors import Deferred
from archiver.run.status import Status
from archiver.storage import migrations
from archiver.storage.catalogue import Catalogue
from archiver.storage.database import Database
from archiver.storage.files import INDEX
from archiver.storage.rows import OpenArticle
from tests.crash.scenarios import (
    BUSY,
    FIRST,
    SCENARIOS,
    SECOND,
    Scenario,
    Task,
    crawl,
    in_turn,
    killed_run,
)

NOTES = "notes"
"""The file of notes; it is beside the folder that is recorded."""
WORLD = "world"
"""The folder that is recorded. It holds the archive, and folders that the run may create above it."""
ARCHIVE = f"{WORLD}/sites/archive"


@dataclass(frozen=True, slots=True)
class PowerScenario(Scenario):
    moved: Task
    """A crawl whose listing shows none of the earlier articles."""
    record: Task
    """``run``, with notes."""


def _noting(task: Task) -> Task:
    """Notes what the catalogue has promised, as soon as it has."""

    def noting(root: Path) -> int:
        notes = next(above for above in root.parents if above.name == WORLD).with_name(NOTES)
        with (
            notes.open("wb", buffering=0) as file,
            mock.patch.multiple(Catalogue, admit=_admit(file.write), posted=_posted(file.write)),
        ):
            return task(root)

    return noting


def _admit(
    note: Callable[[bytes], object], admit: Callable[..., Any] = Catalogue.admit
) -> Callable[..., Any]:
    def noting(self: Catalogue, *args: Any, **options: Any) -> Any:
        decided = admit(self, *args, **options)
        for article in decided:
            if isinstance(article, OpenArticle):
                note(f"listed {article.listed.id}\n".encode())
        return decided

    return noting


def _posted(
    note: Callable[[bytes], object], posted: Callable[..., Any] = Catalogue.posted
) -> Callable[..., Any]:
    def noting(self: Catalogue, rows: Any, slugs: Any) -> None:
        posted(self, rows, slugs)
        for row, _ in rows:
            note(f"posted {row.id}\n".encode())

    return noting


def _scenario(prepare: Task, run: Task, finish: Task) -> PowerScenario:
    return PowerScenario(prepare, run, finish, crawl(range(10, 12)), _noting(run))


# --- more runs


def _reindex(root: Path) -> int:
    """``finews archive-reindex``."""
    command = archive_reindex.Command()
    command.settings = Settings({"ARCHIVER_OUTPUT": str(root)})
    with redirect_stdout(io.StringIO()):
        command.run([], argparse.Namespace())
    return command.exitcode


_COPIED = """
INSERT INTO post SELECT id,
    CASE WHEN length(name) = 10 THEN name || '-' || id || '.md' ELSE name END, category, tag, sha256
    FROM new.post JOIN new.place AS known ON place = known.number;
INSERT INTO open SELECT
    id, category, address, hints, listing, state, reason, cause, attempts, since, due,
    crc(id, category, address, hints, listing, state, reason, cause, attempts, since, due)
    FROM new.open;
INSERT INTO listing SELECT url, etag, modified, rows, crc(url, etag, modified, rows) FROM new.listing;
INSERT INTO slug SELECT * FROM new.slug;
UPDATE run SET clean = (SELECT clean FROM new.run);
"""


def _version_1(root: Path) -> int:
    """Turns the index into one of version 1, as earlier releases wrote it."""
    index, old = root / INDEX, root / f"{INDEX}.old"
    with closing(sqlite3.connect(old, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        migrations.migrate(db, 1)
        db.execute("ATTACH ? AS new", (str(index),))
        db.executescript(_COPIED)
    for path in index.parent.glob(f"{index.name}-*"):
        path.unlink()
    old.rename(index)
    return Status.OK


# --- runs that are not careful, to show that the replay notices it


def _without_folder_sync(task: Task) -> Task:
    """Folders and files are not synced; the index is."""

    def careless(root: Path) -> int:
        with mock.patch("os.fsync"):
            return task(root)

    return careless


def _with_fast_commits(task: Task) -> Task:
    """The index is synced by its checkpoints only."""

    def opened(self: Database, opened: Callable[[Database], None] = Database._open) -> None:
        opened(self)
        self._db.execute("PRAGMA synchronous = NORMAL")

    def careless(root: Path) -> int:
        with mock.patch.object(Database, "_open", opened):
            return task(root)

    return careless


# --- the scenarios

_FAILING = dict.fromkeys(range(1, 6), BUSY) | {6: Deferred("timeout")}
_SHOWN = range(9)
_RETRY = crawl(_SHOWN, {1: BUSY, 6: Deferred("timeout")})

POWER = {
    **{
        name: _scenario(each.prepare, each.run, each.finish)
        for name, each in SCENARIOS.items()
        if name != "version-1"  # its open articles are final, which this test does not expect
    },
    "quarantine-retry": _scenario(crawl(_SHOWN, _FAILING), _RETRY, crawl(_SHOWN)),
    "reindex-command": _scenario(in_turn(FIRST, killed_run), _reindex, SECOND),
    "migration": _scenario(in_turn(FIRST, _version_1), SECOND, SECOND),
    "migration-cut-off": _scenario(in_turn(FIRST, killed_run, _version_1), SECOND, SECOND),
    "killed-before": _scenario(FIRST, in_turn(killed_run, SECOND), SECOND),
}
CARELESS = {
    "folders": _scenario(FIRST, _without_folder_sync(SECOND), SECOND),
    "commits": _scenario(FIRST, _with_fast_commits(SECOND), SECOND),
}
