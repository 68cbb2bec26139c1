"""What travels: ``Listed`` (named by a listing), ``Evidence`` (said by a page), ``Article``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from archiver.errors import ArticleError

SAFE_ID = r"[A-Za-z0-9_-]{1,64}"
"""The characters of an article's id, as a regular expression: such an id is safe in a file name."""

Origin = str
"""Where a value came from: the ``origin`` of one of the profile's steps, or one of ``RESERVED_ORIGINS``."""

RESERVED_ORIGINS = ("listing", "body", "address", "id")
"""The row of a listing (or feed), the article's own body, the day in its address, the day in its id."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that was said about one field, as it was said."""

    text: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Listed:
    """An article as a listing (or the user) named it, before anything was asked for."""

    id: str
    category: str = ""
    """The slug of the listing; empty when the user named the article."""
    address: str = ""
    """The post page's address, absolute; empty when unknown."""
    hints: Mapping[str, str] = field(default_factory=dict)
    """What the row said besides: ``title``, ``date``, ``source``, ``digest``, ``link``; as it was said."""
    listing: str = ""
    """The address of the listing that named it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer as it came, kept beside the article until its end is known."""

    url: str
    status: int
    headers: Mapping[bytes, Sequence[bytes]]
    body: bytes = field(repr=False)
    problem: str = ""
    """Why it was not enough; empty where it was."""


@dataclass(slots=True)
class Article:
    """One article on its way to a post: what the pages said beside what we made of it.

    The extractors fill ``said``; each pipeline reads it and sets its own fields; ``origins`` says for every
    field that was decided where the value came from.
    """

    id: str
    listed: Listed
    fetched_at: datetime
    """When the answer came, aware; relative dates (昨天 17:47) count from here."""
    said: dict[str, list[Evidence]] = field(default_factory=dict)
    """Field → what was said about it, most trusted first: ``title``, ``date``, ``source``, ``body``,
    ``digest``, ``link``, ``tag``."""
    base_url: str = ""
    """The address relative links in the body count from."""

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
    """Set where fetching or reading ended without an article; the first pipeline raises it."""

    origins: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    """Doubts worth a statistic (``date/conflict``, ``source/unparsed`` …), in the order they arose."""

    def __str__(self) -> str:
        """For log lines, which must not repeat the article."""
        return f"article {self.id}"

    def evidence(self, name: str) -> list[Evidence]:
        """What was said about a field, most trusted first; empty when nothing was."""
        return self.said.get(name, [])
