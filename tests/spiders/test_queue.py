"""Articles are queued by id; requests are made in batches, in the order of the listing."""

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


class QueueOfSpider:
    """A spider with an archive, and with an engine that only keeps the requests."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.ledger = Ledger(archive.catalogue, NOW)
        self.requests: list[Request] = []
        self.disk_fails = False
        self.spider = CategorySpider(category="yangliribao")
        run = SimpleNamespace(ledger=self.ledger, storing=self._storing)
        engine = SimpleNamespace(crawl=self.requests.append)
        self.spider.crawler = SimpleNamespace(engine=engine, get_extension=lambda _: run)  # type: ignore[assignment]

    @contextmanager
    def _storing(self) -> Iterator[None]:
        if self.disk_fails:
            raise spider_module.CloseSpider("storage_failed")
        yield

    def add(self, articles: list[Listed]) -> None:
        assert list(self.spider.enqueue(articles)) == []

    def requested(self) -> list[Listed]:
        """The articles that were requested since the last call."""
        found = [request.cb_kwargs["article"].listed for request in self.requests]
        self.requests.clear()
        return found


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[QueueOfSpider]:
    with open_site(tmp_path) as archive:
        yield QueueOfSpider(archive)


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


def test_articles_are_requested_in_batches_in_the_order_of_the_listing(queue: QueueOfSpider) -> None:
    queue.add(ARTICLES)
    assert queue.requested() == []
    found = []
    while queue.spider.request_next():
        some = queue.requested()
        assert len(some) <= spider_module.BATCH < len(ARTICLES)
        found += some
    assert found == ARTICLES


def test_no_more_articles_are_under_way_than_the_limit(
    queue: QueueOfSpider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spider_module, "MAX_UNDER_WAY", 100)
    queue.add(ARTICLES)
    while queue.spider.request_next():
        pass
    assert queue.requested() == ARTICLES[:100]
    queue.ledger.stored(ARTICLES[7].id, "posted")
    queue.ledger.ended(ARTICLES[8].id, Deferred("timeout"))
    assert queue.spider.request_next()
    assert queue.requested() == ARTICLES[100:102]
    assert not queue.spider.request_next()


def test_at_most_a_thousand_requests_are_made_while_no_response_arrives(queue: QueueOfSpider) -> None:
    """Checks the limit itself: while a host does not answer, memory must not grow with the number of articles."""
    articles = [replace(ARTICLES[0], id=listed(number).id) for number in range(1, 1501)]
    queue.add(articles)
    while queue.spider.request_next():
        assert len(queue.requests) <= 1000
    assert queue.requested() == articles[:1000]


def test_a_queued_article_takes_less_than_300_bytes(queue: QueueOfSpider) -> None:
    """Memory for each article, including its id; a request takes about 3,500 bytes."""
    queue.add(ARTICLES)  # so that objects that are made only once exist already
    tracemalloc.start()
    for hundred in range(50):
        queue.add(
            [
                replace(listed(number), hints={"title": "甲" * 30})
                for number in range(1000 + hundred * 100, 1100 + hundred * 100)
            ]
        )
    gc.collect()
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert taken / 5_000 < 300


def test_no_article_is_requested_or_lost_if_the_archive_fails(queue: QueueOfSpider) -> None:
    queue.add(ARTICLES)
    queue.disk_fails = True
    queue.spider.request_next()
    assert queue.requested() == []
    queue.ledger.abandon(Deferred("storage"))
    assert queue.ledger.tally.reasons == {"deferred/storage": len(ARTICLES)}
    assert queue.ledger.tally.balanced


def test_articles_still_queued_at_the_end_of_a_run_are_requested_by_the_next_run(
    queue: QueueOfSpider,
) -> None:
    queue.add(ARTICLES)
    queue.spider.request_next()
    queue.ledger.close(Deferred("interrupted"))
    assert queue.ledger.tally.ends == {"deferred": len(ARTICLES)}
    assert queue.ledger.pending == 0
    again = Ledger(queue.archive.catalogue, NOW)
    assert again.admit(ARTICLES) == ARTICLES


def test_an_article_whose_result_cannot_be_written_is_still_counted(
    queue: QueueOfSpider, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise StorageError("the disk is full")

    queue.add(ARTICLES)
    monkeypatch.setattr(queue.archive.index, "put_open", refuse)
    with pytest.raises(StorageError):
        queue.ledger.ended(ARTICLES[0].id, Deferred("timeout"))
    with pytest.raises(StorageError):
        queue.ledger.close(Deferred("interrupted"))
    queue.ledger.abandon(Deferred("storage"))
    assert queue.ledger.tally.balanced
    assert len(queue.ledger.tally.failures) == len(ARTICLES)


def test_all_articles_of_a_page_are_deferred_if_one_cannot_be_looked_up(
    queue: QueueOfSpider, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(article_id: str) -> bool:
        if article_id == ARTICLES[7].id:
            raise StorageError("the disk failed")
        return False

    monkeypatch.setattr(queue.archive.index, "holds", fail)
    with pytest.raises(StorageError):
        queue.ledger.admit(ARTICLES)
    queue.ledger.abandon(Deferred("storage"))
    assert (queue.ledger.tally.listed, queue.ledger.tally.ends) == (200, {"deferred": 200})
