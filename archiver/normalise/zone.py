"""Beijing time, the zone of the dates in posts and in their file names, and the zones that dates name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta, timezone
from typing import Final

BEIJING: Final = timezone(timedelta(hours=8), "+08:00")
"""A fixed offset: Asia/Shanghai had summer time until 1991, but dates of posts always have +08:00."""

HOURS_OF_ZONE: Final[Mapping[str, int]] = {
    **dict.fromkeys(("Z", "UT", "UTC", "GMT", "Etc/UTC", "Etc/GMT"), 0),
    **dict.fromkeys(("BJT", "HKT", "SGT", "PRC", "Asia/Shanghai", "Asia/Chongqing", "Asia/Harbin"), 8),
    **dict.fromkeys(("Asia/Hong_Kong", "Asia/Macau", "Asia/Taipei", "Asia/Singapore"), 8),
    **dict.fromkeys(("JST", "KST", "Asia/Tokyo", "Asia/Seoul"), 9),
    "EST": -5,
    "EDT": -4,
    "MST": -7,
    "MDT": -6,
    "PST": -8,
    "PDT": -7,
    "CET": 1,
    "CEST": 2,
}
"""Zone → hours east of Greenwich, for zones without summer time and the names of RFC 822.

CST and CDT are not in the table, because they are the time of China or of Chicago. Zones whose offset depends
on the day are not in the table either.
"""
