"""``site-check`` as a user types it, against the replica."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver.replica.articles import Site
from archiver.replica.server import Replica, proxied
from tests.crawling import asked, scrapy
from tests.forks import Done
from tests.trying.pages import PROFILE

LISTING = "http://finews.withounder.com/category/{}.html"


@pytest.fixture(scope="module")
def replica() -> Iterator[Replica]:
    with Replica(Site(20, 1, plain=True)) as running:
        yield running


def run(command: str, tmp_path: Path, replica: Replica, *words: str) -> Done:
    replica.requests.clear()
    settings = [
        "ARCHIVER_PACE=full",
        "ARCHIVER_RETRY_DELAY=0",
        "RETRY_TIMES=1",
        f"ARCHIVER_OUTPUT={tmp_path}/none",
    ]
    options = [word for setting in settings for word in ("-s", setting)]
    return scrapy([command, *words, *options], proxied(replica.url, os.environ))


def check(tmp_path: Path, replica: Replica, *words: str) -> Done:
    return run("site-check", tmp_path, replica, *words)


def test_a_listing_and_three_articles_are_requested_and_nothing_is_written(
    tmp_path: Path, replica: Replica
) -> None:
    done = check(tmp_path, replica, "--json")
    assert (done.status, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert [article["ends"] for article in found["articles"]] == ["posted"] * 3
    seen = asked(replica, robots=True)
    assert len(seen) == 2 + 3 + seen.count("/robots.txt"), seen
    assert seen[0] == "/robots.txt"
    assert list(tmp_path.iterdir()) == []


def test_a_site_that_forbids_its_pages_is_not_asked(tmp_path: Path, replica: Replica) -> None:
    replica.answers["/robots.txt"] = (200, {"Content-Type": "text/plain"}, "User-agent: *\nDisallow: /")
    try:
        done = check(tmp_path, replica)
    finally:
        replica.answers.clear()
    assert (done.status, asked(replica)) == (2, [])
    assert "robots.txt of the site forbids this page" in done.stdout


def test_a_site_that_does_not_answer_ends_with_3(tmp_path: Path, replica: Replica) -> None:
    replica.answers["/"] = (503, {}, "busy")
    try:
        done = check(tmp_path, replica)
    finally:
        replica.answers.clear()
    assert (done.status, len(asked(replica))) == (3, 2)  # one retry
    assert "status_503" in done.stdout
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["nowhere.yaml"], "error: cannot read the site profile nowhere.yaml: No such file or directory\n"),
        (["finew"], "error: unknown site 'finew': write one of "),
        (["finews", "emnews"], "error: unknown argument 'emnews'\n"),
        (["finews", "--url", "https://example.com/1"], "error: https://example.com/1 is not the address of an article"),
        (["finews", "-s", "ARCHIVER_PAGE_SECONDS=x"], "ARCHIVER_PAGE_SECONDS"),
    ],
)  # fmt: skip
def test_a_wrong_argument_is_one_sentence(
    tmp_path: Path, replica: Replica, words: list[str], sentence: str
) -> None:
    done = check(tmp_path, replica, *words)
    assert (done.status, done.stdout, len(done.stderr.splitlines())) == (2, "", 1), done.stderr
    assert sentence in done.stderr
    assert asked(replica, robots=True) == []


def test_a_wrong_profile_is_one_sentence(tmp_path: Path, replica: Replica) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(PROFILE.replace("rows: li", "rows: li >"), encoding="utf-8")
    done = check(tmp_path, replica, str(file))
    assert (done.status, len(done.stderr.splitlines())) == (2, 1)
    assert f"{file}: listing.rows: 'li >' is not a CSS selector" in done.stderr
