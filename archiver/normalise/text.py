"""One-line text (title, source, digest) without what a reader cannot see.

>>> clean("\\u3000利率决议\\r\\n  今晚公布\\u200b ")
'利率决议 今晚公布'

Nothing visible is exchanged: entities are not decoded, full-width forms stay, and composed or decomposed
accents stay as they came. Names that must compare equal are composed where names are read (``sources``).
"""

from __future__ import annotations

import re
import string

_ODD_BLANK = r"\t-\r\x1c-\x1f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f"
"""Inside a character class: every blank and line separator Unicode knows but the plain one and U+3000."""

_INVISIBLE = (
    r"\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"  # C0, DEL, C1
    r"\xad\u061c\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"  # zero-width, bidi
    r"\ufff9-\ufffb\U000e0000-\U000e007f"  # interlinear marks, tags
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
    rf"((?:[0-9#*]\ufe0f\u20e3|[{_PICTOGRAPH}](?:[\ufe0e\ufe0f]|(?=\u200d))(?:\u200d[{_PICTOGRAPH}]\ufe0f?)*))"
    r"|[\u200d\ufe0e\ufe0f]+"
)
"""An emoji sequence (group 1: its joiners are part of the picture), or joiners that join nothing."""

_VISIBLE = re.compile(rf"(?![\u115f\u1160\u3164\uffa0])[^\W_]|[{_PICTOGRAPH}]")
"""A letter, digit or picture; the four letters excepted are the Hangul fillers, which show nothing."""

_ODD = re.compile(rf"[{_INVISIBLE}{_ODD_BLANK}\u3000\u200d\ufe0e\ufe0f]|^ | $|  ")
"""Without any of this a text is clean, as most are: one search instead of four."""

_HALF_WIDTH = {ord(char) + 0xFEE0: char for char in string.ascii_letters + string.digits}


def clean(text: str) -> str:
    """The text on one line; idempotent.

    A run of blanks becomes one blank, U+3000 only where the run held nothing else; no blanks at the ends.
    """
    if _ODD.search(text) is None:
        return text
    visible = _JOINERS.sub(r"\1", _UNSEEN.sub("", text))
    return _BLANKS.sub(" ", _WIDE_BLANKS.sub("\u3000", visible)).strip()


def is_blank(text: str) -> bool:
    """Whether it holds only blanks, punctuation and invisible characters (faults C3)."""
    return _VISIBLE.search(text) is None


def half_width(text: str) -> str:
    """Full-width Latin letters and digits in their ASCII form; punctuation and brackets stay."""
    return text.translate(_HALF_WIDTH)
