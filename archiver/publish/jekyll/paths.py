"""The file of the site for an address."""

from __future__ import annotations

from urllib.parse import unquote


def file_of(page: str, site_url: str) -> str:
    """The file that a web server returns for an address of the site, as a path below the root.

    Empty for an address that is not below ``site_url``, or that points outside the root.

    >>> file_of("//example.com/emnews/", "//example.com/")
    'emnews/index.html'
    """
    path = unquote(page.removeprefix(site_url))
    if not page.startswith(site_url) or path.startswith("/") or ".." in path.split("/"):
        return ""
    return f"{path}index.html" if path.endswith("/") else path
