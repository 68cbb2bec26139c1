"""Virtual environments with the archiver installed from a wheel."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tests.crawling import PROJECT

SOURCES = ("archiver", "spiders", "pyproject.toml", "README.md", "LICENSE", "scrapy.cfg")
"""What the package is built from."""


def copy_of_the_sources(folder: Path) -> Path:
    """Without files of an earlier build."""
    folder.mkdir(parents=True)
    for name in SOURCES:
        if (PROJECT / name).is_dir():
            shutil.copytree(PROJECT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(PROJECT / name, folder)
    return folder


def build_wheel(folder: Path) -> Path:
    source = copy_of_the_sources(folder / "source")
    pip("wheel", "--no-deps", "--wheel-dir", str(folder), str(source))
    (built,) = folder.glob("*.whl")
    return built


def make_environment(python: str, folder: Path, *packages: str) -> Path:
    """An environment with these packages; returns the folder of its programs.

    To save time, it has no pip of its own, and a module is compiled when it is first imported.
    """
    subprocess.run([python, "-m", "venv", "--without-pip", folder], check=True, timeout=120)
    pip("--python", str(folder / "bin/python"), "install", "--no-compile", *packages)
    return folder / "bin"


def pip(*words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
