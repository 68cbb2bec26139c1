"""Scrapy's download handler for http and https: checks a request for the last time, and sends it."""

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
from archiver.fetch.abort import Aborts
from archiver.fetch.asking import with_keys, without_keys
from archiver.fetch.connections import (
    AttemptFailed,
    ClientResponse,
    open_session,
    tls_context,
    without_request,
)
from archiver.fetch.exchange import Exchange, Recorders
from archiver.fetch.proxies import read_proxy, use_proxy
from archiver.fetch.public_addresses import Address
from archiver.fetch.reader import ResponseReader
from archiver.fetch.resolver import (
    PublicResolver,
    TimedResolver,
    as_address,
    is_allowed,
    is_odd_address,
)
from archiver.fetch.retry import SPENT, Retries
from archiver.fetch.site import find_site
from archiver.fetch.traffic import Traffic
from archiver.setting_values import networks
from archiver.sites.profile import Profile

PROXIED = "downloader/proxy/"
"""The statistics whose names begin with this count the requests that were sent through each proxy."""


class HttpHandler(BaseDownloadHandler):
    """Sends a request if its host may be contacted now, and records the result.

    A request may stay in a queue for a long time after the middlewares checked it, so it is checked again.
    """

    lazy = True
    """Created with the first request: before that, ``scrapy shell`` has no running event loop."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        settings = crawler.settings
        self._private = networks(settings.getlist("ARCHIVER_PRIVATE_ADDRESSES"))
        self._origin_addresses = _addresses_of_origins(find_site(crawler))
        self._timeout = settings.getfloat("DOWNLOAD_TIMEOUT")
        self._recorders = crawler.get_extension(Recorders)
        self._traffic = Traffic.of(crawler)
        self._aborts = Aborts(crawler)
        self._retries: Retries | None = None
        self._reader = ResponseReader(crawler)
        self._tls = tls_context(settings)
        seconds = settings.getfloat("DNS_TIMEOUT")
        self._direct = open_session(settings, PublicResolver(seconds, self._private))
        self._through_proxies = open_session(settings, TimedResolver(seconds))

    async def close(self) -> None:
        await self._direct.close()
        await self._through_proxies.close()

    async def download_request(self, request: Request) -> Response:
        self._refuse_address(request)
        self._retries = self._retries or self.crawler.get_downloader_middleware(Retries)
        if self._retries is None:
            return await self._send_recorded(request)
        await self._retries.admission.begin(request)
        return await self._send_counted(request, self._retries)

    async def _send_counted(self, request: Request, retries: Retries) -> Response:
        """Adds the time to what was spent on the article, and reports the result to the circuit breaker."""
        began, succeeded = monotonic(), False
        try:
            request.meta["download_timeout"] = retries.timeout(request, self._timeout_of(request))
            response = await self._send_recorded(request)
            succeeded = not is_failure(response.status)
            return response
        except (DownloadCancelledError, ResponseDataLossError, StorageError):
            succeeded = True  # the cause is the page or the disk: the host works
            raise
        finally:
            request.meta[SPENT] = request.meta.get(SPENT, 0.0) + monotonic() - began
            retries.admission.end(request, succeeded=succeeded)

    async def _send_recorded(self, request: Request) -> Response:
        """Makes one attempt, counts it, and passes it to the recorders."""
        at, began = datetime.now(UTC), monotonic()
        if self._traffic:
            self._traffic.sent()
        try:
            response = await self._aborts.run(self._send(request))
        except Exception as exc:  # every error is counted, recorded and raised again
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
            self._recorders.record(Exchange(_redacted(request), response, error, at, monotonic() - began))

    async def _send(self, request: Request) -> Response:
        began = monotonic()
        error: Exception
        sent = with_keys(request)
        try:
            async with self._session_for(request).request(
                request.method,
                URL(sent.url, encoded=True),
                data=sent.body or None,
                timeout=aiohttp.ClientTimeout(total=self._timeout_of(request)),
                ssl=self._tls,
                allow_redirects=False,
                **_headers(sent),
            ) as answer:
                request.meta["download_latency"] = monotonic() - began
                assert isinstance(answer, ClientResponse)
                return without_keys(await self._reader.read(answer, request), request)
        except AttemptFailed as failed:
            error = failed.error
        except aiohttp.ClientResponseError as failed_response:
            error = without_request(failed_response)
        raise error  # here, because an exception that is raised while another is handled keeps that one

    def _session_for(self, request: Request) -> aiohttp.ClientSession:
        proxy = request.meta.get("proxy")
        if not proxy:
            return self._direct
        self.crawler.stats.inc_value(f"{PROXIED}{urlsplit(add_http_if_no_scheme(proxy)).hostname}")
        return self._through_proxies

    def _timeout_of(self, request: Request) -> float:
        """Seconds for the whole attempt, from the name resolution to the last byte."""
        return float(request.meta.get("download_timeout", self._timeout))

    def _refuse_address(self, request: Request) -> None:
        """Checks what the resolver does not see: addresses in the place of names."""
        if proxy := request.meta.get("proxy"):
            if "@" in proxy:  # set by a middleware that came after Proxies
                use_proxy(request, read_proxy("Request.meta['proxy']", proxy, "latin-1"))
            return
        name = urlsplit(request.url).hostname or ""
        address = as_address(name)
        if address is None and not is_odd_address(name):
            return
        if address not in self._origin_addresses and not (address and is_allowed(address, self._private)):
            raise Quarantined("private_address", f"{name} is not a public address")


def _addresses_of_origins(site: Profile | None) -> frozenset[Address | None]:
    """The IP addresses in the profile's origins. They are allowed, public or not."""
    origins = site.origins if site else ()
    return frozenset(as_address(urlsplit(origin).hostname or "") for origin in origins) - {None}


def _headers(request: Request) -> dict[str, Any]:
    """The headers and the proxy as arguments for aiohttp.

    A proxy's password is sent to the proxy only: with the request if the proxy forwards it (http), and with
    CONNECT if the proxy opens a tunnel (https).
    """
    arguments: dict[str, Any] = {"headers": _header_lines(request.headers)}
    proxy = request.meta.get("proxy")
    if not proxy:
        return arguments
    arguments["proxy"] = add_http_if_no_scheme(proxy)
    if secret := request.headers.get("Proxy-Authorization"):
        tunnel = request.url.startswith("https:")
        lines = arguments.setdefault("proxy_headers", []) if tunnel else arguments["headers"]
        lines.append(("Proxy-Authorization", secret.decode()))
    return arguments


def _header_lines(headers: Headers) -> list[tuple[str, str]]:
    """All header lines except the proxy's password."""
    # ``Headers.items`` would normalise every name again; ``dict.items`` takes the names as they are.
    return [
        (name.decode(), value.decode())
        for name, values in dict.items(headers)
        if name != b"Proxy-Authorization"
        for value in values
    ]


def _redacted(request: Request) -> Request:
    """The request without the proxy's password."""
    if "Proxy-Authorization" not in request.headers:
        return request
    copy = request.copy()
    del copy.headers["Proxy-Authorization"]
    return copy


def is_failure(status: int) -> bool:
    """Whether the status reports a problem of the host rather than of the page."""
    return status >= 500 or status in (408, 429)
