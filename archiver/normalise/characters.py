"""Cleans the characters of a body: line breaks become LF; forbidden characters and indents are removed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archiver.normalise.elements import names

BLANKS = " \t\n"
"""The white space left in HTML by :func:`plain_characters`."""

_PERHAPS_FORBIDDEN = re.compile("[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0001fffd]")
"""All forbidden characters and a few others. This faster search saves 180 µs per article."""

_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f"  # C0 and C1 controls, except tab, LF, FF and CR
    "\ud800-\udfff"  # lone surrogates
    "\ufdd0-\ufdef\ufffe\uffff"  # noncharacters, also the last two of every plane
    + "".join(chr((plane << 16) + last) for plane in range(1, 17) for last in (0xFFFE, 0xFFFF))
    + "]+"
)
"""Characters that XML, YAML or UTF-8 cannot hold (faults E9)."""

_INDENT = "\u3000\u3000"
"""Two ideographic spaces indent a paragraph. In table cells an indent has a meaning, so it is kept there."""

_USUAL_INDENT = re.compile(f"<p>{_INDENT}(?!\u3000)")
"""The form of nearly all indents; replacing it first saves 50 µs per article."""
_ANY_INDENT = re.compile(f"{_INDENT}(?!\u3000)")
_KEEPS_BLANKS = re.compile(
    r"""
    < (?: (pre|listing|textarea|xmp) (?=[\s/>])
        | ([a-z][a-z0-9]*) \s [^<>]*? white-space \s*:\s* pre (?![\w-])
      )
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""The start of an element in which blanks are text; an announcement makes columns with them."""
_START_TAG = re.compile("<([a-z][a-z0-9]*)[^<>]*>", re.IGNORECASE)
_INDENTED = names("p div center blockquote section article br")
_TRANSPARENT = names("a b em font i span strong u")
"""Elements whose tags may be between the start of a paragraph and its indent."""

_MAX_TAG = 1024
"""Longest tag before an indent, in characters. Without a limit, a million indents would take minutes."""


def plain_characters(html: str) -> str:
    """The text with LF as line break, without forbidden characters and without indents of paragraphs."""
    if "\r" in html or "\f" in html:
        html = html.replace("\r\n", "\n").replace("\r", "\n").replace("\f", " ")
    if _PERHAPS_FORBIDDEN.search(html):
        html = _FORBIDDEN.sub("", html)
    return without_indents(html)


def without_indents(html: str) -> str:
    """The text without the two ideographic spaces at the start of a paragraph or line."""
    if _INDENT not in html:
        return html
    if not _KEEPS_BLANKS.search(html):
        return _without_indents(html)
    pieces = []
    done = 0
    for start, end in _kept_blanks(html):
        pieces += [_without_indents(html[done:start]), html[start:end]]
        done = end
    return "".join(pieces) + _without_indents(html[done:])


def _without_indents(html: str) -> str:
    html = _USUAL_INDENT.sub("<p>", html)
    pieces = []
    done = 0
    for match in _ANY_INDENT.finditer(html):
        if _begins_paragraph(html, done, match.start()):
            pieces.append(html[done : match.start()])
            done = match.end()
    return "".join(pieces) + html[done:]


def _kept_blanks(html: str) -> Iterator[tuple[int, int]]:
    """Start and end of each element in which blanks are text."""
    end = 0
    while opening := _KEEPS_BLANKS.search(html, end):
        name = (opening[1] or opening[2]).lower()
        depth = 0
        end = len(html)
        for tag in re.compile(rf"<(/?){name}(?=[\s/>])", re.IGNORECASE).finditer(html, opening.start()):
            depth += -1 if tag[1] else 1
            if depth == 0:
                end = tag.end()
                break
        yield opening.start(), end


def _begins_paragraph(html: str, start: int, end: int) -> bool:
    """Whether only white space and inline tags are between the start of a paragraph or line and ``end``.

    Reads backwards from ``end``, not beyond ``start``, so that no part of a text is read twice.
    """
    end = _start_of_blanks(html, start, end, " \t")
    if end == 0 or (end > start and html[end - 1] == "\n"):
        return True
    while True:
        end = _start_of_blanks(html, start, end, BLANKS)
        opening = html.rfind("<", max(start, end - _MAX_TAG), end) if html[end - 1] == ">" else -1
        tag = _START_TAG.fullmatch(html, opening, end) if opening >= 0 else None
        if tag is None or (name := tag[1].lower()) not in _TRANSPARENT:
            return tag is not None and name in _INDENTED
        end = opening


def _start_of_blanks(html: str, start: int, end: int, blanks: str) -> int:
    """The start of the run of blanks that ends at ``end``."""
    while end > start and html[end - 1] in blanks:
        end -= 1
    return end
