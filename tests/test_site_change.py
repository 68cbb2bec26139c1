"""A site that changed is noticed, not archived: exit 5, one sentence, earlier posts untouched (faults X)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver.replica import pages
from archiver.replica.articles import Site
from archiver.replica.server import Replica
from tests.crawling import crawl, posts, tree

JSON = {"Content-Type": "application/json; charset=utf-8"}
HTML = {"Content-Type": "text/html; charset=utf-8"}
QUICK = ("-s", "RETRY_TIMES=0")


@pytest.fixture
def replica() -> Iterator[Replica]:
    with Replica(Site(articles=60, plain=True)) as running:
        yield running


def fresh_and_known(tmp_path: Path, replica: Replica) -> Path:
    """An archive of one category, whole."""
    assert crawl("category", tmp_path, replica, category="cailianshe").status == 0
    return tmp_path


@pytest.mark.parametrize(
    "fields",
    [{"content_html": "<p>正文</p>"}, {"text": {"html": "<p>正文</p>"}}, {"text": "<br/>"}],
    ids=["a renamed field", "another type", "an empty body"],
)
def test_answers_that_cannot_be_read_any_more(
    tmp_path: Path, replica: Replica, fields: dict[str, object]
) -> None:
    """X1, X9."""
    root = fresh_and_known(tmp_path, replica)
    before = tree(root)
    ids = [article.id for article in map(replica.site.article, range(60)) if not article.emnews]
    replica.answers["/NewsData/GetNewsText.do"] = (200, JSON, json.dumps({"Title": "标题一则", **fields}))
    run = crawl("share", root, replica, *QUICK, infocode=",".join(ids))
    assert run.status == 5, run.stderr
    assert "could not be read" in run.stderr
    assert "fields of the site's profile" in run.stderr
    assert tree(root) == before


def test_a_listing_whose_rows_match_no_more(tmp_path: Path, replica: Replica) -> None:
    """X2."""
    root = fresh_and_known(tmp_path, replica)
    before = tree(root)
    replica.answers["/category/cailianshe.html"] = (
        200,
        HTML,
        "<html><section><ul></ul><div>新版</div></section></html>",
    )
    run = crawl("category", root, replica, *QUICK, category="cailianshe")
    assert (run.status, list(run["listings"]["incomplete"].values())) == (5, ["ran_dry"])
    assert "now names none" in run.stderr.splitlines()[-2]
    assert tree(root) == before


def test_a_listing_of_another_category(tmp_path: Path, replica: Replica) -> None:
    """X3."""
    source = next(source for source in replica.site.categories() if source.slug == "zhongguodianzibao")
    replica.answers["/category/cailianshe.html"] = (200, HTML, pages.category(replica.site, source))
    run = crawl("category", tmp_path, replica, *QUICK, category="cailianshe")
    assert (run.status, list(run["listings"]["incomplete"].values())) == (5, ["foreign_listing"])
    assert not posts(tmp_path)


def test_a_category_that_sends_home_is_incomplete_and_the_others_complete(
    tmp_path: Path, replica: Replica
) -> None:
    """X4."""
    replica.answers["/category/cailianshe.html"] = (301, {"Location": "/"}, "")
    run = crawl("category", tmp_path, replica, *QUICK, category="cailianshe,zhongguodianzibao")
    assert (run.status, list(run["listings"]["incomplete"].values())) == (3, ["redirected"])
    assert run["posted"] == replica.site.count("zhongguodianzibao")


def test_a_site_that_moved_is_not_followed(tmp_path: Path, replica: Replica) -> None:
    """X13."""
    target = "http://www.finews.withounder.com/category/cailianshe.html"
    replica.answers["/category/cailianshe.html"] = (301, {"Location": target}, "")
    run = crawl("category", tmp_path, replica, *QUICK, category="cailianshe")
    assert run.status == 5
    assert "add its new address to the profile's origins" in run.stderr
    assert {seen.host for seen in replica.requests} == {"finews.withounder.com"}


def test_one_answer_for_every_article_becomes_no_post(tmp_path: Path, replica: Replica) -> None:
    """X8: with the listing's titles beside it, not even once."""
    first = pages.text_answer(replica.site, next(iter(replica.site.listing("cailianshe"))))
    assert first
    same = json.loads(first)
    del same["Id"]
    same["Title"] = "站点升级公告及服务调整说明"
    replica.answers["/NewsData/GetNewsText.do"] = (200, JSON, json.dumps(same))
    run = crawl("category", tmp_path, replica, *QUICK, category="zhongguodianzibao")
    assert run.status == 5, run.stderr
    assert run["reasons"] == {"quarantined/id_mismatch": run["listed"]}
    assert not posts(tmp_path)


def test_one_answer_for_every_id_becomes_one_post_at_most(tmp_path: Path, replica: Replica) -> None:
    """X8, where no listing tells the titles."""
    ids = [article.id for article in map(replica.site.article, range(30)) if not article.emnews]
    body = '<p>正文一段，足够长。</p><p class="em_media">（文章来源：样例日报）</p>'
    same = {"Title": "同一标题", "Date": "2022-02-22 10:00:00", "text": body}
    replica.answers["/NewsData/GetNewsText.do"] = (200, JSON, json.dumps(same))
    run = crawl("share", tmp_path, replica, *QUICK, infocode=",".join(ids))
    assert run.status == 5, run.stderr
    assert (run["posted"], run["reasons"]) == (1, {"quarantined/same_answer": len(ids) - 1})
