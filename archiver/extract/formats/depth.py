"""Whether a parsed page is nested too deep: the check behind the scan in ``normalise/limits``."""

from __future__ import annotations

from lxml import etree

from archiver.normalise.limits import MAX_DEPTH

_BEYOND_DEPTH = etree.XPath(f"boolean({'/*' * (MAX_DEPTH + 1)})")


def is_too_deep(root: etree._Element) -> bool:
    """Whether an element has descendants more than ``MAX_DEPTH`` levels deep, itself counted as one."""
    return bool(_BEYOND_DEPTH(root))
