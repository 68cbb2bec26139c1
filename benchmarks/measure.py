"""One run of one command: wall and CPU seconds of its whole process tree, peak RSS and printed output."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PROJECT = Path(__file__).parents[1]
_LAUNCHER = Path(__file__).with_name("launcher.py")


@dataclass(frozen=True, slots=True)
class Figures:
    wall: float
    user: float
    system: float
    peak_rss: int
    """Bytes. If there are several processes, the value of the largest."""
    written: int
    """Bytes written to the disk, in whole pages. 0 on a file system in memory."""
    status: int
    """The exit status. It is negative for a signal, as in ``subprocess``."""
    stdout: str
    stderr: str

    @property
    def measured(self) -> dict[str, float]:
        """The measured figures by name, for the results."""
        names = ("wall", "user", "system", "peak_rss", "written")
        return {name: getattr(self, name) for name in names}

    @property
    def cpu(self) -> float:
        return self.user + self.system


def run(command: Sequence[str], environment: Mapping[str, str], scratch: Path, seconds: int) -> Figures:
    """Runs the command in the project's folder for at most ``seconds``. ``scratch`` is a new folder."""
    figures, stdout, stderr = (scratch / name for name in ("figures.json", "stdout", "stderr"))
    with stdout.open("wb") as out, stderr.open("wb") as err:
        subprocess.run(
            [sys.executable, "-I", "-S", str(_LAUNCHER), str(figures), str(seconds), *command],
            cwd=PROJECT,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            check=True,
        )
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in (stdout, stderr)]
    return Figures(**json.loads(figures.read_text(encoding="utf-8")), stdout=texts[0], stderr=texts[1])
