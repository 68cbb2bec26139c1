"""The feeds in XML: RSS 0.9x, 1.0 (RDF) and 2.0, Atom 0.3 and 1.0, with any prefixes of their namespaces."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cached_property

from lxml import etree

from archiver.extract.formats.addresses import based
from archiver.extract.formats.prose import Prose
from archiver.extract.formats.xml import (
    FEED_ROOTS,
    address_in,
    attribute_of,
    local_name,
    name_of,
    namespace_of,
    parse,
    text_of,
)

_DESCRIPTIONS = ("description", "atom:summary", "dc:description")
_UPDATED = ("atom:updated", "atom:modified", "dcterms:modified")
_PUBLISHED = ("pubdate", "atom:published", "atom:issued", "dc:date", "dcterms:issued", "dcterms:created")

_TEXTS: Mapping[str, tuple[str, ...]] = {
    "title": ("title", "atom:title", "dc:title"),
    "body": ("content:encoded", "atom:content", "xhtml:body"),
    "description": _DESCRIPTIONS,
}
"""Name → the elements that can have the text, the preferred one first."""

_LINES: Mapping[str, tuple[str, ...]] = {
    "id": ("guid", "atom:id"),
    "date": (*_PUBLISHED, "atom:created", *_UPDATED),
    "updated": _UPDATED,
}

_NEXT = ("next", "prev-archive")
"""Relations of the link to the next page (RFC 5005): of a paged feed, or of a feed with archives."""


class XmlElement:
    """A feed or an entry, with its children by name."""

    def __init__(self, element: etree._Element, own: str, prefix: str) -> None:
        """``own``, ``prefix``: see ``name_of``."""
        self.element = element
        self.own = own
        self.prefix = prefix

    @cached_property
    def children(self) -> dict[str, list[etree._Element]]:
        found: dict[str, list[etree._Element]] = {}
        for child in self.element:
            found.setdefault(name_of(str(child.tag), self.own, self.prefix), []).append(child)
        return found

    def of(self, *names: str) -> Iterator[etree._Element]:
        """The children with the first name, then those with the second one …"""
        for name in names:
            yield from self.children.get(name, ())

    def inside(self, *names: str) -> Iterator[XmlElement]:
        return (XmlElement(child, self.own, self.prefix) for child in self.of(*names))

    def markup(self, name: str) -> Prose:
        """A text, as it stands in the first element that has it."""
        elements = ((each, element) for each in _TEXTS.get(name, ()) for element in self.of(each))
        texts = (_construct(element, each.startswith("atom:")) for each, element in elements)
        return next((text for text in texts if text.text), Prose())

    def addresses(self, *relations: str) -> list[str]:
        """The addresses of Atom links with one of these relations, pages in HTML first."""
        links = [each for each in self.of("atom:link") if each.get("rel", "alternate") in relations]
        links.sort(key=lambda link: (relations.index(link.get("rel", "alternate")), not _is_page(link)))
        return [address_in(link, link.get("href", "").strip()) for link in links]

    def authors(self) -> list[str]:
        people = (text_of(name) for person in self.inside("atom:author") for name in person.of("atom:name"))
        texts = map(_shown, self.of("dc:creator", "author"))
        return [name for text in (*people, *texts) if (name := _without_mail(text))]


class XmlFeed(XmlElement):
    def __init__(self, text: str) -> None:
        root = parse(text, FEED_ROOTS)
        own = namespace_of(root)
        super().__init__(root, own, "atom" if local_name(root) == "feed" else "")
        self._channels = list(self.inside("channel")) or [self]

    def entries(self) -> list[XmlEntry]:
        parts = dict.fromkeys((self, *self._channels))
        return [XmlEntry(entry, self) for part in parts for entry in part.of("item", "atom:entry")]

    def values(self, name: str) -> list[str]:
        if name == "title":
            return [title for channel in self._channels if (title := channel.markup(name).plain)]
        if name == "next":
            return [address for channel in self._channels for address in channel.addresses(*_NEXT) if address]
        return []

    @cached_property
    def all_authors(self) -> list[str]:
        return [name for channel in self._channels for name in channel.authors()]


class XmlEntry(XmlElement):
    def __init__(self, entry: etree._Element, feed: XmlFeed) -> None:
        super().__init__(entry, feed.own, feed.prefix)
        self._feed = feed

    def values(self, name: str) -> list[str]:
        read = _READ.get(name)
        found = read(self) if read else self._lines(name)
        return [value for value in found if value]

    def _lines(self, name: str) -> Iterator[str]:
        if name in _TEXTS:
            yield self.markup(name).plain
        yield from map(text_of, self.of(*_LINES.get(name, ())))

    def ids(self) -> Iterator[str]:
        yield from self._lines("id")
        yield attribute_of(self.element, "rdf:about")

    def links(self) -> Iterator[str]:
        """The addresses of the article: the one that a feed service replaced, the link, the permanent id."""
        yield from map(text_of, self.of("feedburner:origlink"))
        for link in self.of("link"):
            yield address_in(link, text_of(link) or link.get("href", "").strip())
        yield from self.addresses("alternate")
        for guid in self.of("guid"):
            if _is_permanent(guid):
                yield address_in(guid, text_of(guid))
        yield _if_address(attribute_of(self.element, "rdf:about"))
        for content in self.of("atom:content"):
            yield address_in(content, content.get("src", "").strip())

    def sources(self) -> Iterator[str]:
        """Who is credited; an address credits nobody."""
        yield from map(_shown, self.of("source"))
        yield from (source.markup("title").plain for source in self.inside("atom:source"))
        for text in map(_shown, self.of("dc:source", "dc:publisher")):
            yield "" if _if_address(text) else text

    def writers(self) -> list[str]:
        named = [name for source in self.inside("atom:source") for name in source.authors()]
        return self.authors() or named or self._feed.all_authors

    def categories(self) -> Iterator[str]:
        yield from map(_shown, self.of("category", "dc:subject"))
        yield from (
            (each.get("label") or each.get("term") or "").strip() for each in self.of("atom:category")
        )


_READ = {
    "id": XmlEntry.ids,
    "address": XmlEntry.links,
    "source": XmlEntry.sources,
    "author": XmlEntry.writers,
    "category": XmlEntry.categories,
}

_MAIL = re.compile(r"(?:mailto:)?[^\s<>()@:]+@[^\s<>()@]+")


def _without_mail(text: str) -> str:
    """``desk@example.com (样例)`` → ``样例``."""
    return _MAIL.sub("", text).strip(" \t\r\n()<>,;") if "@" in text else text


def _is_page(link: etree._Element) -> bool:
    return link.get("type", "text/html") in ("text/html", "application/xhtml+xml")


def _if_address(text: str) -> str:
    return text if text.startswith(("http://", "https://")) else ""


def _is_permanent(guid: etree._Element) -> bool:
    """Whether a guid is the address of its article: it says so, or it is an address and does not deny it."""
    declared = {name.lower(): value.strip().lower() for name, value in guid.attrib.items()}.get("ispermalink")
    return declared != "false" and bool(declared == "true" or _if_address(text_of(guid)))


# --- texts


def _shown(element: etree._Element) -> str:
    return Prose.undeclared(text_of(element)).plain


def _construct(element: etree._Element, is_atom: bool) -> Prose:
    """The text of an element. Atom declares its kind; elsewhere elements are HTML, and text can be."""
    kind = element.get("type", "text").strip().lower() if is_atom else ""
    if element.get("mode") == "base64" or element.get("src"):
        return Prose()
    if len(element):
        return Prose(based(_inner_html(element), element.base), is_html=True)
    text = text_of(element)
    if "html" in kind:
        return Prose(based(text, element.base), is_html=True)
    if kind:
        return Prose(text if kind.startswith("text") else "")
    found = Prose.undeclared(text)
    return Prose(based(text, element.base), is_html=True) if found.is_html else found


def _inner_html(element: etree._Element) -> str:
    """The content of an element as HTML, without the ``div`` that wraps it in Atom."""
    first = element[0]
    is_wrapped = len(element) == 1 and local_name(first) == "div" and not (element.text or "").strip()
    outer = deepcopy(first if is_wrapped else element)
    outer.tail = None
    outer.attrib.clear()
    for inner in outer.iter():
        inner.tag = name if (name := local_name(inner))[:1].isalpha() else "span"
    outer.tag = "div"
    etree.cleanup_namespaces(outer)
    html = etree.tostring(outer, method="html", encoding="unicode")
    return html.removeprefix("<div>").removesuffix("</div>")
