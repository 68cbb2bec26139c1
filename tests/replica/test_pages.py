"""The pages, parsed as a spider would, are as the real ones were seen."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import pytest
from parsel import Selector

from archiver.replica import pages
from archiver.replica.articles import Oddity, Site
from archiver.replica.sources import EMNEWS, SITE_NEWS, Source


@pytest.fixture(scope="module")
def site() -> Site:
    return Site(200)


def odd(site: Site, oddity: Oddity) -> int:
    return site.oddities()[oddity]


def answer(site: Site, index: int) -> dict[str, Any]:
    body = pages.text_answer(site, index)
    assert body is not None
    value = json.loads(body)
    assert isinstance(value, dict)
    return value


def section(page: str) -> Selector:
    return Selector(page).css("section")[0]


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


# Post pages


def test_what_spills_from_the_head_is_seen_outside_the_section_only(site: Site) -> None:
    spilled = 0
    for index in range(len(site)):
        page = Selector(pages.post(site, index))
        assert len(page.css("section p.em_media")) == 1
        spilled += len(page.css("p.em_media")) > 1
    assert spilled > len(site) / 2


def test_the_trap_is_the_articles_text_up_to_its_first_quote(site: Site) -> None:
    index = odd(site, Oddity.TWIN_EMNEWS)
    described = (
        Selector(pages.post(site, index)).css('meta[property="og:description"]::attr(content)').get("")
    )
    assert described.startswith("<blockquote>")
    assert '"' not in described


def test_a_post_page_shows_time_title_body_link_footer_and_tag(site: Site) -> None:
    for index in range(30, 60):
        expected, shown = site.expected(index), section(pages.post(site, index))
        time_line, tag_line = shown.css("small")
        assert time_line.xpath("string()").get() == (
            f"(GMT+8, Asia/Shanghai, CST) {expected.date:%Y-%m-%d %H:%M:%S}"
        )
        assert shown.css("h1").xpath("string()").get() == expected.title
        assert tag_line.xpath("string()").get() == f"tags: {expected.tag}"
        own, home = shown.xpath("./p[last()]/a")
        assert own.xpath("string()").get() == f"返回{expected.tag}"
        folder = "emnews/" if expected.category == "emnews" else f"category/{expected.category}.html"
        assert own.attrib["href"] == f"//finews.withounder.com/{folder}"
        assert home.attrib["href"] == "//finews.withounder.com/"
        assert shown.xpath("./p[last() - 1]/a/@href").get() == expected.link


def test_a_post_page_shows_the_text_a_reader_should_see(site: Site) -> None:
    for index in range(60):
        blocks = section(pages.post(site, index)).xpath("./p[position() <= last() - 2] | ./center")
        shown = "".join(block.xpath("string()").get("") for block in blocks)
        assert squeezed(shown) == squeezed(site.expected(index).text)


def test_a_post_page_has_a_block_a_line_and_none_of_what_was_lost(site: Site) -> None:
    for index in range(len(site)):
        shown = pages.post(site, index).partition("</h1>\n\n")[2].partition("<small>")[0]
        assert not re.search(r"</p> *<", shown)
        assert not re.search(r"&(?!\w+;)", shown)
        assert "\r" not in shown
        assert "　　" not in shown


def test_an_emnews_page_quotes_the_digest_after_its_last_headline(site: Site) -> None:
    index = odd(site, Oddity.DIGEST_TWO_HEADLINES)
    quoted = section(pages.post(site, index)).css("blockquote > p").xpath("string()").get()
    assert quoted == site.digest(index).rpartition("】")[2]
    assert quoted != site.expected(index).digest


def test_a_share_page_has_no_quoted_digest(site: Site) -> None:
    assert not section(pages.post(site, odd(site, Oddity.TWIN_SHARE))).css("blockquote")


def test_titles_are_not_escaped_where_they_are_shown(site: Site) -> None:
    index = odd(site, Oddity.TITLE_MARKUP)
    assert section(pages.post(site, index)).css("h1 > b")
    assert section(pages.category(site, site.article(index).category)).css("li > a > b")


@pytest.mark.parametrize(
    ("oddity", "path", "tags"),
    [
        (Oddity.SOURCE_ONE_BLANK, "/career/in/chuangtoutong/2022/02/20/", ["Career", "In", "创投通新闻"]),
        (
            Oddity.SOURCE_TWO_BLANKS,
            "/beiancaijingzhoubao/licaitong/2022/02/20/",
            ["北岸财经周报", "理财通新闻"],
        ),
    ],
)
def test_a_name_with_blanks_is_split_in_address_and_tags(
    site: Site, oddity: Oddity, path: str, tags: list[str]
) -> None:
    index = odd(site, oddity)
    assert pages.post_path(site.article(index)).startswith(path)
    assert section(pages.post(site, index)).css("small em::text").getall() == tags
    assert set(tags) <= set(Selector(pages.home(site)).css("section h2::text").getall())
    assert not section(pages.category(site, site.article(index).category)).css("li")


def test_a_category_is_lower_case_in_a_posts_address_only(site: Site) -> None:
    source = Source("IT之家", "ITzhijia")
    index = next(site.listing(source.slug))
    assert pages.post_path(site.article(index)).startswith("/itzhijia/2022/02/2")
    assert pages.category_path(source) == "/category/ITzhijia.html"


def test_addresses_encode_what_is_not_ascii_and_keep_brackets() -> None:
    assert pages.category_path(Source("甲·乙", "jia·yi")) == "/category/jia%C2%B7yi.html"
    assert pages.category_path(Source("甲(乙)", "jia(yi)")) == "/category/jia(yi).html"


# List pages


def test_the_home_page_shows_five_newest_of_every_tag_in_order_of_appearance(site: Site) -> None:
    shown = section(pages.home(site))
    tags = [tag for category in site.categories() for tag in category.tag.split()]
    assert shown.css("h2::text").getall() == [SITE_NEWS.name, *tags]
    assert shown.css("h2::attr(id)").getall() == [SITE_NEWS.name, *tags]
    assert len(shown.css("hr")) == len(tags) + 1
    rows = shown.xpath(f"./h2[@id='{EMNEWS.name}']/following-sibling::ul[1]/li/a/@href").getall()
    newest = list(site.listing("emnews"))[:5]
    assert rows == [pages.post_path(site.article(i)) for i in newest]


def test_the_home_page_links_no_category_page(site: Site) -> None:
    assert "/category/" not in pages.home(site)


def test_a_plain_sites_home_page_has_no_notice() -> None:
    assert SITE_NEWS.name not in pages.home(Site(20, plain=True))


def test_a_category_page_lists_all_newest_first_under_its_tag(site: Site) -> None:
    source = site.article(odd(site, Oddity.TWIN_SHARE)).category
    page = pages.category(site, source)
    indexes = list(site.listing(source.slug))
    assert section(page).css("h2::text").getall() == ["财联社新闻"]
    assert section(page).css("li > a::attr(href)").getall() == [
        pages.post_path(site.article(i)) for i in indexes
    ]
    assert len(re.findall(r"</li>\n +\n +<li>", page)) == len(indexes) - 1


def test_most_category_pages_carry_another_sources_title(site: Site) -> None:
    wrong = [source for source in site.sources if f"<title>{source.tag} " not in pages.category(site, source)]
    assert 0.5 < len(wrong) / len(site.sources) < 0.8


def test_an_empty_category_has_an_empty_list_and_no_heading(site: Site) -> None:
    shown = section(pages.category(site, Source("空", "kong")))
    assert not shown.css("h2")
    assert len(shown.css("ul")) == 1
    assert not shown.css("li")


def test_a_category_without_posts_has_no_page(site: Site) -> None:
    assert pages.category_at(site, "cailianshe") == Source("财联社", "cailianshe")
    assert pages.category_at(site, "CAILIANSHE") is None
    assert pages.category_at(site, "kong") is None


def test_the_emnews_list_came_out_as_code(site: Site) -> None:
    shown = section(pages.emnews_list(site))
    assert not shown.css("li")
    assert shown.css("pre code::text").get("").count('<li><a href="/emnews/2022/') == 20


def test_the_home_page_of_a_hundred_thousand_articles_takes_a_tenth_of_a_second() -> None:
    large = Site(100_000)
    start = time.process_time()
    page = pages.home(large)
    assert time.process_time() - start < 2
    assert len(Selector(page).css("section li")) > 100


# The text service and the feeds


def test_a_plain_answer_is_complete_and_says_what_is_expected() -> None:
    plain = Site(100, plain=True)
    for index in range(100):
        fields, expected = answer(plain, index), plain.expected(index)
        assert fields["Title"] == expected.title
        assert fields["Date"] == f"{expected.date:%Y-%m-%d %H:%M:%S}"
        assert fields["medianame"] == expected.source
        assert fields["content" if expected.category == "emnews" else "text"] == plain.body(index).html
        assert ("text" in fields) is (expected.category != "emnews")


def test_an_emnews_answer_holds_address_and_digest_too(site: Site) -> None:
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
def test_odd_answers_have_odd_keys(site: Site, oddity: Oddity, keys: list[str]) -> None:
    assert list(answer(site, odd(site, oddity))) == keys


def test_a_half_filled_answer_has_no_title_and_date_but_the_post_page_has(site: Site) -> None:
    index = odd(site, Oddity.HALF_FILLED)
    fields = answer(site, index)
    assert (fields["Title"], fields["Date"]) == ("", "")
    shown = section(pages.post(site, index))
    assert shown.css("h1::text").get() == site.expected(index).title
    assert f"{site.date(index):%H:%M:%S}" in shown.css("small::text").get("")


def test_an_article_that_is_gone_has_no_answer_but_a_post_page(site: Site) -> None:
    index = odd(site, Oddity.GONE)
    assert pages.text_answer(site, index) is None
    assert section(pages.post(site, index)).css("p.em_media")


def test_the_feed_by_time_has_its_keys_newest_first(site: Site) -> None:
    rows = json.loads(pages.feed_by_time(site, 100))["nodeList"]
    assert len(rows) == 100
    assert {"title", "from", "infocode", "showtime", "simtitle", "simdigest"} == set(rows[0])
    times = [row["showtime"] for row in rows]
    assert times == sorted(times, reverse=True)
    assert all(row["infocode"].startswith("NW") for row in rows)


def test_the_rolling_feed_has_its_keys_and_one_half_filled_row(site: Site) -> None:
    rows = json.loads(pages.feed_rolling(site, 100))["records"]
    assert {"title", "digest", "id", "infoCode", "url_w", "showtime"} == set(rows[0])
    assert all(row["infoCode"] == f"NW{row['id']}" for row in rows)
    half = [row for row in rows if not row["title"]]
    assert [row["id"] for row in half] == [site.article(odd(site, Oddity.FEED_HALF_FILLED)).id]
    assert (half[0]["showtime"], half[0]["url_w"]) == ("", "")
    assert half[0]["digest"]


def test_the_market_feeds_share_the_articles_among_them(site: Site) -> None:
    feeds = [json.loads(pages.feed_market(site, 500, market))["record"] for market in (37, 38, 39)]
    assert {"title", "medianame", "infoCode", "datetime"} == set(feeds[0][0])
    ids = [row["infoCode"] for feed in feeds for row in feed]
    assert len(ids) == len(set(ids)) == len(site) - site.count("emnews")


def test_a_feed_stops_at_the_count_asked_for(site: Site) -> None:
    assert len(json.loads(pages.feed_by_time(site, 5))["nodeList"]) == 5
    assert len(json.loads(pages.feed_market(site, 5, 37))["record"]) == 5


def test_the_atom_feed_has_the_ten_newest_of_both_families(site: Site) -> None:
    feed = Selector(pages.atom(site), type="xml")
    feed.remove_namespaces()
    published = feed.xpath("//entry/published/text()").getall()
    newest = sorted((site.date(i) for i in range(len(site))), reverse=True)[:10]
    assert published == [moment.isoformat() for moment in newest]


def test_the_share_shell_holds_no_article_but_asks_for_it() -> None:
    shell = pages.share("NW202202202281955790")
    assert "/NewsData/GetNewsText.do?id=NW202202202281955790" in shell
    assert Selector(shell).css("body *::text").re(r"[一-鿿]{5,}") == ["没有找到这篇文章"]
    assert not Selector(shell).css("#title::text, #content::text")


def test_the_share_shell_cannot_be_broken_out_of() -> None:
    assert "<script>alert" not in pages.share("</script><script>alert(1)</script>")
