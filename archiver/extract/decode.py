"""Decodes responses without guessing: as UTF-8 if valid, else in the declared charset, else as GB18030."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from archiver.errors import Quarantined
from archiver.extract.charsets import (
    LATIN,
    charset_of,
    decode_strictly,
    decode_with_gaps,
    is_single_byte,
)
from archiver.normalise.text import DAMAGED

_NAME = r"\s*+=\s*+[\"']?\s*+([A-Za-z0-9_.:-]{1,40}+)"
_HEADER = re.compile(rf"charset{_NAME}", re.IGNORECASE)
_META = re.compile(rf"<meta[^>]{{0,200}}?charset{_NAME}".encode("ascii"), re.IGNORECASE)
_XML = re.compile(rf"<\?xml[^>]{{0,200}}?encoding{_NAME}".encode("ascii"), re.IGNORECASE)
_META_WITHIN = 4096

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))

_ASCII_BYTES = {"utf-16-le": b"\0", "utf-16-be": b"\0", "iso2022_jp": b"\x1b"}
"""Charsets whose texts may be valid UTF-8 with another meaning → a byte that UTF-8 texts have not."""

_NOT_BY_VALIDITY = {"", "utf-8", LATIN, *_ASCII_BYTES}
"""Charsets that are decided without looking whether the body is valid in them."""

MAX_DAMAGE = 3
"""Invalid byte sequences that prove nothing, if they are also at most 1 in 1,000 characters (faults E9)."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a body, and the charset that decoded it."""

    text: str
    """Invalid bytes are U+FFFD: the rules decide what each of them costs."""
    charset: str
    overridden: bool
    """The response declares another charset, and the text is not pure ASCII, so the difference matters."""


def decode(body: bytes, content_type: str = "") -> Decoded:
    """The text of a response (faults E1 to E18).

    The order is: the charset of a byte order mark, strict UTF-8, the declared charset, strict GB18030 (which
    contains GBK and GB2312). Labels and charsets are those of browsers (``charsets``); unknown labels are
    ignored. If all of them fail, the same charsets are tried with U+FFFD for invalid bytes, and the first is
    taken in which these are few. windows-1252 is used only for text that reads as Western. Raises
    ``Quarantined("encoding")`` for a text that cannot be decoded.
    """
    declared = _declared(body, content_type)
    for bom, charset in _BOMS:
        if body.startswith(bom):
            return _result(_in_one(body[len(bom) :], charset), charset, declared)
    if (mark := _ASCII_BYTES.get(declared)) and mark in body:
        return _result(_in_one(body, declared), declared, declared)
    try:
        return _result(body.decode("utf-8"), "utf-8", declared)
    except UnicodeDecodeError:
        text, charset = _not_utf8(body, declared)
        return _result(text, charset, declared)


def _result(text: str, charset: str, declared: str) -> Decoded:
    return Decoded(text, charset, overridden=declared not in ("", charset) and not text.isascii())


def _declared(body: bytes, content_type: str) -> str:
    """The codec of the charset in the header, else in the XML declaration or a ``<meta>``; else empty."""
    found = _HEADER.search(content_type)
    if found and (charset := charset_of(found[1])):
        return charset
    inside = _XML.match(body) or _META.search(body[:_META_WITHIN])
    charset = charset_of(inside[1].decode("ascii")) if inside else ""
    return "utf-8" if charset.startswith("utf-16") else charset  # the declaration itself is not UTF-16


def _in_one(body: bytes, charset: str) -> str:
    """The text in a charset that is certain."""
    try:
        return decode_strictly(body, charset)
    except UnicodeDecodeError as exc:
        text = decode_with_gaps(body, charset)
        if not _is_proven(text):
            raise Quarantined(
                "encoding", f"the response says that it is {charset}, but: {exc.reason}"
            ) from exc
        return text


def _not_utf8(body: bytes, declared: str) -> tuple[str, str]:
    """The text of a body that is not valid UTF-8, and its charset."""
    charsets = [each for each in dict.fromkeys((declared, "gb18030")) if each not in _NOT_BY_VALIDITY]
    for charset in charsets:
        try:
            text = decode_strictly(body, charset)
        except UnicodeDecodeError:
            continue
        if not is_single_byte(charset) and (charset != "gb18030" or _reads_as_chinese(text)):
            return text, charset
    gaps = {"utf-8": decode_with_gaps(body, "utf-8")}
    if _is_proven(gaps["utf-8"]):
        return gaps["utf-8"], "utf-8"
    gaps |= {charset: decode_with_gaps(body, charset) for charset in charsets}
    for charset in charsets:
        if _is_proven(gaps[charset]) and (charset != "gb18030" or _reads_as_chinese(gaps[charset])):
            return gaps[charset], charset
    if declared == LATIN and (text := _western(body)):
        return text, LATIN
    expected = declared if declared in gaps else "utf-8"
    damage = gaps[expected].count(DAMAGED)
    if damage > MAX_DAMAGE or damage * 1000 > len(gaps[expected]):
        raise Quarantined("encoding", f"neither UTF-8 nor GB18030: {damage} invalid sequences in {expected}")
    return gaps[expected], expected


# --- evidence for a charset

_ASCII = re.compile(r"[\x00-\x7f]+")
_ASCII_AND_EURO = re.compile(r"[\x00-\x7f€]+")
_RARE_ROWS = bytes(range(0xD8, 0x100))
_NOT_WESTERN = re.compile("[^\x00-\x7f\xa0‘’“”–—…]{3}")


def _is_proven(text: str) -> bool:
    """Whether four of five non-ASCII characters are valid: bytes of another charset are not so by chance."""
    damage = text.count(DAMAGED)
    return damage * 5 <= len(_ASCII.sub("", text))


def _reads_as_chinese(text: str) -> bool:
    """Whether at least four of five non-ASCII characters are common Chinese ones.

    Big5 and Shift-JIS bytes that happen to be valid GB18030 decode to rare characters. Rows 1 to 55 of GB2312
    contain punctuation and the 3,755 most common characters. € is not in GB2312, and is common too.
    """
    beyond_ascii = _ASCII_AND_EURO.sub("", text)
    rows = beyond_ascii.encode("gb2312", "ignore")[::2]
    common = rows.translate(None, _RARE_ROWS)
    return len(common) * 5 >= len(beyond_ascii) * 4


def _western(body: bytes) -> str:
    """The text in windows-1252; empty if it has three such letters in a row, as Chinese texts have.

    Any bytes are valid in this charset, and servers declare it by default.
    """
    try:
        text = body.decode(LATIN)
    except UnicodeDecodeError:  # a byte without a character
        return ""
    return "" if _NOT_WESTERN.search(text) else text
