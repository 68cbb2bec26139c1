"""What an honest disk may hold after a power cut: everything that was synced, and some of the rest."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Literal

from tests.crash.recording import FOLDER, Change, FolderSynced, Named, Resized, Synced, Written

Kind = Literal["strict", "journal", "random", "all"]
KINDS: tuple[Kind, ...] = ("strict", "journal", "random", "all")
"""What is on the disk beside what was synced.

``strict``: nothing. The content of a file is synced by fsync of the file, its name by fsync of its folder.
``journal``: as ext4, XFS and btrfs do: any fsync makes all earlier changes of names durable, and of the later ones
the first few are; of contents only what was synced.
``random``: any of the other changes, also a part of a write.
``all``: everything: the process was killed, and the machine went on.
"""

Tree = Mapping[str, bytes | None]
"""Path → content; None for a folder."""


def tree_of(folder: Path) -> dict[str, bytes | None]:
    """Everything below a folder."""
    paths = sorted(folder.rglob("*"))
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None for path in paths}


def lay(tree: Tree, folder: Path) -> None:
    """Makes these files and folders, in place of what is there."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for path in sorted(tree):
        content = tree[path]
        if content is None:
            (folder / path).mkdir()
        else:
            (folder / path).write_bytes(content)


def numbered(tree: Tree) -> dict[str, int]:
    """Path → a number for each file."""
    return {
        path: FOLDER if content is None else number for number, (path, content) in enumerate(tree.items(), 1)
    }


@dataclass
class Disk:
    """``before`` is what is there, durable, before the first change."""

    before: Tree
    kind: Kind
    dice: random.Random
    names: dict[str, int] = field(init=False)
    """The durable names."""
    contents: dict[int, bytearray] = field(init=False)
    """The durable contents."""

    def __post_init__(self) -> None:
        self.names = numbered(self.before)
        self.contents = {
            self.names[path]: bytearray(content)
            for path, content in self.before.items()
            if content is not None
        }
        self._names_left: list[Named] = []
        self._contents_left: dict[int, list[Written | Resized]] = {}

    def after(self, changes: Iterable[Change]) -> Tree:
        """The disk when the power fails after these changes."""
        for change in changes:
            self._make(change)
        self._keep_some()
        return {
            path: self._content(file) for path, file in sorted(self.names.items()) if self._is_reachable(path)
        }

    def _make(self, change: Change) -> None:
        match change:
            case Named():
                self._names_left.append(change)
            case Written() | Resized():
                self._contents_left.setdefault(change.file, []).append(change)
            case Synced():
                self._write(change.file, self._contents_left.pop(change.file, []))
                if self.kind == "journal":
                    self._commit_names()
            case FolderSynced() if self.kind == "journal":
                self._commit_names()
            case FolderSynced():
                self._commit_folder(change.path)

    def _keep_some(self) -> None:
        """Decides which of the changes that were not synced are on the disk."""
        names, contents, dice = self._names_left, self._contents_left, self.dice
        if self.kind == "strict":
            return
        if self.kind == "journal":
            names, contents = names[: dice.randint(0, len(names))], {}
        elif self.kind == "random":
            share = dice.choice((0.1, 0.5, 0.9))
            names = [change for change in names if dice.random() < share]
            contents = {
                file: [self._torn(change) for change in changes if dice.random() < share]
                for file, changes in contents.items()
            }
        for change in names:
            self._name(change.entries)
        for file, changes in contents.items():
            self._write(file, changes)

    def _torn(self, change: Written | Resized) -> Written | Resized:
        """Sometimes only the first sectors of a write."""
        if isinstance(change, Resized) or self.dice.random() < 0.7:
            return change
        sectors = self.dice.randint(0, len(change.content) // 512)
        return Written(change.file, change.at, change.content[: sectors * 512])

    def _commit_names(self) -> None:
        for change in self._names_left:
            self._name(change.entries)
        self._names_left = []

    def _commit_folder(self, folder: str) -> None:
        """Makes the entries of one folder durable; a rename between two folders then is half done."""
        left = []
        for change in self._names_left:
            here = [entry for entry in change.entries if _parent(entry[0]) == folder]
            self._name(here)
            if rest := tuple(entry for entry in change.entries if entry not in here):
                left.append(Named(rest))
        self._names_left = left

    def _name(self, entries: Sequence[tuple[str, int | None]]) -> None:
        for path, file in entries:
            if file is None:
                self.names.pop(path, None)
            else:
                self.names[path] = file

    def _write(self, file: int, changes: Iterable[Written | Resized]) -> None:
        content = self.contents.setdefault(file, bytearray())
        for change in changes:
            end = change.size if isinstance(change, Resized) else change.at + len(change.content)
            content.extend(bytes(max(0, end - len(content))))
            if isinstance(change, Resized):
                del content[end:]
            else:
                content[change.at : end] = change.content

    def _content(self, file: int) -> bytes | None:
        return None if file == FOLDER else bytes(self.contents.get(file, b""))

    def _is_reachable(self, path: str) -> bool:
        """Whether every folder above the path is on the disk."""
        return all(self.names.get(str(above)) == FOLDER for above in list(PurePath(path).parents)[:-1])


def _parent(path: str) -> str:
    return path.rpartition("/")[0]
