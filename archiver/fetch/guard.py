"""No request leaves the site: which addresses may be asked, and where a redirect may lead."""

from __future__ import annotations

from typing import Self
from urllib.parse import urldefrag, urljoin, urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.exceptions import NotConfigured
from scrapy.http import Response
from w3lib.url import safe_url_string

from archiver.errors import ArticleError, Quarantined
from archiver.fetch.outcomes import PROBLEM
from archiver.sites.profile import Profile

REDIRECTS = frozenset({301, 302, 303, 307, 308})

LONGEST_ADDRESS = 8192
"""Bytes of a ``Location``; RFC 9110 section 4.1 asks for 8,000 at least."""

_NO_PAGES = frozenset({"about", "javascript", "mailto", "tel", "vbscript"})


def refusal(site: Profile, url: str) -> Quarantined | None:
    """Why a request may not go there; None where it may."""
    if site.allows(url):
        return None
    scheme = urlsplit(url).scheme
    reason = "offsite" if scheme in ("http", "https") else "scheme"
    return Quarantined(reason, f"{url[:200]} is at none of the origins of {site.name}")


class OriginGuard:
    """No request leaves the profile's origins (scheme, host, port), redirects and retries included.

    Scrapy's own offsite filter is skipped for every request with ``dont_filter``, which retries carry, and a
    request that it drops reaches no errback (faults Q2 to Q4, Q9 to Q11).
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
        if why := refusal(self._site, request.url):
            raise why


class Redirects(RedirectMiddleware):
    """Follows a redirect within the site; every other one ends its article by name (faults N23 to N27).

    Scrapy's own drops a loop, an empty ``Location`` or a redirect to itself without a word to the spider.
    Like every request of ours, none carries a Referer.
    """

    def handle_referer(self, request: Request, response: Response) -> None:
        """There is none to handle."""

    def _engine_started(self) -> None:
        """Scrapy warns here, at every start, that its RefererMiddleware is off; it is meant to be."""

    # Scrapy's signature has the spider argument that it has deprecated.
    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        location = response.headers.get("Location")
        if response.status not in REDIRECTS or location is None or request.meta.get("dont_redirect"):
            return response
        try:
            return self._follow(request, response, location)
        except ArticleError as why:
            request.meta[PROBLEM] = why.with_traceback(None)
            return response

    def _follow(self, request: Request, response: Response, location: bytes) -> Request:
        url = target(request.url, location)
        walked = [*request.meta.get("redirect_urls", []), request.url]
        if url in (urldefrag(past).url for past in walked):
            raise Quarantined("redirect_loop", f"{url[:200]} leads back to itself")
        if len(walked) > self.max_redirect_times:
            raise Quarantined("redirect_loop", f"more than {self.max_redirect_times} redirects")
        site = getattr(self.crawler.spider, "site", None)
        if isinstance(site, Profile) and (why := refusal(site, url)):
            raise why
        try:
            following = self._build_redirect_request(request, response, url=url)
        except ValueError as exc:
            raise Quarantined("bad_redirect", f"{url[:200]}: {exc}") from exc
        following.meta["redirect_urls"] = walked
        return following


def target(url: str, location: bytes) -> str:
    """Where a redirect leads, absolute, without fragment; raises ``Quarantined``."""
    if len(location) > LONGEST_ADDRESS:
        raise Quarantined("bad_redirect", f"a Location of {len(location)} bytes")
    try:
        joined = urldefrag(urljoin(url, safe_url_string(location))).url
        parts = urlsplit(joined)
    except ValueError as exc:
        raise Quarantined("bad_redirect", f"{location[:200]!r}: {exc}") from exc
    if parts.scheme in _NO_PAGES:
        raise Quarantined("bad_redirect", f"{joined[:200]} is no page")
    if (urlsplit(url).scheme, parts.scheme) == ("https", "http"):
        raise Quarantined("downgrade", f"from https to {joined[:200]}")
    return joined
