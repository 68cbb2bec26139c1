"""A server that returns faulty responses on purpose, on loopback, by a script for each path.

with Faultd(good) as server:
    server.script["/text?id=a7"] = [reset_before_headers] * 2   # further responses are good
    subprocess.run(["scrapy", "crawl", ...])
    assert len(server.requests_for("/text?id=a7")) == 3

Clients connect to it directly, at ``server.origin(1)`` (127.0.0.2) and so on, where each address is another
host. Or they use it as an HTTP proxy (``server.proxy``): requests then have the names of the real hosts. It
forwards nothing.
"""

from __future__ import annotations

import asyncio
import gzip
import socket
import ssl
import struct
import time
import zlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field, replace
from threading import Thread
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import brotli
from backports import zstd

MAX_REQUESTS = 5000
"""A test that sends more requests is out of control; the server then closes every connection."""


@dataclass(frozen=True)
class Reply:
    """A good response, before a fault changes it."""

    body: bytes
    kind: str = "application/json; charset=utf-8"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Seen:
    """A request as received. ``at``: monotonic time; ``host``: from the request; ``address``: of the server."""

    at: float
    address: str
    host: str
    path: str
    headers: Mapping[str, str]


class Wire:
    """A connection that a fault writes to."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self.open = True

    async def send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    def close(self) -> None:
        self.open = False
        self._writer.close()

    def reset(self) -> None:
        """Ends the TCP connection with RST instead of FIN."""
        self.open = False
        sock = self._writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()


Fault = Callable[[Wire, Reply], Awaitable[None]]
Good = Callable[[str, str], Reply]
"""Host, and path with query → the good response."""


def head(reply: Reply, *lines: str, length: int | None = -1) -> bytes:
    """Status line and headers. With ``length=None`` there is no Content-Length."""
    written = [f"HTTP/1.1 {reply.status} Status", f"Content-Type: {reply.kind}"]
    written += [f"{name}: {value}" for name, value in reply.headers.items()]
    if length is not None:
        written.append(f"Content-Length: {len(reply.body) if length == -1 else length}")
    return "\r\n".join([*written, *lines, "", ""]).encode("latin-1")


async def good(wire: Wire, reply: Reply) -> None:
    await wire.send(head(reply) + reply.body)


# --- connections that end


async def reset_before_headers(wire: Wire, _reply: Reply) -> None:
    wire.reset()


async def close_before_headers(wire: Wire, _reply: Reply) -> None:
    wire.close()


async def reset_in_body(wire: Wire, reply: Reply) -> None:
    await wire.send(head(reply) + reply.body[:40])
    await asyncio.sleep(0.05)
    wire.reset()


async def hang(_wire: Wire, _reply: Reply) -> None:
    """Sends nothing until the client closes the connection."""
    await asyncio.Event().wait()


def late(seconds: float) -> Fault:
    async def fault(wire: Wire, reply: Reply) -> None:
        await asyncio.sleep(seconds)
        await good(wire, reply)

    return fault


async def drip(wire: Wire, reply: Reply) -> None:
    await wire.send(head(reply))
    for byte in reply.body:
        await wire.send(bytes([byte]))
        await asyncio.sleep(0.2)


# --- lengths


async def length_too_long(wire: Wire, reply: Reply) -> None:
    await wire.send(head(reply, length=len(reply.body) + 500) + reply.body)
    wire.close()


async def length_too_short(wire: Wire, reply: Reply) -> None:
    await wire.send(head(reply, "Connection: close", length=60) + reply.body)
    wire.close()


async def no_length_cut(wire: Wire, reply: Reply) -> None:
    await wire.send(head(reply, length=None) + reply.body[: len(reply.body) // 2])
    wire.close()


async def no_length_whole(wire: Wire, reply: Reply) -> None:
    await wire.send(head(reply, length=None) + reply.body)
    wire.close()


async def more_than_its_length(wire: Wire, reply: Reply) -> None:
    """The response is followed by the start of another one (faults N34)."""
    await wire.send(head(reply) + reply.body + head(reply) + b'{"id": ')


async def after_another(wire: Wire, reply: Reply) -> None:
    """The response follows the response to another request (faults N34)."""
    other = replace(reply, body=b'{"id": "another", "title": "t", "date": "2022-02-22", "text": "<p>t</p>"}')
    await wire.send(head(other) + other.body + head(reply) + reply.body)


def one_behind(first: Reply) -> Fault:
    """Each request gets the response to the previous request of its connection; the first gets ``first``."""
    previous: dict[Wire, Reply] = {}

    async def fault(wire: Wire, reply: Reply) -> None:
        sent = previous.get(wire, first)
        previous[wire] = reply
        await good(wire, sent)

    return fault


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


async def chunked(wire: Wire, reply: Reply) -> None:
    await wire.send(head(reply, "Transfer-Encoding: chunked", length=None) + _chunk(reply.body) + _chunk(b""))


async def chunks_unfinished(wire: Wire, reply: Reply) -> None:
    await wire.send(head(reply, "Transfer-Encoding: chunked", length=None) + _chunk(reply.body))
    wire.close()


async def bad_chunk_size(wire: Wire, reply: Reply) -> None:
    await wire.send(head(reply, "Transfer-Encoding: chunked", length=None) + _chunk(reply.body) + b"zz\r\n")
    wire.close()


# --- bodies


def body(data: bytes, kind: str = "", **headers: str) -> Fault:
    """Another body, complete for HTTP, and its Content-Type. ``_`` in a header's name means ``-``."""

    async def fault(wire: Wire, reply: Reply) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        changed = replace(reply, body=data, kind=kind or reply.kind, headers={**reply.headers, **named})
        await good(wire, changed)

    return fault


def cut_text(share: float) -> Fault:
    async def fault(wire: Wire, reply: Reply) -> None:
        await good(wire, replace(reply, body=reply.body[: int(len(reply.body) * share)]))

    return fault


def encode(data: bytes, coding: str) -> bytes:
    if coding == "gzip":
        return gzip.compress(data, mtime=0)
    if coding == "deflate":
        return zlib.compress(data)
    if coding == "raw deflate":
        packer = zlib.compressobj(wbits=-15)
        return packer.compress(data) + packer.flush()
    if coding == "br":
        return bytes(brotli.compress(data))
    if coding == "zstd":
        return zstd.compress(data, options={zstd.CompressionParameter.checksum_flag: 1})
    raise ValueError(coding)


def coded(coding: str, damage: Callable[[bytes], bytes] = bytes) -> Fault:
    """The good body in a content coding, and damaged after that."""

    async def fault(wire: Wire, reply: Reply) -> None:
        packed = damage(encode(reply.body, coding))
        named = {"Content-Encoding": coding.removeprefix("raw ")}
        await good(wire, replace(reply, body=packed, headers={**reply.headers, **named}))

    return fault


def half(data: bytes) -> bytes:
    return data[: len(data) // 2]


def first_bytes(data: bytes) -> bytes:
    return data[:5]


def wrong_crc(data: bytes) -> bytes:
    return data[:-8] + bytes(4) + data[-4:]


_BLANKS = b" " * (1 << 20)


def bomb(coding: str, megabytes: int) -> bytes:
    """A small body that decompresses to so many megabytes of spaces; ``gzip gzip`` is compressed twice."""
    if coding == "gzip gzip":
        return encode(bomb("gzip", megabytes), "gzip")
    packers = {"gzip": lambda: zlib.compressobj(9, wbits=31), "deflate": lambda: zlib.compressobj(9)}
    if coding in packers:
        packer = packers[coding]()
        return b"".join(packer.compress(_BLANKS) for _ in range(megabytes)) + packer.flush()
    if coding == "zstd":
        frames = zstd.ZstdCompressor(1)
        return b"".join(frames.compress(_BLANKS) for _ in range(megabytes)) + frames.flush()
    streamed = brotli.Compressor(quality=1)
    return b"".join(streamed.process(_BLANKS) for _ in range(megabytes)) + bytes(streamed.finish())


def megabytes(number: int, *, announced: bool) -> Fault:
    """A body of so many megabytes of spaces, with or without its Content-Length."""

    async def fault(wire: Wire, reply: Reply) -> None:
        await wire.send(head(reply, length=number << 20 if announced else None))
        for _ in range(number):
            await wire.send(_BLANKS)
        wire.close()

    return fault


# --- statuses and headers


def status(number: int, **headers: str) -> Fault:
    async def fault(wire: Wire, reply: Reply) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        await good(wire, replace(reply, status=number, headers=named, body=b"" if number == 304 else b"text"))

    return fault


def good_with_status(number: int) -> Fault:
    """The good response with another status."""

    async def fault(wire: Wire, reply: Reply) -> None:
        await good(wire, replace(reply, status=number))

    return fault


def redirect(location: str, number: int = 302) -> Fault:
    return status(number, Location=location)


def raw(data: bytes, *, close: bool = True) -> Fault:
    """These bytes and no others."""

    async def fault(wire: Wire, _reply: Reply) -> None:
        await wire.send(data)
        if close:
            wire.close()

    return fault


def headers(*lines: str) -> Fault:
    """The good response with these header lines added."""

    async def fault(wire: Wire, reply: Reply) -> None:
        await wire.send(head(reply, *lines) + reply.body)

    return fault


def head_lines(lines: bytes) -> Fault:
    """The good response with these bytes among its header lines, whatever they are."""

    async def fault(wire: Wire, reply: Reply) -> None:
        first, _, rest = head(reply).partition(b"\r\n")
        await wire.send(first + b"\r\n" + lines + rest + reply.body)

    return fault


async def two_lengths(wire: Wire, reply: Reply) -> None:
    chunks = _chunk(reply.body) + _chunk(b"")
    await wire.send(head(reply, "Transfer-Encoding: chunked", length=7) + chunks)


# --- the server


class Faultd:
    """``script``: path, or ``host path`` → the faults of the first responses; ``always``: → the fault of all others."""

    def __init__(
        self, answer: Good, addresses: int = 2, tls: Mapping[int, ssl.SSLContext] | None = None
    ) -> None:
        self.greetings: dict[str, bytes] = {}
        """Server address → bytes that are sent before any response; the connection is then closed."""
        self.script: dict[str, list[Fault]] = {}
        self.always: dict[str, Fault] = {}
        self.requests: list[Seen] = []
        self._answer = answer
        self._tls = tls or {}
        self._ports = [0] * addresses
        self._reserved: list[socket.socket] = []
        self._conversations: set[asyncio.Task[None] | None] = set()
        """Keeps the tasks: nothing else refers to one whose client is gone, so it could be garbage-collected."""

    @property
    def proxy(self) -> str:
        return f"http://127.0.0.1:{self._ports[0]}"

    def origin(self, number: int) -> str:
        """The origin of a host: number 0 is 127.0.0.1, 1 is 127.0.0.2 …"""
        scheme = "https" if number in self._tls else "http"
        return f"{scheme}://127.0.0.{number + 1}:{self._ports[number]}"

    def refusing(self, number: int) -> str:
        """An origin whose port is reserved, but closed."""
        sock = socket.socket()
        sock.bind((f"127.0.0.{number + 1}", 0))
        self._reserved.append(sock)
        return f"http://127.0.0.{number + 1}:{sock.getsockname()[1]}"

    def requests_for(self, path: str, host: str = "") -> list[Seen]:
        return [seen for seen in self.requests if seen.path == path and host in ("", seen.host)]

    def __enter__(self) -> Self:
        started: Future[None] = Future()
        self._thread = Thread(target=lambda: asyncio.run(self._run(started)), name="faultd", daemon=True)
        self._thread.start()
        started.result(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)
        for sock in self._reserved:
            sock.close()

    async def _run(self, started: Future[None]) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        servers = []
        for number in range(len(self._ports)):
            address = f"127.0.0.{number + 1}"
            server = await asyncio.start_server(
                lambda r, w, a=address: self._converse(r, w, a), address, 0, ssl=self._tls.get(number)
            )
            self._ports[number] = server.sockets[0].getsockname()[1]
            servers.append(server)
        started.set_result(None)
        await self._stop.wait()
        for server in servers:
            server.close()
        current = asyncio.current_task()
        rest = [task for task in asyncio.all_tasks() if task is not current]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    async def _converse(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, address: str
    ) -> None:
        self._conversations.add(asyncio.current_task())
        gone = asyncio.ensure_future(writer.wait_closed())
        with suppress(ConnectionError, asyncio.CancelledError, ssl.SSLError):
            await self._serve(reader, Wire(writer), address, gone)
        writer.close()
        with suppress(ConnectionError, asyncio.CancelledError, ssl.SSLError):
            await gone

    async def _serve(
        self, reader: asyncio.StreamReader, wire: Wire, address: str, gone: asyncio.Future[None]
    ) -> None:
        if address in self.greetings:
            await reader.read(1)
            await wire.send(self.greetings[address])
            wire.close()
        while wire.open and (lines := await _request(reader)):
            if len(self.requests) >= MAX_REQUESTS:
                return
            seen = _seen(lines, address)
            self.requests.append(seen)
            fault = asyncio.ensure_future(self._fault_for(seen)(wire, self._answer(seen.host, seen.path)))
            await asyncio.wait([fault, gone], return_when=asyncio.FIRST_COMPLETED)
            if not fault.done():
                fault.cancel()
                return
            fault.result()

    def _fault_for(self, seen: Seen) -> Fault:
        for key in (f"{seen.host} {seen.path}", seen.path, f"{seen.host} *"):
            if self.script.get(key):
                return self.script[key].pop(0)
            if key in self.always:
                return self.always[key]
        return good


async def _request(reader: asyncio.StreamReader) -> list[bytes]:
    """Request line and headers; empty at the end of the connection."""
    try:
        text = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return []
    return text.strip().split(b"\r\n")


def _seen(lines: Sequence[bytes], address: str) -> Seen:
    target = lines[0].decode("latin-1").split(" ")[1]
    pairs = (line.decode("latin-1").partition(": ") for line in lines[1:])
    named = {name.lower(): value for name, _, value in pairs}
    parts = urlsplit(target)
    path = target if target.startswith("/") else parts._replace(scheme="", netloc="").geturl()
    return Seen(time.monotonic(), address, parts.netloc or named.get("host", ""), path, named)
