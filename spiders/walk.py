"""The pages of one listing, read one after the other: how far this run has come."""

from __future__ import annotations

from dataclasses import dataclass, replace

from archiver.errors import ArticleError, Quarantined
from archiver.extract.listing import ListingPage
from archiver.run import drift
from archiver.storage.rows import KnownListing

MAX_FAILED = 2
"""Pages in a row that could not be read; the next run asks for those after them."""


@dataclass(frozen=True, slots=True)
class Walk:
    """Immutable: each page gives the next one."""

    known: KnownListing
    """The listing as an earlier run remembered it."""
    found: KnownListing
    """The listing as this run finds it."""
    pages: int = 0
    """How many were asked for."""
    all_taken: bool = True
    """No article named so far was left out by ``since``, ``until`` or ``limit``."""
    met: frozenset[str] = frozenset()
    """The ids named so far."""
    failed: tuple[ArticleError, ...] = ()
    """Why the latest pages could not be read, one error a page."""
    skipped_page: ArticleError | None = None
    """Why a page before the latest ones could not be read."""

    @property
    def url(self) -> str:
        """The first page's address, which names the listing."""
        return self.known.url

    @property
    def was_walked(self) -> bool:
        """Whether an earlier run read the listing to its end."""
        return self.known.rows > 0

    def after_page(self, page: ListingPage, etag: str, modified: str, *, all_taken: bool) -> Walk:
        """Of the validators, those of the first page are remembered."""
        found = replace(self.found, rows=self.found.rows + len(page.articles) + len(page.refused))
        if self.pages == 0:
            found = replace(found, etag=etag, modified=modified)
        return replace(
            self,
            found=found,
            pages=self.pages + 1,
            all_taken=self.all_taken and all_taken,
            met=self.met | {listed.id for listed in page.articles},
            failed=(),
            skipped_page=self.skipped_page or next(iter(self.failed), None),
        )

    def after_failure(self, why: ArticleError) -> Walk:
        return replace(self, pages=self.pages + 1, failed=(*self.failed, why))

    def refuse_dry(self, page: ListingPage) -> None:
        """Raises Quarantined where a listing that named articles names none any more (faults X2)."""
        rows = len(page.articles) + len(page.refused)
        if self.pages == 0 and drift.ran_dry(rows, self.known.rows):
            raise Quarantined("ran_dry", f"it named {self.known.rows} articles and now names none")
