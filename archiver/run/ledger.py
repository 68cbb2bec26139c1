"""The result of every article that this run listed: exactly one result for each article."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from archiver.errors import ArticleError, Deferred, Quarantined, Skipped
from archiver.items import Answer, Listed
from archiver.run import drift
from archiver.storage.catalogue import Catalogue
from archiver.storage.lifecycle import PassedOver, is_refused
from archiver.storage.quarantine import MAX_ROWS
from archiver.storage.rows import KnownListing, OpenArticle
from archiver.storage.schedule import Schedule

ENDS = ("posted", "updated", "unchanged", "skipped", "quarantined", "deferred")

MAX_FAILURES = 1000
"""Failures that a run names one by one; further ones are only counted."""

MAX_DETAIL = 300
"""Characters of the explanation of a dropped article."""


@dataclass(frozen=True, slots=True)
class End:
    """The result of one article, for the report."""

    id: str
    end: str
    reason: str
    detail: str
    record: str = ""
    """The file with the raw responses, as a path below the root of the archive."""


@dataclass(slots=True)
class Tally:
    """The counts of a run. At the end of the run, ``listed`` equals the sum of ``ends``."""

    listed: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    """Result and reason (``quarantined/not_json``) → number of articles."""
    failures: list[End] = field(default_factory=list)
    """The first ``MAX_FAILURES``."""
    failed: int = 0
    """The number of all failures."""
    known: Counter[str] = field(default_factory=Counter)
    """Result and reason → articles that were quarantined for this reason by an earlier run, too."""
    new: int = 0
    """Articles that this run requested and no earlier run had requested."""
    again: int = 0
    """Articles that an earlier run had requested, too."""
    refused: Counter[str] = field(default_factory=Counter)
    """Reason → new articles that their host refused."""
    refused_again: int = 0
    limit_reached: bool = False
    """Whether articles were left out because of ``limit``."""
    pages: int = 0
    """Pages of listings that were read."""
    listings_complete: int = 0
    listings_unchanged: int = 0
    """Listings that answered 304 Not Modified; they are counted as complete, too."""
    rows_unchanged: int = 0
    """Articles in these listings when they were last read. An article in two listings counts twice, so they
    are not in ``listed``."""
    rows_unknown: int = 0
    """Those of these listings of which the index does not know how many articles they have."""
    listings_incomplete: dict[str, str] = field(default_factory=dict)
    """Address → why the listing was not read to its end."""
    listing_details: dict[str, str] = field(default_factory=dict)
    """Address → an explanation of that."""
    listing_advice: dict[str, str] = field(default_factory=dict)
    """Address → what to do, if another run does not help."""

    @property
    def balanced(self) -> bool:
        return self.listed == sum(self.ends.values())


class Ledger:
    """Counts the articles of one run. The catalogue keeps everything that later runs need.

    ``now`` is the time at which the run began, with a time zone.
    """

    def __init__(
        self, catalogue: Catalogue, now: datetime, schedule: Schedule | None = None, site: str = ""
    ) -> None:
        self.tally = Tally()
        self._catalogue = catalogue
        self._now = now.astimezone(UTC).replace(microsecond=0)
        self._schedule = schedule or Schedule()
        self._site = site
        self._is_pending: dict[str, bool] = {}
        """The id of every article that was listed in this run → whether it has no result yet. Only ids are
        in memory, because a back-fill lists a hundred thousand articles; the index holds the rest."""
        self.pending = 0
        """The number of articles that have no result yet."""
        self._earlier: dict[str, str] = {}
        """The id of every article that an earlier run requested, too → result and reason of that run."""

    @property
    def now(self) -> datetime:
        """When the run began."""
        return self._now

    # --- listings

    def known_listing(self, url: str) -> KnownListing:
        return self._catalogue.known_listing(url)

    def listing_complete(self) -> None:
        self.tally.listings_complete += 1

    def listing_unchanged(self, known: KnownListing) -> None:
        self.listing_complete()
        self.tally.listings_unchanged += 1
        self.tally.rows_unchanged += known.rows
        self.tally.rows_unknown += known.most == 0

    def remember_listing(self, listing: KnownListing) -> None:
        self._catalogue.remember_listing(listing)

    def listing_incomplete(self, url: str, reason: str, detail: str = "", advice: str = "") -> None:
        self.tally.listings_incomplete[url] = reason
        if detail:
            self.tally.listing_details[url] = detail
        if advice:
            self.tally.listing_advice[url] = advice

    def listings(self) -> list[str]:
        """The addresses of the listings that earlier runs read."""
        return self._catalogue.listings()

    def waiting(self, listing: str) -> list[Listed]:
        """Articles without a post that a listing named in earlier runs, and that this run has not listed yet.

        An empty ``listing`` stands for articles that the user named. Articles that are due come first. A
        quarantined article that is not due yet is left out. A deferred one is not left out, because a run is
        complete only if no article is deferred.
        """
        known = [a for a in self._catalogue.waiting(listing) if self._is_ours(a)]
        due = [article.listed for article in known if self._is_due(article)]
        later = (a for a in known if not self._is_due(a) and not is_refused(a))
        return due + [article.listed for article in later if article.state == "deferred"]

    def _is_ours(self, article: OpenArticle) -> bool:
        """Whether this site listed the article, and this run has not listed it yet. Another site that shares
        the archive requests its own articles."""
        return article.listed.id not in self._is_pending and article.site in ("", self._site)

    def _is_due(self, article: OpenArticle) -> bool:
        return self._schedule.is_due(article.due, self._now)

    # --- articles

    def admit(self, articles: Iterable[Listed], *, named: bool = False) -> list[Listed]:
        """The articles to request: those that are new in this run, have no post and are due.

        ``named``: the user named them (see ``lifecycle.admit``).
        """
        new = [listed for listed in articles if self._count_listed(listed.id)]
        wanted = []
        decided = (
            self._catalogue.admit(new, self._now, self._schedule, named=named, site=self._site) if new else []
        )
        for listed, decision in zip(new, decided, strict=True):
            if isinstance(decision, PassedOver):
                self._keep_earlier_end(listed.id, decision)
            else:
                self._count_requested(decision)
                wanted.append(decision.listed)
        return wanted

    def _count_requested(self, article: OpenArticle) -> None:
        if article.attempts:
            self.tally.again += 1
            self._earlier[article.listed.id] = f"{article.state}/{article.reason}"
        else:
            self.tally.new += 1

    def is_new(self, listed: Listed) -> bool:
        """Whether ``admit`` would request the article if it is due."""
        return listed.id not in self._is_pending and not self._catalogue.has_result(listed.id)

    def is_unknown(self, listed: Listed) -> bool:
        """Whether neither this run nor an earlier one has admitted the article."""
        return listed.id not in self._is_pending and not self._catalogue.knows(listed.id)

    def _count_listed(self, article_id: str) -> bool:
        """Counts the article as listed. Returns False if this run has counted it already."""
        if article_id in self._is_pending:
            return False
        self._is_pending[article_id] = True
        self.pending += 1
        self.tally.listed += 1
        return True

    def _keep_earlier_end(self, article_id: str, decision: PassedOver) -> None:
        """Counts the result of an earlier run. The list of failures does not name the article again."""
        self._clear_pending(article_id)
        self.tally.ends[decision.state] += 1
        if decision.reason:
            name = f"{decision.state}/{decision.reason}"
            self.tally.reasons[name] += 1
            self.tally.known[name] += decision.state == "quarantined"

    def recall(self, article_ids: Sequence[str]) -> list[Listed]:
        """Reads articles that were admitted from the index."""
        return self._catalogue.recall(article_ids)

    def refuse(self, listed: Listed, why: Quarantined) -> None:
        """Quarantines a row that does not name an article."""
        self.refuse_all([listed], why)

    def refuse_all(self, rows: Iterable[Listed], why: Quarantined) -> None:
        """Quarantines rows of one listing that do not name an article. The list of failures names at most
        ``MAX_ROWS`` of them; all are counted."""
        new = [listed for listed in rows if listed.id not in self._is_pending]
        self._is_pending.update((listed.id, False) for listed in new)
        new = list({listed.id: listed for listed in new}.values())
        if not new:
            return
        self.tally.known[f"quarantined/{why.reason}"] += self._catalogue.known_rows(new)
        record = self._catalogue.refuse(new, why)
        self.tally.listed += len(new)
        for listed in new[:MAX_ROWS]:
            self._end(listed.id, "quarantined", why, record)
        more = len(new[MAX_ROWS:])
        self.tally.failed += more
        self.tally.ends["quarantined"] += more
        self.tally.reasons[f"quarantined/{why.reason}"] += more

    def skip_all(self, rows: Iterable[Listed]) -> None:
        """Counts rows that the profile says are not of articles. They are neither stored nor named."""
        new = {listed.id for listed in rows if listed.id not in self._is_pending}
        if not new:
            return
        self._is_pending.update(dict.fromkeys(new, False))
        self.tally.listed += len(new)
        self.tally.ends["skipped"] += len(new)
        self.tally.reasons["skipped/not_ours"] += len(new)

    def stored(self, article_id: str, end: str) -> None:
        """Counts an article whose post the catalogue holds; ``end`` is ``posted`` or ``unchanged``."""
        self._clear_pending(article_id)
        self.tally.ends[end] += 1

    def ended(self, article_id: str, why: ArticleError, answers: Sequence[Answer] = ()) -> End:
        """Records the result of an article that gets no post."""
        article, record = self._catalogue.ended(article_id, why, answers, self._now, self._schedule)
        self._clear_pending(article_id)
        self._compare(article, why)
        return self._count_failure(article, why, record)

    def dropped(self, article_id: str, why: str) -> None:
        """Records that a component of the user dropped the article, if it has no result yet."""
        if self._is_pending.get(article_id):
            self.ended(article_id, Skipped("dropped", why[:MAX_DETAIL]))

    def _compare(self, article: OpenArticle, why: ArticleError) -> None:
        """Counts separately what an earlier run has reported: only new problems raise the exit status."""
        earlier = self._earlier.get(article.listed.id)
        if why.reason in drift.REFUSED:
            self.tally.refused[why.reason] += earlier is None
            self.tally.refused_again += earlier is not None
        if article.state == "quarantined" and earlier == f"quarantined/{why.reason}":
            self.tally.known[earlier] += 1

    def close(self, why: Deferred) -> None:
        """Defers every article that has no result yet."""
        for article in self._catalogue.all_ended(self._without_end(), why, self._now, self._schedule):
            self._clear_pending(article.listed.id)
            self._count_failure(article, why, "")

    def abandon(self, why: Deferred) -> None:
        """As ``close``, but without writing, because the disk failed.

        The catalogue still holds these articles as listed, so the next run requests them.
        """
        for article_id in self._without_end():
            self._clear_pending(article_id)
            self._end(article_id, "deferred", why, "")

    def _without_end(self) -> list[str]:
        return [article_id for article_id, pending in self._is_pending.items() if pending]

    def _clear_pending(self, article_id: str) -> None:
        assert self._is_pending[article_id], "an article gets one result; a second one is a bug"
        self._is_pending[article_id] = False
        self.pending -= 1

    def _count_failure(self, article: OpenArticle, why: ArticleError, record: str) -> End:
        if article.cause:
            why = Skipped("gave_up", f"{why.reason}, {article.attempts} attempts since {article.since[:10]}")
        state = "skipped" if is_refused(article) else article.state
        return self._end(article.listed.id, state, why, record)

    def _end(self, article_id: str, state: str, why: ArticleError, record: str) -> End:
        end = End(article_id, state, why.reason, why.detail, record)
        self.tally.ends[state] += 1
        self.tally.reasons[f"{state}/{why.reason}"] += 1
        self.tally.failed += 1
        if len(self.tally.failures) < MAX_FAILURES:
            self.tally.failures.append(end)
        return end
