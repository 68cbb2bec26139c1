"""``kill -9`` and a failing disk at every state-changing call of a run: nothing is ever half there or lost."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.crash.strace import Point, drive, fail_at, kill_at, points

EVERY = int(os.environ.get("ARCHIVER_CRASH_EVERY", "6"))
"""Of the failing calls, every how many is tried; ``make soak`` tries all."""


def files(root: Path) -> dict[str, bytes]:
    """The tree a reader of the archive sees."""
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and ".archive" not in path.relative_to(root).parts
    }


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, bytes], list[Point]]:
    root = tmp_path_factory.mktemp("undisturbed") / "archive"
    found = points(root)
    assert len(found) > 150
    return files(root), found


def everywhere(folder: Path, found: list[Point], check: Callable[[Path, Point], str]) -> list[str]:
    """What ``check`` complains of, at all points; each in an archive of its own."""

    def one(number: int) -> str:
        root = folder / str(number)
        try:
            complaint = check(root, found[number])
        finally:
            shutil.rmtree(root, ignore_errors=True)
        return f"{found[number]}: {complaint}" if complaint else ""

    with ThreadPoolExecutor(max_workers=2) as pool:
        return [complaint for complaint in pool.map(one, range(len(found))) if complaint]


def broken_now(root: Path, expected: dict[str, bytes]) -> str:
    """Right after the blow: whatever is there is complete."""
    there = files(root) if root.exists() else {}
    wrong = [name for name, content in there.items() if expected.get(name) != content]
    return f"incomplete or unexpected: {wrong}" if wrong else ""


def broken_after(root: Path, expected: dict[str, bytes]) -> str:
    """After a run on a healthy machine: the undisturbed tree."""
    again = drive(root)
    if again.returncode != 0:
        return f"the rerun exits {again.returncode}: {again.stderr[-300:]}"
    return "" if files(root) == expected else f"the tree differs: {sorted(set(files(root)) ^ set(expected))}"


def test_a_kill_at_every_call_loses_nothing(
    tmp_path: Path, undisturbed: tuple[dict[str, bytes], list[Point]]
) -> None:
    expected, found = undisturbed

    def check(root: Path, point: Point) -> str:
        killed = kill_at(root, point)
        if killed.returncode not in (-9, 137):
            return f"was not killed: {killed.returncode} {killed.stderr[-200:]}"
        return broken_now(root, expected) or broken_after(root, expected)

    assert everywhere(tmp_path, found, check) == []


@pytest.mark.parametrize("persistent", [False, True], ids=["once", "persistent"])
@pytest.mark.parametrize("error", ["ENOSPC", "EIO"])
def test_a_disk_that_fails_at_a_call_stops_the_run_and_harms_nothing(
    tmp_path: Path, undisturbed: tuple[dict[str, bytes], list[Point]], error: str, persistent: bool
) -> None:
    expected, found = undisturbed
    offset = [("ENOSPC", False), ("ENOSPC", True), ("EIO", False), ("EIO", True)].index((error, persistent))

    def check(root: Path, point: Point) -> str:
        failed = fail_at(root, point, error, persistent=persistent)
        if failed.returncode not in (0, 6):
            return f"exits {failed.returncode}: {failed.stderr[-300:]}"
        stderr_fails_too = persistent and point.call == "write"
        if failed.returncode == 6 and not stderr_fails_too and str(root) not in failed.stderr:
            return f"does not name the path: {failed.stderr!r}"
        return broken_now(root, expected) or broken_after(root, expected)

    assert everywhere(tmp_path, found[offset % EVERY :: EVERY], check) == []
