"""An archive belongs to one namespace: sites of one namespace share it, a site of another one is refused."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archiver.audit.check import check
from archiver.audit.repair import repair
from archiver.publish.jekyll.site import open_site
from archiver.replica.server import Replica
from archiver.storage.files import INDEX
from archiver.storage.lock import Lock, Tree
from archiver.storage.rows import OpenArticle
from tests.crawling import Run, asked, crawl, posts
from tests.storage import version_1
from tests.storage.archives import bytes_of, listed

PROFILE = """\
name: {name}
{archive}
origins: ['{host}']
addresses: ['^{host}/a/(?P<id>[A-Za-z0-9]+)\\.html']
listing:
  url: {host}/list/{{category}}.html
  rows: ul li
  fields: {{address: 'a::attr(href)', title: a}}
steps:
  - origin: post_page
    urls: ['{host}/a/{{id}}.html']
    present: '#text'
    fields: {{title: h1, date: time, source: .from, body: '#text > *'}}
families:
  - name: note
    id: '[A-Za-z0-9]+'
    link: {host}/a/{{id}}.html
"""
HOSTS = {name: f"http://{name}.example.com" for name in ("north", "south", "east")}


class Sites:
    """Three sites on one replica; each lists the articles that it was given last."""

    def __init__(self, folder: Path, replica: Replica) -> None:
        self.folder = folder
        self.replica = replica
        for host in HOSTS.values():
            replica.answers[f"{host}/robots.txt"] = (404, {}, "")

    def profile(self, name: str, archive: str = "") -> Path:
        path = self.folder / f"{name}.yaml"
        key = f"archive: {archive}" if archive else ""
        path.write_text(PROFILE.format(name=name, archive=key, host=HOSTS[name]), encoding="utf-8")
        return path

    def show(self, name: str, *ids: str, broken: str = "") -> None:
        """The site lists these articles and has their pages; that of ``broken`` answers 500."""
        rows = "".join(f'<li><a href="/a/{number}.html">第{number}号要闻</a></li>' for number in ids)
        self._answer(name, "/list/news.html", f"<ul>{rows}</ul>")
        for number in ids:
            page = (
                f"<h1>第{number}号要闻</h1><time>2022-02-22 10:00</time><p class=from>样例晚报</p>"
                f"<div id=text><p>{name}的第{number}号正文。</p></div>"
            )
            self._answer(name, f"/a/{number}.html", page, 500 if number == broken else 200)

    def _answer(self, name: str, path: str, html: str, status: int = 200) -> None:
        headers = {"Content-Type": "text/html; charset=utf-8"}
        self.replica.answers[HOSTS[name] + path] = (status, headers, f"<html><body>{html}</body></html>")

    def crawl(self, root: Path, profile: Path) -> Run:
        return crawl("category", root, self.replica, *ONCE, site=profile, category="news")

    def name(self, root: Path, profile: Path, article: str) -> Run:
        return crawl("share", root, self.replica, *ONCE, site=profile, infocode=article)

    def asked(self) -> list[str]:
        return [path for path in asked(self.replica) if path.startswith("/a/")]


ONCE = ("-s", "RETRY_TIMES=0")


@pytest.fixture
def sites(tmp_path: Path) -> Sites:
    with Replica() as replica:
        yield Sites(tmp_path, replica)


def articles_of(root: Path) -> Mapping[str, bytes]:
    """Every file but the lock, which each run opens."""
    return {path: content for path, content in bytes_of(root).items() if path != ".archive/lock"}


def assert_unlocked(root: Path) -> None:
    with Tree(root) as tree:
        Lock(tree).release()


def assert_refused(run: Run, root: Path, *words: str) -> None:
    assert run.status == 2
    assert run.report == {}
    sentences = [line for line in run.stderr.splitlines() if "choose another folder" in line]
    assert len(sentences) == 1, run.stderr
    assert "Traceback" not in run.stderr
    for word in (str(root), *words):
        assert word in sentences[0]
    assert_unlocked(root)


def test_a_site_of_another_namespace_is_refused_and_nothing_is_changed(tmp_path: Path, sites: Sites) -> None:
    root = tmp_path / "archive"
    north, south = sites.profile("north"), sites.profile("south")
    sites.show("north", "1001", "2010", broken="2010")
    sites.show("south", "1001", "1003")
    assert sites.crawl(root, north)["posted"] == 1
    before = articles_of(root)
    sites.asked()
    for run in (sites.crawl(root, south), sites.name(root, south, "1003")):
        assert_refused(run, root, "'north'", "'south'")
    assert asked(sites.replica, robots=True) == []
    assert articles_of(root) == before
    sites.show("north", "1001", "2010")
    assert sites.crawl(root, north)["posted"] == 1


def test_sites_of_one_namespace_share_an_archive(tmp_path: Path, sites: Sites) -> None:
    root = tmp_path / "archive"
    north, south = sites.profile("north", "wire"), sites.profile("south", "wire")
    sites.show("north", "1001", "1002")
    sites.show("south", "1002", "1003")
    assert (sites.crawl(root, north)["posted"], sites.asked()) == (2, ["/a/1001.html", "/a/1002.html"])
    run = sites.crawl(root, south)
    assert (run.status, run["posted"], run["unchanged"]) == (0, 1, 1), run.stderr
    assert sites.asked() == ["/a/1003.html"]
    assert "north的第1002号" in posts(root)["2022-02-22-1002.md"]
    with open_site(root) as archive:
        found = {row.id: archive.index.provenance(row.id) for row in archive.index.posts()}
        assert archive.index.namespace() == "wire"
    assert {name: row.site for name, row in found.items() if row} == {
        "1001": "north",
        "1002": "north",
        "1003": "south",
    }
    assert_refused(sites.crawl(root, sites.profile("east")), root, "'wire'", "'east'")


def test_an_open_article_is_requested_by_the_site_that_listed_it(tmp_path: Path, sites: Sites) -> None:
    root = tmp_path / "archive"
    north, south = sites.profile("north", "wire"), sites.profile("south", "wire")
    sites.show("north", "1001", "2010", broken="2010")
    sites.show("south", "1003")
    sites.crawl(root, north)
    sites.show("north", "1001", "2010")
    sites.asked()
    assert sites.crawl(root, south)["posted"] == 1
    assert sites.asked() == ["/a/1003.html"]
    assert sites.crawl(root, north)["posted"] == 1
    assert sites.asked() == ["/a/2010.html"]


def test_an_article_that_the_user_named_is_requested_again_by_the_same_site_only(
    tmp_path: Path, sites: Sites
) -> None:
    root = tmp_path / "archive"
    north, south = sites.profile("north", "wire"), sites.profile("south", "wire")
    sites.show("north", "1001", "2010", broken="2010")
    sites.show("south", "1003")
    assert sites.name(root, north, "2010").status == 3
    sites.show("north", "2010")
    sites.show("north", "1001")
    sites.asked()
    sites.crawl(root, south)
    assert sites.asked() == ["/a/1003.html"]
    sites.crawl(root, north)
    assert sorted(sites.asked()) == ["/a/1001.html", "/a/2010.html"]


@pytest.mark.parametrize("lost", ["the listings", "nothing"])
def test_an_archive_of_version_1_is_refused_to_a_site_at_other_origins(
    tmp_path: Path, sites: Sites, lost: str
) -> None:
    """Without listings, the open articles show whose archive it is."""
    root = version_1.copied(tmp_path / "archive")
    if lost == "the listings":
        with closing(sqlite3.connect(root / INDEX)) as db:
            db.execute("DELETE FROM listing")
            db.commit()
    before = {path: content for path, content in articles_of(root).items() if path != INDEX}
    sites.show("south", "1003")
    assert_refused(sites.crawl(root, sites.profile("south")), root, "http://finews.withounder.com/")
    assert sites.asked() == []
    assert {path: content for path, content in articles_of(root).items() if path != INDEX} == before
    with open_site(root) as archive:
        assert archive.index.namespace() == ""
        assert {article.listed.id for article in archive.index.without_post()} == set(version_1.OPEN)


def test_an_archive_of_version_1_gets_the_namespace_of_its_site(tmp_path: Path, sites: Sites) -> None:
    root = version_1.copied(tmp_path / "archive")
    crawl("share", root, sites.replica, *ONCE, infocode=listed(1).id)
    with open_site(root) as archive:
        assert archive.index.namespace() == "finews"
        assert {article.site for article in archive.index.without_post()} == {"finews"}
    assert_refused(sites.crawl(root, sites.profile("south")), root, "'finews'", "'south'")


def test_a_repair_of_the_index_keeps_namespace_and_open_articles(tmp_path: Path, sites: Sites) -> None:
    root = tmp_path / "archive"
    north = sites.profile("north", "wire")
    sites.show("north", "1001", "2010", broken="2010")
    sites.crawl(root, north)
    with open_site(root) as archive:
        before = list(archive.index.without_post())
        assert [(article.site, article.state) for article in before] == [("north", "deferred")]
    with closing(sqlite3.connect(root / INDEX)) as db:
        db.execute("UPDATE page SET url = url || 'x'")
        db.commit()
    now = datetime.now(UTC)
    found = check(root, now)
    assert [(finding.kind, finding.detail) for finding in found.breaches] == [
        ("index", "table page: a row has changed by itself")
    ]
    repair(root, found, now)
    assert check(root, now).breaches == []
    with open_site(root) as archive:
        assert list(archive.index.without_post()) == before
        assert archive.index.namespace() == "wire"
    assert_refused(sites.crawl(root, sites.profile("south")), root, "'wire'", "'south'")


def test_a_broken_post_is_requested_again_by_the_site_it_came_from(tmp_path: Path, sites: Sites) -> None:
    root = tmp_path / "archive"
    north, south = sites.profile("north", "wire"), sites.profile("south", "wire")
    sites.show("north", "1001", "1002")
    sites.crawl(root, north)
    (root / "_posts/2022-02-22-1002.md").write_bytes(b"")
    now = datetime.now(UTC)
    repair(root, check(root, now), now)
    with open_site(root) as archive:
        [article] = archive.index.without_post()
    assert isinstance(article, OpenArticle)
    assert (article.site, article.listed.address) == ("north", "http://north.example.com/a/1002.html")
    assert article.listed.hints == {"title": "第1002号要闻"}
    sites.show("south", "1003")
    sites.asked()
    sites.crawl(root, south)
    assert sites.asked() == ["/a/1003.html"]
    assert sites.crawl(root, north)["posted"] == 1
    assert sites.asked() == ["/a/1002.html"]
