"""The work for one article, counted and not timed: requests, function calls and system calls.

Each figure is the difference between a larger and a smaller run, so it does not include the start of a run. The
limits have a margin for random variation and for a new Python. If a change exceeds one, every article takes more
work (docs/performance.md).
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
    """A complete run; ``before`` is the command that starts its Python."""
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
    """Name → count, for a run with FEW articles and a run with MANY."""
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
    """Name → hundredths of a request or call for each additional article."""
    few, many = counted
    return Counter({name: 100 * (many[name] - few[name]) // (MANY - FEW) for name in many})


def _function_calls(path: Path) -> int:
    return int(pstats.Stats(str(path)).total_calls)  # type: ignore[attr-defined]


CALLS: Sequence[str] = ("fsync", "fdatasync", "rename", "renameat", "pwrite64", "write", "unlink", "unlinkat")


@pytest.mark.parametrize(
    ("what", "most"),
    [
        pytest.param(
            "requests", 125, id="requests: two for each article of the rolling news, which is a fifth"
        ),
        pytest.param("calls", 6_200_00, id="function calls in the main thread"),
        pytest.param("write", 110, id="writes: one for each post"),
        pytest.param("renameat", 110, id="renames: one for each post"),
        pytest.param("fsync", 210, id="fsyncs: the file and, in the worst case, the folder"),
        pytest.param("pwrite64", 650, id="writes of index pages"),
        pytest.param("unlinkat", 0, id="no file is removed"),
        pytest.param("fdatasync", 50, id="syncs of the index: one for each group of posts"),
    ],
)
def test_an_article_takes_no_more_work_than_the_limit(
    per_article: Counter[str], what: str, most: int
) -> None:
    assert per_article[what] <= most


@pytest.mark.parametrize("name", ["requests", "calls", "write", "renameat", "fsync"])
def test_every_run_has_at_least_one_count_for_each_article(counted: list[Counter[str]], name: str) -> None:
    """Checks each run by itself, because the number of posts synced as one group depends on the disk."""
    assert [run[name] >= number for run, number in zip(counted, (FEW, MANY), strict=True)] == [True, True]
