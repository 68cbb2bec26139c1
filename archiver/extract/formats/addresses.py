"""Addresses in a page, made absolute as browsers do it."""

from __future__ import annotations

import re
from urllib.parse import quote, urljoin, urlsplit

from archiver.normalise.text import DAMAGED

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def absolute(base: str, address: str) -> str:
    """The absolute address; a malformed or damaged one becomes ``invalid://address/…``, which is never
    requested."""
    try:
        if DAMAGED in address:
            raise ValueError(address)
        joined = urljoin(base, address) if address else ""
        urlsplit(joined).port  # noqa: B018 - raises ValueError for a malformed port
    except ValueError:
        return f"invalid://address/{quote(address)}"
    return joined


def absolute_path(base: str, text: str) -> str:
    """A text that names an article: a path is made absolute, an id or an absolute address stays as it is."""
    is_path = base and "/" in text and not _SCHEME.match(text)
    return absolute(base, text) if is_path else text


def base_address(url: str, href: str) -> str:
    """The base of a page at ``url`` whose first ``<base>`` has this address; ``url`` if it is not on the web.

    >>> base_address("https://example.com/a/1.html", "/files/")
    'https://example.com/files/'
    """
    base = absolute(url, href.strip())
    parts = urlsplit(base)
    return base if parts.scheme in ("http", "https") and parts.netloc else url
