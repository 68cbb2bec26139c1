"""Addresses in a page, made absolute as browsers do it."""

from __future__ import annotations

import re
from urllib.parse import quote, urldefrag, urljoin, urlsplit

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


def next_page(url: str, base: str, link: str) -> str:
    """The address of the page after the one at ``url``; empty for ``#``, ``javascript:;`` or a link to the
    same page."""
    address = urldefrag(absolute(base, link)).url
    is_page = urlsplit(address).scheme in ("http", "https", "invalid")
    is_same = link.startswith("#") or address == urldefrag(url).url
    return address if link and is_page and not is_same else ""


def joined(base: str | None, address: str) -> str:
    """The address relative to the base, if there is one; a malformed one stays as it is."""
    try:
        return urljoin(base, address) if base and address else address
    except ValueError:
        return address


_TAG = re.compile(r"<[A-Za-z][^<>]*+>")
_LINK = re.compile(r"(\s(?:href|src|poster)\s*+=\s*+)(\"[^\"]*+\"|'[^']*+')", re.IGNORECASE)


def based(html: str, base: str | None) -> str:
    """The HTML, its links made relative to the base, if there is one."""
    if not base:
        return html

    def with_base(link: re.Match[str]) -> str:
        quote_sign = link[2][0]
        return f"{link[1]}{quote_sign}{joined(base, link[2][1:-1])}{quote_sign}"

    return _TAG.sub(lambda tag: _LINK.sub(with_base, tag[0]), html)
