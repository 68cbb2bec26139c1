"""Texts that may be plain text or HTML, as text and as HTML."""

from __future__ import annotations

import re
from html import escape, unescape
from html.entities import html5
from typing import NamedTuple, Self

from archiver.normalise.elements import BLOCKS, EMBEDDED, INLINES, VOID, names

_OTHERS = names("body button canvas head html iframe label noscript script style svg template title")
_KNOWN = BLOCKS | INLINES | VOID | EMBEDDED | _OTHERS
_OF_TEXT = BLOCKS | INLINES | VOID | EMBEDDED | names("body canvas head html label noscript svg title")
_BREAKS = BLOCKS | {"br"}
_SIGNS = names("br hr img p wbr")
"""Elements without an end tag, or often without one."""

_NAME = r"([A-Za-z][A-Za-z0-9]*+)"
_TAG = rf"<(/?){_NAME}(?:[\s/](?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+'|[\"'])*+)?>"
_TAGS = re.compile(_TAG)
_POSSIBLE_TAG = re.compile(rf"</?{_NAME}(?:\s[^<>=]*+=[^<>]*+)?\s*+/?>")
"""A tag of any name; ``A<B and C>D`` has none."""

_MARKUP = re.compile(rf"<!--.*?(?:-->|\Z)|{_TAG}", re.DOTALL)
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_COMMENT = re.compile(r"<!--(?:(?!<!--).)*?-->", re.DOTALL)
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_LINE_END = re.compile("\r\n?|\n|\u2028|\u2029")
_TAG_OR_LINE_END = re.compile("<[^<>]*+>|(?:\r\n?|\n|\u2028|\u2029)++")


class Prose(NamedTuple):
    """A text, and whether it is HTML."""

    text: str = ""
    is_html: bool = False
    is_certain: bool = True
    """False: both kinds are possible, and ``is_html`` is the more likely one."""

    @classmethod
    def undeclared(cls, text: str) -> Self:
        """A text whose kind nobody declares.

        It is HTML if it has an end tag of HTML, a tag such as ``<br>``, a comment, or a character reference;
        so ``PE<15且PB>1`` and ``评级<B`` are not. A start tag of a block alone (``<div>``) is not certain. A
        text without tags that is a whole text in HTML after its references are decoded was escaped once too
        often. The wrapper ``<![CDATA[…]]>`` is removed. The lines of HTML without blocks and without ``<br>``
        stay lines.
        """
        text = _without_wrapper(text)
        if "<" not in text and "&" not in text:
            return cls(text)
        tags: list[tuple[str, str]] = _TAGS.findall(text)
        if any(_is_sign(*tag) for tag in tags) or _COMMENT.search(text):
            return cls._of_html(text, tags)
        if any(name.lower() in BLOCKS for _, name in tags):
            return cls._of_html(text, tags, is_certain=False)
        if _has_reference(text):
            return cls._of_html(text, tags, is_certain=False) if tags else cls._of_references(text)
        return cls(text, is_certain=_POSSIBLE_TAG.search(text) is None)

    @classmethod
    def _of_html(cls, text: str, tags: list[tuple[str, str]], *, is_certain: bool = True) -> Self:
        if not _LINE_END.search(text.strip()) or any(name.lower() in _BREAKS for _, name in tags):
            return cls(text, True, is_certain)
        return cls(_TAG_OR_LINE_END.sub(_broken, text.strip()), True, is_certain and not tags)

    @classmethod
    def _of_references(cls, text: str) -> Self:
        decoded = _decoded(text).strip()
        tags: list[tuple[str, str]] = _TAGS.findall(decoded)
        is_whole = decoded.startswith("<") and decoded.endswith(">")
        if is_whole and any(_is_sign(*tag) for tag in tags):
            return cls(decoded, True, is_certain=False)
        return cls._of_html(text, [], is_certain=not (tags or _has_reference(decoded)))

    @property
    def plain(self) -> str:
        """The text as a reader sees it: without tags, with a blank between blocks.

        >>> Prose("<p>甲 &amp; 乙&#8230;</p><p>PE<15</p>", is_html=True).plain
        '甲 & 乙… PE<15'
        """
        if not self.is_html:
            return self.text.strip()
        return _decoded(_BLANKS.sub(" ", _MARKUP.sub(_blank_for, self.text))).strip()

    @property
    def html(self) -> str:
        """The text as HTML; each of several lines of a plain text becomes a paragraph."""
        if self.is_html:
            return self.text
        lines = [line for line in map(str.strip, _LINE_END.split(escape(self.text, quote=False))) if line]
        return "".join(f"<p>{line}</p>" for line in lines) if len(lines) > 1 else "".join(lines)


def _without_wrapper(text: str) -> str:
    inner = text.strip()
    if inner.startswith("<![CDATA[") and inner.endswith("]]>"):
        return inner.replace("<![CDATA[", "").replace("]]>", "")
    return text


def _decoded(text: str) -> str:
    return _REFERENCE.sub(lambda found: unescape(found[0]), text)


def _is_sign(slash: str, name: str) -> bool:
    name = name.lower()
    return name in (_KNOWN if slash else _SIGNS)


def _has_reference(text: str) -> bool:
    return any(found[1] == "#" or found[1:] in html5 for found in _REFERENCE.findall(text))


def _blank_for(markup: re.Match[str]) -> str:
    """The tags of a script or a form are kept, so that its content is not taken for a title."""
    name = (markup[2] or "").lower()
    if name and name not in _OF_TEXT:
        return markup[0]
    return " " if name in _BREAKS else ""


def _broken(found: re.Match[str]) -> str:
    return found[0] if found[0].startswith("<") else "<br>"
