"""What an article costs, counted rather than timed: requests, function calls, and calls of the system.

Each figure is the difference between a larger and a smaller run, so that starting costs nothing. The limits leave
room for chance and for a new Python; whoever goes over one has made every article dearer (docs/performance.md).
"""

from __future__ import annotations

import os
import pstats
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from archiver.replica.articles import Site
from archiver.replica.server import Replica, proxied
from tests.crash.strace import strace
from tests.crawling import PROJECT, asked, posts

FEW, MANY = 60, 260


def crawl(replica: Replica, archive: Path, *before: str) -> None:
    """A whole run; ``before`` are the words that start its Python."""
    options = ("-s", f"ARCHIVER_OUTPUT={archive}", "-s", "ARCHIVER_PACE=full")
    subprocess.run(
        [*before, "-m", "scrapy", "crawl", "category", *options],
        cwd=PROJECT,
        env=proxied(replica.url, os.environ),
        capture_output=True,
        check=True,
        timeout=120,
    )


def system_calls(log: Path) -> Counter[str]:
    return Counter(
        re.findall(r"^\d+ +(\w+)\(", log.read_text(encoding="utf-8", errors="replace"), re.MULTILINE)
    )


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> list[Counter[str]]:
    """Name → how many of it a run of FEW took, and one of MANY."""
    tmp_path = tmp_path_factory.mktemp("work")
    found = []
    for number in (FEW, MANY):
        with Replica(Site(number, plain=True)) as replica:
            stats = tmp_path / f"{number}.profile"
            crawl(replica, tmp_path / f"profiled{number}", sys.executable, "-m", "cProfile", "-o", str(stats))
            requests = len(asked(replica))
            log = tmp_path / f"{number}.strace"
            watch = (strace(), "-f", "-qqq", "-o", str(log), "-e", f"trace={','.join(CALLS)}", sys.executable)
            crawl(replica, tmp_path / f"traced{number}", *watch)
        assert len(posts(tmp_path / f"traced{number}")) == number
        found.append(system_calls(log) + Counter(requests=requests, calls=_function_calls(stats)))
    return found


@pytest.fixture(scope="module")
def per_article(counted: list[Counter[str]]) -> Counter[str]:
    """Name → how many more of it a run of MANY took than one of FEW, for each article more, in hundredths."""
    few, many = counted
    return Counter({name: 100 * (many[name] - few[name]) // (MANY - FEW) for name in many})


def _function_calls(path: Path) -> int:
    return int(pstats.Stats(str(path)).total_calls)  # type: ignore[attr-defined]


CALLS: Sequence[str] = ("fsync", "fdatasync", "rename", "renameat", "pwrite64", "write", "unlink", "unlinkat")


@pytest.mark.parametrize(
    ("what", "most"),
    [
        pytest.param("requests", 125, id="a fifth is of the rolling news, which takes two requests"),
        pytest.param("calls", 6_800_00, id="function calls of the main thread"),
        pytest.param("write", 110, id="each post is written once"),
        pytest.param("renameat", 110, id="and published once"),
        pytest.param("fsync", 210, id="its file and, in the worst case, its folder are synced"),
        pytest.param("pwrite64", 450, id="pages of the index"),
        pytest.param("unlinkat", 0, id="nothing is made in vain"),
        pytest.param("fdatasync", 0, id="the index syncs when it is closed"),
    ],
)
def test_an_article_takes_no_more_work_than_the_limit(
    per_article: Counter[str], what: str, most: int
) -> None:
    assert per_article[what] <= most


@pytest.mark.parametrize("name", ["requests", "calls", "write", "renameat", "fsync"])
def test_every_run_has_at_least_one_count_for_each_article(counted: list[Counter[str]], name: str) -> None:
    """Of each run by itself: how many posts are synced as one group depends on the disk."""
    assert [run[name] >= number for run, number in zip(counted, (FEW, MANY), strict=True)] == [True, True]
