"""Finds the rows of a listing in JSON: the longest list of objects that have an address and a title."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from archiver.errors import ArticleError
from archiver.normalise import dates

MIN_ROWS = 2
MAX_VALUES = 20_000
_MOST = 0.8

_NAMES: Mapping[str, str] = {
    "address": r"url|link|href|uri|permalink",
    "title": r"title|headline|subject|name|topic",
    "date": r"time|date|publish|ctime|created|updated",
    "source": r"source|media|from|origin|publisher",
}
"""Field → words in the name of its key, the best one first."""


class FoundJson(NamedTuple):
    rows: str
    fields: dict[str, str]
    """Field → JMESPath."""


def find_json(text: str) -> FoundJson | None:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    found = [(len(rows), path, fields) for path, rows in _lists(data) if (fields := _fields(rows))]
    if not found:
        return None
    _, path, fields = max(found, key=lambda one: one[0])
    return FoundJson(path or "@", fields)


def _lists(data: Any) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Every list of objects, with the path to it."""
    pending: list[tuple[str, Any]] = [("", data)]
    for _ in range(MAX_VALUES):
        if not pending:
            return
        path, value = pending.pop()
        if isinstance(value, dict):
            pending += [(f"{path}.{_key(name)}".lstrip("."), inner) for name, inner in value.items()]
        elif isinstance(value, list):
            rows = [row for row in value if isinstance(row, dict)]
            if len(rows) >= max(MIN_ROWS, _MOST * len(value)):
                yield path, rows


def _key(name: str) -> str:
    """A key in JMESPath."""
    return name if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) else json.dumps(name)


_IMAGE = re.compile(r"\.(?:jpe?g|png|gif|webp)\b")


def _fits(field: str, text: str) -> bool:
    """Whether a text can be a value of the field."""
    match field:
        case "address":
            return bool(re.match(r"(?:https?:)?/", text)) and not _IMAGE.search(text)
        case "title":
            return len(text) >= 4 and "://" not in text
        case "date":
            return _is_date(text)
        case _:
            return 1 < len(text) <= 40 and "://" not in text


def _fields(rows: Sequence[dict[str, Any]]) -> dict[str, str]:
    """The fields of the rows; empty if they have no address or no title."""
    found = {field: key for field in _NAMES if (key := _field(field, rows))}
    return found if {"address", "title"} <= found.keys() else {}


def _field(field: str, rows: Sequence[dict[str, Any]]) -> str:
    names = [name for name in rows[0] if re.search(_NAMES[field], name, re.IGNORECASE)]
    words = _NAMES[field].split("|")
    for name in sorted(names, key=lambda name: _rank(name, words)):
        values = [str(row.get(name)) for row in rows if isinstance(row.get(name), str | int)]
        if sum(_fits(field, value) for value in values) >= _MOST * len(rows):
            return _key(name)
    return ""


def _rank(name: str, words: Sequence[str]) -> tuple[int, int]:
    return next(number for number, word in enumerate(words) if word in name.lower()), len(name)


def _is_date(text: str) -> bool:
    try:
        dates.parse(text, datetime(2030, 1, 1, tzinfo=UTC))
    except (dates.DateError, ArticleError):
        return False
    return True
