"""The archiver's own settings as data: default, meaning, and valid values.

``settings.py`` takes the defaults from here. The table of docs/settings.md has the same rows; a test compares
them. The add-on :class:`archiver.addons.CheckedOptions` and the archive commands call :func:`apply` before
anything else reads a setting.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from archiver.errors import BadArgument
from archiver.scrapy_settings import SCRAPY_SETTINGS
from archiver.setting_values import (
    Read,
    boolean,
    choice,
    components,
    days,
    folder,
    line,
    number,
    positive_seconds,
    private,
    seconds,
    text,
    whole,
)

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

PREFIX: Final = "ARCHIVER_"

MIN_YEAR: Final = 2020
"""A clock with an earlier year was never set: it puts every article in the future (faults S22)."""


@dataclass(frozen=True, slots=True)
class Option:
    """One setting of the archiver."""

    default: str | float | bool | Mapping[str, int]
    meaning: str
    """One sentence of Markdown, as docs/settings.md prints it."""
    read: Read


OPTIONS: Final[Mapping[str, Option]] = {
    "ARCHIVER_OUTPUT": Option(
        "output",
        "the root folder of the archive; a relative path starts at the working directory",
        folder,
    ),
    "ARCHIVER_SITE_URL": Option(
        "//finews.withounder.com/",
        "the address of the published site, for the links in the footers of posts",
        text(r"(?:(?:https?:/)?/[^\s<>{}\x00-\x20\x7f]*)?", "an address like //example.com/"),
    ),
    "ARCHIVER_CONTACT": Option(
        "",
        "a mail address or the address of a web page, sent as `From` with every request, so that the owner "
        "of the site can reach you",
        line("one line"),
    ),
    "ARCHIVER_QUARANTINE_ALLOWANCE": Option(
        0.01,
        "the share of the listed articles that may be quarantined before the exit status is 4",
        number(0, 1),
    ),
    "ARCHIVER_FULL_LOOK": Option(
        "24h",
        "a listing is requested without `If-None-Match` and `If-Modified-Since` at least once in this time, "
        "because some sites answer 304 although the listing has changed, and all its pages are read, also "
        "behind one without new articles; `0s`: always",
        seconds,
    ),
    "ARCHIVER_RETRY_ATTEMPTS": Option(
        20,
        "an article is given up (`skipped:gave_up`) after this number of failed attempts, but not before "
        "`ARCHIVER_RETRY_DAYS` have passed",
        whole(1),
    ),
    "ARCHIVER_RETRY_DAYS": Option(
        14,
        "whole days from the first listing of an article before the article can be given up",
        days,
    ),
    "ARCHIVER_RETRY_DELAY": Option(
        1,
        "seconds before the second attempt of a request; each further delay is twice as long, plus up to "
        "half of it at random",
        seconds,
    ),
    "ARCHIVER_RETRY_AFTER_MAX": Option(
        60,
        "seconds; if the `Retry-After` of a host asks for a longer wait, the host gets no more requests in "
        "this run",
        seconds,
    ),
    "ARCHIVER_ARTICLE_SECONDS": Option(
        90,
        "seconds that the attempts for one article, and the delays between them, may take at all its hosts "
        "together",
        seconds,
    ),
    "ARCHIVER_BREAKER_FAILURES": Option(
        10,
        "after this number of failures in a row, a host gets only single test requests; if these fail too, "
        "it gets no more requests in this run",
        whole(1),
    ),
    "ARCHIVER_PAGE_SECONDS": Option(
        10,
        "seconds of CPU time that reading one page may take (`too_heavy`); a page that may take more than a "
        "moment is read in another process",
        positive_seconds,
    ),
    "ARCHIVER_PAGE_ELEMENTS": Option(
        500_000,
        "elements of an HTML or XML page, or values of a JSON page; a page with more is not read "
        "(`too_heavy`)",
        whole(1),
    ),
    "ARCHIVER_HELD_BYTES": Option(
        64 << 20,
        "bytes that articles which wait for another response may hold together; no article is begun while "
        "they hold half of it, and an article that would exceed it is deferred (`held`)",
        whole(1),
    ),
    "ARCHIVER_QUARANTINE_RECORD": Option(
        1 << 20,
        "bytes of responses that one quarantine record keeps; a longer response is cut",
        whole(0),
    ),
    "ARCHIVER_QUARANTINE_BYTES": Option(
        256 << 20,
        "bytes of all quarantine records together; beyond it no record is written (`quarantine/full`)",
        whole(0),
    ),
    "ARCHIVER_QUARANTINE_RECORDS": Option(
        10_000,
        "number of quarantine records; beyond it no record is written (`quarantine/full`)",
        whole(0),
    ),
    "ARCHIVER_PRIVATE_ADDRESSES": Option(
        "",
        "networks, separated by commas (`10.0.0.0/8, 127.0.0.1`), that requests may connect to although they "
        "are not public; for an intranet or a test",
        private,
    ),
    "ARCHIVER_RECORDERS": Option(
        {},
        'classes that record every exchange, each with its order, for example `{"my.Recorder": 100}`',
        components,
    ),
    "ARCHIVER_PACE": Option(
        "polite",
        "`polite` sends one request per second to a host; `full` is as fast as possible: use it only for a "
        "copy of the site on your own server, never for somebody else's site; it sets `DOWNLOAD_DELAY=0`, "
        "`AUTOTHROTTLE_ENABLED=False`, `CONCURRENT_REQUESTS=16` and `CONCURRENT_REQUESTS_PER_DOMAIN=16`, "
        "and `-s` still overrides each of them",
        choice("polite", "full"),
    ),
    "ARCHIVER_PROGRESS": Option(True, "shows a progress bar if stderr is a terminal", boolean),
    "ARCHIVER_REPORT": Option(
        "always",
        "`always` writes the report of a run to stderr; `problems` writes it only if the exit status is not "
        "0, so that cron sends a mail only then. With `LOG_FILE` the report is in the log too",
        choice("always", "problems"),
    ),
    "ARCHIVER_STOP_SECONDS": Option(
        5,
        "seconds that running downloads may take after SIGINT, SIGTERM or SIGHUP; a second signal stops the "
        "run at once (some CI services kill a process after 7.5 seconds)",
        seconds,
    ),
}

RENAMED: Final = {
    "ARCHIVER_PROFILE": "ARCHIVER_PROFILE is now ARCHIVER_PACE: write ARCHIVER_PACE=full instead of "
    "ARCHIVER_PROFILE=mirror, and leave it out instead of an empty ARCHIVER_PROFILE",
}
"""Name of a setting in an earlier version → the error message, with the new name."""


def defaults() -> dict[str, object]:
    return {name: option.default for name, option in OPTIONS.items()}


def check(settings: BaseSettings) -> dict[str, object]:
    """The plain values: durations in seconds (``ARCHIVER_RETRY_DAYS`` in days), numbers as numbers, paths
    with the home folder in the place of ``~``. Those of Scrapy are included if they are set.

    Raises BadArgument with one sentence for the first wrong value or unknown ``ARCHIVER_`` name.
    """
    for name in settings:
        if isinstance(name, str) and name.startswith(PREFIX) and name not in OPTIONS:
            raise BadArgument(RENAMED.get(name) or _unknown(name))
    scrapys = {name: read(name, settings[name]) for name, read in SCRAPY_SETTINGS.items() if name in settings}
    written = defaults() | {name: settings[name] for name in OPTIONS if name in settings}
    return scrapys | {name: option.read(name, written[name]) for name, option in OPTIONS.items()}


def apply(settings: BaseSettings) -> None:
    """Checks the settings, and replaces the values that the user wrote with the plain ones."""
    for name, value in check(settings).items():
        settings.set(name, value, settings.getpriority(name) or 0)


def check_run(settings: BaseSettings, now: datetime) -> None:
    """Checks that apply to a run that writes an archive, but not to other spiders. Raises BadArgument."""
    if settings["JOBDIR"]:
        raise BadArgument(
            "JOBDIR loses articles when a run is killed: remove it, the archive itself records open articles"
        )
    if now.year < MIN_YEAR:
        raise BadArgument(
            f"the system clock shows {now:%Y-%m-%d}: correct it, because dates are checked against it"
        )
    _check_feeds(settings)
    _check_recorders(settings)


def _check_feeds(settings: BaseSettings) -> None:
    """Scrapy leaves an export with an unknown format out, and the run goes on."""
    known = settings.getwithbase("FEED_EXPORTERS")
    for feed in settings.getdict("FEEDS").values():
        if feed["format"] not in known:
            raise BadArgument(f"FEEDS: there is no format {feed['format']!r}; known are {', '.join(known)}")


def _check_recorders(settings: BaseSettings) -> None:
    from scrapy.utils.misc import load_object  # takes long, and most commands do not need it

    for path in settings.getdict("ARCHIVER_RECORDERS"):
        try:
            load_object(path)
        except Exception as exc:  # the module of a user may raise anything while it is imported
            raise BadArgument(f"ARCHIVER_RECORDERS: {path} cannot be imported: {exc}") from exc


def _unknown(name: str) -> str:
    nearest, *_ = difflib.get_close_matches(name, OPTIONS, n=1, cutoff=0)
    return f"there is no setting {name}; the nearest name is {nearest}; docs/settings.md lists all settings"
