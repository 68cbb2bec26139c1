"""Charsets as browsers read them: the labels of the Encoding Standard, and the bytes that Python's codecs
read differently.

https://encoding.spec.whatwg.org
"""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

import webencodings

from archiver.normalise.text import DAMAGED

LATIN = "cp1252"
"""The default of servers without configuration. Every text is valid in it, so it proves nothing."""

_ALIASES = {"cp936": "gbk", "ms936": "gbk", "windows-936": "gbk"}
"""Labels that servers send and browsers ignore."""

_UNUSED = ("replacement", "x-user-defined")
"""Encodings of the standard that stand for no charset."""


@lru_cache(maxsize=256)
def charset_of(label: str) -> str:
    """The codec of a label; empty if browsers decode no charset with this label.

    The labels are a closed list: no server may choose a codec such as unicode_escape, idna or utf-7.
    """
    label = label.lower()
    found = webencodings.lookup(_ALIASES.get(label, label))
    if found is None or found.name in _UNUSED:
        return ""
    return "gb18030" if found.name == "gbk" else str(found.codec_info.name)


def is_single_byte(charset: str) -> bool:
    """Whether almost any bytes are valid in the charset, so that being valid proves nothing."""
    return charset.startswith(("cp12", "cp8", "iso8859", "koi8", "mac"))


def decode_strictly(body: bytes, charset: str) -> str:
    """Raises UnicodeDecodeError for bytes that browsers cannot decode either."""
    handler = "archiver.strict" if charset in _DIFFERENT else "strict"
    return _corrected(body.decode(charset, handler), charset)


def decode_with_gaps(body: bytes, charset: str) -> str:
    """The text, with U+FFFD for bytes that cannot be decoded."""
    handler = "archiver.replace" if charset in _DIFFERENT else "replace"
    return _corrected(body.decode(charset, handler), charset)


# --- what Python's codecs read differently

_WINDOWS = frozenset({"cp874", *(f"cp{number}" for number in range(1250, 1259))})
_DIFFERENT = _WINDOWS | {"gb18030", "big5hkscs"}

_CORRECTIONS = {
    "gb18030": str.maketrans(
        "\ue5e5\ue78d\ue78e\ue78f\ue790\ue791\ue792\ue793\ue794\ue795\ue796\ue7c7\ue81e\ue826\ue82b\ue82c"
        "\ue832\ue843\ue854\ue864",
        "\u3000\ufe10\ufe12\ufe11\ufe13\ufe14\ufe15\ufe16\ufe17\ufe18\ufe19\u1e3f\u9fb4\u9fb5\u9fb6\u9fb7"
        "\u9fb8\u9fb9\u9fba\u9fbb",
    ),
    "big5hkscs": str.maketrans(
        "\u2022\uff64\u203e\u223c\u2641\u2609\xa5\xa2\xa3",
        "\u2027\ufe51\xaf\uff5e\u2295\u2299\uffe5\uffe0\uffe1",
    ),
}
"""Charset → the characters of the codec, and those of the standard for the same two bytes."""

_TO_CORRECT = {
    charset: re.compile("[" + "".join(map(chr, table)) + "]") for charset, table in _CORRECTIONS.items()
}


def _corrected(text: str, charset: str) -> str:
    different = _TO_CORRECT.get(charset)
    return text.translate(_CORRECTIONS[charset]) if different and different.search(text) else text


def _only_in_browsers(problem: UnicodeError) -> tuple[str, int]:
    """The character that browsers read where Python's codec fails, and the index after it; ("", 0) if none.

    These are the byte 0x80 in GB18030 and GBK and A3 E1 in Big5, which are €, and the bytes of the Windows
    charsets that have no character: they are control characters.
    """
    assert isinstance(problem, UnicodeDecodeError)
    body, start = problem.object, problem.start
    if problem.encoding == "gb18030":
        return ("€", start + 1) if body[start] == 0x80 else ("", 0)
    if problem.encoding == "big5hkscs":
        return ("€", start + 2) if body[start : start + 2] == b"\xa3\xe1" else ("", 0)
    return (chr(body[start]), start + 1) if body[start] < 0xA0 else ("", 0)


def _strict(problem: UnicodeError) -> tuple[str, int]:
    found = _only_in_browsers(problem)
    if not found[0]:
        raise problem
    return found


def _replace(problem: UnicodeError) -> tuple[str, int]:
    """A byte after the first one belongs to the gap only if it is not ASCII, so that no ``<`` is lost."""
    found = _only_in_browsers(problem)
    if found[0]:
        return found
    assert isinstance(problem, UnicodeDecodeError)
    body, start = problem.object, problem.start
    is_pair = 0x80 < body[start] < 0xFF and body[start + 1 : start + 2] > b"\x7f"
    return DAMAGED, start + (2 if is_pair and problem.encoding != "charmap" else 1)


codecs.register_error("archiver.strict", _strict)
codecs.register_error("archiver.replace", _replace)
