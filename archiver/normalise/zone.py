"""Beijing time, the zone of the dates in posts and in their file names."""

from __future__ import annotations

from datetime import timedelta, timezone
from typing import Final

BEIJING: Final = timezone(timedelta(hours=8), "+08:00")
"""A fixed offset: Asia/Shanghai had summer time until 1991, but dates of posts always have +08:00."""
