"""Notices that a site shows in place of an article: deleted, busy, log in first (faults C15, C16)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import unescape
from typing import Literal

from archiver.errors import Deferred, Quarantined, Skipped

Kind = Literal["retracted", "busy", "wall"]

MAX_LENGTH = 120
"""Characters of a notice; in a longer text the same words are news."""

_TAG = re.compile(r"<[^>]*>")


def refuse(html: str, notices: Mapping[Kind, Sequence[str]]) -> None:
    """Raises ``Skipped("retracted")``, ``Deferred("busy")`` or ``Quarantined("wall")`` for a notice.

    ``notices`` has, for each kind, words of which one makes a short text a notice.
    """
    if len(html) > 40 * MAX_LENGTH:  # more markup than a notice has
        return
    text = unescape(_TAG.sub("", html)).strip()
    if len(text) > MAX_LENGTH:
        return
    for kind, marks in notices.items():
        if mark := next((mark for mark in marks if mark in text), None):
            raise _end(kind, f"the text says {mark!r}")


def _end(kind: Kind, detail: str) -> Skipped | Deferred | Quarantined:
    if kind == "retracted":
        return Skipped("retracted", detail)
    return Deferred("busy", detail) if kind == "busy" else Quarantined("wall", detail)
