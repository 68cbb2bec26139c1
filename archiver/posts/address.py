"""Writes addresses in Markdown: characters that would end them, or begin Liquid, are percent-encoded."""

from __future__ import annotations

import re
from urllib.parse import quote

_UNSAFE = re.compile(r"""[\s\x00-\x20\x7f-\x9f"<>\\^`{|}]""")
_REFERENCE = re.compile(r"(&#?\w+);")


def in_angles(link: str) -> str:
    """An address for use between ``<`` and ``>``, with character references encoded as well."""
    # kramdown would decode a character reference
    return _REFERENCE.sub(r"\1%3B", _UNSAFE.sub(lambda match: quote(match[0]), link))


def in_brackets(link: str) -> str:
    """An address for use between ``(`` and ``)``; brackets inside it are encoded if they are not paired."""
    link = in_angles(link)
    return link if is_paired(link) else link.replace("(", "%28").replace(")", "%29")


def is_paired(link: str) -> bool:
    """Whether every ``(`` has a ``)`` after it, and every ``)`` a ``(`` before it."""
    depth = 0
    for bracket in re.findall("[()]", link):
        depth += 1 if bracket == "(" else -1
        if depth < 0:
            return False
    return depth == 0
