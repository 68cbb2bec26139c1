"""The system calls by which a run makes posts durable, read from a log of ``strace -y``."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

ORDERED = ("fsync", "pwrite64", "renameat", "write")
MAX_CONTENT = 1 << 20
"""Bytes of one call that strace logs; no scenario writes more at once."""

_TEXT = r'"((?:[^"\\]|\\.)*)"'
_LINE = re.compile(
    rf"""
    ^(?P<process>\d+)\ +(?P<name>\w+)\(\d+<(?P<path>[^>]*)>   # a descriptor and the path of its file
    (?:,\ {_TEXT} (?:,\ \d+<(?P<folder>[^>]*)>,\ {_TEXT})?)?    # content, or the two names of a rename
    .*\ =\ \d+$                                               # calls that failed changed nothing
    """,
    re.MULTILINE | re.VERBOSE,
)


@dataclass(frozen=True)
class Call:
    name: str
    path: str
    """The file that is written, synced or, by its old path, renamed."""
    content: bytes = b""
    """Of a write."""
    target: str = ""
    """The new path of a rename."""


def calls(log: Path, process: int) -> list[Call]:
    """The successful calls of one process, in their order."""
    lines = _LINE.finditer(log.read_text("ascii"))
    return [_call(line) for line in lines if line["process"] == str(process)]


def _call(line: re.Match[str]) -> Call:
    first, second = (printed_bytes(line[group]) for group in (4, 6))
    if line["name"] == "renameat":
        return Call(
            "renameat", f"{line['path']}/{first.decode()}", target=f"{line['folder']}/{second.decode()}"
        )
    return Call(line["name"], line["path"], first)


def printed_bytes(printed: str | None) -> bytes:
    """strace escapes as C does, and Python reads those escapes."""
    value = ast.literal_eval(f'b"{printed or ""}"')
    assert isinstance(value, bytes)
    return value
