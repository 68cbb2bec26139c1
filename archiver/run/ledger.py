"""What became of every article that this run listed: exactly one end each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from archiver.errors import ArticleError, Deferred, Quarantined, Skipped
from archiver.items import Answer, Listed
from archiver.storage.catalogue import Catalogue
from archiver.storage.lifecycle import PassedOver, is_refused
from archiver.storage.rows import KnownListing, OpenArticle
from archiver.storage.schedule import Schedule

ENDS = ("posted", "updated", "unchanged", "skipped", "quarantined", "deferred")


@dataclass(frozen=True, slots=True)
class End:
    """One article's end, for the report."""

    id: str
    end: str
    reason: str
    detail: str
    record: str = ""
    """Where the raw answer is kept, below the archive's root."""


@dataclass(slots=True)
class Tally:
    """A run in numbers; ``listed`` equals the sum of ``ends`` once the run is over."""

    listed: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    """``quarantined/not_json`` → how many."""
    failures: list[End] = field(default_factory=list)
    listings_complete: int = 0
    listings_unchanged: int = 0
    """Those of the complete ones that answered 304."""
    listings_incomplete: dict[str, str] = field(default_factory=dict)
    """Address → why it was not walked to its end."""

    @property
    def balanced(self) -> bool:
        return self.listed == sum(self.ends.values())


class Ledger:
    """Counts one run, and no more: the catalogue keeps what outlives it.

    ``now`` is when the run began, aware.
    """

    def __init__(
        self, catalogue: Catalogue, now: datetime, schedule: Schedule | None = None, site: str = ""
    ) -> None:
        self.tally = Tally()
        self._catalogue = catalogue
        self._now = now.astimezone(UTC).replace(microsecond=0)
        self._schedule = schedule or Schedule()
        self._site = site
        self._met: dict[str, bool] = {}
        """The id of every article that was listed in this run, and whether it has no end yet. Only ids: a
        back-fill names a hundred thousand articles, and what was said of them is in the index."""
        self.pending = 0
        """How many articles have no end yet."""

    # --- listings

    def known_listing(self, url: str) -> KnownListing:
        return self._catalogue.known_listing(url)

    def listing_complete(self, *, unchanged: bool = False) -> None:
        self.tally.listings_complete += 1
        self.tally.listings_unchanged += unchanged

    def remember_listing(self, listing: KnownListing) -> None:
        self._catalogue.remember_listing(listing)

    def listing_incomplete(self, url: str, reason: str) -> None:
        self.tally.listings_incomplete[url] = reason

    def waiting(self, listing: str) -> list[Listed]:
        """What a listing (empty: the user) named in earlier runs, without a post, and not met in this run.

        What is due comes first. A quarantined article that has to wait is left out; a deferred one is not,
        because a run is complete only when nothing is deferred.
        """
        there = [a for a in self._catalogue.waiting(listing) if self._is_ours(a)]
        due = [article.listed for article in there if self._is_due(article)]
        later = (a for a in there if not self._is_due(a) and not is_refused(a))
        return due + [article.listed for article in later if article.state == "deferred"]

    def _is_ours(self, article: OpenArticle) -> bool:
        """Not met in this run, and listed by this site: another site of the archive requests its own."""
        return article.listed.id not in self._met and article.site in ("", self._site)

    def _is_due(self, article: OpenArticle) -> bool:
        return self._schedule.is_due(article.due, self._now)

    # --- articles

    def admit(self, articles: Iterable[Listed], *, named: bool = False) -> list[Listed]:
        """The articles to ask for: those that are new to this run, have no post and need not wait.

        ``named``: the user named them (see ``lifecycle.admit``).
        """
        new = [listed for listed in articles if self._meet(listed.id)]
        wanted = []
        decided = (
            self._catalogue.admit(new, self._now, self._schedule, named=named, site=self._site) if new else []
        )
        for listed, decision in zip(new, decided, strict=True):
            if isinstance(decision, PassedOver):
                self._passed_over(listed.id, decision)
            else:
                wanted.append(decision.listed)
        return wanted

    def _meet(self, article_id: str) -> bool:
        """Whether the article is new to this run; it is then counted as listed."""
        if article_id in self._met:
            return False
        self._met[article_id] = True
        self.pending += 1
        self.tally.listed += 1
        return True

    def _passed_over(self, article_id: str, decision: PassedOver) -> None:
        """Ends as an earlier run left it: it is counted, but the list of failures does not name it."""
        self._is_over(article_id)
        self.tally.ends[decision.state] += 1
        if decision.reason:
            self.tally.reasons[f"{decision.state}/{decision.reason}"] += 1

    def recall(self, article_ids: Sequence[str]) -> list[Listed]:
        """What is remembered of articles that were admitted."""
        return self._catalogue.recall(article_ids)

    def refuse(self, listed: Listed, why: Quarantined) -> None:
        """A row that names no article ends here."""
        if listed.id in self._met:
            return
        self._met[listed.id] = False
        record = self._catalogue.refuse(listed, why)
        self.tally.listed += 1
        self._end(listed.id, "quarantined", why, record)

    def stored(self, article_id: str, end: str) -> None:
        """``posted`` or ``unchanged``: the catalogue has remembered the post already."""
        self._is_over(article_id)
        self.tally.ends[end] += 1

    def ended(self, article_id: str, why: ArticleError, answers: Sequence[Answer] = ()) -> End:
        """An article ends without a post."""
        article, record = self._catalogue.ended(article_id, why, answers, self._now, self._schedule)
        self._is_over(article_id)
        return self._closed(article, why, record)

    def close(self, why: Deferred) -> None:
        """What has no end yet is deferred."""
        for article in self._catalogue.all_ended(self._without_end(), why, self._now, self._schedule):
            self._is_over(article.listed.id)
            self._closed(article, why, "")

    def abandon(self, why: Deferred) -> None:
        """The same where the disk takes no more: the catalogue has the articles as listed, and the next run
        asks for them."""
        for article_id in self._without_end():
            self._is_over(article_id)
            self._end(article_id, "deferred", why, "")

    def _without_end(self) -> list[str]:
        return [article_id for article_id, pending in self._met.items() if pending]

    def _is_over(self, article_id: str) -> None:
        assert self._met[article_id], "an article has one end; a second one is a bug"
        self._met[article_id] = False
        self.pending -= 1

    def _closed(self, article: OpenArticle, why: ArticleError, record: str) -> End:
        if article.cause:
            why = Skipped("gave_up", f"{why.reason}, {article.attempts} attempts since {article.since[:10]}")
        state = "skipped" if is_refused(article) else article.state
        return self._end(article.listed.id, state, why, record)

    def _end(self, article_id: str, state: str, why: ArticleError, record: str) -> End:
        end = End(article_id, state, why.reason, why.detail, record)
        self.tally.ends[state] += 1
        self.tally.reasons[f"{state}/{why.reason}"] += 1
        self.tally.failures.append(end)
        return end
