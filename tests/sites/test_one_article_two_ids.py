"""An archive of ``finews`` that ``eastmoney`` continues: the same 18 digits are one article."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

import pytest

from archiver.errors import BadArgument
from archiver.publish.jekyll.site import open_site
from archiver.replica.articles import Site
from archiver.replica.eastmoney import Columns
from archiver.replica.eastmoney_server import EastmoneyReplica
from archiver.replica.server import Replica
from archiver.sites.load import load
from tests.crawling import asked, crawl, posts, scrapy
from tests.sites.eastmoney_site import paths, run, tls

__all__ = ["tls"]

DIGITS = "202202220000000017"
OLD, ALL, IN_COLUMN = 40, 60, 20
"""The articles of the old site, of both sites, and those of one column; half of these are of the old site."""


def both(tls: ssl.SSLContext, *, later: bool = False) -> tuple[Replica, EastmoneyReplica]:
    """The two sites with the same articles, but the old site has the later ones only if ``later``."""
    old, new = Site(OLD, plain=True), Site(OLD, plain=True)
    new.add(ALL - OLD)
    if later:
        old.add(ALL - OLD)
    return Replica(old), EastmoneyReplica(Columns(new, plain=True), tls)


def digits(archive: Path) -> list[str]:
    return sorted(name[11:].removesuffix(".md").removeprefix("NW") for name in posts(archive))


@pytest.mark.parametrize("rebuilt", [False, True], ids=["as it was", "after archive-reindex"])
def test_an_article_is_archived_once_in_either_order(
    tmp_path: Path, tls: ssl.SSLContext, *, rebuilt: bool
) -> None:
    def rebuild() -> None:
        if rebuilt:
            done = scrapy(["archive-reindex", "-s", f"ARCHIVER_OUTPUT={tmp_path}"], dict(os.environ))
            assert done.status == 0, done.stderr

    old, new = both(tls)
    with old, new:
        assert crawl("category", tmp_path, old)["posted"] == OLD
        rebuild()
        second = run("category", tmp_path, new, category="cgnjj")
        assert (second.status, second["posted"], second["unchanged"]) == (0, 10, 10), second.stderr
        assert sum(path.startswith("/kuaixun") for path in paths(new)) == 10
    rebuild()
    old, _ = both(tls, later=True)
    with old:
        third = crawl("category", tmp_path, old)
        assert (third.status, third["posted"], third["quarantined"]) == (0, 10, 0), third.stderr
        assert sum("GetNewsText" in path for path in asked(old)) == 10
    found = digits(tmp_path)
    assert len(found) == len(set(found)) == OLD + 20


def test_an_article_that_the_user_names_is_requested_only_if_no_profile_has_its_post(
    tmp_path: Path, tls: ssl.SSLContext
) -> None:
    old, new = both(tls)
    article = next(a for a in map(old.site.article, range(OLD)) if not a.emnews)
    with old, new:
        first, second = tmp_path / "first", tmp_path / "second"
        assert crawl("share", first, old, infocode=article.id)["posted"] == 1
        assert run("share", second, new, infocode=article.digits)["posted"] == 1
        asked(old), asked(new)
        assert run("share", first, new, infocode=article.digits)["unchanged"] == 1
        assert crawl("share", second, old, infocode=article.id)["unchanged"] == 1
        assert asked(old) + asked(new) == []
        for archive in (first, second):
            (post,) = (archive / "_posts").glob("*.md")
            post.unlink()
        assert run("share", first, new, infocode=article.digits)["posted"] == 1
        assert crawl("share", second, old, infocode=article.id)["posted"] == 1
    assert digits(first) == digits(second) == [article.digits]


@pytest.mark.parametrize(
    ("site", "article_id", "others"),
    [
        ("eastmoney", DIGITS, [f"NW{DIGITS}"]),
        ("finews", f"NW{DIGITS}", [DIGITS]),
        ("finews", DIGITS, []),
    ],
)
def test_the_other_ids_of_an_article_have_its_key(site: str, article_id: str, others: list[str]) -> None:
    assert load(site).other_ids(article_id) == others


@pytest.mark.parametrize(
    ("site", "article_id", "category", "is_own"),
    [
        ("finews", DIGITS, "emnews", True),  # finews itself archives some articles in both families
        ("finews", DIGITS, "yangliribao", False),
        ("finews", f"NW{DIGITS}", "yangliribao", True),
        ("eastmoney", f"NW{DIGITS}", "yangliribao", False),
        ("eastmoney", DIGITS, "yangliribao", True),
    ],
)
def test_a_post_of_another_profile_is_known_by_its_id_and_category(
    site: str, article_id: str, category: str, *, is_own: bool
) -> None:
    assert load(site).files_under(article_id, category) is is_own


def test_an_archive_that_the_profile_began_under_its_own_name_gets_the_namespace(tmp_path: Path) -> None:
    site = load("eastmoney")
    with open_site(tmp_path) as archive:
        archive.catalogue.claim("eastmoney", "eastmoney")
        archive.catalogue.claim(site.namespace, site.name, site)
        assert archive.index.namespace() == "finews"
        with pytest.raises(BadArgument, match="choose another folder"):
            archive.catalogue.claim("eastmoney", "another")
