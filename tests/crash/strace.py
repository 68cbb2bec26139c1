"""Runs the driver under strace, which kills each of its processes, or makes a call fail, at the Nth call."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Self

import pytest

from tests.crash.calls import MAX_CONTENT, ORDERED
from tests.crash.driver import DUMMY_CALLS
from tests.crawling import PROJECT

OPENING = frozenset({"openat"})
CHANGING = frozenset(DUMMY_CALLS) - OPENING
"""Every call that changes the disk, except ``openat``, which only creates empty files."""
_FOREIGN = (
    "?chmod,?copy_file_range,?creat,?fallocate,?fchmodat,?link,?linkat,?open,?pwritev,?pwritev2,?rename,"
    "?renameat2,?symlink,?symlinkat,?truncate,?writev"
)
"""Other calls that change the disk. No run makes them so far; ``points`` fails if one does."""

_FAST = "--seccomp-bpf"
"""Stops a process at traced calls only. strace 6.1 cannot send signals with this option."""

_HIT = dict.fromkeys(DUMMY_CALLS, 100) | {"fsync": 200, "pwrite64": 300, "openat": 2400}
"""Call → the number of the call that fails. strace counts the calls of each process by name, and takes one number
for all processes. To make the Nth call of a process fail, the process first makes 100 - N dummy calls. The driver
itself must not be hit: it opens some 1,200 files and makes some 100 fsync calls, so the numbers for these are twice
that."""


@dataclass(frozen=True)
class Point:
    """A call of a run, identified by the numbers of calls of each kind before it."""

    call: str
    earlier: Mapping[str, int]

    def __str__(self) -> str:
        return f"{self.call} {self.earlier[self.call] + 1}"


@dataclass(frozen=True)
class Ended:
    process: int
    status: int
    stderr: str


class Driver:
    """The processes of one driver; without ``options`` they run without strace.

    ``folder`` is for all files except the archives.
    """

    def __init__(self, folder: Path, *options: str) -> None:
        command = [sys.executable, "-m", "tests.crash.driver"]
        if options:
            command = [strace(), "-f", "-qqq", *options, *command]
        self._channel, stdin = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._channel.settimeout(60)
        self._stderr, stderr = socket.socketpair()
        self._stderr.setblocking(False)
        with stdin, stderr:
            self._process = subprocess.Popen(
                command,
                cwd=PROJECT,
                env={**os.environ, "TMPDIR": str(folder)},
                stdin=stdin.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=stderr.fileno(),
            )

    @classmethod
    def killing(cls, folder: Path) -> Self:
        return cls(folder, *_inject(CHANGING, "signal=SIGKILL"))

    @classmethod
    def failing(cls, folder: Path, calls: Iterable[str], error: str, *, persistent: bool) -> Self:
        return cls(folder, _FAST, *_inject(calls, f"error={error}", "+" if persistent else ""))

    @classmethod
    def logging(cls, folder: Path) -> Self:
        return cls(folder, _FAST, "-o", str(folder / "log"), "-e", f"trace={_names(DUMMY_CALLS)},{_FOREIGN}")

    @classmethod
    def tracing(cls, folder: Path) -> Self:
        """Logs the calls that make a post durable, with paths and contents: see ``tests.crash.calls``."""
        details = ("-y", "-s", str(MAX_CONTENT))
        return cls(folder, _FAST, *details, "-o", str(folder / "calls"), "-e", f"trace={_names(ORDERED)}")

    @classmethod
    def recording(cls, folder: Path) -> Self:
        """Logs every call that changes the disk, with paths and contents: see ``tests.crash.recording``."""
        details = ("-y", "-s", str(MAX_CONTENT))
        every = f"trace={_names(DUMMY_CALLS)},{_FOREIGN}"
        return cls(folder, _FAST, *details, "-o", str(folder / "calls"), "-e", every)

    def run(
        self, scenario: str, part: str, root: Path, dummy_calls: Mapping[str, int] | None = None
    ) -> Ended:
        self._channel.send(json.dumps([scenario, part, str(root), dummy_calls or {}]).encode())
        process, status = json.loads(self._channel.recv(4096) or '[0, "the driver itself ended"]')
        try:
            stderr = self._stderr.recv(65536)
        except BlockingIOError:
            stderr = b""
        return Ended(process, status, stderr.decode("utf-8", "replace"))

    def close(self) -> None:
        self._channel.close()
        self._process.wait(timeout=60)
        self._stderr.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def at(point: Point) -> Mapping[str, int]:
    """The dummy calls after which the fault hits this call only."""
    return {point.call: _HIT[point.call] - 1 - point.earlier[point.call]}


def from_on(point: Point, calls: Iterable[str]) -> Mapping[str, int]:
    """The dummy calls after which a persistent fault begins at this point, in all these kinds of calls."""
    return {call: _HIT[call] - 1 - point.earlier.get(call, 0) for call in calls}


def points(folder: Path, process: int) -> list[Point]:
    """Every call of an undisturbed run that can be made to fail, in order, from the log of a driver."""
    lines = (folder / "log").read_text("utf-8", "replace")
    found, counts = [], Counter[str]()
    for call in re.findall(rf"^{process} +(\w+)\(", lines, re.MULTILINE):
        assert call in DUMMY_CALLS, f"{call} changes the disk, and is not among the calls that are tried"
        found.append(Point(call, Counter(counts)))
        counts[call] += 1
    assert all(counts[call] < _HIT[call] for call in counts)
    return found


def _inject(calls: Iterable[str], fault: str, further: str = "") -> tuple[str, ...]:
    faults = [("-e", f"inject=?{call}:{fault}:when={_HIT[call]}{further}") for call in calls]
    return "-o", "/dev/null", "-e", f"trace={_names(calls)}", *chain.from_iterable(faults)


def _names(calls: Iterable[str]) -> str:
    """Names for strace; the question mark makes it ignore calls that this kernel does not have."""
    return ",".join(f"?{call}" for call in calls)


def strace() -> str:
    program = shutil.which("strace")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("CI is set and there is no strace on PATH")
        pytest.skip("no strace on PATH (Debian: apt install strace)")
    return program
