"""``kill -9`` and disk errors at every state-changing call of a run: no file is incomplete, and none is lost."""

from __future__ import annotations

import logging
import os
import re
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from archiver.audit.check import check
from archiver.run.status import Status
from archiver.storage import migrations
from archiver.storage.files import INDEX
from tests.crash.scenarios import SCENARIOS
from tests.crash.strace import CHANGING, OPENING, Driver, Ended, Point, at, from_on, points
from tests.storage import version_1
from tests.storage.archives import bytes_of

log = logging.getLogger(__name__)

EVERY = int(os.environ.get("ARCHIVER_CRASH_EVERY", "24"))
"""Every how many points one is tried. Kills of a first run are tried at all points, those of a refiling at
every fourth; ``make soak`` tries all."""

FAULTS = {
    **{f"{error}-once": CHANGING | OPENING for error in ("ENOSPC", "EDQUOT", "EIO", "EROFS")},
    **{f"{error}-persistent": CHANGING for error in ("ENOSPC", "EDQUOT", "EIO", "EROFS")},
    **{f"{error}-{times}": OPENING for error in ("EMFILE", "ENFILE") for times in ("once", "persistent")},
}
"""Fault → the calls that fail. ``once``: one call fails; ``persistent``: all of these calls from that one on."""
OURS = frozenset({"fchmod", "fsync", "mkdirat", "renameat", "write"})
"""Calls that only the archiver makes. The others are also made by SQLite and the standard library, which tolerate
some failures."""


def files(root: Path) -> dict[str, bytes]:
    """The content of every file outside ``.archive``."""
    found = bytes_of(root) if root.exists() else {}
    return {path: content for path, content in found.items() if not path.startswith(".archive/")}


@dataclass(frozen=True)
class Setup:
    """The prepared archive of a scenario, which is copied for every point, and its files in undisturbed runs."""

    scenario: str
    prepared: Path
    points: list[Point]
    before: dict[str, bytes]
    after: dict[str, bytes]
    final: dict[str, bytes]


@pytest.fixture(scope="module")
def memory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder in memory, if there is one. A killed process loses nothing that the system has accepted, so the
    kind of disk does not matter."""
    shm = Path("/dev/shm")
    with TemporaryDirectory(dir=shm if shm.is_dir() else tmp_path_factory.mktemp("crash")) as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def healthy(memory: Path) -> Iterator[Driver]:
    with Driver(memory) as driver:
        yield driver


@pytest.fixture(scope="module")
def setup_of(memory: Path) -> Iterator[Callable[[str], Setup]]:
    made: dict[str, Setup] = {}

    def setup(scenario: str) -> Setup:
        if scenario not in made:
            made[scenario] = _setup(memory, scenario, driver)
        return made[scenario]

    with Driver.logging(memory) as driver:
        yield setup


def _setup(memory: Path, scenario: str, driver: Driver) -> Setup:
    prepared, root = memory / scenario / "prepared", memory / scenario / "undisturbed"
    prepared.parent.mkdir()
    _succeed(driver.run(scenario, "prepare", prepared))
    _copy(prepared, root)
    process = _succeed(driver.run(scenario, "run", root))
    after = files(root)
    _succeed(driver.run(scenario, "finish", root))
    return Setup(scenario, prepared, points(memory, process), files(prepared), after, files(root))


def _succeed(ended: Ended) -> int:
    assert ended.status == 0, ended.stderr
    return ended.process


def _copy(prepared: Path, root: Path) -> None:
    if prepared.exists():
        shutil.copytree(prepared, root)


def assert_at_points(setup: Setup, tried: list[Point], inject: Callable[[Path, Point], str]) -> None:
    """Asserts that ``inject`` returns no error at any of these points, each in an archive of its own."""
    errors = []
    for point in tried:
        with TemporaryDirectory(dir=setup.prepared.parent) as folder:
            root = Path(folder, "archive")
            _copy(setup.prepared, root)
            if error := inject(root, point):
                errors.append(f"{point}: {error}")
    log.info("%s: %s of %s points tried", setup.scenario, len(tried), len(setup.points))
    assert not errors, "\n".join([f"{len(errors)} errors", *errors])


def wrong_after_fault(root: Path, setup: Setup) -> str:
    """What is wrong right after the fault: every file must be complete, and no content of before may be lost
    (it may be in ``set-aside``, or, after ``refile``, be as it will be)."""
    found = files(root)
    right = (setup.before, setup.after, setup.final)
    if wrong := [name for name in found if found[name] not in [tree.get(name) for tree in right]]:
        return f"incomplete or unexpected: {wrong}"
    kept = set(bytes_of(root).values()) if root.exists() else set()
    lost = [name for name in setup.before if setup.before[name] not in kept]
    if setup.scenario == "refile":
        lost = [name for name in lost if found.get(name) != setup.after.get(name)]
    if not lost and setup.scenario == "version-1":
        return _wrong_index(root)
    return f"lost: {lost}" if lost else ""


def _wrong_index(root: Path) -> str:
    """What is wrong with the index of a run that was migrating it: it must be one of the two versions, with every
    article."""
    with TemporaryDirectory(dir=root.parent) as folder:
        copy = Path(folder, "index.sqlite")
        for ending in ("", "-wal"):
            if (file := root / f"{INDEX}{ending}").exists():
                shutil.copy(file, f"{copy}{ending}")
        with closing(sqlite3.connect(copy)) as db:
            version = migrations.version_of(db)
            if migrations.tables(db) != migrations.tables_of(version) or version == 0:
                return f"the tables are not those of version {version}"
            if (found := db.execute("PRAGMA integrity_check").fetchall()) != [("ok",)]:
                return f"the index is damaged: {found}"
            posts, articles = (
                {row[0] for row in db.execute(f"SELECT id FROM {table}")} for table in ("post", "open")
            )
    known = {name.removeprefix("2022-02-22-").removesuffix(".md") for name in version_1.POSTS}
    lost = (known - posts) | (version_1.OPEN.keys() - posts - articles)
    return f"not in the index any more: {sorted(lost)}" if lost else ""


def wrong_after_rerun(root: Path, setup: Setup, healthy: Driver) -> str:
    """What is wrong after the next run without a fault: the files must be those of an undisturbed run, and the
    check must find nothing."""
    again = healthy.run(setup.scenario, "finish", root)
    if again.status != 0:
        return f"the rerun exits {again.status}: {last_lines(again)}"
    found = files(root)
    if found != setup.final:
        differing = {name for name in found | setup.final if found.get(name) != setup.final.get(name)}
        return f"the files differ: {sorted(differing)}"
    breaches = check(root, datetime.now(UTC)).breaches
    return f"left: {breaches}" if breaches else ""


def last_lines(ended: Ended) -> str:
    return " … ".join(line.strip() for line in ended.stderr.splitlines()[-4:])


@pytest.fixture(scope="module")
def killing(memory: Path) -> Iterator[Driver]:
    with Driver.killing(memory) as driver:
        yield driver


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_kill_at_every_call_loses_nothing(
    setup_of: Callable[[str], Setup], healthy: Driver, killing: Driver, scenario: str
) -> None:
    setup = setup_of(scenario)
    changing = [point for point in setup.points if point.call in CHANGING]

    def inject(root: Path, point: Point) -> str:
        killed = killing.run(scenario, "run", root, at(point))
        if killed.status != -9:
            return f"was not killed: {killed.status} {last_lines(killed)}"
        return wrong_after_fault(root, setup) or wrong_after_rerun(root, setup, healthy)

    every = {"new": 1, "refile": min(4, EVERY)}.get(scenario, EVERY)
    assert_at_points(setup, changing[::every], inject)


@pytest.fixture(scope="module", params=FAULTS)
def fault(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def failing(memory: Path, fault: str) -> Iterator[Driver]:
    error, times = fault.split("-")
    calls = FAULTS[fault]
    first = Point("openat" if calls >= OPENING else "fsync", Counter())
    with (
        Driver.failing(memory, calls, error, persistent=times == "persistent") as driver,
        TemporaryDirectory(dir=memory) as folder,
    ):
        stopped = driver.run("new", "run", Path(folder, "archive"), at(first))
        assert stopped.status == Status.STORAGE, f"strace makes no call fail: {stopped}"
        yield driver


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_failing_call_stops_the_run_and_damages_nothing(
    setup_of: Callable[[str], Setup], healthy: Driver, failing: Driver, fault: str, scenario: str
) -> None:
    setup, calls = setup_of(scenario), FAULTS[fault]
    persistent = fault.endswith("persistent")
    fitting = [point for point in setup.points if point.call in calls]

    def inject(root: Path, point: Point) -> str:
        failed = failing.run(scenario, "run", root, from_on(point, calls) if persistent else at(point))
        return (
            wrong_end(failed, root, setup, point)
            or wrong_after_fault(root, setup)
            or wrong_after_rerun(root, setup, healthy)
        )

    assert_at_points(setup, fitting[list(FAULTS).index(fault) % EVERY :: EVERY], inject)


def wrong_end(ended: Ended, root: Path, setup: Setup, point: Point) -> str:
    if ended.status == Status.OK and point.call in OURS:
        return "exits 0"
    if ended.status == Status.OK:
        return "" if files(root) == setup.after else "exits 0 and has not done everything"
    if ended.status == Status.BROKEN and "\nunreadable: " in f"\n{ended.stderr}":
        return ""  # archive-check reports a file that it cannot read, and continues
    if ended.status != Status.STORAGE:
        return f"exits {ended.status}: {last_lines(ended)}"
    is_sentence = ended.stderr.count("\n") == 1 and len(re.findall(r"(/\S+): ", ended.stderr)) == 1
    return "" if is_sentence else f"does not name the path once: {ended.stderr!r}"
