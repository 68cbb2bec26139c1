"""The states of an article, and the decisions that change them. Pure functions: no disk, no clock.

    unknown ──admitted──► listed ──ended──► deferred ─────┐
                            ▲               quarantined ──┼─admitted again when due─► listed …
                            │               skipped       │
                            └─────────────────────────────┘
    listed ──posted──► posted ──the file is deleted──► withdrawn (skipped)

``Catalogue`` writes the results, each change in one transaction.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from archiver.errors import ArticleError, Deferred, Quarantined, Skipped
from archiver.items import Listed
from archiver.storage.rows import OpenArticle
from archiver.storage.schedule import Schedule

STATES: dict[type[ArticleError], str] = {
    Quarantined: "quarantined",
    Deferred: "deferred",
    Skipped: "skipped",
}
"""The class of an error → the state of an article that ends with it."""

NOT_ASKED = frozenset({"host_down", "interrupted", "retry_after", "robots_unavailable", "storage"})
"""Reasons that mean that no request was made for the article. They do not count as attempts."""

REVIVED = frozenset({"gave_up", "withdrawn"})
"""Reasons of a skipped article that is requested again if the user names it."""

PostState = Literal["none", "there", "withdrawn"]
"""``none``: the index has no post of the article; ``withdrawn``: it has one, and the file is missing."""


@dataclass(frozen=True, slots=True)
class PassedOver:
    """An article that is not requested in this run; ``reason`` is empty if its post is ``unchanged``."""

    state: str
    reason: str = ""


def admit(
    listed: Listed,
    known: OpenArticle | None,
    post: PostState,
    now: datetime,
    schedule: Schedule,
    *,
    named: bool = False,
) -> OpenArticle | PassedOver:
    """The row of an article that is requested now, or why it is not requested.

    ``named``: the user named it. It is then requested before it is due, and also if it was given up or
    withdrawn.
    """
    since = now.isoformat()
    if post == "there" or (post == "withdrawn" and not named):
        return PassedOver("unchanged")
    if known is None:
        return OpenArticle(listed, since=since)
    if known.state == "skipped":
        if not (named and known.reason in REVIVED):
            return PassedOver("skipped", known.reason)
        known = OpenArticle(known.listed, since=since)
    elif not named and not schedule.is_due(known.due, now):
        return PassedOver(known.state, "waiting" if known.state == "deferred" else known.reason)
    return replace(known, listed=merged(known.listed, listed), since=known.since or since)


def merged(known: Listed, listed: Listed) -> Listed:
    """What the listing says now, completed by what an earlier listing said."""
    return Listed(
        listed.id,
        listed.category or known.category,
        listed.address or known.address,
        {**known.hints, **listed.hints},
        listed.listing or known.listing,
    )


def end(known: OpenArticle, why: ArticleError, now: datetime, schedule: Schedule) -> OpenArticle:
    """The row of an article that ends without a post."""
    state = next(state for kind, state in STATES.items() if isinstance(why, kind))
    asked = why.reason not in NOT_ASKED
    article = replace(known, state=state, reason=why.reason, attempts=known.attempts + asked, due="")
    if state == "skipped" or not asked:
        return article
    if schedule.is_over(article.attempts, datetime.fromisoformat(article.since), now):
        return replace(article, state="skipped", reason="gave_up", cause=why.reason)
    wait = schedule.wait(state, article.attempts)
    return replace(article, due=(now + wait).isoformat() if wait else "")


def reopen(known: OpenArticle | None, listed: Listed, now: datetime) -> OpenArticle | None:
    """The row of an article whose post is damaged, so that the next run requests it.

    None for a skipped article, which is not requested.
    """
    known = known or OpenArticle(listed, since=now.isoformat())
    return None if known.state == "skipped" else replace(known, attempts=0, due="")


def withdraw(listed: Listed, now: datetime) -> OpenArticle:
    """The row of an article whose post the user deleted."""
    return OpenArticle(listed, "skipped", "withdrawn", since=now.isoformat())
