"""What the catalogue needs of a database; SQLite (``sqlite.py``) is the one implementation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from archiver.storage.rows import KnownListing, OpenArticle, PostRow


class Store(Protocol):
    """Rows by their keys. Every method raises StorageError where the database fails.

    Methods that change something are called within ``transaction``: all of it or nothing.
    """

    created: bool
    """Whether it held nothing when it was opened: it is then filled from the posts."""

    def transaction(self) -> AbstractContextManager[None]:
        """May not be nested."""

    def close(self) -> None: ...

    # --- posts

    def holds(self, article_id: str) -> bool:
        """Whether the article has a post."""

    def post(self, article_id: str) -> PostRow | None: ...
    def posts(self) -> Iterator[PostRow]: ...
    def add_post(self, row: PostRow) -> None:
        """Remembers a post; the article is open no longer."""

    def forget_post(self, article_id: str) -> None: ...

    # --- open articles

    def open_article(self, article_id: str) -> OpenArticle | None:
        """Skipped ones too."""

    def these_open(self, article_ids: Sequence[str]) -> dict[str, OpenArticle]:
        """By id, of which there may be some hundreds; unknown ids are left out."""

    def open_articles(self, listing: str) -> list[OpenArticle]:
        """Those of one listing that are not skipped, by id."""

    def without_post(self) -> Iterator[OpenArticle]:
        """Every open article, skipped ones too, by id."""

    def put_open(self, article: OpenArticle) -> None:
        """Replaces what was known of the article."""

    # --- listings

    def listing(self, url: str) -> KnownListing | None:
        """None for a listing that was never read to its end."""

    def listings(self) -> list[str]:
        """The addresses of all listings that were read to their end."""

    def set_listing(self, row: KnownListing) -> None: ...
    def forget_listings(self) -> None: ...

    # --- slugs

    def slugs(self) -> Mapping[str, str]:
        """Name → slug, for every name that was ever used."""

    def add_slug(self, name: str, slug: str) -> None:
        """A name or slug that is known already stays as it is."""

    # --- the whole

    def clear(self) -> None:
        """Forgets posts, listings and slugs, but not the open articles."""

    def was_clean(self) -> bool:
        """Whether the last run that changed anything also closed the archive."""

    def mark(self, *, clean: bool) -> None:
        """Written with the first change of a run, and after its last."""
