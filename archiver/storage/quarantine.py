"""The raw responses of quarantined articles: ``.archive/quarantine/<id>.json``, one record for each article.

docs/archive-format.md describes a record.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from archiver import __version__
from archiver.errors import Quarantined
from archiver.items import SAFE_ID, Answer, Listed
from archiver.safe_text import redact, redact_all
from archiver.storage.files import STATE, Tree

FOLDER = f"{STATE}/quarantine"
_SAFE = re.compile(SAFE_ID)


def name_of(article_id: str) -> str:
    """The file name of a record. An id that is not safe in a path is replaced by its digest."""
    if _SAFE.fullmatch(article_id):
        return f"{article_id}.json"
    digest = hashlib.sha256(article_id.encode("utf-8", "surrogatepass")).hexdigest()
    return f"refused-{digest[:16]}.json"


def record(listed: Listed, why: Quarantined, answers: Sequence[Answer]) -> bytes:
    """What is needed to try the article again without the network: its listing row and its raw responses."""
    data: dict[str, Any] = {
        "id": listed.id,
        "reason": why.reason,
        "detail": why.detail,
        "archiver": __version__,
        "category": listed.category,
        "address": listed.address,
        "listing": listed.listing,
        "hints": dict(listed.hints),
        "answers": [_answer(answer) for answer in answers],
    }
    return json.dumps(data, ensure_ascii=True, indent=1, sort_keys=True).encode("ascii")


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
    if name_of(listed.id) != name:
        raise ValueError(f"it is the record of another article: {listed.id!r}")
    return listed, reason


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
        self._tree = tree
        self._kept: set[str] | None = None
        """The file names of all records; None until they are first needed. There are few."""

    def keep(self, listed: Listed, why: Quarantined, answers: Sequence[Answer]) -> str:
        """Writes the record, unless there is one with the same responses; returns its path below the root."""
        listed = Listed(**redact_all(asdict(listed)))
        path = f"{FOLDER}/{name_of(listed.id)}"
        content = record(listed, why, answers)
        if not (self._tree.exists(path) and _same(self._tree.read(path), content)):
            self._tree.publish(path, content)
        self._names().add(name_of(listed.id))
        return path

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
            self._tree.remove(f"{FOLDER}/{name}")
            self._names().discard(name)

    def _names(self) -> set[str]:
        if self._kept is None:
            self._kept = set(self._tree.names(FOLDER))
        return self._kept
