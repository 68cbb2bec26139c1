"""The rules of a site profile, applied to a page: CSS or ``xpath:…`` for HTML, JMESPath for JSON.

Both kinds of page answer the same questions: ``finds`` (whether there is any), ``rows`` (the parts that
repeat), ``value`` (one text) and ``markup`` (HTML as it stands).
"""

from __future__ import annotations

import json
import math
import re
from functools import lru_cache
from html import escape
from typing import Any, Literal, Protocol, Self

import jmespath
from cssselect import SelectorError
from jmespath.exceptions import ArityError, JMESPathError, UnknownFunctionError
from lxml import etree
from parsel import Selector, SelectorList
from parsel.csstranslator import HTMLTranslator

from archiver.errors import Quarantined
from archiver.extract.depth import is_too_deep
from archiver.normalise.limits import PAGE, refuse_excess

Format = Literal["html", "json"]


class Page(Protocol):
    """A page, or one row of it."""

    @property
    def nothing(self) -> str:
        """The reason to give where no rule finds anything in it."""

    def finds(self, rule: str) -> bool: ...

    def rows(self, rule: str) -> list[Self]: ...

    def value(self, rule: str) -> str:
        """The first match as text, without blanks at its ends; empty where nothing matches."""

    def values(self, rule: str) -> list[str]: ...

    def markup(self, rule: str) -> str:
        """Every match as HTML, one after the other."""


def open_page(text: str, fmt: Format) -> Page:
    """Raises ``Quarantined`` for what cannot be read: ``empty``, ``json_cut`` (P1), ``not_json``, ``shape``,
    ``too_deep``.
    """
    if not text.strip():
        raise Quarantined("empty", "the answer has no content")
    return JsonPage(load_json(text)) if fmt == "json" else HtmlPage.parse(text)


def check_rule(rule: str, fmt: Format) -> None:
    """Raises ValueError, in words, for a rule that could never be applied."""
    if fmt == "json":
        _check_jmespath(rule)
    else:
        _check_selector(rule)


def _check_jmespath(rule: str) -> None:
    try:
        _compiled(rule).search(None)
    except (UnknownFunctionError, ArityError) as exc:
        raise ValueError(f"{rule!r} cannot be applied: {exc}") from exc
    except JMESPathError as exc:
        if not _compiles(rule):
            raise ValueError(f"{rule!r} is no JMESPath: {' '.join(str(exc).split())}") from exc


def _compiles(rule: str) -> bool:
    try:
        _compiled(rule)
    except JMESPathError:
        return False
    return True


def _check_selector(rule: str) -> None:
    try:
        etree.XPath(_xpath(rule))
        Selector("<html></html>").xpath(_xpath(rule))  # a prefix or function nobody knows shows only here
    except SelectorError as exc:
        raise ValueError(f"{rule!r} is no CSS selector: {exc}") from exc
    except (etree.XPathError, ValueError) as exc:
        raise ValueError(f"{rule!r} is no XPath: {exc}") from exc


@lru_cache(maxsize=256)
def _xpath(rule: str) -> str:
    if rule.startswith("xpath:"):
        return rule.removeprefix("xpath:").strip()
    return HTMLTranslator().css_to_xpath(rule)


class HtmlPage:
    nothing = "not_an_article"

    def __init__(self, selector: Selector) -> None:
        self._selector = selector

    @classmethod
    def parse(cls, text: str) -> Self:
        refuse_excess(text, PAGE)
        selector = Selector(text, type="html")
        if is_too_deep(selector.root):
            raise Quarantined("too_deep", "HTML nested deeper than is read")
        return cls(selector)

    def _find(self, rule: str) -> SelectorList[Selector]:
        try:
            return self._selector.xpath(_xpath(rule))
        except ValueError as exc:  # what an XPath calls is looked up when it is reached
            raise Quarantined("shape", str(exc)) from exc

    def finds(self, rule: str) -> bool:
        return any(match.root is not False for match in self._find(rule))

    def rows(self, rule: str) -> list[Self]:
        return [type(self)(match) for match in self._find(rule)]

    def values(self, rule: str) -> list[str]:
        return [_text(match) for match in self._find(rule)]

    def value(self, rule: str) -> str:
        return next((_text(match) for match in self._find(rule)), "")

    def markup(self, rule: str) -> str:
        return "".join(
            match.get() if etree.iselement(match.root) else escape(match.get(), quote=False)
            for match in self._find(rule)
        )


_STRING = etree.XPath("string()", smart_strings=False)


def _text(match: Selector) -> str:
    text = _STRING(match.root) if etree.iselement(match.root) else match.get()
    return str(text or "").strip()


class JsonPage:
    def __init__(self, data: Any) -> None:
        self._data = data

    @property
    def nothing(self) -> str:
        return "empty_body" if self._data and isinstance(self._data, dict) else "shape"

    def finds(self, rule: str) -> bool:
        """An empty list is found: a listing may have come to its end."""
        found = _search(rule, self._data)
        return found is not None and found is not False

    def rows(self, rule: str) -> list[Self]:
        found = _search(rule, self._data)
        if not isinstance(found, list):
            raise Quarantined("shape", f"{rule} is no list of rows")
        return [type(self)(row) for row in found]

    def values(self, rule: str) -> list[str]:
        found = _search(rule, self._data)
        return [_scalar(rule, value).strip() for value in (found if isinstance(found, list) else [found])]

    def value(self, rule: str) -> str:
        return _scalar(rule, _search(rule, self._data)).strip()

    def markup(self, rule: str) -> str:
        return _scalar(rule, _search(rule, self._data))


def _search(rule: str, data: Any) -> Any:
    if keys := _plain_keys(rule):
        return _first_of(keys, data)
    try:
        return _compiled(rule).search(data)
    except JMESPathError as exc:
        raise Quarantined("shape", f"{rule}: {' '.join(str(exc).split())}") from exc


@lru_cache(maxsize=256)
def _compiled(rule: str) -> Any:
    return jmespath.compile(rule)


@lru_cache(maxsize=256)
def _plain_keys(rule: str) -> tuple[str, ...]:
    """The keys of a rule like ``text || content``, which most are: it is looked up without JMESPath's
    interpreter. Empty for any other rule."""
    parts = [part.strip() for part in rule.split("||")]
    return tuple(parts) if all(map(_PLAIN_KEY.fullmatch, parts)) else ()


_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def _first_of(keys: tuple[str, ...], data: Any) -> Any:
    """As JMESPath has it: the first value that is neither null, false nor empty, else the last."""
    found = None
    for key in keys if isinstance(data, dict) else ():
        found = data.get(key)
        if not (found is None or found is False or found in ("", [], {})):
            break
    return found


_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def _scalar(rule: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value if _is_encodable(value) else _LONE_SURROGATE.sub("\ufffd", value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise Quarantined("shape", f"{rule} is a {type(value).__name__}, not a text")


def _is_encodable(text: str) -> bool:
    """Told much faster than by a search."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def load_json(text: str) -> Any:
    """JSON read strictly: no NaN, no Infinity, no key that comes twice (faults P9, P10).

    Control characters in a text pass: some servers do not escape them, and whoever uses the text drops them.
    """
    try:
        return json.loads(
            text,
            strict=False,
            parse_constant=_no_constant,
            parse_float=_finite,
            object_pairs_hook=_object,
        )
    except json.JSONDecodeError as exc:
        reason = "json_cut" if _is_cut(text.strip(), exc) else "not_json"
        raise Quarantined(reason, f"{exc.msg} at character {exc.pos} of {len(text)}") from exc
    except RecursionError as exc:
        raise Quarantined("too_deep", "JSON nested deeper than can be read") from exc
    except ValueError as exc:  # a number of more digits than Python converts
        raise Quarantined("shape", str(exc)) from exc


_CLOSING = {"{": "}", "[": "]"}


def _is_cut(text: str, problem: json.JSONDecodeError) -> bool:
    closing = _CLOSING.get(text[:1])
    ends_early = problem.pos >= len(problem.doc.rstrip())
    return closing is not None and (ends_early or not text.endswith(closing))


def _no_constant(name: str) -> Any:
    raise Quarantined("shape", f"{name} is no JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise Quarantined("shape", f"{digits[:40]} is beyond every number")
    return number


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise Quarantined("shape", f"the key {key[:80]!r} comes twice")
        found[key] = value
    return found
