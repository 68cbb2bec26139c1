"""Access to an index that changes no byte of its files."""

from __future__ import annotations

import logging
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

from archiver.storage import migrations
from archiver.storage.files import storage_errors

log = logging.getLogger(__name__)


@contextmanager
def readable(path: Path) -> Iterator[str]:
    """The URI that SQLite can open: of the file itself, or of a copy if SQLite would have to change the file.

    That is the case for an index with a write-ahead log, and for one of an older version.
    """
    log_of_writes = path.with_name(f"{path.name}-wal")
    is_cut_off = log_of_writes.exists() and log_of_writes.stat().st_size > 0
    if not (is_cut_off or _is_older(path)):
        yield f"{path.as_uri()}?immutable=1"
        return
    with ExitStack() as undo:
        with storage_errors(gettempdir()):
            folder = undo.enter_context(TemporaryDirectory(ignore_cleanup_errors=True))
            for file in (path, log_of_writes) if is_cut_off else (path,):
                shutil.copyfile(file, Path(folder, file.name))
        copy = Path(folder, path.name)
        _migrate_copy(copy)
        yield copy.as_uri()


def _is_older(path: Path) -> bool:
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True)) as db:
            return 1 <= migrations.version_of(db) < migrations.newest()
    except sqlite3.Error:  # the caller gets the same error and reports it
        return False


def _migrate_copy(path: Path) -> None:
    try:
        with closing(sqlite3.connect(path)) as db:
            if migrations.version_of(db) > 0:
                migrations.migrate(db)
    except sqlite3.Error as exc:  # the caller finds the older version and reports it as damage
        log.warning("a copy of the index could not be migrated: %s", exc)
