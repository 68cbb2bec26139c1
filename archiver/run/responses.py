"""What a response is beside its status, and whether it is at the address that was requested."""

from __future__ import annotations

from urllib.parse import urlsplit

from scrapy.http import Response

from archiver.errors import Deferred
from archiver.fetch import outcomes
from archiver.fetch.headers import header
from archiver.run import instead


def came_instead(response: Response) -> str:
    """What a successful response is, in a few words."""
    if outcomes.of_status(response):
        return ""
    return instead.came_instead(response.body, header(response, "Content-Type"))


def refuse_redirected(response: Response) -> None:
    """Raises Deferred: a category that redirects to another page is gone or has moved (faults X4)."""
    asked = response.meta.get("redirect_urls", [response.url])[0]
    if urlsplit(asked).path != urlsplit(response.url).path:
        raise Deferred("redirected", f"{asked} redirects to {response.url}")
