"""What a page states for programs: JSON-LD, microdata, ``meta``."""

from __future__ import annotations

import json

import pytest

from archiver.extract.formats.html import HtmlFormat
from archiver.extract.generic import read_generic
from archiver.items import RESERVED_ORIGINS

TITLE = "利率决议今晚公布，市场观望"
URL = "https://www.example.com/2026/a/1.html"
ARTICLE = {"@type": "NewsArticle", "headline": TITLE, "datePublished": "2026-09-18T17:47:15+08:00"}


def found(head: str, body: str = "", title: str = f"{TITLE}_样例网") -> dict[str, tuple[str, str]]:
    html = f"<html><head><title>{title}</title>{head}</head><body>{body}<p>议息会议结束。</p></body></html>"
    names = ("title", "date", "source", "author", "digest", "link")
    got = read_generic(HtmlFormat().open(html), URL, names, {}).found
    assert all(evidence.origin in RESERVED_ORIGINS for evidence in got.values())
    return {name: (evidence.text, evidence.origin) for name, evidence in got.items()}


def script(text: str) -> str:
    return f'<script type="application/ld+json">{text}</script>'


JSON_LD = {
    "one object": json.dumps(ARTICLE),
    "a list": json.dumps([{"@type": "WebSite", "name": "样例网"}, ARTICLE]),
    "a graph": json.dumps({"@context": "https://schema.org", "@graph": [{"@type": "WebPage"}, ARTICLE]}),
    "a part of a page": json.dumps({"@type": "WebPage", "name": "页面", "mainEntity": ARTICLE}),
    "several types": json.dumps(ARTICLE | {"@type": ["Thing", "BlogPosting"]}),
    "a type with an address": json.dumps(ARTICLE | {"@type": "https://schema.org/ReportageNewsArticle"}),
    "line breaks in texts": json.dumps(ARTICLE).replace(
        "NewsArticle", 'NewsArticle", "description": "一\n二'
    ),
    "a comment around it": f"<!-- {json.dumps(ARTICLE)} -->",
    "CDATA around it": f"//<![CDATA[\n{json.dumps(ARTICLE)}\n//]]>",
    "a semicolon behind it": json.dumps(ARTICLE) + ";",
    "a list of headlines": json.dumps(ARTICLE | {"headline": [TITLE]}),
    "entities": json.dumps(ARTICLE | {"headline": TITLE.replace("，", "&#65292;")}),
    "two articles": json.dumps(
        [ARTICLE | {"headline": "渔港改造完工", "datePublished": "2020-01-01T10:00:00Z"}, ARTICLE]
    ),
}


@pytest.mark.parametrize("text", JSON_LD.values(), ids=JSON_LD)
def test_json_ld_is_read_in_every_usual_form(text: str) -> None:
    got = found(script(text))
    assert got["title"] == (TITLE, "json_ld")
    assert got["date"] == ("2026-09-18T17:47:15+08:00", "json_ld")


NO_JSON_LD = {
    "broken": '{"@type": "NewsArticle", "headline": "x',
    "no JSON": "var a = 1;",
    "empty": "",
    "a number": "1",
    "nested deeply": "[" * 100_000,
    "a long number": "[" + "1" * 10_000 + "]",
    "another article": json.dumps(ARTICLE | {"headline": "渔港改造完工"}),
    "no article": json.dumps({"@type": "Product", "name": TITLE, "datePublished": "2020-01-01T10:00:00Z"}),
    "odd values": json.dumps({"@type": {"a": 1}, "headline": {"b": []}, "datePublished": None}),
    "too long": json.dumps(ARTICLE | {"articleBody": "长" * 1_000_000}, ensure_ascii=False),
}


@pytest.mark.parametrize("text", NO_JSON_LD.values(), ids=NO_JSON_LD)
def test_json_ld_without_the_article_is_passed_over(text: str) -> None:
    got = found(script(text))
    assert got == {"title": (TITLE, "meta")}


def test_a_broken_script_does_not_hide_the_next_one() -> None:
    assert found(script("{,}") + script(json.dumps(ARTICLE)))["title"][1] == "json_ld"


NAMES = [
    ({"publisher": {"@type": "Organization", "name": "样例日报"}}, "样例日报", None),
    ({"publisher": "样例日报"}, "样例日报", None),
    ({"publisher": [{"name": "样例日报"}, {"name": "样例晚报"}]}, "样例日报", None),
    ({"sourceOrganization": {"name": "样例社"}, "publisher": {"name": "样例网"}}, "样例社", None),
    ({"author": {"@type": "Person", "name": "林样"}}, None, "林样"),
    ({"author": [{"name": "林样"}, {"name": "王例"}]}, None, "林样"),
    ({"author": "林样", "publisher": {"name": ""}}, None, "林样"),
    ({"author": {"@id": "#p"}, "publisher": {"@id": "#missing"}}, None, "林样"),
    ({"author": 7}, None, "7"),
    ({"author": {"url": "https://example.com"}}, None, None),
]


@pytest.mark.parametrize(("more", "source", "author"), NAMES)
def test_names_in_json_ld(more: dict[str, object], source: str | None, author: str | None) -> None:
    graph = {"@graph": [ARTICLE | more, {"@type": "Person", "@id": "#p", "name": "林样"}]}
    got = found(script(json.dumps(graph)))
    assert got.get("source", (None,))[0] == source
    assert got.get("author", (None,))[0] == author


def test_a_credit_on_the_page_comes_before_the_publisher() -> None:
    published = script(json.dumps(ARTICLE | {"publisher": {"name": "样例网"}}))
    assert found(published, f"<h1>{TITLE}</h1><p>来源：样例日报</p>")["source"] == (
        "来源：样例日报",
        "heading",
    )
    assert found(published, f"<h1>{TITLE}</h1>")["source"] == ("样例网", "json_ld")


MICRODATA = [
    f"<div itemscope itemtype='http://schema.org/NewsArticle'><h2 itemprop=headline>{TITLE}</h2>"
    "<time itemprop=datePublished datetime='2026-09-18T17:47:15+08:00'>昨天</time></div>",
    f"<article itemscope itemtype='https://schema.org/BlogPosting'><b itemprop='name headline'>{TITLE}</b>"
    "<meta itemprop=datePublished content='2026-09-18T17:47:15+08:00'></article>",
    f"<h1 itemprop=headline>{TITLE}</h1><span itemprop=datePublished>2026-09-18T17:47:15+08:00</span>",
]


@pytest.mark.parametrize("body", MICRODATA)
def test_microdata_is_read(body: str) -> None:
    got = found("", body)
    assert got["title"] == (TITLE, "microdata")
    assert got["date"] == ("2026-09-18T17:47:15+08:00", "microdata")


def test_microdata_of_a_comment_is_passed_over() -> None:
    comment = "<div itemscope itemtype='https://schema.org/Comment'><b itemprop=author>海边人</b><time itemprop=datePublished>2026-09-20 01:02</time></div>"
    assert found("", comment) == {"title": (TITLE, "meta")}


METAS = [
    ("date", "article:published_time", "2026-09-18T17:47:15+08:00"),
    ("date", "weibo: article:create_at", "2026-09-18 17:47:15"),
    ("date", "publishdate", "2026-09-18 17:47"),
    ("date", "PubDate", "2026-09-18 17:47"),
    ("date", "apub:time", "2026/9/18 17:47:15"),
    ("date", "og:time ", "2026-09-18 17:47"),
    ("date", "bytedance:published_time", "2026-09-18T17:47:15+08:00"),
    ("date", "firstpublishedtime", "2026-09-18 17:47"),
    ("date", "parsely-pub-date", "2026-09-18T09:47:15Z"),
    ("source", "source", "样例日报"),
    ("source", "mediaid", "样例日报"),
    ("source", "ContentSource", "样例日报"),
    ("source", "apub:from", "样例日报"),
    ("author", "author", "林样"),
    ("author", "article:author", "林样"),
    ("digest", "description", "议息会议结束，决议今晚公布。"),
    ("title", "og:title", TITLE),
    ("title", "ArticleTitle", TITLE),
]


@pytest.mark.parametrize(("field", "name", "value"), METAS)
def test_a_meta_element_gives_a_field(field: str, name: str, value: str) -> None:
    key = "property" if name.startswith(("og:", "article:")) else "name"
    assert found(f'<meta {key}="{name}" content="{value}">')[field] == (value, "meta")


NOT_METAS = [
    ("date", "article:modified_time", "2026-09-19 10:00"),
    ("date", "publishdate", "刚刚"),
    ("date", "publishdate", "2026-99-99"),
    ("source", "source", "https://www.example.com/"),
    ("source", "source", "default"),
    ("source", "source", ""),
    ("author", "article:author", "https://www.facebook.example/lin"),
    ("digest", "description", " "),
]


@pytest.mark.parametrize(("field", "name", "value"), NOT_METAS)
def test_a_meta_element_without_a_value_of_its_field_is_passed_over(
    field: str, name: str, value: str
) -> None:
    assert field not in found(f'<meta name="{name}" content="{value}">')


@pytest.mark.parametrize(
    ("title", "site", "expected"),
    [
        ("利率决议今晚公布 - 样例网", "样例网", "利率决议今晚公布"),
        ("利率决议今晚公布_样例网", "样例网", "利率决议今晚公布"),
        ("样例网 | 利率决议今晚公布", "样例网", "利率决议今晚公布"),
        ("利率决议今晚公布", "样例网", "利率决议今晚公布"),
        ("样例网今晚公布利率决议", "样例网", "样例网今晚公布利率决议"),
        ("样例网", "样例网", "样例网"),
    ],
)
def test_the_name_of_the_site_is_no_part_of_a_title(title: str, site: str, expected: str) -> None:
    head = f'<meta property="og:title" content="{title}"><meta property="og:site_name" content="{site}">'
    assert found(head, title="")["title"] == (expected, "meta")


def test_a_day_gives_way_to_a_time_on_that_day() -> None:
    day = '<meta name="publishdate" content="2026-09-18">'
    assert found(day, f"<h1>{TITLE}</h1><p>2026-09-18 17:47</p>")["date"] == ("2026-09-18 17:47", "heading")
    assert found(day, f"<h1>{TITLE}</h1><p>2026-01-01 10:00</p>")["date"] == ("2026-09-18", "meta")


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ('<link rel="canonical" href="/2026/a/1">', "https://www.example.com/2026/a/1"),
        ('<link rel="Canonical" href="https://m.example.com/1.html">', "https://m.example.com/1.html"),
        ('<meta property="og:url" content="//www.example.com/1">', "https://www.example.com/1"),
        ('<link rel="canonical" href="https://www.example.com/">', ""),
        ('<link rel="canonical" href="https://other.example.org/1">', ""),
        ('<link rel="canonical" href="javascript:x()">', ""),
        ('<link rel="canonical" href="https://[">', ""),
        ('<link rel="canonical" href="">', ""),
        ('<link rel="alternate" href="/feed">', ""),
        (script(json.dumps(ARTICLE | {"url": URL})), URL),
    ],
)
def test_the_link_is_the_canonical_address(head: str, expected: str) -> None:
    assert found(head).get("link", ("", ""))[0] == expected
