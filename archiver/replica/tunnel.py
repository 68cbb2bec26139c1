"""A proxy for https whose tunnels all end at one server of this machine, whichever host a client names."""

from __future__ import annotations

import asyncio
from contextlib import suppress


async def open_tunnels(port: int, end: int) -> asyncio.Server:
    """Listens on that port of 127.0.0.1 (0: any free one). Each tunnel leads to the port ``end``."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            await _serve(reader, writer, end)
        writer.close()

    return await asyncio.start_server(serve, "127.0.0.1", port)


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, end: int) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"CONNECT "):
        writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        return
    there_reader, there_writer = await asyncio.open_connection("127.0.0.1", end)
    writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
    await asyncio.gather(_copy(reader, there_writer), _copy(there_reader, writer))


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Until the sender closes; then the other end is closed too."""
    with suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()
