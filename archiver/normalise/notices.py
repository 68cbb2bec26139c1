"""Notices that a site shows instead of an article: deleted, busy, login required (faults C15, C16)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import unescape
from typing import Literal

from archiver.errors import Deferred, Quarantined, Skipped

Kind = Literal["retracted", "busy", "wall"]

MAX_LENGTH = 120
"""Characters of a notice; a longer text with the same words is news."""

_TAG = re.compile(r"<[^>]*>")


def refuse(html: str, notices: Mapping[Kind, Sequence[str]]) -> None:
    """Raises ``Skipped("retracted")``, ``Deferred("busy")`` or ``Quarantined("wall")`` for a notice.

    ``notices`` maps each kind to phrases; a short text with one of them is a notice of that kind.
    """
    if len(html) > 40 * MAX_LENGTH:  # more markup than a notice has
        return
    text = unescape(_TAG.sub("", html)).strip()
    if len(text) > MAX_LENGTH:
        return
    for kind, phrases in notices.items():
        if phrase := next((phrase for phrase in phrases if phrase in text), None):
            raise _end(kind, f"the text is a notice: it contains {phrase!r}")


def _end(kind: Kind, detail: str) -> Skipped | Deferred | Quarantined:
    if kind == "retracted":
        return Skipped("retracted", detail)
    return Deferred("busy", detail) if kind == "busy" else Quarantined("wall", detail)
