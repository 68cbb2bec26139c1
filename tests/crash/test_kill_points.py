"""``kill -9`` and a failing disk at every state-changing call of a run: nothing is ever half there or lost."""

from __future__ import annotations

import logging
import os
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from archiver.audit.check import check
from archiver.run.status import Status
from tests.crash.scenarios import SCENARIOS
from tests.crash.strace import CHANGING, OPENING, Driver, Ended, Point, at, from_on, points
from tests.storage.archives import bytes_of

log = logging.getLogger(__name__)

EVERY = int(os.environ.get("ARCHIVER_CRASH_EVERY", "6"))
"""Every how many of the points is tried, but for kills of a first run: of them all; ``make soak`` tries all."""

FAULTS = {
    **{f"{error}-once": CHANGING | OPENING for error in ("ENOSPC", "EDQUOT", "EIO", "EROFS")},
    **{f"{error}-persistent": CHANGING for error in ("ENOSPC", "EDQUOT", "EIO", "EROFS")},
    **{f"{error}-{times}": OPENING for error in ("EMFILE", "ENFILE") for times in ("once", "persistent")},
}
"""The calls that fail; persistently: all of them alike, from one on."""
OURS = frozenset({"fchmod", "fsync", "mkdirat", "renameat", "write"})
"""The archiver's own; all others are also SQLite's and the standard library's, which get over some failures."""


def files(root: Path) -> dict[str, bytes]:
    """The tree a reader of the archive sees."""
    there = bytes_of(root) if root.exists() else {}
    return {path: content for path, content in there.items() if not path.startswith(".archive/")}


@dataclass(frozen=True)
class Bench:
    """A scenario's archive, copied for every point, and its trees when nothing disturbs."""

    scenario: str
    prepared: Path
    points: list[Point]
    before: dict[str, bytes]
    after: dict[str, bytes]
    final: dict[str, bytes]


@pytest.fixture(scope="module")
def memory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder in memory, where there is one: what the system has taken outlives a killed process anywhere."""
    shm = Path("/dev/shm")
    with TemporaryDirectory(dir=shm if shm.is_dir() else tmp_path_factory.mktemp("crash")) as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def healthy(memory: Path) -> Iterator[Driver]:
    with Driver(memory) as driver:
        yield driver


@pytest.fixture(scope="module")
def bench_of(memory: Path) -> Iterator[Callable[[str], Bench]]:
    made: dict[str, Bench] = {}

    def bench(scenario: str) -> Bench:
        if scenario not in made:
            made[scenario] = _bench(memory, scenario, driver)
        return made[scenario]

    with Driver.logging(memory) as driver:
        yield bench


def _bench(memory: Path, scenario: str, driver: Driver) -> Bench:
    prepared, root = memory / scenario / "prepared", memory / scenario / "undisturbed"
    prepared.parent.mkdir()
    _succeed(driver.run(scenario, "prepare", prepared))
    _copy(prepared, root)
    process = _succeed(driver.run(scenario, "run", root))
    after = files(root)
    _succeed(driver.run(scenario, "finish", root))
    return Bench(scenario, prepared, points(memory, process), files(prepared), after, files(root))


def _succeed(ended: Ended) -> int:
    assert ended.status == 0, ended.said
    return ended.process


def _copy(prepared: Path, root: Path) -> None:
    if prepared.exists():
        shutil.copytree(prepared, root)


def everywhere(bench: Bench, tried: list[Point], blow: Callable[[Path, Point], str]) -> None:
    """Asserts that ``blow`` has nothing to complain of at any of these points, each in an archive of its own."""
    complaints = []
    for point in tried:
        with TemporaryDirectory(dir=bench.prepared.parent) as folder:
            root = Path(folder, "archive")
            _copy(bench.prepared, root)
            if complaint := blow(root, point):
                complaints.append(f"{point}: {complaint}")
    log.info("%s: %s of %s points tried", bench.scenario, len(tried), len(bench.points))
    assert not complaints, "\n".join([f"{len(complaints)} complaints", *complaints])


def broken_now(root: Path, bench: Bench) -> str:
    """Right after the blow: whatever is there is complete, whatever was there still is, if only set aside."""
    there = files(root)
    right = (bench.before, bench.after, bench.final)
    if wrong := [name for name in there if there[name] not in [tree.get(name) for tree in right]]:
        return f"incomplete or unexpected: {wrong}"
    kept = set(bytes_of(root).values()) if root.exists() else set()
    lost = [name for name in bench.before if bench.before[name] not in kept]
    return f"lost: {lost}" if lost else ""


def broken_after(root: Path, bench: Bench, healthy: Driver) -> str:
    """After what a user runs next on a healthy machine: the undisturbed tree, and nothing wrong beside it."""
    again = healthy.run(bench.scenario, "finish", root)
    if again.status != 0:
        return f"the rerun exits {again.status}: {last_words(again)}"
    there = files(root)
    if there != bench.final:
        differing = {name for name in there | bench.final if there.get(name) != bench.final.get(name)}
        return f"the tree differs: {sorted(differing)}"
    breaches = check(root, datetime.now(UTC)).breaches
    return f"left: {breaches}" if breaches else ""


def last_words(ended: Ended) -> str:
    return " … ".join(line.strip() for line in ended.said.splitlines()[-4:])


@pytest.fixture(scope="module")
def killing(memory: Path) -> Iterator[Driver]:
    with Driver.killing(memory) as driver:
        yield driver


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_kill_at_every_call_loses_nothing(
    bench_of: Callable[[str], Bench], healthy: Driver, killing: Driver, scenario: str
) -> None:
    bench = bench_of(scenario)
    changing = [point for point in bench.points if point.call in CHANGING]

    def blow(root: Path, point: Point) -> str:
        killed = killing.run(scenario, "run", root, at(point))
        if killed.status != -9:
            return f"was not killed: {killed.status} {last_words(killed)}"
        return broken_now(root, bench) or broken_after(root, bench, healthy)

    every = 1 if scenario == "new" else EVERY
    everywhere(bench, changing[::every], blow)


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
    bench_of: Callable[[str], Bench], healthy: Driver, failing: Driver, fault: str, scenario: str
) -> None:
    bench, calls = bench_of(scenario), FAULTS[fault]
    persistent = fault.endswith("persistent")
    fitting = [point for point in bench.points if point.call in calls]

    def blow(root: Path, point: Point) -> str:
        failed = failing.run(scenario, "run", root, from_on(point, calls) if persistent else at(point))
        return (
            wrong_end(failed, root, bench, point)
            or broken_now(root, bench)
            or broken_after(root, bench, healthy)
        )

    everywhere(bench, fitting[list(FAULTS).index(fault) % EVERY :: EVERY], blow)


def wrong_end(ended: Ended, root: Path, bench: Bench, point: Point) -> str:
    if ended.status == Status.OK and point.call in OURS:
        return "exits 0"
    if ended.status == Status.OK:
        return "" if files(root) == bench.after else "exits 0 and has not done everything"
    if ended.status == Status.BROKEN and "\nunreadable: " in f"\n{ended.said}":
        return ""  # archive-check names a file that it cannot read, and goes on
    if ended.status != Status.STORAGE:
        return f"exits {ended.status}: {last_words(ended)}"
    is_sentence = ended.said.count("\n") == 1 and len(re.findall(r"(/\S+): ", ended.said)) == 1
    return "" if is_sentence else f"does not name the path once: {ended.said!r}"
