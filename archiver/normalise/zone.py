"""Beijing time, in which posts and their names are dated."""

from __future__ import annotations

from datetime import timedelta, timezone
from typing import Final

BEIJING: Final = timezone(timedelta(hours=8), "+08:00")
"""Fixed: Asia/Shanghai had summer time until 1991, but posts are always dated in +08:00."""
