"""The pages, parsed as a spider parses them, have the same structure as the pages of the real site."""

from __future__ import annotations

import re
import time

import pytest
from parsel import Selector

from archiver.replica import addresses, pages
from archiver.replica.articles import Site
from archiver.replica.oddities import Oddity
from archiver.replica.sources import EMNEWS, SITE_NEWS, Source


@pytest.fixture(scope="module")
def site() -> Site:
    return Site(200)


def odd(site: Site, oddity: Oddity) -> int:
    return site.oddities()[oddity]


def section(page: str) -> Selector:
    return Selector(page).css("section")[0]


def without_white_space(text: str) -> str:
    return re.sub(r"\s+", "", text)


# Post pages


def test_text_from_the_unescaped_description_is_in_the_page_but_outside_the_section(site: Site) -> None:
    pages_with_second_copy = 0
    for index in range(len(site)):
        page = Selector(pages.post(site, index))
        assert len(page.css("section p.em_media")) == 1
        pages_with_second_copy += len(page.css("p.em_media")) > 1
    assert pages_with_second_copy > len(site) / 2


def test_the_unescaped_description_ends_at_the_first_quotation_mark_of_the_text(site: Site) -> None:
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


def test_a_post_page_shows_the_expected_text(site: Site) -> None:
    for index in range(60):
        blocks = section(pages.post(site, index)).xpath("./p[position() <= last() - 2] | ./center")
        shown = "".join(block.xpath("string()").get("") for block in blocks)
        assert without_white_space(shown) == without_white_space(site.expected(index).text)


def test_a_post_page_has_one_block_per_line_and_no_indents_cr_or_bare_ampersands(site: Site) -> None:
    for index in range(len(site)):
        shown = pages.post(site, index).partition("</h1>\n\n")[2].partition("<small>")[0]
        assert not re.search(r"</p> *<", shown)
        assert not re.search(r"&(?!\w+;)", shown)
        assert "\r" not in shown
        assert "　　" not in shown


def test_an_emnews_page_quotes_only_the_part_of_the_digest_after_the_last_headline(site: Site) -> None:
    index = odd(site, Oddity.DIGEST_TWO_HEADLINES)
    quoted = section(pages.post(site, index)).css("blockquote > p").xpath("string()").get()
    assert quoted == site.digest(index).rpartition("】")[2]
    assert quoted != site.expected(index).digest


def test_the_post_page_of_a_newsshare_article_has_no_quoted_digest(site: Site) -> None:
    assert not section(pages.post(site, odd(site, Oddity.TWIN_SHARE))).css("blockquote")


def test_titles_are_not_escaped_in_post_pages_and_category_pages(site: Site) -> None:
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
def test_a_source_name_with_spaces_is_split_in_paths_and_tags(
    site: Site, oddity: Oddity, path: str, tags: list[str]
) -> None:
    index = odd(site, oddity)
    assert addresses.post_path(site.article(index)).startswith(path)
    assert section(pages.post(site, index)).css("small em::text").getall() == tags
    assert set(tags) <= set(Selector(pages.home(site)).css("section h2::text").getall())
    assert not section(pages.category(site, site.article(index).category)).css("li")


# List pages


def test_the_home_page_shows_the_five_newest_articles_of_every_tag_in_order_of_first_use(site: Site) -> None:
    shown = section(pages.home(site))
    tags = [tag for category in site.categories() for tag in category.tag.split()]
    assert shown.css("h2::text").getall() == [SITE_NEWS.name, *tags]
    assert shown.css("h2::attr(id)").getall() == [SITE_NEWS.name, *tags]
    assert len(shown.css("hr")) == len(tags) + 1
    rows = shown.xpath(f"./h2[@id='{EMNEWS.name}']/following-sibling::ul[1]/li/a/@href").getall()
    newest = list(site.listing("emnews"))[:5]
    assert rows == [addresses.post_path(site.article(i)) for i in newest]


def test_the_home_page_has_no_link_to_a_category_page(site: Site) -> None:
    assert "/category/" not in pages.home(site)


def test_the_home_page_of_a_plain_site_does_not_list_the_webmasters_post() -> None:
    assert SITE_NEWS.name not in pages.home(Site(20, plain=True))


def test_a_category_page_lists_all_its_articles_newest_first_below_its_tag(site: Site) -> None:
    source = site.article(odd(site, Oddity.TWIN_SHARE)).category
    page = pages.category(site, source)
    indexes = list(site.listing(source.slug))
    assert section(page).css("h2::text").getall() == ["财联社新闻"]
    assert section(page).css("li > a::attr(href)").getall() == [
        addresses.post_path(site.article(i)) for i in indexes
    ]
    assert len(re.findall(r"</li>\n +\n +<li>", page)) == len(indexes) - 1


def test_most_category_pages_have_the_title_of_another_source(site: Site) -> None:
    wrong = [source for source in site.sources if f"<title>{source.tag} " not in pages.category(site, source)]
    assert 0.5 < len(wrong) / len(site.sources) < 0.8


def test_an_empty_category_has_an_empty_list_and_no_heading(site: Site) -> None:
    shown = section(pages.category(site, Source("空", "kong")))
    assert not shown.css("h2")
    assert len(shown.css("ul")) == 1
    assert not shown.css("li")


def test_the_emnews_list_is_shown_as_code_without_list_items(site: Site) -> None:
    shown = section(pages.emnews_list(site))
    assert not shown.css("li")
    assert shown.css("pre code::text").get("").count('<li><a href="/emnews/2022/') == 20


def test_the_home_page_of_100000_articles_takes_less_than_2_seconds_of_cpu_time() -> None:
    large = Site(100_000)
    start = time.process_time()
    page = pages.home(large)
    assert time.process_time() - start < 2
    assert len(Selector(page).css("section li")) > 100
