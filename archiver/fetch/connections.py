"""HTTP connections with aiohttp, and their limits."""

from __future__ import annotations

import ssl
from ipaddress import IPv4Address, IPv6Address, ip_address

import aiohttp
from aiohttp.abc import AbstractResolver
from aiohttp.connector import Connection
from scrapy.settings import BaseSettings

MAX_HEADERS = 200
"""The most header lines of a response. The known sites send fewer than thirty (faults N32)."""

MAX_HEADER_SIZE = 16 * 1024
"""The most bytes of a header line."""

_TLS_VERSIONS = {
    "TLSv1.0": ssl.TLSVersion.TLSv1,
    "TLSv1.1": ssl.TLSVersion.TLSv1_1,
    "TLSv1.2": ssl.TLSVersion.TLSv1_2,
    "TLSv1.3": ssl.TLSVersion.TLSv1_3,
}
"""The values of Scrapy's ``DOWNLOAD_TLS_MIN_VERSION`` and ``DOWNLOAD_TLS_MAX_VERSION``."""


class ClientResponse(aiohttp.ClientResponse):
    """Keeps the peer's address, because aiohttp releases the connection as soon as the body is read."""

    peer: IPv4Address | IPv6Address | None = None
    certificate: bytes | None = None
    """In DER; None without TLS."""

    async def start(self, connection: Connection) -> aiohttp.ClientResponse:
        if transport := connection.transport:
            self.peer = ip_address(transport.get_extra_info("peername")[0])
            if tls := transport.get_extra_info("ssl_object"):
                self.certificate = tls.getpeercert(binary_form=True)
        return await super().start(connection)


class AttemptFailed(aiohttp.ClientError):
    """Wraps an error after which aiohttp would send the request again; see :func:`send_once`."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


async def send_once(
    request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """An aiohttp client middleware: sends each request once, because ``Retries`` counts and delays attempts.

    If the connection is lost before the response begins, aiohttp sends an idempotent request a second time.
    It does so for these two exceptions only, so this function raises another one.
    """
    try:
        return await send(request)
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as exc:
        raise AttemptFailed(exc) from None


def open_session(settings: BaseSettings, resolver: AbstractResolver) -> aiohttp.ClientSession:
    """Needs a running event loop. The session has no cookies, no default headers and no decompression."""
    connector = aiohttp.TCPConnector(
        local_addr=_bind_address(settings),
        limit=settings.getint("CONCURRENT_REQUESTS"),
        limit_per_host=settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN"),
        resolver=resolver,
        use_dns_cache=False,  # each connection needs an address that was just checked
    )
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        response_class=ClientResponse,
        skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
        max_headers=MAX_HEADERS,
        max_field_size=MAX_HEADER_SIZE,
        middlewares=(send_once,),
    )


def _bind_address(settings: BaseSettings) -> tuple[str, int] | None:
    """``DOWNLOAD_BIND_ADDRESS`` is an address, or a pair of an address and a port."""
    address: str | tuple[str, int] | None = settings["DOWNLOAD_BIND_ADDRESS"]
    return (address, 0) if isinstance(address, str) else address


def tls_context(settings: BaseSettings) -> ssl.SSLContext:
    """Follows Scrapy's TLS settings. Raises ValueError for an unknown TLS version."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if settings.getbool("DOWNLOAD_VERIFY_CERTIFICATES"):
        context.load_default_certs()
    else:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if lowest := settings["DOWNLOAD_TLS_MIN_VERSION"]:
        context.minimum_version = _tls_version("DOWNLOAD_TLS_MIN_VERSION", lowest)
    if highest := settings["DOWNLOAD_TLS_MAX_VERSION"]:
        context.maximum_version = _tls_version("DOWNLOAD_TLS_MAX_VERSION", highest)
    if ciphers := settings["DOWNLOADER_CLIENT_TLS_CIPHERS"]:
        context.set_ciphers(ciphers)
    return context


def _tls_version(setting: str, written: str) -> ssl.TLSVersion:
    if written not in _TLS_VERSIONS:
        raise ValueError(f"{setting}={written!r} is not one of {', '.join(_TLS_VERSIONS)}")
    return _TLS_VERSIONS[written]
