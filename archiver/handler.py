"""The last place before a connection, and the first to see what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError, DownloadCancelledError, ResponseDataLossError
from scrapy.http import Response

from archiver import resolver
from archiver.errors import Quarantined
from archiver.middlewares.retry import SPENT, HostIsQuiet, Retries
from archiver.protocol import StrictFactory
from archiver.sites.profile import origin_of


class HttpHandler(HTTP11DownloadHandler):
    """Asks only who may be asked now, takes no longer than the article has left, and remembers how it went.

    A request may have been queued long after its middlewares saw it: what they were told is asked anew here.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = StrictFactory  # noqa: SLF001 - Scrapy offers no other way in
        self._pool.retryAutomatically = False  # Retries counts every attempt
        self._fail_on_dataloss_warned = True  # the warning recommends what must not be done
        self._private: Sequence[resolver.Network] = resolver.networks(
            crawler.settings.getlist("ARCHIVER_PRIVATE_ADDRESSES")
        )
        self._proxies = resolver.proxy_hosts()
        self._retries: Retries | None = None

    async def download_request(self, request: Request) -> Response:
        self._refuse_proxy_as_site(request)
        self._retries = self._retries or self._crawler.get_downloader_middleware(Retries)
        if self._retries is None:
            return await super().download_request(request)
        return await self._counted(request, self._retries)

    async def _counted(self, request: Request, retries: Retries) -> Response:
        host, began = origin_of(request.url), monotonic()
        if seconds := retries.hosts.wait(host, began):
            raise HostIsQuiet(seconds)
        retries.hosts.asked(host, began)
        request.meta["download_timeout"] = retries.timeout(request, request.meta["download_timeout"])
        answered = False
        try:
            response = await self._downloaded(request)
            answered = not is_failure(response.status)
            return response
        except (DownloadCancelledError, ResponseDataLossError):
            answered = True  # something is wrong with the page, the host is there
            raise
        finally:
            request.meta[SPENT] = request.meta.get(SPENT, 0.0) + monotonic() - began
            if answered:
                retries.hosts.answered(host)
            else:
                retries.hosts.failed(host, monotonic())

    async def _downloaded(self, request: Request) -> Response:
        try:
            return await super().download_request(request)
        except CannotResolveHostError as exc:
            name = urlsplit(request.url).hostname or ""
            if address := resolver.refused.get(name):
                raise Quarantined("private_address", f"{name} leads to {address}") from exc
            raise

    def _refuse_proxy_as_site(self, request: Request) -> None:
        """The resolver lets the proxy's name pass, which must not open it to requests that take no proxy."""
        name = urlsplit(request.url).hostname or ""
        if name not in self._proxies or request.meta.get("proxy"):
            return
        if not resolver.is_open(name, self._private):
            raise Quarantined("private_address", f"{name} is the proxy, and not among the public addresses")


def is_failure(status: int) -> bool:
    """A status that says more about the host than about the page."""
    return status >= 500 or status in (408, 429)
