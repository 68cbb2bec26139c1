"""The states of an article, and the decisions that change them. Pure functions: no disk, no clock.

    unknown ──admitted──► listed ──ended──► deferred ─────┐
                            ▲               quarantined ──┼─admitted again when due─► listed …
                            │               skipped       │
                            └─────────────────────────────┘
    listed ──posted──► posted ──the file is deleted──► withdrawn (skipped)
    listed ──refused──► deferred, until it was refused three times over a day ──► skipped

``Catalogue`` writes the results, each change in one transaction.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
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

REFUSALS = frozenset({"gone", "legal_451", "retracted", "robots_txt"})
"""Reasons of a skipped article that may be a passing fault of its host. The article is requested again, until
it was refused ``FINAL_AFTER`` times in a row, over ``FINAL_TIME`` at least."""

FINAL_AFTER = 3
FINAL_TIME = timedelta(days=1)

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
    """What to remember of an article that is requested now, or why it is not requested.

    ``named``: the user named it. It is then requested at once, whatever its last end was.
    """
    since = now.isoformat()
    if post == "there" or (post == "withdrawn" and not named):
        return PassedOver("unchanged")
    if known is None:
        return OpenArticle(listed, since=since)
    if known.state == "skipped":
        if not named:
            return PassedOver("skipped", known.reason)
        known = OpenArticle(known.listed, since=since)
    elif not named and not schedule.is_due(known.due, now):
        return _waiting(known)
    return replace(known, listed=merged(known.listed, listed), since=known.since or since)


def _waiting(known: OpenArticle) -> PassedOver:
    if is_refused(known):
        return PassedOver("skipped", known.reason)
    return PassedOver(known.state, "waiting" if known.state == "deferred" else known.reason)


def is_refused(article: OpenArticle) -> bool:
    """Whether the article was gone or forbidden when it was last requested, and is requested again."""
    return article.state == "deferred" and article.reason in REFUSALS


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
    """What to remember of an article that ends without a post."""
    if why.reason in REFUSALS:
        return _refused(known, why, now, schedule)
    state = next(state for kind, state in STATES.items() if isinstance(why, kind))
    asked = why.reason not in NOT_ASKED
    article = replace(known, state=state, reason=why.reason, attempts=known.attempts + asked, due="")
    if state == "quarantined":  # there was an answer: the article is not gone
        article = replace(article, refusals=0, refused="")
    if state == "skipped" or not asked:
        return article
    if schedule.is_over(article.attempts, datetime.fromisoformat(article.since), now):
        return replace(article, state="skipped", reason="gave_up", cause=why.reason)
    wait = schedule.wait(state, article.attempts)
    return replace(article, due=(now + wait).isoformat() if wait else "")


def _refused(known: OpenArticle, why: ArticleError, now: datetime, schedule: Schedule) -> OpenArticle:
    """An article that its host refuses: skipped for good only when the refusal has lasted."""
    article = replace(
        known,
        reason=why.reason,
        attempts=known.attempts + 1,
        refusals=known.refusals + 1,
        refused=known.refused or now.isoformat(),
        due="",
    )
    lasted = now - datetime.fromisoformat(article.refused)
    if article.refusals >= FINAL_AFTER and lasted >= FINAL_TIME:
        return replace(article, state="skipped")
    wait = schedule.wait("quarantined", article.refusals)
    return replace(article, state="deferred", due=(now + wait).isoformat() if wait else "")


def reopen(known: OpenArticle | None, listed: Listed, now: datetime) -> OpenArticle | None:
    """The row of an article whose post is damaged, so that the next run requests it.

    None for a skipped article, which is not requested.
    """
    known = known or OpenArticle(listed, since=now.isoformat())
    return None if known.state == "skipped" else replace(known, attempts=0, due="")


def withdraw(listed: Listed, now: datetime) -> OpenArticle:
    """The row of an article whose post the user deleted."""
    return OpenArticle(listed, "skipped", "withdrawn", since=now.isoformat())
