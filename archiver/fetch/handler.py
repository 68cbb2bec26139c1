"""The last place before a connection, and the first to see what came of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic
from urllib.parse import urlsplit

import aiohttp
from scrapy import Request, Spider
from scrapy.core.downloader.handlers._aiohttp import AiohttpDownloadHandler, _ClientResponse
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadCancelledError, ResponseDataLossError
from scrapy.http import Headers, Response
from scrapy.utils.python import global_object_name
from yarl import URL

from archiver.errors import Quarantined
from archiver.fetch.resolver import (
    Address,
    PublicResolver,
    as_address,
    is_allowed,
    is_odd_address,
    proxy_hosts,
)
from archiver.fetch.retry import SPENT, HostIsQuiet, Retries
from archiver.options import networks
from archiver.sites.addresses import origin_of
from archiver.sites.profile import Profile

MOST_HEADERS = 200
"""Header lines of one answer; the sites that were seen send less than thirty (faults N32)."""

LONGEST_HEADER = 16 * 1024
"""Bytes of one header line."""


class HttpHandler(AiohttpDownloadHandler):
    """Asks only who may be asked now, takes no longer than the article has left, and remembers how it went.

    A request may have been queued long after its middlewares saw it: what they were told is asked anew here.
    """

    experimental = False
    """To Scrapy 2.19 it is; here every fault of docs/faults/network.md is tried on it."""

    lazy = True
    """It is made with the first request: ``scrapy shell`` has no running loop before."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._fail_on_dataloss_warned = True  # the warning recommends what must not be done
        scrapy_counts = crawler.settings.getbool("DOWNLOADER_STATS")
        self._count = _count_not if scrapy_counts else crawler.stats.inc_value
        self._private = networks(crawler.settings.getlist("ARCHIVER_PRIVATE_ADDRESSES"))
        self._proxies = proxy_hosts()
        self._stated = _addresses_of(crawler.spider)
        self._retries: Retries | None = None
        self._scrapys_session = self._session
        self._session = self._own_session(crawler.settings.getfloat("DNS_TIMEOUT"))

    def _own_session(self, dns_seconds: float) -> aiohttp.ClientSession:
        """Scrapy's own, with our resolver and our limits."""
        connector = aiohttp.TCPConnector(
            local_addr=self._bind_address,
            limit=self._pool_size_total,
            limit_per_host=self._pool_size_per_host,
            resolver=PublicResolver(dns_seconds, self._private, self._proxies),
            use_dns_cache=False,  # every connection goes to an address that was checked for it
        )
        session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            response_class=_ClientResponse,
            skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
            max_headers=MOST_HEADERS,
            max_field_size=LONGEST_HEADER,
        )
        session._retry_connection = False  # noqa: SLF001 - Retries counts every attempt
        return session

    async def close(self) -> None:
        await super().close()
        await self._scrapys_session.close()

    @asynccontextmanager
    async def _make_request(
        self,
        request: Request,
        timeout: float,  # noqa: ASYNC109 - Scrapy's signature
    ) -> AsyncIterator[_ClientResponse]:
        """Scrapy's own sends addresses and empty bodies otherwise than it is told to, and its names for what
        went wrong tell less than aiohttp's."""
        async with await self._session.request(
            request.method,
            URL(request.url, encoded=True),
            data=request.body or None,
            headers=_as_text(request.headers),
            timeout=aiohttp.ClientTimeout(total=timeout),
            ssl=self._ssl_context,
            allow_redirects=False,
            proxy=self._extract_proxy_url_with_creds(request),
        ) as response:
            assert isinstance(response, _ClientResponse)
            yield response

    async def download_request(self, request: Request) -> Response:
        self._refuse_address(request)
        self._retries = self._retries or self.crawler.get_downloader_middleware(Retries)
        if self._retries is None:
            return await self._downloaded(request)
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
        """Keeps those of Scrapy's statistics of traffic that somebody reads: sizing every request is dear."""
        self._count("downloader/request_count")
        try:
            response = await super().download_request(request)
        except Exception as exc:  # whatever it is, it is counted and told on
            self._count("downloader/exception_count")
            self._count(f"downloader/exception_type_count/{global_object_name(type(exc))}")
            raise
        self._count("downloader/response_count")
        self._count(f"downloader/response_status_count/{response.status}")
        self._count("downloader/response_bytes", len(response.body) + _size_of(response.headers))
        if response.headers.keys().isdisjoint((b"Content-Length", b"Transfer-Encoding")):
            response.flags.append("partial")  # nobody said where it ends
        return response

    def _refuse_address(self, request: Request) -> None:
        """The resolver sees names only; and it lets the proxy's pass, which opens it to no request that takes
        no proxy."""
        if request.meta.get("proxy"):
            return
        name = urlsplit(request.url).hostname or ""
        address = as_address(name)
        if address is None and name not in self._proxies and not is_odd_address(name):
            return
        if address not in self._stated and not (address and is_allowed(address, self._private)):
            raise Quarantined("private_address", f"{name} is not among the public addresses")

    @staticmethod
    def _extract_headers(response: aiohttp.ClientResponse) -> Headers:
        """As the bytes they came in, whatever their encoding."""
        headers = Headers()
        for name, value in response.raw_headers:
            dict.setdefault(headers, name.title(), []).append(value)
        return headers


def _addresses_of(spider: Spider | None) -> frozenset[Address | None]:
    """What the origins of its profile are written with: whoever writes an address means it."""
    site = getattr(spider, "site", None)
    origins = site.origins if isinstance(site, Profile) else ()
    return frozenset(as_address(urlsplit(origin).hostname or "") for origin in origins) - {None}


def _count_not(_name: str, _by: int = 1) -> None:
    """Scrapy does."""


# Scrapy's ``Headers`` spells every name anew that it is asked for; ``dict.items`` takes them as they are.


def _as_text(headers: Headers) -> list[tuple[str, str]]:
    """All but those for the proxy, which gets its own."""
    return [
        (name.decode(), value.decode())
        for name, values in dict.items(headers)
        if name != b"Proxy-Authorization"
        for value in values
    ]


def _size_of(headers: Headers) -> int:
    """Bytes on the wire, each line with its ``: `` and its end."""
    return sum(len(name) + len(value) + 4 for name, values in dict.items(headers) for value in values)


def is_failure(status: int) -> bool:
    """A status that says more about the host than about the page."""
    return status >= 500 or status in (408, 429)
