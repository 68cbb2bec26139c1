"""``-a limit=`` counts the articles that are requested, not those that are listed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from archiver.replica.articles import Site
from archiver.replica.server import Replica
from tests.crawling import asked, crawl, posts
from tests.sites.test_own_site import counted, play_counted, profile  # noqa: F401 - fixtures

LEFT_OUT = "limit=4 is reached: more articles are listed"


def test_each_run_with_a_limit_gets_the_next_articles(tmp_path: Path) -> None:
    with Replica(Site(articles=30, plain=True)) as replica:
        count = replica.site.count("cailianshe")
        newest = [replica.site.article(index).id for index in replica.site.listing("cailianshe")]
        assert 4 < count < 8
        first = crawl("category", tmp_path, replica, category="cailianshe", limit=4)
        assert (first.status, first["posted"], first["limit_reached"]) == (0, 4, True), first.stderr
        assert LEFT_OUT in first.stderr
        assert {name[11:-3] for name in posts(tmp_path)} == set(newest[:4])
        second = crawl("category", tmp_path, replica, category="cailianshe", limit=4)
        assert (second["posted"], second["unchanged"]) == (count - 4, 4), second.stderr
        assert (second.status, second["limit_reached"]) == (0, False)
        assert "limit=" not in second.stderr
        third = crawl("category", tmp_path, replica, category="cailianshe", limit=4)
        assert (third.status, third["posted"], third["listings"]["unchanged"]) == (0, 0, 1), third.stderr


def test_a_limit_that_is_reached_at_the_end_of_a_page_does_not_hide_the_pages_after_it(
    tmp_path: Path,
    counted: Path,  # noqa: F811
) -> None:
    pages = {
        number: [f"A2022-02{day}_{n}" for n in pair]
        for number, (day, pair) in enumerate([(22, (1, 2)), (22, (3, 4)), (21, (1, 2))], 1)
    }
    with Replica() as replica:
        play_counted(replica, {**pages, 4: []})
        for new in (2, 2, 2, 0):
            run = crawl("category", tmp_path / "a", replica, site=counted, category="markets", limit=2)
            assert (run.status, run["posted"]) == (0, new), run.stderr
    assert len(posts(tmp_path / "a")) == 6


def test_the_report_counts_the_pages_of_listings(tmp_path: Path, counted: Path) -> None:  # noqa: F811
    with Replica() as replica:
        play_counted(replica, {1: ["A2022-0222_1"], 2: ["A2022-0222_2"], 3: []})
        run = crawl("category", tmp_path / "a", replica, site=counted, category="markets")
    assert (run.status, run["listings"]["pages"]) == (0, 3)
    assert re.search(r"^  1 listings, 3 pages$", run.stderr, re.MULTILINE)


@pytest.mark.parametrize("failing", [0, 2])
def test_an_article_that_failed_before_counts_when_it_is_requested_again(
    tmp_path: Path, failing: int
) -> None:
    with Replica(Site(articles=30, plain=True)) as replica:
        newest = [replica.site.article(index).id for index in replica.site.listing("cailianshe")]
        for article in newest[:failing]:
            replica.answers[f"/NewsData/GetNewsText.do?id={article}"] = (500, {}, "")
        options = ("-s", "RETRY_TIMES=0")
        crawl("category", tmp_path, replica, *options, category="cailianshe", limit=3)
        replica.answers.clear()
        asked(replica)
        run = crawl("category", tmp_path, replica, *options, category="cailianshe", limit=3)
        assert run["posted"] == 3, run.stderr
        assert {name[11:-3] for name in posts(tmp_path)} == set(newest[: 6 - failing])
