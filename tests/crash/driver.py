"""Runs tasks on archives. Each task runs in a process that is forked after all imports.

``python -m tests.crash.driver``, with sockets as stdin and stderr: see ``tests.crash.strace``.
"""

from __future__ import annotations

import atexit
import json
import logging
import os
import socket
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.crash.power_scenarios import CARELESS, POWER
from tests.crash.scenarios import SCENARIOS

NO_FOLDER = Path("/dev/null/x")
NO_FILE = 1 << 20
"""A descriptor that is not open."""
DUMMY_CALLS: dict[str, Callable[[], object]] = {
    "fchmod": lambda: os.fchmod(NO_FILE, 0),
    "fdatasync": lambda: os.fdatasync(NO_FILE),
    "fsync": lambda: os.fsync(NO_FILE),
    "ftruncate": lambda: os.ftruncate(NO_FILE, 0),
    "mkdir": lambda: NO_FOLDER.mkdir(),
    "mkdirat": lambda: os.mkdir("x", dir_fd=NO_FILE),
    "openat": lambda: os.open(NO_FOLDER, os.O_RDONLY),
    "pwrite64": lambda: os.pwrite(NO_FILE, b"x", 0),
    "renameat": lambda: os.rename("x", "x", src_dir_fd=NO_FILE, dst_dir_fd=NO_FILE),
    "rmdir": lambda: NO_FOLDER.rmdir(),
    "sendfile": lambda: os.sendfile(NO_FILE, NO_FILE, 0, 1),
    "unlink": lambda: NO_FOLDER.unlink(),
    "unlinkat": lambda: os.unlink("x", dir_fd=NO_FILE),
    "write": lambda: os.write(NO_FILE, b"x"),
}
"""Every kind of call that strace makes fail, in a form that fails anyway and changes nothing."""


def serve(channel: socket.socket) -> None:
    """Answers each request with the exit status of its process; a negative status is the number of a signal."""
    while request := channel.recv(4096):
        scenario, part, root, dummy_calls = json.loads(request)
        child = os.fork()
        if not child:
            _make_dummy_calls(dummy_calls)
            atexit.register(
                os._exit, 1
            )  # an exception prints its traceback and ends the process without cleaning up
            os._exit(getattr((SCENARIOS | POWER | CARELESS)[scenario], part)(Path(root)))
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        channel.send(json.dumps([child, status]).encode())


def _make_dummy_calls(times: Mapping[str, int]) -> None:
    for name in times:
        call = DUMMY_CALLS[name]
        for _ in range(times[name]):
            with suppress(OSError):
                call()


def _warm_up() -> None:
    """Imports and reads, before the first fork, what is otherwise loaded at first use."""
    with TemporaryDirectory() as folder:
        scenario = SCENARIOS["repair"]
        for task in (scenario.prepare, scenario.run, scenario.finish):
            assert task(Path(folder)) == 0


if __name__ == "__main__":
    logging.disable()
    sys.stderr = socket.socket(fileno=2).makefile("w")  # without ``write``, which strace may make fail
    _warm_up()
    serve(socket.socket(fileno=sys.stdin.fileno()))
