"""Add-ons of Scrapy: they change settings before any other component reads one."""

from __future__ import annotations

import logging
from typing import Any

from scrapy.exceptions import UsageError
from scrapy.settings import SETTINGS_PRIORITIES, BaseSettings

from archiver import options
from archiver.errors import BadArgument
from archiver.terminal import tell, use_safe_log

_OVER_THE_PROJECT = SETTINGS_PRIORITIES["project"] + 1
"""Higher priority than the settings of the project, lower than the command line."""

FULL: dict[str, Any] = {
    "DOWNLOAD_DELAY": 0,
    "AUTOTHROTTLE_ENABLED": False,
    "CONCURRENT_REQUESTS": 16,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 16,
}
"""As fast as possible: only for a copy of the site on your own server, never for somebody else's site."""


class WrongSettings(UsageError, SystemExit):
    """Ends a command of Scrapy's own with exit status 2. A script may catch it as a UsageError.

    Scrapy's command line catches no error while it makes its crawler process, where it sets up the log.
    """

    code = 2


class CheckedOptions:
    """Refuses wrong settings before the archive is opened, and gives components plain values."""

    @classmethod
    def update_pre_crawler_settings(cls, settings: BaseSettings) -> None:
        """Called before the log is set up, which fails with some wrong settings. Raises WrongSettings."""
        use_safe_log()
        try:
            options.apply(settings)
        except BadArgument as exc:
            tell(f"error: {exc}")
            raise WrongSettings(str(exc), print_help=False) from None

    def update_settings(self, settings: BaseSettings) -> None:
        """Raises UsageError, which most commands of Scrapy turn into one sentence and exit status 2."""
        use_safe_log()
        try:
            options.apply(settings)
        except BadArgument as exc:
            raise UsageError(str(exc), print_help=False) from exc


class Pace:
    """Applies ``ARCHIVER_PACE``: ``polite``, the values of settings.py, or ``full`` speed."""

    def update_settings(self, settings: BaseSettings) -> None:
        if settings["ARCHIVER_PACE"] == "full":
            settings.setdict(FULL, _OVER_THE_PROJECT)


class Quiet:
    """Prevents log records that ``LOG_LEVEL`` hides. Without it, Scrapy makes two for each article, and its
    log handler drops them."""

    def update_settings(self, settings: BaseSettings) -> None:
        shown = logging.getLevelNamesMapping().get(str(settings["LOG_LEVEL"]).upper(), logging.NOTSET)
        logging.getLogger("scrapy").setLevel(min(shown, logging.ERROR))  # ArchiveRun counts the errors
        if shown > logging.INFO:
            settings.set("LOGSTATS_INTERVAL", 0, _OVER_THE_PROJECT)
