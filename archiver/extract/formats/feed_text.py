"""The texts of feeds, which may be plain text or HTML, as text and as HTML."""

from __future__ import annotations

import re
from html import escape, unescape
from html.entities import html5
from typing import NamedTuple, Self

from archiver.normalise.elements import BLOCKS, EMBEDDED, INLINES, VOID, names

_OTHERS = names("body button canvas head html iframe label noscript script style svg template title")
_KNOWN = BLOCKS | INLINES | VOID | EMBEDDED | _OTHERS
_BREAKS = BLOCKS | {"br"}
_SIGNS = names("br hr img p wbr")
"""Elements without an end tag, or often without one."""

_NAME = r"([A-Za-z][A-Za-z0-9]*+)"
_TAG = rf"<(/?){_NAME}(?:[\s/](?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+'|[\"'])*+)?>"
_TAGS = re.compile(_TAG)
_MARKUP = re.compile(
    rf"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1\s*>|\Z)|{_TAG}", re.DOTALL | re.IGNORECASE
)
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_BLANKS = re.compile(r"[ \t\r\n\f]+")


class FeedText(NamedTuple):
    """A text, and whether it is HTML."""

    text: str = ""
    is_html: bool = False

    @classmethod
    def undeclared(cls, text: str) -> Self:
        """A text whose kind nobody declares. It is HTML if it has an end tag of HTML, a tag such as ``<br>``,
        or a character reference; so ``PE<15且PB>1`` and ``评级<B`` are not.
        """
        is_html = any(_is_sign(*tag) for tag in _TAGS.findall(text)) or any(
            _is_known(reference) for reference in _REFERENCE.findall(text)
        )
        return cls(text, is_html)

    @property
    def plain(self) -> str:
        """The text as a reader sees it: without tags, with a blank between blocks.

        >>> FeedText("<p>甲 &amp; 乙&#8230;</p><p>PE<15</p>", is_html=True).plain
        '甲 & 乙… PE<15'
        """
        if not self.is_html:
            return self.text.strip()
        shown = _MARKUP.sub(_blank_for, self.text)
        return _REFERENCE.sub(lambda found: unescape(found[0]), _BLANKS.sub(" ", shown)).strip()

    @property
    def html(self) -> str:
        """The text as HTML; each line of a plain text becomes a paragraph."""
        if self.is_html:
            return self.text.strip()
        lines = filter(None, map(str.strip, escape(self.text, quote=False).split("\n")))
        return "".join(f"<p>{line}</p>" for line in lines)


def _is_sign(slash: str, name: str) -> bool:
    name = name.lower()
    return name in (_KNOWN if slash else _SIGNS)


def _is_known(reference: str) -> bool:
    return reference[1] == "#" or reference[1:] in html5


def _blank_for(markup: re.Match[str]) -> str:
    name = (markup[3] or "").lower()
    if name and name not in _KNOWN:
        return markup[0]
    return " " if name in _BREAKS else ""
