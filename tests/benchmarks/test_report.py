"""The report: tables and goals from invented runs."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.goals import goals
from benchmarks.report import tables
from benchmarks.summary import checks


def run(contestant: str, cpu: float, articles: int = 2000, **figures: float) -> dict[str, Any]:
    measured = {
        "wall": 2.0,
        "user": cpu,
        "system": 0.0,
        "peak_rss": 100e6,
        "written": 4096,
        "server_cpu": 0.0,
    }
    return {"contestant": contestant, "articles": articles, "latency": 0, "round": 0, **measured, **figures}


def results(runs: list[dict[str, Any]], again: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    machine = dict.fromkeys(("date", "cpu", "cores", "kernel", "python", "commit"), "x") | {"packages": {}}
    found: dict[str, Any] = {"machine": machine, "sizes": [2000, 10000], "latencies": [0], "server": "x"}
    found |= {"contestants": {}, "runs": runs, "counted": [], "left_out": []}
    return found if again is None else found | {"again": again}


@pytest.mark.parametrize(
    ("again", "doubtful"), [(2.0, False), (2.05, False), (1.95, False), (2.06, True), (1.94, True)]
)
def test_a_difference_of_three_percent_between_first_and_repeated_runs_gives_a_warning_above_the_table(
    again: float, doubtful: bool
) -> None:
    measured = results([run("archiver", 2.0)], [run("archiver", again)])
    [check] = checks(measured)
    assert check.difference == pytest.approx(again / 2 - 1)
    assert check.is_doubtful is doubtful
    report = tables([measured])
    assert f"| archiver | 2,000 | 2.00 | {again:.2f} | {again / 2 - 1:+.1%}" in report
    assert ("**Warning: the first size" in report.partition("| archiver |")[0]) is doubtful


def test_results_of_a_session_without_repeated_runs_have_no_warning() -> None:
    report = tables([results([run("archiver", 2.0)])])
    assert "| archiver |" in report
    assert "again" not in report


def verdicts(measured: dict[str, Any]) -> dict[str, tuple[float, bool]]:
    return {goal.name: (round(goal.measured, 3), goal.met) for goal in goals(measured)}


def test_goals_compare_with_scrapy_crawlee_and_requests_and_not_with_tuned_scrapy() -> None:
    peers = {"scrapy-defaults": 1.0, "crawlee": 2.0, "requests": 1.25, "scrapy-tuned": 0.1}
    measured = results([run("archiver", 2.0), *(run(name, cpu) for name, cpu in peers.items())])
    assert verdicts(measured) == {
        "CPU, archiver / scrapy-defaults, 2,000 articles": (2.0, False),
        "CPU, archiver / crawlee, 2,000 articles": (1.0, True),
        "CPU, archiver / requests, 2,000 articles": (1.6, False),
    }


def test_goals_include_the_idle_run_and_the_size_of_the_index() -> None:
    runs = [run("archiver", 2.0, index_bytes=600_000), run("scrapy-start", 0.5)]
    measured = results([*runs, run("archiver-rerun", 0.75, written=600_000)])
    measured["counted"] = [{"contestant": "archiver-rerun", "articles": 2000, "article_requests": 20}]
    assert verdicts(measured) == {
        "idle run, CPU s in addition to starting Scrapy, 2,000 articles": (0.25, True),
        "idle run, KB written, 2,000 articles": (600.0, False),
        "bytes of index per post, 2,000 articles": (300.0, True),
        "idle run, requests per article, 2,000 articles": (0.01, False),
    }


def test_goals_compare_commands_on_the_archive_with_sha256sum_from_10000_articles_on() -> None:
    def on(articles: int) -> list[dict[str, Any]]:
        names = {"archiver": 9.0, "sha256sum": 0.5, "archive-check": 4.0, "archive-reindex": 6.0}
        return [run(name, 2.0, articles, wall=wall) for name, wall in names.items()]

    measured = results(on(2000) + on(10_000) + on(100_000))
    ratios = {name: value for name, value in verdicts(measured).items() if "sha256sum" in name}
    assert ratios == {
        "seconds, archive-check / sha256sum, 10,000 articles": (8.0, True),
        "seconds, archive-reindex / sha256sum, 10,000 articles": (12.0, False),
        "seconds, archive-check / sha256sum, 100,000 articles": (8.0, False),
        "seconds, archive-reindex / sha256sum, 100,000 articles": (12.0, False),
    }
    report = tables([measured])
    assert "### On the finished archive of 2,000 articles" in report
    assert "| archive-check | 4.00 (4.00–4.00) | 8.00 |" in report
