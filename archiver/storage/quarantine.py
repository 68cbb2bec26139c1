"""The raw responses of quarantined articles: ``.archive/quarantine/<id>.json``, one record for each article.

Rows of a listing that name no article have one record together. docs/archive-format.md describes a record.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import Any

from archiver import __version__
from archiver.errors import Quarantined
from archiver.items import SAFE_ID, Answer, Listed
from archiver.safe_text import redact, redact_all
from archiver.storage.files import STATE, Tree

FOLDER = f"{STATE}/quarantine"
_SAFE = re.compile(SAFE_ID)


PACKED_FROM = 16 * 1024
"""Bytes of a response from which on it is compressed while its article waits."""

MAX_BYTES = 1 << 20
"""Bytes of responses in one record, unless a setting says otherwise."""

MAX_ROWS = 100
"""Rows that the record of a listing keeps."""


@dataclass(frozen=True, slots=True)
class Limits:
    """A record beyond a limit is cut or not written. The article ends in the same way."""

    record: int = MAX_BYTES
    """Bytes of the responses in one record."""
    folder: int = 256 << 20
    """Bytes of all records."""
    records: int = 10_000


def name_of(article_id: str) -> str:
    """The file name of a record. An id that is not safe in a path is replaced by its digest."""
    if _SAFE.fullmatch(article_id):
        return f"{article_id}.json"
    return f"refused-{_digest(article_id)}.json"


def name_of_listing(listing: str) -> str:
    """The file name of the record for the rows of a listing that name no article."""
    return f"refused-listing-{_digest(listing)}.json"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def record(listed: Listed, why: Quarantined, answers: Sequence[Answer], most: int = MAX_BYTES) -> bytes:
    """What is needed to try the article again without the network: its listing row and its raw responses, of
    which ``most`` bytes are kept."""
    data = _row(listed, why) | {"answers": _answers(answers, most)}
    return _as_json(data)


def _as_json(data: Mapping[str, Any]) -> bytes:
    return json.dumps(data, ensure_ascii=True, indent=1, sort_keys=True).encode("ascii")


def _row(listed: Listed, why: Quarantined) -> dict[str, Any]:
    return {
        "id": listed.id,
        "reason": why.reason,
        "detail": why.detail,
        "archiver": __version__,
        "category": listed.category,
        "address": listed.address,
        "listing": listed.listing,
        "hints": dict(listed.hints),
    }


def _answers(answers: Sequence[Answer], most: int) -> list[dict[str, Any]]:
    found = []
    for answer in answers:
        cut = _cut(answer, most)
        most -= len(cut.body)
        found.append(_answer(cut))
    return found


def _cut(answer: Answer, most: int) -> Answer:
    """The response with at most so many bytes of its body, not compressed."""
    body = answer.content
    if len(body) <= most:
        return replace(answer, body=body, is_packed=False)
    return replace(
        answer,
        body=_without_part_of_character(body[: max(most, 0)]),
        is_packed=False,
        full_length=answer.full_length or len(body),
        full_sha256=answer.full_sha256 or hashlib.sha256(body).hexdigest(),
    )


def _without_part_of_character(body: bytes) -> bytes:
    """UTF-8 without the beginning of a character at its end; other bytes are not changed."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as exc:
        if len(body) - exc.start < 4 and exc.reason == "unexpected end of data":
            return body[: exc.start]
    return body


def shrunk(answer: Answer, most: int) -> Answer:
    """The response as it is held while its article waits: what a record would keep of it, compressed."""
    if answer.is_packed or len(answer.body) < PACKED_FROM:
        return answer
    cut = _cut(answer, most)
    return replace(cut, body=zlib.compress(cut.body, 1), is_packed=True)


def parse(content: bytes, name: str) -> tuple[Listed, str]:
    """The article of a record in the file ``name``, and its reason.

    Raises ValueError if it is not a record, or if a response does not match its SHA-256.
    """
    try:
        data = json.loads(content)
        data["hints"].items()
        listed = Listed(*(data[key] for key in ("id", "category", "address", "hints", "listing")))
        reason = data["reason"]
        for answer in data["answers"]:
            _check_answer(answer)
    except (KeyError, TypeError, AttributeError) as exc:
        raise ValueError(f"it is not a quarantine record: {exc!r}") from exc
    texts = (listed.id, listed.category, listed.address, listed.listing, reason, *listed.hints.values())
    if not all(isinstance(text, str) for text in texts):
        raise ValueError("it is not a quarantine record: a value is not a string")
    if name not in (name_of(listed.id), name_of_listing(listed.listing) if "rows" in data else ""):
        raise ValueError(f"it is the record of another article: {listed.id!r}")
    return listed, reason


def parse_rows(content: bytes, name: str) -> list[Listed]:
    """The rows in a record of a listing. Raises ValueError as ``parse`` does; other records have none."""
    parse(content, name)
    rows = json.loads(content).get("rows", [])
    try:
        return [
            Listed(*(row[key] for key in ("id", "category", "address", "hints", "listing"))) for row in rows
        ]
    except (KeyError, TypeError) as exc:
        raise ValueError(f"it is not a quarantine record: {exc!r}") from exc


def _check_answer(answer: Mapping[str, str]) -> None:
    body = answer["text"].encode() if "text" in answer else base64.b64decode(answer["base64"], validate=True)
    if hashlib.sha256(body).hexdigest() != answer["sha256"]:
        raise ValueError("a response in it does not match its SHA-256")


def _answer(answer: Answer) -> dict[str, Any]:
    data: dict[str, Any] = {
        "url": answer.url,
        "status": answer.status,
        "headers": [
            [name.decode("latin-1"), redact(value.decode("latin-1"))]
            for name, values in answer.headers.items()
            for value in values
        ],
        "problem": redact(answer.problem),
        "sha256": hashlib.sha256(answer.body).hexdigest(),
    }
    if answer.full_length:
        data |= {"full_length": answer.full_length, "full_sha256": answer.full_sha256}
    try:
        data["text"] = answer.body.decode("utf-8")
    except UnicodeDecodeError:
        data["base64"] = base64.b64encode(answer.body).decode("ascii")
    return data


def _same(old: bytes, new: bytes) -> bool:
    """Whether two records differ only in headers, which often contain the time of the response."""

    def essence(content: bytes) -> Any:
        data = json.loads(content)
        for answer in data["answers"]:
            del answer["headers"]
        return data

    try:
        return bool(essence(old) == essence(new))
    except (ValueError, KeyError, TypeError):
        return False


class Quarantine:
    def __init__(self, tree: Tree) -> None:
        self.limits = Limits()
        self.not_kept = 0
        """Records that were not written because the folder has reached a limit."""
        self._tree = tree
        self._kept: set[str] | None = None
        """The file names of all records; None until they are first needed."""
        self._bytes: int | None = None
        """The size of all records; None until it is first needed."""
        self._rows: dict[str, dict[str, dict[str, Any]]] = {}
        """The file name of a listing's record → id → row, for rows that this run has refused."""

    def keep(self, listed: Listed, why: Quarantined, answers: Sequence[Answer]) -> str:
        """Writes the record, unless there is one with the same responses; returns its path below the root.

        Returns an empty path if the folder is full.
        """
        listed = _redacted(listed)
        return self._write(name_of(listed.id), record(listed, why, answers, self.limits.record))

    def refuse(self, rows: Sequence[Listed], why: Quarantined) -> str:
        """Keeps rows of one listing that name no article: one record for the listing, with the latest
        ``MAX_ROWS`` rows. Returns its path, empty if the folder is full."""
        rows = [_redacted(listed) for listed in rows]
        name = name_of_listing(rows[0].listing)
        known = self._rows.setdefault(name, {})
        if len(known) < MAX_ROWS:
            known.update((listed.id, _row(listed, why)) for listed in rows[: MAX_ROWS - len(known)])
            merged = {**known, **self._earlier_rows(name)} | known
            kept = list(merged.values())[:MAX_ROWS]
            content = _as_json(_row(rows[0], why) | {"id": kept[0]["id"], "answers": [], "rows": kept})
            return self._write(name, content)
        return f"{FOLDER}/{name}" if name in self._names() else ""

    def _earlier_rows(self, name: str) -> dict[str, dict[str, Any]]:
        path = f"{FOLDER}/{name}"
        if not self._tree.exists(path):
            return {}
        content = self._tree.read(path)
        try:
            ids = [listed.id for listed in parse_rows(content, name)]
            return dict(zip(ids, json.loads(content)["rows"], strict=True))
        except (ValueError, KeyError):
            return {}

    def _write(self, name: str, content: bytes) -> str:
        path = f"{FOLDER}/{name}"
        before = self._tree.size(path) if name in self._names() else 0
        if before and _same(self._tree.read(path), content):
            return path
        if not self._has_room(len(content) - before, new=not before):
            self.not_kept += 1
            return path if before else ""
        self._tree.publish(path, content)
        self._names().add(name)
        self._bytes = self._size() + len(content) - before
        return path

    def known_rows(self, rows: Sequence[Listed]) -> int:
        """How many of these rows of one listing its record has already."""
        earlier = self._earlier_rows(name_of_listing(rows[0].listing))
        return sum(_redacted(listed).id in earlier for listed in rows) if earlier else 0

    def _has_room(self, more: int, *, new: bool) -> bool:
        is_full = new and len(self._names()) >= self.limits.records
        return not is_full and (more <= 0 or self._size() + more <= self.limits.folder)

    def _size(self) -> int:
        if self._bytes is None:
            self._bytes = sum(self._tree.size(f"{FOLDER}/{name}") for name in self._names())
        return self._bytes

    def records(self) -> Iterator[tuple[Listed, str]]:
        """The article of every readable record, and its reason."""
        for name in self._tree.names(FOLDER):
            with suppress(ValueError):
                yield parse(self._tree.read(f"{FOLDER}/{name}"), name)

    def release(self, article_id: str) -> None:
        """Removes the record of an article that has a post now."""
        if not self._names():
            return
        name = name_of(article_id)
        if name in self._names():
            if self._bytes is not None:
                self._bytes -= self._tree.size(f"{FOLDER}/{name}")
            self._tree.remove(f"{FOLDER}/{name}")
            self._names().discard(name)

    def _names(self) -> set[str]:
        if self._kept is None:
            self._kept = set(self._tree.names(FOLDER))
        return self._kept


def _redacted(listed: Listed) -> Listed:
    """Without passwords in its addresses and texts."""
    return Listed(**redact_all(asdict(listed)))
