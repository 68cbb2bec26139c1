"""The machine, the time and the versions of a session."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from datetime import UTC, datetime
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[1]


def description() -> dict[str, Any]:
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "memory": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "kernel": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "packages": {dist.name: dist.version for dist in sorted(distributions(), key=lambda dist: dist.name)},
        "commit": _commit(),
        "load": load(),
    }


def load() -> float:
    """The load average of the last minute. If other programs were running, the times are not reliable."""
    return os.getloadavg()[0]


def _cpu() -> str:
    try:
        info = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or platform.machine()
    match = re.search(r"^model name\s*: (.*)$", info, re.MULTILINE)
    return match[1].strip() if match else platform.machine()


def _commit() -> str:
    """The commit, with ``+`` if files differ from it. Empty outside a Git checkout."""
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty=+"], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    return described.stdout.strip()
