"""What a page says about its article for programs: JSON-LD and microdata (schema.org)."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from html import unescape
from itertools import islice
from typing import Any

from lxml import etree

from archiver.extract.generic.tree import Element, found, text_of

MAX_SCRIPT = 1_000_000
"""Characters of a script that is read."""

MAX_VALUES = 20_000
"""Objects and lists of one page that are read."""

MAX_ARTICLES = 20
"""Articles of one page that are read; each is compared with the title of the page."""

MAX_ITEMS = 500
"""Elements with ``itemprop`` that are read."""

MAX_VALUE = 2_000
"""Characters of a property, besides the text of the article."""

MAX_ITEM = 400
"""Characters of the text of such an element."""

_ARTICLE = re.compile(r"(?:[A-Za-z]*Article|[A-Za-z]*BlogPosting|Report|SocialMediaPosting)")
"""The types of schema.org for an article: NewsArticle, ReportageNewsArticle, BlogPosting …"""

_WRAPPED = re.compile(
    r"^\s*(?:<!--|/\*\s*<!\[CDATA\[\s*\*/|(?://\s*)?<!\[CDATA\[)|(?:-->|/\*\s*\]\]>\s*\*/|(?://\s*)?\]\]>)\s*$"
)
_MARKUP = re.compile(r"<[^<>]*>")

_JSON_LD = etree.XPath(
    "//script[contains(translate(@type, 'LD+JSON', 'ld+json'), 'ld+json')]", smart_strings=False
)
_ITEMS = etree.XPath(f"(//*[@itemprop])[position() <= {MAX_ITEMS}]", smart_strings=False)

Said = Mapping[str, str]
"""Field → text, also ``text`` (the body without markup), ``publisher`` and ``closed`` (not free to read)."""

_FIELDS: Mapping[str, tuple[str, ...]] = {
    "title": ("headline", "name"),
    "date": ("datePublished", "dateCreated"),
    "source": ("sourceOrganization",),
    "publisher": ("publisher", "provider"),
    "author": ("author", "creator"),
    "digest": ("description",),
    "link": ("url", "mainEntityOfPage"),
    "text": ("articleBody",),
}
"""Field → the properties that give it, the best one first."""

_NOT_IN_ITEMS = frozenset({"name", "url"})
"""Properties that every kind of item has: those of another item would be taken for the article's."""


def articles_in_json(root: Element) -> list[Said]:
    """What each article of the page's JSON-LD says."""
    values = [value for script in found(_JSON_LD, root) for value in _values(script.text or "")]
    named = {value["@id"]: value for value in values if isinstance(value.get("@id"), str) and len(value) > 1}
    articles = (value for value in values if _is_article(value))
    return [_said(value, named) for value in islice(articles, MAX_ARTICLES)]


def _values(script: str) -> Iterator[dict[str, Any]]:
    """Every object in a script, the outer ones first. A script that is not JSON has none."""
    if len(script) > MAX_SCRIPT:
        return
    try:
        pending = deque[Any]([json.loads(_WRAPPED.sub("", script).rstrip(" ;\n\t\r"), strict=False)])
    except (ValueError, RecursionError):
        return
    for _ in range(MAX_VALUES):
        if not pending:
            return
        value = pending.popleft()
        if isinstance(value, dict):
            yield value
            pending += [inner for inner in value.values() if isinstance(inner, dict | list)]
        elif isinstance(value, list):
            pending += [inner for inner in value if isinstance(inner, dict | list)]


def _is_article(value: Mapping[str, Any]) -> bool:
    kinds = value.get("@type")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    return any(isinstance(kind, str) and _ARTICLE.fullmatch(kind.rpartition("/")[2]) for kind in kinds)


def _said(article: Mapping[str, Any], named: Mapping[str, dict[str, Any]]) -> Said:
    said = {
        field: next(filter(None, (_text(article.get(name), named, field) for name in properties)), "")
        for field, properties in _FIELDS.items()
    }
    said["text"] = _MARKUP.sub(" ", said["text"])
    said["closed"] = "yes" if str(article.get("isAccessibleForFree")).lower() == "false" else ""
    return {field: text for field, text in said.items() if text}


def _text(value: Any, named: Mapping[str, dict[str, Any]], field: str) -> str:
    """The text of a property: itself, the name of a person or an organisation, or the first of a list."""
    key = "@id" if field == "link" else "name"
    for one in (value if isinstance(value, list) else [value])[:20]:
        if isinstance(one, dict):
            one = one.get(key) or named.get(str(one.get("@id")), {}).get(key)
        if isinstance(one, str) and one.strip():
            return unescape(one).strip()[: None if field == "text" else MAX_VALUE]
        if isinstance(one, int) and not isinstance(one, bool):
            return str(one)
    return ""


def article_in_items(root: Element) -> Said:
    """What the page's microdata says about its article."""
    said: dict[str, str] = {}
    fields = {name: field for field, properties in _FIELDS.items() for name in properties}
    for element in found(_ITEMS, root):
        for name in (element.get("itemprop") or "").split():
            field = "" if name in _NOT_IN_ITEMS else fields.get(name, "")
            if field and field != "text" and field not in said and _is_of_article(element):
                said[field] = _item_text(element)
    return {field: text for field, text in said.items() if text}


def _is_of_article(element: Element) -> bool:
    """Whether the property is one of an article, or of the page: not one of a comment or a person."""
    for ancestor in element.iterancestors():
        if ancestor.get("itemscope") is not None:
            kind = (ancestor.get("itemtype") or "").rstrip("/").rpartition("/")[2]
            return _ARTICLE.fullmatch(kind) is not None or kind in ("WebPage", "ItemPage", "")
        if ancestor.get("itemprop") in ("comment", "review"):
            return False
    return True


def _item_text(element: Element) -> str:
    for name in ("content", "datetime", "href" if element.tag == "link" else "content"):
        if (value := element.get(name)) and value.strip():
            return value.strip()
    inner = _first_named(element.iter())
    return text_of(inner if inner is not None else element, MAX_ITEM)


def _first_named(inside: Iterable[Element]) -> Element | None:
    return next((each for each in inside if each.get("itemprop") == "name"), None)
