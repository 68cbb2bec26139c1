"""An article that a pipeline of the user drops ends as ``skipped:dropped``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver import settings
from archiver.replica.articles import Site
from archiver.replica.server import Replica
from tests.crawling import asked, crawl, posts


@pytest.fixture
def replica() -> Iterator[Replica]:
    with Replica(Site(articles=30, plain=True)) as running:
        yield running


def pipelines(name: str, order: int) -> tuple[str, str]:
    return "-s", "ITEM_PIPELINES=" + json.dumps({**settings.ITEM_PIPELINES, f"tests.broken.{name}": order})


def test_a_dropped_article_is_skipped_with_the_reason_of_the_user(tmp_path: Path, replica: Replica) -> None:
    count = replica.site.count("cailianshe")
    options = pipelines("DropsEverySecond", 250)
    run = crawl("category", tmp_path, replica, *options, category="cailianshe")
    assert (run.status, run["reasons"]) == (0, {"skipped/dropped": count // 2}), run.stderr
    assert {failure["detail"] for failure in run["failures"]} == {"不要 this one"}
    assert run["internal_errors"] == 0
    asked(replica)
    again = crawl("category", tmp_path, replica, "-s", "ARCHIVER_FULL_LOOK=0", category="cailianshe")
    assert (again.status, again["reasons"]) == (0, {"skipped/dropped": count // 2}), again.stderr
    assert asked(replica) == ["/category/cailianshe.html"]
    ids = [failure["id"] for failure in run["failures"]]
    named = crawl("share", tmp_path, replica, infocode=",".join(ids))
    assert (named.status, named["posted"], len(posts(tmp_path))) == (0, count // 2, count), named.stderr


def test_an_item_that_is_dropped_after_its_post_was_written_is_posted(
    tmp_path: Path, replica: Replica
) -> None:
    run = crawl("category", tmp_path, replica, *pipelines("DropsAll", 900), category="cailianshe")
    assert (run.status, run["posted"], run["skipped"]) == (0, replica.site.count("cailianshe"), 0), run.stderr
