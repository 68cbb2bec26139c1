"""Components with a bug, to see what a bug does to a run."""

from __future__ import annotations

from typing import Any


class RaisesOnEveryThird:
    def __init__(self) -> None:
        self._count = 0

    def process_item(self, item: Any) -> Any:
        self._count += 1
        if self._count % 3 == 0:
            raise ValueError("a bug")
        return item


class CannotBeBuilt:
    def __init__(self) -> None:
        raise ValueError("a bug in the constructor")
