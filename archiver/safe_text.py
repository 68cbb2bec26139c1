"""Texts for people: without passwords, and without characters that control a terminal.

Every text that the archiver prints, logs or writes into a report passes :func:`redact` and :func:`escape`.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from typing import Any

MASK = "***"
"""Written in the place of a password."""

_SHORTEST_SECRET = 4
"""Characters. A shorter text occurs in ordinary words, which would become unreadable."""

_USERINFO = re.compile(
    r"""
    ( (?: https?: [/\\]*        # http:// and the forms that browsers accept in its place
        | (?<=:)(?<!xpath:) [/\\]{2}                # any other scheme
        | [/\\]{2} (?! @ | [^/?\#\s@]* [\[(]@ ) )   # none; not XPath: //@href, //*[@id], //a[not(@b)]
    )
    [^/?\#\s]* @                # up to the last @ before the path
    """,
    re.IGNORECASE | re.VERBOSE,
)

_secrets: list[str] = []
"""The longest first, because a secret may contain another one."""


def add_secrets(texts: Iterable[str]) -> None:
    """Texts that :func:`redact` replaces from now on, in the whole process."""
    found = {text for text in texts if len(text) >= _SHORTEST_SECRET} | {*_secrets}
    _secrets[:] = sorted(found, key=lambda text: (-len(text), text))


def redact(text: str) -> str:
    """The text without the known secrets, and without the user and password of any web address in it.

    >>> redact("no answer from http://me:word@example.com/a?b=c@d")
    'no answer from http://***@example.com/a?b=c@d'
    """
    for secret in _secrets:
        text = text.replace(secret, MASK)
    return _USERINFO.sub(rf"\1{MASK}@", text) if "@" in text else text


def redact_all(value: Any) -> Any:
    """The same for each text in nested lists and mappings, keys included."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return {redact_all(key): redact_all(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [redact_all(item) for item in value]
    return value


def excerpt(text: str, length: int = 200) -> str:
    """The beginning of a text, redacted before it is cut: half of a password would not be recognised."""
    return redact(text)[:length]


def is_control(char: str) -> bool:
    """Control characters of C0 and C1, bidirectional and invisible ones, surrogates, line separators."""
    return unicodedata.category(char)[0] == "C" or char in "\u2028\u2029"


def escape(text: str, kept: str = "\n\t") -> str:
    """Writes control characters, except those in ``kept``, as escapes such as ``\\x1b``."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        char.encode("unicode_escape").decode("ascii") if is_control(char) and char not in kept else char
        for char in text
    )


def to_json(data: Any, **options: Any) -> str:
    """JSON without passwords, in which control characters have escapes; other characters stay readable."""
    text = json.dumps(redact_all(data), ensure_ascii=False, indent=1, **options)
    return "".join(_json_escape(char) if is_control(char) and char != "\n" else char for char in text)


def _json_escape(char: str) -> str:
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
