"""Addresses and ids: origins, and the ids that may become part of a path."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator

from archiver.items import SAFE_ID

IDS = re.compile(
    rf"""
    (?!-)                                           # it would look like an option of a command
    (?!(?i:aux|con|nul|prn|com[0-9]|lpt[0-9])\Z)    # names of devices on Windows
    {SAFE_ID}
    """,
    re.VERBOSE,
)
"""Every id must match this to become part of a path, whatever the profile allows (faults H1 to H6)."""

MAX_ADDRESS = 2048
"""Characters. Patterns of a profile are not applied to a longer address, so it never names an article."""

_UP_TO_PATH = re.compile(r"https?://[^/?#]*", re.IGNORECASE)
_DEFAULT_PORTS = {"http": 80, "https": 443}


def origin_of(url: str) -> str:
    """The origin ``scheme://host`` in normal form, with ``:port`` unless it is the default port.

    Raises ValueError for an address that has no http or https host.
    """
    return _origin_of(_up_to_path(url))


def is_within(url: str, origins: list[str]) -> bool:
    """Whether the address has the scheme, host and port of one of the origins, and no credentials."""
    start = _up_to_path(url)
    try:
        return "@" not in start and _is_one_of(_origin_of(start), tuple(origins))
    except ValueError:
        return False


@lru_cache(maxsize=4096)
def _is_one_of(origin: str, origins: tuple[str, ...]) -> bool:
    """``https://*.host`` stands for every subdomain of the host at any depth, but not for the host."""
    if origin in origins:
        return True
    wild = (allowed.split("*", 1) for allowed in origins if "*" in allowed)
    return any(origin.startswith(scheme) and origin.endswith(host) for scheme, host in wild)


def with_https(url: str, origins: list[str]) -> str:
    """The address with ``https`` if only that is at one of the origins; else unchanged."""
    if is_within(url, origins) or url[:7].lower() != "http://":
        return url
    upgraded = f"https://{url[7:]}"
    return upgraded if is_within(upgraded, origins) else url


def is_web(address: str) -> bool:
    try:
        return bool(origin_of(address))
    except ValueError:
        return False


def _up_to_path(url: str) -> str:
    match = _UP_TO_PATH.match(url)
    return match[0] if match else url


@lru_cache(maxsize=1024)
def _origin_of(start: str) -> str:
    parts = urlsplit(start)
    default = _DEFAULT_PORTS.get(parts.scheme)
    if default is None or not parts.hostname:
        raise ValueError("it has no http or https host")
    if not parts.netloc.isascii():
        raise ValueError("write the host in ASCII, as xn--…")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = default if parts.port is None else parts.port
    return f"{parts.scheme}://{host}" if port == default else f"{parts.scheme}://{host}:{port}"


_WILD = re.compile(r"(?i:https?)://\*\.")


def _checked(url: str) -> str:
    plain = _WILD.sub(lambda found: found[0].removesuffix("*."), url)
    try:
        if re.fullmatch(r"(?i:https?)://[A-Za-z0-9.:_\[\]-]+", plain):
            origin = origin_of(plain)
            return origin if plain == url else _with_wildcard(origin)
    except ValueError as exc:
        raise ValueError(f"{url!r} is not an origin: {exc}") from exc
    raise ValueError(f"{url!r} is not an origin: write http://host, http://host:port or https://*.host")


def _with_wildcard(origin: str) -> str:
    scheme, _, host = origin.partition("://")
    if "." not in host or re.fullmatch(r"[\d.]+(:\d+)?", host):
        raise ValueError(
            "a wildcard stands before a domain of two or more names, as in https://*.example.com"
        )
    return f"{scheme}://*.{host}"


AllowedOrigin = Annotated[str, AfterValidator(_checked)]
