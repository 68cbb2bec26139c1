"""HTTP connections with aiohttp, and their limits."""

from __future__ import annotations

import asyncio
import select
import ssl
from collections.abc import Iterator
from functools import partial
from ipaddress import IPv4Address, IPv6Address, ip_address

import aiohttp
from aiohttp.abc import AbstractResolver
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection
from aiohttp.http_exceptions import LineTooLong
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


class Idle(asyncio.Protocol):
    """Receives for a connection in the pool, where nothing can be a response: whatever arrives closes it."""

    def __init__(self, handler: ResponseHandler) -> None:
        self._handler = handler

    def data_received(self, _data: bytes) -> None:
        if transport := self._handler.transport:
            transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._handler.connection_lost(exc)

    def resume_writing(self) -> None:
        self._handler.resume_writing()


class Connector(aiohttp.TCPConnector):
    """Takes a connection from the pool only if the server was silent since its last response.

    aiohttp alone would take what a server sent in between for the response to the next request (faults N34).
    """

    async def connect(
        self,
        req: aiohttp.ClientRequest,
        traces: list[Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - aiohttp's signature
    ) -> Connection:
        while True:
            connection = await super().connect(req, traces, timeout)
            if not _has_come(connection):
                connection.add_callback(partial(_watch, connection.protocol))
                return connection
            connection.close()


def _has_come(connection: Connection) -> bool:
    """Whether anything came on a connection of the pool since its last response. Ends the watch."""
    transport, handler = connection.transport, connection.protocol
    assert transport is not None
    assert handler is not None
    if not isinstance(transport.get_protocol(), Idle):
        return False  # a new connection
    transport.set_protocol(handler)
    return handler.should_close or _is_readable(transport)


def _watch(handler: ResponseHandler | None) -> None:
    """Called when aiohttp puts a connection into the pool, or closes it."""
    if handler is not None and (transport := handler.transport):
        transport.set_protocol(Idle(handler))


def _is_readable(transport: asyncio.BaseTransport) -> bool:
    """Whether the socket has bytes, or its end, that the event loop has not read yet."""
    poll = select.poll()
    poll.register(transport.get_extra_info("socket"), select.POLLIN)
    return bool(poll.poll(0))


class ProxyRefused(aiohttp.ClientError):
    """A proxy answered CONNECT with an error."""


class UnreadableResponse(aiohttp.ClientError):
    """What the server sent is not HTTP."""


class HeadersTooLarge(aiohttp.ClientError):
    """A response has more than ``MAX_HEADERS`` header lines, or one of more than ``MAX_HEADER_SIZE``."""


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and the chain of its causes (``raise … from``)."""
    while error is not None:
        yield error
        error = error.__cause__


def without_request(error: aiohttp.ClientResponseError) -> aiohttp.ClientError:
    """The same error without the request's headers, which may contain the password of the proxy, and without
    its cause, in which a proxy may repeat them."""
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return ProxyRefused(f"the proxy answered CONNECT with status {error.status}")
    if "Too many headers" in error.message or any(isinstance(one, LineTooLong) for one in causes(error)):
        return HeadersTooLarge("the response has too many header lines, or one that is too long")
    # aiohttp shows the line in question on a line of its own, and below it a mark
    why = " ".join(error.message.rstrip(" ^").split()) or f"status {error.status}"
    return UnreadableResponse(redact(f"the response is not valid HTTP: {why}"))


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
