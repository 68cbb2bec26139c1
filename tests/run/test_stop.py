"""Signals stop a run within seconds; unfinished downloads are dropped, and no article is lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver.replica.articles import Site
from archiver.replica.server import Replica, proxied
from tests.crawling import PROJECT, crawl, posts

SECONDS_TO_STOP = 7.0


@pytest.fixture(scope="module")
def replica() -> Iterator[Replica]:
    with Replica(Site(articles=150, plain=True)) as running:
        yield running


@pytest.fixture(scope="module")
def uninterrupted(replica: Replica, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    root = tmp_path_factory.mktemp("uninterrupted")
    assert crawl("category", root, replica).status == 0
    return posts(root)


def start(archive: Path, replica: Replica, *options: str) -> subprocess.Popen[str]:
    """Starts a crawl that is slow enough to be interrupted in the middle."""
    words = [sys.executable, "-m", "scrapy", "crawl", "category", "-s", f"ARCHIVER_OUTPUT={archive}"]
    words += ["-s", "AUTOTHROTTLE_ENABLED=False", "-s", "DOWNLOAD_DELAY=0.02", *options]
    return subprocess.Popen(
        words, cwd=PROJECT, env=proxied(replica.url, os.environ), stderr=subprocess.PIPE, text=True
    )


def wait_for_posts(archive: Path, count: int, process: subprocess.Popen[str]) -> None:
    """Polls until the crawl has written ``count`` posts."""
    deadline = time.monotonic() + 30
    while len(list(archive.glob("_posts/*.md"))) < count:
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda s: s.name)
def test_a_signal_stops_the_run_with_a_report_and_the_next_run_completes(
    tmp_path: Path, replica: Replica, uninterrupted: dict[str, str], number: signal.Signals
) -> None:
    with start(tmp_path, replica) as process:
        wait_for_posts(tmp_path, 5, process)
        sent = time.monotonic()
        process.send_signal(number)
        _, stderr = process.communicate(timeout=30)
    assert process.returncode == 8, stderr
    assert time.monotonic() - sent < SECONDS_TO_STOP
    report = json.loads((tmp_path / ".archive/report.json").read_text())
    assert report["finish_reason"] == "shutdown"
    assert report["listed"] == report["posted"] + report["deferred"] + report["unchanged"]
    assert report["reasons"] == {"deferred/interrupted": report["deferred"]}
    assert set(posts(tmp_path).items()) < set(uninterrupted.items())
    assert crawl("category", tmp_path, replica).status == 0
    assert posts(tmp_path) == uninterrupted


@pytest.mark.parametrize("second", [False, True], ids=["one signal", "two signals"])
def test_a_host_that_hangs_does_not_delay_the_stop(tmp_path: Path, second: bool) -> None:
    with Replica(Site(articles=30, plain=True)) as replica:
        with start(tmp_path, replica) as process:
            wait_for_posts(tmp_path, 5, process)
            replica.hang = True
            sent = time.monotonic()
            process.send_signal(signal.SIGTERM)
            if second:
                time.sleep(0.2)  # two signals at the same moment would count as one
                process.send_signal(signal.SIGTERM)
            _, stderr = process.communicate(timeout=30)
        took = time.monotonic() - sent
    assert process.returncode == 8, stderr
    assert took < (3 if second else SECONDS_TO_STOP)
    assert "exit 8" in stderr.splitlines()[-1]
    assert json.loads((tmp_path / ".archive/report.json").read_text())["finish_reason"] == "shutdown"
