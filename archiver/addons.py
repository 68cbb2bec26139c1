"""What one setting turns on together."""

from __future__ import annotations

import logging
from typing import Any

from scrapy.logformatter import LogFormatter
from scrapy.settings import SETTINGS_PRIORITIES, BaseSettings

from archiver.errors import BadArgument

_OVER_THE_PROJECT = SETTINGS_PRIORITIES["project"] + 1
"""And under the command line."""

MIRROR: dict[str, Any] = {
    "DOWNLOAD_DELAY": 0,
    "AUTOTHROTTLE_ENABLED": False,
    "CONCURRENT_REQUESTS": 16,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 16,
}
"""As fast as it goes: for a mirror of one's own, never for somebody's site."""


class Pace:
    """``ARCHIVER_PROFILE``: empty for politeness, ``mirror`` for speed."""

    def update_settings(self, settings: BaseSettings) -> None:
        name = settings["ARCHIVER_PROFILE"]
        if name not in ("", "mirror"):
            raise BadArgument(f"ARCHIVER_PROFILE={name!r} is not known: leave it out, or write mirror")
        if name == "mirror":
            settings.setdict(MIRROR, _OVER_THE_PROJECT)


class Quiet:
    """What only the log shows is not made where LOG_LEVEL keeps it out: two records for every article."""

    def update_settings(self, settings: BaseSettings) -> None:
        shown = logging.getLevelNamesMapping().get(str(settings["LOG_LEVEL"]).upper(), logging.NOTSET)
        if shown > logging.DEBUG:
            settings.set("LOG_FORMATTER", NothingOfPages, _OVER_THE_PROJECT)
        if shown > logging.INFO:
            settings.set("LOGSTATS_INTERVAL", 0, _OVER_THE_PROJECT)


class NothingOfPages(LogFormatter):
    """No word of what went well; the report counts it."""

    def crawled(self, *_: Any) -> None:  # type: ignore[override]  # Scrapy takes None for "no record"
        return None

    def scraped(self, *_: Any) -> None:  # type: ignore[override]  # here too
        return None
