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
    pip(sys.executable, "wheel", "--no-deps", "--wheel-dir", str(folder), str(source))
    (built,) = folder.glob("*.whl")
    return built


def make_environment(python: str, folder: Path, *packages: str) -> Path:
    """An environment with these packages; returns the folder of its programs."""
    subprocess.run([python, "-m", "venv", folder], check=True, timeout=120)
    pip(str(folder / "bin/python"), "install", *packages)
    return folder / "bin"


def pip(python: str, *words: str) -> None:
    done = subprocess.run(
        [python, "-m", "pip", "--quiet", "--disable-pip-version-check", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
