"""What became of every listed article: in each run exactly one end, and none without a record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from archiver.errors import ArticleError, Deferred, Quarantined, Skipped
from archiver.items import Answer, Listed
from archiver.storage.archive import POSTS, Archive
from archiver.storage.index import ListingRow, OpenArticle

ENDS = ("posted", "updated", "unchanged", "skipped", "quarantined", "deferred")

_WORDS: dict[type[ArticleError], str] = {
    Quarantined: "quarantined",
    Deferred: "deferred",
    Skipped: "skipped",
}


_NOT_ASKED = frozenset({"host_down", "interrupted", "retry_after", "robots_unavailable", "storage"})
"""Deferred for the run's or the host's sake: no attempt on the article, which the next run asks for."""

REVIVED = frozenset({"gave_up", "withdrawn"})
"""Skipped until the user names the article."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """When an article that failed is asked for again, and when no more.

    The first failures are most often an outage, which the next run of a cron job finds over. After them the
    wait doubles from ten minutes to a day: an article that is broken for good costs some 25 requests in two
    weeks, and a site that is down for one week loses nothing.
    """

    attempts: int = 20
    """An article is given up after so many, and …"""
    days: int = 14
    """… not before so many days have gone since it was first listed."""

    FIRST: ClassVar = timedelta(minutes=10)
    LONGEST: ClassVar = timedelta(days=1)
    WAITS_FROM: ClassVar = {"deferred": 4, "quarantined": 3}
    """Failures from which on there is a wait; an answer that came and was wrong is more likely to stay so."""

    def wait(self, state: str, attempts: int) -> timedelta:
        """After the last of so many failures."""
        doublings = attempts - self.WAITS_FROM[state]
        if doublings < 0:
            return timedelta()
        return min(self.LONGEST, self.FIRST * (1 << min(doublings, 16)))

    def is_over(self, attempts: int, since: datetime, now: datetime) -> bool:
        return attempts >= self.attempts and now - since >= timedelta(days=self.days)

    def is_due(self, due: str, now: datetime) -> bool:
        """One that is due later than any wait allows was put off by a clock that was wrong."""
        return not due or not timedelta() < datetime.fromisoformat(due) - now <= self.LONGEST


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
    """Remembers what is listed before it is asked for, and how it ended.

    ``now`` is when the run began, aware.
    """

    def __init__(self, archive: Archive, now: datetime, schedule: Schedule | None = None) -> None:
        self.tally = Tally()
        self._archive = archive
        self._now = now.astimezone(UTC).replace(microsecond=0)
        self._schedule = schedule or Schedule()
        self._met: dict[str, bool] = {}
        """The ids of all that were listed in this run, and whether they have no end yet. Nothing but ids: a
        back-fill names a hundred thousand, and what was said of them is in the index."""
        self.pending = 0
        """How many articles have no end yet."""

    # --- listings

    def known_listing(self, url: str) -> ListingRow:
        """A listing as the last run that walked it to its end remembered it; empty where none did."""
        return self._archive.index.listing(url) or ListingRow(url)

    def admit(self, articles: Iterable[Listed], *, named: bool = False) -> list[Listed]:
        """The articles to ask for: those that are new to this run, have no post and need not wait.

        They are remembered before this returns, so no crash can lose one. ``named``: by the user, who need
        not wait, and whose word revives what was given up or withdrawn.
        """
        with self._archive.index.snapshot():
            wanted = [article for listed in articles if (article := self._wanted(listed, named))]
        if wanted:
            self._archive.touch()
            with self._archive.index.transaction():
                for article in wanted:
                    self._archive.index.forget_post(article.listed.id)
                    self._archive.index.put_open(article)
        return [article.listed for article in wanted]

    def recall(self, article_ids: Sequence[str]) -> list[Listed]:
        """What is remembered of some that were admitted."""
        known = self._archive.index.these_open(article_ids)
        return [known[article_id].listed for article_id in article_ids]

    def waiting(self, listing: str) -> list[Listed]:
        """What a listing (empty: the user) named in earlier runs, without a post, and not met in this run.

        First comes what is due. A quarantined article that has to wait is not among them; a deferred one is,
        because a run is complete only when nothing is deferred.
        """
        there = [a for a in self._archive.index.open_articles(listing) if a.listed.id not in self._met]
        due = [article.listed for article in there if self._is_due(article)]
        return due + [a.listed for a in there if a.state == "deferred" and not self._is_due(a)]

    def listing_complete(self, *, unchanged: bool = False) -> None:
        self.tally.listings_complete += 1
        self.tally.listings_unchanged += unchanged

    def remember_listing(self, listing: ListingRow) -> None:
        """Everything the listing names is remembered: from now on it may answer 304."""
        if listing != self._archive.index.listing(listing.url):
            self._archive.touch()
            with self._archive.index.transaction():
                self._archive.index.set_listing(listing)

    def listing_incomplete(self, url: str, reason: str) -> None:
        self.tally.listings_incomplete[url] = reason

    def refuse(self, listed: Listed, why: Quarantined) -> None:
        """A row that names no article: it ends here, and its id never touches a path."""
        if listed.id in self._met:
            return
        self._met[listed.id] = False
        self._archive.touch()
        record = self._archive.quarantine.keep(listed, why, ())
        self.tally.listed += 1
        self._end(listed.id, "quarantined", why, record)

    # --- articles

    def stored(self, article_id: str, end: str) -> None:
        """``posted`` or ``unchanged``: the archive has remembered the post already."""
        self._is_over(article_id)
        self.tally.ends[end] += 1

    def ended(self, article_id: str, why: ArticleError, answers: Sequence[Answer] = ()) -> End:
        """An article ends without a post."""
        article, record = self._after(article_id, why), ""
        if isinstance(why, Quarantined):
            record = self._archive.quarantine.keep(article.listed, why, answers)
        with self._archive.index.transaction():
            self._archive.index.put_open(article)
        self._is_over(article_id)
        return self._closed(article, why, record)

    def close(self, why: Deferred) -> None:
        """What is still on its way is deferred."""
        articles = [self._after(article_id, why) for article_id in self._without_end()]
        if not articles:
            return
        with self._archive.index.transaction():
            for article in articles:
                self._archive.index.put_open(article)
        for article in articles:
            self._is_over(article.listed.id)
            self._closed(article, why, "")

    def abandon(self, why: Deferred) -> None:
        """The same where the disk takes no more: what was remembered as listed is tried by the next run."""
        for article_id in self._without_end():
            self._is_over(article_id)
            self._end(article_id, "deferred", why, "")

    def _without_end(self) -> list[str]:
        return [article_id for article_id, pending in self._met.items() if pending]

    def _is_over(self, article_id: str) -> None:
        """Each article once: a second end is a bug."""
        assert self._met[article_id], "it had its end already"
        self._met[article_id] = False
        self.pending -= 1

    def _wanted(self, listed: Listed, named: bool) -> OpenArticle | None:
        """What to remember of an article that is to be asked for; any other ends here."""
        if listed.id in self._met:
            return None
        self._met[listed.id] = True
        self.pending += 1
        self.tally.listed += 1
        if self._archive.index.holds(listed.id) and not (named and self._is_withdrawn(listed.id)):
            self.stored(listed.id, "unchanged")
            return None
        known = self._archive.index.open_article(listed.id)
        if known is None:
            return OpenArticle(listed, since=self._now.isoformat())
        if known.state == "skipped":
            if not (named and known.reason in REVIVED):
                self._passed_over(known, known.reason)
                return None
            known = OpenArticle(known.listed, since=self._now.isoformat())
        elif not named and not self._is_due(known):
            self._passed_over(known, "waiting" if known.state == "deferred" else known.reason)
            return None
        return replace(known, listed=_both(known.listed, listed), since=known.since or self._now.isoformat())

    def _passed_over(self, article: OpenArticle, reason: str) -> None:
        """Ends as an earlier run left it: the numbers have it, the list of failures does not."""
        self._is_over(article.listed.id)
        self.tally.ends[article.state] += 1
        self.tally.reasons[f"{article.state}/{reason}"] += 1

    def _is_withdrawn(self, article_id: str) -> bool:
        row = self._archive.index.post(article_id)
        return row is not None and not self._archive.tree.exists(f"{POSTS}/{row.name}")

    def _is_due(self, article: OpenArticle) -> bool:
        return self._schedule.is_due(article.due, self._now)

    def _after(self, article_id: str, why: ArticleError) -> OpenArticle:
        """What to remember of an article that ends without a post."""
        word, reason = next(word for kind, word in _WORDS.items() if isinstance(why, kind)), why.reason
        article = self._archive.index.open_article(article_id) or OpenArticle(
            Listed(article_id), since=self._now.isoformat()
        )
        attempts = article.attempts + (reason not in _NOT_ASKED)
        article = replace(article, state=word, reason=reason, attempts=attempts, due="")
        if word == "skipped" or reason in _NOT_ASKED:
            return article
        if self._schedule.is_over(attempts, datetime.fromisoformat(article.since), self._now):
            return replace(article, state="skipped", reason="gave_up", cause=reason)
        wait = self._schedule.wait(word, attempts)
        return replace(article, due=(self._now + wait).isoformat() if wait else "")

    def _closed(self, article: OpenArticle, why: ArticleError, record: str) -> End:
        if article.cause:
            why = Skipped("gave_up", f"{why.reason}, {article.attempts} attempts since {article.since[:10]}")
        return self._end(article.listed.id, article.state, why, record)

    def _end(self, article_id: str, word: str, why: ArticleError, record: str) -> End:
        end = End(article_id, word, why.reason, why.detail, record)
        self.tally.ends[word] += 1
        self.tally.reasons[f"{word}/{why.reason}"] += 1
        self.tally.failures.append(end)
        return end


def _both(known: Listed, listed: Listed) -> Listed:
    """What is said of an article now, and what was said earlier where nothing is."""
    return Listed(
        listed.id,
        listed.category or known.category,
        listed.address or known.address,
        {**known.hints, **listed.hints},
        listed.listing or known.listing,
    )
