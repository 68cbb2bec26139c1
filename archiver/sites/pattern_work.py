"""How the time of a regular expression grows with the length of a hostile text.

``re`` cannot be interrupted. A repetition that can also match what follows it is tried at every length;
inside another repetition, that takes exponential time.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import inf
from re import _parser  # type: ignore[attr-defined]  # no other module of Python parses patterns
from typing import Any

_OTHER = "\u4e2d"
"""Stands for every character that is not ASCII."""

_ALL = frozenset(map(chr, range(128))) | {_OTHER}
_WORD = frozenset(string.ascii_letters + string.digits + "_" + _OTHER)
_DIGIT = frozenset(string.digits + _OTHER)
_SPACE = frozenset(string.whitespace + "\x1c\x1d\x1e\x1f" + _OTHER)
_CATEGORIES = {
    "CATEGORY_DIGIT": _DIGIT,
    "CATEGORY_SPACE": _SPACE,
    "CATEGORY_WORD": _WORD,
    "CATEGORY_NOT_DIGIT": (_ALL - _DIGIT) | {_OTHER},
    "CATEGORY_NOT_SPACE": (_ALL - _SPACE) | {_OTHER},
    "CATEGORY_NOT_WORD": (_ALL - _WORD) | {_OTHER},
}
_CHARACTERS = frozenset({"LITERAL", "NOT_LITERAL", "IN", "ANY"})
_REPEATS = frozenset({"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"})

MAX_OPTIONS = 10
"""Optional groups in one pattern: each one may double the time."""

_IGNORES_CASE = re.compile(r"\(\?[aLmsux]*i")
"""A part of a pattern that ignores case; then the whole pattern is taken to do so."""

Item = tuple[Any, Any]


@lru_cache(maxsize=512)
def degree(pattern: re.Pattern[str], *, whole: bool = False) -> float:
    """The time is at most proportional to length ** degree; ``inf``: it may grow exponentially.

    ``whole``: the pattern is only used with ``fullmatch``. Otherwise a pattern that is not tied to the
    begin of the text is tried at every position.
    """
    items = list(_parser.parse(pattern.pattern, pattern.flags))
    reader = _Reader(
        ignores_case=bool(pattern.flags & re.IGNORECASE or _IGNORES_CASE.search(pattern.pattern))
    )
    found = reader.sequence(items, frozenset(), looped=False)
    if reader.options > MAX_OPTIONS:
        return inf
    tied = whole or (bool(items) and _is_begin(items[0]))
    return max(1.0, found + (not tied))


_STEP = 0.4
"""The work of one step of ``re``, in the unit of ``extract.formats.allowance``."""


def work_of(pattern: re.Pattern[str], length: int, *, whole: bool = False) -> float:
    """An upper bound for a text of that length."""
    return float(_STEP * (length + 1.0) ** degree(pattern, whole=whole))


def _is_begin(item: Item) -> bool:
    return _name(item) == "AT" and str(item[1]) in ("AT_BEGINNING", "AT_BEGINNING_STRING")


def _name(item: Item) -> str:
    return str(item[0])


class _Reader:
    def __init__(self, *, ignores_case: bool) -> None:
        self._ignores_case = ignores_case
        self.options = 0

    def sequence(self, items: Sequence[Item], after: frozenset[str], *, looped: bool) -> float:
        """The degree of the items. ``after``: the characters with which what follows may begin; ``looped``:
        the items are inside a repetition, where each ambiguous one makes the time exponential."""
        total = 0.0
        for at in range(len(items) - 1, -1, -1):
            following = self.first(items[at + 1 :], after)
            total = self._item(items[at], following, total, looped=looped)
        return total

    def _item(self, item: Item, after: frozenset[str], later: float, *, looped: bool) -> float:
        name, value = _name(item), item[1]
        if name in _REPEATS:
            return self._repeat(item, after, later, looped=looped)
        if name in ("GROUPREF", "GROUPREF_EXISTS"):
            return inf
        if name == "BRANCH":
            self.options += not self._are_apart(value[1], after)
            if looped and not self._are_apart(value[1], after):
                return inf
            return max(self.sequence(branch, after, looped=looped) + later for branch in value[1])
        if name in ("ASSERT", "ASSERT_NOT"):
            return max(later, self.sequence(value[1], _ALL, looped=looped) + later)
        for part in _parts(item):
            return self.sequence(part, after, looped=looped) + later
        return later

    def _repeat(self, item: Item, after: frozenset[str], later: float, *, looped: bool) -> float:
        least, most, body = item[1]
        body = list(body)
        if (least, most) == (1, 1):
            return self.sequence(body, after, looped=looped) + later
        is_group = not (len(body) == 1 and _name(body[0]) in _CHARACTERS)
        begins = self.first(body, frozenset())
        if is_group and most > 1 and (self._is_empty(body) or self._is_ambiguous(body, begins | after)):
            return inf
        if least == most:
            return later
        if most == 1:
            later += self.sequence(body, after, looped=looped) if is_group else 0
            self.options += bool(begins & after)
            return inf if looped and begins & after else max(1.0, later)
        if _name(item) == "POSSESSIVE_REPEAT" or not begins & after:
            return max(1.0, later)
        return inf if looped else 1 + later

    def _is_ambiguous(self, body: Sequence[Item], after: frozenset[str]) -> bool:
        return self.sequence(body, after, looped=True) == inf

    def _is_empty(self, items: Sequence[Item]) -> bool:
        """Whether the items can match the empty text."""
        mark = frozenset({"\x00 nothing"})
        return bool(self.first(items, mark) & mark)

    def _are_apart(self, branches: Sequence[Sequence[Item]], after: frozenset[str]) -> bool:
        seen: frozenset[str] = frozenset()
        for branch in branches:
            begins = self.first(branch, after)
            if begins & seen:
                return False
            seen |= begins
        return True

    def first(self, items: Sequence[Item], after: frozenset[str]) -> frozenset[str]:
        """The characters with which a match of the items, and of what follows them, may begin."""
        if not items:
            return after
        item, rest = items[0], items[1:]
        name, value = _name(item), item[1]
        if name in _CHARACTERS:
            return self._characters(item)
        if name in _REPEATS:
            later = self.first(rest, after) if value[0] == 0 else frozenset()
            return self.first(list(value[2]), self.first(rest, after)) | later
        if name == "BRANCH":
            return frozenset().union(*(self.first([*branch, *rest], after) for branch in value[1]))
        if name in ("GROUPREF", "GROUPREF_EXISTS"):
            return _ALL
        for part in _parts(item):
            return self.first([*part, *rest], after)
        return self.first(rest, after)

    def _characters(self, item: Item) -> frozenset[str]:
        name, value = _name(item), item[1]
        if name == "ANY":
            return _ALL
        if name == "IN":
            negated = bool(value) and _name(value[0]) == "NEGATE"
            found = frozenset().union(*map(self._in_class, value))
            return (_ALL - found) | {_OTHER} if negated else found
        literal = self._cases([value])
        return literal if name == "LITERAL" else (_ALL - literal) | {_OTHER}

    def _in_class(self, item: Item) -> frozenset[str]:
        name, value = _name(item), item[1]
        if name == "LITERAL":
            return self._cases([value])
        if name == "RANGE":
            return self._cases([*range(value[0], min(value[1], 127) + 1), value[1]])
        return _CATEGORIES.get(str(value), _ALL) if name == "CATEGORY" else frozenset()

    def _cases(self, codes: Iterable[int]) -> frozenset[str]:
        found = frozenset(chr(code) if code < 128 else _OTHER for code in codes)
        if self._ignores_case:
            found = found.union(*((each.lower(), each.upper()) for each in found))
        return found


def _parts(item: Item) -> list[list[Item]]:
    """The items inside a group."""
    name, value = _name(item), item[1]
    if name == "SUBPATTERN":
        return [list(value[3])]
    return [list(value)] if name == "ATOMIC_GROUP" else []
