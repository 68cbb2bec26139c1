"""Runs tasks on archives, each in a process of its own that is forked with everything imported.

``python -m tests.crash.driver``, its stdin and stderr sockets: see ``tests.crash.strace``.
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

from tests.crash.scenarios import SCENARIOS

NOWHERE = Path("/dev/null/x")
NO_FILE = 1 << 20
"""A descriptor that is not open."""
IN_VAIN: dict[str, Callable[[], object]] = {
    "fchmod": lambda: os.fchmod(NO_FILE, 0),
    "fdatasync": lambda: os.fdatasync(NO_FILE),
    "fsync": lambda: os.fsync(NO_FILE),
    "ftruncate": lambda: os.ftruncate(NO_FILE, 0),
    "mkdir": lambda: NOWHERE.mkdir(),
    "mkdirat": lambda: os.mkdir("x", dir_fd=NO_FILE),
    "openat": lambda: os.open(NOWHERE, os.O_RDONLY),
    "pwrite64": lambda: os.pwrite(NO_FILE, b"x", 0),
    "renameat": lambda: os.rename("x", "x", src_dir_fd=NO_FILE, dst_dir_fd=NO_FILE),
    "rmdir": lambda: NOWHERE.rmdir(),
    "sendfile": lambda: os.sendfile(NO_FILE, NO_FILE, 0, 1),
    "unlink": lambda: NOWHERE.unlink(),
    "unlinkat": lambda: os.unlink("x", dir_fd=NO_FILE),
    "write": lambda: os.write(NO_FILE, b"x"),
}
"""Every kind of call that strace is asked to make fail, in a form that changes nothing."""


def serve(channel: socket.socket) -> None:
    """Answers each request with the exit status of its process; negative is the signal that ended it."""
    while request := channel.recv(4096):
        scenario, part, root, in_vain = json.loads(request)
        child = os.fork()
        if not child:
            _call_in_vain(in_vain)
            atexit.register(
                os._exit, 1
            )  # after an exception: its traceback is printed, nothing is cleaned up
            os._exit(getattr(SCENARIOS[scenario], part)(Path(root)))
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        channel.send(json.dumps([child, status]).encode())


def _call_in_vain(times: Mapping[str, int]) -> None:
    for name in times:
        call = IN_VAIN[name]
        for _ in range(times[name]):
            with suppress(OSError):
                call()


def _warm_up() -> None:
    """Loads what is imported or read at first use before the first fork."""
    with TemporaryDirectory() as folder:
        scenario = SCENARIOS["repair"]
        for task in (scenario.prepare, scenario.run, scenario.finish):
            assert task(Path(folder)) == 0


if __name__ == "__main__":
    logging.disable()
    sys.stderr = socket.socket(fileno=2).makefile("w")  # no ``write``, which may be what fails
    _warm_up()
    serve(socket.socket(fileno=sys.stdin.fileno()))
