"""``kill -9`` of crawls at random moments: after reruns the archive is that of an undisturbed run."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver.posts import read
from archiver.replica.articles import Site
from archiver.replica.server import Replica, proxied
from tests.crash.test_kill_points import files
from tests.crawling import PROJECT, asked, crawl, posts

TRIALS = int(os.environ.get("ARCHIVER_RANDOM_KILLS", "4"))
ARTICLES = 120
MAX_KILLS = 6


@pytest.fixture(scope="module")
def replica() -> Iterator[Replica]:
    with Replica(Site(articles=ARTICLES)) as running:
        yield running


@pytest.fixture(scope="module")
def undisturbed(replica: Replica, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    root = tmp_path_factory.mktemp("undisturbed") / "archive"
    assert crawl("category", root, replica).status == 0
    return files(root)


@pytest.mark.parametrize("trial", range(TRIALS))
def test_a_crawl_that_is_killed_several_times_ends_like_an_undisturbed_one(
    tmp_path: Path, replica: Replica, undisturbed: dict[str, bytes], trial: int
) -> None:
    moments = random.Random(trial)
    root = tmp_path / "archive"
    for _ in range(moments.randint(1, MAX_KILLS)):
        _kill_after(root, replica, moments.uniform(0.6, 3.0))
        for name, text in posts(root).items():
            assert read(text, name).problems == ()
    asked(replica)
    last = crawl("category", root, replica)
    assert last.status == 0, last.stderr
    assert files(root) == undisturbed
    assert last["posted"] + last["unchanged"] == last["listed"]
    again = crawl("category", root, replica)
    assert (again.status, again["posted"]) == (0, 0)


def _kill_after(root: Path, replica: Replica, seconds: float) -> None:
    words = [sys.executable, "-m", "scrapy", "crawl", "category", "-s", f"ARCHIVER_OUTPUT={root}"]
    words += ["-s", "AUTOTHROTTLE_ENABLED=False", "-s", "DOWNLOAD_DELAY=0"]
    process = subprocess.Popen(
        words, cwd=PROJECT, env=proxied(replica.url, os.environ), stderr=subprocess.DEVNULL
    )
    time.sleep(seconds)  # the random moment is what this test varies
    process.kill()
    process.wait()
