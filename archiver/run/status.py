"""The exit statuses of all commands; docs/exit-status.md says what to do about each."""

from __future__ import annotations

from enum import IntEnum


class Status(IntEnum):
    """What ``finews crawl`` exits with."""

    OK = 0
    COULD_NOT_START = 1
    USAGE = 2
    INCOMPLETE = 3
    REJECTED = 4
    SITE_CHANGED = 5
    STORAGE = 6
    LOCKED = 7
    INTERRUPTED = 8
    BROKEN = 9
