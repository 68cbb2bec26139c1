"""The progress of one run through the pages of one listing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from archiver.errors import ArticleError, Quarantined
from archiver.extract.listing import ListingPage
from archiver.run import drift, validators
from archiver.sites.listing import Listing
from archiver.sites.part import shown
from archiver.storage.rows import KnownListing

MAX_FAILED = 2
"""After this number of unreadable pages in a row, the run leaves the rest of the listing to the next run."""

MAX_REPEATED = 2
"""This number of pages in a row that only repeat earlier rows are the end of the listing. One page is not:
articles that appear during the run move all others to later pages."""


@dataclass(frozen=True, slots=True)
class Walk:
    """How far the pages of a listing were read. Immutable: each page produces a new walk."""

    known: KnownListing
    """The listing as an earlier run stored it."""
    found: KnownListing
    """The listing as this run finds it."""
    conditional: bool = False
    """Whether the first page was requested with a validator."""
    distrusted: bool = False
    """Whether the site refused a request with a validator: the next run then sends none."""
    patient: bool = True
    """Whether the run reads on after a page without new articles."""
    opened: bool = False
    """Whether the index knows that this run began to read the listing and has not reached the end."""
    pages: int = 0
    """The number of pages that were requested."""
    all_taken: bool = True
    """Whether no article so far was left out because of ``since``, ``until`` or ``limit``."""
    seen: frozenset[str] = frozenset()
    """The ids of the rows so far."""
    repeats: int = 0
    """The number of latest pages that named nothing but earlier rows."""
    lists: tuple[str, ...] = ()
    """The addresses of the lists that an index named, and that are still to be read."""
    has_lists: bool = False
    """Whether the pages are lists of an index: then no page says anything about the pages after it."""
    passed: frozenset[str] = frozenset()
    """The cursors or addresses of the pages that were requested."""
    failed: tuple[ArticleError, ...] = ()
    """The errors of the latest pages, one for each page that could not be read."""
    skipped_page: ArticleError | None = None
    """The first error of an earlier page that could not be read, if pages after it were read."""

    @property
    def url(self) -> str:
        """The address of the first page; it identifies the listing."""
        return self.known.url

    @property
    def was_walked(self) -> bool:
        """Whether no earlier run left articles of the listing behind."""
        return self.known.rows > 0

    @property
    def result(self) -> KnownListing:
        """What the index is to know of a listing that was read to its end."""
        return replace(self.found, rows=self.found.rows or self.known.rows)

    @property
    def in_index(self) -> KnownListing:
        """The listing as the index has it now."""
        return replace(self.known, rows=0, etag="", modified="") if self.opened else self.known

    @property
    def is_circling(self) -> bool:
        return self.repeats >= MAX_REPEATED

    def after_page(self, page: ListingPage, etag: str, modified: str, *, all_taken: bool) -> Walk:
        """The walk after a page that could be read. Only the validators of the first page are stored."""
        rows = self.found.rows + page.rows
        found = replace(self.found, rows=rows, most=max(self.found.most, rows))
        repeats = self.repeats + 1 if page.ids <= self.seen else 0
        if self.pages == 0 and not self.distrusted:
            found = replace(found, etag=etag, modified=modified)
        return replace(
            self,
            found=found,
            pages=self.pages + 1,
            conditional=False,
            all_taken=self.all_taken and all_taken,
            seen=self.seen | page.ids,
            repeats=repeats,
            failed=(),
            skipped_page=self.skipped_page or next(iter(self.failed), None),
        )

    def in_full(self) -> Walk:
        """The walk after the site refused a request with a validator."""
        return replace(self, conditional=False, distrusted=True)

    def cut_short(self, *, known: bool) -> Walk:
        """The walk that ends before the end of the listing. ``known``: nothing was left out."""
        found = replace(self.found, looked=self.known.looked)
        return replace(self, found=found, all_taken=self.all_taken and known and self.was_walked)

    def with_lists(self, lists: tuple[str, ...]) -> Walk:
        """The walk after an index, which may be one of several."""
        left = (url for url in dict.fromkeys([*lists, *self.lists]) if url not in self.passed)
        return replace(self, lists=tuple(left), has_lists=True)

    def past(self, mark: str) -> Walk:
        """The walk after the request for a page."""
        lists = self.lists[1:] if self.lists[:1] == (mark,) else self.lists
        return replace(self, passed=self.passed | {mark}, lists=lists)

    def at_end(self) -> Walk:
        """The walk after a response that says that there are no more pages."""
        return replace(self, failed=(), skipped_page=self.skipped_page or next(iter(self.failed), None))

    def after_failure(self, why: ArticleError) -> Walk:
        return replace(self, pages=self.pages + 1, conditional=False, failed=(*self.failed, why))

    def refuse_empty(self, page: ListingPage, rule: str) -> None:
        """Raises Quarantined if a listing has no rows, but had rows in an earlier run (faults X2), or if it
        never had any. ``rule``: the one that finds the rows."""
        rows = page.rows
        if self.pages > 0 or rows or page.lists:
            return
        if drift.ran_dry(rows, self.known.most):
            before = f"it listed {self.known.most} articles before, and now lists none"
            raise Quarantined("ran_dry", f"{before}: rows {shown(rule)} finds nothing")
        if self.known.most == 0:
            raise Quarantined("no_rows", f"it lists no article: rows {shown(rule)} finds nothing")


def begin(
    rule: Listing, known: KnownListing, now: datetime, full_look: float, *, reads_back: bool
) -> tuple[Walk, Mapping[str, str]]:
    """How the run reads a listing, and the headers of its first request.

    Once in ``full_look`` seconds it reads every page. In between it ends at a page without new articles, if
    earlier runs left nothing behind. ``reads_back``: the user wants the articles of certain days.
    """
    full = validators.needs_full_look(known, now, full_look)
    patient = full or reads_back or rule.order == "unsorted" or not known.rows
    conditions: Mapping[str, str] = {}
    if not full and not (patient and rule.has_pages):  # a page that did not change says nothing of the others
        conditions = validators.conditions(known, now)
    looks = patient if rule.has_pages else not conditions
    found = KnownListing(known.url, most=known.most, looked=now.isoformat() if looks else known.looked)
    return Walk(known, found, conditional=bool(conditions), patient=patient), conditions
