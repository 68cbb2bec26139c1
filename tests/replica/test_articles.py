"""The generator of articles: the same arguments give the same site, and each oddity is at its stated place."""

from __future__ import annotations

import re
import time
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import pytest

from archiver.replica.articles import BEIJING, Site
from archiver.replica.oddities import ODD_TITLES, ODDITIES, Oddity
from archiver.replica.sources import EMNEWS


def all_values(site: Site) -> list[object]:
    return [(site.article(i), site.expected(i), site.digest(i), site.body(i)) for i in range(len(site))]


def test_the_same_arguments_give_the_same_articles() -> None:
    assert all_values(Site(60, seed=7)) == all_values(Site(60, seed=7))


@pytest.mark.parametrize(
    "other",
    [Site(60, seed=8), Site(60, seed=7, day=date(2022, 6, 14))],
    ids=["seed", "day"],
)
def test_another_seed_or_day_gives_other_ids(other: Site) -> None:
    site = Site(60, seed=7)
    assert all(site.article(i).id != other.article(i).id for i in range(60))


def test_another_seed_gives_other_bodies() -> None:
    one, other = Site(60, seed=7, plain=True), Site(60, seed=8, plain=True)
    assert all(one.body(i) != other.body(i) for i in range(60))


def test_the_first_article_is_the_same_on_all_machines_and_python_versions() -> None:
    site = Site(articles=40, seed=1)
    assert site.article(0).id == "NW202202202281955790"
    assert site.title(0) == "砺石材料拟投819.30亿元建设冷链物流项目"


@pytest.mark.parametrize("articles", [10, 40, 1_000, 20_000])
def test_ids_consist_of_a_day_and_an_increasing_serial_number_with_gaps(articles: int) -> None:
    site = Site(articles, plain=True)
    ids = [site.article(i).id for i in range(articles)]
    assert all(re.fullmatch(r"(NW)?202202(20|21|22)\d{10}", i) for i in ids)
    serials = [int(i[-10:]) for i in ids]
    steps = [later - earlier for earlier, later in pairwise(serials)]
    assert min(steps) > 0
    assert max(steps) > 1
    assert len({i.removeprefix("NW") for i in ids}) == articles


@pytest.mark.parametrize("articles", [10, 1_000])
def test_times_are_within_three_days_in_beijing_and_match_the_day_in_the_id(articles: int) -> None:
    site = Site(articles, day=date(2022, 3, 1))
    for index in range(articles):
        article = site.article(index)
        assert article.date.tzinfo is BEIJING
        assert date(2022, 2, 27) <= article.date.date() <= date(2022, 3, 1)
        assert article.digits.startswith(f"{article.date:%Y%m%d}")


def test_articles_in_the_order_of_their_serial_numbers_are_not_sorted_by_time() -> None:
    site = Site(1_000, plain=True)
    dates = [site.date(i) for i in range(len(site))]
    assert dates != sorted(dates)


def test_a_small_site_has_about_twelve_sources_and_some_of_them_have_few_articles() -> None:
    site = Site(300, plain=True)
    counts = Counter(site.article(i).category.name for i in range(300) if not site.article(i).emnews)
    assert 10 <= len(counts) <= 12
    assert counts["中国电子报"] > 60
    assert min(counts.values()) < 15


def test_about_a_fifth_of_the_articles_are_emnews() -> None:
    site = Site(2_000, plain=True)
    assert 0.17 < site.count(EMNEWS.slug) / 2_000 < 0.23


def test_newsshare_bodies_have_8_kb_on_average_and_the_largest_have_more_than_25_kb() -> None:
    site = Site(1_000, plain=True)
    sizes = [len(site.body(i).html.encode()) for i in range(1_000) if not site.article(i).emnews]
    assert 7_200 < sum(sizes) / len(sizes) < 8_800
    assert sum(size < 2_000 for size in sizes) > 50
    assert max(sizes) > 25_000


def test_article_number_k_has_the_k_th_oddity() -> None:
    site = Site(40)
    assert site.oddities() == {oddity: index for index, oddity in enumerate(ODDITIES)}
    assert [site.article(i).oddity for i in range(len(ODDITIES))] == list(ODDITIES)
    assert site.article(len(ODDITIES)).oddity is None


def test_a_small_site_has_only_the_first_oddities() -> None:
    assert list(Site(10).oddities()) == list(ODDITIES[:10])


def test_a_plain_site_has_no_oddities_and_no_twins() -> None:
    site = Site(200, plain=True)
    assert site.oddities() == {}
    assert {site.article(i).oddity for i in range(200)} == {None}
    assert len({site.article(i).digits for i in range(200)}) == 200


def test_twins_share_digits_title_time_source_and_text() -> None:
    site = Site(40)
    share, emnews = (site.oddities()[half] for half in (Oddity.TWIN_SHARE, Oddity.TWIN_EMNEWS))
    one, other = site.expected(share), site.expected(emnews)
    assert one.id == f"NW{other.id}"
    assert (one.title, one.date, one.source, one.text) == (other.title, other.date, other.source, other.text)
    assert (one.category, other.category) == ("cailianshe", "emnews")
    assert site.body(share).html != site.body(emnews).html


@pytest.mark.parametrize("oddity", ODD_TITLES)
def test_the_expected_title_of_an_oddity_is_the_unchanged_title(oddity: Oddity) -> None:
    site = Site(40)
    assert site.expected(site.oddities()[oddity]).title == ODD_TITLES[oddity]


@pytest.mark.parametrize(
    ("oddity", "part"),
    [
        (Oddity.TITLE_QUOTES, '"'),
        (Oddity.TITLE_BACKSLASH, "\\"),
        (Oddity.TITLE_COLON, ": "),
        (Oddity.TITLE_STARS, "*ST"),
        (Oddity.TITLE_PIPE, "|"),
        (Oddity.TITLE_OUTPUT, "{{ x }}"),
        (Oddity.TITLE_BLOCK, "{% y %}"),
        (Oddity.TITLE_MARKUP, "<b>"),
        (Oddity.TITLE_EMOJI, "\N{SHIP}"),
    ],
)
def test_an_odd_title_contains_the_characters_in_the_name_of_its_oddity(oddity: Oddity, part: str) -> None:
    assert part in ODD_TITLES[oddity]


def test_the_dash_title_starts_with_a_dash_and_the_long_title_has_300_characters() -> None:
    assert ODD_TITLES[Oddity.TITLE_DASH].startswith("-")
    assert len(ODD_TITLES[Oddity.TITLE_LONG]) == 300


@pytest.mark.parametrize(
    ("oddity", "source", "slug", "tag"),
    [
        (Oddity.SOURCE_LINKED, "上海证券报", "shanghaizhengquanbao", "上海证券报新闻"),
        (Oddity.SOURCE_ONE_BLANK, "Career In 创投通", "Career In chuangtoutong", "Career In 创投通新闻"),
        (
            Oddity.SOURCE_TWO_BLANKS,
            "北岸财经周报  理财通",
            "beiancaijingzhoubao  licaitong",
            "北岸财经周报  理财通新闻",
        ),
        (Oddity.TWIN_EMNEWS, "财联社", "emnews", "东财滚动新闻"),
    ],
)
def test_expected_source_category_and_tag_of_an_oddity_are_as_on_the_site(
    oddity: Oddity, source: str, slug: str, tag: str
) -> None:
    site = Site(40)
    expected = site.expected(site.oddities()[oddity])
    assert (expected.source, expected.category, expected.tag) == (source, slug, tag)


def test_the_expected_digest_lacks_the_first_headline_and_keeps_the_second() -> None:
    site = Site(40)
    index = site.oddities()[Oddity.DIGEST_TWO_HEADLINES]
    headline, _, rest = site.digest(index).partition("】")
    assert headline.startswith("【")
    assert site.expected(index).digest == rest
    assert "【延伸阅读】" in rest


def test_only_emnews_articles_have_an_expected_digest() -> None:
    site = Site(100)
    for index in range(100):
        assert bool(site.expected(index).digest) is site.article(index).emnews


def test_digests_occur_with_and_without_a_headline_and_a_source() -> None:
    site = Site(400, plain=True)
    digests = [site.digest(i) for i in range(400)]
    assert 0.7 < sum(d.startswith("【") for d in digests) / 400 < 0.9
    assert any(d.endswith("）") for d in digests)
    assert any(d.endswith(")") for d in digests)
    assert any(d.endswith("。") for d in digests)


def test_the_link_is_the_share_page_or_for_emnews_the_article_page_of_the_vendor() -> None:
    site = Site(40)
    twin = site.expected(0)
    assert twin.link == f"http://finews.zning.xyz/html_News/NewsShare.html?infoCode={twin.id}"
    link = site.expected(1).link
    assert re.fullmatch(rf"http://finance\.eastmoney\.com/news/\d{{4}},{site.expected(1).id}\.html", link)


@pytest.mark.parametrize("articles", [1, 10, 40, 5_000])
def test_every_article_is_found_by_its_id(articles: int) -> None:
    site = Site(articles)
    site.add(3)
    assert [site.find(site.article(i).id) for i in range(len(site))] == list(range(len(site)))


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "NW",
        "init",
        "NW20220220",
        "NW2022022022819557901",
        "NW202202192281955790",
        "NW9" * 9,
        "NW" + "٣" * 18,
    ],
)
def test_an_unknown_or_malformed_id_is_not_found(wrong: str) -> None:
    assert Site(40).find(wrong) is None


def test_listings_are_newest_first_and_contain_every_article_once() -> None:
    site = Site(300)
    site.add(5)
    listed = []
    for category in site.categories():
        indexes = list(site.listing(category.slug))
        dates = [site.date(i) for i in indexes]
        assert dates == sorted(dates, reverse=True)
        assert {site.article(i).category for i in indexes} == {category}
        listed += indexes
    assert sorted(listed) == list(range(305))


def test_added_articles_are_the_newest_have_no_oddity_and_change_no_other_article() -> None:
    site = Site(20)
    before = all_values(site)
    newest = max(site.date(i) for i in range(20))
    new = site.add(2)
    assert new == range(20, 22)
    assert all(site.date(i) > newest for i in new)
    assert all(site.article(i).oddity is None for i in new)
    assert all_values(site)[:20] == before


def test_a_site_without_articles_raises_value_error() -> None:
    with pytest.raises(ValueError, match="at least 1 article"):
        Site(0)


def test_creating_a_site_of_100000_articles_takes_less_than_10_seconds_of_cpu_time() -> None:
    start = time.process_time()
    site = Site(100_000)
    assert time.process_time() - start < 10
    assert len(site) == 100_000
    assert site.date(99_999) - site.date(0) < timedelta(days=3)
