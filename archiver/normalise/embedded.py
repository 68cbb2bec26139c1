"""Prepares elements that the allow-list cannot judge, before a body is sanitised.

Formulas and drawings become text. Elements with raw text (``iframe``, ``noscript``) get other names, so that
their content is parsed and sanitised like other markup. The result is not sanitised.
"""

from __future__ import annotations

import re

from archiver.normalise.drawings import drawing
from archiver.normalise.formulas import formula
from archiver.normalise.losses import Losses

FRAME = "framed"
NO_SCRIPT = "unscripted"
"""The names that ``iframe`` and ``noscript`` get; HTML has no such elements."""

_RENAMED = {
    "iframe": FRAME,
    "noscript": NO_SCRIPT,
    **dict.fromkeys(("amp-img", "amp-anim", "mip-img"), "img"),
    **{f"{prefix}-{name}": name for prefix in ("amp", "mip") for name in ("audio", "video")},
    **dict.fromkeys(("amp-iframe", "mip-iframe"), FRAME),
}
_PERHAPS_EMBEDDED = re.compile("<[acimns](?:anvas|ath|cript|frame|ip-|mp-|oscript|vg)", re.IGNORECASE)
"""All these elements, and names that no element has. This form saves 5 µs per article."""
_PARTS = re.compile(
    rf"""
      < (?P<foreign> math | svg ) (?![^\s/>])                           # a formula or a drawing
        (?P<attributes> [^<>]*+ ) > (?: (?<!/>) (?: (?P<content> .*? ) </(?P=foreign)\s*> | .* ) )?
    | < iframe (?P<closed> \s [^<>]*+ ) (?<=/) >                         # XHTML
    | < (?P<slash> /? ) (?P<renamed> {"|".join(_RENAMED)} ) (?=[\s/>])
    | < canvas (?=[\s/>]) (?P<canvas> [^<>]*+ )
    | < script \s [^<>]*? math/tex [^<>]*+ > (?P<tex> [^<]*+ ) </script\s*>
    | (?P<copy> < span \s [^<>]*? \b katex-html \b ["'] )                 # a drawn copy of a formula
    # text in which these elements do not count
    | <!-- (?: .*? --> | .* )
    | < (?P<raw> script | style | template | textarea | title | xmp ) (?![^\s/>])
      (?: .*? </(?P=raw)\s*> | .* )
    """,
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
_RENDERED_BY_SCRIPT = re.compile(r'class="?[^">]*MathJax|<mjx-', re.IGNORECASE)


def prepare(html: str, losses: Losses) -> str:
    """The body without formulas and drawings, and without elements that contain raw text."""
    if not _PERHAPS_EMBEDDED.search(html):
        return html
    shown_twice = _RENDERED_BY_SCRIPT.search(html) is not None
    return _PARTS.sub(lambda match: _prepared(match, losses, shown_twice), html)


def _prepared(part: re.Match[str], losses: Losses, shown_twice: bool) -> str:
    if part["renamed"]:
        return f"<{part['slash']}{_RENAMED[part['renamed'].lower()]}"
    if part["copy"]:
        return f"{part['copy']} hidden"
    if part["closed"]:
        return f"<{FRAME}{part['closed'].rstrip('/')}></{FRAME}>"
    if part["tex"] is not None:
        return "" if shown_twice else part["tex"].strip()
    if part["canvas"] is not None:
        losses.parts += "hidden" not in part["canvas"] and "none" not in part["canvas"]
    if part["content"] is None:
        return part[0]
    if part["foreign"].lower() == "math":
        text = "" if shown_twice else formula(part["attributes"], part["content"])
        losses.parts += not text and not shown_twice and bool(part["content"].strip())
        return text
    text, is_lost = drawing(part["attributes"], part["content"])
    losses.parts += is_lost
    return text
