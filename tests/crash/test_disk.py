"""The model of a disk: what it keeps of a few changes when the power fails."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from tests.crash.disk import Disk, Kind, Tree
from tests.crash.recording import FOLDER, Change, FolderSynced, Named, Resized, Synced, Written

BEFORE: Tree = {"a": None, "a/old": b"old", "b": None}
OLD = 2
NEW = Named((("a/new", 9),))
TEXT = Written(9, 0, b"text")
MOVED = Named((("b/new", 9), ("a/new", None)))
GONE = Named((("a/old", None),))
DEEP = (Named((("a/c", FOLDER),)), Named((("a/c/new", 9),)), TEXT, Synced(9), FolderSynced("a/c"))

CASES: list[tuple[Kind, Sequence[Change], Tree]] = [
    ("all", [NEW, TEXT], {"a/new": b"text"}),
    ("strict", [NEW, TEXT], {}),
    ("strict", [NEW, TEXT, FolderSynced("a")], {"a/new": b""}),
    ("strict", [NEW, TEXT, Synced(9)], {}),
    ("strict", [NEW, TEXT, Synced(9), FolderSynced("b")], {}),
    ("strict", [NEW, TEXT, Synced(9), FolderSynced("a")], {"a/new": b"text"}),
    ("strict", [NEW, TEXT, Synced(9), FolderSynced("a"), Written(9, 4, b"!")], {"a/new": b"text"}),
    ("strict", [NEW, TEXT, Synced(9), FolderSynced("a"), MOVED], {"a/new": b"text"}),
    (
        "strict",
        [NEW, TEXT, Synced(9), FolderSynced("a"), MOVED, FolderSynced("b")],
        {"a/new": b"text", "b/new": b"text"},
    ),
    ("strict", [*DEEP], {}),
    ("strict", [*DEEP, FolderSynced("a")], {"a/c": None, "a/c/new": b"text"}),
    ("strict", [Written(OLD, 1, b"LD!"), Synced(OLD)], {"a/old": b"oLD!"}),
    ("strict", [Resized(OLD, 1), Synced(OLD), Resized(OLD, 3)], {"a/old": b"o"}),
    ("journal", [NEW, TEXT, Synced(9)], {"a/new": b"text"}),
    ("journal", [*DEEP], {"a/c": None, "a/c/new": b"text"}),
    ("journal", [NEW, TEXT, FolderSynced("b")], {"a/new": b""}),
]


@pytest.mark.parametrize(("kind", "changes", "changed"), CASES)
def test_the_disk_keeps_what_was_synced(kind: Kind, changes: Sequence[Change], changed: Tree) -> None:
    assert Disk(BEFORE, kind, random.Random(0)).after(changes) == {**BEFORE, **changed}


@pytest.mark.parametrize(
    ("kind", "possible"),
    [
        ("strict", [{"old"}]),
        ("journal", [{"old"}, {"old", "new"}, {"new"}]),
        ("random", [{"old"}, {"old", "new"}, {"new"}, set()]),
    ],
)
def test_the_rest_is_there_in_every_possible_part(kind: Kind, possible: list[set[str]]) -> None:
    seen = []
    for seed in range(100):
        tree = Disk(BEFORE, kind, random.Random(seed)).after([NEW, GONE])
        names = {path.removeprefix("a/") for path in tree if path.startswith("a/")}
        seen += [names] if names not in seen else []
    assert sorted(map(sorted, seen)) == sorted(map(sorted, possible))
