"""A response with another title than the listing: a second headline, or another article."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import yaml

from archiver.errors import Quarantined
from archiver.extract.article import read_answer
from archiver.extract.identity import CANONICAL, Memory, compare
from archiver.items import Answer, Article, Evidence, Listed
from archiver.sites.load import parse
from archiver.sites.profile import Profile

HOST = "https://www.example.com"
BY_ADDRESS = """
name: mine
addresses: ['^https://www\\.example\\.com/story/(?P<id>\\w+)\\.html']
feeds: {news: {url: https://www.example.com/list, rows: li, fields: {address: a, title: b}}}
steps:
  - {origin: answer, urls: ['https://www.example.com/api/{id}'], format: json, fields: {title: t, body: b}}
  - {origin: post_page, urls: ['{address}'], fields: {title: h1, body: '#text'}}
families: [{name: all, id: '\\w+'}]
"""
OWN, OTHER, LISTED = "手机零件江湖：五强争霸", "北向资金净流入八十亿元", "样例一号半天要充电"


def profile(**changes: Any) -> Profile:
    return parse(yaml.safe_dump(yaml.safe_load(BY_ADDRESS) | changes, allow_unicode=True), "mine.yaml")


SITE = profile()
IDS_OF_STEP = yaml.safe_load(BY_ADDRESS)["steps"]
IDS_OF_STEP[1]["fields"]["id"] = "#id"
IDS_OF_LAYOUT = yaml.safe_load(BY_ADDRESS)["steps"]
IDS_OF_LAYOUT[1]["layouts"] = [{"present": "#new", "id": "#id"}]


def article(number: str = "a1", url: str = "", canonical: str = "", address: str = "") -> Article:
    """``url``: the address of the response, if the request was redirected."""
    address = address or f"{HOST}/story/{number}.html"
    made = Article(number, Listed(number, "news", address), datetime(2022, 2, 22, tzinfo=UTC))
    if canonical:
        made.said[CANONICAL] = [Evidence(canonical, "post_page")]
    made.answers = [
        Answer(f"{HOST}/api/{number}", 404, {}, b"", "gone"),
        Answer(url or address, 200, {}, b""),
    ]
    return made


def said(title: str = OWN) -> Evidence:
    return Evidence(title, "post_page")


@pytest.mark.parametrize(
    "made",
    [
        pytest.param(article(), id="asked for by its own address"),
        pytest.param(article(canonical=f"{HOST}/story/a1.html"), id="the page names this article"),
        pytest.param(article(canonical=f"{HOST}/"), id="the page names the home page"),
        pytest.param(article(canonical="https://other.example/x/9.html"), id="the page names another site"),
        pytest.param(article(canonical="invalid://address/x"), id="the page names a malformed address"),
        pytest.param(article(url=f"{HOST}/story/a1.html?from=m"), id="redirected to this article"),
        pytest.param(article(url=f"{HOST}/m/9"), id="redirected to an address of an unknown form"),
        pytest.param(article(address=f"{HOST}/old?n=1"), id="the listing has an address of an unknown form"),
        pytest.param(
            article(url=f"{HOST}/story/b2.html", canonical=f"{HOST}/story/a1.html"),
            id="the page names this article after a redirect",
        ),
    ],
)
def test_a_second_headline_is_a_doubt(made: Article) -> None:
    assert compare(made, SITE, said(), LISTED, Memory()) == ["title/conflict"]


@pytest.mark.parametrize("found", [LISTED, f"{LISTED} 耗电成瓶颈", f"【图】{LISTED}！"])
def test_a_version_of_the_same_headline_is_no_doubt(found: str) -> None:
    assert compare(article(), SITE, said(found), LISTED, Memory()) == []


@pytest.mark.parametrize(
    ("site", "made"),
    [
        pytest.param(profile(steps=IDS_OF_STEP), article(), id="the response should have an id"),
        pytest.param(profile(steps=IDS_OF_LAYOUT), article(), id="a layout should have an id"),
        pytest.param(
            profile(families=[{"name": "all", "id": r"\w+", "rules": {"post_page": {"id": "#id"}}}]),
            article(),
            id="a response of this family should have an id",
        ),
        pytest.param(SITE, article(canonical=f"{HOST}/story/b2.html"), id="the page names another article"),
        pytest.param(SITE, article(url=f"{HOST}/story/b2.html"), id="redirected to another article"),
    ],
)
def test_a_response_about_another_article_is_refused(site: Profile, made: Article) -> None:
    with pytest.raises(Quarantined, match=r"^id_mismatch: the listing has the title '样例一号"):
        compare(made, site, said(), LISTED, Memory())


def test_the_title_of_another_article_is_refused() -> None:
    known = Memory()
    assert compare(article("a1"), SITE, said(OWN), OWN, known) == []
    with pytest.raises(Quarantined, match="as the article 'a1'"):
        compare(article("b2"), SITE, said(OWN), LISTED, known)
    assert compare(article("b2"), SITE, said(OTHER), LISTED, known) == ["title/conflict"]
    assert compare(article("c3", canonical=f"{HOST}/story/c3.html"), SITE, said(OWN), LISTED, known)


def test_one_page_for_all_articles_is_accepted_once_at_most() -> None:
    known = Memory()
    ends = []
    for number in range(5):
        try:
            ends += compare(article(f"a{number}"), SITE, said("系统维护公告"), f"第{number}条要闻速览", known)
        except Quarantined as why:
            ends.append(why.reason)
    assert ends == ["title/conflict", *["id_mismatch"] * 4]


@pytest.mark.parametrize(
    ("head", "canonical"),
    [
        ('<link rel="canonical" href="/story/a1.html">', f"{HOST}/story/a1.html"),
        ('<meta property="og:url" content="//www.example.com/story/b2.html">', f"{HOST}/story/b2.html"),
        ('<base href="/x/"><link href="y.html" rel=canonical>', f"{HOST}/x/y.html"),
        ('<link rel="alternate" href="/a">', None),
    ],
)
def test_the_address_that_a_page_gives_itself_is_read(head: str, canonical: str | None) -> None:
    text = f"<html><head>{head}</head><h1>题</h1><p id=text>文</p></html>"
    found = read_answer(text, SITE.steps[1], SITE, "a1", f"{HOST}/story/a1.html")
    assert (found[CANONICAL].text if CANONICAL in found else None) == canonical
