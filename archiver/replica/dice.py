"""Pseudo-random numbers from a key: the same key gives the same numbers on any machine and Python version."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")

_MASK = (1 << 64) - 1


def mix(*values: int) -> int:
    """A 64-bit hash of the given integers. It applies the finaliser of splitmix64 once for each value."""
    state = 0x9E3779B97F4A7C15
    for value in values:
        state = (state + value * 0x9E3779B97F4A7C15) & _MASK
        state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & _MASK
        state ^= state >> 31
    return state


class Dice:
    """A random number generator for one key.

    It uses only ``Random.random``, because this is the only method whose results Python promises not to
    change.
    """

    __slots__ = ("roll",)

    def __init__(self, *key: int) -> None:
        self.roll = Random(mix(*key)).random  # noqa: S311 - invented text, no secrets

    def below(self, limit: int) -> int:
        return int(self.roll() * limit)

    def between(self, low: int, high: int) -> int:
        """Both ends are included."""
        return low + int(self.roll() * (high - low + 1))

    def chance(self, probability: float) -> bool:
        return self.roll() < probability

    def pick(self, choices: Sequence[T]) -> T:
        return choices[int(self.roll() * len(choices))]
