"""The index says where each post came from: filled by a crawl, kept by ``archive-reindex``, never invented."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archiver.audit.check import check
from archiver.audit.repair import repair
from archiver.normalise.fingerprint import fingerprint
from archiver.posts import StoredPost, read
from archiver.publish.jekyll.site import open_site
from archiver.replica.articles import Site
from archiver.replica.server import Replica
from archiver.storage.files import INDEX
from archiver.storage.rows import PostRow, Provenance
from archiver.storage.sqlite import DAMAGED_PROVENANCE
from tests.crawling import crawl
from tests.storage.archives import NOW, listed

ARTICLES = 20


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("crawled") / "archive"
    with Replica(Site(articles=ARTICLES, plain=True)) as replica:
        assert crawl("category", root, replica).status == 0
    return root


@pytest.fixture
def root(crawled: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(crawled, tmp_path / "archive"))


def provenance_of(root: Path) -> dict[str, Provenance]:
    with open_site(root) as archive:
        found = {row.id: archive.index.provenance(row.id) for row in archive.index.posts()}
    return {article_id: provenance for article_id, provenance in found.items() if provenance is not None}


def stored(root: Path) -> Mapping[str, StoredPost]:
    files = (root / "_posts").glob("*.md")
    return {post.id: post for post in (read(path.read_text("utf-8"), path.name) for path in files)}


def of_post(post: StoredPost) -> Provenance:
    """What the file of a post tells by itself."""
    return Provenance(published=post.date, digest=fingerprint(post.title, post.body))


def test_a_crawl_records_where_each_post_came_from(crawled: Path) -> None:
    before = datetime.now(UTC)
    posts, found = stored(crawled), provenance_of(crawled)
    assert len(posts) == len(found) == ARTICLES
    for article_id, provenance in found.items():
        post = posts[article_id]
        assert (provenance.published, provenance.digest) == (post.date, of_post(post).digest)
        assert provenance.site == "finews"
        assert provenance.precise is True
        assert provenance.fetched is not None
        assert 0 <= (before - provenance.fetched).total_seconds() < 600
        assert article_id.removeprefix("NW") in provenance.address
        assert provenance.address.startswith("http://finews.withounder.com/")
        assert provenance.listing.startswith("http://finews.withounder.com/")
        assert provenance.hints["title"]
        assert provenance.credit
        assert (provenance.revision, provenance.checked) == (0, None)


def test_provenance_is_read_as_it_was_written(tmp_path: Path) -> None:
    full = Provenance(
        "finews",
        "http://x/1",
        "http://x/",
        {"title": "“样例”\0\ud800 😀", "": ""},
        NOW,
        False,
        NOW,
        "来源：样例",
        b"\0" * 32,
        3,
        NOW,
    )
    old = Provenance(published=datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC), precise=True)
    for number, written in enumerate([full, Provenance(), old, Provenance(precise=False)]):
        with open_site(tmp_path / str(number)) as archive:
            row = _row(number)
            with archive.index.transaction():
                archive.index.add_post(row, written)
            assert archive.index.provenance(row.id) == written


def _row(number: int) -> PostRow:
    name = f"2022-02-22-{listed(number).id}.md"
    return PostRow(listed(number).id, name, "yangliribao", "样例日报新闻", b"x" * 32)


def test_building_the_index_again_keeps_the_provenance_of_unchanged_posts(root: Path) -> None:
    before = provenance_of(root)
    changed, deleted, *others = sorted(before)
    (path,) = (root / "_posts").glob(f"*{changed}.md")
    path.write_bytes(path.read_bytes().replace("。".encode(), "！".encode(), 1))
    (gone,) = (root / "_posts").glob(f"*-{deleted}.md")
    gone.unlink()
    with open_site(root) as archive:
        assert archive.reindex() == ARTICLES - 1
    after = provenance_of(root)
    assert {name: after[name] for name in others} == {name: before[name] for name in others}
    assert after[changed] == of_post(stored(root)[changed])
    assert deleted not in after
    assert _count(root, "provenance") == ARTICLES - 1
    assert check(root, datetime.now(UTC)).breaches == []


def _count(root: Path, table: str) -> int:
    with closing(sqlite3.connect(root / INDEX)) as db:
        return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def test_date_and_digest_are_restored_from_the_posts_when_the_index_was_lost(root: Path) -> None:
    (root / INDEX).unlink()
    found = provenance_of(root)
    assert found == {article_id: of_post(post) for article_id, post in stored(root).items()}
    assert len(found) == ARTICLES


def test_an_adopted_post_has_date_and_digest_and_nothing_else(root: Path) -> None:
    article_id = min(provenance_of(root))
    with closing(sqlite3.connect(root / INDEX)) as db:
        db.execute(
            "DELETE FROM provenance WHERE number = (SELECT number FROM post WHERE id = ?)", (article_id,)
        )
        db.execute("DELETE FROM post WHERE id = ?", (article_id,))
        db.commit()
    found = check(root, datetime.now(UTC))
    assert [finding.kind for finding in found.breaches] == ["unindexed"]
    repair(root, found, datetime.now(UTC))
    assert provenance_of(root)[article_id] == of_post(stored(root)[article_id])


DAMAGE = {
    "the address of a listing": ("UPDATE page SET url = url || '/' WHERE number = 1", "page"),
    "the name of a site": ("UPDATE site SET name = 'finewt'", "site"),
    "a provenance that is missing": ("DELETE FROM provenance WHERE number = 5", "post"),
    "a provenance of two posts": ("UPDATE post SET number = 6 WHERE number = 7", "post"),
    "a category that is missing": ("UPDATE post SET place = 99 WHERE number = 8", "post"),
}


CHANGED_ROWS = {
    "a time": "UPDATE provenance SET published = published + 1 WHERE number IN (3, 4)",
    "a hint": "UPDATE provenance SET hints = replace(hints, 'title', 'titlf') WHERE number IN (3, 4)",
    "the number of a site": "UPDATE provenance SET site = 99 WHERE number IN (3, 4)",
    "a type": "UPDATE provenance SET credit = CAST(credit AS BLOB) WHERE number IN (3, 4)",
    "the checksum": "UPDATE provenance SET crc = crc + 1 WHERE number IN (3, 4)",
}


@pytest.mark.parametrize("name", CHANGED_ROWS)
def test_a_damaged_row_of_provenance_is_found_and_the_other_rows_are_kept(root: Path, name: str) -> None:
    before, posts = provenance_of(root), stored(root)
    with closing(sqlite3.connect(root / INDEX)) as db:
        db.execute(CHANGED_ROWS[name])
        db.commit()
        damaged = {row[0] for row in db.execute("SELECT id FROM post WHERE number IN (3, 4)")}
    edited = min(damaged)
    (path,) = (root / "_posts").glob(f"*-{edited}.md")
    path.write_bytes(path.read_bytes().replace("。".encode(), "！".encode(), 1))
    now = datetime.now(UTC)
    found = check(root, now)
    assert [(f.kind, f.detail) for f in found.breaches] == [("index", DAMAGED_PROVENANCE)] * 2
    done = repair(root, found, now)
    assert set(done.values()) == {"the damaged row was replaced by what its post says"}
    assert check(root, now).breaches == []
    assert [finding.id for finding in check(root, now).findings] == [edited]
    restored = {article_id: of_post(posts[article_id]) for article_id in damaged} | {edited: Provenance()}
    assert provenance_of(root) == before | restored
    assert not (root / ".archive/set-aside").exists()


@pytest.mark.parametrize("name", DAMAGE)
def test_other_damage_of_provenance_is_found_and_the_index_is_built_again(root: Path, name: str) -> None:
    sql, table = DAMAGE[name]
    with closing(sqlite3.connect(root / INDEX)) as db:
        assert db.execute(sql).rowcount >= 1
        db.commit()
    now = datetime.now(UTC)
    found = check(root, now)
    assert {(finding.kind, finding.detail.partition(":")[0]) for finding in found.breaches} == {
        ("index", f"table {table}")
    }
    repair(root, found, now)
    assert check(root, now).breaches == []
    assert provenance_of(root) == {article_id: of_post(post) for article_id, post in stored(root).items()}
