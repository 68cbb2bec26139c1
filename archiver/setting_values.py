"""Readers of settings: each takes the name and the value of a setting, and returns a plain value.

A reader raises BadArgument with one sentence for a value that it cannot read.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Final, TypeVar

from archiver.errors import BadArgument

N = TypeVar("N", int, float)

Read = Callable[[str, Any], object]
"""The name and the value of a setting → the plain value that components get."""

LONGEST: Final = 10 * 365 * 86400
"""Seconds of the longest duration; timers and dates fail with much longer ones."""

_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)([smhd]?)", re.ASCII)


def shown(name: str, value: object) -> str:
    """``NAME='value'`` for an error message, cut if it is long."""
    written = repr(value)
    return f"{name}={written if len(written) <= 100 else written[:99] + '…'}"


def duration(value: object, unit: str) -> float:
    """Seconds of ``90s``, ``10m``, ``6h`` or ``3d``; a number without a letter counts in ``unit``.

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
        number = duration(value, "s")
    except ValueError as exc:
        wanted = "write seconds, or 90s, 10m, 6h, 3d"
        raise BadArgument(f"{shown(name, value)} is not a duration: {wanted}") from exc
    return _within(0, number, LONGEST, name, value)


def days(name: str, value: Any) -> int:
    """A duration of whole days, 1 or more, as their number."""
    try:
        number = duration(value, "d") / _SECONDS["d"]
    except ValueError:
        number = math.nan
    if not number.is_integer():
        raise BadArgument(f"{shown(name, value)} is not a whole number of days: write 14, or 14d")
    return _within(1, int(number), LONGEST // _SECONDS["d"], name, value)


def whole(minimum: int, maximum: int = 2**31 - 1) -> Read:
    def read(name: str, value: Any) -> int:
        try:
            number = int(str(value))
        except ValueError as exc:
            raise BadArgument(f"{shown(name, value)} is not a whole number") from exc
        return _within(minimum, number, maximum, name, value)

    return read


def number(minimum: float, maximum: float = LONGEST) -> Read:
    def read(name: str, value: Any) -> float:
        try:
            number = float(str(value))
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise BadArgument(f"{shown(name, value)} is not a number")
        return _within(minimum, number, maximum, name, value)

    return read


def _within(minimum: float, number: N, maximum: float, name: str, value: Any) -> N:
    if number > maximum:
        raise BadArgument(f"{shown(name, value)}: write a number from {minimum:.15g} to {maximum:.15g}")
    if number < minimum:
        raise BadArgument(f"{shown(name, value)}: write {minimum:g} or more")
    return number


def boolean(name: str, value: Any) -> bool:
    """In the forms that Scrapy reads."""
    word = str(value).strip().lower()
    if word not in ("0", "1", "false", "true"):
        raise BadArgument(f"{shown(name, value)}: write True or False")
    return word in ("1", "true")


def choice(*words: str) -> Read:
    def read(name: str, value: Any) -> str:
        if not isinstance(value, str) or value not in words:
            raise BadArgument(f"{shown(name, value)}: write {' or '.join(words)}")
        return value

    return read


def text(pattern: str, wanted: str) -> Read:
    def read(name: str, value: Any) -> str:
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            raise BadArgument(f"{shown(name, value)}: write {wanted}")
        return value

    return read


def line(what: str, *, empty: bool = True) -> Read:
    """Text in one line, as for a header of a request."""
    return text(r"[^\x00-\x1f\x7f\x85\u2028\u2029]" + ("*" if empty else "+"), what)


def path(name: str, value: Any, what: str = "file") -> Path:
    """A path in which ``~`` is expanded: a shell does not do that behind ``=``."""
    if not isinstance(value, str | Path) or "\0" in str(value):
        raise BadArgument(f"{shown(name, value)}: write the path of a {what}")
    if not str(value).strip():
        raise BadArgument(f"{name} is empty: write the path of a {what}")
    try:
        return Path(value).expanduser()
    except RuntimeError as exc:
        raise BadArgument(f"{shown(name, value)}: there is no home folder for ~") from exc


def folder(name: str, value: Any) -> str:
    root = path(name, value, "folder")
    if ".git" in root.absolute().parts:
        raise BadArgument(f"{name}={root.absolute()} is inside a repository's .git: choose another folder")
    return str(root)


def optional(read: Read) -> Read:
    """None is a valid value."""
    return lambda name, value: None if value is None else read(name, value)


def _listed(value: Any) -> list[Any]:
    """The parts of a list, which Scrapy also takes as one text with commas. Raises TypeError."""
    if isinstance(value, str):
        return value.split(",") if value else []
    return list(value)


def networks(written: Iterable[object]) -> list[IPv4Network | IPv6Network]:
    """Of ``ARCHIVER_PRIVATE_ADDRESSES``; an address is a network of one. Raises BadArgument."""
    try:
        return [ip_network(text, strict=False) for part in written if (text := str(part).strip())]
    except ValueError as exc:
        raise BadArgument(f"ARCHIVER_PRIVATE_ADDRESSES: {exc}") from exc


def private(name: str, value: Any) -> list[str]:
    try:
        written = _listed(value)
    except TypeError as exc:
        raise BadArgument(f"{shown(name, value)}: write networks with commas between them") from exc
    return [str(network) for network in networks(written)]


def statuses(name: str, value: Any) -> list[int]:
    """HTTP statuses."""
    try:
        numbers = [int(str(part)) for part in _listed(value)]
    except (TypeError, ValueError) as exc:
        raise BadArgument(f"{shown(name, value)}: write HTTP statuses with commas between them") from exc
    for number in numbers:
        if not 100 <= number <= 599:
            raise BadArgument(f"{name}: {number} is not an HTTP status")
    return numbers


def components(name: str, value: Any) -> dict[str, int]:
    """Class paths with their order, also as JSON, in which ``-s`` gives them."""
    try:
        found = dict(json.loads(value) if isinstance(value, str) else value)
    except (TypeError, ValueError) as exc:
        raise BadArgument(
            f'{shown(name, value)}: write class paths with an order, as {{"my.Recorder": 100}}'
        ) from exc
    for path, order in found.items():
        if not (isinstance(path, str | type) and type(order) is int):
            raise BadArgument(f"{name}: {path!r}: {order!r} is not a class path with a whole number")
    return found
