"""The JSON responses of the text service."""

from __future__ import annotations

import json
from typing import Any

import pytest
from parsel import Selector

from archiver.replica import answers, pages
from archiver.replica.articles import Site
from archiver.replica.oddities import Oddity


@pytest.fixture(scope="module")
def site() -> Site:
    return Site(200)


def odd(site: Site, oddity: Oddity) -> int:
    return site.oddities()[oddity]


def answer(site: Site, index: int) -> dict[str, Any]:
    body = answers.text_answer(site, index)
    assert body is not None
    value = json.loads(body)
    assert isinstance(value, dict)
    return value


def section(page: str) -> Selector:
    return Selector(page).css("section")[0]


def test_responses_of_a_plain_site_are_complete_and_have_the_expected_values() -> None:
    plain = Site(100, plain=True)
    for index in range(100):
        fields, expected = answer(plain, index), plain.expected(index)
        assert fields["Title"] == expected.title
        assert fields["Date"] == f"{expected.date:%Y-%m-%d %H:%M:%S}"
        assert fields["medianame"] == expected.source
        assert fields["content" if expected.category == "emnews" else "text"] == plain.body(index).html
        assert ("text" in fields) is (expected.category != "emnews")


def test_an_emnews_response_also_has_the_address_and_the_digest(site: Site) -> None:
    index = odd(site, Oddity.TWIN_EMNEWS)
    fields = answer(site, index)
    assert (fields["url"], fields["docreader"]) == (site.expected(index).link, site.digest(index))


@pytest.mark.parametrize(
    ("oddity", "keys"),
    [
        (Oddity.TWIN_SHARE, ["Id", "Title", "Date", "medianame", "text"]),
        (Oddity.ONLY_TEXT, ["text"]),
        (Oddity.CONTENT_FOR_TEXT, ["Id", "Title", "Date", "medianame", "content"]),
        (Oddity.KEYS_LOWER, ["id", "title", "date", "medianame", "text"]),
        (Oddity.KEYS_UPPER, ["ID", "TITLE", "DATE", "MEDIANAME", "text"]),
        (Oddity.SOURCE_LINKED, ["Id", "Title", "Date", "text"]),
    ],
)
def test_a_response_has_the_keys_of_its_oddity(site: Site, oddity: Oddity, keys: list[str]) -> None:
    assert list(answer(site, odd(site, oddity))) == keys


def test_a_half_filled_response_has_no_title_and_date_but_the_post_page_has_both(site: Site) -> None:
    index = odd(site, Oddity.HALF_FILLED)
    fields = answer(site, index)
    assert (fields["Title"], fields["Date"]) == ("", "")
    shown = section(pages.post(site, index))
    assert shown.css("h1::text").get() == site.expected(index).title
    assert f"{site.date(index):%H:%M:%S}" in shown.css("small::text").get("")


def test_an_article_that_the_text_service_no_longer_has_still_has_a_post_page(site: Site) -> None:
    index = odd(site, Oddity.GONE)
    assert answers.text_answer(site, index) is None
    assert section(pages.post(site, index)).css("p.em_media")
