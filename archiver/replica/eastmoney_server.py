"""Serves a site in the shape of eastmoney.com, as a proxy for https.

with EastmoneyReplica(Columns(Site(articles=150, plain=True)), tls) as replica:
    subprocess.run([*crawl, "-s", "DOWNLOAD_VERIFY_CERTIFICATES=False"], env=proxied(replica.url, os.environ))
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from archiver.replica.eastmoney import Columns, answer
from archiver.replica.hosts import plain
from archiver.replica.server import Replica
from archiver.replica.tunnel import open_tunnels

if TYPE_CHECKING:
    import asyncio
    import ssl
    from concurrent.futures import Future

    from archiver.replica.hosts import Conditions, Reply


class EastmoneyReplica(Replica):
    """``tls`` has a certificate, which the client must trust or not check. ``answers`` are set as for http.

    The hosts have https only: a request without TLS gets 502.
    """

    def __init__(self, columns: Columns, tls: ssl.SSLContext, port: int = 0) -> None:
        super().__init__(columns.site, port)
        self.columns = columns
        self._tls = tls
        self._tunnels: asyncio.Server | None = None

    async def _run(self, started: Future[int]) -> None:
        try:
            await super()._run(started)
        finally:
            if self._tunnels:
                self._tunnels.close()

    async def _listen(self, runner: web.ServerRunner) -> int:
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=self._tls).start()
        self._tunnels = await open_tunnels(self.port, end=runner.addresses[0][1])
        return int(self._tunnels.sockets[0].getsockname()[1])

    def _reply(self, method: str, host: str, path: str, _conditions: Conditions) -> Reply:
        if method not in ("GET", "HEAD"):
            return plain(405, "only GET and HEAD")
        return answer(self.columns, host, path) or plain(502, "there is no such host here")
