"""The feeds of the vendor and of the site."""

from __future__ import annotations

import json

import pytest
from parsel import Selector

from archiver.replica import feeds
from archiver.replica.articles import Site
from archiver.replica.oddities import Oddity


@pytest.fixture(scope="module")
def site() -> Site:
    return Site(200)


def odd(site: Site, oddity: Oddity) -> int:
    return site.oddities()[oddity]


def test_the_feed_by_time_has_the_vendors_keys_and_is_sorted_newest_first(site: Site) -> None:
    rows = json.loads(feeds.by_time(site, 100))["nodeList"]
    assert len(rows) == 100
    assert {"title", "from", "infocode", "showtime", "simtitle", "simdigest"} == set(rows[0])
    times = [row["showtime"] for row in rows]
    assert times == sorted(times, reverse=True)
    assert all(row["infocode"].startswith("NW") for row in rows)


def test_the_rolling_feed_has_the_vendors_keys_and_one_half_filled_row(site: Site) -> None:
    rows = json.loads(feeds.rolling(site, 100))["records"]
    assert {"title", "digest", "id", "infoCode", "url_w", "showtime"} == set(rows[0])
    assert all(row["infoCode"] == f"NW{row['id']}" for row in rows)
    half = [row for row in rows if not row["title"]]
    assert [row["id"] for row in half] == [site.article(odd(site, Oddity.FEED_HALF_FILLED)).id]
    assert (half[0]["showtime"], half[0]["url_w"]) == ("", "")
    assert half[0]["digest"]


def test_every_newsshare_article_is_in_exactly_one_of_the_three_market_feeds(site: Site) -> None:
    thirds = [json.loads(feeds.market_news(site, 500, market))["record"] for market in (37, 38, 39)]
    assert {"title", "medianame", "infoCode", "datetime"} == set(thirds[0][0])
    ids = [row["infoCode"] for third in thirds for row in third]
    assert len(ids) == len(set(ids)) == len(site) - site.count("emnews")


def test_a_feed_has_no_more_rows_than_requested(site: Site) -> None:
    assert len(json.loads(feeds.by_time(site, 5))["nodeList"]) == 5
    assert len(json.loads(feeds.market_news(site, 5, 37))["record"]) == 5


def test_the_atom_feed_has_the_ten_newest_of_both_families(site: Site) -> None:
    feed = Selector(feeds.atom(site), type="xml")
    feed.remove_namespaces()
    published = feed.xpath("//entry/published/text()").getall()
    newest = sorted((site.date(i) for i in range(len(site))), reverse=True)[:10]
    assert published == [moment.isoformat() for moment in newest]
