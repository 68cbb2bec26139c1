"""Serves an invented site on a loopback port. Clients use it as an HTTP proxy in place of the real hosts, or
open it directly.

with Replica(Site(articles=10)) as replica:
    subprocess.run(["scrapy", "crawl", "category"], env=proxied(replica.url, os.environ))
    print(len(replica.requests))
"""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Thread
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aiohttp import web

from archiver.replica.articles import Site
from archiver.replica.hosts import Conditions, Reply, answer, answer_as_one, plain

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType
    from typing import Self

Answer = tuple[int, "Mapping[str, str]", "bytes | str"]
"""Status, headers and body of a response that a test sets."""

_OWN_NAMES = ("127.0.0.1", "localhost")
_NEVER_FORWARDED = plain(502, "the replica does not serve this host and does not forward requests")


@dataclass(frozen=True, slots=True)
class Seen:
    """A request as received. ``path`` includes the query. A ``conditional`` request has If-None-Match or
    If-Modified-Since."""

    method: str
    host: str
    path: str
    status: int
    conditional: bool
    headers: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)


def proxied(address: str, environ: Mapping[str, str]) -> dict[str, str]:
    """The environment for a program that must send all its requests to the replica.

    The replica is also the proxy for https, which it refuses. So no request reaches the real hosts.
    """
    names = {"http_proxy", "https_proxy", "all_proxy", "no_proxy"}
    kept = {name: value for name, value in environ.items() if name.lower() not in names}
    return kept | {"http_proxy": address, "https_proxy": address}


class Replica:
    """A running replica, for ``with``. ``port`` 0 means any free port.

    ``requests`` is the log, oldest first. A test may clear it. ``answers`` replaces responses. Its keys are
    paths with or without a query, or whole addresses for one host only. If several keys match, the most exact
    one is used. ``site`` may grow between runs. While ``hang`` is true, the replica accepts requests and does
    not respond.
    """

    def __init__(self, site: Site | None = None, port: int = 0) -> None:
        self.site = Site() if site is None else site
        self.port = port
        self.requests: list[Seen] = []
        self.answers: dict[str, Answer] = {}
        self.hang = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def add(self, count: int = 1) -> range:
        """Publishes new articles and returns their numbers."""
        return self.site.add(count)

    def __enter__(self) -> Self:
        """Raises OSError if the port is in use."""
        started: Future[int] = Future()
        self._thread = Thread(target=lambda: asyncio.run(self._run(started)), name="replica", daemon=True)
        self._thread.start()
        self.port = started.result()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    async def _run(self, started: Future[int]) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        runner = web.ServerRunner(web.Server(self._handle, access_log=None), shutdown_timeout=1)
        await runner.setup()
        try:
            port = await self._listen(runner)
        except OSError as error:
            started.set_exception(error)
        else:
            started.set_result(port)
            await self._stop.wait()
        finally:
            await runner.cleanup()

    async def _listen(self, runner: web.ServerRunner) -> int:
        """Accepts connections; returns the port."""
        await web.TCPSite(runner, "127.0.0.1", self.port).start()
        return int(runner.addresses[0][1])

    async def _handle(self, request: web.BaseRequest) -> web.Response:
        host, path = _requested(request)
        conditions = Conditions(
            request.headers.get("If-None-Match", ""), request.headers.get("If-Modified-Since", "")
        )
        while self.hang:  # noqa: ASYNC110 - another thread sets it
            await asyncio.sleep(0.05)
        response = self._overridden(host, path)
        if response is None:
            response = _response(self._reply(request.method, host, path, conditions))
        headers = dict(request.headers)
        self.requests.append(Seen(request.method, host, path, response.status, bool(conditions), headers))
        return response

    def _overridden(self, host: str, path: str) -> web.Response | None:
        for key in (f"http://{host}{path}", path, path.partition("?")[0]):
            if key in self.answers:
                status, headers, body = self.answers[key]
                content = body.encode() if isinstance(body, str) else body
                return web.Response(status=status, headers=headers, body=content)
        return None

    def _reply(self, method: str, host: str, path: str, conditions: Conditions) -> Reply:
        if method == "CONNECT":
            return _NEVER_FORWARDED
        if method not in ("GET", "HEAD"):
            return plain(405, "the replica accepts only GET and HEAD")
        if host in [f"{name}:{self.port}" for name in _OWN_NAMES]:
            return answer_as_one(self.site, path, conditions)
        return answer(self.site, host, path, conditions) or _NEVER_FORWARDED


def _requested(request: web.BaseRequest) -> tuple[str, str]:
    """The host, with its port if that is not 80, and the path with its query. In a request to a proxy the
    target is an absolute address, and the host is taken from it. Otherwise the Host header gives it."""
    target = request.raw_path
    if target.startswith("/"):
        return request.host.lower().removesuffix(":80"), target
    parts = urlsplit(target)
    path = parts._replace(scheme="", netloc="", fragment="").geturl() or "/"
    return parts.netloc.rpartition("@")[2].lower().removesuffix(":80"), path


def _response(reply: Reply) -> web.Response:
    headers = {"Content-Type": reply.kind, **reply.headers}
    return web.Response(status=reply.status, headers=headers, body=reply.body)
