"""HTML that is a part of a page."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from lxml import etree

from archiver.extract.formats.html import HtmlFormat, HtmlPage


def without(page: HtmlPage, drop: Sequence[str]) -> str:
    """The HTML of a page of ``as_page`` without the elements that one of these rules finds. It changes the
    page. Raises ``Quarantined``."""
    body = page.part
    if not etree.iselement(body):
        return ""
    found = [match for rule in drop for match in page.find(rule)]
    for element in found:
        if not etree.iselement(element) or element is body:
            continue
        if (parent := element.getparent()) is not None:
            _remove(element, parent)
    inner = [escape(body.text or "", quote=False)]
    inner += [etree.tostring(child, method="html", encoding="unicode") for child in body]
    return "".join(inner)


def as_page(markup: str) -> HtmlPage:
    """The HTML as a page; ``xpath:.`` finds all of it. Raises ``Quarantined``."""
    root = HtmlFormat().open(markup).part if markup.strip() else None
    body = None if root is None else root.find("body")
    return HtmlPage("" if body is None else body)


def _remove(element: etree._Element, parent: etree._Element) -> None:
    """Removes the element, and keeps the text after it."""
    before = element.getprevious()
    if tail := element.tail:
        if before is None:
            parent.text = (parent.text or "") + tail
        else:
            before.tail = (before.tail or "") + tail
    parent.remove(element)
