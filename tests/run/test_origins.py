"""Which origins forbid now what they allowed in earlier runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from archiver.publish.jekyll.site import open_site
from archiver.run import origins
from archiver.run.ledger import Ledger
from archiver.sites.load import load
from archiver.storage.rows import KnownListing
from tests.storage.archives import NOW, a_post, store

TEXTS, PAGES = "http://finews.zning.xyz", "http://finews.withounder.com"
ARTICLE = {"finews.zning.xyz": f"{TEXTS}/NewsData/GetNewsText.do?id=1"}


@pytest.mark.parametrize(
    ("before", "allowed", "forbidden", "named"),
    [
        pytest.param("nothing", {}, ARTICLE, False, id="a new archive"),
        pytest.param("the origin", {}, ARTICLE, True, id="an allowed origin"),
        pytest.param("the origin", ARTICLE, ARTICLE, False, id="only some addresses are forbidden"),
        pytest.param("the origin", ARTICLE, {}, False, id="nothing is forbidden"),
        pytest.param("another origin", {}, ARTICLE, False, id="another origin was allowed"),
        pytest.param("a listing", {}, ARTICLE, True, id="a listing of the origin was read"),
        pytest.param(
            "another origin, a post", {}, ARTICLE, False, id="an archive that says which were allowed"
        ),
        pytest.param("a post", {}, ARTICLE, True, id="an archive of an earlier version"),
    ],
)
def test_only_an_origin_that_was_allowed_before_is_named(
    tmp_path: Path, before: str, allowed: dict[str, str], forbidden: dict[str, str], named: bool
) -> None:
    with open_site(tmp_path) as archive:
        if "the origin" in before:
            origins.remember(archive, ARTICLE, NOW)
        if "another origin" in before:
            origins.remember(archive, {"finews.withounder.com": f"{PAGES}/"}, NOW)
        if "a listing" in before:
            archive.catalogue.remember_listing(KnownListing(f"{TEXTS}/list.html"))
        if "a post" in before:
            store(archive, Ledger(archive.catalogue, NOW), a_post(1, "样例日报"))
        found = origins.newly_forbidden(archive, load("finews"), allowed, forbidden)
    assert len(found) == named
    assert all(f"the robots.txt of {TEXTS} forbids" in sentence for sentence in found)


def test_allowed_origins_are_written_once(tmp_path: Path) -> None:
    with open_site(tmp_path) as archive:
        origins.remember(archive, ARTICLE, NOW)
        assert archive.index.allowed_origins() == {TEXTS}
    with open_site(tmp_path) as archive:
        origins.remember(archive, ARTICLE, NOW)
        assert archive.index.was_clean(), "nothing was written"
