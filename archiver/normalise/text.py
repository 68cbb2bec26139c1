"""Cleans text to one line without invisible characters (titles, sources, digests).

>>> clean("\\u3000利率决议\\r\\n  今晚公布\\u200b ")
'利率决议 今晚公布'

No visible character is replaced, and joiners stay where a script needs them. Entities are not decoded,
full-width forms stay, and accents stay composed or decomposed. ``sources`` composes the accents in names,
because equal names must compare equal.
"""

from __future__ import annotations

import re
import string

_ODD_BLANK = r"\t-\r\x1c-\x1f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f"
"""For a character class: all blanks and line separators in Unicode, except the plain blank and U+3000."""

_INVISIBLE = (
    r"\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"  # C0, DEL, C1
    r"\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"  # zero-width, text direction
    r"\ufff9-\ufffb\U000e0000-\U000e007f"  # interlinear annotation, tags
    r"\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"  # lone surrogates, noncharacters
    + "".join(rf"\U{plane:04x}fffe\U{plane:04x}ffff" for plane in range(1, 0x11))
)
_UNSEEN = re.compile(f"[{_INVISIBLE}]+")

DAMAGED = "\ufffd"
"""What stands in a text for bytes that could not be decoded."""

_WIDE_BLANKS = re.compile("\u3000{2,}")
_BLANKS = re.compile(f"[{_ODD_BLANK}][ \u3000{_ODD_BLANK}]*|[ \u3000][ \u3000{_ODD_BLANK}]+")

_PICTOGRAPH = (
    r"\xa9\xae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u24c2\u25a0-\u27bf\u2900-\u297f"
    r"\u2b00-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
)
_JOINED = (
    r"\u0620-\u065f\u066e-\u06d3\u06d5-\u06ed\u06fa-\u06ff\u0750-\u077f\u0870-\u08ff"
    r"\ufb50-\ufdff\ufe70-\ufefc"  # Arabic, with the line above
    r"\u0700-\u074f\u07ca-\u07fa\u0840-\u085b\u1807\u180a\u1820-\u18aa"  # Syriac, N'Ko, Mandaic, Mongolian
)
_INDIC = (
    r"\u0900-\u0963\u0970-\u0df3"  # Devanagari to Sinhala
    r"\u1000-\u109f\u1780-\u17d3\u1a20-\u1aad\u1b00-\u1b4b\ua8e0-\ua8ff"  # Myanmar, Khmer, Tai Tham, Balinese
)
_VIRAMAS = (
    r"\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d3b\u0d3c\u0d4d\u0dca\u1039\u103a\u17d2\u1a60\u1b44"
)
_JOINERS = re.compile(
    rf"""
    ( [0-9#*]\ufe0f\u20e3                                               # a keycap
    | [{_PICTOGRAPH}] (?: [\ufe0e\ufe0f] | (?=\u200d) ) (?: \u200d[{_PICTOGRAPH}]\ufe0f? )*   # a sequence
    | (?<=[{_JOINED}{_INDIC}]) [\u200c\u200d] (?= [\u200c\u200d]* [{_JOINED}{_INDIC}] )   # between letters
    | (?<=[{_VIRAMAS}]) \u200d                                           # it forms a letter
    )
    | [\u200c\u200d\ufe0e\ufe0f]                                        # joiners without a use
    """,
    re.VERBOSE,
)
"""Joiners that are part of a picture or of the spelling of a word (group 1); or other joiners.

Persian, Arabic and Indic scripts need U+200C and U+200D: without them, letters join or separate differently.
"""

_VISIBLE = re.compile(rf"(?![\u115f\u1160\u3164\uffa0])[^\W_]|[{_PICTOGRAPH}]")
"""A letter, digit or picture; the four excluded letters are the Hangul fillers, which are invisible."""

_ODD = re.compile(rf"[{_INVISIBLE}{_ODD_BLANK}\u3000\u200c\u200d\ufe0e\ufe0f]|^ | $|  ")
"""Characters to clean. Most texts have none; one search instead of four saves 20 µs per article."""

_HALF_WIDTH = {ord(char) + 0xFEE0: char for char in string.ascii_letters + string.digits}


def clean(text: str) -> str:
    """The text on one line; idempotent.

    A run of blanks becomes one blank, or one U+3000 if it consists of U+3000. Blanks at the ends are removed.
    """
    if _ODD.search(text) is None:
        return text
    visible = _JOINERS.sub(r"\1", _UNSEEN.sub("", text))
    return _BLANKS.sub(" ", _WIDE_BLANKS.sub("\u3000", visible)).strip()


def without_invisible(text: str) -> str:
    """The text without characters that nobody sees; joiners stay."""
    return text if text.isascii() else _UNSEEN.sub("", text)


def is_blank(text: str) -> bool:
    """Whether a text has only blanks, punctuation and invisible characters (faults C3)."""
    return _VISIBLE.search(text) is None


def is_unreadable(text: str) -> bool:
    """Whether more than three characters, and more than one in twenty, could not be decoded (faults E9)."""
    damage = text.count(DAMAGED)
    return damage > 3 and damage * 20 > len(text)


def half_width(text: str) -> str:
    """The text with full-width Latin letters and digits as ASCII; punctuation and brackets stay."""
    return text.translate(_HALF_WIDTH)
