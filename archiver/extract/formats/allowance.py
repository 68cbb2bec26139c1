"""The work that reading one page may take in the process of the run."""

from __future__ import annotations

from math import inf

IN_PROCESS = 16e6
"""The allowance of a page that is read in the process of the run: at most some 0.4 s, on most pages 1 ms."""


class TooMuchWork(Exception):
    """The page may take longer than the allowance permits: it must be read in another process."""


class Allowance:
    """``units`` of some 25 ns; without an argument, any page may be read."""

    __slots__ = ("left",)

    def __init__(self, units: float = inf) -> None:
        self.left = units

    @property
    def is_limited(self) -> bool:
        return self.left < inf

    def spend(self, units: float) -> None:
        """Raises TooMuchWork if less than that is left."""
        self.left -= units
        if self.left < 0:
            raise TooMuchWork
