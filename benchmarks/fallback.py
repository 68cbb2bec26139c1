"""A small server for the written pages if nginx is not installed. It is correct, but so slow that it is the
bottleneck.

``python -m benchmarks.fallback PAGES LOG LATENCY=PORT…``
"""

from __future__ import annotations

import asyncio
import sys
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TextIO

from aiohttp import web

from benchmarks.server import ANSWERS, COUNTED, JSON


async def main(pages: Path, log: TextIO, ports: dict[int, int]) -> None:
    for latency, port in ports.items():
        handle = partial(_handle, pages, log if latency == COUNTED else None, max(0, latency) / 1000)
        runner = web.ServerRunner(web.Server(handle, access_log=None))
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


async def _handle(pages: Path, log: TextIO | None, seconds: float, request: web.BaseRequest) -> web.Response:
    if seconds:
        await asyncio.sleep(seconds)
    response = _response(pages, request)
    if log:
        size = len(response.body) if isinstance(response.body, bytes) else 0
        log.write(f"{response.status} {size} {request.raw_path}\n")
        log.flush()
    return response


def _response(pages: Path, request: web.BaseRequest) -> web.Response:
    if request.path == ANSWERS:
        file, kind = pages / "answers" / f"{request.query.get('id', '')}.json", JSON
    else:
        file, kind = pages / "site" / request.path.strip("/"), "text/html; charset=utf-8"
    if file.is_dir():
        file /= "index.html"
    try:
        body = file.read_bytes()
    except OSError:
        return web.Response(status=404, text="no such page\n")
    headers = {"Content-Type": kind if file.suffix != ".txt" else "text/plain; charset=utf-8"}
    if request.path != ANSWERS:
        headers["ETag"] = f'"{sha256(body).hexdigest()[:16]}"'
        if request.headers.get("If-None-Match") == headers["ETag"]:
            return web.Response(status=304, headers=headers)
    return web.Response(headers=headers, body=body)


if __name__ == "__main__":
    _pages, _log, *_ports = sys.argv[1:]
    with Path(_log).open("a", encoding="utf-8") as _file:
        pairs = (word.split("=") for word in _ports)
        asyncio.run(main(Path(_pages), _file, {int(latency): int(port) for latency, port in pairs}))
