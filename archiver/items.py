"""Values passed between components: ``Listed`` (from a listing), ``Evidence`` (from a page), ``Article``."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from archiver.errors import ArticleError

SAFE_ID = r"[A-Za-z0-9_-]{1,64}"
"""Regular expression for the id of an article; such an id is safe in a file name."""

Origin = str
"""The place a value comes from: the ``origin`` of a step of the profile, or one of ``RESERVED_ORIGINS``."""

_OF_GENERIC = ("json_ld", "microdata", "meta", "heading", "readability")
"""Origins of values that were read without a rule (``extract.generic``)."""

RESERVED_ORIGINS = ("listing", "body", "address", "id", "profile", *_OF_GENERIC)
"""The row of a listing (or feed), the body of the article, the day in its address, the day in its id, the
profile of the site."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a page says about one field, verbatim."""

    text: str
    origin: Origin
    base: str = ""
    """Of a ``body``: the address from which relative addresses in it count; empty: the article's own."""
    made_at: datetime | None = None
    """When its page was made, if that is not the page of the article: relative dates count from it."""
    is_guessed: bool = False
    """It is not certain whether the page has it as plain text or as HTML."""

    @property
    def doubts(self) -> tuple[str, ...]:
        return ("text/guessed",) if self.is_guessed else ()


DATE_FROM = "date_from"
"""The hint that has the time, ISO 8601, from which the relative date among the hints counts."""

GUESSED = "guessed"


@dataclass(frozen=True, slots=True)
class Listed:
    """An article as named by a listing or by the user, before it is requested."""

    id: str
    category: str = ""
    """The slug of the listing's category; empty if the user named the article."""
    address: str = ""
    """The absolute address of the article's page; empty if unknown."""
    hints: Mapping[str, str] = field(default_factory=dict)
    """The other fields of the row, verbatim: ``title``, ``date``, ``source``, ``author``, ``digest``,
    ``link``, ``body`` (HTML). A date that may be relative has ``DATE_FROM`` beside it; ``GUESSED`` has the
    names of those that are guesses (``Evidence.is_guessed``)."""
    listing: str = ""
    """The address of the listing."""

    @property
    def dated_from(self) -> datetime | None:
        """The time from which a relative date among the hints counts; None if it is not known."""
        try:
            moment = datetime.fromisoformat(self.hints.get(DATE_FROM, ""))
        except ValueError:
            return None
        return moment if moment.tzinfo else None

    def evidence(self) -> dict[str, list[Evidence]]:
        """What the hints say, as evidence for the fields of the article."""
        guessed = self.hints.get(GUESSED, "").split()
        said = {
            name: [Evidence(hint, "listing", is_guessed=name in guessed)]
            for name, hint in self.hints.items()
            if name not in (DATE_FROM, GUESSED)
        }
        if "date" in said and (moment := self.dated_from):
            said["date"] = [Evidence(self.hints["date"], "listing", made_at=moment)]
        return said


@dataclass(frozen=True, slots=True)
class Answer:
    """One raw response, kept with the article until its result is known."""

    url: str
    status: int
    headers: Mapping[bytes, Sequence[bytes]]
    body: bytes = field(repr=False)
    problem: str = ""
    """The reason why no article could be read from it; empty if one could."""
    full_length: int = 0
    """The length of the whole body if ``body`` has only its beginning, else 0."""
    full_sha256: str = ""
    is_packed: bool = False
    """``body`` is compressed with zlib, because the article waits for another response."""

    @property
    def content(self) -> bytes:
        """The body, or its beginning."""
        return zlib.decompress(self.body) if self.is_packed else self.body


@dataclass(slots=True)
class Article:
    """One article between request and post: the evidence, and what was decided from it.

    The extractors fill ``said``. Each decision of ``derive`` reads it and sets its own fields; ``origins``
    names the origin of each decided field.
    """

    id: str
    listed: Listed
    fetched_at: datetime
    """Time of the response, with a time zone; relative dates count from it, or from its age in a cache."""
    said: dict[str, list[Evidence]] = field(default_factory=dict)
    """Field → its evidence, most trusted first: ``title``, ``date``, ``source``, ``body``,
    ``digest``, ``link``, ``tag``."""
    title: str = ""
    date: datetime | None = None
    date_precise: bool = True
    source: str = ""
    author: str = ""
    category: str = ""
    tag: str = ""
    body: str = ""
    digest: str = ""
    link: str = ""

    answers: list[Answer] = field(default_factory=list, repr=False)
    failure: ArticleError | None = None
    """Set if fetching or reading ended without an article; the first decision raises it."""

    origins: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    """Doubts (``date/conflict``, ``source/unparsed`` …) in the order they were found; each one is counted."""
    details: dict[str, str] = field(default_factory=dict)
    """Doubt → the text that caused it, on one line, at most 100 characters, as a report can show it."""

    def __str__(self) -> str:
        """A short text for log lines, which must not contain the whole article."""
        return f"article {self.id}"

    def evidence(self, name: str) -> list[Evidence]:
        """The evidence for a field, most trusted first; may be empty."""
        return self.said.get(name, [])
