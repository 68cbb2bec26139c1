"""The doubts about the posts of a run, and how the report says them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from archiver.items import Article
from archiver.terminal import printable

MAX_NAMED = 200
"""Posts with the same doubt, and new categories, that ``report.json`` names."""

MAX_SHOWN = 3
"""Posts with the same doubt that the text names."""

MAX_OPENED = 10
"""New categories with a doubt that the text names."""

MAX_TEXT = 60
"""Characters of a title or credit in the text."""

UNPARSED = "source/unparsed"

MEANINGS: Mapping[str, str] = {
    "date/conflict": "two dates differ by more than two days",
    "date/imprecise": "only a day or a relative date was found",
    "date/refused": "an invalid or ambiguous date was ignored",
    "date/future": "the date is up to 24 hours in the future",
    "source/conflict": "two credits name different sources",
    "source/joint": "there are several sources; the first one is credited",
    UNPARSED: "a credit has an unknown form",
    "source/missing": "no source is credited",
    "digest/missing": "an article of the rolling news has no digest",
    "title/conflict": "the title does not resemble that of the listing",
    "text/guessed": "a text in JSON could be plain text or HTML",
    "text/repeated": "the text is the same as that of another article",
    "body/dropped": "cleaning removed something that could have been content",
    "body/continues": "the text has a link to its next page, and the profile has no rule `next`",
    "link/missing": "no page gave the address of the article",
    "encoding/damaged": "the title or the text contains U+FFFD (�)",
    "encoding/overridden": "a response was decoded in another charset than it declares",
}
"""Doubt → what it means. The table of doubts in docs/reasons.md has the same words; a test compares them."""

_OF_RESPONSES = ("encoding/overridden",)
"""Doubts about responses: listings have them, too."""

_ADVICE = (
    "if such a credit is not the name of a source, add an alias to the profile (docs/sites.md, Spellings of "
    "a source); `finews archive-refile` then lists the stored posts to move, and moves them with --apply"
)


@dataclass(frozen=True, slots=True)
class Doubt:
    """One doubt about one new post."""

    name: str
    id: str
    title: str
    detail: str
    """The text that caused it; empty if only the title can be named."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A category that a post with a credit of an unknown form opened."""

    category: str
    source: str
    credit: str
    id: str


@dataclass(slots=True)
class Doubts:
    """The doubts about new posts. Only the first posts are named; all are counted."""

    posts: int = 0
    """New posts with at least one doubt."""
    counts: Counter[str] = field(default_factory=Counter)
    """Doubt → new posts with it."""
    named: dict[str, list[Doubt]] = field(default_factory=dict)
    """Doubt → the first ``MAX_NAMED`` posts with it."""
    opened: dict[str, Opened] = field(default_factory=dict)
    """Slug → the new category that has it."""

    def add(self, article: Article, *, is_new_category: bool) -> Opened | None:
        """Counts the doubts about a post that was written. Returns the category that it opened, if one of its
        credits has an unknown form."""
        self.posts += 1
        for name in dict.fromkeys(article.notes):
            self.counts[name] += 1
            named = self.named.setdefault(name, [])
            if len(named) < MAX_NAMED:
                named.append(Doubt(name, article.id, article.title, article.details.get(name, "")))
        if UNPARSED not in article.notes or not is_new_category or article.category in self.opened:
            return None
        opened = Opened(article.category, article.source, article.details.get(UNPARSED, ""), article.id)
        self.opened[article.category] = opened
        return opened

    def as_dict(self) -> dict[str, Any]:
        return {
            "count": self.posts,
            "doubts": dict(sorted(self.counts.items())),
            "posts": [
                {"doubt": one.name, "id": one.id, "title": one.title, "detail": one.detail}
                for name in sorted(self.named)
                for one in self.named[name]
            ],
            "categories_opened": [
                {"category": one.category, "source": one.source, "credit": one.credit, "id": one.id}
                for one in islice(self.opened.values(), MAX_NAMED)
            ],
            "categories_opened_count": len(self.opened),
        }

    def lines(self, new: int, of_responses: Mapping[str, int]) -> Iterator[str]:
        """The lines of the report. ``new``: all new posts; ``of_responses``: doubt → responses with it."""
        if self.posts:
            verb = "has" if self.posts == 1 else "have"
            yield f"  {self.posts} of {counted(new, 'new post')} {verb} doubts:"
        for name in sorted(self.counts):
            meaning = f" ({MEANINGS[name]})" if name in MEANINGS else ""
            yield f"    {self.counts[name]} {name}{meaning}: {self._first(name)}"
            if name == UNPARSED:
                yield from (f"      {line}" for line in self._unparsed())
        if self.posts:
            yield f"    .archive/report.json names up to {MAX_NAMED} posts with each, until the next run"
        for name in _OF_RESPONSES:
            if count := of_responses.get(name):
                yield f"  {counted(count, 'response')} with {name}: {MEANINGS[name]}"

    def _first(self, name: str) -> str:
        """Posts that differ in what caused the doubt, or in their titles."""
        texts: dict[str, str] = {}
        for one in self.named[name]:
            texts.setdefault(one.detail or one.title, one.id)
        shown = [f"{printable(id_)} {_quoted(text)}" for text, id_ in islice(texts.items(), MAX_SHOWN)]
        more = self.counts[name] - len(shown)
        return ", ".join(shown) + (f", … and {more} more" if more > 0 else "")

    def _unparsed(self) -> Iterator[str]:
        for one in islice(self.opened.values(), MAX_OPENED):
            yield _new_category(one)
        if (more := len(self.opened) - MAX_OPENED) > 0:
            yield f"… and {more} more new categories in .archive/report.json"
        yield _ADVICE


def in_words(article: Article) -> str:
    """The doubts about one article, with the texts that caused them, for the log."""
    causes = {name: f" {_quoted(text)}" for name, text in article.details.items()}
    return ", ".join(f"{name}{causes.get(name, '')}" for name in dict.fromkeys(article.notes))


def explained(opened: Opened) -> str:
    """The same in one sentence, for the log."""
    return f"{UNPARSED}: {_new_category(opened)}; {_ADVICE}"


def _new_category(opened: Opened) -> str:
    line = f"new category {printable(opened.category)} for {_quoted(opened.source)} ({printable(opened.id)})"
    return line if opened.credit == opened.source else f"{line}, from the credit {_quoted(opened.credit)}"


def counted(number: int, thing: str) -> str:
    """``1 listing``, ``2 listings``."""
    return f"{number} {thing}" + ("" if number == 1 else "s")


def _quoted(text: str) -> str:
    return f'"{printable(text, MAX_TEXT)}"'
