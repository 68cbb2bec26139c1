"""A virtual environment for each contestant from another project, created when it is first needed."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_SECONDS = 900


class Unavailable(RuntimeError):
    """A contestant cannot run on this machine. The message gives the reason in one line."""


def python_for(name: str, packages: Sequence[str], folder: Path) -> str:
    """The path of a Python interpreter with these packages; without packages, of the current one.

    Raises ``Unavailable`` if a package cannot be installed.
    """
    if not packages:
        return sys.executable
    edition = hashlib.sha256("\n".join(packages).encode()).hexdigest()[:8]
    environment = folder / f"{name}-{edition}"
    python = environment.absolute() / "bin" / "python"
    if not (environment / "complete").exists():
        _call(sys.executable, "-m", "venv", str(environment))
        _call(str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages)
        (environment / "complete").touch()
    return str(python)


def versions(python: str) -> dict[str, str]:
    listed = subprocess.run(
        [python, "-m", "pip", "list", "--format=json", "--disable-pip-version-check"],
        capture_output=True,
        text=True,
        check=True,
    )
    return {row["name"]: row["version"] for row in json.loads(listed.stdout)}


def _call(*command: str) -> None:
    try:
        subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=True)
    except subprocess.TimeoutExpired as error:
        raise Unavailable(f"the installation took more than {_SECONDS} s") from error
    except subprocess.CalledProcessError as error:
        raise Unavailable(f"the installation failed: {' '.join(error.stderr.split())[-300:]}") from error
