"""The slugs in ``sources.py`` follow the site's rule: the pinyin of the name."""

from __future__ import annotations

import pytest
from xpinyin import Pinyin

from archiver.replica.sources import (
    EMNEWS,
    LINKED,
    ONE_BLANK,
    SITE_NEWS,
    SOURCES,
    TWO_BLANKS,
    Source,
    sources_for,
)


@pytest.mark.parametrize("source", [*SOURCES, LINKED, ONE_BLANK, TWO_BLANKS], ids=lambda source: source.name)
def test_a_slug_is_the_pinyin_of_the_name_without_tones_or_hyphens(source: Source) -> None:
    assert Pinyin().get_pinyin(source.name).replace("-", "") == source.slug


def test_names_and_slugs_of_sources_are_unique() -> None:
    every = [*SOURCES, LINKED, ONE_BLANK, TWO_BLANKS, EMNEWS, SITE_NEWS]
    assert len({source.name for source in every}) == len(every)
    assert len({source.slug.lower() for source in every}) == len(every)


@pytest.mark.parametrize(
    ("source", "tag"),
    [
        (Source("每日经济新闻", "meirijingjixinwen"), "每日经济新闻新闻"),
        (EMNEWS, "东财滚动新闻"),
        (SITE_NEWS, "站长消息"),
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_a_tag_is_the_name_and_a_suffix_except_for_the_two_fixed_names(source: Source, tag: str) -> None:
    assert source.tag == tag


@pytest.mark.parametrize(("articles", "count"), [(10, 12), (3_000, 12), (5_000, 20), (100_000, len(SOURCES))])
def test_a_larger_site_has_more_sources(articles: int, count: int) -> None:
    assert len(sources_for(articles)) == count
