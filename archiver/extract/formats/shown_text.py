"""The text of an element as a browser would copy it.

Blanks separate blocks, lines and cells. Scripts, templates, comments and hidden elements have no text. The
element itself is not tested: a rule names it, whatever its style.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

from archiver.normalise.elements import BLOCKS, INLINES, names
from archiver.normalise.hiding import HIDES, OWN_TEXT, SIZED

_UNSEEN = names(
    "annotation annotation-xml audio canvas datalist desc head iframe metadata noembed noframes noscript "
    "object script select style template textarea title video"
)
"""Elements whose text no browser shows as part of the text around them."""

_SEPARATE = BLOCKS | names("body br dialog dir legend optgroup search")
"""Elements that begin and end a line, or a cell of a table."""

_BLOCK_STYLE = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*(?:block|flex|grid|list-item|table)|float\s*:\s*(?:left|right))",
    re.IGNORECASE,
)
_INLINE_STYLE = re.compile(r"(?:^|;)\s*display\s*:\s*(?:inline|contents)", re.IGNORECASE)

_WITHIN_WORDS = (INLINES | names("acronym bdi bdo dfn rb wbr")) - names("a img span")
"""Elements that mark a part of a text, also a part of a word or of a number."""


def shown_text(element: etree._Element, *, in_pieces: bool = False) -> str:
    """``in_pieces``: an element that stands directly beside another one is a separate word.

    One of the two must be an element with a meaning of its own, such as ``span`` or ``a``, not ``b`` or
    ``em``; and there must be a letter or digit on both sides, so that 2022 and -02-22 stay together.
    """
    if not len(element):
        return element.text or ""
    reader = _Reader(in_pieces)
    reader.read(element, is_tiny=False)
    return "".join(reader.parts)


@dataclass(slots=True)
class _Reader:
    in_pieces: bool
    parts: list[str] = field(default_factory=list)
    is_separate: bool = False
    """A block, line or cell ends between the last text and the next one."""
    is_piece: bool = False
    """An element ends and another one begins between them, at least one of them not within words."""
    ended: str = ""
    """The kind of the elements that ended after the last text: ``word``, ``other`` or none."""

    def read(self, element: etree._Element, *, is_tiny: bool) -> None:
        """``is_tiny``: the text directly in the element has font size 0."""
        if element.text and not is_tiny:
            self._write(element.text)
        for child in element:
            if isinstance(child.tag, str):  # not a comment
                self._child(child, is_tiny=is_tiny)
            if child.tail and not is_tiny:
                self._write(child.tail)

    def _child(self, child: etree._Element, *, is_tiny: bool) -> None:
        name, style = child.tag, child.get("style", "")
        hides = {found.lastgroup for found in HIDES.finditer(style)} if style else set()
        if name in _UNSEEN or child.get("hidden") is not None or hides - {"tiny"}:
            return
        is_tiny = bool(hides) or (is_tiny and name in OWN_TEXT and not _has_own_size(child, style))
        is_separate = _is_separate(name, style)
        self._begin(name, is_separate=is_separate)
        self.read(child, is_tiny=is_tiny)
        self.is_separate |= is_separate
        if self.ended != "other":
            self.ended = "word" if name in _WITHIN_WORDS else "other"

    def _begin(self, name: str, *, is_separate: bool) -> None:
        self.is_separate |= is_separate
        self.is_piece |= self.ended == "other" or (self.ended == "word" and name not in _WITHIN_WORDS)

    def _write(self, text: str) -> None:
        before, after = self.parts[-1][-1:] if self.parts else " ", text[0]
        is_split = self.is_separate or (
            self.in_pieces and self.is_piece and before.isalnum() and after.isalnum()
        )
        if is_split and not before.isspace() and not after.isspace():
            self.parts.append(" ")
        self.parts.append(text)
        self.is_separate = self.is_piece = False
        self.ended = ""


def _is_separate(name: str, style: str) -> bool:
    if name in _SEPARATE:
        return name == "br" or not (style and _INLINE_STYLE.search(style))
    return bool(style) and _BLOCK_STYLE.search(style) is not None


def _has_own_size(element: etree._Element, style: str) -> bool:
    return "class" in element.attrib or "size" in element.attrib or SIZED.search(style) is not None
