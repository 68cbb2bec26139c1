"""Runs the driver under strace, which kills each of its processes, or fails it, at the Nth call of a kind."""

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
from tests.crash.driver import IN_VAIN
from tests.crawling import PROJECT

OPENING = frozenset({"openat"})
CHANGING = frozenset(IN_VAIN) - OPENING
"""Every call by which a run changes the state of the disk; what ``openat`` makes is empty until one of them."""
_FOREIGN = (
    "?chmod,?copy_file_range,?creat,?fallocate,?fchmodat,?link,?linkat,?open,?pwritev,?pwritev2,?rename,"
    "?renameat2,?symlink,?symlinkat,?truncate,?writev"
)
"""Other calls that change the disk. No run makes them so far; the log shows one that does."""

_FAST = "--seccomp-bpf"
"""Stops a process at the traced calls only; with it strace 6.1 sends no signals."""

_HIT = dict.fromkeys(IN_VAIN, 100) | {"pwrite64": 300, "openat": 2400}
"""strace counts the calls of each process by name, and takes one number for all processes: the fault is in the
100th. A process that is to be hit at its Nth call first makes 100 - N calls in vain. The driver itself must not be
hit: its imports open some 1,200 files, and its number is twice that."""


@dataclass(frozen=True)
class Point:
    """A call, identified by how often each kind of call was made before it in the run."""

    call: str
    earlier: Mapping[str, int]

    def __str__(self) -> str:
        return f"{self.call} {self.earlier[self.call] + 1}"


@dataclass(frozen=True)
class Ended:
    process: int
    status: int
    said: str
    """On stderr."""


class Driver:
    """The processes of one driver; without options for strace they run undisturbed.

    ``folder`` is for everything except the archives.
    """

    def __init__(self, folder: Path, *options: str) -> None:
        command = [sys.executable, "-m", "tests.crash.driver"]
        if options:
            command = [strace(), "-f", "-qqq", *options, *command]
        self._channel, stdin = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._channel.settimeout(60)
        self._said, stderr = socket.socketpair()
        self._said.setblocking(False)
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
        return cls(folder, _FAST, "-o", str(folder / "log"), "-e", f"trace={_names(IN_VAIN)},{_FOREIGN}")

    @classmethod
    def tracing(cls, folder: Path) -> Self:
        """Logs with paths and whole contents the calls that make a post durable: see ``tests.crash.calls``."""
        details = ("-y", "-s", str(MAX_CONTENT))
        return cls(folder, _FAST, *details, "-o", str(folder / "calls"), "-e", f"trace={_names(ORDERED)}")

    def run(self, scenario: str, part: str, root: Path, in_vain: Mapping[str, int] | None = None) -> Ended:
        self._channel.send(json.dumps([scenario, part, str(root), in_vain or {}]).encode())
        process, status = json.loads(self._channel.recv(4096) or '[0, "the driver itself ended"]')
        try:
            said = self._said.recv(65536)
        except BlockingIOError:
            said = b""
        return Ended(process, status, said.decode("utf-8", "replace"))

    def close(self) -> None:
        self._channel.close()
        self._process.wait(timeout=60)
        self._said.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def at(point: Point) -> Mapping[str, int]:
    """The calls to make in vain so that the fault hits this call only."""
    return {point.call: _HIT[point.call] - 1 - point.earlier[point.call]}


def from_on(point: Point, calls: Iterable[str]) -> Mapping[str, int]:
    """The calls to make in vain so that a persistent fault begins with this call, in all these calls."""
    return {call: _HIT[call] - 1 - point.earlier.get(call, 0) for call in calls}


def points(folder: Path, process: int) -> list[Point]:
    """Every call of an undisturbed run that can be hit, in order, from the log of a driver."""
    lines = (folder / "log").read_text("utf-8", "replace")
    found, counts = [], Counter[str]()
    for call in re.findall(rf"^{process} +(\w+)\(", lines, re.MULTILINE):
        assert call in IN_VAIN, f"{call} changes the disk, and is not among the calls that are tried"
        found.append(Point(call, Counter(counts)))
        counts[call] += 1
    assert all(counts[call] < _HIT[call] for call in counts)
    return found


def _inject(calls: Iterable[str], fault: str, further: str = "") -> tuple[str, ...]:
    faults = [("-e", f"inject=?{call}:{fault}:when={_HIT[call]}{further}") for call in calls]
    return "-o", "/dev/null", "-e", f"trace={_names(calls)}", *chain.from_iterable(faults)


def _names(calls: Iterable[str]) -> str:
    """For strace, whether this machine's kernel has them or not."""
    return ",".join(f"?{call}" for call in calls)


def strace() -> str:
    program = shutil.which("strace")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("CI is set and there is no strace on PATH")
        pytest.skip("no strace on PATH (Debian: apt install strace)")
    return program
