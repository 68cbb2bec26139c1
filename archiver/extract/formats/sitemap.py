"""The format of sitemaps: lists of addresses, with Google's extension for news, and lists of sitemaps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Self

from lxml import etree

from archiver.errors import Quarantined
from archiver.extract.formats import xml
from archiver.extract.formats.names import check_name, weight_of, work_of
from archiver.extract.formats.prose import Prose
from archiver.extract.formats.received import Received

_ROWS = {"urls": ("urlset", "url"), "sitemaps": ("sitemapindex", "sitemap")}
"""Rule → the root that has such rows, and the element of a row."""

_PATHS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "address": (("loc",),),
    "date": (("news:news", "news:publication_date"), ("lastmod",)),
    "published": (("news:news", "news:publication_date"),),
    "lastmod": (("lastmod",),),
    "title": (("news:news", "news:title"),),
    "source": (("news:news", "news:publication", "news:name"),),
    "language": (("news:news", "news:publication", "news:language"),),
}
"""Name → the paths from a row to its elements, the preferred one first."""


_TAG = 40
"""The work of looking at one element of an entry."""


class SitemapFormat:
    name = "sitemap"
    rows = "urls"
    fields: Mapping[str, str] = {
        "address": "address",
        "title": "title",
        "date": "published",  # not lastmod: when an article was changed says nothing about when it appeared
        "source": "source",
    }
    full = fields
    next = ""
    index = "sitemaps"
    changed = "lastmod"
    may_be_gzipped = True

    def open(self, text: str) -> SitemapPage:
        return SitemapPage(xml.parse(text, xml.SITEMAP_ROOTS), weight=weight_of(text, _TAG))

    def count(self, text: str) -> int:
        return xml.count(text)

    def work(self, page: SitemapPage, rules: tuple[str, ...], times: int, _most: float) -> float:
        return work_of(len(rules), page.weight, times)

    def check_rule(self, rule: str) -> None:
        check_name(rule, self.name, (*_ROWS, *_PATHS))

    def check_whole(self, received: Received) -> None:
        xml.check_whole(received)


class SitemapPage:
    """A sitemap, or an entry of one."""

    declares_kinds = True
    empty_reason = "not_an_article"

    def __init__(self, element: etree._Element, own: str | None = None, weight: float = 0) -> None:
        """``own``: the namespace of the root; ``weight``: the work of reading a sitemap, 0 for an entry."""
        self._element = element
        self._own = xml.namespace_of(element) if own is None else own
        self.weight = weight

    def finds(self, rule: str) -> bool:
        """A list without entries counts as a match, an index has no ``urls``, and no entry has rows."""
        return xml.local_name(self._element) == _ROWS[rule][0] if rule in _ROWS else bool(self.values(rule))

    def rows(self, rule: str) -> list[Self]:
        if rule not in _ROWS:
            raise Quarantined("shape", f"{rule} is not a list of rows")
        found = self._at((_ROWS[rule][1],)) if self.finds(rule) else ()
        return [type(self)(element, self._own) for element in found]

    def value(self, rule: str) -> str:
        return next(iter(self.values(rule)), "")

    def values(self, rule: str) -> list[str]:
        found = (xml.text_of(element) for path in _PATHS.get(rule, ()) for element in self._at(path))
        shown = (Prose.undeclared(text).plain for text in found) if rule == "title" else found
        return [text for text in shown if text]

    def markup(self, rule: str) -> str:
        return "".join(escape(value, quote=False) for value in self.values(rule))

    def _at(self, path: tuple[str, ...]) -> Iterator[etree._Element]:
        elements = iter([self._element])
        for name in path:
            elements = self._children(elements, name)
        return elements

    def _children(self, parents: Iterator[etree._Element], name: str) -> Iterator[etree._Element]:
        for parent in parents:
            for child in parent:
                if xml.name_of(str(child.tag), self._own) == name:
                    yield child
