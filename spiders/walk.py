"""The progress of one run through the pages of one listing."""

from __future__ import annotations

from dataclasses import dataclass, replace

from archiver.errors import ArticleError, Quarantined
from archiver.extract.listing import ListingPage
from archiver.run import drift
from archiver.sites.part import shown
from archiver.storage.rows import KnownListing

MAX_FAILED = 2
"""After this number of unreadable pages in a row, the run leaves the rest of the listing to the next run."""


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
    pages: int = 0
    """The number of pages that were requested."""
    all_taken: bool = True
    """Whether no article so far was left out because of ``since``, ``until`` or ``limit``."""
    seen: frozenset[str] = frozenset()
    """The ids that were listed so far."""
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
        """Whether an earlier run read the listing to its end."""
        return self.known.rows > 0

    def after_page(self, page: ListingPage, etag: str, modified: str, *, all_taken: bool) -> Walk:
        """The walk after a page that could be read. Only the validators of the first page are stored."""
        rows = self.found.rows + page.rows
        found = replace(self.found, rows=rows, most=max(self.found.most, rows))
        if self.pages == 0 and not self.distrusted:
            found = replace(found, etag=etag, modified=modified)
        return replace(
            self,
            found=found,
            pages=self.pages + 1,
            conditional=False,
            all_taken=self.all_taken and all_taken,
            seen=self.seen | {listed.id for listed in page.articles},
            failed=(),
            skipped_page=self.skipped_page or next(iter(self.failed), None),
        )

    def in_full(self, looked: str) -> Walk:
        """The walk after the site refused a request with a validator."""
        found = replace(self.found, looked=looked)
        return replace(self, found=found, conditional=False, distrusted=True)

    def after_failure(self, why: ArticleError) -> Walk:
        return replace(self, pages=self.pages + 1, conditional=False, failed=(*self.failed, why))

    def refuse_empty(self, page: ListingPage, rule: str) -> None:
        """Raises Quarantined if a listing has no rows, but had rows in an earlier run (faults X2), or if it
        never had any. ``rule``: the one that finds the rows."""
        rows = page.rows
        if self.pages > 0 or rows:
            return
        if drift.ran_dry(rows, self.known.most):
            before = f"it listed {self.known.most} articles before, and now lists none"
            raise Quarantined("ran_dry", f"{before}: rows {shown(rule)} finds nothing")
        if self.known.most == 0:
            raise Quarantined("no_rows", f"it lists no article: rows {shown(rule)} finds nothing")
