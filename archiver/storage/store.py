"""The interface of the database that the catalogue uses; SQLite (``sqlite.py``) is the one implementation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from archiver.storage.rows import KnownListing, OpenArticle, PostRow, Provenance


class Store(Protocol):
    """Rows by their keys. Every method raises StorageError if the database fails.

    Methods that change something are called within ``transaction``.
    """

    created: bool
    """Whether it was empty when it was opened: it is then filled from the posts."""

    def transaction(self, *, durable: bool = True) -> AbstractContextManager[None]:
        """May not be nested. A change that need not be ``durable`` survives a crash once a later change or
        ``commit`` is durable; this saves a wait for the disk."""

    def commit(self) -> None:
        """Makes every change durable."""

    def shrink(self) -> None:
        """Returns space that is not used any more, if there is much of it."""

    def close(self) -> None: ...

    # --- posts

    def holds(self, article_id: str) -> bool:
        """Whether the article has a post."""

    def post(self, article_id: str) -> PostRow | None: ...
    def these_posts(self, article_ids: Sequence[str]) -> dict[str, PostRow]:
        """The rows with these ids (at most some hundreds); ids without a row are left out."""

    def posts(self) -> Iterator[PostRow]: ...
    def add_post(self, row: PostRow, provenance: Provenance | None = None) -> None:
        """Remembers a post; the article is not open any more. None: the provenance is not known."""

    def add_found(self, row: PostRow, provenance: Callable[[], Provenance]) -> None:
        """Remembers a post that was found on the disk. The provenance that the index has of it stays;
        otherwise ``provenance`` is called."""

    def refile_post(self, row: PostRow) -> None:
        """Gives a post another category, tag and SHA-256; its provenance stays."""

    def provenance(self, article_id: str) -> Provenance | None:
        """None for an article without a post."""

    def damaged_provenance(self) -> list[PostRow]:
        """The posts whose provenance has changed by itself; O(posts)."""

    def forget_post(self, article_id: str) -> None: ...

    # --- open articles

    def open_article(self, article_id: str) -> OpenArticle | None:
        """The row of an article without a post, also of a skipped one."""

    def these_open(self, article_ids: Sequence[str]) -> dict[str, OpenArticle]:
        """The rows with these ids (at most some hundreds); ids without a row are left out."""

    def open_articles(self, listing: str) -> list[OpenArticle]:
        """The articles of one listing, without skipped ones, ordered by id."""

    def without_post(self) -> Iterator[OpenArticle]:
        """Every article without a post, also skipped ones, ordered by id."""

    def put_open(self, article: OpenArticle) -> None:
        """Writes the row of an article, in place of an earlier one."""

    # --- listings

    def listing(self, url: str) -> KnownListing | None:
        """The row of a listing; None if it was never read to its end."""

    def listings(self) -> list[str]:
        """The addresses of all listings that were read to their end."""

    def set_listing(self, row: KnownListing) -> None: ...
    def forget_listings(self) -> None: ...

    # --- slugs

    def slugs(self) -> Mapping[str, str]:
        """Name → slug, for every source that has a post."""

    def add_slug(self, name: str, slug: str) -> None:
        """Writes a slug; an existing row with this name or this slug is not changed."""

    # --- the whole index

    def clear(self) -> None:
        """Forgets posts, listings and slugs, but not the open articles. A post that is added again with the
        same bytes (``add_found``) before ``cleared`` keeps its provenance."""

    def cleared(self) -> None:
        """Forgets the provenance of the posts that were not added again."""

    def namespace(self) -> str:
        """Of the articles' ids; empty if it is not known."""

    def set_namespace(self, name: str) -> None: ...
    def allowed_origins(self) -> set[str]:
        """Origins whose robots.txt has allowed a request."""

    def add_allowed_origin(self, origin: str, now: datetime) -> None: ...

    def was_clean(self) -> bool:
        """Whether the last run that changed anything has closed the archive."""

    def mark(self, *, clean: bool) -> None:
        """``clean`` is false at the first change of a run, and true when the run has closed the archive."""
