"""Sitemaps, sitemaps of news, and lists of sitemaps: whole, broken, cut, packed and hostile."""

from __future__ import annotations

import gzip

import pytest

from archiver.errors import ArticleError, Quarantined
from archiver.extract.formats import (
    IN_PROCESS,
    Allowance,
    TooMuchWork,
    check_rule,
    check_whole,
    is_gzip_of,
    open_page,
    refuse_large,
    spend,
)
from archiver.extract.formats.received import Received
from archiver.extract.formats.sitemap import SitemapFormat

NS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
NEWS = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'


def urlset(*entries: str, attributes: str = NS) -> str:
    return f"<urlset {attributes}>{''.join(f'<url>{entry}</url>' for entry in entries)}</urlset>"


def index(*entries: str, attributes: str = NS) -> str:
    return f"<sitemapindex {attributes}>{''.join(f'<sitemap>{each}</sitemap>' for each in entries)}</sitemapindex>"


LOC = "<loc>https://a.example/1</loc>"
STORY = (
    "<news:news><news:publication><news:name>样例晚报</news:name><news:language>zh-cn</news:language>"
    "</news:publication><news:publication_date>2022-02-22T17:47:15+08:00</news:publication_date>"
    "<news:title>沪指收涨</news:title></news:news>"
)
NAMES = ("address", "date", "published", "lastmod", "title", "source", "language")
PLAIN = {"address": "https://a.example/1"}
DATED = PLAIN | {"date": "2022-02-23", "lastmod": "2022-02-23"}
AS_NEWS = PLAIN | {
    "date": "2022-02-22T17:47:15+08:00",
    "published": "2022-02-22T17:47:15+08:00",
    "title": "沪指收涨",
    "source": "样例晚报",
    "language": "zh-cn",
}

SITEMAPS = {
    "address only": (urlset(LOC), PLAIN),
    "with lastmod": (urlset(f"{LOC}<lastmod>2022-02-23</lastmod><priority>0.5</priority>"), DATED),
    "news": (urlset(LOC + STORY, attributes=f"{NS} {NEWS}"), AS_NEWS),
    "news with lastmod": (
        urlset(f"{LOC}<lastmod>2022-02-23</lastmod>{STORY}", attributes=f"{NS} {NEWS}"),
        AS_NEWS | {"lastmod": "2022-02-23"},
    ),
    "news with another prefix": (
        urlset(LOC + STORY.replace("news:", "n:"), attributes=f"{NS} {NEWS.replace(':news', ':n')}"),
        AS_NEWS,
    ),
    "news with https as namespace": (
        urlset(LOC + STORY, attributes=f"{NS} {NEWS}".replace("http:", "https:")),
        AS_NEWS,
    ),
    "news whose prefix is not declared": (urlset(LOC + STORY), AS_NEWS),
    "no namespace": (urlset(LOC, attributes=""), PLAIN),
    "unknown namespace": (urlset(LOC, attributes='xmlns="urn:example"'), PLAIN),
    "namespace of 2005": (
        urlset(LOC, attributes='xmlns="http://www.google.com/schemas/sitemap/0.84"'),
        PLAIN,
    ),
    "a prefix for everything": (
        f"<s:urlset {NS.replace('xmlns', 'xmlns:s')}><s:url><s:loc>https://a.example/1</s:loc></s:url></s:urlset>",
        PLAIN,
    ),
    "pictures and languages": (
        urlset(
            "<image:image><image:loc>https://a.example/p.png</image:loc><image:title>图</image:title></image:image>"
            f'<xhtml:link rel="alternate" hreflang="en" href="https://a.example/en/1"/>{LOC}',
            attributes=f'{NS} xmlns:image="http://www.google.com/schemas/sitemap-image/1.1" '
            'xmlns:xhtml="http://www.w3.org/1999/xhtml"',
        ),
        PLAIN,
    ),
    "blanks and CDATA": (urlset("<loc>\n <![CDATA[https://a.example/1]]> </loc>"), PLAIN),
    "raw ampersand": (
        urlset("<loc>https://a.example/1?x=1&y=2</loc>"),
        {"address": "https://a.example/1?x=1&y=2"},
    ),
    "title with references": (
        urlset(LOC + "<news:news><news:title>A &amp;amp; B &lt;em&gt;C&lt;/em&gt;</news:title></news:news>"),
        PLAIN | {"title": "A & B C"},
    ),
    "no address": (urlset("<lastmod>2022-02-23</lastmod>"), {"date": "2022-02-23", "lastmod": "2022-02-23"}),
    "style sheet and byte order mark": (
        f'\ufeff<?xml version="1.0" encoding="gbk"?>\n<?xml-stylesheet href="s.xsl"?>{urlset(LOC)}<!-- x -->',
        PLAIN,
    ),
    "blank lines, and words after the end": (f'\n\n<?xml version="1.0"?>{urlset(LOC)} x', PLAIN),
    "urls without an end": (urlset(LOC).replace("</url>", ""), PLAIN),
    "control characters": (urlset(f"\x01{LOC}"), PLAIN),
    "a DOCTYPE with an entity": (f'<!DOCTYPE urlset [<!ENTITY x "y">]>{urlset(LOC)}', PLAIN),
}


@pytest.mark.parametrize("what", SITEMAPS)
def test_a_sitemap_is_read_by_names(what: str) -> None:
    text, expected = SITEMAPS[what]
    (entry,) = open_page(text, "sitemap").rows("urls")
    assert {name: value for name in NAMES if (value := entry.value(name))} == expected
    assert all(entry.finds(name) == (name in expected) for name in NAMES)


def test_a_value_as_html_is_escaped() -> None:
    (entry,) = open_page(urlset("<loc>https://a.example/?a=1&amp;b=2</loc>"), "sitemap").rows("urls")
    assert entry.markup("address") == "https://a.example/?a=1&amp;b=2"


@pytest.mark.parametrize(
    ("text", "urls", "sitemaps"),
    [
        (urlset(LOC, LOC), 2, 0),
        (urlset(), 0, 0),
        (index(LOC, LOC, f"{LOC}<lastmod>2022-02-23</lastmod>"), 0, 3),
        (index(), 0, 0),
        (f"<urlset {NS}/>", 0, 0),
        (f"<sitemapindex {NS}><url>{LOC}</url><sitemap>{LOC}</sitemap></sitemapindex>", 0, 1),
        (f"<urlset {NS}><url>{LOC}</url><sitemap>{LOC}</sitemap></urlset>", 1, 0),
    ],
)
def test_a_sitemap_has_urls_and_an_index_has_sitemaps(text: str, urls: int, sitemaps: int) -> None:
    page = open_page(text, "sitemap")
    assert (len(page.rows("urls")), len(page.rows("sitemaps"))) == (urls, sitemaps)
    is_index = text.startswith("<sitemapindex")
    assert (page.finds("urls"), page.finds("sitemaps")) == (not is_index, is_index)


def test_a_row_of_an_index_has_an_address_and_a_date() -> None:
    (row,) = open_page(index(f"{LOC}<lastmod>2022-02-23</lastmod>"), "sitemap").rows("sitemaps")
    assert (row.value("address"), row.value("date")) == ("https://a.example/1", "2022-02-23")
    assert row.rows("urls") == []
    with pytest.raises(Quarantined, match=r"^shape: address is not a list of rows"):
        row.rows("address")


@pytest.mark.parametrize(
    ("text", "reason", "words"),
    [
        ("<!doctype html><html><title>404</title></html>", "not_a_listing", "it is not XML"),
        ("<html/>", "not_a_listing", "the response has no <sitemapindex> or <urlset>: it begins with <html>"),
        ("<rss><channel/></rss>", "not_a_listing", "<rss> is a feed: write format: feed"),
        (
            '<feed xmlns="http://www.w3.org/2005/Atom">',
            "not_a_listing",
            "<feed> is a feed: write format: feed",
        ),
        ("https://a.example/1\nhttps://a.example/2", "not_a_listing", "it is not XML"),
        ('{"urlset": []}', "not_a_listing", "it is not XML"),
        (urlset(LOC)[:-9], "incomplete", "in <urlset>"),
        (index(LOC)[:40], "not_a_listing", "it is not XML"),
        (urlset("<a>" * 520 + "</a>" * 520), "too_deep", "512"),
    ],
)
def test_a_response_that_is_no_sitemap_is_refused_and_named(text: str, reason: str, words: str) -> None:
    with pytest.raises(Quarantined, match=rf"^{reason}: ") as refused:
        open_page(text, "sitemap")
    assert words in refused.value.detail


def test_a_large_sitemap_is_refused_or_left_to_another_process() -> None:
    text = urlset(*[LOC] * 1000)
    with pytest.raises(Quarantined, match=r"^too_heavy: 2001 elements"):
        refuse_large(text, "sitemap", 2000)
    page = open_page(text, "sitemap")
    spend(Allowance(IN_PROCESS), page, "sitemap", SitemapFormat.fields.values(), 1000)
    hostile = open_page(urlset("<a/>" * 120_000), "sitemap")
    with pytest.raises(TooMuchWork):
        spend(Allowance(IN_PROCESS), hostile, "sitemap", SitemapFormat.fields.values(), 1)


def test_a_sitemap_cut_at_any_byte_is_incomplete() -> None:
    for whole in (urlset(LOC, LOC + STORY), index(LOC)):
        body = f'<?xml version="1.0"?>\n{whole}'.encode()
        check_whole(Received(body, body.decode), "sitemap")
        reasons = set()
        for size in range(body.index(b" xmlns") + 1, body.rindex(b"</")):
            with pytest.raises(ArticleError) as cut:
                check_whole(Received(body[:size], body[:size].decode), "sitemap")
            reasons.add(cut.value.reason)
        assert reasons == {"incomplete"}


def test_only_formats_that_say_so_may_be_gzip_files() -> None:
    packed = gzip.compress(urlset(LOC).encode())
    assert [is_gzip_of(name, packed) for name in ("sitemap", "feed", "html", "json", "")] == [True, True] + [
        False
    ] * 3
    assert not is_gzip_of("sitemap", urlset(LOC).encode())


def test_a_rule_is_one_of_the_names() -> None:
    for name in ("urls", "sitemaps", *NAMES):
        check_rule(name, "sitemap")
    for rule in (SitemapFormat.rows, SitemapFormat.index, *SitemapFormat.fields.values()):
        check_rule(rule, "sitemap")
    with pytest.raises(
        ValueError, match=r"^'loc' is not a name of the format sitemap; known are urls, sitemaps, add"
    ):
        check_rule("loc", "sitemap")


def test_without_rules_lastmod_is_not_the_date_of_an_article() -> None:
    (entry,) = open_page(urlset(f"{LOC}<lastmod>2022-02-23</lastmod>"), "sitemap").rows(SitemapFormat.rows)
    values = {field: entry.value(rule) for field, rule in SitemapFormat.fields.items()}
    assert values == {"address": "https://a.example/1", "title": "", "date": "", "source": ""}
