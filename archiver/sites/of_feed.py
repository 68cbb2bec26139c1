"""A profile for a feed or sitemap of which nothing but the address is known."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from archiver.errors import BadArgument
from archiver.sites.addresses import origin_of
from archiver.sites.load import validated
from archiver.sites.profile import Profile

NAME = "feed"
"""The category of the feed."""

_PREFIXES = frozenset({"api", "feed", "feeds", "rss", "www"})
"""First labels of a host that say nothing about the site."""

_SHARED = frozenset({"ac", "co", "com", "edu", "go", "gov", "mil", "ne", "net", "or", "org"})
"""Labels before a country's name under which different owners have domains, as in ``co.uk``."""


def profile_of(feed: str, source: str = "") -> Profile:
    """The profile of the feed's site. Articles that credit nobody are credited to ``source``, or else to the
    domain.

    Raises BadArgument.
    """
    address = feed.strip().replace("{", "%7B").replace("}", "%7D")
    try:
        origin = origin_of(address)
    except ValueError as exc:
        raise BadArgument(f"feed={feed!r} is not the address of a feed: {exc}") from exc
    if "@" in urlsplit(address).netloc:
        raise BadArgument("feed= has a user and password: a feed that needs them cannot be read")
    host = urlsplit(origin).hostname or ""
    domain = domain_of(host)
    keys: dict[str, Any] = {
        "name": re.sub(r"[^a-z0-9]+", "-", domain or host).strip("-"),
        "source": source.strip() or domain or host,
        "feeds": {NAME: address},
        "origins": [origin, *([f"https://{domain}", f"https://*.{domain}"] if domain else [])],
    }
    return validated(keys, f"feed={feed}")


def domain_of(host: str) -> str:
    """The host without a first label such as ``www``; empty for an IP address or a name without a dot.

    >>> domain_of("feeds.news.example.co.uk")
    'news.example.co.uk'
    """
    labels = host.split(".")
    if len(labels) < 2 or labels[-1].isdigit() or ":" in host:
        return ""
    rest = labels[1:]
    is_shared = len(rest) == 1 or (len(rest) == 2 and len(rest[1]) == 2 and rest[0] in _SHARED)
    return host if labels[0] not in _PREFIXES or is_shared else ".".join(rest)
