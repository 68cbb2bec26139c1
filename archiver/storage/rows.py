"""The rows of the index."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from archiver.items import Listed


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a post came from. An empty value, or None, is not known."""

    site: str = ""
    """The name of the profile that archived it."""
    address: str = ""
    """Of the article."""
    listing: str = ""
    """The address of the listing that named it."""
    hints: Mapping[str, str] = field(default_factory=dict)
    """What that listing said of it, verbatim."""
    published: datetime | None = None
    """The date of the post; whole seconds."""
    precise: bool | None = None
    """Whether that date has a time of day."""
    fetched: datetime | None = None
    """When the answer with its text was received; whole seconds."""
    credit: str = ""
    """The source as the article gives it, verbatim."""
    digest: bytes = b""
    """SHA-256 of title and text, without markup."""
    revision: int = 0
    """How often the text was replaced by a later one."""
    checked: datetime | None = None
    """When the article was last looked at again."""


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
class FoundPost:
    """A post that was found on the disk, with what its file says."""

    row: PostRow
    provenance: Callable[[], Provenance]
    """Called if the index does not have it."""
    source: str
    """The name that its slug was made from; empty if the slug is reserved."""


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
    """Runs that requested it and got no article."""
    since: str = ""
    """When it was first listed, ISO 8601; empty if unknown."""
    due: str = ""
    """When it is requested again, ISO 8601; empty: by the next run, or, if it was skipped, by none."""
    refusals: int = 0
    """How often in a row it was gone or forbidden."""
    refused: str = ""
    """The first time of these, ISO 8601; empty if there was none."""
    site: str = ""
    """The name of the profile that listed it; empty: not known."""


@dataclass(frozen=True, slots=True)
class KnownListing:
    """A listing whose articles were all remembered."""

    url: str
    etag: str = ""
    modified: str = ""
    rows: int = 0
    """How many articles it listed when it was last read."""
    most: int = 0
    """The largest such number."""
    looked: str = ""
    """When it was last read in full, ISO 8601; empty: not known. A listing of one page: when it was last
    requested without a validator."""

    def is_as_good_as(self, later: KnownListing) -> bool:
        """Whether only the time of the full look differs, by ``LOOKED_PRECISION`` at most: a run that finds
        nothing new then writes nothing."""
        if not _is_recent(self.looked, later.looked):
            return self == later
        return replace(self, looked=later.looked) == later


LOOKED_PRECISION = timedelta(hours=1)


def _is_recent(earlier: str, later: str) -> bool:
    """Whether the later time is at most ``LOOKED_PRECISION`` after the earlier one."""
    try:
        passed = datetime.fromisoformat(later) - datetime.fromisoformat(earlier)
    except (ValueError, TypeError):
        return False
    return timedelta(0) <= passed < LOOKED_PRECISION
