"""The text and the pictures in a drawing (SVG).

>>> drawing(' width="300"', '<text x="1">硬件 62%</text><text>软件 38%</text>')
('<span>硬件 62%</span> <span>软件 38%</span>', False)
"""

from __future__ import annotations

import re

_NOT_DRAWN = re.compile(
    r"""
    <!-- (?: .*? --> | .* )
    | < ( clipPath | defs | linearGradient | mask | metadata | pattern | script | style | symbol )
      (?![^\s/>]) [^<>]*+ > (?: (?<=/>) | .*? </\1\s*> | .* )
    """,
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
_LABEL = re.compile(
    r"""
    < (?P<name> text | title | desc | foreignObject ) (?![^\s/>]) [^<>]*+ (?<!/) >
      (?P<text> (?: [^<]++ | < (?! /(?P=name) [\s>] ) )*+ )
    | < image \s [^<>]*? href \s* = \s* ["'] (?P<picture> [^"'<>]+ ) ["']
    """,
    re.IGNORECASE | re.VERBOSE,
)
_TAG = re.compile(r"<!\[CDATA\[|\]\]>|<[^<>]*>")
_HIDDEN = re.compile(
    r"""
    \s (?: hidden (?= [\s=>] | \Z )
        | style=["'] [^"']* (?:display|visibility) \s*:\s* (?:none|hidden)
        | (?:width|height) = ["']? 0 ["'\s]
       )
    """,
    re.IGNORECASE | re.VERBOSE,
)
_WIDTH = re.compile(r"""\swidth\s*=\s*["']?(\d+(?:\.\d+)?)(?:px)?["'\s]""", re.IGNORECASE)
_DECORATIVE = re.compile(r"""aria-hidden\s*=\s*["']?true|class=["'][^"']*icon|<use[\s>]""", re.IGNORECASE)

MIN_WIDTH = 100
"""Pixels; a smaller drawing is an icon."""
MIN_CHART = 20
"""Tags; a drawing without text that has fewer is an icon or a logo, not a chart."""


def drawing(attributes: str, content: str) -> tuple[str, bool]:
    """The labels and pictures as HTML, and whether a drawing that may be a chart has neither."""
    if _HIDDEN.search(attributes):
        return "", False
    drawn = _NOT_DRAWN.sub("", content)
    width = _WIDTH.search(f"{attributes} ")
    is_icon = (width and float(width[1]) < MIN_WIDTH) or _DECORATIVE.search(attributes + content)
    labels = [shown for label in _LABEL.finditer(drawn) if (shown := _shown(label, not is_icon))]
    return " ".join(labels), not labels and not is_icon and drawn.count("<") >= MIN_CHART


def _shown(label: re.Match[str], described: bool) -> str:
    if label["picture"]:
        return f'<img src="{label["picture"]}">'
    if label["name"].lower() in ("title", "desc") and not described:
        return ""
    text = " ".join(_TAG.sub(" " if label["name"].lower() == "foreignobject" else "", label["text"]).split())
    return f"<span>{text.replace('<', '&lt;')}</span>" if text else ""
