"""Addresses in a page, made absolute as browsers do it."""

from __future__ import annotations

from urllib.parse import quote, urljoin, urlsplit


def absolute(base: str, address: str) -> str:
    """The absolute address; a malformed one becomes ``invalid://address/…``, which is never requested."""
    try:
        joined = urljoin(base, address) if address else ""
        urlsplit(joined).port  # noqa: B018 - raises ValueError for a malformed port
    except ValueError:
        return f"invalid://address/{quote(address)}"
    return joined


def base_address(url: str, href: str) -> str:
    """The base of a page at ``url`` whose first ``<base>`` has this address; ``url`` if it is not on the web.

    >>> base_address("https://example.com/a/1.html", "/files/")
    'https://example.com/files/'
    """
    base = absolute(url, href.strip())
    parts = urlsplit(base)
    return base if parts.scheme in ("http", "https") and parts.netloc else url
