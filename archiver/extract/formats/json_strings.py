"""What a string in JSON is: HTML, HTML that was escaped once more, or plain text.

JSON does not say it. A string is HTML if it has an end tag (``</b>``), an element without an end tag
(``<br>``), the start of a block (``<p>``), or a comment. Any other ``<`` is a character of the text, also in
front of a letter (``评级<B的债券``).
"""

from __future__ import annotations

import re
from html import escape, unescape
from html.entities import html5

from archiver.normalise.elements import BLOCKS, EMBEDDED, INLINES, VOID, names

_OTHER = names("body button canvas form head html iframe label math noscript script style svg template title")
_NAMES = "|".join(BLOCKS | INLINES | VOID | EMBEDDED | _OTHER)
_ALONE = "|".join(VOID | BLOCKS)
"""Elements whose start tag is enough: they need no end tag, or their names are no abbreviations."""
_VALUE = r"""(?: "[^"]*+" | '[^']*+' | [^\s"'<>]++ )"""
_REST = rf"(?: \s++ (?: [\w:@.-]++ \s*+ = \s*+ {_VALUE} | async | controls | hidden | reversed ) )*+ \s*+ /?>"
"""The attributes and the end of a start tag."""

_HTML = re.compile(rf"</(?:{_NAMES})\s*+> | <(?:{_ALONE}){_REST} | <!--", re.VERBOSE | re.IGNORECASE)
_TAG = re.compile(
    rf"</?(?:(?P<line>{'|'.join(BLOCKS)}|br)|{'|'.join(INLINES)}){_REST}", re.VERBOSE | re.IGNORECASE
)
"""A tag of text. The tags of a script or a form are kept, so that its content is not taken for a title."""

_CDATA = re.compile(r"\s*<!\[CDATA\[(.*)\]\]>\s*", re.DOTALL)
_ESCAPED = re.compile(rf"\s*&lt;(?:{'|'.join(BLOCKS)})(?![a-z0-9]).*&gt;\s*", re.DOTALL | re.IGNORECASE)
"""A text that is nothing but escaped HTML: it begins with a block and ends with a tag."""

_NAMED = r"(?: \#[0-9]{1,7} | \#[xX][0-9A-Fa-f]{1,6} | [A-Za-z][A-Za-z0-9]{1,31} );"
_REFERENCE = re.compile(rf"&{_NAMED}", re.VERBOSE)
_ESCAPED_REFERENCE = re.compile(rf"&amp;(?={_NAMED})", re.VERBOSE)
_ADDRESS = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*:)?//\S*\s*", re.IGNORECASE)


def as_html(string: str) -> str:
    """The string as HTML. The lines of a plain text become paragraphs; its references are not escaped."""
    if whole := _CDATA.fullmatch(string):
        string = whole[1]
    if _HTML.search(string):
        return string
    if _ESCAPED.fullmatch(string) and _HTML.search(once := unescaped(string)):
        return once
    plain = _ESCAPED_REFERENCE.sub("&", escape(string, quote=False))
    lines = [line for line in plain.splitlines() if line.strip()]
    return "".join(f"<p>{line}</p>" for line in lines) if len(lines) > 1 else plain


def as_text(string: str) -> str:
    """The string as a reader sees it: without tags if it is HTML, with its references decoded once.

    An address is not changed: ``&`` separates its parameters.
    """
    if ("&" not in string and "<" not in string) or _ADDRESS.fullmatch(string):
        return string
    if _HTML.search(string):
        string = _TAG.sub(_in_place_of, string)
    return unescaped(string)


def _in_place_of(tag: re.Match[str]) -> str:
    return " " if tag["line"] else ""


def unescaped(text: str) -> str:
    """The text with complete references decoded; ``&copy`` without a semicolon may be part of an address."""
    return _REFERENCE.sub(_character, text)


def _character(reference: re.Match[str]) -> str:
    found = reference[0]
    return unescape(found) if found[1] == "#" else html5.get(found[1:], found)
