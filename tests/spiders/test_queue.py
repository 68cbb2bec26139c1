"""Articles wait in line by their ids: requests are made a few at a time, in the order of the listing."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from scrapy import Request

from archiver.errors import Deferred, StorageError
from archiver.items import Listed
from archiver.publish.jekyll.site import open_site
from archiver.run.ledger import Ledger
from archiver.storage.archive import Archive
from spiders import article as spider_module
from spiders.category import CategorySpider
from tests.storage.archives import NOW, listed

NUMBERS = range(1, 201)


class Line:
    """A spider with an archive, and without an engine: what it hands in is kept."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.ledger = Ledger(archive.catalogue, NOW)
        self.handed_in: list[Request] = []
        self.disk_fails = False
        self.spider = CategorySpider(category="yangliribao")
        run = SimpleNamespace(ledger=self.ledger, storing=self._storing)
        engine = SimpleNamespace(crawl=self.handed_in.append)
        self.spider.crawler = SimpleNamespace(engine=engine, get_extension=lambda _: run)  # type: ignore[assignment]

    @contextmanager
    def _storing(self) -> Iterator[None]:
        if self.disk_fails:
            raise spider_module.CloseSpider("storage_failed")
        yield

    def join(self, articles: list[Listed]) -> None:
        assert list(self.spider.enqueue(articles)) == []

    def asked(self) -> list[Listed]:
        """What was handed in since the last time."""
        found = [request.cb_kwargs["article"].listed for request in self.handed_in]
        self.handed_in.clear()
        return found


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    with open_site(tmp_path) as archive:
        yield Line(archive)


ARTICLES = [
    Listed(
        listed(number).id,
        category="yangliribao",
        address=f"http://finews.withounder.com/yangliribao/2022/02/22/{listed(number).id}.html",
        hints={"title": f"第{number}篇"},
        listing="http://finews.withounder.com/category/yangliribao.html",
    )
    for number in NUMBERS
]


def test_articles_are_requested_in_batches_in_the_order_of_the_listing(line: Line) -> None:
    line.join(ARTICLES)
    assert line.asked() == []
    found = []
    while line.spider.request_next():
        some = line.asked()
        assert len(some) <= spider_module.BATCH < len(ARTICLES)
        found += some
    assert found == ARTICLES


def test_no_more_articles_are_under_way_than_the_limit(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spider_module, "MAX_UNDER_WAY", 100)
    line.join(ARTICLES)
    while line.spider.request_next():
        pass
    assert line.asked() == ARTICLES[:100]
    line.ledger.stored(ARTICLES[7].id, "posted")
    line.ledger.ended(ARTICLES[8].id, Deferred("timeout"))
    assert line.spider.request_next()
    assert line.asked() == ARTICLES[100:102]
    assert not line.spider.request_next()


def test_at_most_a_thousand_requests_are_made_while_no_response_arrives(line: Line) -> None:
    """The bound itself: with it, memory does not grow with the site while a host does not answer."""
    articles = [replace(ARTICLES[0], id=listed(number).id) for number in range(1, 1501)]
    line.join(articles)
    while line.spider.request_next():
        assert len(line.handed_in) <= 1000
    assert line.asked() == articles[:1000]


def test_a_queued_article_takes_less_than_300_bytes(line: Line) -> None:
    """Bytes of each article in line, its id among them; a request takes some 3,500."""
    line.join(ARTICLES)  # what is made once is there
    tracemalloc.start()
    for hundred in range(50):
        line.join(
            [
                replace(listed(number), hints={"title": "甲" * 30})
                for number in range(1000 + hundred * 100, 1100 + hundred * 100)
            ]
        )
    gc.collect()
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert taken / 5_000 < 300


def test_no_article_is_requested_or_lost_if_the_archive_fails(line: Line) -> None:
    line.join(ARTICLES)
    line.disk_fails = True
    line.spider.request_next()
    assert line.asked() == []
    line.ledger.abandon(Deferred("storage"))
    assert line.ledger.tally.reasons == {"deferred/storage": len(ARTICLES)}
    assert line.ledger.tally.balanced


def test_articles_still_queued_at_the_end_of_a_run_are_requested_by_the_next_run(line: Line) -> None:
    line.join(ARTICLES)
    line.spider.request_next()
    line.ledger.close(Deferred("interrupted"))
    assert line.ledger.tally.ends == {"deferred": len(ARTICLES)}
    assert line.ledger.pending == 0
    again = Ledger(line.archive.catalogue, NOW)
    assert again.admit(ARTICLES) == ARTICLES


def test_an_article_whose_result_cannot_be_written_is_still_counted(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise StorageError("the disk is full")

    line.join(ARTICLES)
    monkeypatch.setattr(line.archive.index, "put_open", refuse)
    with pytest.raises(StorageError):
        line.ledger.ended(ARTICLES[0].id, Deferred("timeout"))
    with pytest.raises(StorageError):
        line.ledger.close(Deferred("interrupted"))
    line.ledger.abandon(Deferred("storage"))
    assert line.ledger.tally.balanced
    assert len(line.ledger.tally.failures) == len(ARTICLES)


def test_all_articles_of_a_page_are_deferred_if_one_cannot_be_looked_up(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(article_id: str) -> bool:
        if article_id == ARTICLES[7].id:
            raise StorageError("the disk does not answer")
        return False

    monkeypatch.setattr(line.archive.index, "holds", fail)
    with pytest.raises(StorageError):
        line.ledger.admit(ARTICLES)
    line.ledger.abandon(Deferred("storage"))
    assert (line.ledger.tally.listed, line.ledger.tally.ends) == (200, {"deferred": 200})
