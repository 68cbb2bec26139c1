"""The format HTML; a rule is a CSS selector or, with the prefix ``xpath:``, an XPath expression."""

from __future__ import annotations

from functools import lru_cache
from html import escape
from typing import Any, Self

from cssselect import SelectorError
from lxml import etree, html
from parsel.csstranslator import HTMLTranslator
from parsel.selector import create_root_node

from archiver.errors import Quarantined
from archiver.extract.formats.addresses import base_address
from archiver.extract.formats.depth import is_too_deep
from archiver.extract.formats.html_work import work_on
from archiver.extract.formats.received import Received
from archiver.normalise.limits import MAX_DEPTH, PAGE, refuse_excess
from archiver.normalise.shown_text import shown_text

Match = Any
"""A result of an XPath expression: an element, a text, a number or a boolean."""

_NAMESPACES = {"re": "http://exslt.org/regular-expressions", "set": "http://exslt.org/sets"}
"""The namespace prefixes allowed in rules; Scrapy has the same."""


class HtmlFormat:
    name = "html"

    def open(self, text: str) -> HtmlPage:
        refuse_excess(text, PAGE)
        root = create_root_node(text, html.HTMLParser)
        if is_too_deep(root):
            raise Quarantined("too_deep", f"HTML nested deeper than {MAX_DEPTH} levels")
        return HtmlPage(root)

    def count(self, text: str) -> int:
        return text.count("<") - text.count("</")

    def work(self, page: HtmlPage, rules: tuple[str, ...], times: int, most: float) -> float:
        return work_on(page.part, tuple(map(_xpath, rules)), times, most)

    def check_rule(self, rule: str) -> None:
        try:
            _compiled(rule)(_EMPTY)  # unknown prefixes and functions are detected only by a search
        except SelectorError as exc:
            raise ValueError(f"{rule!r} is not a CSS selector: {exc}") from exc
        except (etree.XPathError, ValueError) as exc:
            raise ValueError(f"{rule!r} is not valid XPath: {exc}") from exc

    def check_whole(self, received: Received) -> None:
        """Requires ``</html>``, except in a page without ``<html`` whose length is known (faults N5, N12)."""
        body = received.as_ascii()
        ends = b"</html" in body or b"</HTML" in body
        begins = b"<html" in body or b"<HTML" in body
        if not ends and (begins or not received.length_known):
            raise Quarantined(
                "incomplete", f"the page ends after {len(received.body)} bytes, without </html>"
            )


class HtmlPage:
    """A page, or a match of a rule in it, which may be a text."""

    declares_kinds = True
    empty_reason = "not_an_article"

    def __init__(self, part: Match) -> None:
        self.part = part

    def finds(self, rule: str) -> bool:
        return any(match is not False for match in self.find(rule))

    def rows(self, rule: str) -> list[Self]:
        return [type(self)(match) for match in self.find(rule)]

    def value(self, rule: str) -> str:
        return next((_shown(match) for match in self.find(rule)), "")

    def pieces(self, rule: str) -> str:
        return next((_shown(match, in_pieces=True) for match in self.find(rule)), "")

    def values(self, rule: str) -> list[str]:
        """An element gives all text in it, because reading nested matches one by one could take long."""
        return [_text(match) for match in self.find(rule)]

    def markup(self, rule: str) -> str:
        return "".join(_markup(match) for match in self.find(rule))

    def base(self, url: str) -> str:
        return base_address(url, str(_BASE(self.part)))

    def find(self, rule: str) -> list[Match]:
        if not etree.iselement(self.part):
            return [self.part] if _xpath(rule) == "." else []
        try:
            found: Any = _compiled(rule)(self.part)
        except etree.XPathError as exc:  # lxml detects an unknown function only when it calls it
            raise Quarantined("shape", f"{exc} in {rule}") from exc
        return found if isinstance(found, list) else [found]


@lru_cache(maxsize=256)
def _xpath(rule: str) -> str:
    if rule.startswith("xpath:"):
        return rule.removeprefix("xpath:").strip()
    return HTMLTranslator().css_to_xpath(rule)


@lru_cache(maxsize=256)
def _compiled(rule: str) -> etree.XPath:
    return etree.XPath(_xpath(rule), namespaces=_NAMESPACES, smart_strings=False)


_EMPTY = html.fromstring("<html></html>")
_STRING = etree.XPath("string()", smart_strings=False)


_BASE = etree.XPath("string((//base/@href)[1])", smart_strings=False)
"""The first base with an address counts, wherever it is."""


def _shown(match: Match, *, in_pieces: bool = False) -> str:
    """A match as a browser would copy it, without blanks at its ends."""
    text = shown_text(match, in_pieces=in_pieces) if etree.iselement(match) else _as_written(match)
    return text.strip()


def _text(match: Match) -> str:
    return (str(_STRING(match)) if etree.iselement(match) else _as_written(match)).strip()


def _markup(match: Match) -> str:
    if etree.iselement(match):
        return etree.tostring(match, method="html", encoding="unicode", with_tail=False)
    return escape(_as_written(match), quote=False)


def _as_written(match: str | float | bool) -> str:
    """A text, number or boolean as text; a boolean is 1 or 0, as in Scrapy's selectors."""
    return str(int(match) if isinstance(match, bool) else match)
