"""Runs ``scrapy crawl`` as a user would: as a separate process, with a proxy in its environment."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archiver.replica.server import Replica, proxied
from tests.forks import Done, forks

PROJECT = Path(__file__).parents[1]
SECONDS = 120


@dataclass(frozen=True)
class Run:
    status: int
    stderr: str
    stdout: str
    report: Mapping[str, Any]

    def __getitem__(self, key: str) -> Any:
        return self.report[key]


def crawl(
    spider: str,
    archive: Path,
    replica: Replica | None = None,
    *options: str,
    stdin: str = "",
    direct: bool = False,
    **arguments: object,
) -> Run:
    """Runs a crawl to its end. ``arguments`` are passed as ``-a``; ``options`` are other command-line options.

    The report is empty if the run could not start. Without a replica every connection is refused. With
    ``direct`` the run uses no proxy.
    """
    words = ["crawl", spider, "-s", f"ARCHIVER_OUTPUT={archive}"]
    words += ["-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=False"]
    words += ["-s", "ARCHIVER_RETRY_DELAY=0.02", *options]
    words += [part for name, value in arguments.items() for part in ("-a", f"{name}={value}")]
    environment = proxied(replica.url if replica else "http://127.0.0.1:9", os.environ)
    if direct:
        environment = {name: value for name, value in environment.items() if "proxy" not in name}
    report = archive / ".archive" / "report.json"
    before = report.stat().st_mtime_ns if report.exists() else None
    done = scrapy(words, environment, stdin)
    written = report.exists() and report.stat().st_mtime_ns != before
    return Run(done.status, done.stderr, done.stdout, json.loads(report.read_text()) if written else {})


def scrapy(words: list[str], environment: dict[str, str], stdin: str = "") -> Done:
    """Runs ``scrapy`` in the checkout: in a fork of a process that has imported Scrapy, if that process would
    otherwise differ only in what it reads in each run."""
    if forks().can_run(environment):
        return forks().run(["scrapy", *words], environment, stdin, SECONDS)
    done = subprocess.run(
        [sys.executable, "-m", "scrapy", *words],
        cwd=PROJECT,
        env=environment,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr, math.nan)


def asked(replica: Replica, *, robots: bool = False) -> list[str]:
    """The paths that were requested from the replica since its log was cleared; clears the log."""
    paths = [seen.path for seen in replica.requests if robots or seen.path != "/robots.txt"]
    replica.requests.clear()
    return paths


def tree(root: Path) -> dict[str, tuple[int, bytes]]:
    """Every file outside ``.archive``, with the time of its last change and its content."""
    return {
        str(path.relative_to(root)): (path.stat().st_mtime_ns, path.read_bytes())
        for path in sorted(root.rglob("*"))
        if path.is_file() and ".archive" not in path.relative_to(root).parts
    }


def posts(root: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in sorted((root / "_posts").glob("*.md"))}
