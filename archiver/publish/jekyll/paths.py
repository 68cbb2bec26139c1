"""The addresses of the site, and their files."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

from archiver.posts.name import parse_name


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


def address_of(category: str, name: str) -> str:
    """The address at which Jekyll publishes the post in a file, percent-encoded, without the host.

    It holds for the ``_config.yml`` of a new archive, which does not set ``permalink``.

    >>> address_of("caiLianShe", "2022-02-22-NW202202222284000001.md")
    '/cailianshe/2022/02/22/NW202202222284000001.html'
    """
    parts = parse_name(name)
    assert parts, "the name of a post"
    day, article_id = parts
    title = re.sub("-+", "-", article_id).strip("-")
    return encoded(f"/{category.lower()}/{day.replace('-', '/')}/{title}.html")


def encoded(path: str) -> str:
    """A path of the site as browsers request it."""
    return quote(path, safe="/()")
