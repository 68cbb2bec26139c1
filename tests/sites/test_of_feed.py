"""A profile that is made for the address of a feed."""

from __future__ import annotations

import pytest

from archiver.errors import BadArgument
from archiver.sites.of_feed import domain_of, profile_of


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("www.example.com", "example.com"),
        ("feeds.example.com", "example.com"),
        ("feed.example.com", "example.com"),
        ("rss.example.com", "example.com"),
        ("api.example.com", "example.com"),
        ("example.com", "example.com"),
        ("news.example.com", "news.example.com"),
        ("www.news.example.com", "news.example.com"),
        ("www.example.co.uk", "example.co.uk"),
        ("feeds.com.cn", "feeds.com.cn"),  # not com.cn, which belongs to everybody
        ("www.gov.cn", "www.gov.cn"),
        ("rss.com", "rss.com"),
        ("www.feeds.example.com", "feeds.example.com"),
        ("wwww.example.com", "wwww.example.com"),
        ("localhost", ""),
        ("192.0.2.7", ""),
        ("2001:db8::1", ""),
    ],
)
def test_the_domain_of_a_feed_is_its_host_without_a_first_label_that_says_nothing(
    host: str, domain: str
) -> None:
    assert domain_of(host) == domain


@pytest.mark.parametrize(
    ("feed", "name", "origins", "kind"),
    [
        (
            "https://feeds.example.com/news.xml?a=1&b=2",
            "example-com",
            ["https://feeds.example.com", "https://example.com", "https://*.example.com"],
            "feed",
        ),
        (
            "http://www.example.com:8080/feed.json",
            "example-com",
            ["http://www.example.com:8080", "https://example.com", "https://*.example.com"],
            "feed",
        ),
        (
            "https://example.com/sitemap_index.xml.gz",
            "example-com",
            ["https://example.com", "https://*.example.com"],
            "sitemap",
        ),
        ("http://127.0.0.1:1200/some/route", "127-0-0-1", ["http://127.0.0.1:1200"], "feed"),
        ("http://localhost:1200/some/route", "localhost", ["http://localhost:1200"], "feed"),
        ("http://[::1]:1200/some/route", "1", ["http://[::1]:1200"], "feed"),
    ],
)
def test_a_feed_has_a_profile_of_its_own(feed: str, name: str, origins: list[str], kind: str) -> None:
    site = profile_of(feed, "样例日报")
    assert (site.name, site.source) == (name, "样例日报")
    assert list(dict.fromkeys(site.origins)) == origins
    (rule,) = site.feeds.values()
    assert (rule.address("feed"), rule.format) == (feed, kind)
    assert ("body" in rule.fields) is (kind == "feed")
    assert site.steps[0].generic


def test_the_domain_is_credited_if_no_source_is_given() -> None:
    assert profile_of("https://www.example.com/feed").source == "example.com"
    assert profile_of("https://www.example.com/feed", " ").source == "example.com"


@pytest.mark.parametrize("braces", ["{page}", "{", "${HOME}", "{category}", "{}"])
def test_braces_in_the_address_of_a_feed_mean_nothing(braces: str) -> None:
    (rule,) = profile_of(f"https://example.com/feed?q={braces}").feeds.values()
    assert rule.address("feed") == f"https://example.com/feed?q={braces}".replace("{", "%7B").replace(
        "}", "%7D"
    )
    assert not rule.keys


@pytest.mark.parametrize(
    ("feed", "sentence"),
    [
        ("", "feed='' is not the address of a feed: it has no http or https host"),
        (
            "example.com/feed",
            "feed='example.com/feed' is not the address of a feed: it has no http or https host",
        ),
        ("ftp://example.com/feed", "is not the address of a feed"),
        ("https:///feed", "is not the address of a feed"),
        ("https://例子.example/feed", "write the host in ASCII, as xn--…"),
        ("https://example.com:99999/feed", "is not the address of a feed"),
        ("https://me:word@example.com/feed", "feed= has a user and password: "),
    ],
)
def test_an_address_that_is_no_feed_is_refused_in_one_sentence(feed: str, sentence: str) -> None:
    with pytest.raises(BadArgument) as wrong:
        profile_of(feed)
    assert sentence in str(wrong.value)
    assert "\n" not in str(wrong.value)
    assert "word@" not in str(wrong.value)
