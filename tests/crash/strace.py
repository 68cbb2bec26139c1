"""Runs the driver under strace, which can kill it, or fail it, at the Nth call of a kind."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.crawling import PROJECT

CALLS = (
    "write,pwrite64,fsync,fdatasync,rename,renameat,renameat2,link,linkat,unlink,unlinkat,"
    "mkdir,mkdirat,ftruncate,fchmod,fchmodat"
)
"""Every call by which the driver changes the state of the disk."""

ARTICLES = 6


@dataclass(frozen=True)
class Point:
    """The Nth call of this name."""

    call: str
    number: int

    def __str__(self) -> str:
        return f"{self.call} {self.number}"


def strace() -> str:
    program = shutil.which("strace")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("CI is set and there is no strace on PATH")
        pytest.skip("no strace on PATH (Debian: apt install strace)")
    return program


def drive(root: Path, *options: str, articles: int = ARTICLES) -> subprocess.CompletedProcess[str]:
    """One run of the driver; with options, under strace."""
    command = [sys.executable, "-m", "tests.crash.driver", str(root), str(articles)]
    if options:
        command = [strace(), "-f", "-qqq", *options, *command]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        command, cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def points(root: Path) -> list[Point]:
    """Every state-changing call of an undisturbed run."""
    log = root.with_suffix(".strace")
    done = drive(root, "-o", str(log), "-e", f"trace={CALLS}")
    assert done.returncode == 0, done.stderr
    names = re.findall(r"^\d+ +(\w+)\(", log.read_text(encoding="utf-8", errors="replace"), re.MULTILINE)
    counts = Counter(names)
    return [Point(call, number) for call, count in sorted(counts.items()) for number in range(1, count + 1)]


def kill_at(root: Path, point: Point) -> subprocess.CompletedProcess[str]:
    return _inject(root, point.call, f"signal=SIGKILL:when={point.number}")


def fail_at(root: Path, point: Point, error: str, *, persistent: bool) -> subprocess.CompletedProcess[str]:
    when = f"{point.number}+" if persistent else f"{point.number}"
    return _inject(root, point.call, f"error={error}:when={when}")


def _inject(root: Path, call: str, fault: str) -> subprocess.CompletedProcess[str]:
    return drive(root, "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:{fault}")
