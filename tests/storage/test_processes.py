"""Many files are read in several processes, with the results of one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from archiver.errors import StorageError
from archiver.storage import processes
from archiver.storage.processes import results_of

NAMES = [f"name-{number}" for number in range(23)]


@dataclass
class Work:
    """Returns each name with the process that worked on it; ``at`` this name, it does something else."""

    at: str = ""
    what: str = ""

    def __call__(self, names: Sequence[str]) -> list[tuple[str, int]]:
        if self.at in names:
            if self.what == "die":
                os.kill(os.getpid(), signal.SIGKILL)
            if self.what == "interrupt":
                os.kill(os.getpid(), signal.SIGINT)
            if self.what == "mistake":
                raise RuntimeError(self.at)
            if self.what == "fail":
                raise StorageError(f"{self.at}: Input/output error (EIO)")
        return [(name, os.getpid()) for name in names]


@pytest.fixture(autouse=True)
def _few_files_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "MIN_FILES", 5)
    monkeypatch.setattr(processes, "SLICE", 3)
    monkeypatch.setattr(processes, "cores", lambda: 2)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[subprocess.Popen[bytes]]]:
    """The processes that were started; all of them must have ended after the test."""
    seen: list[subprocess.Popen[bytes]] = []
    start = processes._start

    def started_and_seen() -> subprocess.Popen[bytes]:
        seen.append(start())
        return seen[-1]

    monkeypatch.setattr(processes, "_start", started_and_seen)
    yield seen
    assert all(process.returncode is not None for process in seen)
    assert all(pipe and pipe.closed for process in seen for pipe in (process.stdin, process.stdout))


def read(work: Work, names: Sequence[str] = NAMES) -> list[tuple[str, int]]:
    with results_of(work, names) as results:
        found = []
        for part, result in results:
            assert [name for name, _ in result] == list(part)
            found += result
    return found


def test_results_of_several_processes_are_in_the_order_of_the_names(
    started: list[subprocess.Popen[bytes]],
) -> None:
    found = read(Work())
    assert [name for name, _ in found] == NAMES
    assert {process for _, process in found} == {process.pid for process in started}
    assert len(started) == 2


@pytest.mark.parametrize(
    ("count", "cores"), [(4, 2), (0, 2), (23, 1)], ids=["few files", "no files", "one core"]
)
def test_no_process_is_started_if_it_would_not_help(
    monkeypatch: pytest.MonkeyPatch, started: list[subprocess.Popen[bytes]], count: int, cores: int
) -> None:
    monkeypatch.setattr(processes, "cores", lambda: cores)
    assert read(Work(), NAMES[:count]) == [(name, os.getpid()) for name in NAMES[:count]]
    assert started == []


@pytest.mark.parametrize("started_before", [0, 1])
def test_files_are_read_here_if_a_process_cannot_be_started(
    monkeypatch: pytest.MonkeyPatch, started: list[subprocess.Popen[bytes]], started_before: int
) -> None:
    start = processes._start

    def start_some() -> subprocess.Popen[bytes]:
        if len(started) == started_before:
            raise OSError("Resource temporarily unavailable")
        return start()

    monkeypatch.setattr(processes, "_start", start_some)
    assert read(Work()) == [(name, os.getpid()) for name in NAMES]
    assert len(started) == started_before


@pytest.mark.parametrize("name", ["name-0", "name-7", "name-22"])
@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("fail", r"name-\d+: Input/output error \(EIO\)"),
        ("die", "a process that read posts ended with status -9; nothing was changed"),
        ("mistake", "a process that read posts ended with status 1; nothing was changed"),
    ],
)
def test_an_error_of_a_process_is_an_error_here(
    started: list[subprocess.Popen[bytes]], what: str, name: str, text: str
) -> None:
    with pytest.raises(StorageError, match=text):
        read(Work(name, what))
    assert len(started) == 2


def test_an_interrupt_does_not_end_a_process(started: list[subprocess.Popen[bytes]]) -> None:
    assert [name for name, _ in read(Work("name-7", "interrupt"))] == NAMES
    assert len(started) == 2


def test_processes_end_if_the_results_are_not_used(started: list[subprocess.Popen[bytes]]) -> None:
    with results_of(Work(), NAMES * 10_000) as results:
        next(results)
        assert [process.poll() for process in started] == [None, None]


def test_processes_end_if_the_one_that_started_them_is_killed() -> None:
    code = (
        "import os, signal; from archiver.storage import processes; from tests.storage.test_processes import *\n"
        "processes.cores = lambda: 2\n"
        "with results_of(Work(), NAMES * 10_000) as results:\n"
        "    print(*{pid for _ in range(2) for _, pid in next(results)[1]}, flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    # The pipe of standard error, which they inherit, is closed when the last of them has ended.
    assert (done.returncode, done.stderr) == (-signal.SIGKILL, "")
    assert len(done.stdout.split()) == 2


def test_open_files_are_not_inherited(tmp_path: Path) -> None:
    """Otherwise a process that is not killed at once would hold the lock of the archive."""
    with (tmp_path / "lock").open("w") as lock:
        os.set_inheritable(lock.fileno(), True)
        with results_of(OpenBelow(str(tmp_path)), NAMES) as results:
            assert [opened for _, result in results for opened in result] == [[]] * len(NAMES)
        assert OpenBelow(str(tmp_path))(["x"]) == [[str(tmp_path / "lock")]]


@dataclass
class OpenBelow:
    """Returns the open files below the folder, once for each name."""

    folder: str

    def __call__(self, names: Sequence[str]) -> list[list[str]]:
        opened = [os.path.realpath(link) for link in Path("/proc/self/fd").iterdir()]
        return [[path for path in opened if path.startswith(self.folder)] for _ in names]
