"""The runs that are killed: how the archive is prepared, the run, and the run that completes the archive.

They do not use Scrapy's engine, because only changes of the disk matter and each run is repeated thousands of
times.
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from scrapy.settings import Settings

from archiver.audit.refile import apply
from archiver.commands import archive_check
from archiver.errors import ArticleError, Deferred, Quarantined, StorageError
from archiver.items import Answer
from archiver.posts import render
from archiver.publish.jekyll.site import entry_of, open_site
from archiver.run.ledger import Ledger
from archiver.run.status import Status
from archiver.sites.load import load
from archiver.storage.archive import Archive, Entry
from archiver.storage.files import INDEX, POSTS, REPORT, STAGING
from archiver.storage.quarantine import FOLDER as RECORDS
from archiver.storage.rows import KnownListing
from archiver.terminal import tell
from tests.storage import version_1
from tests.storage.archives import LISTING, NOW, SOURCES, a_post, listed

Task = Callable[[Path], int]
"""Changes an archive and returns the exit status."""


@dataclass(frozen=True, slots=True)
class Scenario:
    prepare: Task
    run: Task
    """The run that is killed or whose disk fails."""
    finish: Task
    """What a user runs next, on a healthy machine."""


# --- changes by the archiver

_ALIAS = load("finews").model_copy(update={"aliases": {SOURCES[2]: SOURCES[0]}})

_RESERVED = {"emnews": "东财滚动新闻"}
_GROUP = 3
_ANSWER = Answer("http://x/", 200, {}, b"<html>busy \xff</html>")
BUSY = Quarantined("not_json", "no")
_NO_RESPONSE = Deferred("timeout")


def crawl(shown: Sequence[int], failing: Mapping[int, ArticleError] | None = None) -> Task:
    """A run whose listing shows these articles, or has not changed. All articles get a post except ``failing``."""

    def task(root: Path) -> int:
        try:
            with open_site(root, _RESERVED) as archive:
                _crawl(archive, shown, failing or {})
                archive.tree.publish(REPORT, b"{}\n")
        except StorageError as exc:
            tell(str(exc))
            return Status.STORAGE
        return Status.OK

    return task


def _crawl(archive: Archive, shown: Sequence[int], failing: Mapping[int, ArticleError]) -> None:
    ledger = Ledger(archive.catalogue, NOW)
    listing = KnownListing(LISTING, etag=f'"{shown}"')
    is_unchanged = ledger.known_listing(LISTING) == listing
    wanted = ledger.admit(map(listed, () if is_unchanged else shown))
    ledger.remember_listing(listing)
    wanted += ledger.admit(ledger.waiting(LISTING) + ledger.waiting(""))
    answered = []
    for article in wanted:
        number = int(article.id[-4:])
        if number in failing:
            ledger.ended(article.id, failing[number], [_ANSWER])
        else:
            answered.append(number)
    for first in range(0, len(answered), _GROUP):
        _store(archive, ledger, answered[first : first + _GROUP])
    ledger.close(Deferred("interrupted"))


def _store(archive: Archive, ledger: Ledger, numbers: Sequence[int]) -> None:
    entries = [_entry(archive, number) for number in numbers]
    for entry in entries:
        assert not archive.tree.exists(f"{POSTS}/{entry.name}"), "an article with a post is not requested"
    for entry, end in zip(entries, archive.store(entries), strict=True):
        assert not isinstance(end, Quarantined)
        ledger.stored(entry.id, end)


def _entry(archive: Archive, number: int) -> Entry:
    source = SOURCES[number % len(SOURCES)]
    slug = archive.slugs.slug(source)
    post = a_post(number, source, slug)
    return entry_of(post, render(post), source)


def repair(root: Path) -> int:
    """``finews archive-check --repair``."""
    command = archive_check.Command()
    command.settings = Settings({"ARCHIVER_OUTPUT": str(root)})
    with redirect_stdout(io.StringIO()) as stdout:  # a fault may not hit the output of the command
        command.run([], argparse.Namespace(repair=True, json=False))
    if command.exitcode == Status.BROKEN:
        tell(stdout.getvalue())
    return command.exitcode


def refile(root: Path) -> int:
    """``finews archive-refile --apply`` with an alias for one of the sources."""
    try:
        apply(root, _ALIAS)
    except StorageError as exc:
        tell(str(exc))
        return Status.STORAGE
    return Status.OK


def in_turn(*tasks: Task) -> Task:
    """Runs the tasks up to the first that fails."""

    def task(root: Path) -> int:
        return next((status for each in tasks if (status := each(root))), Status.OK)

    return task


# --- changes by others


def _nothing(_: Path) -> int:
    return Status.OK


def killed_run(root: Path) -> int:
    """A run that is killed: one post is in the index, two are on the disk only, one is staged in part."""
    if child := os.fork():
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    archive = open_site(root, _RESERVED)
    ledger = Ledger(archive.catalogue, NOW)
    ledger.admit(map(listed, (2, 5, 6, 7)))
    _store(archive, ledger, [2])
    archive.write([_entry(archive, 5), _entry(archive, 6)])
    (root / STAGING / f"0-{_name(7)}").write_bytes(_half(root / POSTS / _name(0)))
    os._exit(Status.OK)


def _version_1(root: Path) -> int:
    """An archive that an older version of the program wrote."""
    version_1.copied(root)
    return Status.OK


def _delete_index(root: Path) -> int:
    for path in root.glob(f"{INDEX}*"):
        path.unlink()
    return Status.OK


def _damage(root: Path) -> int:
    """Makes one breach of each kind that can be repaired, except damage to the index."""
    posts = root / POSTS
    (posts / _name(0)).write_bytes(b"")
    (posts / _name(1)).write_bytes(_half(posts / _name(1)))
    (posts / _name(5)).rename(posts / _name(5, "2022-02-23"))
    shutil.copy(posts / _name(6), posts / _name(6, "2022-02-23"))
    shutil.copy(posts / _name(6), posts / f"{_name(6)}.tmp")
    (posts / _name(7)).unlink()
    with closing(sqlite3.connect(root / INDEX)) as db:
        db.execute("DELETE FROM post WHERE id = ?", (listed(8).id,))
        db.execute("UPDATE post SET place = place % 3 + 1 WHERE id = ?", (listed(9).id,))
        db.commit()
    (root / "category/yangliribao.html").write_bytes(b"")
    (root / STAGING / "0-x.md").write_bytes(b"---\n")
    (root / RECORDS / f"{listed(3).id}.json").write_bytes(b"{")
    (root / REPORT).write_bytes(b"{")
    return Status.OK


def _damage_index(root: Path) -> int:
    """Changes a row of the index without making it unreadable."""
    content = (root / INDEX).read_bytes()
    (root / INDEX).write_bytes(content.replace(listed(3).id.encode(), listed(9003).id.encode()))
    (root / POSTS / _name(0)).write_bytes(b"")
    return Status.OK


def _name(number: int, day: str = "2022-02-22") -> str:
    return f"{day}-{listed(number).id}.md"


def _half(path: Path) -> bytes:
    content = path.read_bytes()
    return content[: len(content) // 2]


# --- the scenarios

FIRST = crawl((0, 1, 3, 4), {3: BUSY, 4: _NO_RESPONSE})
SECOND = crawl((0, 1, 2, 5, 6, 7), {7: BUSY})
"""The listing no longer shows the open articles; they get posts now, and there is a new source."""
_ALL = crawl(range(10), {3: BUSY, 4: _NO_RESPONSE})
_LAST = crawl(range(10, 12))
"""The listing shows none of the earlier articles: open articles are known from the archive only."""

SCENARIOS = {
    "new": Scenario(_nothing, crawl(range(6), {3: BUSY}), crawl(range(6), {3: BUSY})),
    "update": Scenario(FIRST, SECOND, SECOND),
    "recovery": Scenario(in_turn(FIRST, killed_run), SECOND, SECOND),
    "version-1": Scenario(_version_1, crawl((0, 1, 7)), crawl((0, 1, 7))),
    "reindex": Scenario(in_turn(FIRST, killed_run, _delete_index), SECOND, SECOND),
    "repair": Scenario(in_turn(_ALL, _damage), repair, in_turn(repair, _LAST)),
    "repair-cut-off": Scenario(in_turn(FIRST, killed_run), repair, in_turn(repair, SECOND)),
    "refile": Scenario(SECOND, refile, in_turn(crawl((0, 1)), refile)),
    "repair-index": Scenario(in_turn(_ALL, _damage_index), repair, in_turn(repair, _LAST)),
}
