"""What the index remembers, one row each."""

from __future__ import annotations

from dataclasses import dataclass

from archiver.items import Listed


@dataclass(frozen=True, slots=True)
class PostRow:
    """An article that has a post."""

    id: str
    name: str
    """The post's file below ``_posts``."""
    category: str
    tag: str
    sha256: bytes
    """Of the file's bytes as they were written."""


@dataclass(frozen=True, slots=True)
class OpenArticle:
    """A listed article without a post: its state, why, how often it was tried, and when it is tried again."""

    listed: Listed
    state: str = "listed"
    """``listed`` (its run ended before it did), ``deferred``, ``quarantined`` or ``skipped``."""
    reason: str = ""
    cause: str = ""
    """The last reason of an article that was given up."""
    attempts: int = 0
    """Runs that asked for it and got no article."""
    since: str = ""
    """When it was first listed, ISO 8601."""
    due: str = ""
    """When it is asked for again, ISO 8601; empty: by the next run, or, where it was skipped, by none."""


@dataclass(frozen=True, slots=True)
class KnownListing:
    """A listing whose articles were all remembered; ``rows`` is how many it named."""

    url: str
    etag: str = ""
    modified: str = ""
    rows: int = 0
