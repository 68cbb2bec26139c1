"""The rows of the index."""

from __future__ import annotations

from dataclasses import dataclass

from archiver.items import Listed


@dataclass(frozen=True, slots=True)
class PostRow:
    """An article that has a post."""

    id: str
    name: str
    """The name of the post's file in ``_posts``."""
    category: str
    tag: str
    sha256: bytes
    """The digest of the file as it was written."""


@dataclass(frozen=True, slots=True)
class OpenArticle:
    """A listed article without a post."""

    listed: Listed
    state: str = "listed"
    """``listed`` (not finished yet), ``deferred``, ``quarantined`` or ``skipped``."""
    reason: str = ""
    cause: str = ""
    """The last failure of an article that was given up."""
    attempts: int = 0
    """Runs that requested it without success."""
    since: str = ""
    """When it was first listed, ISO 8601; empty if unknown."""
    due: str = ""
    """It is not requested before this time, ISO 8601. Empty: the next run requests it, or no run if it is
    skipped."""


@dataclass(frozen=True, slots=True)
class KnownListing:
    """A listing whose articles are all in the index; ``rows`` is their number."""

    url: str
    etag: str = ""
    modified: str = ""
    rows: int = 0
