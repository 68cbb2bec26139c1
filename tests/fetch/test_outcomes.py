"""What a failed download means for its article."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from scrapy.http import Response
from scrapy.settings import Settings

from archiver.errors import Deferred
from archiver.fetch.connections import AttemptFailed, open_session
from archiver.fetch.outcomes import described, of_error, of_status
from archiver.fetch.resolver import PublicResolver
from archiver.replica import certificates


@pytest.mark.parametrize(
    ("host", "days", "signed", "reason"),
    [
        ("127.0.0.1", -1, True, "certificate has expired"),
        ("127.0.0.200", 30, True, "IP address mismatch, certificate is not valid for '127.0.0.1'."),
        ("127.0.0.1", 30, False, "self-signed certificate"),
    ],
)
def test_a_refused_certificate_is_reported_with_the_reason_of_openssl(
    tmp_path: Path, host: str, days: int, signed: bool, reason: str
) -> None:
    """Faults N30."""
    trusted = certificates.authority()
    served = certificates.context(tmp_path, host, trusted if signed else None, days=days)
    client = ssl.create_default_context(cadata=trusted.certificate.public_bytes(Encoding.DER))

    async def run() -> BaseException:
        server = await asyncio.start_server(
            lambda _reader, writer: writer.close(), "127.0.0.1", 0, ssl=served
        )
        url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        settings = Settings({"CONCURRENT_REQUESTS_PER_DOMAIN": 1})
        async with server, open_session(settings, PublicResolver(1.0, [])) as session:
            with pytest.raises(AttemptFailed) as caught:
                await session.get(url, ssl=client)
        return caught.value.error

    problem = of_error(asyncio.run(run()))
    assert (type(problem), problem.reason) == (Deferred, "tls_untrusted")
    assert problem.detail == f"the certificate is refused: {reason}"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "Cannot connect to host a.cn:443 ssl:<ssl.SSLContext object at 0x7f12b78f1fd0> [No route]",
            "Cannot connect to host a.cn:443 [No route]",
        ),
        (
            "Cannot connect to host a.cn:80 ssl:default [Connect call failed]",
            "Cannot connect to host a.cn:80 [Connect call failed]",
        ),
        ("Cannot connect to host a.cn:443 ssl:True [None]", "Cannot connect to host a.cn:443 [None]"),
        ("closed <_SelectorSocketTransport fd=9 at 0x7FAB>", "closed"),
        ("<object at 0x1> is closed", " is closed"),
        ("Expected <html> at the begin", "Expected <html> at the begin"),
        ("", ""),
    ],
)
def test_an_error_is_described_without_objects_of_the_program(text: str, shown: str) -> None:
    assert described(OSError(text)) == f"OSError: {shown}".removesuffix(": ")


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (200, ""),
        (203, ""),
        (201, "status_201"),
        (202, "status_202"),
        (204, "empty"),
        (205, "status_205"),
        (206, "status_206"),
        (207, "status_207"),
        (208, "status_208"),
        (218, "status_218"),
        (226, "status_226"),
        (299, "status_299"),
    ],
)
def test_only_statuses_of_a_whole_page_are_read(status: int, reason: str) -> None:
    problem = of_status(Response("http://site.example/a", status))
    assert (problem.reason if problem else "") == reason
    if problem and status not in (218, 299):
        assert problem.detail.startswith(f"the response has status {status} (")
