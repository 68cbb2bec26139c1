"""The date in one text, and the error of a text without a valid date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import Literal

Kind = Literal["stated", "yearless", "clock", "ago", "day"]
"""A full date and time; the same without a year; a relative day with a time; a relative time; a day alone."""


class DateError(ValueError):
    """A text has no valid date; ``reason`` is ``date``, or ``date_future`` for a date in the future."""

    def __init__(self, text: str, reason: Literal["date", "date_future"] = "date") -> None:
        super().__init__(f"{reason}: {text[:80]!r}")
        self.reason: Literal["date", "date_future"] = reason


@dataclass(frozen=True, slots=True)
class Reading:
    """The date in one text."""

    at: datetime
    """Aware, +08:00, whole seconds."""
    kind: Kind

    @property
    def precise(self) -> bool:
        """False for relative dates and days; midnight counts as a day without a time (faults D5)."""
        return self.kind in {"stated", "yearless"} and self.at.time() != time()


def full(at: datetime) -> Reading:
    """A reading with a year; midnight counts as a day."""
    return Reading(at, "day" if at.time() == time() else "stated")
