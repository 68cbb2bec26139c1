"""Limits of the markup passed to a parser. Beyond them, parsers silently drop text or take minutes.

One scan in linear time checks the text before it is parsed (faults P7, P8, P12).
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from typing import Final

from archiver.errors import Quarantined
from archiver.normalise.elements import VOID, names

MAX_DEPTH: Final = 512
"""Nested elements. The time of nh3 grows with the square of the depth; lxml drops text deeper than 2,048."""

MAX_ATTRIBUTES: Final = 512
"""Attributes of one tag; both parsers compare each attribute with all previous ones."""

MAX_UNCLOSED: Final = 16
"""Formatting elements left open by a closed block; a parser reopens them in every later block."""

_FORMATTING = names("a b big code em font i nobr s small strike strong tt u")
_END_IMPLIED = names("p li dd dt td th tr tbody thead tfoot caption colgroup option optgroup rp rt")
_SCOPES = names("table button object applet marquee template ul ol dl select")
"""An implied end tag closes nothing outside the innermost of these elements."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits for one parser, and how that parser nests elements."""

    nests_nothing: frozenset[str]
    """Elements that never contain others, or whose start tag closes the previous one."""
    formatting: frozenset[str] = frozenset()
    """Elements that stay open when the surrounding block ends."""
    closes_itself: bool = False
    """Whether ``<x/>`` is a complete element; in HTML5 it is a start tag."""
    tags: int = sys.maxsize
    tags_beside_raw_text: int = sys.maxsize
    """Start and end tags. The smaller limit applies if the scan may be wrong because of script, svg …"""
    references: int = sys.maxsize
    """Ampersands."""
    unscanned: int = 0
    """A text of at most so many characters is not scanned if it has too few tags to exceed the depth."""


PAGE: Final = Limits(nests_nothing=VOID | _END_IMPLIED, closes_itself=True)
"""For a page parsed by lxml, which takes linear time: only depth and attributes are limited."""

BODY: Final = Limits(
    nests_nothing=VOID,
    formatting=_FORMATTING,
    tags=30_000,
    tags_beside_raw_text=10_000,
    references=50_000,  # the time of nh3 grows with the square of the ampersands outside references
    unscanned=50_000,  # to scan the body of an article takes 80 µs, to count its tags 2 µs
)
"""For a body parsed by nh3, which follows HTML5."""

_ATTRIBUTE = r"""
    [^\s/>] [^\s/>=]*+                                          # the name; it may begin with "="
    (?: \s*+ = \s*+ (?: "[^"]*+"? | '[^']*+'? | [^\s>]*+ ) )?+  # the value; an unclosed quote runs to the end
"""
_ONE_ATTRIBUTE = re.compile(_ATTRIBUTE, re.VERBOSE)
_ATTRIBUTES = rf"(?: [\s/]++ | {_ATTRIBUTE} )*+"
_MARKUP = re.compile(
    rf"""
    <!-- (?: -?> | (?: [^-]++ | -(?!-!?>) )*+ (?: --!?> | \Z ) )    # a comment
    | < (?: [!?] | /(?![a-z]) ) [^>]*+                              # parsed as a comment
    # an element with raw text, up to its end tag
    | < (?P<raw> iframe | noembed | noframes | script | style | textarea | title | xmp ) (?![^\s/>])
      (?P<raw_attributes> {_ATTRIBUTES} ) >?
      (?: [^<]++ | <(?!/(?P=raw)(?![^\s/>])) )*+
    # any other tag
    | < (?P<end> /? ) (?P<name> [a-z][^\s/>]*+ ) (?P<attributes> {_ATTRIBUTES} )
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""The tags of a text, as an HTML tokenizer separates them; without backtracking, so it takes linear time.

Comments and raw text contain no tags. ``noscript`` is not raw text here, because lxml parses the elements in
it.
"""

_RAW_TEXT = re.compile(
    r"<(?:iframe|math|noembed|noframes|noscript|plaintext|script|select|style|svg|template|textarea|title|xmp)",
    re.IGNORECASE,
)
"""Elements in which a parser, depending on the context, recognises no tags."""


def refuse_excess(html: str, limits: Limits) -> None:
    """Raises ``Quarantined("too_deep")`` for more markup than any article or page has.

    The scan only approximates how a parser nests elements: a page that passes may still be nested too deeply.
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
        if len(attributes) > 2 * MAX_ATTRIBUTES:  # an attribute has at least two characters
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
    """The elements open at the current position of the scan."""

    def __init__(self, limits: Limits) -> None:
        self._formatting = limits.formatting
        self._names: list[str] = []
        self._tags: list[str] = []

    def open(self, name: str, tag: str) -> None:
        if name in _END_IMPLIED:
            self.close(name, implied=True)
        if name in self._formatting and self._tags.count(tag) >= 3:
            return  # a parser reopens at most three equal tags
        self._names.append(name)
        self._tags.append(tag)
        if len(self._names) > MAX_DEPTH:
            raise Quarantined("too_deep", f"more than {MAX_DEPTH} nested elements")

    def close(self, name: str, *, implied: bool = False) -> None:
        """Closes the innermost ``name`` and the elements in it, except formatting elements."""
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
