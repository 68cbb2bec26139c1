"""The paths of the site's pages."""

from __future__ import annotations

import pytest

from archiver.replica import addresses
from archiver.replica.articles import Site
from archiver.replica.sources import Source


@pytest.fixture(scope="module")
def site() -> Site:
    return Site(200)


def test_a_category_slug_is_lower_case_in_post_paths_and_keeps_its_case_in_category_paths(site: Site) -> None:
    source = Source("IT之家", "ITzhijia")
    index = next(site.listing(source.slug))
    assert addresses.post_path(site.article(index)).startswith("/itzhijia/2022/02/2")
    assert addresses.category_path(source) == "/category/ITzhijia.html"


def test_category_paths_encode_non_ascii_characters_and_keep_parentheses() -> None:
    assert addresses.category_path(Source("甲·乙", "jia·yi")) == "/category/jia%C2%B7yi.html"
    assert addresses.category_path(Source("甲(乙)", "jia(yi)")) == "/category/jia(yi).html"


def test_a_category_without_posts_has_no_page(site: Site) -> None:
    assert addresses.category_at(site, "cailianshe") == Source("财联社", "cailianshe")
    assert addresses.category_at(site, "CAILIANSHE") is None
    assert addresses.category_at(site, "kong") is None
