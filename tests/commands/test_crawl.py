"""Where ``finews crawl`` writes its report."""

from __future__ import annotations

from pathlib import Path

import pytest

from archiver.replica.articles import Site
from archiver.replica.server import Replica
from tests.crawling import crawl


@pytest.mark.parametrize(
    ("when", "good", "reported"),
    [("always", True, True), ("always", False, True), ("problems", True, False), ("problems", False, True)],
)
def test_the_report_is_on_stderr_always_or_if_there_is_a_problem(
    tmp_path: Path, when: str, good: bool, reported: bool
) -> None:
    with Replica(Site(articles=10, plain=True)) as replica:
        if not good:
            replica.answers["/"] = (500, {}, "")
        run = crawl(
            "category",
            tmp_path,
            replica,
            "-s",
            f"ARCHIVER_REPORT={when}",
            "-s",
            "RETRY_TIMES=0",
            "-L",
            "CRITICAL",
        )
    assert (run.status == 0) is good
    assert bool(run.stderr) is reported
    assert run.report, "report.json is written in any case"


@pytest.mark.parametrize("level", ["INFO", "WARNING", "ERROR"])
def test_a_log_file_has_the_report_at_every_level(tmp_path: Path, level: str) -> None:
    log = tmp_path / "crawl.log"
    with Replica(Site(articles=10, plain=True)) as replica:
        run = crawl("category", tmp_path / "archive", replica, "--logfile", str(log), "-L", level)
    assert run.status == 0
    assert run.stderr in log.read_text(encoding="utf-8")
    assert "exit 0" in run.stderr


def test_a_log_file_says_why_a_run_could_not_start(tmp_path: Path) -> None:
    log = tmp_path / "crawl.log"
    run = crawl("category", tmp_path / "archive", None, "--logfile", str(log), since="soon")
    assert run.status == 2
    assert "since='soon' is not a day" in run.stderr
    assert "since='soon' is not a day" in log.read_text(encoding="utf-8")
