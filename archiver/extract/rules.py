"""The rules of a site profile, applied to a page: CSS or ``xpath:…`` for HTML, JMESPath for JSON.

Both kinds of page answer the same three questions: ``rows`` (the parts that repeat), ``value`` (one text) and
``markup`` (HTML as it stands).
"""

from __future__ import annotations

import json
from functools import lru_cache
from html import escape
from typing import Any, Literal, Protocol, Self

import jmespath
from cssselect import SelectorError
from jmespath.exceptions import JMESPathError
from lxml import etree
from parsel import Selector, SelectorList
from parsel.csstranslator import HTMLTranslator

from archiver.errors import Quarantined

Format = Literal["html", "json"]


class Page(Protocol):
    """A page, or one row of it."""

    def rows(self, rule: str) -> list[Self]: ...

    def value(self, rule: str) -> str:
        """The first match as text, without blanks at its ends; empty where nothing matches."""

    def values(self, rule: str) -> list[str]: ...

    def markup(self, rule: str) -> str:
        """Every match as HTML, one after the other."""


def open_page(text: str, fmt: Format) -> Page:
    """Raises ``Quarantined`` (``not_json``, ``shape``, ``too_deep``, ``empty``) for what cannot be read."""
    if not text.strip():
        raise Quarantined("empty", "the answer has no content")
    return JsonPage(load_json(text)) if fmt == "json" else HtmlPage.parse(text)


def check_rule(rule: str, fmt: Format) -> None:
    """Raises ValueError, in words, for a rule that could never be applied."""
    if fmt == "json":
        try:
            jmespath.compile(rule)
        except JMESPathError as exc:
            raise ValueError(f"{rule!r} is no JMESPath: {' '.join(str(exc).split())}") from exc
        return
    try:
        etree.XPath(_xpath(rule))
    except SelectorError as exc:
        raise ValueError(f"{rule!r} is no CSS selector: {exc}") from exc
    except etree.XPathError as exc:
        raise ValueError(f"{rule!r} is no XPath: {exc}") from exc


@lru_cache(maxsize=256)
def _xpath(rule: str) -> str:
    if rule.startswith("xpath:"):
        return rule.removeprefix("xpath:").strip()
    return HTMLTranslator().css_to_xpath(rule)


class HtmlPage:
    def __init__(self, selector: Selector) -> None:
        self._selector = selector

    @classmethod
    def parse(cls, text: str) -> Self:
        return cls(Selector(text, type="html"))

    def _find(self, rule: str) -> SelectorList[Selector]:
        return self._selector.xpath(_xpath(rule))

    def rows(self, rule: str) -> list[Self]:
        return [type(self)(match) for match in self._find(rule)]

    def values(self, rule: str) -> list[str]:
        return [_text(match) for match in self._find(rule)]

    def value(self, rule: str) -> str:
        return next(iter(self.values(rule)), "")

    def markup(self, rule: str) -> str:
        return "".join(
            match.get() if etree.iselement(match.root) else escape(match.get(), quote=False)
            for match in self._find(rule)
        )


def _text(match: Selector) -> str:
    is_element = etree.iselement(match.root)
    text = match.xpath("string(.)").get() if is_element else match.get()
    return (text or "").strip()


class JsonPage:
    def __init__(self, data: Any) -> None:
        self._data = data

    def rows(self, rule: str) -> list[Self]:
        found = _search(rule, self._data)
        if not isinstance(found, list):
            raise Quarantined("shape", f"{rule} is no list of rows")
        return [type(self)(row) for row in found]

    def values(self, rule: str) -> list[str]:
        found = _search(rule, self._data)
        return [_scalar(rule, value) for value in (found if isinstance(found, list) else [found])]

    def value(self, rule: str) -> str:
        return _scalar(rule, _search(rule, self._data)).strip()

    def markup(self, rule: str) -> str:
        return _scalar(rule, _search(rule, self._data))


def _search(rule: str, data: Any) -> Any:
    try:
        return _compiled(rule).search(data)
    except JMESPathError as exc:
        raise Quarantined("shape", f"{rule}: {' '.join(str(exc).split())}") from exc


@lru_cache(maxsize=256)
def _compiled(rule: str) -> Any:
    return jmespath.compile(rule)


def _scalar(rule: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise Quarantined("shape", f"{rule} is a {type(value).__name__}, not a text")


def load_json(text: str) -> Any:
    """JSON read strictly: NaN, Infinity and a key that comes twice are refused (faults P9, P10)."""
    try:
        return json.loads(text, parse_constant=_no_constant, object_pairs_hook=_object)
    except json.JSONDecodeError as exc:
        raise Quarantined("not_json", f"{exc.msg} at character {exc.pos} of {len(text)}") from exc
    except RecursionError as exc:
        raise Quarantined("too_deep", "JSON nested deeper than can be read") from exc
    except ValueError as exc:  # a number of more digits than Python converts
        raise Quarantined("shape", str(exc)) from exc


def _no_constant(name: str) -> Any:
    raise Quarantined("shape", f"{name} is no JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for number, (key, _) in enumerate(pairs) if key in dict(pairs[:number]))
        raise Quarantined("shape", f"the key {twice!r} comes twice")
    return found
