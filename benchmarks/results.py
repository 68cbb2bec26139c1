"""The results of a session, as plain values for a JSON file."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from benchmarks import machine

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(slots=True)
class Results:
    machine: dict[str, Any] = field(default_factory=machine.description)
    sizes: tuple[int, ...] = ()
    latencies: tuple[int, ...] = ()
    """Milliseconds."""
    server: str = ""
    contestants: dict[str, dict[str, Any]] = field(default_factory=dict)
    """For each contestant: what it does, what it reads, and the packages of its environment."""
    runs: list[dict[str, Any]] = field(default_factory=list)
    again: list[dict[str, Any]] = field(default_factory=list)
    """The runs on the first size that are repeated at the end of the session."""
    counted: list[dict[str, Any]] = field(default_factory=list)
    """From the runs whose requests are logged: requests, bytes, shares of correct fields."""
    left_out: list[dict[str, Any]] = field(default_factory=list)

    def write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
