"""The styles that hide an element: shared by the cleaning of bodies and by the rules for other fields."""

from __future__ import annotations

import re

from archiver.normalise.elements import names

HIDES = re.compile(
    r"""
    (?: ^ | ; ) \s*+
    (?: (?P<none> display\s*:\s*none )
      | (?P<clear> visibility\s*:\s*hidden | opacity\s*:\s*0(?:\.0*)?%?(?![.\d]) )
      | (?P<tiny> font-size\s*:\s*0(?:\.0*)?(?![.\d]) )
    )
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""In a style: it hides the element, or the text that is directly in it (``tiny``)."""

SIZED = re.compile(
    r"(?:^|[\";])\s*"
    r"font-size\s*:\s*(?:[1-9][\d.]*(?:px|pt|rem|vw|mm|cm)|(?:x{1,3}-)?(?:small|large)|medium)"
)
"""In a style: the element shows its text also inside an element of font size 0."""

OWN_TEXT = names("a b em font i s small span strong sub sup u")
"""Elements without a font size of their own, unless they have a class, a size or a style."""
