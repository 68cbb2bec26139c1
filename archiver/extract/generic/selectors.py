"""The CSS selector of an element, as one writes it in a profile."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lxml import etree

from archiver.extract.generic.tree import Element

_NAME = re.compile(r"-?[A-Za-z_][A-Za-z0-9_-]*")
_OF_ONE_ARTICLE = re.compile(r"[0-9]{3}")
"""An id or class with a number may be that of this article alone."""

_MAX_STEPS = 4
_MAX_CLASSES = 6
_HAS_CLASS = "contains(concat(' ', normalize-space(@class), ' '), concat(' ', $name, ' '))"


def selector_of(parts: Sequence[Element]) -> str:
    """A selector that finds these elements, and nothing else in the page."""
    return ", ".join(_selector(part) for part in parts)


def _selector(element: Element) -> str:
    steps: list[str] = []
    for each in [element, *element.iterancestors()][:_MAX_STEPS]:
        if not _is_name(str(each.tag)):
            steps = []  # a name with a colon, which CSS cannot find: the element around it is the next best
            continue
        if unique := _unique_name(each):
            return " > ".join([unique, *steps])
        steps.insert(0, _place(each))
    return " > ".join(steps)


def _unique_name(element: Element) -> str:
    """``#id``, ``tag.class`` or ``tag``, if no other element has it; else empty."""
    identity, classes = element.get("id") or "", (element.get("class") or "").split()[:_MAX_CLASSES]
    if _is_name(identity) and _count(element, "@id = $name", identity) == 1:
        return f"#{identity}"
    for name in filter(_is_name, classes):
        if _count(element, f"name() = $tag and {_HAS_CLASS}", name) == 1:
            return f"{element.tag}.{name}"
    is_semantic = element.tag in ("article", "main", "body")
    return str(element.tag) if is_semantic and _count(element, "name() = $tag", "") == 1 else ""


def _is_name(name: str) -> bool:
    return _NAME.fullmatch(name) is not None and not _OF_ONE_ARTICLE.search(name)


def _count(element: Element, condition: str, name: str) -> float:
    return float(str(etree.XPath(f"count(//*[{condition}])")(element, name=name, tag=str(element.tag))))


def _place(element: Element) -> str:
    tag = str(element.tag)
    before = sum(1 for _ in element.itersiblings(tag, preceding=True))
    is_only = not before and next(element.itersiblings(tag), None) is None
    return tag if is_only else f"{tag}:nth-of-type({before + 1})"
