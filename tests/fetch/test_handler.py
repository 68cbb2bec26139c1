"""The handler alone: what it sends, and how it reads responses."""

from __future__ import annotations

import asyncio
import logging
import time
from base64 import b64encode
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy import Request, signals
from scrapy.exceptions import DownloadCancelledError, ResponseDataLossError, StopDownload
from scrapy.http import HtmlResponse, Response
from scrapy.settings import Settings
from scrapy.signalmanager import SignalManager
from scrapy.statscollectors import MemoryStatsCollector

from archiver.errors import Deferred
from archiver.fetch.connections import UnreadableResponse
from archiver.fetch.handler import HttpHandler
from archiver.fetch.outcomes import of_error
from tests import faultd
from tests.faultd import Fault, Faultd, Reply

PAGE = b"<html><body>" + b"text " * 100 + b"</body></html>"
HTML = "text/html; charset=utf-8"


def crawler(**settings: Any) -> Any:
    kept = {"ARCHIVER_PRIVATE_ADDRESSES": "127.0.0.0/8", "DNS_TIMEOUT": 1, "DOWNLOAD_TIMEOUT": 5, **settings}

    def nothing(_kind: type) -> None:
        """No other component exists."""

    made = SimpleNamespace(
        settings=Settings(kept), spider=None, get_downloader_middleware=nothing, get_extension=nothing
    )
    made.signals = SignalManager(made)
    made.stats = MemoryStatsCollector(made)
    return made


def download(fault: Fault, made: Any = None, *, path: str = "/", **meta: Any) -> Response:
    """The result of the handler for a response with this fault."""

    async def run(url: str) -> Response:
        handler = HttpHandler.from_crawler(made or crawler())
        try:
            return await handler.download_request(Request(url, meta=meta))
        finally:
            await handler.close()

    with Faultd(lambda _host, _path: Reply(PAGE, HTML)) as server:
        server.always[path] = fault
        return asyncio.run(run(server.origin(1) + path))


def test_a_response_has_the_received_body_headers_peer_and_protocol() -> None:
    response = download(faultd.headers("X-Raw: caf\xe9", "set-cookie: a=1", "Set-Cookie: b=2"))
    assert isinstance(response, HtmlResponse)
    assert (response.status, response.body, response.flags) == (200, PAGE, [])
    assert response.headers["X-Raw"] == b"caf\xe9"
    assert response.headers.getlist("Set-Cookie") == [b"a=1", b"b=2"]
    assert (str(response.ip_address), response.protocol) == ("127.0.0.2", "HTTP/1.1")


READABLE_LINES = {
    # what is odd: (bytes of the response, name of a header, its value)
    "folded with a blank": (b"X-A: one\r\n two\r\n", "X-A", b"one two"),
    "folded with a tab": (b"X-A: one\r\n\ttwo\r\n", "X-A", b"one\ttwo"),
    "folded before any header": (b" X-A: one\r\n", "X-A", b"one"),
    "a line of blanks": (b"X-A: one\r\n   \r\n", "X-A", b"one"),
    "no value": (b"X-A:\r\n", "X-A", b""),
    "blanks around the value": (b"X-A: \t one \t\r\n", "X-A", b"one"),
    "LF without CR": (b"X-A: one\nX-B: two\n", "X-B", b"two"),
    "GBK in the value": ("X-A: 样例\r\n".encode("gbk"), "X-A", "样例".encode("gbk")),
    "UTF-8 in the value": ("X-A: 样例\r\n".encode(), "X-A", "样例".encode()),
    "a control character in the value": (b"X-A: a\x01b\r\n", "X-A", b"a\x01b"),
    "a second Content-Type": (b"Content-Type: text/plain\r\n", "X-A", None),
}
UNREADABLE_LINES = {
    "no colon": b"something\r\n",
    "a second status line": b"HTTP/1.1 200 OK\r\n",
    "a blank in the name": b"X Bad Name: 1\r\n",
    "a blank before the colon": b"X-A : 1\r\n",
    "a tab before the colon": b"X-A\t: 1\r\n",
    "no name": b": 1\r\n",
    "brackets in the name": b"X(a): 1\r\n",
    "a slash in the name": b"X/a: 1\r\n",
    "a quoted name": b'"X-A": 1\r\n',
    "Chinese in the name": "样例: 1\r\n".encode(),
    "markup": b"<br />Warning: x\r\n",
    "NUL in the name": b"X\0A: 1\r\n",
    "NUL in the value": b"X-A: a\0b\r\n",
    "CR in the value": b"X-A: a\rb\r\n",
    "two CRs": b"X-A: a\r\r\n",
}
"""aiohttp has no option to accept these (``docs/reliability.md``). If a later version reads one, move its row."""


@pytest.mark.parametrize("name", READABLE_LINES)
def test_an_odd_header_line_does_not_cost_the_response(name: str) -> None:
    lines, header, value = READABLE_LINES[name]
    response = download(faultd.head_lines(lines))
    assert (response.status, response.body) == (200, PAGE)
    assert response.headers.get(header) == value
    assert response.headers["Content-Length"] == str(len(PAGE)).encode()


@pytest.mark.parametrize("name", UNREADABLE_LINES)
def test_a_header_line_that_is_none_is_reported_as_such(name: str) -> None:
    with pytest.raises(UnreadableResponse) as caught:
        download(faultd.head_lines(UNREADABLE_LINES[name]))
    problem = of_error(caught.value)
    assert (type(problem), problem.reason) == (Deferred, "protocol")
    assert problem.detail.startswith("the response is not valid HTTP: ")
    assert "\n" not in problem.detail


def test_a_body_without_an_announced_length_is_flagged_partial() -> None:
    assert download(faultd.no_length_whole).flags == ["partial"]
    assert download(faultd.chunked).flags == []


def test_a_truncated_body_is_an_error_unless_data_loss_is_allowed() -> None:
    with pytest.raises(ResponseDataLossError):
        download(faultd.length_too_long)
    assert download(faultd.length_too_long, download_fail_on_dataloss=False).flags == ["dataloss"]
    lax = crawler(DOWNLOAD_FAIL_ON_DATALOSS=False)
    assert download(faultd.length_too_long, lax).body == PAGE


@pytest.mark.parametrize("fault", [faultd.good, faultd.no_length_whole, faultd.chunked])
def test_a_body_may_have_exactly_the_allowed_number_of_bytes(fault: Fault) -> None:
    assert download(fault, crawler(DOWNLOAD_MAXSIZE=len(PAGE))).body == PAGE
    with pytest.raises(DownloadCancelledError):
        download(fault, crawler(DOWNLOAD_MAXSIZE=len(PAGE) - 1))
    with pytest.raises(DownloadCancelledError):
        download(fault, download_maxsize=len(PAGE) - 1)


@pytest.mark.parametrize(("size", "warnings"), [(len(PAGE), 0), (len(PAGE) - 1, 1), (0, 0)])
def test_a_warning_about_a_large_body_is_logged_once(
    caplog: pytest.LogCaptureFixture, size: int, warnings: int
) -> None:
    with caplog.at_level(logging.WARNING):
        download(faultd.good, crawler(DOWNLOAD_WARNSIZE=size))
    assert len([record for record in caplog.records if "DOWNLOAD_WARNSIZE" in record.message]) == warnings


@pytest.mark.parametrize("signal", [signals.headers_received, signals.bytes_received])
def test_a_signal_receiver_can_stop_a_download(signal: object) -> None:
    made = crawler()

    def stop(request: Request) -> None:
        raise StopDownload(fail=bool(request.meta.get("fail")))

    made.signals.connect(stop, signal)
    response = download(faultd.good, made)
    assert response.flags == ["download_stopped"]
    assert response.body == (b"" if signal is signals.headers_received else PAGE)
    with pytest.raises(StopDownload) as stopped:
        download(faultd.good, made, fail=True)
    assert stopped.value.response.body == response.body


def test_an_attempt_ends_at_the_timeout_of_its_request() -> None:
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        download(faultd.hang, download_timeout=0.05)
    assert time.monotonic() - began < 3, "the setting allows five seconds"


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_password_is_sent_once_and_only_to_the_proxy(scheme: str) -> None:
    """Over https it is sent with CONNECT; the requests inside the tunnel are for the host."""

    async def run() -> list[bytes]:
        heads: list[bytes] = []

        async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            heads.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(b"HTTP/1.1 403 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            writer.close()

        server = await asyncio.start_server(converse, "127.0.0.1", 0)
        proxy = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        secret = b"Basic " + b64encode(b"who:Secret")
        request = Request(f"{scheme}://far.example/a?b", headers={"Proxy-Authorization": secret})
        request.meta["proxy"] = proxy
        handler = HttpHandler.from_crawler(crawler())
        async with server:
            await asyncio.gather(handler.download_request(request), return_exceptions=True)
            await handler.close()
        return heads

    heads = asyncio.run(run())
    first = "GET http://far.example/a?b" if scheme == "http" else "CONNECT far.example:443"
    assert [head.decode().splitlines()[0] for head in heads] == [f"{first} HTTP/1.1"]
    assert heads[0].lower().count(b"proxy-authorization: basic " + b64encode(b"who:Secret").lower()) == 1
