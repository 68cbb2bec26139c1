"""When an article that failed is requested again, and when it is given up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Schedule:
    """The delays between the attempts for one article.

    The first failures are repeated by the next run, because most of them are short outages. After that the
    delay doubles from ten minutes to a day. An article that never becomes readable costs some 25 requests in
    two weeks, and an outage of a week loses no article.
    """

    attempts: int = 20
    """An article is given up after this number of failures."""
    days: int = 14
    """It is not given up before it has been listed for this number of days."""

    FIRST: ClassVar = timedelta(minutes=10)
    MAX_WAIT: ClassVar = timedelta(days=1)
    WAITS_FROM: ClassVar = {"deferred": 4, "quarantined": 3}
    """State → the first failure that is followed by a delay. A wrong response is more likely to stay wrong
    than a missing one is to stay missing."""

    def wait(self, state: str, attempts: int) -> timedelta:
        """The delay after the last of ``attempts`` failures."""
        doublings = attempts - self.WAITS_FROM[state]
        if doublings < 0:
            return timedelta()
        return min(self.MAX_WAIT, self.FIRST * (1 << min(doublings, 16)))

    def is_over(self, attempts: int, since: datetime, now: datetime) -> bool:
        """Whether the article is given up."""
        return attempts >= self.attempts and now - since >= timedelta(days=self.days)

    def is_due(self, due: str, now: datetime) -> bool:
        """Whether an article may be requested. A time further ahead than any delay was written with a wrong
        clock, and is ignored."""
        return not due or not timedelta() < datetime.fromisoformat(due) - now <= self.MAX_WAIT
