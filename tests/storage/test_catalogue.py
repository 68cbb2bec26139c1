"""Each change of the catalogue is one transaction, with any store; a change that fails has no effect."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archiver.errors import Deferred, Quarantined, StorageError
from archiver.items import Answer
from archiver.posts import render
from archiver.publish.jekyll.site import JekyllLayout, entry_of
from archiver.run.ledger import Ledger
from archiver.storage.archive import Archive
from archiver.storage.catalogue import Catalogue
from archiver.storage.lifecycle import PassedOver
from archiver.storage.rows import FoundPost, KnownListing, OpenArticle, PostRow, Provenance
from archiver.storage.schedule import Schedule
from archiver.storage.sqlite import SqliteStore
from archiver.storage.store import Store
from tests.storage.archives import LISTING, NOW, a_post, listed
from tests.storage.memory import MemoryStore

ROW = PostRow(listed(1).id, f"2022-02-22-{listed(1).id}.md", "yangliribao", "样例日报新闻", b"x" * 32)
FOUND = FoundPost(ROW, lambda: Provenance(published=NOW, digest=b"d" * 32), "样例日报")
SCHEDULE = Schedule()


@pytest.fixture(params=[SqliteStore, MemoryStore])
def archive(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Archive]:
    with Archive(tmp_path, JekyllLayout(), open_store=request.param) as opened:
        yield opened


@pytest.fixture
def catalogue(archive: Archive) -> Catalogue:
    return archive.catalogue


def test_an_archive_works_with_any_store(archive: Archive) -> None:
    ledger = Ledger(archive.catalogue, NOW)
    one, two = a_post(1, "样例日报"), a_post(2, "样例日报")
    ledger.admit([listed(1), listed(2), listed(3)])
    entries = [entry_of(post, render(post), "样例日报") for post in (one, two)]
    assert archive.store(entries) == ["posted", "posted"]
    ledger.stored(one.id, "posted")
    ledger.stored(two.id, "posted")
    ledger.close(Deferred("interrupted"))
    again = Ledger(archive.catalogue, NOW)
    assert again.waiting(LISTING) == [listed(3)]
    assert again.admit([listed(1), listed(3)]) == [listed(3)]
    assert archive.index.slugs() == {"样例日报": "yangliribao"}
    assert archive.reindex() == 2


def _admit(catalogue: Catalogue) -> None:
    catalogue.admit([listed(1), listed(2)], NOW, SCHEDULE)


CHANGES: dict[str, Callable[[Catalogue], object]] = {
    "admit": _admit,
    "posted": lambda it: it.posted([(ROW, None)], {"样例日报": "yangliribao"}),
    "ended": lambda it: it.ended(listed(1).id, Deferred("timeout"), (), NOW, SCHEDULE),
    "all_ended": lambda it: it.all_ended(
        [listed(1).id, listed(2).id], Deferred("interrupted"), NOW, SCHEDULE
    ),
    "remember_listing": lambda it: it.remember_listing(KnownListing(LISTING, '"1"')),
    "adopt": lambda it: it.adopt(FOUND, instead_of=[listed(1).id]),
    "rebuild": lambda it: it.rebuild([FOUND]),
    "reopen": lambda it: it.reopen(listed(1), NOW),
    "withdraw": lambda it: it.withdraw(listed(1), NOW),
    "forget_listings": lambda it: it.forget_listings(),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_one_transaction(tmp_path: Path, name: str) -> None:
    with Archive(tmp_path, JekyllLayout(), open_store=MemoryStore) as opened:
        store = opened.index
        assert isinstance(store, MemoryStore)
        if name != "admit":
            _admit(opened.catalogue)
        before = store.transactions
        CHANGES[name](opened.catalogue)
        assert store.transactions == before + 1


WRITES = {
    "admit": "put_open",
    "posted": "add_slug",
    "ended": "put_open",
    "all_ended": "put_open",
    "adopt": "add_slug",
    "rebuild": "add_slug",
    "reopen": "put_open",
    "withdraw": "put_open",
}


@pytest.mark.parametrize("name", WRITES)
def test_a_change_that_fails_halfway_changes_nothing(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    if name != "admit":
        _admit(catalogue)
    before = rows(catalogue.store)
    real, seen = getattr(catalogue.store, WRITES[name]), []

    def fail_at_the_end(*args: object) -> None:
        seen.append(args)
        real(*args)
        if len(seen) == (2 if name in ("admit", "all_ended") else 1):
            raise StorageError("the disk is full")

    monkeypatch.setattr(catalogue.store, WRITES[name], fail_at_the_end)
    with pytest.raises(StorageError):
        CHANGES[name](catalogue)
    assert rows(catalogue.store) == before


def rows(store: Store) -> tuple[object, ...]:
    return [*store.posts()], [*store.without_post()], store.listings(), store.slugs(), store.was_clean()


def test_an_article_that_is_not_requested_causes_no_write(catalogue: Catalogue) -> None:
    catalogue.posted([(ROW, None)], {})
    with catalogue.store.transaction():
        catalogue.store.mark(clean=True)
    catalogue._is_marked = False  # as in a new run
    assert catalogue.admit([listed(1)], NOW, SCHEDULE) == [PassedOver("unchanged")]
    assert catalogue.store.was_clean()
    catalogue.admit([listed(2)], NOW, SCHEDULE)
    assert not catalogue.store.was_clean()


def test_a_post_removes_the_quarantine_record_of_its_article(archive: Archive) -> None:
    _admit(archive.catalogue)
    answer = Answer("http://x/", 200, {}, b"busy")
    _, record = archive.catalogue.ended(listed(1).id, Quarantined("shape"), [answer], NOW, SCHEDULE)
    assert archive.tree.exists(record)
    archive.catalogue.posted([(ROW, None)], {})
    assert not archive.tree.exists(record)
    assert archive.index.open_article(listed(1).id) is None


def test_an_article_whose_post_was_deleted_is_requested_only_if_the_user_names_it(
    catalogue: Catalogue,
) -> None:
    catalogue.posted([(ROW, None)], {})  # without a file
    assert catalogue.admit([listed(1)], NOW, SCHEDULE) == [PassedOver("unchanged")]
    [named] = catalogue.admit([listed(1)], NOW, SCHEDULE, named=True)
    assert isinstance(named, OpenArticle)
    assert not catalogue.store.holds(listed(1).id)
