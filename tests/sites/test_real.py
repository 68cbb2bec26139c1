"""Profiles of real sites, in the language of docs/sites.md, archive invented pages in the shapes of these sites."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from archiver.replica.server import Replica
from tests.crawling import Run, asked, crawl, posts
from tests.sites.real import apis, feeds, lists, scripts
from tests.sites.real.shapes import Shape

PROFILES = Path(__file__).parent / "real"
SHAPES: list[Callable[[], Shape]] = [
    *(lists.n163, lists.people, lists.xinhua, lists.govcn),
    *(apis.caixin, apis.csrc, apis.em724, apis.sina, apis.sina_jsonp, apis.sohu, apis.yicai, apis.eastmoney),
    *(feeds.bbc, feeds.blog, feeds.wordpress, feeds.wpjson),
    *(scripts.ifeng, scripts.cls, scripts.kr36, scripts.pbc),
]


def plain(name: str) -> str:
    """The profile with http instead of https: the test has no certificates for these hosts."""
    return (PROFILES / f"{name}.yaml").read_text(encoding="utf-8").replace("https:", "http:")


def play(spider: str, name: str, shape: Shape, root: Path, **arguments: str) -> tuple[Run, list[str]]:
    """Runs the spider on the pages of the shape; returns what was requested, too."""
    profile = root.with_suffix(".yaml")
    profile.write_text(plain(name), encoding="utf-8")
    with Replica() as replica:
        for address, (status, headers, body) in shape.pages.items():
            content = body.encode() if isinstance(body, str) else body
            replica.answers[f"http://{address}"] = status, headers, content.replace(b"https:", b"http:")
            replica.answers[f"http://{address.partition('/')[0]}/robots.txt"] = 404, {}, ""
        run = crawl(spider, root, replica, site=profile, **arguments)
        return run, asked(replica)


def has_the_posts(shape: Shape, root: Path, run: Run) -> None:
    found = {name[11:].removesuffix(".md"): text for name, text in posts(root).items()}
    for article_id, text in shape.posts.items():
        assert found.pop(article_id, run.stderr) == text.replace("https:", "http:")
    assert found == {}


@pytest.mark.parametrize("make", SHAPES, ids=lambda make: make.__name__)
def test_the_articles_of_a_site_are_archived_with_a_short_profile(
    tmp_path: Path, make: Callable[[], Shape]
) -> None:
    shape, root = make(), tmp_path / "archive"
    arguments = {"category": shape.category} if shape.category else {}
    run, requests = play("category", make.__name__, shape, root, **arguments)
    has_the_posts(shape, root, run)
    assert (run.status, run["reasons"]) == (shape.status, shape.reasons), run.stderr
    assert tuple(run["listings"]["incomplete"].values()) == shape.listings
    assert len(requests) == len(shape.pages), requests


def test_an_article_whose_list_wants_a_signature_is_archived_by_its_address(tmp_path: Path) -> None:
    shape, root = scripts.cls_article(), tmp_path / "archive"
    run, _ = play("share", "cls", shape, root, infocode="2147001")
    has_the_posts(shape, root, run)
    assert run.status == 0, run.stderr


def test_every_profile_has_at_most_25_lines_and_is_crawled() -> None:
    names = sorted(path.stem for path in PROFILES.glob("*.yaml"))
    assert names == sorted(make.__name__ for make in SHAPES)
    assert max(len(plain(name).splitlines()) for name in names) <= 25
