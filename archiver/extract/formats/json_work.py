"""How much work a JMESPath expression can be on one JSON page."""

from __future__ import annotations

from math import inf
from typing import Any

_VISIT = 60
"""The work of one step of the interpreter, in units of some 25 ns."""

_CONSTANT = frozenset(
    {"field", "index", "literal", "identity", "subexpression", "or_expression", "and_expression"}
)
"""Steps that take the same time on any page."""

_COPIES = frozenset({"multi_select_list", "multi_select_dict"})
"""Steps that can give one value several times; a later projection then visits it as often."""

MAX_COPIES = 64


def work_of(parsed: dict[str, Any], values: float, times: int = 1) -> float:
    """An upper bound, for a page with so many values; ``inf`` if the expression may multiply them.

    ``times``: how often it is applied, each time to another part of the page.
    """
    if _is_constant(parsed):
        return times * _steps(parsed) * _VISIT
    copies = _copies(parsed)
    return inf if copies > MAX_COPIES else max(values, times) * _steps(parsed) * copies * _VISIT


def _is_constant(node: dict[str, Any]) -> bool:
    return node["type"] in _CONSTANT and all(map(_is_constant, node["children"]))


def _steps(node: dict[str, Any]) -> int:
    return 1 + sum(map(_steps, _children(node)))


def _copies(node: dict[str, Any]) -> int:
    copies = max(1, len(node["children"])) if node["type"] in _COPIES else 1
    for child in _children(node):
        copies = min(copies * _copies(child), MAX_COPIES + 1)
    return copies


def _children(node: dict[str, Any]) -> list[dict[str, Any]]:
    return [child for child in node["children"] if isinstance(child, dict) and "children" in child]
