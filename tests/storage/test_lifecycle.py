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
        ("none", known("skipped", "gone"), True, PassedOver("skipped", "gone")),
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
        (Skipped("gone"), 0, Schedule(), "skipped", "gone", "", 1, 0),
        (Skipped("gone"), 99, SOON, "skipped", "gone", "", 100, 0),
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


def test_an_article_with_a_damaged_post_is_requested_at_once_unless_it_was_skipped() -> None:
    waiting = known("deferred", "timeout", LATER, attempts=9)
    assert lifecycle.reopen(waiting, listed(1), NOW) == replace(waiting, attempts=0, due="")
    assert lifecycle.reopen(None, listed(1), NOW) == OpenArticle(listed(1), since=NOW.isoformat())
    assert lifecycle.reopen(known("skipped", "withdrawn"), listed(1), NOW) is None


def test_a_deleted_post_makes_its_article_skipped_as_withdrawn() -> None:
    assert lifecycle.withdraw(listed(1), NOW) == OpenArticle(
        listed(1), "skipped", "withdrawn", since=NOW.isoformat()
    )
