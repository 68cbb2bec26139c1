"""An article's HTML as a post may hold it: sanitised, readable by kramdown as it stands, free of Liquid.

>>> clean("<p>\\u3000\\u3000沪指收涨<script>x()</script></p>", "http://example.com/")
'<p>沪指收涨</p>'

``markup`` knows how a body is cleaned; here it is told what of it need not be.
"""

from __future__ import annotations

import html as entities
import re
from functools import lru_cache

from archiver.errors import Quarantined
from archiver.normalise import text as one_line
from archiver.normalise.markup import (
    BLANKS,
    BLOCKS,
    clean_once,
    plain_characters,
    respelled,
    without_indents,
)
from archiver.normalise.nesting import VOID, refuse_excess

MAX_ROUNDS = 8
"""Cleaning is repeated until nothing changes; hostile nestings take three or four rounds."""


def clean(html: str, base_url: str) -> str:
    """The body of a post; a clean body comes back byte for byte, and ``clean(clean(x)) == clean(x)``.

    ``base_url`` is what relative addresses count from. Raises ``Quarantined`` with ``too_deep`` (nested
    deeper, or holding more markup, than any article does) or ``empty_body`` (neither text nor picture).
    """
    body = plain_characters(html).strip(BLANKS)
    refuse_excess(body)
    if not is_settled(body):
        body = _by_blocks(body, base_url) or _settled(body, base_url)
    if not _shows_something(body):
        raise Quarantined("empty_body")
    return body


def _settled(body: str, base_url: str) -> str:
    for _ in range(MAX_ROUNDS):
        cleaned = clean_once(body, base_url)
        if _is_same(cleaned, body):
            return body
        refuse_excess(cleaned)
        if is_settled(cleaned):
            return cleaned
        body = cleaned
    raise Quarantined("too_deep", f"still changing after {MAX_ROUNDS} rounds of cleaning")


def _is_same(cleaned: str, body: str) -> bool:
    """Also in another spelling: a clean body keeps its own."""
    return cleaned.count("<") == body.count("<") and respelled(cleaned) == respelled(body)


def _shows_something(html: str) -> bool:
    if "<img " in html:
        return True
    return any(one_line.clean(entities.unescape(match[1])) for match in _TEXT.finditer(html))


_TEXT = re.compile(r"(?:^|>)([^<]+)")


# Bodies that need no cleaning. Groups 1, 2 and 3: the names of a block, of an element in it, of one in that.

_ATTRIBUTES = "(?: [^<>]{1,1024})?"
_TEXT_RUN = r"(?:[^<>&{\n]++|\n(?![ \t]*\n)|&(?:amp|lt|gt|nbsp);)++"
_SHOWN = rf"{_TEXT_RUN}|<(?:br(?: ?/)?|img [^<>]{{1,1024}})>"
_INLINE = "(?!a>)(a|b|em|font|i|span|strong|sub|sup|u)"
_INNER = rf"<(?!\2[ >]){_INLINE}{_ATTRIBUTES}>(?:{_SHOWN})++</\3>"
_OUTER = rf"<{_INLINE}{_ATTRIBUTES}>(?:{_SHOWN}|{_INNER})++</\2>"
_BLOCK = rf"<(p|h[1-6]){_ATTRIBUTES}>(?:{_SHOWN}|{_OUTER})++</\1>"
_SIMPLE = re.compile(rf"(?!\s)(?:\n? {{0,3}}{_BLOCK})++")
"""Paragraphs of text, pictures and inline elements, one or two deep, none of them empty."""

_ATTRIBUTED = re.compile(r"<([a-z][a-z0-9]*) [^<>]+>")


def is_settled(body: str) -> bool:
    """Whether cleaning is certain to leave a body as it is, told at a fraction of the cost.

    ``body`` has plain characters only. Where it is built simply, each tag can be judged by itself; most
    bodies are, at the latest once they are clean.
    """
    return (
        without_indents(body) == body
        and _SIMPLE.fullmatch(body) is not None
        and all(_is_settled_tag(match[0], match[1]) for match in _ATTRIBUTED.finditer(body))
    )


@lru_cache(maxsize=1024)
def _is_settled_tag(tag: str, name: str) -> bool:
    """Whether a start tag in a paragraph, or a paragraph's own, stays as it is."""
    if name in VOID:
        sample = f"<p>{tag}</p>"
    elif name in BLOCKS:
        sample = f"{tag}x</{name}>"
    else:
        sample = f"<p>{tag}x</{name}></p>"
    return respelled(clean_once(sample, "")) == respelled(sample)


# Bodies of which a block or two need cleaning: a comment, a hidden spacer, a centred picture

_PLAIN_BLOCK = rf"<p>{_TEXT_RUN}</p>"
_PART = re.compile(
    rf"<(center|p(?!>{_TEXT_RUN}</p>)|h[1-6]){_ATTRIBUTES}>(?:{_SHOWN}|{_OUTER})*+</\1>"
    rf"|(?P<plain>{_PLAIN_BLOCK}(?:\n? {{0,3}}{_PLAIN_BLOCK})*+|[ \n]++)|<!--[^<>-]*+-->"
)
"""A block to be looked at (group 1), or what is plain to see, or a comment."""


def _by_blocks(body: str, base_url: str) -> str:
    """The body cleaned a block at a time, as each is closed before the next begins; "" where that is not
    certain. A settled block keeps its spelling."""
    parts, end = [], 0
    while part := _PART.match(body, end):
        parts.append(part)
        end = part.end()
    if end < len(body):
        return ""
    cleaned = "".join(_part(part[0], base_url) if part[1] else part["plain"] or "" for part in parts)
    cleaned = cleaned.strip(BLANKS)
    return cleaned if _SIMPLE.fullmatch(cleaned) else ""


def _part(block: str, base_url: str) -> str:
    return block if is_settled(block) else _settled(block, base_url)
