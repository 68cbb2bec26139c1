"""When an article that failed is asked for again, and when it is given up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Schedule:
    """Most first failures are outages, which the next run of a cron job finds over.

    After them the wait doubles from ten minutes to a day. An article that never becomes readable costs some
    25 requests in two weeks, and a site that is down for a week loses nothing.
    """

    attempts: int = 20
    """An article is given up after so many failures, and …"""
    days: int = 14
    """… not before so many days have passed since it was first listed."""

    FIRST: ClassVar = timedelta(minutes=10)
    MAX_WAIT: ClassVar = timedelta(days=1)
    WAITS_FROM: ClassVar = {"deferred": 4, "quarantined": 3}
    """The number of failures from which on there is a wait. A wrong answer is more likely to stay wrong than
    a missing one is to stay missing."""

    def wait(self, state: str, attempts: int) -> timedelta:
        """The time between the last of ``attempts`` failures and the next request."""
        doublings = attempts - self.WAITS_FROM[state]
        if doublings < 0:
            return timedelta()
        return min(self.MAX_WAIT, self.FIRST * (1 << min(doublings, 16)))

    def is_over(self, attempts: int, since: datetime, now: datetime) -> bool:
        """Whether the article is given up."""
        return attempts >= self.attempts and now - since >= timedelta(days=self.days)

    def is_due(self, due: str, now: datetime) -> bool:
        """A time further ahead than any wait was written by a clock that was wrong: the article is due."""
        return not due or not timedelta() < datetime.fromisoformat(due) - now <= self.MAX_WAIT
