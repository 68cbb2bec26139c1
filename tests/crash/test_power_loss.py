"""Power cuts on an honest disk: the calls of a run are recorded, and every state is tried that a disk may be in
which keeps what was synced. Recovery and reruns must lose nothing."""

from __future__ import annotations

import logging
import os
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from archiver.audit.check import check
from archiver.publish.jekyll.site import open_site
from archiver.storage.files import INDEX, POSTS
from archiver.storage.quarantine import FOLDER as RECORDS
from archiver.storage.quarantine import parse
from archiver.storage.sqlite import SqliteStore
from tests.crash.disk import KINDS, Disk, Kind, Tree, lay, numbered, tree_of
from tests.crash.power_scenarios import ARCHIVE, CARELESS, NOTES, POWER, WORLD
from tests.crash.recording import Change, FolderSynced, Noted, Recording, Synced
from tests.crash.strace import Driver
from tests.crash.test_kill_points import files, last_lines

log = logging.getLogger(__name__)

STATES = int(os.environ.get("ARCHIVER_POWER_CUTS", "8"))
"""States that are tried for each scenario; ``make soak`` tries more."""


IS_SOAK = STATES >= 50
STATES_AFTER_KILL = 8


@dataclass(frozen=True)
class Facts:
    """What an archive knows of its articles."""

    open: frozenset[str]
    posts: frozenset[str]
    without_file: frozenset[str]
    """Articles whose post is in the index and not on the disk."""
    without_record: frozenset[str]
    """Quarantined articles without a record that can be read."""
    stale_records: frozenset[str]
    """Articles that have a record and a post."""

    @classmethod
    def of(cls, root: Path) -> Facts:
        if not (root / INDEX).exists():
            return cls(*[frozenset()] * 5)
        recorded = frozenset(_recorded(root))
        with SqliteStore.reading(root / INDEX) as index:
            articles, _namespace = index.salvage()
            rows = [] if list(index.damage()) else list(index.posts())
        quarantined = {article.listed.id for article in articles if article.state == "quarantined"}
        posts = frozenset(row.id for row in rows)
        return cls(
            frozenset(article.listed.id for article in articles),
            posts,
            frozenset(row.id for row in rows if not (root / POSTS / row.name).exists()),
            frozenset(quarantined - recorded),
            recorded & posts,
        )


def _recorded(root: Path) -> Iterator[str]:
    for path in (root / RECORDS).glob("*"):
        with suppress(ValueError):
            yield parse(path.read_bytes(), path.name)[0].id


@dataclass(frozen=True)
class Recorded:
    """A scenario, and the changes of its run."""

    name: str
    folder: Path
    before: Tree
    facts: Facts
    """About the archive before the run."""
    changes: Sequence[Change]
    final: Mapping[bool, Mapping[str, bytes]]
    """The files after an undisturbed run and its rerun; True: with a run between them whose listing has moved
    on."""
    since: int = 0
    """The power fails after this change or later."""

    @property
    def repairs(self) -> bool:
        return self.name.startswith("repair")


@pytest.fixture(scope="module")
def memory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    shm = Path("/dev/shm")
    with TemporaryDirectory(dir=shm if shm.is_dir() else tmp_path_factory.mktemp("power")) as folder:
        yield Path(folder).resolve()


@pytest.fixture(scope="module")
def healthy(memory: Path) -> Iterator[Driver]:
    with Driver(memory) as driver:
        yield driver


@pytest.fixture(scope="module")
def recording(memory: Path) -> Iterator[Driver]:
    with Driver.recording(memory) as driver:
        yield driver


@pytest.fixture(scope="module")
def record(memory: Path, healthy: Driver, recording: Driver) -> Iterator[Callable[[str], Recorded]]:
    made: dict[str, Recorded] = {}

    def recorded(name: str) -> Recorded:
        if name not in made:
            made[name] = _recorded_run(name, memory, recording, healthy)
        return made[name]

    return recorded


def _recorded_run(name: str, memory: Path, driver: Driver, healthy: Driver) -> Recorded:
    folder = memory / name
    world, root = folder / WORLD, folder / ARCHIVE
    world.mkdir(parents=True)
    if name != "new":  # its run also makes the folders above the archive
        _run(healthy, name, "prepare", root)
    before, facts = tree_of(world), Facts.of(root)
    changes = _changes(name, memory, driver, Recording(world, folder / NOTES, numbered(before)))
    assert _content(Disk(before, "all", random.Random(0)).after(changes)) == _content(tree_of(world)), (
        "the changes that were understood are not all that were made"
    )
    final = {}
    for moved in (False, True):
        lay(before, world)
        for part in ("run", "moved", "finish", "moved") if moved else ("run", "finish"):
            _run(healthy, name, part, root)
        final[moved] = files(root)
    return Recorded(name, folder, before, facts, changes, final)


def _changes(name: str, memory: Path, driver: Driver, calls: Recording) -> list[Change]:
    """Those of the recorded run of a scenario."""
    log = memory / "calls"
    earlier = log.stat().st_size if log.exists() else 0
    _run(driver, name, "record", memory / name / ARCHIVE)
    return list(calls.changes(log.read_text("ascii")[earlier:]))


def _killed(recorded: Recorded, at: int, driver: Driver) -> Recorded:
    """The run is killed after ``at`` changes and started again: what the first did not sync is not durable in the
    second run either, unless that syncs it."""
    first = recorded.changes[:at]
    disk = Disk(recorded.before, "all", random.Random(0))
    lay(disk.after(first), recorded.folder / WORLD)
    calls = Recording(recorded.folder / WORLD, recorded.folder / NOTES, disk.names, len(first))
    changes = [*first, *_changes(recorded.name, recorded.folder.parent, driver, calls)]
    return replace(recorded, changes=changes, since=at)


def _content(tree: Tree) -> Tree:
    """The memory that processes share for the index is not written by calls, and never read after a crash."""
    return {path: content for path, content in tree.items() if not path.endswith("-shm")}


def _run(driver: Driver, name: str, part: str, root: Path) -> None:
    ended = driver.run(name, part, root)
    assert ended.status == 0, f"{name}, {part}: {ended.status}, {ended.stderr}"


def cuts(recorded: Recorded, count: int) -> Iterator[tuple[int, Kind, bool, random.Random]]:
    """After how many changes the power fails, what kind of disk it is, and whether the listing moves on
    meanwhile."""
    for number, kind in enumerate(islice(cycle(KINDS), count)):
        dice = random.Random(f"{recorded.name} {number}")
        share = (number // len(KINDS) + dice.random()) / (count / len(KINDS))  # spread over the run
        after = round(recorded.since + share * (len(recorded.changes) - recorded.since))
        yield after, kind, dice.random() < 0.5, dice


def errors_of(recorded: Recorded, healthy: Driver, count: int) -> list[str]:
    errors = []
    for after, kind, moved, dice in cuts(recorded, count):
        changes = recorded.changes[:after]
        lay(Disk(recorded.before, kind, dice).after(changes), recorded.folder / WORLD)
        noted = [change.text.split() for change in changes if isinstance(change, Noted)]
        trial = _Trial(recorded, healthy, noted)
        if error := trial.wrong(moved=moved and not recorded.repairs):
            errors.append(f"{kind} after {after} of {len(recorded.changes)}, moved={moved}: {error}")
    log.info("%s: %s states", recorded.name, count)
    return errors


class _Trial:
    """One state of the disk, already in place."""

    def __init__(self, recorded: Recorded, healthy: Driver, noted: Sequence[Sequence[str]]) -> None:
        self.recorded = recorded
        self.root = recorded.folder / ARCHIVE
        self.healthy = healthy
        self.posted = {article for what, article in noted if what == "posted"}
        self.known = {article for _, article in noted} | recorded.facts.open | recorded.facts.posts

    def wrong(self, *, moved: bool) -> str:
        if not self.recorded.repairs:  # a damaged index is not opened
            with open_site(self.root, {"emnews": "东财滚动新闻"}):
                pass
            if error := self._wrong_facts():
                return f"after recovery: {error}"
        if moved and (error := self._wrong_run("moved") or self._unposted()):
            return f"the listing moves on: {error}"
        parts = ("finish", "moved") if moved else ("finish",)
        return (
            next(filter(None, map(self._wrong_run, parts)), "")
            or self._wrong_facts()
            or self._wrong_files(moved=moved)
        )

    def _wrong_facts(self) -> str:
        now, before = Facts.of(self.root), self.recorded.facts
        return _names(
            {
                "forgotten": self.known - now.open - now.posts,
                "posts that are not in the index": self.posted - now.posts,
                "rows without a file": now.without_file - before.without_file,
                "quarantined articles without a record": now.without_record - before.without_record,
                "records of articles with a post": now.stale_records - before.stale_records,
            }
        )

    def _wrong_run(self, part: str) -> str:
        ended = self.healthy.run(self.recorded.name, part, self.root)
        return f"{part} exits {ended.status}: {last_lines(ended)}" if ended.status else ""

    def _unposted(self) -> str:
        return _names({"without a post": self.known - Facts.of(self.root).posts})

    def _wrong_files(self, *, moved: bool) -> str:
        found, right = files(self.root), self.recorded.final[moved]
        differing = {path for path in found | right if found.get(path) != right.get(path)}
        left = {str(finding) for finding in check(self.root, datetime.now(UTC)).breaches}
        return _names({"files that differ": differing, "left": left})


def _names(wrong: Mapping[str, set[str] | frozenset[str]]) -> str:
    return "; ".join(f"{what}: {sorted(which)}" for what, which in wrong.items() if which)


@pytest.mark.parametrize("name", POWER)
def test_a_power_cut_loses_nothing(record: Callable[[str], Recorded], healthy: Driver, name: str) -> None:
    errors = errors_of(record(name), healthy, STATES)
    assert not errors, "\n".join([f"{len(errors)} errors", *errors])


@pytest.mark.parametrize("name", ["new", "update"])
def test_a_power_cut_after_a_kill_loses_nothing(
    record: Callable[[str], Recorded], healthy: Driver, recording: Driver, name: str
) -> None:
    """The kill comes just before something is synced, in CI the folder of the last posts. The next run then finds
    what is not durable yet."""
    recorded = record(name)
    unsynced = [at for at, change in enumerate(recorded.changes) if isinstance(change, FolderSynced | Synced)]
    if not IS_SOAK:
        unsynced = [
            max(at for at in unsynced if recorded.changes[at] == FolderSynced(f"sites/archive/{POSTS}"))
        ]
    errors = []
    for at in unsynced:
        killed = _killed(recorded, at, recording)
        errors += [f"killed after {at}, {error}" for error in errors_of(killed, healthy, STATES_AFTER_KILL)]
    assert not errors, "\n".join([f"{len(errors)} errors", *errors])


@pytest.mark.parametrize(("name", "missed"), [("folders", "rows without a file"), ("commits", "forgotten")])
def test_a_run_that_does_not_sync_is_noticed(
    record: Callable[[str], Recorded], healthy: Driver, name: str, missed: str
) -> None:
    assert name in CARELESS
    assert any(missed in error for error in errors_of(record(name), healthy, 16))
