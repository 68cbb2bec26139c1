"""Estimates, before an XPath expression is applied to a page, how much work that can be.

libxml2 cannot be interrupted while it evaluates an expression. The time grows with powers of the number of
nodes: a predicate that looks at all siblings of each node takes quadratic time, such a predicate inside
another one cubic time. The estimate is an upper bound for any page with that many nodes, in visits of one
node (some 25 ns). It is often far too high, less so if it knows how many elements of each name the page has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from math import inf, log2

from archiver.extract.formats.xpath import (
    Call,
    Expression,
    Literal,
    Operation,
    Path,
    Step,
    UnknownSyntax,
    parse,
)

_COMPARED = 1 / 16
"""The work of comparing two nodes. To find duplicates, libxml2 compares each new node with all others."""

_SHOWN = 100
"""The work of reading one element as ``shown_text`` does."""

_BELOW = frozenset({"self", "child", "attribute", "namespace"})
_DESCENDANT = frozenset({"descendant", "descendant-or-self"})
_ABOVE = frozenset({"parent", "ancestor", "ancestor-or-self"})
_BESIDE = frozenset({"following", "following-sibling", "preceding", "preceding-sibling"})

_FUNCTIONS = frozenset(
    {
        *("boolean", "ceiling", "concat", "contains", "count", "false", "floor", "id", "lang", "last"),
        *("local-name", "name", "namespace-uri", "normalize-space", "not", "number", "position", "round"),
        *("starts-with", "string", "string-length", "substring", "substring-after", "substring-before"),
        *("sum", "translate", "true", "set:difference", "set:distinct", "set:has-same-node"),
        *("set:intersection", "set:leading", "set:trailing"),
    }
)
"""Functions with a known cost. Those of ``re:`` are not among them: an expression can take any time."""

_SEARCHES = frozenset({"contains", "substring-after", "substring-before", "starts-with", "translate"})
"""Functions whose time is the product of the lengths of their arguments."""

_COMPARES_SETS = frozenset({"set:difference", "set:distinct", "set:has-same-node", "set:intersection"})


@dataclass(frozen=True, slots=True)
class Size:
    """The size of a page."""

    nodes: float
    """Elements, texts and attributes, and one for each 100 characters."""
    depth: float
    named: Mapping[str, float] = field(default_factory=dict)
    """Name → number of elements with it; ``*``: of all elements. A name that is missing is not known."""

    def most(self, step: Step) -> float:
        """How many nodes the step can find at most."""
        return self.nodes if step.axis == "attribute" else self.named.get(step.name, self.nodes)


@dataclass(frozen=True, slots=True)
class _Found:
    """What ``times`` evaluations, each with another context node, cost and find together."""

    work: float
    nodes: float = 0
    """The number of nodes in all results together; 0 for texts, numbers and booleans."""
    place: str = "self"
    """Where these nodes are, seen from their context node: ``self``, ``child`` (or a child of one …),
    ``below`` or ``anywhere``. The results of different context nodes do not overlap for the first two."""


def work_of(expression: str, size: Size, times: int = 1) -> float:
    """Visits of nodes for applying the expression to ``times`` different nodes of a page; ``inf`` if nothing
    is known about it."""
    try:
        parsed = _parsed(expression)
    except UnknownSyntax:
        return inf
    times = max(1, times)
    found = _evaluate(parsed, size, times)
    return found.work + _texts(found, size, times) + _shown(parsed, found, size, times)


_parsed = lru_cache(maxsize=512)(parse)


@lru_cache(maxsize=512)
def names_in(expression: str) -> frozenset[str]:
    """The names of elements in an expression whose syntax is known."""
    return frozenset(name for name in _names(parse(expression)) if name)


def _names(expression: Expression) -> Iterator[str]:
    parts: tuple[Expression, ...] = ()
    match expression:
        case Path():
            parts = (*expression.start_predicates, *([expression.start] if expression.start else ()))
            for step in expression.steps:
                parts += step.predicates
                yield "" if step.axis == "attribute" else step.name
        case Call():
            parts = expression.arguments
        case Operation():
            parts = expression.parts
    for part in parts:
        yield from _names(part)


def _evaluate(expression: Expression, size: Size, times: float) -> _Found:
    match expression:
        case Literal():
            return _Found(times)
        case Path():
            return _path(expression, size, times)
        case Call():
            return _call(expression, size, times)
        case Operation():
            return _operation(expression, size, times)


# --- paths


def _path(path: Path, size: Size, times: float) -> _Found:
    if path.absolute and times > 1:  # evaluated again and again, from the same node
        once = _path(path, size, 1)
        return _Found(once.work * times, once.nodes * times, "anywhere")
    found = _Found(times, times)
    if path.start:
        found = _start(path.start, path.start_predicates, size, times)
    for step in path.steps:
        found = _step(step, found, size, times)
    if found.place == "anywhere" and found.nodes > times:
        found = _Found(found.work + _sorting(found.nodes, size, times), found.nodes, found.place)
    return found


def _sorting(nodes: float, size: Size, times: float) -> float:
    """To compare the order of two nodes, libxml2 may walk over all nodes between them."""
    return nodes * log2(nodes / times + 1) * size.nodes * _COMPARED / 4


def _start(start: Expression, predicates: tuple[Expression, ...], size: Size, times: float) -> _Found:
    found = _evaluate(start, size, times)
    nodes, place = min(found.nodes, times * size.nodes), found.place
    work = found.work
    for predicate in predicates:
        if _is_number(predicate):
            nodes = min(nodes, times)
        else:
            work += _predicate(predicate, nodes, times, size)
    return _Found(work, nodes, "self" if times == 1 and nodes <= 1 else place)


def _step(step: Step, found: _Found, size: Size, times: float) -> _Found:
    visits, place = _visits(step.axis, found, size, times)
    most = size.most(step)
    compared = 0.0 if step.axis in _BELOW or found.nodes <= times else most * _COMPARED
    work, nodes = found.work + visits, min(visits, found.nodes * most)
    for number, predicate in enumerate(step.predicates):
        if number == 0 and _is_number(predicate):
            nodes = min(nodes, found.nodes)
        else:
            work += _predicate(predicate, nodes, _repeated(step.axis, found, size, times), size)
    work += nodes * compared
    return _Found(work, min(nodes, times * most), place)


def _visits(axis: str, found: _Found, size: Size, times: float) -> tuple[float, str]:
    """How many nodes a step visits, and where they are."""
    n, place = size.nodes, found.place
    if axis == "self":
        return found.nodes, place
    if axis in _BELOW:
        return _children(found, size, times)
    if axis in _DESCENDANT:
        if place in ("self", "child"):
            return (n if times == 1 else n * size.depth), "below"
        return min(found.nodes * n, max(times, found.nodes) * n, _below_all(found, size, times)), place
    if axis in _ABOVE:
        return found.nodes * (1 if axis == "parent" else size.depth), "anywhere"
    if axis in _BESIDE:
        return found.nodes * n, "anywhere"
    return inf, "anywhere"


def _children(found: _Found, size: Size, times: float) -> tuple[float, str]:
    if found.place in ("self", "child"):
        return size.nodes, "child"
    if found.place == "below":
        return size.nodes * (1 if times == 1 else size.depth), "below"
    return min(found.nodes, times) * size.nodes, "anywhere"


def _below_all(found: _Found, size: Size, times: float) -> float:
    """The descendants of all nodes of a set, each counted for every ancestor in the set."""
    repeated = times if found.place == "anywhere" else (1 if times == 1 else size.depth)
    return repeated * size.nodes * size.depth


def _predicate(predicate: Expression, candidates: float, repeated: float, size: Size) -> float:
    """The work of a predicate for that many candidates; the same node is there ``repeated`` times at most."""
    found = _evaluate(predicate, size, max(1.0, min(candidates, size.nodes)))
    return candidates + found.work * max(1.0, min(candidates, repeated))


def _repeated(axis: str, found: _Found, size: Size, times: float) -> float:
    """How often a step tests the same node at most."""
    if axis in _ABOVE or axis in _BESIDE:
        return found.nodes
    before = {"self": 1.0, "child": 1.0, "below": size.depth}.get(found.place, times)
    before = 1.0 if times == 1 else before
    return before * size.depth if axis in _DESCENDANT and (found.nodes > times or times > 1) else before


def _is_number(predicate: Expression) -> bool:
    return isinstance(predicate, Literal) and predicate.is_number


# --- functions and operators


def _call(call: Call, size: Size, times: float) -> _Found:
    if call.name not in _FUNCTIONS:
        return _Found(inf)
    arguments = [_evaluate(argument, size, times) for argument in call.arguments]
    work = times + sum(found.work + _texts(found, size, times) for found in arguments)
    if not arguments:
        work += times if call.name in ("position", "last", "true", "false") else size.nodes * size.depth
    if call.name in _SEARCHES and not all(isinstance(each, Literal) for each in call.arguments[1:]):
        work += times * size.nodes**2
    if not call.name.startswith("set:"):
        return _Found(work, times * size.nodes if call.name == "id" else 0, "anywhere")
    return _set_function(call.name, arguments, work, size, times)


def _set_function(name: str, sets: list[_Found], work: float, size: Size, times: float) -> _Found:
    work += sum(_sorting(found.nodes, size, times) for found in sets if found.place == "anywhere")
    first, *others = (found.nodes for found in sets)
    if name in _COMPARES_SETS:
        work += first * max(1.0, *(nodes / times for nodes in (*others, first)[:1])) * _COMPARED
    return _Found(work + first + sum(others), first, "anywhere")


def _texts(found: _Found, size: Size, times: float) -> float:
    """The work of taking the texts inside all these nodes."""
    if not found.nodes:
        return 0
    inside = {"self": 1.0, "child": 1.0, "below": size.depth}.get(found.place)
    if inside is None:
        return min(found.nodes * size.nodes, times * size.nodes * size.depth)
    return size.nodes * size.depth * (inside if times > 1 else 1)


def _shown(expression: Expression, found: _Found, size: Size, times: float) -> float:
    """The work of reading the first of these nodes, for each context node, as a browser would copy it."""
    if not found.nodes or (isinstance(expression, Path) and _ends_with_attribute(expression)):
        return 0
    repeated = times if found.place == "anywhere" else min(times, size.depth)
    return _SHOWN * size.named.get("*", size.nodes) * repeated


def _ends_with_attribute(path: Path) -> bool:
    return bool(path.steps) and path.steps[-1].axis == "attribute"


def _operation(operation: Operation, size: Size, times: float) -> _Found:
    parts = [_evaluate(part, size, times) for part in operation.parts]
    work = times + sum(found.work for found in parts)
    nodes = sum(found.nodes for found in parts)
    if operation.operator == "|":
        work += nodes * min(size.nodes, nodes / times) * _COMPARED + _sorting(nodes, size, times)
        return _Found(work, min(nodes, times * size.nodes), "anywhere")
    if operation.operator not in ("and", "or"):
        work += sum(_texts(found, size, times) for found in parts)
        if all(found.nodes for found in parts):  # each node of one set is compared with each of the other
            work += parts[0].nodes * min(size.nodes, parts[-1].nodes)
    return _Found(work)
