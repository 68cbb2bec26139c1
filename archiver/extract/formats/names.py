"""Rules that are names: of those formats whose pages have the same parts at every site."""

from __future__ import annotations

from collections.abc import Iterable

_CALL = 600
"""The work of reading one value of a row, in the unit of ``Allowance``."""

_CHARACTER = 4
"""The work of reading one character of a page as a value."""


def check_name(rule: str, page_format: str, known: Iterable[str]) -> None:
    """Raises ValueError for a rule that is no name of the format."""
    if rule not in (names := list(dict.fromkeys(known))):
        raise ValueError(f"{rule!r} is not a name of the format {page_format}; known are {', '.join(names)}")


def work_of(rules: int, size: int, times: int) -> float:
    """The work of that many rules, each applied to ``times`` rows of a page with ``size`` characters.

    The rows do not overlap, and a rule reads nothing of a row twice.
    """
    return rules * (times * _CALL + size * _CHARACTER)
