"""Connections, as the server sees them."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from scrapy.settings import Settings

from archiver.fetch.connections import AttemptFailed, ClientResponse, open_session, tls_context
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
    resolver = PublicResolver(1.0, [], frozenset())
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


def test_an_unknown_tls_version_is_refused_with_one_sentence() -> None:
    with pytest.raises(ValueError, match=r"DOWNLOAD_TLS_MIN_VERSION='SSLv3' is not one of TLSv1\.0, "):
        context(DOWNLOAD_TLS_MIN_VERSION="SSLv3")
