"""HTML that is a part of a page."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from html import escape
from typing import Any

from cssselect import HTMLTranslator
from lxml import etree

from archiver.extract.formats.html import HtmlFormat, HtmlPage


def without(markup: str, drop: Sequence[str]) -> str:
    """The HTML without the elements that one of these CSS selectors finds. Raises ``Quarantined``."""
    body = _body(markup)
    if body is None:
        return ""
    found: Any = _finder(tuple(drop))(body)
    for element in found:
        if (parent := element.getparent()) is not None and element is not body:
            _remove(element, parent)
    inner = [escape(body.text or "", quote=False)]
    inner += [etree.tostring(child, method="html", encoding="unicode") for child in body]
    return "".join(inner)


def as_page(markup: str) -> HtmlPage:
    """The HTML as a page; ``xpath:.`` finds all of it. Raises ``Quarantined``."""
    body = _body(markup)
    return HtmlPage("" if body is None else body)


def _body(markup: str) -> etree._Element | None:
    """None for a text without any content."""
    root = HtmlFormat().open(markup).part if markup.strip() else None
    return None if root is None else root.find("body")


@lru_cache(maxsize=256)
def _finder(drop: tuple[str, ...]) -> etree.XPath:
    selectors = (HTMLTranslator().css_to_xpath(selector, prefix="descendant-or-self::") for selector in drop)
    return etree.XPath(" | ".join(selectors), smart_strings=False)


def _remove(element: etree._Element, parent: etree._Element) -> None:
    """Removes the element, and keeps the text after it."""
    before = element.getprevious()
    if tail := element.tail:
        if before is None:
            parent.text = (parent.text or "") + tail
        else:
            before.tail = (before.tail or "") + tail
    parent.remove(element)
