"""What stands between the spiders and the network."""

from __future__ import annotations

from typing import Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.http import Response

from archiver.sites.profile import Profile


class RefusedAddress(IgnoreRequest):
    """A request that would have left the site; ``reason`` is a word of the ledger."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class OriginGuard:
    """No request leaves the profile's origins (scheme, host, port), redirects and retries included.

    Scrapy's own offsite filter is skipped for every request with ``dont_filter``, which retries carry.
    """

    def __init__(self, site: Profile) -> None:
        self._site = site

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        site = getattr(crawler.spider, "site", None)
        if not isinstance(site, Profile):
            raise NotConfigured("no spider of the archiver")
        return cls(site)

    def process_request(self, request: Request) -> None:
        if not self._site.allows(request.url):
            scheme = urlsplit(request.url).scheme
            reason = "offsite" if scheme in ("http", "https") else "scheme"
            raise RefusedAddress(
                reason, f"{request.url[:200]} is at none of the origins of {self._site.name}"
            )


class Redirects(RedirectMiddleware):
    """Scrapy's own, without the Referer header that no request of ours carries."""

    def handle_referer(self, request: Request, response: Response) -> None:
        """There is none to handle."""

    def _engine_started(self) -> None:
        """Scrapy warns here, at every start, that its RefererMiddleware is off; it is meant to be."""


class Contact:
    """Tells the site's owner whom to write to, as RFC 9110 section 10.1.2 has it."""

    def __init__(self, contact: str) -> None:
        self._contact = contact

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        contact = str(crawler.settings["ARCHIVER_CONTACT"])
        if not contact:
            raise NotConfigured
        return cls(contact)

    def process_request(self, request: Request) -> None:
        request.headers.setdefault("From", self._contact)
