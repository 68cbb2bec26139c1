"""An article's HTML as a post may hold it: sanitised, readable by kramdown as it stands, free of Liquid.

>>> clean("<p>\\u3000\\u3000沪指收涨<script>x()</script></p>", "http://example.com/")
'<p>沪指收涨</p>'

``markup`` knows how a body is cleaned; this module repeats that until nothing changes, and tells which bodies
need no cleaning.
"""

from __future__ import annotations

import html as entities
import re
from functools import lru_cache

from archiver.errors import Quarantined
from archiver.normalise import text as one_line
from archiver.normalise.allow_list import ExtraAttributes
from archiver.normalise.characters import BLANKS, plain_characters, without_indents
from archiver.normalise.elements import BLOCKS, VOID
from archiver.normalise.limits import BODY, refuse_excess
from archiver.normalise.markup import clean_once, respelled

MAX_ROUNDS = 8
"""Cleaning is repeated until nothing changes; hostile nestings take three or four rounds."""

_TEXT = re.compile(r"(?:^|>)([^<]+)")


def clean(html: str, base_url: str, extra_attributes: ExtraAttributes = frozenset()) -> str:
    """The body of a post; ``clean(clean(x)) == clean(x)``.

    A body in which cleaning would change nothing but the spelling (``&`` or ``&amp;``, ``<br>`` or
    ``<br />``) comes back byte for byte. ``base_url`` is what relative addresses count from;
    ``extra_attributes`` are kept besides those of the allow-list. Raises ``Quarantined`` with ``too_deep``
    (nested deeper, or holding more markup, than any article does) or ``empty_body`` (neither text nor
    picture).
    """
    body = plain_characters(html).strip(BLANKS)
    refuse_excess(body, BODY)
    if not is_settled(body, extra_attributes):
        body = _cleaned(body, base_url, extra_attributes)
    if not _shows_something(body):
        raise Quarantined("empty_body")
    return body


def _cleaned(body: str, base_url: str, extra: ExtraAttributes) -> str:
    for _ in range(MAX_ROUNDS):
        cleaned = clean_once(body, base_url, extra)
        if _is_same(cleaned, body):
            return body
        refuse_excess(cleaned, BODY)
        if is_settled(cleaned, extra):
            return cleaned
        body = cleaned
    raise Quarantined("too_deep", f"still changing after {MAX_ROUNDS} rounds of cleaning")


def _is_same(cleaned: str, body: str) -> bool:
    """Whether two texts differ in their spelling at most."""
    return cleaned.count("<") == body.count("<") and respelled(cleaned) == respelled(body)


def _shows_something(html: str) -> bool:
    if "<img " in html:
        return True
    return any(one_line.clean(entities.unescape(match[1])) for match in _TEXT.finditer(html))


# Bodies that need no cleaning. This decides no bytes: cleaning such a body gives the same text, more slowly.

_TEXT_RUN = r"(?: [^<>&{\n]++ | \n(?![ \t]*\n) | &(?:amp|lt|gt|nbsp); )++"
_ATTRIBUTES = r"(?: [ ][^<>]{1,1024} )?"
_SHOWN = rf"{_TEXT_RUN} | < (?: br (?:[ ]?/)? | img[ ][^<>]{{1,1024}} ) >"
_INLINE = "(?!a>) (?: a | b | em | font | i | span | strong | sub | sup | u )"
_INNER = rf"< (?! (?P=outer)[ >] ) (?P<inner> {_INLINE} ) {_ATTRIBUTES} > (?: {_SHOWN} )++ </(?P=inner)>"
_OUTER = rf"< (?P<outer> {_INLINE} ) {_ATTRIBUTES} > (?: {_SHOWN} | {_INNER} )++ </(?P=outer)>"
_BLOCK = rf"< (?P<block> p | h[1-6] ) {_ATTRIBUTES} > (?: {_SHOWN} | {_OUTER} )++ </(?P=block)>"
_SIMPLE = re.compile(rf"(?!\s) (?: \n? [ ]{{0,3}} {_BLOCK} )++", re.VERBOSE)
"""Paragraphs of text, pictures and inline elements, one or two deep, none of them empty."""

_ATTRIBUTED = re.compile(r"<([a-z][a-z0-9]*) [^<>]+>")


def is_settled(body: str, extra: ExtraAttributes = frozenset()) -> bool:
    """Whether cleaning is certain to change nothing but the spelling of a body with plain characters.

    Costs a tenth of cleaning. Only where a body is built simply can each tag be judged by itself; most
    bodies are so built, at the latest once they are clean.
    """
    return (
        without_indents(body) == body
        and _SIMPLE.fullmatch(body) is not None
        and all(_is_settled_tag(match[0], match[1], extra) for match in _ATTRIBUTED.finditer(body))
    )


@lru_cache(maxsize=1024)  # saves 180 µs an article
def _is_settled_tag(tag: str, name: str, extra: ExtraAttributes) -> bool:
    """Whether the start tag of a paragraph, or of an element in one, stays as it is."""
    if name in VOID:
        sample = f"<p>{tag}</p>"
    elif name in BLOCKS:
        sample = f"{tag}x</{name}>"
    else:
        sample = f"<p>{tag}x</{name}></p>"
    return respelled(clean_once(sample, "", extra)) == respelled(sample)
