"""Serves the written pages on loopback: with nginx, or with a slower server if nginx is not installed."""

from __future__ import annotations

import getpass
import os
import re
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.request import urlopen

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType
    from typing import Self

    from benchmarks.pages import Pages

ANSWERS = "/NewsData/GetNewsText.do"
JSON = "application/json; charset=utf-8"
COUNTED = -1
"""Used in place of a latency. It means the port without latency whose requests are logged."""

_ECHO = Path("/usr/lib/nginx/modules/ngx_http_echo_module.so")
_ARTICLE = re.compile(r"NW\d{18}")
_TIMEOUT = 10.0
"""Seconds."""
_TICKS = os.sysconf("SC_CLK_TCK")


class NoServer(RuntimeError):
    """The server cannot run. The message gives the reason."""


@dataclass(frozen=True, slots=True)
class Traffic:
    requests: int
    articles: int
    """The number of requests for an article."""
    bytes: int
    """The size of all responses, headers included."""
    statuses: dict[int, int]
    """The number of responses with each status."""


class Server:
    """A running server, for ``with``. It has one port for each latency (milliseconds) and one for
    ``COUNTED``."""

    def __init__(self, pages: Pages, latencies: Sequence[int], scratch: Path) -> None:
        self._pages = pages
        self._folder = scratch.absolute()
        self._log = self._folder / "requests.log"
        self._nginx = _nginx()
        if self._nginx and any(latencies) and not _ECHO.is_file():
            raise NoServer(
                "--latency needs the echo module of nginx; install it with: "
                "apt-get install libnginx-mod-http-echo"
            )
        self._ports = dict(zip([COUNTED, *latencies], _free_ports(1 + len(latencies)), strict=True))

    @property
    def name(self) -> str:
        if not self._nginx:
            return (
                "**aiohttp, because nginx is not installed: it is the bottleneck, so the ratios are wrong**"
            )
        version = subprocess.run([self._nginx, "-v"], capture_output=True, text=True, check=True).stderr
        return version.strip().rpartition(" ")[2]

    def base(self, latency: int) -> str:
        return f"http://127.0.0.1:{self._ports[latency]}"

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._log.write_bytes(b"")
        command = self._nginx_command() if self._nginx else self._fallback_command()
        with (self._folder / "server.log").open("wb") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            self._wait_until_up()
        except BaseException:
            self._process.kill()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait(_TIMEOUT)

    def cpu(self) -> float:
        """The CPU seconds of all server processes so far; 0.0 if the system does not provide them."""
        ids = [self._process.pid, *_children(self._process.pid)]
        return sum(map(_cpu_of, ids))

    def traffic(self) -> Traffic:
        """The requests to the counted port since the last call."""
        lines = self._finished_log().splitlines()
        self._log.write_bytes(b"")
        rows = [line.split() for line in lines if "?end-of-count" not in line]
        statuses = [int(status) for status, _, _ in rows]
        counted = {status: statuses.count(status) for status in sorted(set(statuses))}
        articles = sum(bool(_ARTICLE.search(path)) for _, _, path in rows)
        return Traffic(len(rows), articles, sum(int(size) for _, size, _ in rows), counted)

    def _finished_log(self) -> str:
        """The log after all requests so far. A request with a mark is sent, and the log is complete when it
        contains the mark."""
        _responds(f"{self.base(COUNTED)}/robots.txt?end-of-count")
        deadline = monotonic() + _TIMEOUT
        while monotonic() < deadline:
            log = self._log.read_text(encoding="utf-8")
            if "?end-of-count" in log:
                return log
            sleep(0.01)
        raise NoServer(f"the server did not write its log {self._log} within {_TIMEOUT:g} seconds")

    def _wait_until_up(self) -> None:
        deadline = monotonic() + _TIMEOUT
        for latency in self._ports:
            while not _responds(f"{self.base(latency)}/robots.txt"):
                if self._process.poll() is not None or monotonic() > deadline:
                    raise NoServer(
                        (self._folder / "server.log").read_text(encoding="utf-8", errors="replace")
                    )
                sleep(0.05)
        self.traffic()

    def _nginx_command(self) -> list[str]:
        configuration = self._folder / "nginx.conf"
        configuration.write_text(self._configuration(), encoding="utf-8")
        assert self._nginx
        return [self._nginx, "-c", str(configuration), "-p", str(self._folder), "-e", "stderr"]

    def _configuration(self) -> str:
        latencies = [latency for latency in self._ports if latency != COUNTED]
        echo = f"load_module {_ECHO};" if any(latencies) else ""
        owner = f"user {getpass.getuser()};" if os.geteuid() == 0 else ""
        servers = "".join(self._server(latency) for latency in self._ports)
        return _NGINX.format(echo=echo, owner=owner, folder=self._folder, servers=servers)

    def _server(self, latency: int) -> str:
        log = f"access_log {self._log} counted;" if latency == COUNTED else ""
        template = _DELAYED if latency > 0 else _DIRECT
        locations = template.format(seconds=latency / 1000, answers=_ANSWERS, pages=_PAGES, path=ANSWERS)
        port, root = self._ports[latency], self._pages.folder.absolute()
        return f"  server {{ listen 127.0.0.1:{port}; root {root}; {log}\n{locations}  }}\n"

    def _fallback_command(self) -> list[str]:
        ports = [f"{latency}={port}" for latency, port in self._ports.items()]
        return [sys.executable, "-m", "benchmarks.fallback", str(self._pages.folder), str(self._log), *ports]


_NGINX = """{echo}
{owner}
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 1024; }}
http {{
  log_format counted '$status $bytes_sent $request_uri';
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  charset utf-8;
  types {{ text/html html; text/plain txt; }}
{servers}}}
"""
_ANSWERS = f'types {{ }} default_type "{JSON}"; etag off; try_files /answers/$arg_id.json =404;'
_PAGES = "try_files /site$uri /site$uri/index.html =404;"
_DIRECT = """\
    location = {path} {{ {answers} }}
    location / {{ {pages} }}
"""
_DELAYED = """\
    location = {path} {{ echo_sleep {seconds}; echo_exec @answers; }}
    location / {{ echo_sleep {seconds}; echo_exec @pages; }}
    location @answers {{ {answers} }}
    location @pages {{ {pages} }}
"""


def _nginx() -> str | None:
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [listening.getsockname()[1] for listening in sockets]
    for listening in sockets:
        listening.close()
    return ports


def _responds(url: str) -> bool:
    try:
        with urlopen(url, timeout=_TIMEOUT):
            return True
    except URLError:
        return False


def _children(pid: int) -> list[int]:
    try:
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    except OSError:
        return []
    return [int(child) for child in listed.split()]


def _cpu_of(pid: int) -> float:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 0.0
    fields = re.sub(r"^.*\) ", "", stat).split()
    return (int(fields[11]) + int(fields[12])) / _TICKS
