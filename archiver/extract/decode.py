"""Decodes responses without guessing: as UTF-8 if valid, else in the declared charset, else as GB18030."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from archiver.errors import Quarantined

_LABEL = r"charset\s*+=\s*+[\"']?\s*+([A-Za-z0-9_.:-]++)"
_HEADER = re.compile(_LABEL, re.IGNORECASE)
_META = re.compile(rf"<meta[^>]{{0,200}}?{_LABEL}".encode("ascii"), re.IGNORECASE)
_META_WITHIN = 4096

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))

_LATIN = "cp1252"
"""The default of servers without configuration. Any bytes are valid in it, so it is never used to decode."""

_LABELS = {
    "utf-8": "utf-8 utf8",
    "gb18030": "gb18030 gb2312 gbk x-gbk gb_2312-80 gb_2312 cp936 ms936 windows-936",
    "big5hkscs": "big5 big5-hkscs cn-big5 x-x-big5",
    "cp932": "shift_jis shift-jis sjis x-sjis windows-31j ms932",
    "euc_jp": "euc-jp x-euc-jp",
    "cp949": "euc-kr ks_c_5601-1987 windows-949",
    _LATIN: "iso-8859-1 latin1 windows-1252 us-ascii ascii",
}
_CHARSETS = {label: charset for charset, labels in _LABELS.items() for label in labels.split()}
"""Label → codec. The list is closed: no server may choose a codec such as unicode_escape, idna or utf-7."""

MAX_DAMAGE = 3
"""Invalid byte sequences allowed in a page (faults E9); they must also be at most 1 in 1,000 characters."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a body, and the charset that decoded it."""

    text: str
    charset: str
    overridden: bool
    """The response declares another charset, and the text is not pure ASCII, so the difference matters."""


def decode(body: bytes, content_type: str = "") -> Decoded:
    """The text of a response (faults E1 to E13).

    The order is: the charset of a byte order mark, strict UTF-8, the declared charset, strict GB18030 (which
    contains GBK and GB2312). If all of them fail, a few invalid bytes are replaced (``MAX_DAMAGE``). Unknown
    labels are ignored. Raises ``Quarantined("encoding")`` for a text that cannot be decoded.
    """
    declared = _declared(body, content_type)
    for bom, charset in _BOMS:
        if body.startswith(bom):
            return _result(_strict(body[len(bom) :], charset), charset, declared)
    for charset in _candidates(declared):
        try:
            text = body.decode(charset)
        except UnicodeDecodeError:
            continue
        if charset != "gb18030" or declared == charset or _reads_as_chinese(text):
            return _result(text, charset, declared)
    charset = "utf-8" if declared in ("", _LATIN) else declared
    return _result(_damaged(body, charset), charset, declared)


def _result(text: str, charset: str, declared: str) -> Decoded:
    return Decoded(text, charset, overridden=declared not in ("", charset) and not text.isascii())


def _candidates(declared: str) -> list[str]:
    return [
        charset for charset in dict.fromkeys(("utf-8", declared, "gb18030")) if charset not in ("", _LATIN)
    ]


def _declared(body: bytes, content_type: str) -> str:
    """The codec of the charset in the header, else in a ``<meta>``; empty if it is missing or unknown."""
    if found := _HEADER.search(content_type):
        return _CHARSETS.get(found[1].lower(), "")
    if meta := _META.search(body[:_META_WITHIN]):
        return _CHARSETS.get(meta[1].decode("ascii").lower(), "")
    return ""


def _strict(body: bytes, charset: str) -> str:
    try:
        return body.decode(charset)
    except UnicodeDecodeError as exc:
        raise Quarantined("encoding", f"the byte order mark is that of {charset}, but: {exc.reason}") from exc


def _damaged(body: bytes, charset: str) -> str:
    text = body.decode(charset, "replace")
    damage = len(text) - len(body.decode(charset, "ignore"))
    if damage > MAX_DAMAGE or damage * 1000 > len(text):
        raise Quarantined("encoding", f"neither UTF-8 nor GB18030: {damage} invalid sequences in {charset}")
    return text


_ASCII = re.compile(r"[\x00-\x7f]+")
_RARE_ROWS = bytes(range(0xD8, 0x100))


def _reads_as_chinese(text: str) -> bool:
    """Whether at least four of five non-ASCII characters are common Chinese ones.

    Big5 and Shift-JIS bytes that happen to be valid GB18030 decode to rare characters. Rows 1 to 55 of GB2312
    contain punctuation and the 3,755 most common characters.
    """
    beyond_ascii = _ASCII.sub("", text)
    rows = beyond_ascii.encode("gb2312", "ignore")[::2]
    common = rows.translate(None, _RARE_ROWS)
    return len(common) * 5 >= len(beyond_ascii) * 4
