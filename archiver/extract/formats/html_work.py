"""How much work the rules of a profile can be on one HTML page."""

from __future__ import annotations

from functools import lru_cache
from math import ceil, inf, log2

from lxml import etree

from archiver.extract.formats.xpath_work import Size, names_in, work_of
from archiver.normalise.limits import MAX_DEPTH

_NODES = etree.XPath("count(//node()) + count(//@*) + string-length(/) div 100")
_DEPTHS = (16, 48, 128)
_DEEPER = {depth: etree.XPath(f"boolean({'/*' * (depth + 1)})") for depth in _DEPTHS}

_STEPS_PER_DOUBLING = 4
"""Sizes are rounded up to a few values, so that most estimates are found in the cache."""


def work_on(root: etree._Element, expressions: tuple[str, ...], times: int, most: float) -> float:
    """An upper bound, in visits of one node. If it is larger than ``most`` at first, the elements with each
    name are counted for a better one."""
    nodes = _rounded(float(str(_NODES(root))))
    depth = next((depth for depth in _DEPTHS if not _DEEPER[depth](root)), MAX_DEPTH)
    work = _work(expressions, nodes, depth, times)
    if work <= most or work == inf:
        return work
    named = {name: _count(name)(root) for name in frozenset({"*"}).union(*map(names_in, expressions))}
    size = Size(nodes, depth, {name: float(str(count)) for name, count in named.items()})
    return sum(work_of(expression, size, times) for expression in expressions)


def _rounded(number: float) -> float:
    return float(2.0 ** (ceil(log2(max(number, 1)) * _STEPS_PER_DOUBLING) / _STEPS_PER_DOUBLING))


@lru_cache(maxsize=1024)
def _work(expressions: tuple[str, ...], nodes: float, depth: float, times: int) -> float:
    return sum(work_of(expression, Size(nodes, depth), times) for expression in expressions)


@lru_cache(maxsize=256)
def _count(name: str) -> etree.XPath:
    prefix, _, local = name.rpartition(":")
    return etree.XPath("count(//*)" if prefix else f"count(//{local})")
