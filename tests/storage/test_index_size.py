"""The size of the index: at most 150 bytes for each post, besides the values of its provenance."""

from __future__ import annotations

import hashlib
import random
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from archiver.items import Listed
from archiver.storage import database, migrations
from archiver.storage.catalogue import Catalogue
from archiver.storage.files import INDEX, Tree
from archiver.storage.rows import PostRow, Provenance
from archiver.storage.schedule import Schedule
from archiver.storage.sqlite import SqliteStore
from tests.storage.archives import LISTING, NOW

POSTS = 6000
LIMIT = 150
GROUP = 30
"""Posts that one transaction adds to the index; a run adds from one to some dozens."""
DAY = 250
"""Articles that one run of every day finds."""

Order = Callable[[list[str]], list[str]]

_VALUES = """
SELECT
    length(CAST(coalesce(address, '') || coalesce(hints, '') || coalesce(credit, '') AS BLOB))
    + length(coalesce(digest, ''))
    + CASE WHEN site IS NULL THEN 0 ELSE 2 END        -- with the number of the listing
    + CASE WHEN published IS NULL THEN 0 ELSE 4 END
    + CASE WHEN fetched IS NULL THEN 0 ELSE 4 END
FROM provenance
"""
"""The bytes of each provenance, as SQLite stores the values."""


def _each_day(ids: list[str]) -> list[str]:
    return [name for first in range(0, len(ids), DAY) for name in reversed(ids[first : first + DAY])]


def _two_families(ids: list[str]) -> list[str]:
    newest = ids[len(ids) // 2 :][::-1]
    return [name for article_id in newest for name in (article_id, article_id.removeprefix("NW"))]


ORDERS: dict[str, Order] = {
    "oldest first": lambda ids: ids,
    "newest first": lambda ids: ids[::-1],
    "newest first each day": _each_day,
    "two families, newest first": _two_families,
    "in no order": lambda ids: random.Random(1).sample(ids, len(ids)),
}


def _ids() -> list[str]:
    return [f"NW2022{n // 1000 + 1:02}{n // 40 % 28 + 1:02}2840{n:06}" for n in range(POSTS)]


def _listed(article_id: str) -> Listed:
    address = f"http://finews.withounder.com/yangliribao/2022/02/22/{article_id}.html"
    return Listed(article_id, "yangliribao", address, {"title": f"样例第{article_id}篇的标题"}, LISTING)


def _post(listed: Listed) -> tuple[PostRow, Provenance]:
    digest = hashlib.sha256(listed.id.encode()).digest()
    row = PostRow(listed.id, f"2022-02-22-{listed.id}.md", "yangliribao", "样例日报新闻", digest)
    provenance = Provenance(
        "finews", listed.address, LISTING, listed.hints, NOW, True, NOW, "样例日报 记者 甲", digest
    )
    return row, provenance


def _crawl(root: Path, articles: Sequence[Listed]) -> None:
    """All articles are listed before the first gets its post, as in a back-fill."""
    (root / ".archive").mkdir(exist_ok=True)
    with Tree(root) as tree:
        catalogue = Catalogue(tree, SqliteStore(root / INDEX))
        for first in range(0, len(articles), 100):
            catalogue.admit(articles[first : first + 100], NOW, Schedule(), site="finews")
        for first in range(0, len(articles), GROUP):
            catalogue.posted([_post(listed) for listed in articles[first : first + GROUP]], {})
        catalogue.close(clean=True)


def _bytes_a_post(path: Path) -> float:
    with closing(sqlite3.connect(path)) as db:
        values = sum(size for (size,) in db.execute(_VALUES))
        posts = db.execute("SELECT count(*) FROM post").fetchone()[0]
        assert posts == POSTS
    return (path.stat().st_size - values) / posts


@pytest.mark.parametrize("order", ORDERS)
def test_index_stays_below_the_limit_after_a_back_fill(tmp_path: Path, order: str) -> None:
    _crawl(tmp_path, [_listed(name) for name in ORDERS[order](_ids())])
    assert _bytes_a_post(tmp_path / INDEX) <= LIMIT


def test_index_stays_below_the_limit_after_many_short_runs(tmp_path: Path) -> None:
    articles = [_listed(name) for name in _each_day(_ids())]
    for first in range(0, POSTS, DAY):
        _crawl(tmp_path, articles[first : first + DAY])
    assert _bytes_a_post(tmp_path / INDEX) <= LIMIT


def test_index_stays_below_the_limit_after_a_migration(tmp_path: Path) -> None:
    """The index of version 1 has the free pages that a back-fill left in it."""
    (tmp_path / ".archive").mkdir()
    path = tmp_path / INDEX
    with closing(sqlite3.connect(path)) as db:
        migrations.migrate(db, 1)
        db.execute("PRAGMA journal_mode = WAL")
        for name in reversed(_ids()):
            row, _ = _post(_listed(name))
            db.execute(
                "INSERT INTO post VALUES (?, ?, ?, ?, ?)",
                (row.id, row.name, row.category, row.tag, row.sha256),
            )
        db.execute("CREATE TABLE was_open (text TEXT)")
        db.executemany("INSERT INTO was_open VALUES (?)", [("x" * 300,)] * POSTS)
        db.execute("DROP TABLE was_open")
        db.commit()
    before = path.stat().st_size
    SqliteStore(path).close()
    assert path.stat().st_size < before / 3
    assert _bytes_a_post(path) <= LIMIT


def test_shrinking_keeps_every_row_and_returns_the_space_when_the_index_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "index.sqlite"
    store = SqliteStore(path)
    posts = [_post(_listed(name)) for name in _ids()[:2000][::-1]]
    with store.transaction():
        for row, provenance in posts:
            store.add_post(row, provenance)
        for row, _ in posts[:1500]:
            store.forget_post(row.id)
    assert _free_pages(store) > 100
    store.shrink()
    assert _free_pages(store) == 0
    pages = store._one("PRAGMA page_count")
    store.close()
    assert pages == (path.stat().st_size // 4096,)
    with closing(SqliteStore(path)) as again:
        assert list(again.damage()) == []
        assert {row.id: again.provenance(row.id) for row in again.posts()} == {
            row.id: replace(provenance, published=NOW) for row, provenance in posts[1500:]
        }


def test_few_unused_pages_stay_in_the_file(tmp_path: Path) -> None:
    """Returning them would cost more writes than the next run saves."""
    with closing(SqliteStore(tmp_path / "index.sqlite")) as store:
        posts = [_post(_listed(name)) for name in _ids()[:100]]
        with store.transaction():
            for row, provenance in posts:
                store.add_post(row, provenance)
            for row, _ in posts[:40]:
                store.forget_post(row.id)
        before = _free_pages(store)
        assert 0 < before <= database.SPARE_PAGES
        store.shrink()
        assert _free_pages(store) == before


def _fail_after(store: SqliteStore, posts: Sequence[tuple[PostRow, Provenance]]) -> None:
    with store.transaction():
        for row, provenance in posts:
            store.add_post(row, provenance)
        raise ZeroDivisionError


def _free_pages(store: SqliteStore) -> int:
    found = store._one("PRAGMA freelist_count")
    assert found
    return int(found[0])


def test_a_change_that_fails_while_rows_are_rewritten_keeps_every_post(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archiver.storage.sqlite_posts.REWRITTEN_TOGETHER", 10)
    posts = [_post(_listed(name)) for name in _ids()[:25]]
    with closing(SqliteStore(tmp_path / "index.sqlite")) as store:
        with store.transaction():
            for row, provenance in posts[:15]:
                store.add_post(row, provenance)
        with pytest.raises(ZeroDivisionError):
            _fail_after(store, posts[15:22])
        with store.transaction():
            for row, provenance in posts[22:]:
                store.add_post(row, provenance)
        expected = [row for row, _ in (*posts[:15], *posts[22:])]
        assert list(store.posts()) == expected
        assert list(store.damage()) == []
