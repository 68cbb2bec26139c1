"""Cleans text to one line without invisible characters (titles, sources, digests).

>>> clean("\\u3000利率决议\\r\\n  今晚公布\\u200b ")
'利率决议 今晚公布'

No visible character is replaced: entities are not decoded, full-width forms stay, and accents stay composed
or decomposed. ``sources`` composes the accents in names, because equal names must compare equal.
"""

from __future__ import annotations

import re
import string

_ODD_BLANK = r"\t-\r\x1c-\x1f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f"
"""For a character class: all blanks and line separators in Unicode, except the plain blank and U+3000."""

_INVISIBLE = (
    r"\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"  # C0, DEL, C1
    r"\xad\u061c\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"  # zero-width, text direction
    r"\ufff9-\ufffb\U000e0000-\U000e007f"  # interlinear annotation, tags
    r"\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"  # lone surrogates, noncharacters
    + "".join(rf"\U{plane:04x}fffe\U{plane:04x}ffff" for plane in range(1, 0x11))
)
_UNSEEN = re.compile(f"[{_INVISIBLE}]+")

_WIDE_BLANKS = re.compile("\u3000{2,}")
_BLANKS = re.compile(f"[{_ODD_BLANK}][ \u3000{_ODD_BLANK}]*|[ \u3000][ \u3000{_ODD_BLANK}]+")

_PICTOGRAPH = (
    r"\xa9\xae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u24c2\u25a0-\u27bf\u2900-\u297f"
    r"\u2b00-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
)
_JOINERS = re.compile(
    rf"""
    ( [0-9#*]\ufe0f\u20e3                                               # a keycap
    | [{_PICTOGRAPH}] (?: [\ufe0e\ufe0f] | (?=\u200d) ) (?: \u200d[{_PICTOGRAPH}]\ufe0f? )*   # a sequence
    )
    | [\u200d\ufe0e\ufe0f]+                                              # joiners without a picture
    """,
    re.VERBOSE,
)
"""An emoji sequence (group 1), in which joiners are part of the picture; or joiners outside one."""

_VISIBLE = re.compile(rf"(?![\u115f\u1160\u3164\uffa0])[^\W_]|[{_PICTOGRAPH}]")
"""A letter, digit or picture; the four excluded letters are the Hangul fillers, which are invisible."""

_ODD = re.compile(rf"[{_INVISIBLE}{_ODD_BLANK}\u3000\u200d\ufe0e\ufe0f]|^ | $|  ")
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


def is_blank(text: str) -> bool:
    """Whether a text has only blanks, punctuation and invisible characters (faults C3)."""
    return _VISIBLE.search(text) is None


def half_width(text: str) -> str:
    """The text with full-width Latin letters and digits as ASCII; punctuation and brackets stay."""
    return text.translate(_HALF_WIDTH)
