"""Scrapy's own commands work in the project."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from archiver.replica.articles import Site
from archiver.replica.server import Replica, proxied
from tests import crawling
from tests.crawling import asked, crawl


def scrapy(*words: str) -> subprocess.CompletedProcess[str]:
    done = crawling.scrapy(list(words), proxied("http://127.0.0.1:9", os.environ))
    return subprocess.CompletedProcess(words, done.status, done.stdout, done.stderr)


def test_items_go_to_stdout_and_the_report_to_stderr(tmp_path: Path) -> None:
    with Replica(Site(articles=12, plain=True)) as replica:
        run = crawl("category", tmp_path, replica, "-O", "-:json", "-s", "ARCHIVER_PROGRESS=False")
    assert len(json.loads(run.stdout)) == 12
    assert "exit 0" in run.stderr.splitlines()[-1]


@pytest.mark.parametrize("downloader_stats", ["False", "True"])
def test_the_report_counts_every_request_once_with_and_without_downloader_stats(
    tmp_path: Path, downloader_stats: str
) -> None:
    with Replica(Site(articles=12, plain=True)) as replica:
        run = crawl("category", tmp_path, replica, "-L", "INFO", "-s", f"DOWNLOADER_STATS={downloader_stats}")
        assert run["requests"] == len(asked(replica, robots=True))
    assert run["bytes"] > 12 * 2000
    assert f"'downloader/response_status_count/200': {run['requests']}" in run.stderr
    assert ("'downloader/request_bytes'" in run.stderr) is (downloader_stats == "True")


def test_failed_attempts_are_counted_by_exception_type(tmp_path: Path) -> None:
    run = crawl("share", tmp_path, None, "-L", "INFO", infocode="NW202202222284881584")
    assert run["requests"] > 1
    assert f"'downloader/exception_count': {run['requests']}" in run.stderr
    kind = "aiohttp.client_exceptions.ClientProxyConnectionError"
    assert f"'downloader/exception_type_count/{kind}': {run['requests']}" in run.stderr


def test_the_job_argument_of_scrapyd_is_accepted(tmp_path: Path) -> None:
    with Replica(Site(articles=10, plain=True)) as replica:
        run = crawl("category", tmp_path, replica, _job="6487ec79947edab326d6db28a2d86511e8247444")
    assert run.status == 0, run.stderr


@pytest.mark.parametrize("command", ["archive-reindex", "archive-check", "archive-gaps"])
def test_every_command_has_help_and_refuses_wrong_arguments(command: str, tmp_path: Path) -> None:
    assert "Options" in scrapy(command, "--help").stdout
    wrong = scrapy(command, "nonsense")
    assert wrong.returncode == 2
    assert "nonsense" in wrong.stderr
    nowhere = scrapy(command, "-s", f"ARCHIVER_OUTPUT={tmp_path}/none")
    assert nowhere.returncode == 2
    assert f"{tmp_path}/none" in nowhere.stderr


def test_archive_reindex_prints_the_number_of_posts(tmp_path: Path) -> None:
    with Replica(Site(articles=10, plain=True)) as replica:
        crawl("category", tmp_path, replica)
    done = scrapy("archive-reindex", "-s", f"ARCHIVER_OUTPUT={tmp_path}")
    assert (done.returncode, done.stdout) == (0, f"10 posts in {tmp_path}\n")
