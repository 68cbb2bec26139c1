"""Reading home pages, category pages and feeds; a hostile row does not affect the other rows."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest
from scrapy import Request

from archiver.errors import Quarantined
from archiver.extract.listing import MAX_ID, HomePage, ListingPage, read_home, read_listing
from archiver.items import DATE_FROM, Listed
from archiver.replica import feeds, pages
from archiver.replica.articles import Site
from archiver.replica.sources import EMNEWS
from archiver.sites.listing import Listing
from archiver.sites.load import load
from archiver.sites.paging import Next
from archiver.sites.part import shown
from archiver.sites.profile import Profile
from archiver.sites.rules import Rule

HOME = "http://finews.withounder.com/"
PAGE = "http://finews.withounder.com/category/yangliribao.html"
DAY = "/yangliribao/2022/02/22"
NEWS = "NW202202220000000017"


@pytest.fixture(scope="module")
def site() -> Profile:
    return load("finews")


@pytest.fixture
def rule(site: Profile) -> Listing:
    assert site.listing
    return site.listing


def page(*rows: str) -> str:
    items = "\n".join(f"    <li>{row}</li>\n  " for row in rows)
    return f"<html><body><section>\n<h2 id=''></h2>\n<ul>\n  {items}\n</ul></section></body></html>"


def row(href: str, title: str = "沪指收涨") -> str:
    return f'<a href="{href}">{title}</a>'


# --- category pages


def test_a_category_page_lists_its_articles_in_order(site: Profile, rule: Listing) -> None:
    other = "NW202202220000000016"
    text = page(row(f"{DAY}/{NEWS}.html"), row(f"{DAY}/{other}.html", " 标题含<b>标记</b> "))
    assert read_listing(text, PAGE, rule, site, "yangliribao") == ListingPage(
        [
            Listed(
                article_id, "yangliribao", f"http://finews.withounder.com{DAY}/{article_id}.html", hints, PAGE
            )
            for article_id, hints in ((NEWS, {"title": "沪指收涨"}), (other, {"title": "标题含标记"}))
        ]
    )


def test_the_emnews_category_lists_ids_of_its_family(site: Profile, rule: Listing) -> None:
    text = page(row(f"/emnews/2022/02/22/{NEWS[2:]}.html"))
    named = read_listing(text, PAGE, rule, site, "emnews")
    assert [listed.id for listed in named.articles] == [NEWS[2:]]


def test_an_empty_category_lists_no_articles(site: Profile, rule: Listing) -> None:
    assert read_listing(page(), PAGE, rule, site, "x") == ListingPage([])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<html><h1>502 Bad Gateway</h1></html>", "not_a_listing"),
        (f"<section><p>{row('/x.html')}</p></section>", "not_a_listing"),
        ("", "empty"),
    ],
)
def test_a_page_that_is_not_a_listing_is_refused(
    site: Profile, rule: Listing, text: str, reason: str
) -> None:
    with pytest.raises(Quarantined) as refused:
        read_listing(text, PAGE, rule, site, "x")
    assert refused.value.reason == reason


def test_the_emnews_page_with_rows_rendered_as_code_is_refused(site: Profile, rule: Listing) -> None:
    with pytest.raises(Quarantined, match=r"^not_a_listing: nothing on http://\S+ matches 'section ul'"):
        read_listing(pages.emnews_list(Site(200)), f"{HOME}emnews/", rule, site, "emnews")


@pytest.mark.parametrize(
    ("href", "refused"),
    [
        (f"{DAY}/../../x.html", "http://finews.withounder.com/yangliribao/2022/x.html"),
        (f"{DAY}/..%2f..%2fx.html", "../../x"),
        (f"{DAY}/%2e%2e.html", ".."),
        (f"{DAY}/NW1%00.html", "NW1\0"),
        (f"{DAY}/{NEWS}x.html", f"{NEWS}x"),
        (f"{DAY}/ＮＷ２０２２０２２２００００００００１７.html", "ＮＷ２０２２０２２２００００００００１７"),
        (f"{DAY}/-rf.html", "-rf"),
        (f"{DAY}/%25.html", "%"),
        ("http://[::1", "invalid://address/http%3A//%5B%3A%3A1"),
        ("http://host:99999/", "invalid://address/http%3A//host%3A99999/"),
        ("javascript:void(0)", "javascript:void(0)"),
        (f"{DAY}/{NEWS}.html?\ufffd", f"invalid://address/{quote(DAY)}/{NEWS}.html%3F%EF%BF%BD"),
        ("#", PAGE),
        ("", ""),
        ("/" + "x" * 5000, ("http://finews.withounder.com/" + "x" * 5000)[:MAX_ID]),
    ],
)
def test_a_row_without_a_valid_id_is_refused(site: Profile, rule: Listing, href: str, refused: str) -> None:
    named = read_listing(page(row(href), row(f"{DAY}/{NEWS}.html")), PAGE, rule, site, "yangliribao")
    assert [listed.id for listed in named.articles] == [NEWS]
    assert [listed.id for listed in named.refused] == [refused]
    assert named.refused[0].hints == {"title": "沪指收涨"}


def test_a_row_without_a_link_is_refused_or_ignored(site: Profile, rule: Listing) -> None:
    named = read_listing(page("<a>沪指收涨</a>", "没有链接"), PAGE, rule, site, "x")
    assert (named.articles, [listed.id for listed in named.refused]) == ([], [""])


@pytest.mark.parametrize(
    "href",
    [
        f"http://[::1{DAY}/{NEWS}.html",
        f"http://host:99999{DAY}/{NEWS}.html",
        f"http://例.com{DAY}/{NEWS}.html",
        f"javascript:/html_News/NewsShare.html?infoCode={NEWS}",
        f"//other.example{DAY}/{NEWS}.html",
        f"{DAY}/{NEWS}.html",
        f"\t{DAY}/{NEWS}.html\n",
    ],
)
def test_every_listed_address_makes_valid_requests(site: Profile, rule: Listing, href: str) -> None:
    named = read_listing(page(row(href)), PAGE, rule, site, "x")
    for listed in named.articles:
        for step in site.steps:
            for url in step.addresses(listed.id, site.key_of(listed.id), listed.address):
                assert Request(url).url.startswith("http://")


@pytest.mark.parametrize(
    ("own", "foreign", "refused"),
    [
        pytest.param(0, 2, False, id="fewer than the minimum"),
        pytest.param(0, 3, True, id="the minimum"),
        pytest.param(2, 2, False, id="half, and fewer than the minimum"),
        pytest.param(2, 3, True, id="the minimum, and just over half"),
        pytest.param(3, 3, False, id="the minimum, and exactly half"),
        pytest.param(4, 3, False, id="the minimum, and just under half"),
        pytest.param(10, 10, False, id="exactly half"),
        pytest.param(10, 11, True, id="just over half"),
        pytest.param(11, 10, False, id="just under half"),
    ],
)
def test_a_listing_is_foreign_if_most_rows_are_of_another_category(
    site: Profile, rule: Listing, own: int, foreign: int, refused: bool
) -> None:
    categories = ["yangliribao"] * own + ["cailianshe"] * foreign
    rows = [row(f"/{name}/2022/02/22/NW{number:018}.html") for number, name in enumerate(categories)]
    text = page(*rows, row(f"http://finews.zning.xyz/html_News/NewsShare.html?infoCode={NEWS}"))
    if refused:
        with pytest.raises(
            Quarantined, match=r"^foreign_listing: yangliribao was requested, .* of 'cailianshe'$"
        ):
            read_listing(text, PAGE, rule, site, "yangliribao")
    else:
        assert len(read_listing(text, PAGE, rule, site, "yangliribao").articles) == own + foreign + 1


# --- feeds


def feed(**keys: Any) -> Listing:
    shape = {
        "url": f"{HOME}feed",
        "format": "json",
        "rows": "data.list",
        "fields": {"id": "code", "address": "url", "title": "title", "date": "time", "digest": "digest"},
    }
    return Listing.model_validate(shape | keys)


def test_a_feed_gives_articles_and_hints(site: Profile) -> None:
    rows = [
        {"code": NEWS, "title": " 沪指收涨 ", "time": "2022-02-22 17:47:15", "digest": None, "other": 1},
        {
            "code": 202202220000000018,
            "title": "",
            "url": "http://finance.eastmoney.com/a/202202220000000018.html",
        },
        {"url": "http://finance.eastmoney.com/a/202202220000000019.html"},
        {"code": "202202220000000020", "url": "/some/other/form"},
    ]
    named = read_listing(json.dumps({"data": {"list": rows}}), f"{HOME}feed", feed(), site, "feed")
    assert named == ListingPage(
        [
            Listed(NEWS, "feed", "", {"title": "沪指收涨", "date": "2022-02-22 17:47:15"}, f"{HOME}feed"),
            Listed("202202220000000018", "feed", rows[1]["url"], {}, f"{HOME}feed"),
            Listed("202202220000000019", "feed", rows[2]["url"], {}, f"{HOME}feed"),
            Listed("202202220000000020", "feed", f"{HOME}some/other/form", {}, f"{HOME}feed"),
        ]
    )


@pytest.mark.parametrize("code", ["../../x", "NW1", "\ud800", "", None, True, ["NW1"], {"a": 1}, 7, 1e400])
def test_a_hostile_id_in_a_feed_affects_only_its_row(site: Profile, code: Any) -> None:
    text = json.dumps({"data": {"list": [{"code": code, "title": "题"}, {"code": NEWS}, None, "row", [1]]}})
    if code == 1e400:
        text = text.replace("Infinity", '"Infinity"')
    named = read_listing(text, f"{HOME}feed", feed(), site, "feed")
    assert [listed.id for listed in named.articles] == [NEWS]
    assert len(named.refused) == 4
    assert all(listed.id.isprintable() for listed in named.refused)


CUT = "沪指收涨，成交放\ufffd..."


@pytest.mark.parametrize(
    ("bad", "hints"),
    [
        ({"title": CUT}, {"title": CUT, "date": "10:00", "digest": "要点"}),
        ({"time": "2022-02-2\ufffd"}, {"title": "题", "digest": "要点"}),
        ({"digest": CUT}, {"title": "题", "date": "10:00"}),
        ({"title": CUT, "digest": CUT}, {"title": CUT, "date": "10:00"}),
        ({"other": CUT}, {"title": "题", "date": "10:00", "digest": "要点"}),
        ({"code": "NW\ufffd"}, None),
        ({"code": None, "url": f"/a/{NEWS}\ufffd.html"}, None),
    ],
)
def test_a_damaged_row_affects_no_other_row(
    site: Profile, bad: dict[str, str], hints: dict[str, str]
) -> None:
    """A damaged title is a hint, because it may be the only one; a damaged date could be another date."""
    sound = {"code": "NW202202220000000016", "title": "题", "time": "10:00", "digest": "要点"}
    rows = [sound, sound | {"code": NEWS} | bad, sound | {"code": "NW202202220000000018"}]
    named = read_listing(json.dumps({"data": {"list": rows}}), f"{HOME}feed", feed(), site, "feed")
    found = {listed.id: listed.hints for listed in named.articles}
    both = {"title": "题", "date": "10:00", "digest": "要点"}
    assert found.pop("NW202202220000000016") == found.pop("NW202202220000000018") == both
    assert (found, len(named.refused)) == (({NEWS: hints}, 0) if hints else ({}, 1))


@pytest.mark.parametrize(
    ("bad", "articles", "hints"),
    [
        ('"other": NaN', 3, 3),
        ('"other": 1, "other": 2', 3, 3),
        (f'"other": {"9" * 5000}', 3, 3),
        ('"title": NaN', 3, 2),
        ('"title": "甲", "title": "乙"', 3, 2),
        (f'"code": "{NEWS}"', 2, 2),
        ('"code": NaN', 2, 2),
    ],
)
def test_an_unusable_value_affects_no_other_row(site: Profile, bad: str, articles: int, hints: int) -> None:
    """Faults P10. The second row has the key twice."""
    first, last = (f'{{"code": "NW20220222000000001{n}", "title": "题"}}' for n in (6, 8))
    title = "" if "title" in bad else ', "title": "题"'
    text = f'{{"data": {{"list": [{first}, {{"code": "{NEWS}"{title}, {bad}}}, {last}]}}}}'
    named = read_listing(text, f"{HOME}feed", feed(), site, "feed")
    assert len(named.articles) == articles
    assert len(named.refused) == 3 - articles
    assert sum("title" in listed.hints for listed in named.articles) == hints


def test_a_hint_that_is_not_text_is_ignored(site: Profile) -> None:
    text = json.dumps({"data": {"list": [{"code": NEWS, "title": ["题"], "time": {"day": 22}}]}})
    assert read_listing(text, f"{HOME}feed", feed(), site, "feed").articles[0].hints == {}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"data": null}', "shape"),
        ('{"data": {"list": {}}}', "shape"),
        ("[]", "shape"),
        ("null", "shape"),
        ('{"data": {"list": [', "json_cut"),
        ("<html>忙</html>", "not_json"),
    ],
)
def test_a_feed_of_another_shape_is_refused(site: Profile, text: str, reason: str) -> None:
    with pytest.raises(Quarantined) as refused:
        read_listing(text, f"{HOME}feed", feed(), site, "feed")
    assert refused.value.reason == reason


def test_a_feed_can_state_that_it_is_empty(site: Profile) -> None:
    rule = feed(present="code == `1`")
    assert read_listing('{"code": 1, "data": {"list": []}}', HOME, rule, site, "feed") == ListingPage([])
    with pytest.raises(Quarantined, match=r"^not_a_listing"):
        read_listing('{"code": 0, "data": {"list": []}}', HOME, rule, site, "feed")


@pytest.mark.parametrize("plain", [True, False])
def test_the_feeds_of_the_site_are_read(site: Profile, plain: bool) -> None:
    replica = Site(60, plain=plain)
    for name, body in {
        "type-45": feeds.by_time(replica, 100),
        "type-102": feeds.rolling(replica, 100),
        "market-37": feeds.market_news(replica, 100, 37),
    }.items():
        rule = site.feeds[name]
        named = read_listing(body.decode(), rule.url, rule, site, name)
        assert named.articles
        assert not named.refused
        assert {replica.article(replica.find(listed.id) or 0).id for listed in named.articles} == {
            listed.id for listed in named.articles
        }


# --- the next page


@pytest.mark.parametrize(
    ("href", "following"),
    [
        ("?p=2", f"{PAGE}?p=2"),
        ("/category/2.html#top", "http://finews.withounder.com/category/2.html"),
        ("//other.example/2.html", "http://other.example/2.html"),
        ("#", ""),
        ("", ""),
        (PAGE, ""),
        ("javascript:;", ""),
        ("mailto:a@example.com", ""),
        ("http://[::1", "invalid://address/http%3A//%5B%3A%3A1"),
        ("http://host:99999/", "invalid://address/http%3A//host%3A99999/"),
    ],
)
def test_the_address_of_the_next_page_is_read(
    site: Profile, rule: Listing, href: str, following: str
) -> None:
    paged = rule.model_copy(update={"next": Next(address=Rule(at="a.next::attr(href)"))})
    text = page(row(f"{DAY}/{NEWS}.html"), f'<a class="next" href="{href}">下一页</a>')
    found = read_listing(text, PAGE, paged, site, "x").next
    assert found == following
    assert paged.following("x", 1, found, empty=False) == following
    if following:
        assert site.allows(Request(following).url) is following.startswith(PAGE.rpartition("/")[0])


@pytest.mark.parametrize(
    ("base", "href", "address"),
    [
        ("", f"{DAY}/{NEWS}.html", f"{HOME}{DAY[1:]}/{NEWS}.html"),
        (f"{DAY}/", f"{NEWS}.html", f"{HOME}{DAY[1:]}/{NEWS}.html"),
        (f"{DAY}/", f"./{NEWS}.html", f"{HOME}{DAY[1:]}/{NEWS}.html"),
        ("/", f"{DAY[1:]}/{NEWS}.html", f"{HOME}{DAY[1:]}/{NEWS}.html"),
        ("/x/y/", f"../..{DAY}/{NEWS}.html", f"{HOME}{DAY[1:]}/{NEWS}.html"),
        ("/x/", f"{DAY}/{NEWS}.html", f"{HOME}{DAY[1:]}/{NEWS}.html"),
        ("//other.example/x/", f"{DAY}/{NEWS}.html", f"http://other.example{DAY}/{NEWS}.html"),
        (f"//other.example{DAY}/", f"{NEWS}.html", f"http://other.example{DAY}/{NEWS}.html"),
        ("//other.example/x/", f"{HOME}{DAY[1:]}/{NEWS}.html", f"{HOME}{DAY[1:]}/{NEWS}.html"),
        ("javascript:x", f"..{DAY}/{NEWS}.html", f"{HOME}{DAY[1:]}/{NEWS}.html"),
        ("http://[::1", f"{DAY}/{NEWS}.html", f"{HOME}{DAY[1:]}/{NEWS}.html"),
    ],
)
def test_the_addresses_of_rows_and_categories_count_from_the_base(
    site: Profile, rule: Listing, base: str, href: str, address: str
) -> None:
    assert site.home
    text = page(row(href)).replace("<body>", f'<head><base href="{base}"></head><body>' if base else "<body>")
    assert [listed.address for listed in read_listing(text, PAGE, rule, site, "x").articles] == [address]
    shown = read_home(text, PAGE, site.home, site)
    assert ([listed.address for listed in shown.rows.articles], shown.categories) == (
        [address],
        ["yangliribao"],
    )


@pytest.mark.parametrize(
    ("href", "following"),
    [
        ("2.html", f"{HOME}list/2.html"),
        ("/2.html", f"{HOME}2.html"),
        ("./", f"{HOME}list/"),
        ("#", ""),
        ("#top", ""),
        ("../category/yangliribao.html", ""),
        (PAGE, ""),
        ("", ""),
    ],
)
def test_the_next_page_counts_from_the_base(site: Profile, rule: Listing, href: str, following: str) -> None:
    paged = rule.model_copy(update={"next": Next(address=Rule(at="a.next::attr(href)"))})
    text = page(f'<base href="/list/"><a class="next" href="{href}">下一页</a>')
    assert read_listing(text, PAGE, paged, site, "x").next == following


@pytest.mark.parametrize(
    ("link", "absolute"),
    [
        ("../a/1.html", f"{HOME}a/1.html"),
        ("//news.example/1", "http://news.example/1"),
        ("<>", "<>"),
        ("", None),
    ],
)
def test_a_path_as_the_link_of_a_row_is_absolute(site: Profile, link: str, absolute: str | None) -> None:
    rows = [{"code": NEWS, "url": link}]
    rule = feed(fields={"id": "code", "link": "url"})
    named = read_listing(json.dumps({"data": {"list": rows}}), f"{HOME}x/feed", rule, site, "feed")
    assert named.articles[0].hints.get("link") == absolute


def test_numbered_pages_end_with_an_empty_page() -> None:
    counted = feed(url=f"{HOME}feed?c={{category}}&p={{page}}", first_page=0)
    assert counted.address("a/b 新") == f"{HOME}feed?c=a%2Fb%20%E6%96%B0&p=0"
    assert counted.following("x", 1, "", empty=False) == f"{HOME}feed?c=x&p=1"
    assert counted.following("x", 2, "", empty=False) == f"{HOME}feed?c=x&p=2"
    assert counted.following("x", 2, "", empty=True) == ""


# --- the home page


def home(*hrefs: str, names: tuple[str, ...] = ("样例日报新闻",)) -> str:
    heads = "".join(f'<h2 id="{name}">{name}</h2>' for name in names)
    rows = "".join(f"<li>{row(href)}</li>" for href in hrefs)
    return f"<section>{heads}<ul>{rows}</ul><hr /></section>"


def test_a_home_page_gives_categories_tags_and_articles(site: Profile) -> None:
    assert site.home
    text = home(
        "/sitenews/2021/12/01/init.html",
        f"{DAY}/{NEWS}.html",
        f"{DAY}/NW202202220000000016.html",
        "/shangbao%C2%B7zaixian/2022/02/22/NW202202220000000015.html",
        "/career/in/touhang/2022/02/22/NW202202220000000014.html",
        "/about.html",
        names=("站长消息", "样例日报新闻", "", "样例\ufffd报新闻", "商报·在线新闻"),
    )
    page = read_home(text, HOME, site.home, site)
    assert page.categories == ["yangliribao", "shangbao·zaixian"]
    assert page.names == ["站长消息", "样例日报新闻", "商报·在线新闻"]
    assert [listed.id for listed in page.rows.articles] == [f"NW20220222000000001{n}" for n in (7, 6, 5, 4)]
    assert {listed.category for listed in page.rows.articles} == {""}
    assert {listed.listing for listed in page.rows.articles} == {HOME}
    assert [listed.id for listed in page.rows.refused] == ["http://finews.withounder.com/about.html"]


@pytest.mark.parametrize(
    "category",
    ["..", "%2e%2e", "a%2fb", "a%5Cb", "a%00b", "a%0Ab", "x" * 81, "x" * 5000, "a\\b", "%EF%BF%BD"],
)
def test_a_hostile_category_is_ignored(site: Profile, category: str) -> None:
    assert site.home
    text = home(f"/{category}/2022/02/22/{NEWS}.html", f"{DAY}/{NEWS}.html")
    assert read_home(text, HOME, site.home, site).categories == ["yangliribao"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (home(), "finds nothing to compare with"),
        (home("/about.html", "http://[::1"), "finds 2 links, and none matches"),
        ("<html>忙</html>", "finds nothing to compare with"),
    ],
)
def test_a_home_page_without_categories_is_refused_and_the_rules_are_named(
    site: Profile, text: str, found: str
) -> None:
    assert site.home
    with pytest.raises(
        Quarantined, match=r"^not_a_listing: no link on http://\S+ names a category"
    ) as refused:
        read_home(text, HOME, site.home, site)
    assert f"links {shown(site.home.links)} {found} category {shown(site.home.category.pattern)}" in str(
        refused.value
    )


def test_all_articles_of_the_replica_are_listed(site: Profile, rule: Listing) -> None:
    assert site.home
    replica = Site(200)
    shown = read_home(pages.home(replica), HOME, site.home, site)
    assert not shown.rows.refused
    for source in [source for source in replica.categories() if " " not in source.slug]:
        assert source.slug.casefold() in shown.categories
        named = read_listing(
            pages.category(replica, source), rule.address(source.slug), rule, site, source.slug
        )
        expected = [replica.article(index) for index in replica.listing(source.slug)]
        assert [listed.id for listed in named.articles] == [article.id for article in expected]
        assert not named.refused
    assert EMNEWS.slug in shown.categories


# --- the time from which the dates of rows count


MADE = datetime(2022, 2, 22, 9, 30, 0, 700, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "counts"),
    [
        ("5分钟前", True),
        ("1440分钟前", True),
        ("昨天 17:47", True),
        ("刚刚", True),
        ("2 days ago", True),
        ("02-22 17:47", True),
        ("17:47", True),
        ("2022-02-22 17:47", False),
        ("2022年2月22日", False),
        ("1645523235", False),
        ("20220222", False),
        ("", False),
    ],
)
def test_a_date_that_may_be_relative_keeps_the_time_of_its_listing(said: str, counts: bool) -> None:
    hints = {"title": "沪指收涨"} | ({"date": said} if said else {})
    listed = Listed(NEWS, "yangliribao", "", hints, PAGE)
    [dated] = ListingPage([listed]).made_at(MADE).articles
    moment = {DATE_FROM: "2022-02-22T09:30:00+00:00"} if counts else {}
    assert dated == replace(listed, hints=hints | moment)
    assert dated.dated_from == (MADE.replace(microsecond=0) if counts else None)
    assert HomePage([], [], ListingPage([listed])).made_at(MADE).rows.articles == [dated]
    said_of_date = dated.evidence().get("date", [])
    assert [one.made_at for one in said_of_date] == ([dated.dated_from] if said else [])
    assert DATE_FROM not in dated.evidence()


@pytest.mark.parametrize("moment", ["", "soon", "2022-02-22T09:30:00", "2022-13-01T00:00:00+00:00"])
def test_a_time_that_cannot_be_read_is_not_used(moment: str) -> None:
    assert Listed(NEWS, hints={"date": "昨天", DATE_FROM: moment}).dated_from is None
