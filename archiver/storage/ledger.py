"""What became of every listed article: in each run exactly one end, and none without a record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from archiver.errors import ArticleError, Deferred, Quarantined, Skipped
from archiver.items import Answer, Listed
from archiver.storage.archive import Archive

ENDS = ("posted", "updated", "unchanged", "skipped", "quarantined", "deferred")

_WORDS: dict[type[ArticleError], str] = {
    Quarantined: "quarantined",
    Deferred: "deferred",
    Skipped: "skipped",
}


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

    ``now`` is when the run began.
    """

    def __init__(self, archive: Archive, now: datetime) -> None:
        self.tally = Tally()
        self._archive = archive
        self._now = now.isoformat(timespec="seconds")
        self._seen: set[str] = set()
        self._pending: dict[str, Listed] = {}

    # --- listings

    def validators(self, url: str) -> tuple[str, str]:
        """ETag and Last-Modified of a listing all of whose articles are remembered."""
        return self._archive.index.validators(url)

    def admit(self, articles: Iterable[Listed]) -> list[Listed]:
        """The articles to ask for: those of ``articles`` that are new to this run and to the archive.

        They are remembered before this returns, so no crash can lose one.
        """
        wanted = [listed for listed in articles if self._is_wanted(listed)]
        if wanted:
            self._archive.touch()
            with self._archive.index.transaction():
                for listed in wanted:
                    self._archive.index.add_listed(listed, self._now)
        self._pending.update((listed.id, listed) for listed in wanted)
        return wanted

    def waiting(self, listing: str) -> list[Listed]:
        """Articles a listing named in earlier runs that have no post yet and were not met in this run."""
        waiting = (article.listed for article in self._archive.index.open_articles(listing))
        return [listed for listed in waiting if listed.id not in self._seen]

    def was_walked(self, url: str) -> bool:
        """Whether an earlier run remembered everything this listing names, to its last page."""
        return self._archive.index.was_walked(url)

    def listing_complete(self, *, unchanged: bool = False) -> None:
        self.tally.listings_complete += 1
        self.tally.listings_unchanged += unchanged

    def remember_listing(self, url: str, etag: str, modified: str) -> None:
        """Everything the listing names is remembered: from now on it may answer 304."""
        if not self.was_walked(url) or (etag, modified) != self.validators(url):
            self._archive.touch()
            with self._archive.index.transaction():
                self._archive.index.set_validators(url, etag, modified)

    def listing_incomplete(self, url: str, reason: str) -> None:
        self.tally.listings_incomplete[url] = reason

    def refuse(self, listed: Listed, why: Quarantined) -> None:
        """A row that names no article: it ends here, and its id never touches a path."""
        if listed.id in self._seen:
            return
        self._seen.add(listed.id)
        self.tally.listed += 1
        self._archive.touch()
        self._end(listed.id, "quarantined", why, self._archive.quarantine.keep(listed, why, ()))

    # --- articles

    def stored(self, article_id: str, end: str) -> None:
        """``posted`` or ``unchanged``: the archive has remembered the post already."""
        del self._pending[article_id]
        self.tally.ends[end] += 1

    def ended(self, article_id: str, why: ArticleError, answers: Sequence[Answer] = ()) -> End:
        """An article ends without a post."""
        listed = self._pending.pop(article_id)
        word = next(word for kind, word in _WORDS.items() if isinstance(why, kind))
        record = ""
        if isinstance(why, Quarantined):
            record = self._archive.quarantine.keep(listed, why, answers)
        with self._archive.index.transaction():
            if isinstance(why, Skipped):
                self._archive.index.add_skipped(article_id, why.reason)
            else:
                self._archive.index.set_open(article_id, word, why.reason)
        return self._end(article_id, word, why, record)

    def close(self, why: Deferred) -> None:
        """What is still on its way is deferred."""
        for article_id in list(self._pending):
            self.ended(article_id, why)

    def abandon(self, why: Deferred) -> None:
        """The same where the disk takes no more: what was remembered as listed is tried by the next run."""
        for article_id in self._pending:
            self._end(article_id, "deferred", why, "")
        self._pending.clear()

    def is_pending(self, article_id: str) -> bool:
        return article_id in self._pending

    def _is_wanted(self, listed: Listed) -> bool:
        if listed.id in self._seen:
            return False
        self._seen.add(listed.id)
        self.tally.listed += 1
        if self._archive.index.holds(listed.id):
            self.tally.ends["unchanged"] += 1
            return False
        if reason := self._archive.index.skipped(listed.id):
            self.tally.ends["skipped"] += 1
            self.tally.reasons[f"skipped/{reason}"] += 1
            return False
        return True

    def _end(self, article_id: str, word: str, why: ArticleError, record: str) -> End:
        end = End(article_id, word, why.reason, why.detail, record)
        self.tally.ends[word] += 1
        self.tally.reasons[f"{word}/{why.reason}"] += 1
        self.tally.failures.append(end)
        return end
