"""The check of an archive. It reads every file once, reports every finding, and changes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

from archiver.audit.findings import Checked, Finding
from archiver.audit.posts_check import PostsCheck, names_in, reader
from archiver.errors import StorageError
from archiver.storage.files import INDEX, POSTS, REPORT, STAGING, STATE, content_of
from archiver.storage.lock import no_writer
from archiver.storage.processes import results_of
from archiver.storage.quarantine import FOLDER as RECORDS
from archiver.storage.quarantine import parse
from archiver.storage.refiling import REFILING
from archiver.storage.sqlite import SqliteStore


def check(root: Path, now: datetime) -> Checked:
    """Reads the whole archive and changes no byte of it; O(archive).

    ``now`` has a time zone. Raises Locked if a run is running, StorageError if a folder cannot be read.
    """
    with no_writer(root), ExitStack() as reading:
        entries = reading.enter_context(results_of(reader(root, now), names_in(root / POSTS)))
        damage = list(_damage_of_index(root))
        index = None
        if (root / INDEX).is_file() and not damage:
            index = reading.enter_context(SqliteStore.reading(root / INDEX))
        posts = PostsCheck(root, index)
        findings = (*damage, *posts.findings(entries), *_staged(root), *_records(root), *_report(root))
    return Checked(posts.count, findings)


def _damage_of_index(root: Path) -> Iterator[Finding]:
    if not (root / STATE).is_dir():
        yield Finding("new", STATE, "there is no such folder")
    elif not (root / INDEX).is_file():
        yield Finding("index", INDEX, "it is missing")
    else:
        with SqliteStore.reading(root / INDEX) as index:
            for what in index.damage():
                yield Finding("index", INDEX, what)


def _staged(root: Path) -> Iterator[Finding]:
    for name in names_in(root / STAGING):
        yield Finding("staging", f"{STAGING}/{name}", "left over")
    if (root / REFILING).exists():
        yield Finding("staging", REFILING, "archive-refile was cut off")


def _records(root: Path) -> Iterator[Finding]:
    for name in names_in(root / RECORDS):
        try:
            parse(content_of(root / RECORDS / name), name)
        except OSError as exc:
            yield Finding("unreadable", f"{RECORDS}/{name}", exc.strerror or str(exc))
        except ValueError as exc:
            yield Finding("record", f"{RECORDS}/{name}", str(exc))


def _report(root: Path) -> Iterator[Finding]:
    path = root / REPORT
    if not path.exists():
        return
    try:
        if not isinstance(json.loads(content_of(path)), dict):
            raise ValueError("it is not the report of a run")
    except OSError as exc:
        raise StorageError(f"{path}: {exc.strerror}") from exc
    except (ValueError, RecursionError) as exc:
        yield Finding("report", REPORT, str(exc))
