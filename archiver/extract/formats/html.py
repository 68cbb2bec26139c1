"""HTML; a rule is a CSS selector or, after ``xpath:``, an XPath expression."""

from __future__ import annotations

from functools import lru_cache
from html import escape
from typing import Self

from cssselect import SelectorError
from lxml import etree
from parsel import Selector, SelectorList
from parsel.csstranslator import HTMLTranslator

from archiver.errors import Quarantined
from archiver.extract.formats.depth import is_too_deep
from archiver.extract.formats.received import Received
from archiver.normalise.limits import PAGE, refuse_excess


class HtmlFormat:
    name = "html"

    def open(self, text: str) -> HtmlPage:
        refuse_excess(text, PAGE)
        selector = Selector(text, type="html")
        if is_too_deep(selector.root):
            raise Quarantined("too_deep", "HTML nested deeper than is read")
        return HtmlPage(selector)

    def check_rule(self, rule: str) -> None:
        try:
            etree.XPath(_xpath(rule))
            Selector("<html></html>").xpath(_xpath(rule))  # only this finds an unknown prefix or function
        except SelectorError as exc:
            raise ValueError(f"{rule!r} is no CSS selector: {exc}") from exc
        except (etree.XPathError, ValueError) as exc:
            raise ValueError(f"{rule!r} is no XPath: {exc}") from exc

    def check_whole(self, received: Received) -> None:
        """A page without ``<html`` needs no ``</html>`` either, if its length is known (faults N5, N12)."""
        body = received.body
        ends = b"</html" in body or b"</HTML" in body
        begins = b"<html" in body or b"<HTML" in body
        if not ends and (begins or not received.length_known):
            raise Quarantined("incomplete", f"the page ends after {len(body)} bytes, without its </html>")


class HtmlPage:
    empty_reason = "not_an_article"

    def __init__(self, selector: Selector) -> None:
        self._selector = selector

    def finds(self, rule: str) -> bool:
        return any(match.root is not False for match in self._find(rule))

    def rows(self, rule: str) -> list[Self]:
        return [type(self)(match) for match in self._find(rule)]

    def value(self, rule: str) -> str:
        return next((_text(match) for match in self._find(rule)), "")

    def values(self, rule: str) -> list[str]:
        return [_text(match) for match in self._find(rule)]

    def markup(self, rule: str) -> str:
        return "".join(
            match.get() if etree.iselement(match.root) else escape(match.get(), quote=False)
            for match in self._find(rule)
        )

    def _find(self, rule: str) -> SelectorList[Selector]:
        try:
            return self._selector.xpath(_xpath(rule))
        except ValueError as exc:  # lxml looks a function up only when it calls it
            raise Quarantined("shape", str(exc)) from exc


@lru_cache(maxsize=256)
def _xpath(rule: str) -> str:
    if rule.startswith("xpath:"):
        return rule.removeprefix("xpath:").strip()
    return HTMLTranslator().css_to_xpath(rule)


_STRING = etree.XPath("string()", smart_strings=False)


def _text(match: Selector) -> str:
    text = _STRING(match.root) if etree.iselement(match.root) else match.get()
    return str(text or "").strip()
