"""Rules that are names: of those formats whose pages have the same parts at every site."""

from __future__ import annotations

from collections.abc import Iterable

_VALUE = 200
"""The work of reading a short value of a row, in the unit of ``Allowance``."""

_CHARACTER = 3
_REFERENCE = 60
"""The work of reading one character or character reference as part of a text."""


def check_name(rule: str, page_format: str, known: Iterable[str]) -> None:
    """Raises ValueError for a rule that is no name of the format."""
    if rule not in (names := list(dict.fromkeys(known))):
        raise ValueError(f"{rule!r} is not a name of the format {page_format}; known are {', '.join(names)}")


def weight_of(text: str, tag: int) -> float:
    """The work of reading all of a page as one text. ``tag``: the work of reading one tag."""
    return _CHARACTER * len(text) + _REFERENCE * text.count("&") + tag * text.count("<")


def work_of(rules: int, weight: float, times: int) -> float:
    """The work of so many rules, each applied to ``times`` rows of a page: these do not overlap."""
    return rules * (_VALUE * times + weight)
