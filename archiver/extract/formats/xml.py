"""Parses feeds and sitemaps: strictly if they are well-formed, else after a repair.

No entity of a document is expanded, nothing is fetched, and the depth is limited. The number of elements is
limited by the caller (``refuse_large``), and the size of a text by that of a response.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from lxml import etree

from archiver.errors import Quarantined
from archiver.extract.formats.addresses import joined
from archiver.extract.formats.depth import is_too_deep
from archiver.extract.formats.received import Received
from archiver.extract.formats.xml_repair import repaired
from archiver.normalise.limits import MAX_DEPTH

FEED_ROOTS = frozenset({"rss", "RDF", "feed"})
SITEMAP_ROOTS = frozenset({"urlset", "sitemapindex"})
_ROWS = frozenset({"entry", "item", "sitemap", "url"})

_PREFIXES = {
    "a9.com/-/spec/opensearch/1.1": "opensearch",
    "backend.userland.com/rss2": "",
    "blogs.law.harvard.edu/tech/rss": "",
    "channel.netscape.com/rdf/simple/0.9": "",
    "my.netscape.com/rdf/simple/0.9": "",
    "purl.org/atom/ns": "atom",
    "purl.org/dc/elements/1.0": "dc",
    "purl.org/dc/elements/1.1": "dc",
    "purl.org/dc/terms": "dcterms",
    "purl.org/net/rss1.1": "",
    "purl.org/rss/1.0": "",
    "purl.org/rss/1.0/modules/content": "content",
    "rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "www.google.com/schemas/sitemap-news/0.9": "news",
    "www.google.com/schemas/sitemap/0.84": "",
    "www.sitemaps.org/schemas/sitemap/0.9": "",
    "www.w3.org/1999/02/22-rdf-syntax-ns": "rdf",
    "www.w3.org/1999/xhtml": "xhtml",
    "www.w3.org/2005/atom": "atom",
    "www.w3.org/xml/1998/namespace": "xml",
}
"""Namespace in small letters, without scheme and without ``/`` or ``#`` at its end → prefix of a name."""

_DECLARATION = re.compile(r"\A<\?xml[^>]*+>")
_PARSER: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": True,  # texts of more than 10 million characters; the depth is checked here
    "remove_comments": True,
    "remove_pis": True,
}


def parse(text: str, roots: frozenset[str]) -> etree._Element:
    """The root element, whose local name is in ``roots``.

    Raises ``Quarantined``: ``not_a_listing`` for another document, ``incomplete``, ``too_deep``.
    """
    root = _strict(text)
    if root is None and (mended := repaired(text, roots, _ROWS)):
        root = etree.fromstring(mended, etree.XMLParser(recover=True, **_PARSER))
    if root is None or local_name(root) not in roots:
        raise Quarantined("not_a_listing", _instead(text, root, roots))
    if is_too_deep(root):
        raise Quarantined("too_deep", f"XML nested deeper than {MAX_DEPTH} levels")
    return root


def _strict(text: str) -> etree._Element | None:
    """The root of a well-formed document without a DOCTYPE; such a document cannot declare an entity."""
    if "<!DOCTYPE" in text:
        return None
    try:
        return etree.fromstring(_DECLARATION.sub("", text), etree.XMLParser(**_PARSER))
    except etree.XMLSyntaxError:
        return None


def _instead(text: str, root: etree._Element | None, roots: frozenset[str]) -> str:
    """What came, in words."""
    found = "" if root is None else local_name(root)
    head = text[:_WITHIN]
    other = next(
        (name for name in FEED_ROOTS | SITEMAP_ROOTS if re.search(rf"<([\w.-]+:)?{name}[\s>]", head)), ""
    )
    if (found or other) in FEED_ROOTS - roots:
        return f"<{found or other}> is a feed: write format: feed"
    if (found or other) in SITEMAP_ROOTS - roots:
        return f"<{found or other}> is a sitemap: write format: sitemap"
    begins = f"it begins with <{found}>" if found else "it is not XML"
    return f"the response has no {' or '.join(f'<{name}>' for name in sorted(roots))}: {begins}"


# --- names and values


def local_name(element: etree._Element) -> str:
    """The name without its prefix, even one that is not declared; it may be empty then, or begin with 1."""
    return str(element.tag).rpartition("}")[2].rpartition(":")[2]


def namespace_of(element: etree._Element) -> str:
    """The namespace; empty if there is none."""
    return str(element.tag).rpartition("}")[0].removeprefix("{")


@lru_cache(maxsize=2048)
def name_of(tag: str, own: str = "", prefix: str = "") -> str:
    """The name of an element in small letters; its prefix is the usual one of its namespace.

    A prefix that is not declared is taken at its word. ``prefix`` is that of names in the namespace ``own``
    of the root, if this namespace is unknown or missing.

    >>> name_of("{http://purl.org/dc/elements/1.1/}creator"), name_of("dc:creator"), name_of("pubDate")
    ('dc:creator', 'dc:creator', 'pubdate')
    """
    namespace, _, local = tag.removeprefix("{").rpartition("}")
    if ":" in local:
        return local.lower()
    key = namespace.lower().partition("://")[2].rstrip("/#")
    found = _PREFIXES.get(key, prefix if namespace == own else "other")
    return f"{found}:{local}".lower().removeprefix(":")


def attribute_of(element: etree._Element, name: str) -> str:
    """The attribute with that name, as :func:`name_of` gives it."""
    return next(
        (str(value).strip() for key, value in element.attrib.items() if name_of(str(key)) == name), ""
    )


def text_of(element: etree._Element) -> str:
    """All text inside an element, without blanks at its ends."""
    return "".join(element.itertext()).strip()  # type: ignore[arg-type]  # with_tail is not used here


def address_in(element: etree._Element, address: str) -> str:
    """The address, relative to the ``xml:base`` of the element; it may still be relative."""
    return joined(element.base, address)


# --- whether a document is whole


_ROOT = re.compile(rb"<(?:[\w.-]+:)?(?:rss|RDF|feed|urlset|sitemapindex)(?=[\s/>])")
_WITHIN = 64 * 1024
"""Bytes in which the root element begins."""

_FIRST = re.compile(rb"<[A-Za-z]")


def check_whole(received: Received) -> None:
    """Requires the end tag of the root (faults N5, N12). Other documents are left to :func:`parse`."""
    body = received.as_ascii()
    found = _ROOT.search(body[:_WITHIN])
    if found:
        tag, end, _ = body[found.end() :].partition(b">")
        is_empty = end and tag.endswith(b"/")
        is_cut = not is_empty and body.rfind(b"</" + found[0][1:]) < found.end()
    else:
        is_cut = body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<?xml") and not _FIRST.search(body)
    if is_cut:
        what = f"</{found[0][1:].decode('latin-1')}>" if found else "an element"
        raise Quarantined("incomplete", f"the page ends after {len(received.body)} bytes, without {what}")


_DATA = re.compile(r"<!\[CDATA\[.*?(?:\]\]>|\Z)", re.DOTALL)


def count(text: str) -> int:
    """The number of elements, or a little more."""
    markup = _DATA.sub("", text)
    return markup.count("<") - markup.count("</")
