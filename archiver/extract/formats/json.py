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
from jmespath.functions import Functions, signature
from jmespath.visitor import Options, TreeInterpreter

from archiver.errors import Deferred, Quarantined
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
    declares_kinds = False

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
        """A string that is a list in JSON counts as that list."""
        found = _search(rule, self._data)
        found = _parsed(found) if isinstance(found, str) else found
        if not isinstance(found, list):
            is_unusable = isinstance(found, _Unusable)
            why = f": {found.why}" if is_unusable else f" is not a list of rows{_nested(rule, self._data)}"
            raise Quarantined("shape", f"{rule}{why}")
        return [type(self)(row) for row in found]

    def value(self, rule: str) -> str:
        return self.markup(rule).strip()

    def values(self, rule: str) -> list[str]:
        found = _search(rule, self._data)
        found = found if isinstance(found, list) else [found]
        return [_scalar(rule, value).strip() for value in found]

    def markup(self, rule: str) -> str:
        return _scalar(rule, _search(rule, self._data))


def _search(rule: str, data: Any) -> Any:
    try:
        return _INTERPRETER.visit(_compiled(rule), data)
    except JMESPathError as exc:
        raise Quarantined("shape", f"{rule}: {_one_line(exc)}") from exc
    except RecursionError as exc:
        raise Quarantined("too_deep", f"{rule}: JSON nested too deeply") from exc


class _Functions(Functions):
    """The functions of JMESPath, and one more."""

    @signature({"types": ["string", "null"]})
    def _func_parse_json(self, text: str | None) -> Any:
        return _parsed(text) if text else None


def _nested(rule: str, data: Any) -> str:
    """What to write in the profile if the rule leads through a string that is JSON."""
    head, _, rest = rule.partition(".")
    while isinstance(data, dict) and rest:
        data = data.get(head.rpartition(".")[2])
        if isinstance(data, str) and isinstance(_parsed(data), dict | list):
            return f": {head} is a text in JSON, write parse_json({head}).{rest}"
        name, _, rest = rest.partition(".")
        head = f"{head}.{name}"
    return ""


def _parsed(text: str) -> Any:
    """A string that is JSON; None if it is not."""
    try:
        return load_json(text)
    except Quarantined:
        return None


_INTERPRETER = TreeInterpreter(Options(custom_functions=_Functions()))
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
        raise Quarantined(reason, f"{exc.msg} at character {exc.pos} of {len(text)}{_advice(text)}") from exc
    except RecursionError as exc:
        raise Quarantined("too_deep", "JSON nested too deeply for the parser") from exc


_JSONP = re.compile(r"(?:\s++|;|/\*\*/|try\s*+\{)*+([\w$.]{1,80}+)\s*+\(\s*+[\[{\"']")
_ASSIGNED = re.compile(r"\s*+(?:(?:var|let|const)\s++)?([\w$.]{1,80}+)\s*+=\s*+[\[{]")


def _advice(text: str) -> str:
    """What to write in the profile for a text that has JSON in it."""
    if found := _JSONP.match(text):
        return f"; it begins with {found[1] + '('!r}: JSONP, write within: {found[1] + '('!r}"
    if found := _ASSIGNED.match(text):
        return f"; it begins with a script, write within: {found[1] + ' ='!r}"
    return ""


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
