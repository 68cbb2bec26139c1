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


def test_a_run_under_nohup_does_not_stop_when_the_terminal_is_closed(
    tmp_path: Path, replica: Replica, uninterrupted: dict[str, str]
) -> None:
    number = signal.SIGHUP
    before = signal.signal(number, signal.SIG_IGN)  # what nohup does; a child process inherits it
    try:
        process = start(tmp_path, replica)
    finally:
        signal.signal(number, before)
    with process:
        wait_for_posts(tmp_path, 5, process)
        process.send_signal(number)
        _, stderr = process.communicate(timeout=60)
    assert process.returncode == 0, stderr
    assert posts(tmp_path) == uninterrupted


def test_the_first_signal_says_how_long_the_stop_takes(tmp_path: Path, replica: Replica) -> None:
    with start(tmp_path, replica, "-s", "ARCHIVER_STOP_SECONDS=3") as process:
        wait_for_posts(tmp_path, 5, process)
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=30)
    assert "stopping: downloads that are running have 3 s; a second signal ends them at once\n" in stderr


TWO_RUNS = """
import asyncio, sys
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

def settings(output):
    settings = Settings()
    settings.setmodule("archiver.settings", priority="project")
    settings.setdict({"ARCHIVER_OUTPUT": output, "DOWNLOAD_DELAY": 0.02, "AUTOTHROTTLE_ENABLED": False,
                      "ARCHIVER_STOP_SECONDS": 1}, priority="cmdline")
    return settings

from archiver.run.archive_run import ArchiveRun
process = AsyncCrawlerProcess(settings(sys.argv[1]))
crawlers = []
for output in sys.argv[1:]:
    process.settings = settings(output)
    crawlers.append(process.create_crawler("category"))
    process.crawl(crawlers[-1])
process.start()
print(*(int(crawler.get_extension(ArchiveRun).report.status) for crawler in crawlers))
sys.exit(5)
"""


def test_two_runs_of_one_process_end_in_order_and_the_program_goes_on(tmp_path: Path) -> None:
    roots = [tmp_path / "one", tmp_path / "two"]
    with Replica(Site(articles=30, plain=True)) as replica:
        process = subprocess.Popen(
            [sys.executable, "-c", TWO_RUNS, *map(str, roots)],
            cwd=PROJECT,
            env=proxied(replica.url, os.environ),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        with process:
            for root in roots:
                wait_for_posts(root, 3, process)
            replica.hang = True
            process.send_signal(signal.SIGTERM)
            stdout, stderr = process.communicate(timeout=30)
    assert (process.returncode, stdout) == (5, "8 8\n"), stderr
    for root in roots:
        assert json.loads((root / ".archive/report.json").read_text())["finish_reason"] == "shutdown"
        assert crawl("share", root, None, infocode="NW202202222284881584").status != 7, "the lock is released"
