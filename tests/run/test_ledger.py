"""When failed articles are requested again, when they are given up, and how a run counts articles that wait."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from archiver.errors import ArticleError, Deferred, Quarantined, Skipped
from archiver.items import Listed
from archiver.publish.jekyll.site import open_site
from archiver.run import drift
from archiver.run.ledger import Ledger
from archiver.storage.rows import KnownListing, OpenArticle
from archiver.storage.schedule import Schedule
from tests.storage.archives import LISTING, NOW, bytes_of, listed

MINUTES, DAYS = timedelta(minutes=1), timedelta(days=1)
TIMEOUT, REJECTED = Deferred("timeout"), Quarantined("not_json")


def run(
    root: Path, now: datetime, why: ArticleError, *, named: bool = False, listing: str = LISTING
) -> Ledger:
    """One run in which a listing names an article; if the article is requested, it fails with ``why``."""
    with open_site(root) as archive:
        ledger = Ledger(archive.catalogue, now)
        for article in ledger.admit([listed(1, listing=listing)], named=named):
            ledger.ended(article.id, why)
        assert ledger.tally.balanced
    return ledger


def known(root: Path) -> OpenArticle:
    with open_site(root) as archive:
        article = archive.index.open_article(listed(1).id)
        assert article is not None
        return article


def requests_it(ledger: Ledger) -> bool:
    return bool(ledger.tally.failures)


# --- the delay before the next attempt


@pytest.mark.parametrize(
    ("state", "minutes"),
    [
        ("deferred", [0, 0, 0, 10, 20, 40, 80, 160, 320, 640, 1280, 1440, 1440]),
        ("quarantined", [0, 0, 10, 20, 40, 80, 160, 320, 640, 1280, 1440, 1440]),
    ],
)
def test_the_delay_between_attempts_grows_from_zero_to_a_day(state: str, minutes: list[int]) -> None:
    waits = [Schedule().wait(state, attempts) / MINUTES for attempts in range(1, len(minutes) + 1)]
    assert waits == minutes
    assert Schedule().wait(state, 10**6) == DAYS


def test_the_next_runs_retry_an_article_after_a_short_outage(tmp_path: Path) -> None:
    for minute in (0, 5, 10):
        assert requests_it(run(tmp_path, NOW + minute * MINUTES, TIMEOUT))
    assert requests_it(run(tmp_path, NOW + 15 * MINUTES, TIMEOUT))
    assert not requests_it(run(tmp_path, NOW + 20 * MINUTES, TIMEOUT))
    assert requests_it(run(tmp_path, NOW + 25 * MINUTES, TIMEOUT))


@pytest.mark.parametrize(("why", "asked"), [(TIMEOUT, 25), (REJECTED, 24)])
def test_an_article_that_always_fails_is_given_up_after_few_requests(
    tmp_path: Path, why: ArticleError, asked: int
) -> None:
    """Simulates a cron job every five minutes; of the runs with no due article, only the last one is made."""
    times, now = [], NOW
    with open_site(tmp_path) as archive:
        while True:
            ledger = Ledger(archive.catalogue, now)
            for article in ledger.admit([listed(1)]):
                times.append(now)
                ledger.ended(article.id, why)
            article = archive.index.open_article(listed(1).id)
            assert article is not None
            if article.state == "skipped":
                break
            due = datetime.fromisoformat(article.due) if article.due else now
            now = max(now + 5 * MINUTES, due - 5 * MINUTES)
        again = Ledger(archive.catalogue, now + 30 * DAYS)
        assert again.admit([listed(1)]) == []
    assert len(times) == asked
    assert timedelta(days=14) <= times[-1] - NOW < timedelta(days=15)
    assert again.tally.reasons == {"skipped/gave_up": 1}
    assert (known(tmp_path).cause, known(tmp_path).attempts) == (why.reason, asked)


def test_an_article_is_given_up_only_after_enough_attempts_and_enough_days(tmp_path: Path) -> None:
    for _ in range(30):
        run(tmp_path, NOW, TIMEOUT, named=True)
    assert known(tmp_path).state == "deferred", "thirty runs within a day"
    run(tmp_path / "other", NOW, TIMEOUT)
    run(tmp_path / "other", NOW + 300 * DAYS, TIMEOUT)
    assert known(tmp_path / "other").state == "deferred", "two runs within a year"


def test_the_run_that_gives_up_an_article_reports_it(tmp_path: Path) -> None:
    with open_site(tmp_path) as archive:
        ledger = Ledger(archive.catalogue, NOW, Schedule(attempts=1, days=1))
        ledger.admit([listed(1)])
        ledger.ended(listed(1).id, TIMEOUT)
        later = Ledger(archive.catalogue, NOW + DAYS, Schedule(attempts=1, days=1))
        later.admit([listed(1)])
        end = later.ended(listed(1).id, TIMEOUT)
    assert (end.end, end.reason, end.detail) == ("skipped", "gave_up", "timeout, 2 attempts since 2022-02-22")
    assert later.tally.reasons == {"skipped/gave_up": 1}


@pytest.mark.parametrize(
    "reason", ["interrupted", "storage", "host_down", "robots_unavailable", "retry_after"]
)
def test_no_attempt_is_counted_for_an_article_that_was_not_requested(tmp_path: Path, reason: str) -> None:
    for day in range(40):
        run(tmp_path, NOW + day * DAYS, Deferred(reason))
    assert (known(tmp_path).state, known(tmp_path).attempts, known(tmp_path).due) == ("deferred", 0, "")


def test_an_article_of_an_interrupted_run_is_due_at_once(tmp_path: Path) -> None:
    for _ in range(6):
        run(tmp_path, NOW, TIMEOUT, named=True)
    run(tmp_path, NOW + 15 * DAYS, Deferred("interrupted"))
    assert (known(tmp_path).attempts, known(tmp_path).due) == (6, "")


# --- articles that are not due


def before_due(root: Path, why: ArticleError) -> datetime:
    """Lets the article fail four times; returns a time at which it is not due yet."""
    for minute in range(4):
        run(root, NOW + minute * 30 * MINUTES, why)
    now = NOW + 91 * MINUTES
    assert known(root).due > now.isoformat()
    return now


@pytest.mark.parametrize(
    ("why", "end", "reason"),
    [(TIMEOUT, "deferred", "deferred/waiting"), (REJECTED, "quarantined", "quarantined/not_json")],
)
def test_a_listed_article_that_is_not_due_gets_a_result_without_a_request_or_a_write(
    tmp_path: Path, why: ArticleError, end: str, reason: str
) -> None:
    now = before_due(tmp_path, why)
    before = bytes_of(tmp_path)
    ledger = run(tmp_path, now, why)
    assert not requests_it(ledger)
    assert (ledger.tally.listed, ledger.tally.ends, ledger.tally.reasons) == (1, {end: 1}, {reason: 1})
    assert bytes_of(tmp_path) == before


def test_a_deferred_article_is_counted_even_if_its_listing_is_unchanged(tmp_path: Path) -> None:
    for why, counted in ((TIMEOUT, 1), (REJECTED, 0)):
        root = tmp_path / why.reason
        now = before_due(root, why)
        with open_site(root) as archive:
            ledger = Ledger(archive.catalogue, now)
            assert ledger.admit(ledger.waiting(LISTING)) == []
            assert ledger.tally.listed == counted, "exit 0 means that nothing is deferred"
            later = Ledger(archive.catalogue, now + DAYS)
            assert [article.id for article in later.waiting(LISTING)] == [listed(1).id]


def test_due_articles_come_before_articles_that_are_not_due(tmp_path: Path) -> None:
    now = before_due(tmp_path, TIMEOUT)
    with open_site(tmp_path) as archive:
        ledger = Ledger(archive.catalogue, now)
        ledger.admit([listed(2)])
        ledger.ended(listed(2).id, TIMEOUT)
        assert Ledger(archive.catalogue, now).waiting(LISTING) == [listed(2), listed(1)]


@pytest.mark.parametrize("jump", [-400 * DAYS, -2 * DAYS, 400 * DAYS])
def test_a_jump_of_the_clock_does_not_delay_an_article(tmp_path: Path, jump: timedelta) -> None:
    for _ in range(8):
        run(tmp_path, NOW, TIMEOUT, named=True)
    assert requests_it(run(tmp_path, NOW + jump, TIMEOUT))


# --- articles that the user names


def test_a_named_article_is_requested_at_once_even_if_it_was_given_up(tmp_path: Path) -> None:
    now = before_due(tmp_path, TIMEOUT)
    assert requests_it(run(tmp_path, now, TIMEOUT, named=True))
    for _ in range(20):
        run(tmp_path, now + 15 * DAYS, TIMEOUT, named=True)
    with open_site(tmp_path) as archive, archive.index.transaction():
        archive.index.put_open(OpenArticle(listed(1), "skipped", "gave_up", "timeout", 20, NOW.isoformat()))
    assert not requests_it(run(tmp_path, now + 16 * DAYS, TIMEOUT))
    assert requests_it(run(tmp_path, now + 16 * DAYS, TIMEOUT, named=True))
    revived = known(tmp_path)
    assert (revived.state, revived.attempts, revived.since) == ("deferred", 1, (now + 16 * DAYS).isoformat())


@pytest.mark.parametrize("reason", ["gone", "legal_451", "robots_txt", "retracted", "dropped"])
def test_a_skipped_article_is_requested_again_when_it_is_named(tmp_path: Path, reason: str) -> None:
    for hours in (0, 1, 25):
        run(tmp_path, NOW + timedelta(hours=hours), Skipped(reason))
    assert known(tmp_path).state == "skipped"
    assert not requests_it(run(tmp_path, NOW + 2 * DAYS, TIMEOUT))
    assert requests_it(run(tmp_path, NOW + 2 * DAYS, TIMEOUT, named=True))


def test_a_refused_article_is_skipped_in_the_report_and_open_in_the_index(tmp_path: Path) -> None:
    assert run(tmp_path, NOW, Skipped("gone")).tally.ends == {"skipped": 1}
    assert requests_it(run(tmp_path, NOW, Skipped("gone")))
    later = run(tmp_path, NOW, Skipped("gone"))
    assert requests_it(later)
    waiting = run(tmp_path, NOW, Skipped("gone"))
    assert not requests_it(waiting)
    assert (waiting.tally.ends, waiting.tally.reasons) == ({"skipped": 1}, {"skipped/gone": 1})


def test_naming_an_article_keeps_the_hints_of_its_listing(tmp_path: Path) -> None:
    said = Listed(listed(1).id, "yangliribao", "http://x/1.html", {"title": "标题"}, LISTING)
    with open_site(tmp_path) as archive:
        ledger = Ledger(archive.catalogue, NOW)
        ledger.admit([said])
        ledger.ended(said.id, TIMEOUT)
        again = Ledger(archive.catalogue, NOW)
        assert again.admit([Listed(said.id, hints={"link": "http://y/"})], named=True) == [
            Listed(said.id, "yangliribao", "http://x/1.html", {"title": "标题", "link": "http://y/"}, LISTING)
        ]


def test_a_named_article_is_open_without_a_listing(tmp_path: Path) -> None:
    run(tmp_path, NOW, TIMEOUT, named=True, listing="")
    with open_site(tmp_path) as archive:
        assert [article.id for article in Ledger(archive.catalogue, NOW).waiting("")] == [listed(1).id]


@pytest.mark.parametrize(
    ("known", "rows", "unknown"),
    [
        ([KnownListing("http://a.example/", rows=12, most=40)], 12, 0),
        ([KnownListing("http://a.example/", rows=0, most=3)], 0, 0),
        ([KnownListing("http://a.example/")], 0, 1),
        ([KnownListing(f"http://a.example/{n}", rows=n, most=n) for n in range(5)], 10, 1),
        ([], 0, 0),
    ],
)
def test_unchanged_listings_count_as_what_they_had_and_not_as_listed(
    tmp_path: Path, known: list[KnownListing], rows: int, unknown: int
) -> None:
    with open_site(tmp_path) as archive:
        ledger = Ledger(archive.catalogue, NOW)
        for listing in known:
            ledger.listing_unchanged(listing)
    tally = ledger.tally
    assert (tally.rows_unchanged, tally.rows_unknown, tally.listed) == (rows, unknown, 0)
    assert tally.listings_complete == tally.listings_unchanged == len(known)
    assert drift.of_articles(tally) == []
