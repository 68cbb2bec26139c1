"""Profiles of real sites, in the language of docs/sites.md, archive invented pages in the shapes of these sites."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from archiver.replica.server import Replica
from tests.crawling import asked, crawl, posts
from tests.sites.real import apis, lists
from tests.sites.real.shapes import Shape

PROFILES = Path(__file__).parent / "real"
SHAPES: list[Callable[[], Shape]] = [
    *(lists.n163, lists.people, lists.xinhua, lists.govcn),
    *(apis.caixin, apis.csrc, apis.em724, apis.sina, apis.sina_jsonp, apis.sohu, apis.yicai, apis.eastmoney),
]


def plain(name: str) -> str:
    """The profile with http instead of https: the test has no certificates for these hosts."""
    return (PROFILES / f"{name}.yaml").read_text(encoding="utf-8").replace("https:", "http:")


@pytest.mark.parametrize("make", SHAPES, ids=lambda make: make.__name__)
def test_the_articles_of_a_site_are_archived_with_a_short_profile(
    tmp_path: Path, make: Callable[[], Shape]
) -> None:
    shape, profile = make(), tmp_path / "profile.yaml"
    profile.write_text(plain(make.__name__), encoding="utf-8")
    arguments = {"category": shape.category} if shape.category else {}
    with Replica() as replica:
        for address, (status, headers, body) in shape.pages.items():
            content = body.encode() if isinstance(body, str) else body
            replica.answers[f"http://{address}"] = status, headers, content.replace(b"https:", b"http:")
            replica.answers[f"http://{address.partition('/')[0]}/robots.txt"] = 404, {}, ""
        run = crawl("category", tmp_path / "a", replica, site=profile, **arguments)
        requests = asked(replica)
    found = {name[11:].removesuffix(".md"): text for name, text in posts(tmp_path / "a").items()}
    for article_id, text in shape.posts.items():
        assert found.pop(article_id, run.stderr) == text.replace("https:", "http:")
    assert found == {}
    assert (run.status, run["reasons"]) == (shape.status, shape.reasons), run.stderr
    assert tuple(run["listings"]["incomplete"].values()) == shape.listings
    assert len(requests) == (len(shape.pages) if shape.asked is None else shape.asked), requests


def test_every_profile_has_at_most_25_lines_and_is_crawled() -> None:
    names = sorted(path.stem for path in PROFILES.glob("*.yaml"))
    assert names == sorted(make.__name__ for make in SHAPES)
    assert max(len(plain(name).splitlines()) for name in names) <= 25
