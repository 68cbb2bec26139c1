"""A quarantined article has one record, which a different response replaces."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver.errors import Quarantined
from archiver.items import Answer, Listed
from archiver.storage.files import Tree
from archiver.storage.quarantine import MAX_ROWS, Limits, Quarantine, parse, parse_rows, shrunk
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


@pytest.mark.parametrize(
    ("body", "key", "kept"),
    [
        (b"a" * 5000, "text", b"a" * 1000),
        ("甲".encode() * 1000, "text", "甲".encode() * 333),
        (b"\xff" * 5000, "base64", b"\xff" * 1000),
        (b"a" * 1000, "text", b"a" * 1000),
    ],
    ids=["ascii", "part of a character", "bytes", "at the limit"],
)
@pytest.mark.parametrize("waited", [False, True])
def test_a_long_response_is_cut_and_its_record_says_so(
    quarantine: Quarantine, root: Path, body: bytes, key: str, kept: bytes, waited: bool
) -> None:
    quarantine.limits = Limits(record=1000)
    answer = Answer(ANSWER.url, 200, {}, body)
    if waited:
        answer = shrunk(Answer(ANSWER.url, 200, {}, body * 20), 1000)
        body *= 20
        assert len(answer.body) < 1000
    path = root / quarantine.keep(ARTICLE, WHY, [answer, ANSWER])
    found, other = json.loads(path.read_bytes())["answers"]
    assert (base64.b64decode(found[key]) if key == "base64" else found[key].encode()) == kept
    assert found["sha256"] == hashlib.sha256(kept).hexdigest()
    if body != kept:
        assert (found["full_length"], found["full_sha256"]) == (len(body), hashlib.sha256(body).hexdigest())
    assert len(other.get("text", "")) <= max(0, 1000 - len(kept))
    assert parse(path.read_bytes(), path.name) == (ARTICLE, WHY.reason)


def test_a_record_that_is_removed_makes_room_for_another(quarantine: Quarantine, root: Path) -> None:
    quarantine.limits = Limits(records=1)
    other = listed(2)
    assert quarantine.keep(other, WHY, [ANSWER]) == ""
    assert quarantine.not_kept == 1
    quarantine.release(ARTICLE.id)
    assert (root / quarantine.keep(other, WHY, [ANSWER])).exists()


def test_a_larger_record_that_has_no_room_leaves_the_earlier_one(quarantine: Quarantine, root: Path) -> None:
    (path,) = (root / ".archive/quarantine").iterdir()
    before = path.read_bytes()
    quarantine.limits = Limits(folder=len(before) + 10)
    larger = Answer(ANSWER.url, 200, {}, b"x" * 5000)
    assert root / quarantine.keep(ARTICLE, WHY, [larger]) == path
    assert (path.read_bytes(), quarantine.not_kept) == (before, 1)


def test_refused_rows_of_a_listing_share_one_record_that_keeps_the_latest_rows(
    root: Path,
) -> None:
    with Tree(root) as tree:
        for run in range(3):
            fresh = Quarantine(tree)
            for page in range(2):
                rows = [Listed(f"../{run}/{page}/{n}", listing="http://x/") for n in range(40)]
                path = root / fresh.refuse(rows, Quarantined("bad_id", "no"))
    kept = [row.id for row in parse_rows(path.read_bytes(), path.name)]
    assert len(kept) == len(set(kept)) == MAX_ROWS
    assert kept[:80] == [f"../2/{page}/{n}" for page in range(2) for n in range(40)]
    assert kept[80:] == [f"../1/0/{n}" for n in range(20)]
    assert len(list((root / ".archive/quarantine").iterdir())) == 1


def test_two_thousand_refused_rows_are_written_once(quarantine: Quarantine, root: Path) -> None:
    rows = [Listed(f"ad?{n}", listing="http://x/") for n in range(2000)]
    path = root / quarantine.refuse(rows, Quarantined("bad_id", "no"))
    before = inode(path)
    for row in rows:
        quarantine.refuse([row], Quarantined("bad_id", "no"))
    assert inode(path) == before
