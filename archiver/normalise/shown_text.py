"""The text of an element as a browser would copy it.

Blanks separate blocks, lines and cells. Scripts, templates, comments and hidden elements have no text. The
element itself is not tested: a rule names it, whatever its style.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

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
    reader.read(element)
    return "".join(reader.parts)


@dataclass(slots=True)
class _Open:
    """An element that is being read."""

    element: etree._Element
    children: Iterator[etree._Element]
    is_tiny: bool = False
    """The text directly in it has font size 0."""
    is_separate: bool = False
    texts_before: int = 0
    was_piece: bool = False
    """``is_piece`` before it began."""


@dataclass(slots=True)
class _Reader:
    in_pieces: bool
    parts: list[str] = field(default_factory=list)
    is_separate: bool = False
    """A block, line or cell ends between the last text and the next one."""
    is_piece: bool = False
    """An element with text ends, and another one begins; at least one of them is not within words."""
    ended: str = ""
    """The kind of the elements that ended after the last text: ``word``, ``other`` or none."""

    def read(self, root: etree._Element) -> None:
        """Reads without recursion, because pages are nested up to ``limits.MAX_DEPTH``."""
        opened = [_Open(root, iter(root))]
        self._write(root.text, opened[-1])
        while opened:
            top = opened[-1]
            if (child := next(top.children, None)) is None:
                opened.pop()
                if opened:
                    self._end(top)
                    self._write(top.element.tail, opened[-1])
            elif begun := self._begin(child, top):
                opened.append(begun)
                self._write(child.text, begun)
            else:
                self._write(child.tail, top)

    def _begin(self, child: etree._Element, parent: _Open) -> _Open | None:
        """None for an element without a text that browsers show, and for a comment."""
        name = child.tag
        if not isinstance(name, str) or name in _UNSEEN or child.get("hidden") is not None:
            return None
        look = _look_of(child.get("style"))
        if look.is_hidden:
            return None
        is_tiny = look.is_tiny or (parent.is_tiny and name in OWN_TEXT and not _has_own_size(child, look))
        is_separate = name == "br" or look.is_block or (name in _SEPARATE and not look.is_inline)
        begun = _Open(child, iter(child), is_tiny, is_separate, len(self.parts), self.is_piece)
        self.is_separate |= is_separate
        self.is_piece |= self.ended == "other" or (self.ended == "word" and name not in _WITHIN_WORDS)
        return begun

    def _end(self, element: _Open) -> None:
        self.is_separate |= element.is_separate
        if len(self.parts) == element.texts_before:
            self.is_piece = element.was_piece
        elif self.ended != "other":
            self.ended = "word" if element.element.tag in _WITHIN_WORDS else "other"

    def _write(self, text: str | None, within: _Open) -> None:
        if not text or within.is_tiny:
            return
        before, after = self.parts[-1][-1] if self.parts else " ", text[0]
        is_word = self.in_pieces and self.is_piece and before.isalnum() and after.isalnum()
        if (is_word or self.is_separate) and not before.isspace() and not after.isspace():
            self.parts.append(" ")
        self.parts.append(text)
        self.is_separate = self.is_piece = False
        self.ended = ""


class _Look(NamedTuple):
    """What a style does with its element."""

    is_hidden: bool = False
    is_tiny: bool = False
    is_sized: bool = False
    is_block: bool = False
    is_inline: bool = False


_PLAIN = _Look()
_MAX_KEPT = 200
"""Characters of a style that a cache keeps."""


def _look_of(style: str | None) -> _Look:
    if not style:
        return _PLAIN
    return _read_style(style) if len(style) <= _MAX_KEPT else _read_style.__wrapped__(style)


@lru_cache(maxsize=256)
def _read_style(style: str) -> _Look:
    hides = {found.lastgroup for found in HIDES.finditer(style)}
    return _Look(
        is_hidden=bool(hides - {"tiny"}),
        is_tiny="tiny" in hides,
        is_sized=SIZED.search(style) is not None,
        is_block=_BLOCK_STYLE.search(style) is not None,
        is_inline=_INLINE_STYLE.search(style) is not None,
    )


def _has_own_size(element: etree._Element, look: _Look) -> bool:
    return look.is_sized or "class" in element.attrib or "size" in element.attrib
