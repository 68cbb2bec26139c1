"""What a response is beside its status, and whether it is at the address that was requested."""

from __future__ import annotations

from urllib.parse import urlsplit

from scrapy.http import Response

from archiver.errors import ArticleError, Deferred
from archiver.extract.decode import decode
from archiver.extract.preview import preview
from archiver.fetch.headers import header


def came_instead(response: Response) -> str:
    """What a response with status 200 is, in a few words."""
    if response.status != 200:
        return ""
    try:
        text = decode(response.body, header(response, "Content-Type")).text
    except ArticleError:
        text = ""
    return preview(text, header(response, "Content-Type"))


def refuse_redirected(response: Response) -> None:
    """Raises Deferred: a category that redirects to another page is gone or has moved (faults X4)."""
    asked = response.meta.get("redirect_urls", [response.url])[0]
    if urlsplit(asked).path != urlsplit(response.url).path:
        raise Deferred("redirected", f"{asked} redirects to {response.url}")
