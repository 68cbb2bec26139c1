"""Articles of several pages: all of their text is in the post, or there is no post."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from archiver.errors import ArticleError, Deferred, Quarantined, Skipped
from archiver.extract.article import read_answer
from archiver.extract.identity import Memory, remember
from archiver.extract.pages import FIRST, Pages, add_said, without_page
from archiver.items import Article, Listed
from archiver.sites.load import parse

HOST = "http://www.example.com"
PROFILE = """
name: mine
source: 样例日报
addresses: ['^http://www\\.example\\.com/story/(?P<id>[a-z0-9]+)\\.html']
feeds: {news: {url: 'http://www.example.com/list', rows: li, fields: {address: 'a::attr(href)', title: a}}}
steps:
  - origin: post_page
    urls: ['{address}']
    fields: {title: h1, date: time, body: {at: '#text > *', drop: [.pager]}}
    next: a.next::attr(href)
    max_pages: 4
"""
SITE = parse(PROFILE, "mine.yaml")
STEP = SITE.steps[0]


def page(text: str, link: str = "", title: str = "样例长文", more: str = "") -> str:
    pager = f'<p class="pager"><a class="next" href="{link}">下一页</a></p>' if link else ""
    heading = f"<h1>{title}</h1><time>2022-02-22 17:47:15</time>" if title else ""
    return f'<html><body>{heading}<div id="text">{text}{pager}</div>{more}</body></html>'


def read_pages(*pages: tuple[str, str]) -> tuple[Article, Pages | None]:
    """The article after these pages (address below the host, page) were read, and the next page."""
    first = HOST + pages[0][0]
    article = Article("a1", Listed("a1", "news", first), datetime(2022, 2, 23, tzinfo=UTC))
    place: Pages | None = FIRST
    for path, text in pages:
        assert place is not None, f"{path} is not requested"
        assert place.address in ("", HOST + path)
        said = read_answer(text, STEP, SITE, article.id, HOST + path)
        place = add_said(article, said, HOST + path, STEP, SITE, place, Memory())
    return article, place


def body(article: Article) -> str:
    return article.evidence("body")[0].text


@pytest.mark.parametrize(
    ("link", "next_page"),
    [
        ("a1_2.html", f"{HOST}/story/a1_2.html"),
        ("/story/a1_2.html", f"{HOST}/story/a1_2.html"),
        ("?page=2", f"{HOST}/story/a1.html?page=2"),
        (f"{HOST}/story/a1_2.html#text", f"{HOST}/story/a1_2.html"),
        ("a1.html", ""),
        ("#", ""),
        ("#page2", ""),
        ("javascript:;", ""),
        ("mailto:a@example.com", ""),
        ("", ""),
    ],
)
def test_the_next_page_is_the_one_that_the_rule_finds(link: str, next_page: str) -> None:
    _, following = read_pages(("/story/a1.html", page("<p>甲</p>", link)))
    assert (following.address if following else "") == next_page


def test_the_texts_of_all_pages_are_joined_in_order_without_the_links_between_them() -> None:
    article, following = read_pages(
        ("/story/a1.html", page("<p>甲</p>", "a1_2.html")),
        ("/story/a1_2.html", page("<p>乙</p>", "a1_3.html")),
        ("/story/a1_3.html", page("<p>丙</p>", "a1.html", title="")),
    )
    assert body(article) == "<p>甲</p>\n<p>乙</p>\n<p>丙</p>"
    assert following is None
    assert len(article.evidence("title")) == len(article.evidence("date")) == 1


def test_a_page_that_repeats_the_text_is_the_last_one() -> None:
    article, following = read_pages(
        ("/story/a1.html", page("<p>甲</p>", "?page=2")),
        ("/story/a1.html?page=2", page("<p>甲</p>", "?page=3")),
    )
    assert (body(article), following) == ("<p>甲</p>", None)


def test_the_addresses_in_a_page_in_another_folder_count_from_that_page() -> None:
    article, _ = read_pages(
        ("/story/a1.html", page('<p><img src="1.png"></p>', "/story/a1/2.html")),
        ("/story/a1/2.html", page('<p><img src="2.png"></p>', "3.html")),
    )
    assert body(article) == f'<p><img src="1.png"></p>\n<p><img src="{HOST}/story/a1/2.png"></p>'


PAGE_3 = (
    ("/story/a1.html", page("<p>甲</p>", "a1_2.html")),
    ("/story/a1_2.html", page("<p>乙</p>", "a1_3.html")),
    ("/story/a1_3.html", page("<p>丙</p>", "a1_4.html")),
)


@pytest.mark.parametrize(
    ("pages", "reason"),
    [
        ((PAGE_3[0], ("/story/a1_2.html", page("<p>乙</p>", title="北向资金净流入八十亿元"))), "id_mismatch"),
        ((PAGE_3[0], ("/story/a1_2.html", page("", "a1_3.html"))), "empty_body"),
        ((("/story/a1.html", page("<p>甲</p>", "http://other.example/2.html")),), "offsite"),
        ((*PAGE_3, ("/story/a1_4.html", page("<p>丁</p>", "a1_5.html"))), "too_many_pages"),
    ],
)
def test_a_page_that_cannot_be_added_is_refused(pages: tuple[tuple[str, str], ...], reason: str) -> None:
    with pytest.raises(Quarantined) as refused:
        read_pages(*pages)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("why", "kind", "reason"),
    [
        (Skipped("gone", "404"), Deferred, "page_missing"),
        (Deferred("timeout", "slow"), Deferred, "timeout"),
        (Quarantined("not_an_article", "no"), Quarantined, "not_an_article"),
    ],
)
def test_a_missing_page_never_ends_the_article_as_gone(
    why: ArticleError, kind: type[ArticleError], reason: str
) -> None:
    found = without_page(why, Pages(2, f"{HOST}/story/a1_2.html", (f"{HOST}/story/a1.html",)))
    assert (type(found), found.reason) == (kind, reason)
    assert f"page 2 of the article, {HOST}/story/a1_2.html, cannot be read: {why}" in found.detail


LISTED = "列表里的短标题"


def listed_article() -> Article:
    address = f"{HOST}/story/a1.html"
    return Article("a1", Listed("a1", "news", address, {"title": LISTED}), datetime(2022, 2, 23, tzinfo=UTC))


def say(article: Article, text: str, place: Pages = FIRST, known: Memory | None = None) -> Pages | None:
    said = read_answer(text, STEP, SITE, article.id, article.listed.address)
    return add_said(article, said, article.listed.address, STEP, SITE, place, known or Memory())


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        (page("<p>甲</p>"), page("<p>甲</p>"), ""),
        (page("<p>甲</p>"), page("<p>甲，另有广告</p>"), ""),
        (page("<p>甲</p>"), page("<p>乙</p>", title="北向资金净流入"), "id_mismatch"),
        (page("<p>甲</p>"), page("<p>乙</p>", title=LISTED), "id_mismatch"),
        (page("<p>甲</p>"), page("<p>乙</p>", title=""), "id_mismatch"),
    ],
)
def test_a_title_unlike_that_of_the_listing_is_confirmed_by_a_second_response(
    first: str, second: str, reason: str
) -> None:
    article = listed_article()
    place = say(article, first)
    assert place == Pages(1, f"{HOST}/story/a1.html", title="样例长文")
    if reason:
        with pytest.raises(Quarantined, match=f"^{reason}: two responses have the titles"):
            say(article, second, place)
    else:
        assert say(article, second, place) is None
    assert body(article) == "<p>甲</p>"
    assert len(article.evidence("title")) == 1


def test_the_pages_after_a_confirmed_title_are_read() -> None:
    article = listed_article()
    place = say(article, page("<p>甲</p>", "a1_2.html"))
    assert place
    following = say(article, page("<p>甲</p>", "a1_2.html"), place)
    assert following
    assert (following.number, following.address) == (2, f"{HOST}/story/a1_2.html")


@pytest.mark.parametrize(
    "text",
    [
        page("<p>甲</p>", title=LISTED),
        page("<p>甲</p>", title=f"{LISTED}（图）"),
        page("<p>甲</p>", title=""),
        f'<link rel=canonical href="{HOST}/story/a1.html">{page("<p>甲</p>")}',
    ],
)
def test_other_titles_need_no_second_response(text: str) -> None:
    assert say(listed_article(), text) is None


def test_the_title_of_another_article_of_the_run_is_refused_at_once() -> None:
    known = Memory()
    remember(Listed("b2", hints={"title": "样例长文"}), SITE, known)
    article = listed_article()
    with pytest.raises(Quarantined, match=r"^id_mismatch: .* as the article 'b2'"):
        say(article, page("<p>甲</p>"), known=known)
    assert not article.evidence("body")
