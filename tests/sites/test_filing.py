"""How the posts of a short profile are filed: category, tag, source and link."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from archiver import derive
from archiver.errors import Quarantined
from archiver.items import Article, Evidence, Listed
from archiver.normalise import slugs
from archiver.posts import Post
from archiver.sites.load import parse

ADDRESS = "https://www.example.com/a/123456.html"
SHORT = """
name: example
title: 样例网
listing: {url: 'https://www.example.com/{category}/', rows: li, fields: {address: 'a::attr(href)'}}
categories: {350: 国内, 351: {title: 国际, slug: gj}}
"""


class Names:
    def slug(self, name: str) -> str:
        return slugs.slug_of(name)

    def name_of(self, slug: str) -> str:
        return {"yangliribao": "样例日报"}.get(slug, "")


def post_of(profile: str, source: str = "", category: str = "350", address: str = ADDRESS) -> Post:
    site = parse(SHORT + profile, "short.yaml")
    article = Article("123456", Listed("123456", category, address), datetime(2026, 9, 26, 8, tzinfo=UTC))
    said = {"title": "要闻", "date": "2026-09-26 08:15", "body": "<p>正文。</p>", "source": source}
    article.said = {name: [Evidence(text, "page")] for name, text in said.items() if text}
    return derive.derive(article, derive.Given(site, "//example.org/", Names()))


@pytest.mark.parametrize(
    ("profile", "source", "category", "tag"),
    [
        ("", "样例日报", "yangliribao", "样例日报新闻"),
        ("source: 样例周刊", "样例日报", "yangliribao", "样例日报新闻"),
        ("source: 样例周刊", "", "yanglizhoukan", "样例周刊新闻"),
        ("category: all", "样例日报", "all", "样例日报新闻"),  # the tag follows the source
        ("{category: all, tag: 全部}", "", "all", "全部"),
        ("{category: '{site}', tag: '{site}'}", "样例日报", "example", "样例网"),
        ("{category: '{category}', tag: '{category}'}", "样例日报", "350", "国内"),
        ("{category: '{site}-{category}', tag: '{category}新闻'}", "", "example-350", "国内新闻"),
        (
            "{category: '{site}-{slug}', tag: '{site}：{source}'}",
            "样例日报",
            "example-yangliribao",
            "样例网：样例日报",
        ),
        ("{category: '{category}', tag: '{source}'}", "样例日报", "350", "样例日报"),
    ],
)
def test_category_and_tag_are_made_from_the_templates(
    profile: str, source: str, category: str, tag: str
) -> None:
    found = post_of(profile.strip("{}").replace(", tag:", "\ntag:"), source)
    assert (found.category, found.tag) == (category, tag)
    assert found.link == ADDRESS
    assert found.page == f"//example.org/category/{category}.html"
    assert found.back_label == f"返回{tag}"


def test_an_article_that_a_user_named_has_no_category_of_a_listing() -> None:
    found = post_of("category: '{category}'\ntag: '{category}'", "样例日报", category="")
    assert (found.category, found.tag) == ("example", "样例网")


def test_an_article_without_a_source_is_refused_with_the_key_to_write() -> None:
    with pytest.raises(Quarantined, match="write `source: NAME` in the profile") as why:
        post_of("")
    assert why.value.reason == "source"


def test_an_article_without_an_address_needs_a_link_with_its_id() -> None:
    with pytest.raises(Quarantined, match="write `link` in the profile") as why:
        post_of("", "样例日报", address="")
    assert why.value.reason == "no_link"
    found = post_of("link: https://www.example.com/a/{id}.html", "样例日报", address="")
    assert found.link == ADDRESS


def test_a_category_has_the_names_of_the_profile() -> None:
    site = parse(SHORT, "short.yaml")
    assert [site.category_named(name) for name in ("350", "国内", "gj", "国际", "new")] == [
        *("350", "350", "351", "351", "new")
    ]


@pytest.mark.parametrize(
    ("origins", "url", "asked"),
    [
        ("['https://*.example.com']", "http://a.example.com/x", "https://a.example.com/x"),
        ("['https://*.example.com']", "HTTP://a.b.example.com/x", "https://a.b.example.com/x"),
        ("['https://*.example.com']", "http://example.com/x", ""),
        ("['https://*.example.com']", "https://badexample.com/x", ""),
        ("['https://*.example.com']", "https://a.example.com.evil.cn/x", ""),
        ("['https://*.example.com']", "https://a.example.com:8443/x", ""),
        ("['https://*.example.com']", "https://u:p@a.example.com/x", ""),
        ("['https://*.example.com:8443']", "https://a.example.com:8443/x", "https://a.example.com:8443/x"),
        (
            "['http://*.example.com', 'https://*.example.com']",
            "http://a.example.com/",
            "http://a.example.com/",
        ),
        ("[]", "https://www.example.com/x", "https://www.example.com/x"),
        ("[]", "https://other.example.com/x", ""),
    ],
)
def test_requests_go_to_the_origins_and_by_https_where_only_that_is_allowed(
    origins: str, url: str, asked: str
) -> None:
    """``asked``: empty if the request is refused."""
    listing = SHORT.replace("https://www.example.com/{category}/", "https://a.example.com/{category}/")
    text = SHORT if origins == "[]" else listing
    if "8443" in origins:
        text = text.replace("a.example.com/", "a.example.com:8443/")
    site = parse(f"{text}origins: {origins}\n", "short.yaml")
    requested = site.requested_at(url)
    assert (requested if site.allows(requested) else "") == asked
