"""Cleans the HTML of an article for a post: sanitised, safe for kramdown, and without Liquid.

>>> clean("<p>\\u3000\\u3000沪指收涨<script>x()</script></p>", "http://example.com/")
'<p>沪指收涨</p>'

``markup`` makes one pass of cleaning. This module repeats it until nothing changes, and recognises bodies
that need no cleaning.
"""

from __future__ import annotations

import html as entities
import re
from dataclasses import dataclass
from functools import lru_cache

from archiver.errors import Quarantined
from archiver.normalise import text as one_line
from archiver.normalise.allow_list import ExtraAttributes
from archiver.normalise.characters import BLANKS, plain_characters, without_indents
from archiver.normalise.elements import BLOCKS, VOID
from archiver.normalise.embedded import prepare
from archiver.normalise.limits import BODY, refuse_excess
from archiver.normalise.losses import Losses
from archiver.normalise.markup import clean_once, respelled
from archiver.normalise.pagers import goes_on

MAX_ROUNDS = 8
"""Limit of the passes. Most bodies need one or two; hostile nesting takes three or four."""

_TEXT = re.compile(r"(?:^|>)([^<]+)")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """The body of a post."""

    text: str
    lost_content: bool
    """Whether cleaning removed something that could have been content."""
    continues: bool = False
    """Whether it has a link to a next page."""


def clean(html: str, base_url: str, extra_attributes: ExtraAttributes = frozenset()) -> str:
    """The body of a post. Cleaning is idempotent: ``clean(clean(x)) == clean(x)``.

    If cleaning would change only the spelling (``&`` or ``&amp;``, ``<br>`` or ``<br />``), the body is
    returned byte for byte. Relative addresses are resolved against ``base_url``; ``extra_attributes`` are
    allowed in addition to the allow-list. Raises ``Quarantined``: ``too_deep`` for more markup or deeper
    nesting than any article has, ``empty_body`` for a body without text and pictures.
    """
    return cleaned(html, base_url, extra_attributes).text


def cleaned(html: str, base_url: str, extra_attributes: ExtraAttributes = frozenset()) -> Cleaned:
    """As :func:`clean`, with what was lost."""
    losses = Losses()
    given = prepare(plain_characters(html).strip(BLANKS), losses)
    refuse_excess(given, BODY)
    if is_known_clean(given, extra_attributes):
        body = given
    else:
        body = _cleaned(given, base_url, extra_attributes, losses)
        losses.compare(given, body)
    if not _shows_something(body):
        raise Quarantined("empty_body", "no text, picture or video is left of the body after cleaning")
    return Cleaned(body, losses.matter, goes_on(given))


def _cleaned(body: str, base_url: str, extra: ExtraAttributes, losses: Losses) -> str:
    for _ in range(MAX_ROUNDS):
        result = clean_once(body, base_url, extra, losses)
        if _is_same(result, body):
            return body
        refuse_excess(result, BODY)
        if is_known_clean(result, extra):
            return result
        body = result
    raise Quarantined("too_deep", f"cleaning still changes the body after {MAX_ROUNDS} passes")


def _is_same(cleaned: str, body: str) -> bool:
    """Whether two texts differ only in spelling."""
    return cleaned.count("<") == body.count("<") and respelled(cleaned) == respelled(body)


def _shows_something(html: str) -> bool:
    if "<img " in html:
        return True
    return any(one_line.clean(entities.unescape(match[1])) for match in _TEXT.finditer(html))


# Bodies that need no cleaning. This check only saves time: cleaning such a body would return the same text.

# Text without blank lines, Liquid, and references that cleaning would change
_TEXT_RUN = r"(?: [^<>&{\n]++ | \n(?![ \t]*\n) | &(?:amp|lt|gt|nbsp); )++"
_ATTRIBUTES = r"(?: [ ][^<>]{1,1024} )?"
_SHOWN = rf"{_TEXT_RUN} | < (?: br (?:[ ]?/)? | img[ ][^<>]{{1,1024}} ) >"
_INLINE = "(?!a>) (?: a | b | em | font | i | span | strong | sub | sup | u )"
# An inline element, and one that may contain inline elements of other names
_INNER = rf"< (?! (?P=outer)[ >] ) (?P<inner> {_INLINE} ) {_ATTRIBUTES} > (?: {_SHOWN} )++ </(?P=inner)>"
_OUTER = rf"< (?P<outer> {_INLINE} ) {_ATTRIBUTES} > (?: {_SHOWN} | {_INNER} )++ </(?P=outer)>"
_BLOCK = rf"< (?P<block> p | h[1-6] ) {_ATTRIBUTES} > (?: {_SHOWN} | {_OUTER} )++ </(?P=block)>"
_SIMPLE = re.compile(rf"(?!\s) (?: \n? [ ]{{0,3}} {_BLOCK} )++", re.VERBOSE)
"""Paragraphs with text, pictures, and up to two levels of inline elements; no element is empty."""

_ATTRIBUTED = re.compile(r"<([a-z][a-z0-9]*) [^<>]+>")


def is_known_clean(body: str, extra: ExtraAttributes = frozenset()) -> bool:
    """Whether cleaning would certainly change only the spelling of a body with plain characters.

    This takes a tenth of the time of cleaning. Each tag can be checked alone only if the body has a simple
    structure (``_SIMPLE``). Most bodies have one, at the latest once they are clean.
    """
    return (
        without_indents(body) == body
        and _SIMPLE.fullmatch(body) is not None
        and all(_is_clean_tag(match[0], match[1], extra) for match in _ATTRIBUTED.finditer(body))
    )


@lru_cache(maxsize=1024)  # saves 180 µs per article
def _is_clean_tag(tag: str, name: str, extra: ExtraAttributes) -> bool:
    """Whether cleaning keeps this start tag of a paragraph, or of an element in a paragraph."""
    if name in VOID:
        sample = f"<p>{tag}</p>"
    elif name in BLOCKS:
        sample = f"{tag}x</{name}>"
    else:
        sample = f"<p>{tag}x</{name}></p>"
    return respelled(clean_once(sample, "", extra)) == respelled(sample)
