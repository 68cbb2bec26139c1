"""A changed site gives exit status 5 and one sentence; its pages are not archived, and earlier posts are kept
(faults X)."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from archiver.replica import answers, pages
from archiver.replica.articles import Site
from archiver.replica.server import Replica
from tests.crawling import asked, crawl, posts, tree

JSON = {"Content-Type": "application/json; charset=utf-8"}
HTML = {"Content-Type": "text/html; charset=utf-8"}
QUICK = ("-s", "RETRY_TIMES=0")


@pytest.fixture
def replica() -> Iterator[Replica]:
    with Replica(Site(articles=60, plain=True)) as running:
        yield running


def archived(tmp_path: Path, replica: Replica) -> Path:
    """A complete archive of one category."""
    assert crawl("category", tmp_path, replica, category="cailianshe").status == 0
    return tmp_path


@pytest.mark.parametrize(
    "fields",
    [{"content_html": "<p>正文</p>"}, {"text": {"html": "<p>正文</p>"}}, {"text": "<br/>"}],
    ids=["a renamed field", "another type", "an empty body"],
)
def test_unreadable_responses_give_status_5(
    tmp_path: Path, replica: Replica, fields: dict[str, object]
) -> None:
    """X1, X9."""
    root = archived(tmp_path, replica)
    before = tree(root)
    ids = [article.id for article in map(replica.site.article, range(60)) if not article.emnews]
    replica.answers["/NewsData/GetNewsText.do"] = (200, JSON, json.dumps({"Title": "标题一则", **fields}))
    run = crawl("share", root, replica, *QUICK, infocode=",".join(ids))
    assert run.status == 5, run.stderr
    assert "could not be read" in run.stderr
    assert "fields of the site's profile" in run.stderr
    assert tree(root) == before


def test_a_listing_that_lost_its_rows_gives_status_5(tmp_path: Path, replica: Replica) -> None:
    """X2."""
    root = archived(tmp_path, replica)
    before = tree(root)
    replica.answers["/category/cailianshe.html"] = (
        200,
        HTML,
        "<html><section><ul></ul><div>新版</div></section></html>",
    )
    run = crawl("category", root, replica, *QUICK, category="cailianshe")
    assert (run.status, list(run["listings"]["incomplete"].values())) == (5, ["ran_dry"])
    assert "now lists none" in run.stderr.splitlines()[-2]
    assert tree(root) == before


def test_the_listing_of_another_category_is_refused(tmp_path: Path, replica: Replica) -> None:
    """X3."""
    source = next(source for source in replica.site.categories() if source.slug == "zhongguodianzibao")
    replica.answers["/category/cailianshe.html"] = (200, HTML, pages.category(replica.site, source))
    run = crawl("category", tmp_path, replica, *QUICK, category="cailianshe")
    assert (run.status, list(run["listings"]["incomplete"].values())) == (5, ["foreign_listing"])
    assert not posts(tmp_path)


def test_a_category_that_redirects_to_the_home_page_is_incomplete_and_others_are_complete(
    tmp_path: Path, replica: Replica
) -> None:
    """X4."""
    replica.answers["/category/cailianshe.html"] = (301, {"Location": "/"}, "")
    run = crawl("category", tmp_path, replica, *QUICK, category="cailianshe,zhongguodianzibao")
    assert (run.status, list(run["listings"]["incomplete"].values())) == (3, ["redirected"])
    assert run["posted"] == replica.site.count("zhongguodianzibao")


def test_a_redirect_to_a_new_host_is_reported_and_not_followed(tmp_path: Path, replica: Replica) -> None:
    """X13."""
    target = "http://www.finews.withounder.com/category/cailianshe.html"
    replica.answers["/category/cailianshe.html"] = (301, {"Location": target}, "")
    run = crawl("category", tmp_path, replica, *QUICK, category="cailianshe")
    assert run.status == 5
    assert "add its new address to the profile's origins" in run.stderr
    assert {seen.host for seen in replica.requests} == {"finews.withounder.com"}


def test_the_same_response_for_every_listed_article_gives_no_post(tmp_path: Path, replica: Replica) -> None:
    """X8: the titles of the listing show that the response belongs to another article."""
    first = answers.text_answer(replica.site, next(iter(replica.site.listing("cailianshe"))))
    assert first
    same = json.loads(first)
    del same["Id"]
    same["Title"] = "站点升级公告及服务调整说明"
    replica.answers["/NewsData/GetNewsText.do"] = (200, JSON, json.dumps(same))
    run = crawl("category", tmp_path, replica, *QUICK, category="zhongguodianzibao")
    assert run.status == 5, run.stderr
    assert run["reasons"] == {"quarantined/id_mismatch": run["listed"]}
    assert not posts(tmp_path)


def test_the_same_response_for_every_named_article_gives_one_post(tmp_path: Path, replica: Replica) -> None:
    """X8, without a listing that gives the titles."""
    ids = [article.id for article in map(replica.site.article, range(30)) if not article.emnews]
    body = '<p>正文一段，足够长。</p><p class="em_media">（文章来源：样例日报）</p>'
    same = {"Title": "同一标题", "Date": "2022-02-22 10:00:00", "text": body}
    replica.answers["/NewsData/GetNewsText.do"] = (200, JSON, json.dumps(same))
    run = crawl("share", tmp_path, replica, *QUICK, infocode=",".join(ids))
    assert run.status == 5, run.stderr
    assert (run["posted"], run["reasons"]) == (1, {"quarantined/same_answer": len(ids) - 1})


def rows(replica: Replica, ids: Sequence[int], form: str) -> tuple[int, dict[str, str], str]:
    """A category page whose links have the form ``form``."""
    links = []
    for article in map(replica.site.article, ids):
        href = form.format(id=article.id, digits=article.digits, day=f"{article.date:%Y/%m/%d}")
        links.append(f'<li><a href="{href}">{replica.site.title(article.index)}</a></li>')
    return 200, HTML, f"<html><section><ul>{''.join(links)}</ul></section></html>"


@pytest.mark.parametrize(
    "form",
    [
        "//finews.withounder.com/cailianshe/{day}/{id}.html",
        "https://finews.withounder.com/cailianshe/{day}/{id}.html?from=list#top",
        "/cailianshe/2023/01/01/{id}.html",
        "/cailianshe/news/{day}/{id}.html",
    ],
)
def test_an_archived_article_is_recognised_in_any_form_of_address(
    tmp_path: Path, replica: Replica, form: str
) -> None:
    """X10."""
    root = archived(tmp_path, replica)
    before = tree(root)
    ids = list(replica.site.listing("cailianshe"))
    replica.answers["/category/cailianshe.html"] = rows(replica, ids, form)
    asked(replica)
    run = crawl("category", root, replica, *QUICK, category="cailianshe")
    assert (run.status, run["unchanged"], len(asked(replica))) == (0, len(ids), 1), run.stderr
    assert tree(root) == before


@pytest.mark.parametrize("form", ["nw{digits}", "NW-{digits}", "NW{digits}0", "0{digits}", "{digits}.NW"])
def test_ids_of_an_unknown_form_give_no_second_post(tmp_path: Path, replica: Replica, form: str) -> None:
    """X10: no family of the profile has such ids, so a person has to change the profile."""
    root = archived(tmp_path, replica)
    before = tree(root)
    ids = list(replica.site.listing("cailianshe"))
    replica.answers["/category/cailianshe.html"] = rows(replica, ids, f"/cailianshe/{{day}}/{form}.html")
    asked(replica)
    run = crawl("category", root, replica, *QUICK, category="cailianshe")
    assert (run.status, run["reasons"]) == (4, {"quarantined/bad_id": len(ids)}), run.stderr
    assert len(asked(replica)) == 1
    assert tree(root) == before


def test_late_articles_in_an_unsorted_listing_are_archived(tmp_path: Path, replica: Replica) -> None:
    """X12."""
    ids = list(replica.site.listing("cailianshe"))
    late, known = ids[-2:], ids[:-2]
    form = "/cailianshe/{day}/{id}.html"
    replica.answers["/category/cailianshe.html"] = rows(replica, known, form)
    assert crawl("category", tmp_path, replica, category="cailianshe")["posted"] == len(known)
    shuffled = random.Random(12).sample(known, len(known))
    replica.answers["/category/cailianshe.html"] = rows(replica, [*shuffled, *late], form)
    run = crawl("category", tmp_path, replica, category="cailianshe")
    assert (run.status, run["posted"], run["unchanged"]) == (0, len(late), len(known)), run.stderr


@pytest.mark.parametrize("form", ["html", "json"])
def test_a_captcha_in_place_of_an_article_is_quarantined(tmp_path: Path, replica: Replica, form: str) -> None:
    """X15."""
    ids = [article.id for article in map(replica.site.article, range(60)) if not article.emnews]
    wall = "请完成人机验证后继续访问"
    for article in ids[::10]:
        page = (200, HTML, f"<html><h1>{wall}</h1></html>")
        text = (200, JSON, json.dumps({"Title": "安全验证", "text": f"<p>{wall}</p>"}))
        replica.answers[f"/NewsData/GetNewsText.do?id={article}"] = page if form == "html" else text
    run = crawl("share", tmp_path, replica, *QUICK, infocode=",".join(ids))
    walls = len(ids[::10])
    reason = "not_json" if form == "html" else "wall"
    assert (run.status, run["reasons"]) == (4, {f"quarantined/{reason}": walls}), run.stderr
    assert run["posted"] == len(ids) - walls == len(posts(tmp_path))
    assert not [name for name, post in posts(tmp_path).items() if "验证" in post]
    replica.answers.clear()
    again = crawl("share", tmp_path, replica, infocode=",".join(ids))
    assert (again.status, again["posted"]) == (0, walls), again.stderr


def test_a_redirect_to_https_on_a_new_host_is_reported_and_not_followed(
    tmp_path: Path, replica: Replica
) -> None:
    """X13: the profile of finews allows both schemes, but only for the hosts in its origins."""
    root = archived(tmp_path, replica)
    before = tree(root)
    target = "https://news.withounder.com/category/cailianshe.html"
    replica.answers["/category/cailianshe.html"] = (301, {"Location": target}, "")
    run = crawl("category", root, replica, *QUICK, category="cailianshe")
    assert (run.status, list(run["listings"]["incomplete"].values())) == (5, ["offsite"])
    assert tree(root) == before
