"""Points in time as a user types them: a day, a time, or how long ago."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

from archiver.errors import BadArgument
from archiver.normalise.zone import BEIJING
from archiver.setting_values import duration

_DAYS_AGO = {"today": 0, "今天": 0, "yesterday": 1, "昨天": 1}
_AGO = re.compile(r"\d+(?:\.\d+)?[smhd]", re.ASCII)


def moment(option: str, text: str, now: datetime) -> datetime:
    """The moment in ``text``: ``2022-02-22``, ``2022-02-22T10:00``, ``yesterday``, ``today``, ``7d``, ``6h``.

    A day begins at 00:00 Beijing time, and a time without a zone is Beijing time. ``now`` and the result are
    aware. Raises BadArgument.

    >>> moment("--since", "2d", datetime(2022, 2, 22, 18, tzinfo=BEIJING)).isoformat()
    '2022-02-20T18:00:00+08:00'
    """
    try:
        if text in _DAYS_AGO:
            day = (now.astimezone(BEIJING) - timedelta(days=_DAYS_AGO[text])).date()
            return datetime.combine(day, time(), BEIJING)
        if _AGO.fullmatch(text):
            return now - timedelta(seconds=duration(text, "s"))
        found = datetime.fromisoformat(text)
        return found if found.tzinfo else found.replace(tzinfo=BEIJING)
    except (ValueError, OverflowError) as exc:
        raise BadArgument(
            f"{option}={text!r} is not a day or time: write 2022-02-22, 2022-02-22T10:00, yesterday, 7d or 6h"
        ) from exc
