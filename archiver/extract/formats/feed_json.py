"""JSON Feed 1.0 and 1.1."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from archiver.errors import Quarantined
from archiver.extract.formats.json import JsonPage, load_json
from archiver.extract.formats.prose import Prose

_AUTHORS = ("authors[].name", "author.name")

_RULES: Mapping[str, tuple[str, ...]] = {
    "id": ("id",),
    "address": ("url", "external_url"),
    "title": ("title",),
    "date": ("date_published", "date_modified"),
    "updated": ("date_modified",),
    "author": _AUTHORS,
    "category": ("tags",),
}
"""Name → the rules for an item, in JMESPath, the preferred one first."""

_TEXTS: Mapping[str, tuple[tuple[str, bool], ...]] = {
    "body": (("content_html", True), ("content_text", False)),
    "description": (("summary", False),),
}
"""Name → the keys that can have the text, and whether it is HTML there."""

_OF_FEED: Mapping[str, tuple[str, ...]] = {"title": ("title",), "next": ("next_url",)}


class JsonFeed:
    def __init__(self, text: str) -> None:
        data = load_json(text)
        if not (isinstance(data, dict) and isinstance(data.get("items"), list)):
            raise Quarantined("not_a_listing", "the JSON is not a JSON Feed: it has no list of items")
        self._page = JsonPage(data)

    def entries(self) -> list[JsonEntry]:
        return [JsonEntry(row, self) for row in self._page.rows("items")]

    def values(self, name: str) -> list[str]:
        return _values(self._page, _OF_FEED.get(name, ()))

    def markup(self, _name: str) -> Prose:
        return Prose()

    @cached_property
    def all_authors(self) -> list[str]:
        return _values(self._page, _AUTHORS)


class JsonEntry:
    def __init__(self, item: JsonPage, feed: JsonFeed) -> None:
        self._item = item
        self._feed = feed

    def values(self, name: str) -> list[str]:
        if name in _TEXTS:
            return [text] if (text := self.markup(name).plain) else []
        found = _values(self._item, _RULES.get(name, ()))
        return found or (self._feed.all_authors if name == "author" else [])

    def markup(self, name: str) -> Prose:
        """A text; JSON Feed has separate keys for HTML and plain text."""
        texts = (Prose(self._item.value(key), is_html) for key, is_html in _TEXTS.get(name, ()))
        return next((text for text in texts if text.text), Prose())


def _values(page: JsonPage, rules: tuple[str, ...]) -> list[str]:
    return [value for rule in rules for value in page.values(rule) if value]
