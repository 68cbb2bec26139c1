"""Scrapy's download handler for http and https: the last check before a connection, and the download."""

from __future__ import annotations

from datetime import UTC, datetime
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from scrapy import Request
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadCancelledError, ResponseDataLossError
from scrapy.http import Headers, Response
from scrapy.utils.url import add_http_if_no_scheme
from yarl import URL

from archiver.errors import Quarantined, StorageError
from archiver.fetch.connections import AttemptFailed, ClientResponse, open_session, tls_context
from archiver.fetch.exchange import Exchange, Recorders
from archiver.fetch.reader import ResponseReader
from archiver.fetch.resolver import (
    Address,
    PublicResolver,
    as_address,
    is_allowed,
    is_odd_address,
    proxy_hosts,
)
from archiver.fetch.retry import SPENT, Retries
from archiver.fetch.site import find_site
from archiver.fetch.traffic import Traffic
from archiver.options import networks
from archiver.sites.profile import Profile


class HttpHandler(BaseDownloadHandler):
    """Sends a request where its host may be asked now, and records how it went.

    A request may have been queued long after the middlewares saw it: what they checked is checked here again.
    """

    lazy = True
    """It is made with the first request: before that, ``scrapy shell`` has no running event loop."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        settings = crawler.settings
        self._private = networks(settings.getlist("ARCHIVER_PRIVATE_ADDRESSES"))
        self._proxies = proxy_hosts()
        self._stated = _stated_addresses(find_site(crawler))
        self._timeout = settings.getfloat("DOWNLOAD_TIMEOUT")
        self._recorders = crawler.get_extension(Recorders)
        self._traffic = Traffic.of(crawler)
        self._retries: Retries | None = None
        self._reader = ResponseReader(crawler)
        self._tls = tls_context(settings)
        resolver = PublicResolver(settings.getfloat("DNS_TIMEOUT"), self._private, self._proxies)
        self._session = open_session(settings, resolver)

    async def close(self) -> None:
        await self._session.close()

    async def download_request(self, request: Request) -> Response:
        self._refuse_address(request)
        self._retries = self._retries or self.crawler.get_downloader_middleware(Retries)
        if self._retries is None:
            return await self._recorded(request)
        await self._retries.admission.begin(request)
        return await self._counted(request, self._retries)

    async def _counted(self, request: Request, retries: Retries) -> Response:
        """Adds to what the article has cost, and tells the circuit breaker how it went."""
        began, succeeded = monotonic(), False
        try:
            request.meta["download_timeout"] = retries.timeout(request, self._timeout_of(request))
            response = await self._recorded(request)
            succeeded = not is_failure(response.status)
            return response
        except (DownloadCancelledError, ResponseDataLossError, StorageError):
            succeeded = True  # the page or the disk is at fault: the host answered
            raise
        finally:
            request.meta[SPENT] = request.meta.get(SPENT, 0.0) + monotonic() - began
            retries.admission.end(request, succeeded=succeeded)

    async def _recorded(self, request: Request) -> Response:
        """One attempt: it is counted, and the recorders are told."""
        at, began = datetime.now(UTC), monotonic()
        if self._traffic:
            self._traffic.sent()
        try:
            response = await self._downloaded(request)
        except Exception as exc:  # whatever it is, it is counted, recorded and raised again
            if self._traffic:
                self._traffic.failed(exc)
            self._record(request, None, exc, at, began)
            raise
        if self._traffic:
            self._traffic.received(response)
        self._record(request, response, None, at, began)
        return response

    def _record(
        self, request: Request, response: Response | None, error: Exception | None, at: datetime, began: float
    ) -> None:
        if self._recorders:
            self._recorders.record(Exchange(_public(request), response, error, at, monotonic() - began))

    async def _downloaded(self, request: Request) -> Response:
        began = monotonic()
        try:
            async with self._session.request(
                request.method,
                URL(request.url, encoded=True),
                data=request.body or None,
                timeout=aiohttp.ClientTimeout(total=self._timeout_of(request)),
                ssl=self._tls,
                allow_redirects=False,
                **_headers(request),
            ) as answer:
                request.meta["download_latency"] = monotonic() - began
                assert isinstance(answer, ClientResponse)
                return await self._reader.read(answer, request)
        except AttemptFailed as failed:
            error = failed.error
        raise error

    def _timeout_of(self, request: Request) -> float:
        """Seconds for the whole attempt, from the resolution of the name to the last byte."""
        return float(request.meta.get("download_timeout", self._timeout))

    def _refuse_address(self, request: Request) -> None:
        """Checks what the resolver does not see: addresses instead of names, and the names of proxies.

        The resolver accepts a proxy's name wherever it leads; a request that takes no proxy may not use it.
        """
        if request.meta.get("proxy"):
            return
        name = urlsplit(request.url).hostname or ""
        address = as_address(name)
        if address is None and name not in self._proxies and not is_odd_address(name):
            return
        if address not in self._stated and not (address and is_allowed(address, self._private)):
            raise Quarantined("private_address", f"{name} is not among the public addresses")


def _stated_addresses(site: Profile | None) -> frozenset[Address | None]:
    """The addresses that the profile writes as origins: they are meant, whatever they are."""
    origins = site.origins if site else ()
    return frozenset(as_address(urlsplit(origin).hostname or "") for origin in origins) - {None}


def _headers(request: Request) -> dict[str, Any]:
    """The headers, and the proxy, as arguments for aiohttp.

    A proxy's password goes to the proxy only: with the request where the proxy forwards it (http), and with
    CONNECT where the proxy opens a tunnel (https).
    """
    arguments: dict[str, Any] = {"headers": _lines(request.headers)}
    proxy = request.meta.get("proxy")
    if not proxy:
        return arguments
    arguments["proxy"] = add_http_if_no_scheme(proxy)
    if secret := request.headers.get("Proxy-Authorization"):
        tunnel = request.url.startswith("https:")
        told = arguments.setdefault("proxy_headers", []) if tunnel else arguments["headers"]
        told.append(("Proxy-Authorization", secret.decode()))
    return arguments


def _lines(headers: Headers) -> list[tuple[str, str]]:
    """Without the proxy's password."""
    # Scrapy's ``Headers`` normalises every name that it is asked for; ``dict.items`` takes them as they are.
    return [
        (name.decode(), value.decode())
        for name, values in dict.items(headers)
        if name != b"Proxy-Authorization"
        for value in values
    ]


def _public(request: Request) -> Request:
    """The request without the proxy's password."""
    if "Proxy-Authorization" not in request.headers:
        return request
    copy = request.copy()
    del copy.headers["Proxy-Authorization"]
    return copy


def is_failure(status: int) -> bool:
    """A status that says more about the host than about the page."""
    return status >= 500 or status in (408, 429)
