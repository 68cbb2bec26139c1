"""The tables of faults contain every row once, and the tests that they name exist."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest

from tests.crawling import PROJECT

TABLES = {
    "network.md": {"N": 45, "Q": 18, "E": 18, "P": 18, "L": 10},
    "content.md": {"C": 24, "D": 13, "H": 12, "I": 18, "S": 44, "X": 21},
}
"""File below ``docs/faults/`` → group → number of rows."""

COLUMNS = ["row", "what happens", "how it ends", "test"]

_CELLS = re.compile(r"(?<!\\)\|")
_ROW = re.compile(r"[A-Z]\d+")
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def lines(name: str) -> list[list[str]]:
    """The cells of every line of every table."""
    written = (PROJECT / "docs" / "faults" / name).read_text(encoding="utf-8").splitlines()
    return [[cell.strip() for cell in _CELLS.split(line)[1:-1]] for line in written if line.startswith("|")]


def rows(name: str) -> list[list[str]]:
    return [cells for cells in lines(name) if _ROW.fullmatch(cells[0])]


@cache
def functions(path: str) -> set[str]:
    tree = ast.parse((PROJECT / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("name", TABLES)
def test_every_row_exists_once(name: str) -> None:
    expected = [f"{group}{number}" for group, count in TABLES[name].items() for number in range(1, count + 1)]
    assert [cells[0] for cells in rows(name)] == expected


@pytest.mark.parametrize("name", TABLES)
def test_every_table_has_the_same_columns(name: str) -> None:
    heads = [cells for cells in lines(name) if not _ROW.fullmatch(cells[0]) and not cells[0].startswith("-")]
    assert heads == [COLUMNS] * len(TABLES[name])


@pytest.mark.parametrize("name", TABLES)
def test_every_row_names_a_test_or_explains_why_it_has_none(name: str) -> None:
    for cells in rows(name):
        assert len(cells) == len(COLUMNS), cells
        assert all(cells), cells
        assert _TEST.search(cells[3]) or len(cells[3].split()) >= 4, cells


@pytest.mark.parametrize("name", TABLES)
def test_every_named_test_exists(name: str) -> None:
    for cells in rows(name):
        named = _TEST.findall(cells[3])
        assert cells[3].count("::") == len(named), cells
        for path, function in named:
            assert (PROJECT / path).is_file(), cells
            assert function in functions(path), cells
