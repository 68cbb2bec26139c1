"""Every imported distribution is declared, and every declared one is imported and has version bounds."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

from tests.crawling import PROJECT

SOURCES = [*PROJECT.glob("archiver/**/*.py"), *PROJECT.glob("spiders/*.py")]
OURS = {"archiver", "spiders"}
LATER_PYTHONS = {"compression"}
"""Modules that are in the standard library since Python 3.14, which needs no backports.zstd."""

DECLARED: list[str] = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["dependencies"]


def distribution(text: str) -> str:
    """The normalised name of a requirement or a distribution (PEP 503)."""
    name = re.match(r"[A-Za-z0-9._-]+", text)
    assert name, text
    return re.sub(r"[-_.]+", "-", name[0]).lower()


def modules(path: Path) -> set[str]:
    """The first two parts of every imported module name, because several distributions contain ``backports``."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {".".join(name.split(".")[:2]) for name in found}


def imported() -> set[str]:
    """The distributions whose modules are imported."""
    known, found = packages_distributions(), set()
    for name in set().union(*map(modules, SOURCES)):
        top = name.split(".")[0]
        if top in OURS | LATER_PYTHONS or top in sys.stdlib_module_names:
            continue
        found.add(name if top == "backports" else known[top][0])
    return {distribution(name) for name in found}


def test_every_imported_distribution_is_declared() -> None:
    assert imported() <= set(map(distribution, DECLARED))


def test_every_declared_distribution_is_imported() -> None:
    unused = set(map(distribution, DECLARED)) - imported()
    assert unused == {"itemadapter"}, "declared at the user's request"


def test_every_dependency_has_a_lower_and_an_upper_bound() -> None:
    bounds = [re.sub(r"^[A-Za-z0-9._-]+|;.*", "", text).strip() for text in DECLARED]
    assert [text for text in bounds if not re.fullmatch(r"==[\d.]+|>=[\d.]+,<[\d.]+", text)] == []


def test_imports_are_found() -> None:
    assert {"scrapy", "aiohttp", "lxml", "backports-zstd"} <= imported()
