"""The archiver's own settings as data: default, meaning, and valid values.

``settings.py`` takes the defaults from here. The table of docs/settings.md has the same rows; a test compares
them. The add-on :class:`archiver.addons.CheckedOptions` and the archive commands call :func:`apply` before
anything else reads a setting.
"""

from __future__ import annotations

import difflib
import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from archiver.errors import BadArgument

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

PREFIX: Final = "ARCHIVER_"

MIN_YEAR: Final = 2020
"""A clock with an earlier year was never set: it puts every article in the future (faults S22)."""

N = TypeVar("N", int, float)

Read = Callable[[str, Any], object]
"""Takes the name and value of a setting; returns the plain value for components. Raises BadArgument."""


# --- values

_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)([smhd]?)", re.ASCII)


def duration(value: object, unit: str) -> float:
    """Converts ``90s``, ``10m``, ``6h`` or ``3d`` to seconds; a number without a letter is in ``unit``.

    Raises ValueError.

    >>> duration("10m", "s")
    600.0
    """
    match = _DURATION.fullmatch(str(value))
    if match is None:
        raise ValueError("it is not a duration")
    return float(match[1]) * _SECONDS[match[2] or unit]


def seconds(name: str, value: Any) -> float:
    """A duration in seconds, 0 or more."""
    try:
        return duration(value, "s")
    except ValueError as exc:
        raise BadArgument(f"{name}={value!r} is not a duration: write seconds, or 90s, 10m, 6h, 3d") from exc


def days(name: str, value: Any) -> int:
    """A duration as a whole number of days, 1 or more."""
    try:
        number = duration(value, "d") / _SECONDS["d"]
    except ValueError:
        number = math.nan
    if not number.is_integer():
        raise BadArgument(f"{name}={value!r} is not a whole number of days: write 14, or 14d")
    return _at_least(1, int(number), name, value)


def whole(minimum: int) -> Read:
    def read(name: str, value: Any) -> int:
        try:
            number = int(str(value))
        except ValueError as exc:
            raise BadArgument(f"{name}={value!r} is not a whole number") from exc
        return _at_least(minimum, number, name, value)

    return read


def number(minimum: float, maximum: float = math.inf) -> Read:
    def read(name: str, value: Any) -> float:
        try:
            number = float(str(value))
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise BadArgument(f"{name}={value!r} is not a number")
        if number > maximum:
            raise BadArgument(f"{name}={value!r}: write a number from {minimum:g} to {maximum:g}")
        return _at_least(minimum, number, name, value)

    return read


def _at_least(minimum: float, number: N, name: str, value: Any) -> N:
    if number < minimum:
        raise BadArgument(f"{name}={value!r}: write {minimum:g} or more")
    return number


def boolean(name: str, value: Any) -> bool:
    """True or False, in the forms that Scrapy accepts."""
    word = str(value).lower()
    if word not in ("0", "1", "false", "true"):
        raise BadArgument(f"{name}={value!r}: write True or False")
    return word in ("1", "true")


def choice(*words: str) -> Read:
    def read(name: str, value: Any) -> str:
        if value not in words:
            raise BadArgument(f"{name}={value!r}: write {' or '.join(words)}")
        return str(value)

    return read


def text(pattern: str, wanted: str) -> Read:
    def read(name: str, value: Any) -> str:
        if not re.fullmatch(pattern, str(value)):
            raise BadArgument(f"{name}={value!r}: write {wanted}")
        return str(value)

    return read


def folder(name: str, value: Any) -> str:
    if not str(value):
        raise BadArgument(f"{name} is empty: write the path of a folder")
    root = Path(str(value)).absolute()
    if ".git" in root.parts:
        raise BadArgument(f"{name}={root} is inside a repository's .git: choose another folder")
    return str(value)


def _listed(value: Any) -> list[Any]:
    """The parts of a list. As in Scrapy, the list may also be one text with commas."""
    return value.split(",") if isinstance(value, str) else list(value)


def networks(written: Iterable[object]) -> list[IPv4Network | IPv6Network]:
    """The networks in ``ARCHIVER_PRIVATE_ADDRESSES``; an address counts as a network. Raises BadArgument."""
    try:
        return [ip_network(text, strict=False) for part in written if (text := str(part).strip())]
    except ValueError as exc:
        raise BadArgument(f"ARCHIVER_PRIVATE_ADDRESSES: {exc}") from exc


def private(_name: str, value: Any) -> list[str]:
    return [str(network) for network in networks(_listed(value))]


def statuses(name: str, value: Any) -> list[int]:
    """HTTP statuses."""
    try:
        numbers = [int(str(part)) for part in _listed(value)]
    except (TypeError, ValueError) as exc:
        raise BadArgument(f"{name}={value!r}: write HTTP statuses with commas between them") from exc
    for number in numbers:
        if not 100 <= number <= 599:
            raise BadArgument(f"{name}: {number} is not an HTTP status")
    return numbers


def components(name: str, value: Any) -> dict[str, int]:
    """Class path → order; also accepted as JSON, for ``-s``."""
    try:
        found = dict(json.loads(value) if isinstance(value, str) else value)
    except (TypeError, ValueError) as exc:
        raise BadArgument(
            f'{name}={value!r}: write class paths with an order, as {{"my.Recorder": 100}}'
        ) from exc
    for path, order in found.items():
        if not (isinstance(path, str | type) and type(order) is int):
            raise BadArgument(f"{name}: {path!r}: {order!r} is not a class path with a whole number")
    return found


# --- the settings


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
        text(r"[^\x00-\x1f\x7f\x85\u2028\u2029]*", "one line"),
    ),
    "ARCHIVER_QUARANTINE_ALLOWANCE": Option(
        0.01,
        "the share of the listed articles that may be quarantined before the exit status is 4",
        number(0, 1),
    ),
    "ARCHIVER_FULL_LOOK": Option("24h", "each listing is read in full once in this time", seconds),
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

SCRAPY_SETTINGS: Final[Mapping[str, Read]] = {
    "DOWNLOAD_DELAY": number(0),
    "DOWNLOAD_TIMEOUT": number(0.001),
    "DNS_TIMEOUT": number(0.001),
    "CONCURRENT_REQUESTS": whole(1),
    "CONCURRENT_REQUESTS_PER_DOMAIN": whole(1),
    "DOWNLOAD_MAXSIZE": whole(1),
    "RETRY_TIMES": whole(0),
    "RETRY_HTTP_CODES": statuses,
    "REDIRECT_MAX_TIMES": whole(0),
}
"""Settings of Scrapy that the archiver's own components read as well."""


def defaults() -> dict[str, object]:
    return {name: option.default for name, option in OPTIONS.items()}


def check(settings: BaseSettings) -> dict[str, object]:
    """The options' plain values: durations in seconds (``ARCHIVER_RETRY_DAYS`` in days), numbers as numbers.

    Raises BadArgument with one sentence for the first wrong value or unknown ``ARCHIVER_`` name.
    """
    for name in settings:
        if isinstance(name, str) and name.startswith(PREFIX) and name not in OPTIONS:
            raise BadArgument(RENAMED.get(name) or _unknown(name))
    for name, read in SCRAPY_SETTINGS.items():
        if name in settings:
            read(name, settings[name])
    written = defaults() | {name: settings[name] for name in OPTIONS if name in settings}
    return {name: option.read(name, written[name]) for name, option in OPTIONS.items()}


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


def _unknown(name: str) -> str:
    nearest, *_ = difflib.get_close_matches(name, OPTIONS, n=1, cutoff=0)
    return f"there is no setting {name}; the nearest name is {nearest}; docs/settings.md lists all settings"
