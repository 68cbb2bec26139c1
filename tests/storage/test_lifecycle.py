"""Tables of all changes of an article's state."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from archiver.errors import ArticleError, Deferred, Quarantined, Skipped
from archiver.items import Listed
from archiver.storage import lifecycle
from archiver.storage.lifecycle import PassedOver, PostState
from archiver.storage.rows import OpenArticle
from archiver.storage.schedule import Schedule
from tests.storage.archives import NOW, listed

EARLIER = (NOW - timedelta(days=3)).isoformat()
LATER = (NOW + timedelta(hours=1)).isoformat()
SOON = Schedule(attempts=2, days=1)


def known(state: str, reason: str = "", due: str = "", attempts: int = 1) -> OpenArticle:
    row = Listed(listed(1).id, "yangliribao", "http://x/1", {"title": "旧题"}, "http://x/list")
    return OpenArticle(row, state, reason, "", attempts, EARLIER, due)


REQUESTED = "requested"


@pytest.mark.parametrize(
    ("post", "before", "named", "decided"),
    [
        ("none", None, False, REQUESTED),
        ("none", None, True, REQUESTED),
        ("there", None, False, PassedOver("unchanged")),
        ("there", None, True, PassedOver("unchanged")),
        ("withdrawn", None, False, PassedOver("unchanged")),
        ("withdrawn", None, True, REQUESTED),
        ("none", known("listed"), False, REQUESTED),
        ("none", known("deferred", "timeout"), False, REQUESTED),
        ("none", known("deferred", "timeout", LATER), False, PassedOver("deferred", "waiting")),
        ("none", known("deferred", "timeout", LATER), True, REQUESTED),
        ("none", known("quarantined", "shape"), False, REQUESTED),
        ("none", known("quarantined", "shape", LATER), False, PassedOver("quarantined", "shape")),
        ("none", known("quarantined", "shape", LATER), True, REQUESTED),
        ("none", known("skipped", "gone"), False, PassedOver("skipped", "gone")),
        ("none", known("skipped", "gone"), True, REQUESTED),
        ("none", known("skipped", "robots_txt"), True, REQUESTED),
        ("none", known("deferred", "gone", LATER), False, PassedOver("skipped", "gone")),
        ("none", known("deferred", "gone"), False, REQUESTED),
        ("none", known("deferred", "gone", LATER), True, REQUESTED),
        ("none", known("skipped", "gave_up"), False, PassedOver("skipped", "gave_up")),
        ("none", known("skipped", "gave_up"), True, REQUESTED),
        ("none", known("skipped", "withdrawn"), False, PassedOver("skipped", "withdrawn")),
        ("none", known("skipped", "withdrawn"), True, REQUESTED),
    ],
)
def test_admission_requests_an_article_or_gives_the_reason(
    post: PostState, before: OpenArticle | None, named: bool, decided: str | PassedOver
) -> None:
    got = lifecycle.admit(listed(1), before, post, NOW, Schedule(), named=named)
    assert decided == (REQUESTED if isinstance(got, OpenArticle) else got)


def test_an_admitted_article_keeps_earlier_listing_values_attempts_and_time() -> None:
    now = Listed(listed(1).id, address="http://x/new", hints={"date": "今天"})
    got = lifecycle.admit(now, known("deferred", "timeout", attempts=3), "none", NOW, Schedule())
    assert isinstance(got, OpenArticle)
    assert got.listed == Listed(
        now.id, "yangliribao", "http://x/new", {"title": "旧题", "date": "今天"}, "http://x/list"
    )
    assert (got.attempts, got.since) == (3, EARLIER)


def test_an_article_that_was_given_up_starts_again_with_no_attempts() -> None:
    got = lifecycle.admit(listed(1), known("skipped", "gave_up"), "none", NOW, Schedule(), named=True)
    assert isinstance(got, OpenArticle)
    assert (got.state, got.attempts, got.since) == ("listed", 0, NOW.isoformat())


@pytest.mark.parametrize(
    ("why", "attempts", "schedule", "state", "reason", "cause", "after", "waits"),
    [
        (Deferred("timeout"), 0, Schedule(), "deferred", "timeout", "", 1, 0),
        (Deferred("timeout"), 3, Schedule(), "deferred", "timeout", "", 4, 10),
        (Deferred("host_down"), 3, Schedule(), "deferred", "host_down", "", 3, 0),
        (Deferred("interrupted"), 99, SOON, "deferred", "interrupted", "", 99, 0),
        (Quarantined("shape"), 1, Schedule(), "quarantined", "shape", "", 2, 0),
        (Quarantined("shape"), 2, Schedule(), "quarantined", "shape", "", 3, 10),
        (Quarantined("shape"), 1, SOON, "skipped", "gave_up", "shape", 2, 0),
        (Deferred("timeout"), 1, SOON, "skipped", "gave_up", "timeout", 2, 0),
        (Skipped("dropped"), 0, Schedule(), "skipped", "dropped", "", 1, 0),
        (Skipped("gone"), 99, SOON, "deferred", "gone", "", 100, 0),
    ],
)
def test_an_end_without_a_post_sets_state_reason_attempts_and_due_time(
    why: ArticleError,
    attempts: int,
    schedule: Schedule,
    state: str,
    reason: str,
    cause: str,
    after: int,
    waits: int,
) -> None:
    got = lifecycle.end(known("listed", attempts=attempts, due=LATER), why, NOW, schedule)
    due = (NOW + timedelta(minutes=waits)).isoformat() if waits else ""
    assert (got.state, got.reason, got.cause, got.attempts, got.due) == (state, reason, cause, after, due)
    assert (got.listed, got.since) == (known("listed").listed, EARLIER)


HOUR = timedelta(hours=1)


@pytest.mark.parametrize("reason", sorted(lifecycle.REFUSALS))
@pytest.mark.parametrize(
    ("hours", "final"),
    [
        ([0], False),
        ([0, 25], False),
        ([0, 1, 2], False),
        ([0, 1, 2, 3, 23.9], False),
        ([0, 12, 24], True),
        ([0, 1, 2, 3, 25], True),
        ([0, 0, 100], True),
    ],
    ids=str,
)
def test_a_refusal_is_final_after_three_sightings_over_a_day(
    reason: str, hours: list[float], final: bool
) -> None:
    article = known("listed")
    for hour in hours:
        article = lifecycle.end(article, Skipped(reason), NOW + hour * HOUR, Schedule())
    assert (article.state == "skipped") is final
    assert lifecycle.is_refused(article) is not final
    assert (article.refusals, article.refused) == (len(hours), NOW.isoformat())


@pytest.mark.parametrize(
    ("between", "counted"),
    [
        (Quarantined("shape"), 1),  # an answer came: the article is not gone
        (Deferred("timeout"), 3),  # nothing is known of it
        (Deferred("host_down"), 3),
        (Skipped("robots_txt"), 4),
    ],
    ids=lambda value: getattr(value, "reason", value),
)
def test_a_response_between_two_refusals_resets_the_count(between: ArticleError, counted: int) -> None:
    article = known("listed")
    for number, why in enumerate([Skipped("gone"), Skipped("gone"), between, Skipped("gone")]):
        article = lifecycle.end(article, why, NOW + number * 20 * HOUR, Schedule())
    assert article.refusals == counted
    assert (article.state == "skipped") is (counted > 1)


def test_a_refused_article_is_requested_like_any_open_one() -> None:
    article, asked, now = known("listed"), 0, NOW
    for _ in range(600):  # runs of a cron job, five minutes apart
        got = lifecycle.admit(listed(1), article, "none", now, Schedule())
        if isinstance(got, OpenArticle):
            article = lifecycle.end(got, Skipped("gone"), now, Schedule())
            asked += 1
        now += timedelta(minutes=5)
    assert article.state == "skipped"
    assert 5 < asked < 15


def test_an_article_with_a_damaged_post_is_requested_at_once_unless_it_was_skipped() -> None:
    waiting = known("deferred", "timeout", LATER, attempts=9)
    assert lifecycle.reopen(waiting, listed(1), NOW) == replace(waiting, attempts=0, due="")
    assert lifecycle.reopen(None, listed(1), NOW) == OpenArticle(listed(1), since=NOW.isoformat())
    assert lifecycle.reopen(known("skipped", "withdrawn"), listed(1), NOW) is None


def test_a_deleted_post_makes_its_article_skipped_as_withdrawn() -> None:
    assert lifecycle.withdraw(listed(1), NOW) == OpenArticle(
        listed(1), "skipped", "withdrawn", since=NOW.isoformat()
    )
