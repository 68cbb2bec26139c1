"""How much markup a parser is given: beyond a limit, parsers drop text without notice or take minutes.

One scan, in linear time, before any parser sees the text (faults P7, P8, P12).
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from typing import Final

from archiver.errors import Quarantined
from archiver.normalise.elements import VOID, names

MAX_DEPTH: Final = 512
"""Nested elements. nh3's time grows with the square of the depth; lxml drops what is deeper than 2,048."""

MAX_ATTRIBUTES: Final = 512
"""Attributes of one tag; both parsers compare each attribute with all attributes before it."""

MAX_UNCLOSED: Final = 16
"""Formatting elements that a closed block leaves open; a parser opens them again in every later block."""

_FORMATTING = names("a b big code em font i nobr s small strike strong tt u")
_END_IMPLIED = names("p li dd dt td th tr tbody thead tfoot caption colgroup option optgroup rp rt")
_SCOPES = names("table button object applet marquee template ul ol dl select")
"""An implied end tag closes nothing outside the innermost of these elements."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one parser is given, and how that parser nests elements."""

    nests_nothing: frozenset[str]
    """Elements that never hold others, or whose start tag closes the one before."""
    formatting: frozenset[str] = frozenset()
    """Elements that stay open when the block around them ends."""
    closes_itself: bool = False
    """Whether ``<x/>`` is a whole element; in HTML5 it is a start tag."""
    tags: int = sys.maxsize
    tags_beside_raw_text: int = sys.maxsize
    """Start and end tags; the smaller number holds where script, svg … may have misled the scan."""
    references: int = sys.maxsize
    """Ampersands."""
    unscanned: int = 0
    """Characters; a text that is no longer, and has too few tags to be nested too deep, is not scanned."""


PAGE: Final = Limits(nests_nothing=VOID | _END_IMPLIED, closes_itself=True)
"""For a page that lxml reads: in linear time, so only depth and attributes count."""

BODY: Final = Limits(
    nests_nothing=VOID,
    formatting=_FORMATTING,
    tags=30_000,
    tags_beside_raw_text=10_000,
    references=50_000,  # nh3's time grows with the square of those that begin no character reference
    unscanned=50_000,  # an article's body is scanned in 80 µs; counting its tags takes 2
)
"""For a body that nh3 reads, as HTML5 says."""

_ATTRIBUTE = r"""
    [^\s/>] [^\s/>=]*+                                          # the name; "=" may begin one
    (?: \s*+ = \s*+ (?: "[^"]*+"? | '[^']*+'? | [^\s>]*+ ) )?+  # the value; an open quote lasts to the end
"""
_ONE_ATTRIBUTE = re.compile(_ATTRIBUTE, re.VERBOSE)
_ATTRIBUTES = rf"(?: [\s/]++ | {_ATTRIBUTE} )*+"
_MARKUP = re.compile(
    rf"""
    <!-- (?: -?> | (?: [^-]++ | -(?!-!?>) )*+ (?: --!?> | \Z ) )    # a comment
    | < (?: [!?] | /(?![a-z]) ) [^>]*+                              # what a parser takes for a comment
    | < (?P<raw> iframe | noembed | noframes | script | style | textarea | title | xmp ) (?![^\s/>])
      (?P<raw_attributes> {_ATTRIBUTES} ) >?
      (?: [^<]++ | <(?!/(?P=raw)(?![^\s/>])) )*+
    | < (?P<end> /? ) (?P<name> [a-z][^\s/>]*+ ) (?P<attributes> {_ATTRIBUTES} )
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""The tags of a text, as an HTML tokenizer cuts them; never steps back, so it takes linear time.

What stands in a comment or in raw text is no tag. ``noscript`` is no raw text here, as lxml reads elements in
it.
"""

_RAW_TEXT = re.compile(
    r"<(?:iframe|math|noembed|noframes|noscript|plaintext|script|select|style|svg|template|textarea|title|xmp)",
    re.IGNORECASE,
)
"""Elements in which a parser, depending on where they stand, reads no tags."""


def refuse_excess(html: str, limits: Limits) -> None:
    """Raises ``Quarantined("too_deep")`` for more markup than any article or page has.

    The scan follows the open elements roughly as the parser does: a page that passes may still be too deep.
    """
    tags = html.count("<")
    if tags <= MAX_DEPTH and len(html) <= limits.unscanned:
        return
    if tags > limits.tags or (tags > limits.tags_beside_raw_text and _RAW_TEXT.search(html)):
        raise Quarantined("too_deep", f"{tags} tags")
    if html.count("&") > limits.references:
        raise Quarantined("too_deep", f"more than {limits.references} character references")
    if len(html) > limits.unscanned or tags - html.count("</") > MAX_DEPTH:
        _scan(html, limits)


def _scan(html: str, limits: Limits) -> None:
    elements = _OpenElements(limits)
    for match in _MARKUP.finditer(html):
        _, of_raw_text, end, name, attributes = match.groups()
        attributes = attributes or of_raw_text or ""
        if len(attributes) > 2 * MAX_ATTRIBUTES:  # each takes two characters at least
            _refuse_attributes(attributes)
        if name is None or (name := name.lower()) in limits.nests_nothing:
            continue
        if end:
            elements.close(name)
        elif not (limits.closes_itself and attributes.endswith("/")):
            elements.open(name, match[0])


def _refuse_attributes(attributes: str) -> None:
    if len(_ONE_ATTRIBUTE.findall(attributes)) > MAX_ATTRIBUTES:
        raise Quarantined("too_deep", f"more than {MAX_ATTRIBUTES} attributes in one tag")


class _OpenElements:
    """The elements that are open at one place of a text."""

    def __init__(self, limits: Limits) -> None:
        self._formatting = limits.formatting
        self._names: list[str] = []
        self._tags: list[str] = []

    def open(self, name: str, tag: str) -> None:
        if name in _END_IMPLIED:
            self.close(name, implied=True)
        if name in self._formatting and self._tags.count(tag) >= 3:
            return  # a parser opens no more than three of one kind again
        self._names.append(name)
        self._tags.append(tag)
        if len(self._names) > MAX_DEPTH:
            raise Quarantined("too_deep", f"more than {MAX_DEPTH} nested elements")

    def close(self, name: str, *, implied: bool = False) -> None:
        """Close the innermost ``name`` and what was opened in it; formatting in it stays open."""
        if self._names[-1:] == [name]:
            del self._names[-1], self._tags[-1]
            return
        if name not in self._names:
            return
        at = len(self._names) - 1 - self._names[::-1].index(name)
        if implied and not _SCOPES.isdisjoint(self._names[at + 1 :]):
            return
        if name in self._formatting:
            del self._names[at], self._tags[at]
            return
        kept = [index for index in range(at + 1, len(self._names)) if self._names[index] in self._formatting]
        self._names[at:] = [self._names[index] for index in kept]
        self._tags[at:] = [self._tags[index] for index in kept]
        if kept and sum(inner in self._formatting for inner in self._names) > MAX_UNCLOSED:
            raise Quarantined("too_deep", f"more than {MAX_UNCLOSED} unclosed elements")
