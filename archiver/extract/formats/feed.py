"""The format of feeds: RSS, Atom and JSON Feed. A rule is one of a few names, the same for all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Protocol, Self

from archiver.errors import Quarantined
from archiver.extract.formats import xml
from archiver.extract.formats.feed_json import JsonFeed
from archiver.extract.formats.feed_xml import XmlFeed
from archiver.extract.formats.json import JsonFormat
from archiver.extract.formats.names import check_name, weight_of, work_of
from archiver.extract.formats.prose import Prose
from archiver.extract.formats.received import Received

OF_FEED = ("entries", "title", "next")
OF_ENTRY = (
    *("id", "address", "title", "date", "updated", "source", "author", "category"),
    *("digest", "body", "description"),
)

MAX_DIGEST = 1000
"""Characters of a digest. A longer description is the text of the article, or most of it."""

_TAG = 80
_LINK = 240
"""The work of reading one tag of a text, and one whose link is made relative to ``xml:base``."""

_MARKUP = ("body", "description")


class Entry(Protocol):
    """An entry of a feed."""

    def values(self, name: str) -> list[str]:
        """Every value with this name, as text; none is empty."""

    def markup(self, name: str) -> Prose:
        """The text with this name."""


class Feed(Entry, Protocol):
    """A feed. As an entry, it has a title and no text."""

    def entries(self) -> Sequence[Entry]:
        """The entries, in the order of the feed."""


class FeedFormat:
    name = "feed"
    rows = "entries"
    fields: Mapping[str, str] = {each: each for each in ("address", "title", "date", "source", "digest")}
    full: Mapping[str, str] = {**fields, "body": "body"}
    next = "next"
    index = ""
    changed = ""
    may_be_gzipped = True

    def open(self, text: str) -> FeedPage:
        """A text that begins as JSON is a JSON Feed."""
        feed = JsonFeed(text) if _is_json(text) else XmlFeed(text)
        return FeedPage(feed, weight_of(text, _LINK if "xml:base" in text else _TAG))

    def count(self, text: str) -> int:
        return JsonFormat().count(text) if _is_json(text) else xml.count(text)

    def work(self, page: FeedPage, rules: tuple[str, ...], times: int, _most: float) -> float:
        return work_of(len(rules), page.weight, times)

    def check_rule(self, rule: str) -> None:
        check_name(rule, self.name, OF_FEED + OF_ENTRY)

    def check_whole(self, received: Received) -> None:
        if received.as_ascii().lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
            JsonFormat().check_whole(received)
        else:
            xml.check_whole(received)


class FeedPage:
    """A feed, or an entry."""

    declares_kinds = True
    empty_reason = "not_an_article"

    def __init__(self, part: Feed | Entry, weight: float = 0) -> None:
        """``weight``: the work of reading a whole feed; 0 for an entry."""
        self._part = part
        self.weight = weight

    def finds(self, rule: str) -> bool:
        """``entries`` matches every feed: the last page of a feed may have none."""
        return rule == "entries" or bool(self.values(rule))

    def rows(self, rule: str) -> list[Self]:
        if rule != "entries" or not isinstance(self._part, JsonFeed | XmlFeed):
            raise Quarantined("shape", f"{rule} is not a list of rows")
        return [type(self)(entry) for entry in self._part.entries()]

    def value(self, rule: str) -> str:
        return next(iter(self.values(rule)), "")

    def values(self, rule: str) -> list[str]:
        if rule != "digest":
            return self._part.values(rule)
        return [text for text in self._part.values("description") if len(text) <= MAX_DIGEST]

    def markup(self, rule: str) -> str:
        if rule in _MARKUP:
            return self._part.markup(rule).html
        return "".join(escape(value, quote=False) for value in self.values(rule))


def _is_json(text: str) -> bool:
    return text.lstrip("\ufeff \t\r\n").startswith("{")
