"""Whether a parsed page is nested too deeply; the scan in ``normalise/limits`` runs before the parser."""

from __future__ import annotations

from lxml import etree

from archiver.normalise.limits import MAX_DEPTH

_BEYOND_DEPTH = etree.XPath(f"boolean({'/*' * (MAX_DEPTH + 1)})")


def is_too_deep(root: etree._Element) -> bool:
    """Whether a tree has more than ``MAX_DEPTH`` levels, its root included."""
    return bool(_BEYOND_DEPTH(root))
