"""What a profile finds in pages: the result of ``finews site-check``, as values without behaviour."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from archiver.items import Listed
from archiver.run.status import Status

SHORTENED = 200
"""Characters that are shown of what was found."""


def shortened(text: str) -> str:
    words = " ".join(text[: 4 * SHORTENED].split())
    return words if len(words) < SHORTENED else f"{words[: SHORTENED - 1]}…"


@dataclass(frozen=True, slots=True)
class AppliedRule:
    """A rule of the profile that was applied to a page."""

    key: str
    """Where it is in the profile, such as ``article.body``."""
    rule: str
    found: bool


@dataclass(frozen=True, slots=True)
class FieldFound:
    """One field of an article."""

    name: str
    rules: list[AppliedRule]
    found: str
    """What the page or the listing has, shortened."""
    value: str
    """What was made of it; of a body its length and pictures."""
    origin: str
    """The step, or where else the value comes from; empty if there is none."""
    doubts: list[str] = field(default_factory=list)
    is_missing: bool = False
    """The post cannot be made, because this field has no value that can be used."""
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, and what came."""

    url: str
    step: str
    came: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ArticleFound:
    id: str
    address: str
    listed: Listed
    asked: list[Asked]
    fields: list[FieldFound]
    ends: str
    """``posted``, or why there would be no post."""
    advice: str = ""
    is_unreachable: bool = False
    values: dict[str, str] = field(default_factory=dict)
    """The fields of the post, in full."""

    @property
    def is_posted(self) -> bool:
        return self.ends == "posted"


@dataclass(frozen=True, slots=True)
class RowField:
    """A field of a listing's rows."""

    name: str
    key: str
    rule: str
    rows: int
    """In how many rows there is a value."""
    example: str


@dataclass(frozen=True, slots=True)
class ListingFound:
    key: str
    """Its place in the profile: ``listing``, ``home`` or ``feeds.<name>``."""
    category: str
    asked: Asked
    rows: int = 0
    ours: int = 0
    """Rows whose article a crawl would request, or has a text already."""
    skipped: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    """Rows whose id the profile does not accept."""
    elsewhere: list[str] = field(default_factory=list)
    """Addresses that are at none of the origins."""
    next: str = ""
    categories: list[str] = field(default_factory=list)
    fields: list[RowField] = field(default_factory=list)
    articles: list[Listed] = field(default_factory=list)
    advice: str = ""
    is_unreachable: bool = False

    @property
    def is_right(self) -> bool:
        """Whether a crawl would account for every row."""
        return not (self.asked.problem or self.advice)


@dataclass(frozen=True, slots=True)
class SiteFound:
    site: str
    listings: list[ListingFound]
    articles: list[ArticleFound]
    notes: list[str] = field(default_factory=list)
    """What else is wrong, a sentence each."""

    @property
    def status(self) -> Status:
        unreachable = [listing.is_unreachable for listing in self.listings if not listing.is_right]
        unreachable += [article.is_unreachable for article in self.articles if not article.is_posted]
        if not (unreachable or self.notes):
            return Status.OK
        return Status.INCOMPLETE if all(unreachable) and not self.notes else Status.USAGE

    def as_dict(self) -> dict[str, Any]:
        data = asdict(self)
        for listing in data["listings"]:
            del listing["articles"]
        for article in data["articles"]:
            del article["listed"], article["values"]
        return {**data, "exit_status": int(self.status)}


@dataclass(frozen=True, slots=True)
class SavedArticle:
    """An article that was recorded: what the listing said, and the fields of its post."""

    listed: Listed
    article: dict[str, str]
