"""Runs ``scrapy`` commands in forks of one process that has imported Scrapy and the archiver.

Each command has a process of its own, with its own environment and streams, as if it was started from
a shell. Only the imports, which take longer than most crawls, are made once. The module is also the program
that forks: ``python -m tests.forks`` with a socket as its stdin.
"""

from __future__ import annotations

import atexit
import json
import os
import random
import select
import signal
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

PROJECT = Path(__file__).parents[1]
_RUN = subprocess.run
_STREAMS = 3

MODULES = (
    *("scrapy.cmdline", "scrapy.commands.crawl", "archiver.commands.crawl", "archiver.pipelines"),
    *("archiver.fetch.handler", "spiders.category", "spiders.share"),
)
"""What is imported once."""


@dataclass(frozen=True)
class Done:
    """A process that has ended."""

    status: int
    stdout: str
    stderr: str
    megabytes: float
    """The peak of its resident memory; NaN if it was not measured."""


class Forks:
    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        self._environment = inherited(dict(os.environ))
        self._process = subprocess.Popen([sys.executable, "-m", "tests.forks"], cwd=PROJECT, stdin=theirs)
        theirs.close()
        self._socket = ours
        atexit.register(self._close)

    def _close(self) -> None:
        self._socket.close()  # the process then ends
        self._process.wait()

    def can_run(self, environment: dict[str, str]) -> bool:
        """Whether only values that are read anew in each run differ from those of the process: proxies."""
        return self._environment == inherited(environment) and subprocess.run is _RUN

    def run(self, words: list[str], environment: dict[str, str], stdin: str, timeout: float) -> Done:
        """Runs a command to its end. Raises TimeoutExpired."""
        with (
            tempfile.TemporaryFile() as given,
            tempfile.TemporaryFile() as out,
            tempfile.TemporaryFile() as err,
        ):
            given.write(stdin.encode())
            given.seek(0)
            streams = [given.fileno(), out.fileno(), err.fileno()]
            socket.send_fds(self._socket, [json.dumps([words, environment]).encode() + b"\n"], streams)
            pid = self._answer(timeout)
            try:
                status, kilobytes = self._answer(timeout), self._answer(timeout)
            except TimeoutError:
                os.kill(pid, signal.SIGKILL)
                self._answer(timeout), self._answer(timeout)
                raise subprocess.TimeoutExpired(words, timeout) from None
            out.seek(0)
            err.seek(0)
            return Done(status, out.read().decode(), err.read().decode(), kilobytes / 1024)

    def _answer(self, timeout: float) -> int:
        if not select.select([self._socket], [], [], timeout)[0]:
            raise TimeoutError
        return int.from_bytes(self._socket.recv(4, socket.MSG_WAITALL), signed=True)


def inherited(environment: dict[str, str]) -> dict[str, str]:
    """What a process reads when it starts, or may read then."""
    return {
        name: value
        for name, value in environment.items()
        if "proxy" not in name.lower() and not name.startswith("PYTEST_")
    }


@cache
def forks() -> Forks:
    """Those of this process of pytest."""
    return Forks()


def _serve(connection: socket.socket) -> None:
    """Answers each request with the id of the fork and, when it has ended, its exit status and its memory."""
    from scrapy.cmdline import execute

    while request := _receive(connection):
        words, environment, streams = request
        if (pid := os.fork()) == 0:
            connection.close()
            for number, stream in enumerate(streams):
                os.dup2(stream, number)
                os.close(stream)
            os.environ.clear()
            os.environ.update(environment)
            random.seed()
            sys.argv = words
            execute(words)  # raises SystemExit
        for stream in streams:
            os.close(stream)
        connection.sendall(pid.to_bytes(4, signed=True))
        _, status, used = os.wait4(pid, 0)
        for number in (os.waitstatus_to_exitcode(status), used.ru_maxrss):
            connection.sendall(number.to_bytes(4, signed=True))


def _receive(connection: socket.socket) -> tuple[list[str], dict[str, str], list[int]] | None:
    data, streams, _, _ = socket.recv_fds(connection, 1 << 20, _STREAMS)
    while data and not data.endswith(b"\n"):
        data += connection.recv(1 << 20)
    return (*json.loads(data), streams) if data else None


if __name__ == "__main__":
    for module in MODULES:
        import_module(module)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    with socket.socket(fileno=0) as requests:
        _serve(requests)
