"""A quarantined article has one record, which a different response replaces."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver.errors import Quarantined
from archiver.items import Answer
from archiver.storage.files import Tree
from archiver.storage.quarantine import Quarantine
from tests.storage.archives import listed

ARTICLE = listed(1)
WHY = Quarantined("not_json", "no JSON")
ANSWER = Answer("http://x/", 200, {b"Date": [b"Tue, 22 Feb 2022 10:00:00 GMT"]}, b"<html>busy</html>")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def quarantine(root: Path) -> Iterator[Quarantine]:
    with Tree(root) as tree:
        quarantine = Quarantine(tree)
        quarantine.keep(ARTICLE, WHY, [ANSWER])
        yield quarantine


def inode(path: Path) -> int:
    """Changes each time the file is written."""
    return path.stat().st_ino


@pytest.mark.parametrize(
    ("why", "answers"),
    [
        (WHY, [Answer(ANSWER.url, 200, ANSWER.headers, b"<html>closed</html>")]),
        (WHY, [Answer(ANSWER.url, 500, ANSWER.headers, ANSWER.body)]),
        (WHY, [Answer(ANSWER.url, 200, ANSWER.headers, b"\xff")]),
        (WHY, [ANSWER, ANSWER]),
        (WHY, []),
        (Quarantined("no_title", "no JSON"), [ANSWER]),
    ],
    ids=["body", "status", "bytes", "one-more", "none", "reason"],
)
def test_a_different_wrong_response_replaces_the_record(
    quarantine: Quarantine, root: Path, why: Quarantined, answers: list[Answer]
) -> None:
    path = root / quarantine.keep(ARTICLE, why, answers)
    kept = json.loads(path.read_bytes())
    assert kept["reason"] == why.reason
    assert [answer["status"] for answer in kept["answers"]] == [answer.status for answer in answers]
    bodies = [answer.get("text", "").encode() or b"\xff" for answer in kept["answers"]]
    assert bodies == [answer.body for answer in answers]


@pytest.mark.parametrize(
    "headers", [ANSWER.headers, {b"Date": [b"Wed, 23 Feb 2022 10:00:00 GMT"], b"X-Cache": [b"hit"]}]
)
def test_the_same_response_with_other_headers_does_not_rewrite_the_record(
    quarantine: Quarantine, root: Path, headers: dict[bytes, list[bytes]]
) -> None:
    path = root / f".archive/quarantine/{ARTICLE.id}.json"
    before, content = inode(path), path.read_bytes()
    again = quarantine.keep(ARTICLE, WHY, [Answer(ANSWER.url, ANSWER.status, headers, ANSWER.body)])
    assert root / again == path
    assert (inode(path), path.read_bytes()) == (before, content)


def test_a_record_that_cannot_be_read_is_replaced(quarantine: Quarantine, root: Path) -> None:
    path = root / f".archive/quarantine/{ARTICLE.id}.json"
    path.write_bytes(b"{")
    quarantine.keep(ARTICLE, WHY, [ANSWER])
    assert json.loads(path.read_bytes())["answers"][0]["text"] == "<html>busy</html>"
