"""How much markup an HTML page may hold before a parser gets to see it.

The parser drops, without a word, what is nested deeper than some 2,000 elements, and its time grows with the
square of the attributes of one tag (faults P7, P12).
"""

from __future__ import annotations

import re

from lxml import etree

from archiver.errors import Quarantined

MOST_DEPTH = 512
MOST_ATTRIBUTES = 512

_ATTRIBUTE = r"""[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"?|'[^']*+'?|[^\s>]*+))?+"""
_ATTRIBUTES = rf"((?:[\s/]++|{_ATTRIBUTE})*+)"
_TAG = re.compile(
    r"<!--(?:-?>|(?:[^-]++|-(?!-!?>))*+(?:--!?>|\Z))"
    rf"|<(script|style)(?=[\s/>]){_ATTRIBUTES}>?(?:[^<]++|<(?!/\1))*+"
    rf"|<(/?)([a-z][^\s/>]*+){_ATTRIBUTES}",
    re.IGNORECASE,
)
"""A comment, a script or style with its text, or a tag; never steps back, so it takes linear time."""

_VOID = "area base br col embed hr img input link meta param source track wbr"
_RAW_TEXT = "script style"
_END_IMPLIED = "p li dd dt td th tr tbody thead tfoot caption colgroup option optgroup rp rt"
_NEST_NOTHING = frozenset(f"{_VOID} {_RAW_TEXT} {_END_IMPLIED}".split())


def refuse_excess(html: str) -> None:
    """Raises ``Quarantined("too_deep")``. A tag that is closed out of order may hide some depth: that is
    what ``is_too_deep`` is for."""
    depth = 0
    for match in _TAG.finditer(html):
        attributes = match[2] or match[5] or ""
        if len(attributes) > MOST_ATTRIBUTES and len(re.findall(_ATTRIBUTE, attributes)) > MOST_ATTRIBUTES:
            raise Quarantined("too_deep", f"more than {MOST_ATTRIBUTES} attributes in one tag")
        if not match[4] or match[4].lower() in _NEST_NOTHING:
            continue
        if match[3]:
            depth = max(0, depth - 1)
        elif not attributes.endswith("/"):
            depth += 1
        if depth > MOST_DEPTH:
            raise Quarantined("too_deep", f"more than {MOST_DEPTH} elements are open")


_BEYOND_DEPTH = etree.XPath(f"boolean({'/*' * (MOST_DEPTH + 1)})")


def is_too_deep(root: etree._Element) -> bool:
    """Whether a parsed page is nested too deep after all."""
    return bool(_BEYOND_DEPTH(root))
