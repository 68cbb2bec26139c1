"""Makes slugs, the names of sources in addresses: Mandarin readings without tones, Latin letters unchanged.

>>> slug_of("安信国际证券(香港)")
'anxinguojizhengquan(xianggang)'

Each character has one fixed reading, whatever the word (重庆 is zhongqing). The addresses of published posts
depend on the readings, so the version of their table (xpinyin 0.7.7) is pinned.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Final

from xpinyin import Pinyin

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_LENGTH: Final = 80
"""Characters."""

_MAX_BYTES: Final = 200
"""Limit in UTF-8, so that a file name made from a slug is valid on every file system."""

_ASCII_KEPT: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789()._")
_WIDE_BRACKETS: Final = frozenset("（）")
_BRACKETS: Final = {")": "(", "）": "（"}

_SUFFIX = re.compile(r"x[0-9a-f]{4,64}\Z")

_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d|index)(?:\..*)?", re.ASCII)
"""Device names reserved by Windows, and ``index``, the name of the page of a folder."""


def slug_of(name: str) -> str:
    """1 to 80 characters, safe in a path, URL, YAML value and Markdown link.

    Leading dots and underscores are dropped, because Jekyll ignores such files. The slug of a reserved name,
    or of a name without letters and digits, is ``x`` and eight hexadecimal digits of the SHA-256 of the name.
    """
    kept = "".join(filter(_is_kept, unicodedata.normalize("NFC", name)))[:MAX_LENGTH]
    slug = _fit(_readings().get_pinyin(kept, ""), MAX_LENGTH)
    if not any(map(str.isalnum, slug)) or _RESERVED.fullmatch(slug.casefold()):
        return f"x{_digest(name)[:8]}"
    return slug


def assign(name: str, taken: Mapping[str, str]) -> str:
    """The slug for a new name; ``taken`` maps each casefolded slug to the name that has it.

    If another name has the plain slug, a suffix is added, which is made from the SHA-256 of the name.
    """
    plain = slug_of(name)
    if taken.get(plain.casefold(), name) == name:
        return plain
    digest = _digest(name)
    for length in range(4, len(digest) + 1):
        slug = _with_suffix(plain, f"x{digest[:length]}")
        if taken.get(slug.casefold(), name) == name:
            return slug
    raise AssertionError("two names have the same SHA-256")


def may_be_slug(slug: str, name: str) -> bool:
    """Whether ``assign`` can have made the slug for this name."""
    plain, folded = slug_of(name).casefold(), slug.casefold()
    start = _SUFFIX.sub("", folded)
    return folded == plain or (start != folded and plain.startswith(start))


@cache
def _readings() -> Pinyin:
    return Pinyin()


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()


def _is_kept(char: str) -> bool:
    if char.isascii():
        return char in _ASCII_KEPT
    if "\uff01" <= char <= "\uff5e":  # full-width ASCII: some programs convert a full-width slash to "/"
        return char.isalnum() or char in _WIDE_BRACKETS
    return unicodedata.category(char)[0] in "LNPS"


def _with_suffix(slug: str, suffix: str) -> str:
    return _fit(slug, MAX_LENGTH - len(suffix), _MAX_BYTES - len(suffix)) + suffix


def _fit(slug: str, characters: int, octets: int = _MAX_BYTES) -> str:
    cut = slug[:characters].encode()[:octets].decode(errors="ignore")
    return re.sub(r"\.{2,}", ".", _balanced(cut)).lstrip("._").rstrip(".")


def _balanced(slug: str) -> str:
    """The slug without unpaired brackets, which would end a Markdown link early."""
    lone: set[int] = set()
    still_open: dict[str, list[int]] = {"(": [], "（": []}
    for place, char in enumerate(slug):
        if char in still_open:
            still_open[char].append(place)
        elif char in _BRACKETS:
            if still_open[_BRACKETS[char]]:
                still_open[_BRACKETS[char]].pop()
            else:
                lone.add(place)
    lone.update(*still_open.values())
    return "".join(char for place, char in enumerate(slug) if place not in lone)
