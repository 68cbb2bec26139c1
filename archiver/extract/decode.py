"""From bytes to text without guessing: what is valid UTF-8 is UTF-8, else it is what it says it is."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from archiver.errors import Quarantined

_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]+)", re.IGNORECASE)
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]+)", re.IGNORECASE)
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_CHINESE = {"gb2312", "gbk", "x-gbk", "gb_2312-80", "cp936", "windows-936", "gb18030"}

MOST_DAMAGE = 3
"""Bytes that may be unreadable in an otherwise good page (faults E9); also at most 1 in 1,000 characters."""


@dataclass(frozen=True, slots=True)
class Text:
    """A decoded body and how it was read."""

    text: str
    charset: str
    overridden: bool
    """The answer declared another charset than its bytes are in."""


def decode(body: bytes, content_type: str = "") -> Text:
    """The text of an answer (faults E1–E12).

    A byte order mark wins, then strict UTF-8, then strict GB18030 (which contains GBK and GB2312), then what
    the answer declares; raises ``Quarantined("encoding")`` where none of them reads it whole.
    """
    for bom, charset in _BOMS:
        if body.startswith(bom):
            return Text(_strict(body[len(bom) :], charset), charset, overridden=False)
    declared = _declared(body, content_type)
    for charset in ("utf-8", "gb18030"):
        try:
            text = body.decode(charset)
        except UnicodeDecodeError:
            continue
        if charset == "gb18030" and declared and not _is_chinese(declared) and not _reads_as_chinese(text):
            continue
        return Text(text, charset, overridden=bool(declared) and not _same(declared, charset))
    if declared and not _same(declared, "utf-8"):
        return Text(_strict(body, declared), declared, overridden=False)
    return Text(_damaged(body), "utf-8", overridden=False)


def _declared(body: bytes, content_type: str) -> str:
    if found := _HEADER.search(content_type):
        return found[1].lower()
    if meta := _META.search(body[:4096]):
        return meta[1].decode("ascii").lower()
    return ""


def _strict(body: bytes, charset: str) -> str:
    try:
        return body.decode(charset)
    except (UnicodeDecodeError, LookupError) as exc:
        raise Quarantined("encoding", f"declared {charset!r}, but {exc}") from exc


def _damaged(body: bytes) -> str:
    text = body.decode("utf-8", "replace")
    damage = text.count("\ufffd") - body.count("\ufffd".encode())
    if damage > MOST_DAMAGE or damage * 1000 > len(text):
        raise Quarantined("encoding", f"neither UTF-8 nor GB18030: {damage} unreadable places")
    return text


def _is_chinese(charset: str) -> bool:
    return charset in _CHINESE


def _same(declared: str, charset: str) -> bool:
    return (
        declared == charset
        or (charset == "utf-8" and declared == "utf8")
        or (charset == "gb18030" and _is_chinese(declared))
    )


def _reads_as_chinese(text: str) -> bool:
    """Most characters beyond ASCII are everyday Chinese: bytes of another charset rarely read so."""
    beyond = [char for char in text if char > "\x7f"]
    # The characters of GB2312 level 1 are ordered by reading and cover everyday text; elsewhere in
    # GB18030 lie the rare ones that Big5 or Shift-JIS bytes turn into.
    common = sum(1 for char in beyond if _everyday(char))
    return not beyond or common * 10 >= len(beyond) * 8


def _everyday(char: str) -> bool:
    try:
        lead = char.encode("gb2312")[0]
    except UnicodeEncodeError:
        return False
    return 0xA1 <= lead <= 0xD7
