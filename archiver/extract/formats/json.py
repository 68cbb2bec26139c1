"""The format JSON; a rule is a JMESPath expression."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any, NoReturn, Self

import jmespath
from jmespath.exceptions import ArityError, JMESPathError, UnknownFunctionError
from jmespath.visitor import TreeInterpreter

from archiver.errors import Deferred, Quarantined
from archiver.extract.formats.json_strings import as_html, as_text
from archiver.extract.formats.json_work import work_of
from archiver.extract.formats.received import Received
from archiver.normalise.text import DAMAGED

_BOM = b"\xef\xbb\xbf"
_CLOSING = {"{": "}", "[": "]"}


class JsonFormat:
    name = "json"

    def open(self, text: str) -> JsonPage:
        return JsonPage(load_json(text), len(text) // 2)

    def count(self, text: str) -> int:
        return text.count(",") + text.count("[") + text.count("{")

    def work(self, page: JsonPage, rules: tuple[str, ...], times: int, _most: float) -> float:
        return sum(work_of(_compiled(rule), page.size, times) for rule in rules)

    def check_rule(self, rule: str) -> None:
        try:
            compiled = _compiled(rule)
        except JMESPathError as exc:
            raise ValueError(f"{rule!r} is not valid JMESPath: {_one_line(exc)}") from exc
        try:
            _INTERPRETER.visit(compiled, None)
        except (UnknownFunctionError, ArityError) as exc:
            raise ValueError(f"{rule!r} cannot be applied: {exc}") from exc
        except JMESPathError:
            return  # a function refuses null, but may accept the values of a real page

    def check_whole(self, received: Received) -> None:
        """Faults N5, N6, P1. If this misses that a text is cut, the parser detects it."""
        if _is_cut_body(received.as_ascii(), received.text):
            raise Deferred("json_cut", f"the JSON is cut after {len(received.body)} bytes")


class JsonPage:
    def __init__(self, data: Any, size: int = 0) -> None:
        """``size``: the most values that it can have; 0 for a row."""
        self._data = data
        self.size = size

    @property
    def empty_reason(self) -> str:
        return "empty_body" if self._data and isinstance(self._data, dict) else "shape"

    def finds(self, rule: str) -> bool:
        """An empty list counts as a match: the last page of a listing may have no rows."""
        found = _search(rule, self._data)
        return found is not None and found is not False

    def rows(self, rule: str) -> list[Self]:
        found = _search(rule, self._data)
        if not isinstance(found, list):
            why = f": {found.why}" if isinstance(found, _Unusable) else " is not a list of rows"
            raise Quarantined("shape", f"{rule}{why}")
        return [type(self)(row) for row in found]

    def value(self, rule: str) -> str:
        return as_text(_scalar(rule, _search(rule, self._data))).strip()

    def values(self, rule: str) -> list[str]:
        found = _search(rule, self._data)
        found = found if isinstance(found, list) else [found]
        return [as_text(_scalar(rule, value)).strip() for value in found]

    def markup(self, rule: str) -> str:
        return as_html(_scalar(rule, _search(rule, self._data)))


def _search(rule: str, data: Any) -> Any:
    try:
        return _INTERPRETER.visit(_compiled(rule), data)
    except JMESPathError as exc:
        raise Quarantined("shape", f"{rule}: {_one_line(exc)}") from exc
    except RecursionError as exc:
        raise Quarantined("too_deep", f"{rule}: JSON nested too deeply") from exc


_INTERPRETER = TreeInterpreter()
"""Shared by all searches: it has no state, and a new one for each search would double the cost."""


@lru_cache(maxsize=256)
def _compiled(rule: str) -> Any:
    return jmespath.compile(rule).parsed


def _one_line(problem: JMESPathError) -> str:
    return " ".join(str(problem).split())


_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def _scalar(rule: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return _LONE_SURROGATE.sub(DAMAGED, value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, _Unusable):
        raise Quarantined("shape", f"{rule}: {value.why}")
    raise Quarantined("shape", f"{rule} is a {type(value).__name__}, not a text")


class _Unusable:
    """Stands for a value that has no meaning, or two. Only a rule that reads it is refused."""

    def __init__(self, why: str) -> None:
        self.why = why

    def get(self, _key: str) -> NoReturn:
        """JMESPath looks here for a field of the value."""
        raise Quarantined("shape", self.why)

    def __str__(self) -> NoReturn:
        """JMESPath calls this to make a text from the value."""
        raise Quarantined("shape", self.why)

    def __repr__(self) -> str:
        return f"<{self.why}>"


def load_json(text: str) -> Any:
    """Parses a JSON text. NaN, Infinity, huge numbers and the values of duplicate keys are ``_Unusable``.

    Control characters in strings are accepted: some servers do not escape them. The normalisers drop them.
    Raises ``Quarantined``: ``json_cut``, ``not_json``, ``too_deep``.
    """
    try:
        try:
            return _LOADS(text)
        except json.JSONDecodeError:
            raise
        except ValueError:  # an integer with more digits than Python converts; the hook costs time
            return _LOADS(text, parse_int=_whole)
    except json.JSONDecodeError as exc:
        reason = "json_cut" if _is_cut_text(text.strip(), exc) else "not_json"
        raise Quarantined(reason, f"{exc.msg} at character {exc.pos} of {len(text)}") from exc
    except RecursionError as exc:
        raise Quarantined("too_deep", "JSON nested too deeply for the parser") from exc


@lru_cache(maxsize=3)
def _constant(name: str) -> _Unusable:
    return _Unusable(f"{name} is not allowed in JSON")


def _whole(digits: str) -> int | _Unusable:
    try:
        return int(digits)
    except ValueError:
        return _Unusable(f"the number {digits[:40]}… has {len(digits)} digits")


def _finite(digits: str) -> float | _Unusable:
    number = float(digits)
    return number if math.isfinite(number) else _Unusable(f"the number {digits[:40]} is too large")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    for key, count in Counter(key for key, _ in pairs).items():
        if count > 1:
            found[key] = _Unusable(f"the key {key[:80]!r} is duplicated")
    return found


_LOADS = partial(
    json.loads, strict=False, parse_constant=_constant, parse_float=_finite, object_pairs_hook=_object
)


def _is_cut_text(text: str, problem: json.JSONDecodeError) -> bool:
    closing = _CLOSING.get(text[:1])
    ends_early = problem.pos >= len(problem.doc.rstrip())
    return closing is not None and (ends_early or not text.endswith(closing))


def _is_cut_body(body: bytes, text: Callable[[], str]) -> bool:
    """Parses the text only if the numbers of opening and closing brackets differ."""
    opening = body[:64].removeprefix(_BOM).lstrip()[:1]
    closing = _CLOSING.get(opening.decode("latin-1"), "").encode()
    if not closing:
        return False
    if not body[-64:].rstrip().endswith(closing):
        return True
    return body.count(opening) != body.count(closing) and _fails_as_cut(text)


def _fails_as_cut(text: Callable[[], str]) -> bool:
    try:
        load_json(text())
    except Quarantined as why:
        return why.reason == "json_cut"
    return False
