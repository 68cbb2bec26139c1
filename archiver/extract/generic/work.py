"""How much work reading a page without rules can be, for the allowance of a page."""

from __future__ import annotations

from dataclasses import dataclass

from archiver.extract.generic.opinions import has_trafilatura
from archiver.extract.generic.tree import Element

MAX_ELEMENTS = 20_000
"""Elements of a page; an article has some 500 to 5,000."""

_PAGE = 200_000
_ELEMENT = 3_000
"""The work of one element, in units of some 25 ns."""
_CHARACTER = 12
"""The work of one character of a text or an attribute."""
_LEVEL = 8
"""The work of one character for each element around it: readability measures the text of all of them."""
_ELEMENT_LENGTH = 4
"""An element without text is as much work as so many characters."""
_WITH_TRAFILATURA = 2


@dataclass(frozen=True, slots=True)
class Size:
    elements: int
    units: float
    """An upper bound of the work, in units of some 25 ns."""


def size_of(root: Element) -> Size:
    """The work of reading a page, its body included."""
    depths: dict[Element, int] = {}
    characters = nested = 0
    for element in root.iter():
        parent = element.getparent()
        depth = depths[element] = depths.get(parent, 0) + 1 if parent is not None else 1
        length = len(element.text or "") + len(element.tail or "")
        characters += length + sum(map(len, element.attrib.values()))
        nested += depth * (length + _ELEMENT_LENGTH)
    units = _PAGE + len(depths) * _ELEMENT + characters * _CHARACTER + nested * _LEVEL
    return Size(len(depths), units * (_WITH_TRAFILATURA if has_trafilatura() else 1))
