"""Counts what cleaning removed from a body that could have been content (the doubt ``body/dropped``).

>>> text_length("<p>涨 4%<script>x()</script></p>")
3
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

from archiver.normalise.text import without_invisible

MIN_TEXT = 8
"""Characters; a shorter text that is missing is not reported."""

_NOT_SHOWN = re.compile(
    r"""
    < (?: !-- (?: .*? --> | .* )                                        # a comment
        | ( audio | framed | noembed | noframes | object | script | style | template | title | unscripted | video )
          \b (?: .*? </\1 [^<>]* > | .* )                               # an element without visible text
        | [a-z/!?] (?: [^<>"']++ | "[^"<]*+" | '[^'<]*+' )*+ >           # any other tag
        | [a-z/!?] [^>]*+ (?: > | \Z )                                  # a tag with an unusual attribute
      )
    """,
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
"""Markup. A part that is not closed ends with the text, so that no part is read twice."""


@dataclass(slots=True)
class Losses:
    """The counts of one body. They grow while it is cleaned."""

    text: int = 0
    """Characters of text that became shorter, without those that are certainly not content."""
    parts: int = 0
    """Pictures, formulas, charts, videos and frames without a usable address or text."""

    @property
    def matter(self) -> bool:
        return self.parts > 0 or self.text >= MIN_TEXT

    def compare(self, before: str, after: str) -> None:
        """Adds the difference between the lengths of the visible texts."""
        self.text += text_length(before) - text_length(after)


def text_length(html: str) -> int:
    """The number of visible characters, without white space."""
    shown = _NOT_SHOWN.sub("", html)
    if "&" in shown:
        shown = unescape(shown)
    return len(without_invisible("".join(shown.split())))
