"""The code uses no private names of Scrapy, Twisted or aiohttp, which change without notice."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crawling import PROJECT

SOURCES = sorted([*PROJECT.glob("archiver/**/*.py"), *PROJECT.glob("spiders/*.py")])
LIBRARIES = ("scrapy", "twisted", "aiohttp")

DOCUMENTED = {
    "_exit": "os: the documented way to end the process without waiting for threads",
    "_replace": "named tuples: all their methods begin with an underscore, so that fields may have any name",
    "_Element": "lxml: the only name of its elements' class",
}
"""Attributes that are documented although their names begin with an underscore."""


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.endswith("__")


def imports(tree: ast.AST) -> Iterator[str]:
    """Imported private names of the libraries, and names imported from their private modules."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            if name.split(".")[0] in LIBRARIES and any(map(is_private, name.split("."))):
                yield name


def attributes(tree: ast.AST) -> Iterator[str]:
    """Private attributes of any object except ``self`` and ``cls``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and is_private(node.attr):
            owner = ast.unparse(node.value)
            if owner not in ("self", "cls", "super()") and node.attr not in DOCUMENTED:
                yield f"{owner}.{node.attr}"


@pytest.mark.parametrize("path", [str(path.relative_to(PROJECT)) for path in SOURCES])
def test_sources_use_only_public_names_of_libraries(path: str) -> None:
    tree = ast.parse((PROJECT / path).read_text(encoding="utf-8"))
    assert [*imports(tree)] == []
    assert [*attributes(tree)] == []


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import scrapy._x", ["scrapy._x"]),
        ("from scrapy.core._aiohttp import Handler", ["scrapy.core._aiohttp.Handler"]),
        ("from aiohttp import _x, ClientSession", ["aiohttp._x"]),
        ("from scrapy import __version__\nimport _thread\nfrom typing import _T", []),
        ("session._retry = self._x = cls._y = a.b._c", ["session._retry", "a.b._c"]),
        ("super()._x()\nself.a._b", ["self.a._b"]),
    ],
)
def test_the_check_finds_private_names(code: str, expected: list[str]) -> None:
    tree = ast.parse(code)
    assert [*imports(tree), *attributes(tree)] == expected


def test_the_check_reads_all_sources() -> None:
    assert Path(PROJECT / "archiver/fetch/handler.py") in SOURCES
    assert len(SOURCES) > 50
