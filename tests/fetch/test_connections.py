"""Connections, as the server sees them."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import aiohttp
import pytest
from multidict import CIMultiDict, CIMultiDictProxy
from scrapy.settings import Settings
from yarl import URL

from archiver.fetch.connections import (
    AttemptFailed,
    ClientResponse,
    open_session,
    tls_context,
    without_request,
)
from archiver.fetch.resolver import PublicResolver

SETTINGS = {"CONCURRENT_REQUESTS": 16, "CONCURRENT_REQUESTS_PER_DOMAIN": 1}
GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


async def serve(
    replies: list[bytes], use: Callable[[aiohttp.ClientSession, str], Awaitable[None]], **settings: Any
) -> list[str]:
    """The client's address for each request to a server with these replies; an empty reply closes the connection."""
    peers = []

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.readline():
            await reader.readuntil(b"\r\n\r\n")
            peers.append(writer.get_extra_info("peername")[0])
            writer.write(reply := replies.pop(0))
            if not reply:
                break
        writer.close()

    server = await asyncio.start_server(converse, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    resolver = PublicResolver(1.0, [])
    async with server, open_session(Settings(SETTINGS | settings), resolver) as session:
        await use(session, url)
    return peers


def test_a_request_on_a_connection_that_the_server_closed_is_sent_once() -> None:
    """aiohttp alone would send it twice, and one of the two requests would not be counted."""

    async def use(session: aiohttp.ClientSession, url: str) -> None:
        async with session.get(url) as answer:
            assert await answer.read() == b"ok"
        with pytest.raises(AttemptFailed) as failed:
            await session.get(url)
        assert isinstance(failed.value.error, aiohttp.ServerDisconnectedError)

    assert len(asyncio.run(serve([GOOD, b"", GOOD], use))) == 2


def test_a_response_keeps_its_peer_address_after_its_body_is_read() -> None:
    async def use(session: aiohttp.ClientSession, url: str) -> None:
        async with session.get(url) as answer:
            await answer.read()
        assert isinstance(answer, ClientResponse)
        assert str(answer.peer) == "127.0.0.1"
        assert answer.certificate is None

    assert len(asyncio.run(serve([GOOD], use))) == 1


@pytest.mark.parametrize("address", ["127.0.0.7", ("127.0.0.7", 0)])
def test_connections_come_from_the_bind_address(address: object) -> None:
    async def use(session: aiohttp.ClientSession, url: str) -> None:
        async with session.get(url) as answer:
            await answer.read()

    assert asyncio.run(serve([GOOD], use, DOWNLOAD_BIND_ADDRESS=address)) == ["127.0.0.7"]


LATE = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nFALSE"


@pytest.mark.parametrize(
    ("unasked", "known"),
    [(LATE, True), (LATE, False), (LATE[:10], True), (b"\0", False), (b"", True), (b"", False)],
    ids=lambda value: repr(value[:10]) if isinstance(value, bytes) else "seen" if value else "unseen",
)
def test_an_idle_connection_on_which_something_came_is_not_used_again(unasked: bytes, known: bool) -> None:
    """``known``: whether the event loop has read it, or it is still in the socket. Empty: the end."""

    async def run() -> list[tuple[int, bytes]]:
        connections: list[asyncio.StreamWriter] = []

        async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            connections.append(writer)
            with suppress(ConnectionError):  # the client closes a connection with unread bytes: a reset
                while await reader.readline():
                    await reader.readuntil(b"\r\n\r\n")
                    writer.write(GOOD)
            writer.close()

        server = await asyncio.start_server(converse, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        seen = []
        async with server, open_session(Settings(SETTINGS), PublicResolver(1.0, [])) as session:
            for number in range(4):
                if number == 2:
                    with socket.socket(
                        fileno=os.dup(connections[0].get_extra_info("socket").fileno())
                    ) as raw:
                        raw.send(unasked) if unasked else raw.shutdown(socket.SHUT_WR)
                    await asyncio.sleep(0.05 if known else 0)
                async with session.get(url) as answer:
                    seen.append((len(connections), await answer.read()))
        await asyncio.gather(*(writer.wait_closed() for writer in connections), return_exceptions=True)
        return seen

    assert asyncio.run(run()) == [(1, b"ok"), (1, b"ok"), (2, b"ok"), (2, b"ok")]


def test_errors_of_a_response_do_not_contain_the_request() -> None:
    info = aiohttp.RequestInfo(
        URL("http://far.example"),
        "GET",
        CIMultiDictProxy(CIMultiDict({"Proxy-Authorization": "Secret"})),
        URL(),
    )
    error = aiohttp.ClientResponseError(info, (), status=400, message="no http://me:Secret@far.example")
    error.__cause__ = ValueError("Secret")
    stripped = without_request(error)
    assert str(stripped) == "the response is not valid HTTP: no http://***@far.example"
    assert stripped.__cause__ is None
    refused = without_request(aiohttp.ClientHttpProxyError(info, (), status=407, message="Secret"))
    assert str(refused) == "the proxy answered CONNECT with status 407"
    for each in (stripped, refused):
        assert "Secret" not in f"{each!r} {each.args} {vars(each)}"


def context(**settings: Any) -> ssl.SSLContext:
    return tls_context(Settings(settings))


def test_certificates_are_verified_only_if_the_setting_is_true() -> None:
    strict = context(DOWNLOAD_VERIFY_CERTIFICATES=True)
    assert (strict.verify_mode, strict.check_hostname) == (ssl.CERT_REQUIRED, True)
    lax = context(DOWNLOAD_VERIFY_CERTIFICATES=False)
    assert (lax.verify_mode, lax.check_hostname) == (ssl.CERT_NONE, False)


def test_tls_versions_and_ciphers_follow_the_settings() -> None:
    made = context(
        DOWNLOAD_TLS_MIN_VERSION="TLSv1.2",
        DOWNLOAD_TLS_MAX_VERSION="TLSv1.2",
        DOWNLOADER_CLIENT_TLS_CIPHERS="ECDHE-RSA-AES128-GCM-SHA256",
    )
    assert made.minimum_version == made.maximum_version == ssl.TLSVersion.TLSv1_2
    names = {cipher["name"] for cipher in made.get_ciphers() if not cipher["name"].startswith("TLS_")}
    assert names == {"ECDHE-RSA-AES128-GCM-SHA256"}
