"""Keeps requests within the site: which addresses may be requested, and which redirects are followed."""

from __future__ import annotations

from typing import Self
from urllib.parse import urldefrag, urljoin, urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response
from w3lib.url import safe_url_string

from archiver.errors import ArticleError, Quarantined
from archiver.fetch.asking import ASKED, Asked
from archiver.fetch.outcomes import PROBLEM
from archiver.fetch.proxies import OF_ENVIRONMENT
from archiver.fetch.site import find_site, site_of
from archiver.safe_text import excerpt
from archiver.sites.addresses import origin_of
from archiver.sites.profile import Profile

REDIRECTS = frozenset({301, 302, 303, 307, 308})

_AS_GET = frozenset({301, 302, 303})
"""After these a POST request becomes a GET request without a body; after the others it stays as it is."""

MAX_ADDRESS = 8192
"""The most bytes of a ``Location``; RFC 9110 section 4.1 recommends at least 8,000."""

_SCHEMES_WITHOUT_PAGES = frozenset({"about", "javascript", "mailto", "tel", "vbscript"})


def refusal(site: Profile, url: str) -> Quarantined | None:
    """Why a request to this address is not allowed; None if it is."""
    if site.allows(url):
        return None
    scheme = urlsplit(url).scheme
    reason = "offsite" if scheme in ("http", "https") else "scheme"
    what = f"{excerpt(url)} is not at an origin of the site {site.name}"
    return Quarantined(reason, f"{what}{_advice(url)}" if reason == "offsite" else what)


def _advice(url: str) -> str:
    try:
        return f"; if it belongs to the site, write a profile with origins: [{origin_of(url)}, …]"
    except ValueError:
        return ""


class OriginGuard:
    """A downloader middleware: refuses each request that is not to an origin (scheme, host, port) of the
    profile, including redirects and retries.

    Scrapy's own offsite filter accepts every request with ``dont_filter``, which retries have. The errback is
    not called for a request that it drops (faults Q2 to Q4, Q9 to Q11).
    """

    def __init__(self, site: Profile) -> None:
        self._site = site

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(site_of(crawler))

    def process_request(self, request: Request) -> None:
        if why := refusal(self._site, request.url):
            raise why


class Redirects:
    """A downloader middleware: follows redirects within the site. Any other redirect ends its article with a
    named result (faults N23 to N27).

    Scrapy's own middleware drops a redirect loop, an empty ``Location`` and a redirect to itself without
    informing the spider. ``site`` is None in ``scrapy shell``, which may request any address.
    """

    def __init__(self, site: Profile | None, max_redirects: int) -> None:
        self._site = site
        self._max_redirects = max_redirects

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        if not crawler.settings.getbool("REDIRECT_ENABLED"):
            raise NotConfigured
        return cls(find_site(crawler), crawler.settings.getint("REDIRECT_MAX_TIMES"))

    def process_response(self, request: Request, response: Response) -> Request | Response:
        location = response.headers.get("Location")
        if response.status not in REDIRECTS or location is None or request.meta.get("dont_redirect"):
            return response
        try:
            return self._follow(request, location, response.status)
        except ArticleError as why:
            request.meta[PROBLEM] = why.with_traceback(None)  # a traceback would keep the body in memory
            return response

    def _follow(self, request: Request, location: bytes, status: int) -> Request:
        url = redirect_target(request.url, location)
        visited = [*request.meta.get("redirect_urls", []), request.url]
        if url in (urldefrag(past).url for past in visited):
            raise Quarantined("redirect_loop", f"the redirects lead back to {excerpt(url)}")
        if len(visited) > self._max_redirects:
            raise Quarantined("redirect_loop", f"more than {self._max_redirects} redirects")
        if self._site and (why := refusal(self._site, url)):
            raise why
        try:
            following = request.replace(url=url, cookies=None)
        except ValueError as exc:
            raise Quarantined("bad_redirect", f"{excerpt(url)}: {exc}") from exc
        following.meta["redirect_urls"] = visited
        if status in _AS_GET and following.method == "POST":
            following = _as_get(following)
        self._drop_secrets(request, following)
        return following

    def _drop_secrets(self, request: Request, following: Request) -> None:
        """Removes ``Referer``, and the headers that are meant for the first origin only.

        A proxy of the environment is chosen again for each address; any other proxy is the user's own choice.
        """
        names = ["Referer"]
        if not _is_same_origin(request.url, following.url):
            asked: Asked | None = following.meta.pop(ASKED, None)
            names += ["Authorization", "Cookie", *(asked.headers if asked else ())]
        if following.meta.pop(OF_ENVIRONMENT, False):
            following.meta.pop("proxy", None)
            names.append("Proxy-Authorization")
        for name in names:
            following.headers.pop(name, None)


def _as_get(request: Request) -> Request:
    """The request after a redirect that asks for another page, as browsers read it."""
    following = request.replace(method="GET", body=b"")
    following.headers.pop("Content-Type", None)
    return following


def _is_same_origin(url: str, other: str) -> bool:
    try:
        return origin_of(url) == origin_of(other)
    except ValueError:
        return False


def redirect_target(url: str, location: bytes) -> str:
    """The absolute address of a ``Location``, without its fragment.

    Raises ``Quarantined("bad_redirect")`` and ``Quarantined("downgrade")``.
    """
    if len(location) > MAX_ADDRESS:
        raise Quarantined("bad_redirect", f"the Location has {len(location)} bytes, more than {MAX_ADDRESS}")
    try:
        joined = urldefrag(urljoin(url, safe_url_string(location))).url
        parts = urlsplit(joined)
    except ValueError as exc:
        raise Quarantined("bad_redirect", f"{excerpt(location.decode('latin-1'))!r}: {exc}") from exc
    if parts.scheme in _SCHEMES_WITHOUT_PAGES:
        raise Quarantined("bad_redirect", f"{excerpt(joined)} is not the address of a web page")
    if (urlsplit(url).scheme, parts.scheme) == ("https", "http"):
        raise Quarantined("downgrade", f"the redirect leads from https to {excerpt(joined)}")
    return joined
