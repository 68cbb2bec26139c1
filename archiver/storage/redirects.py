"""The list of addresses that have changed: ``from`` and ``to`` of each, for web servers and for Jekyll."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Mapping

from archiver.errors import StorageError
from archiver.storage.files import Tree

REDIRECTS = "_data/redirects.csv"
"""Jekyll reads it as ``site.data.redirects``."""

_COLUMNS = ["from", "to"]


def known(tree: Tree) -> dict[str, str]:
    """Old address → new address; empty if there is no list. Raises StorageError if it cannot be read."""
    if not tree.exists(REDIRECTS):
        return {}
    try:
        head, *rows = csv.reader(io.StringIO(tree.read(REDIRECTS).decode("utf-8-sig")), strict=True)
        if head != _COLUMNS:
            raise ValueError("its first line is not from,to")
        return {old: new for old, new in filter(None, rows)}  # noqa: C416 - checks that each row has two cells
    except (ValueError, csv.Error) as exc:
        raise StorageError(
            f"{tree.root / REDIRECTS} is not a list of redirects: {exc}; correct it or move it away"
        ) from exc


def composed(
    earlier: Mapping[str, str], moved: Mapping[str, str], in_use: Collection[str] = ()
) -> dict[str, str]:
    """All redirects after a move, each to an address that has not moved.

    An address that is in use again is not redirected, so no redirect leads to itself or in a circle.

    >>> composed({"/a": "/b"}, {"/b": "/c"})
    {'/a': '/c', '/b': '/c'}
    >>> composed({"/a": "/b"}, {"/b": "/a"})
    {'/b': '/a'}
    """
    both = {old: moved.get(new, new) for old, new in earlier.items()} | dict(moved)
    in_use = {*in_use, *moved.values()}
    return {old: new for old, new in both.items() if old not in in_use}


def add(tree: Tree, moved: Mapping[str, str], in_use: Collection[str]) -> None:
    """Adds addresses that have moved; doing it again changes nothing. ``in_use``: others that have a page."""
    before = known(tree)
    after = composed(before, {old: new for old, new in moved.items() if old != new}, in_use)
    if after != before:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([_COLUMNS, *sorted(after.items())])
        tree.publish(REDIRECTS, text.getvalue().encode("utf-8"))
