"""HTTP connections with aiohttp, and their limits."""

from __future__ import annotations

import select
import ssl
from asyncio import BaseProtocol, BaseTransport
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any
from weakref import WeakSet

import aiohttp
from aiohttp.abc import AbstractResolver
from aiohttp.connector import Connection
from aiohttp.tracing import Trace
from scrapy.settings import BaseSettings

from archiver.safe_text import redact
from archiver.scrapy_settings import TLS_VERSIONS, bind_address

MAX_HEADERS = 200
"""The most header lines of a response. The known sites send fewer than thirty (faults N32)."""

MAX_HEADER_SIZE = 16 * 1024
"""The most bytes of a header line."""


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


class Connector(aiohttp.TCPConnector):
    """Takes a connection from the pool only if it was silent since its last response.

    aiohttp alone would take what a server sent in between for the response to the next request (faults N34).
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._used: WeakSet[BaseProtocol] = WeakSet()

    async def connect(
        self,
        req: aiohttp.ClientRequest,
        traces: list[Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - aiohttp's signature
    ) -> Connection:
        while True:
            connection = await super().connect(req, traces, timeout)
            protocol = connection.protocol
            assert protocol is not None, "aiohttp returns an open connection"
            if protocol not in self._used:
                self._used.add(protocol)
                return connection
            if not (protocol.should_close or _is_readable(protocol.transport)):
                return connection
            connection.close()


def _is_readable(transport: BaseTransport | None) -> bool:
    """Whether the socket has unread bytes or is closed; the event loop may not know it yet."""
    socket = transport.get_extra_info("socket") if transport else None
    if socket is None or socket.fileno() < 0:
        return True
    poll = select.poll()
    poll.register(socket, select.POLLIN)
    return bool(poll.poll(0))


class ProxyRefused(aiohttp.ClientError):
    """A proxy answered CONNECT with an error."""


class UnreadableResponse(aiohttp.ClientError):
    """What the server sent is not HTTP."""


def without_request(error: aiohttp.ClientResponseError) -> aiohttp.ClientError:
    """The same error without the request's headers, which may contain the password of the proxy."""
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return ProxyRefused(f"the proxy answered CONNECT with status {error.status}")
    stripped = UnreadableResponse(redact(error.message) or f"status {error.status}")
    stripped.__cause__ = error.__cause__
    return stripped


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
    connector = Connector(
        local_addr=bind_address("DOWNLOAD_BIND_ADDRESS", settings["DOWNLOAD_BIND_ADDRESS"]),
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


def tls_context(settings: BaseSettings) -> ssl.SSLContext:
    """Follows Scrapy's TLS settings, which are checked."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if settings.getbool("DOWNLOAD_VERIFY_CERTIFICATES"):
        context.load_default_certs()
    else:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if lowest := settings["DOWNLOAD_TLS_MIN_VERSION"]:
        context.minimum_version = TLS_VERSIONS[lowest]
    if highest := settings["DOWNLOAD_TLS_MAX_VERSION"]:
        context.maximum_version = TLS_VERSIONS[highest]
    if ciphers := settings["DOWNLOADER_CLIENT_TLS_CIPHERS"]:
        context.set_ciphers(ciphers)
    return context
