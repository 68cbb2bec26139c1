"""The rooms (sub-packages and modules) of the package: allowed imports, maximum sizes, and their tests."""

from __future__ import annotations

import ast
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
FILES = sorted([*(PROJECT / "archiver").rglob("*.py"), *(PROJECT / "spiders").rglob("*.py")])

PURE = {"extract.formats", "extract", "normalise", "posts", "derive"}
"""Rooms that use no Scrapy, no disk, no network and no clock."""

IMPORTS: dict[str, set[str]] = {
    "safe_text": set(),
    "errors": {"safe_text"},
    "items": {"errors"},
    "terminal": {"safe_text"},
    "setting_values": {"errors"},
    "scrapy_settings": {"errors", "setting_values"},
    "options": {"errors", "setting_values", "scrapy_settings"},
    "normalise": {"errors", "items"},
    "extract.formats": {"errors", "normalise"},
    "sites": {"errors", "items", "extract.formats", "normalise"},
    "extract": {"errors", "items", "sites", "extract.formats", "normalise"},
    "posts": {"errors", "items", "sites", "normalise"},
    "derive": {"errors", "items", "sites", "extract", "normalise", "posts"},
    "storage": {"safe_text", "errors", "items", "normalise"},
    "fetch": {
        *("safe_text", "errors", "items", "sites", "extract", "extract.formats"),
        *("setting_values", "scrapy_settings"),
    },
    "publish": {"errors", "items", "sites", "normalise", "posts", "storage"},
    "audit": {"errors", "items", "sites", "normalise", "posts", "derive", "storage", "publish"},
    "run": {
        *("safe_text", "errors", "items", "sites", "extract", "extract.formats", "options", "terminal"),
        *("fetch", "storage", "publish"),
    },
    "pipelines": {"errors", "items", "sites", "terminal", "derive", "posts", "storage", "publish", "run"},
    "trying": {
        *("safe_text", "errors", "items", "sites", "extract", "extract.formats", "normalise", "derive"),
        *("terminal", "fetch", "run"),
    },
    "__main__": {"errors", "terminal"},
    "addons": {"errors", "options", "terminal"},
    "settings": {"options"},
    "replica": set(),
    "commands": {
        *("safe_text", "errors", "options", "terminal", "normalise", "sites", "storage", "publish", "audit"),
        *("run", "replica", "setting_values", "trying"),
    },
    "spiders": {
        *("errors", "items", "sites", "extract", "normalise", "terminal", "fetch", "run", "storage"),
        *("setting_values", "trying"),
    },
}
"""Room → the other rooms that it may import."""

_NETWORK = {"scrapy", "twisted", "aiohttp", "socket", "urllib.request"}
_WORLD = _NETWORK | {"os", "pathlib", "sqlite3", "time", "asyncio", "tempfile"}
FOREIGN: dict[str, set[str]] = {
    **dict.fromkeys(PURE, _WORLD),
    "storage": _NETWORK,
    "publish": _NETWORK,
    "audit": _NETWORK,
    "fetch": {"sqlite3", "pathlib"},
}
"""Room → modules from outside the project that it must not import."""


def room_of(module: str) -> str:
    """``archiver.extract.formats.html`` → ``extract.formats``."""
    parts = module.split(".")
    if parts[0] == "spiders":
        return "spiders"
    if parts[1:3] == ["extract", "formats"]:
        return "extract.formats"
    return parts[1] if len(parts) > 1 else ""


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(PROJECT).with_suffix("").parts).removesuffix(".__init__")


def imports_of(path: Path) -> Iterator[str]:
    """Every module that a file imports, ``from archiver.storage import files`` as ``archiver.storage.files``."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            base = f"{node.module}"
            for alias in node.names:
                name = f"{base}.{alias.name}"
                yield name if is_module(name) else base


def is_module(name: str) -> bool:
    path = PROJECT.joinpath(*name.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file()


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_a_room_imports_only_allowed_rooms(path: Path) -> None:
    here = room_of(module_of(path))
    if not here:
        return  # archiver/__init__.py
    assert here in IMPORTS, f"{here} is a new room: add it to IMPORTS with the rooms that it may import"
    for name in imports_of(path):
        top = name.partition(".")[0]
        if top in ("archiver", "spiders"):
            there = room_of(name)
            assert there in {here, "", *IMPORTS[here]}, f"{here} must not import {name}"
        else:
            forbidden = {other for other in FOREIGN.get(here, ()) if f"{name}.".startswith(f"{other}.")}
            assert not forbidden, f"{here} must not import {name}"


def test_the_imports_of_rooms_have_no_cycle() -> None:
    order: list[str] = []
    while len(order) < len(IMPORTS):
        free = [room for room, below in IMPORTS.items() if room not in order and below <= set(order)]
        assert free, f"an import cycle among {set(IMPORTS) - set(order)}"
        order += free


def functions() -> Iterator[tuple[str, int]]:
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert node.end_lineno
                yield f"{module_of(path)}.{node.name}", node.end_lineno - node.lineno + 1


MAX_LINES = 350


def test_functions_are_short() -> None:
    lengths = sorted(length for _, length in functions())
    assert statistics.median(lengths) <= 8
    assert statistics.quantiles(lengths, n=20)[-1] <= 20


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_a_module_is_not_too_long(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= MAX_LINES


END_TO_END = {"benchmarks", "crash", "crawls", "faults"}
"""Folders with tests of whole programs; every other folder has the name of the room that it tests."""


def test_tests_mirror_the_package() -> None:
    for path in (PROJECT / "tests").rglob("test_*.py"):
        folder = path.relative_to(PROJECT / "tests").parent
        if folder.parts and folder.parts[0] not in END_TO_END:
            room = PROJECT / folder if folder.parts[0] == "spiders" else PROJECT / "archiver" / folder
            assert room.is_dir(), f"{path}: there is no {room}"


ERRANDS = [
    "a wrong date",
    "a site that changed, or a new one",
    "a new listing format",
    "a retry that is too eager",
    "a message of the report",
    "the index in another database",
    "a new command",
    "a new front-matter key, another footer",
]


def test_every_errand_in_the_architecture_names_existing_files() -> None:
    text = (PROJECT / "docs/architecture.md").read_text(encoding="utf-8").partition("## Errands")[2]
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if "`" in line
    ]
    assert {row[0] for row in rows} >= set(ERRANDS)
    for errand, place, tests in rows:
        paths = [part for cell in (place, tests) for part in cell.split("`") if "/" in part]
        assert len(paths) >= 2, errand
        for path in paths:
            assert (PROJECT / path).is_file(), f"{errand}: {path}"
