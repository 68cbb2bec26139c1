"""The changes that a run makes below a folder, read from a log of ``strace -f -y``: which file each call
changed, and what was synced when."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.crash.calls import printed_bytes

FOLDER = -1
"""Stands for a folder in place of the number of a file."""


@dataclass(frozen=True, slots=True)
class Written:
    """Bytes of a file that were replaced or appended."""

    file: int
    at: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Resized:
    file: int
    size: int


@dataclass(frozen=True, slots=True)
class Named:
    """Entries of folders that one call changed: path → file, ``FOLDER``, or None if the path was removed."""

    entries: tuple[tuple[str, int | None], ...]


@dataclass(frozen=True, slots=True)
class Synced:
    """fsync or fdatasync of a file."""

    file: int


@dataclass(frozen=True, slots=True)
class FolderSynced:
    path: str


@dataclass(frozen=True, slots=True)
class Noted:
    """A line that the run wrote into the file of notes: see ``power_scenarios``."""

    text: str


Change = Written | Resized | Named | Synced | FolderSynced | Noted

_NAME = r'"((?:[^"\\]|\\.)*)"'
_AT = rf"(?:AT_FDCWD|\d+)<([^>]*)>,\ {_NAME}"
_DESCRIPTOR = r"(\d+)<([^>]*)>"
_FORMS = {
    "openat": rf"{_AT},\ (?P<flags>[A-Z_|]+).*\ =\ {_DESCRIPTOR}$",
    "write": rf"{_DESCRIPTOR},\ {_NAME},\ \d+\)\ +=\ (\d+)$",
    "pwrite64": rf"{_DESCRIPTOR},\ {_NAME},\ \d+,\ (\d+)\)\ +=\ (\d+)$",
    "ftruncate": rf"{_DESCRIPTOR},\ (\d+)\)\ +=\ 0$",
    "fsync": rf"{_DESCRIPTOR}\)\ +=\ 0$",
    "fdatasync": rf"{_DESCRIPTOR}\)\ +=\ 0$",
    "renameat": rf"{_AT},\ {_AT}\)\ +=\ 0$",
    "unlinkat": rf"{_AT},\ .*\)\ +=\ 0$",
    "unlink": rf"{_NAME}\)\ +=\ 0$",
    "rmdir": rf"{_NAME}\)\ +=\ 0$",
    "mkdir": rf"{_NAME},\ \d+\)\ +=\ 0$",
    "sendfile": rf"{_DESCRIPTOR},.*$",
    "mkdirat": rf"{_AT},\ \d+\)\ +=\ 0$",
}
"""Call → its arguments and its result, if it was successful."""
_PATTERNS = {call: re.compile(form, re.VERBOSE) for call, form in _FORMS.items()}
_LINE = re.compile(r"(?P<process>\d+) +(?P<call>\w+)\((?P<rest>.*)$", re.MULTILINE)
_HARMLESS = {"fchmod"}
"""Modes do not matter here."""


class Recording:
    """Translates the calls of one or several runs, in their order, into changes of numbered files.

    ``names`` are the paths below ``folder`` before the run, and the files that they name. At most ``earlier``
    other files had a number.
    """

    def __init__(self, folder: Path, notes: Path, names: Mapping[str, int], earlier: int = 0) -> None:
        self.names = dict(names)
        self._folder = f"{folder}/"
        self._notes = str(notes)
        self._next = max(names.values(), default=0) + earlier
        self._positions: dict[tuple[str, str], int] = {}
        """Process and descriptor → where its next ``write`` begins."""

    def changes(self, log: str) -> Iterator[Change]:
        for line in _LINE.finditer(log):
            call, rest = line["call"], line["rest"]
            if self._folder[:-1] not in rest and self._notes not in rest:
                continue
            assert call in _PATTERNS or call in _HARMLESS, f"a call that is not understood: {line[0][:200]}"
            found = _PATTERNS[call].match(rest) if call in _PATTERNS else None
            if found:
                yield from getattr(self, f"_{call}")(line["process"], *found.groups())
            else:
                assert call in _HARMLESS or re.search(r"\) += -1 E", rest), line[0][:200]

    def _below(self, *parts: str) -> str:
        """The path below the folder; empty for a path outside it."""
        path = "/".join(parts) if not parts[-1].startswith("/") else parts[-1]
        return path.removeprefix(self._folder) if path.startswith(self._folder) else ""

    def _named(self, *entries: tuple[str, int | None]) -> Iterator[Change]:
        entries = tuple(entry for entry in entries if entry[0])
        for path, file in entries:
            if file is None:
                self.names.pop(path, None)
            else:
                self.names[path] = file
        if entries:
            yield Named(entries)

    def _openat(
        self, process: str, _folder: str, _name: str, flags: str, descriptor: str, opened: str
    ) -> Iterator[Change]:
        self._positions[process, descriptor] = 0
        path = self._below(opened)
        if path and path not in self.names:
            assert "O_CREAT" in flags, f"{path} is opened and was never created"
            self._next += 1
            yield from self._named((path, self._next))
        elif path and "O_TRUNC" in flags:
            yield Resized(self.names[path], 0)

    def _write(
        self, process: str, descriptor: str, opened: str, content: str, count: str
    ) -> Iterator[Change]:
        written = printed_bytes(content)
        assert len(written) == int(count), f"strace did not log everything that was written to {opened}"
        if opened == self._notes:
            yield from map(Noted, written.decode().splitlines())
        elif file := self.names.get(self._below(opened)):
            at = self._positions[process, descriptor]
            self._positions[process, descriptor] = at + len(written)
            yield Written(file, at, written)

    def _pwrite64(
        self, _process: str, _descriptor: str, opened: str, content: str, at: str, count: str
    ) -> Iterator[Change]:
        written = printed_bytes(content)
        assert len(written) == int(count), f"strace did not log everything that was written to {opened}"
        if file := self.names.get(self._below(opened)):
            yield Written(file, int(at), written)

    def _ftruncate(self, _process: str, _descriptor: str, opened: str, size: str) -> Iterator[Change]:
        if file := self.names.get(self._below(opened)):
            yield Resized(file, int(size))

    def _fsync(self, _process: str, _descriptor: str, opened: str) -> Iterator[Change]:
        file = self.names.get(self._below(opened))
        if file == FOLDER or f"{opened}/" == self._folder:
            yield FolderSynced(self._below(opened))
        elif file:
            yield Synced(file)

    _fdatasync = _fsync

    def _renameat(
        self, _process: str, old_folder: str, old: str, new_folder: str, new: str
    ) -> Iterator[Change]:
        source, target = self._below(old_folder, old), self._below(new_folder, new)
        yield from self._named((target, self.names[source]), (source, None))

    def _unlink(self, _process: str, *path: str) -> Iterator[Change]:
        yield from self._named((self._below(*path), None))

    _unlinkat = _rmdir = _unlink

    def _mkdir(self, _process: str, *path: str) -> Iterator[Change]:
        yield from self._named((self._below(*path), FOLDER))

    _mkdirat = _mkdir

    def _sendfile(self, _process: str, _descriptor: str, opened: str) -> Iterator[Change]:
        assert not self._below(opened), f"{opened} is written by sendfile, which this module cannot read"
        yield from ()
