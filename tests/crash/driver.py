"""Runs tasks on archives, each in a process of its own that is forked with everything imported.

``python -m tests.crash.driver``, its stdin a socket: see ``tests.crash.strace``.
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

NONE = 1 << 20
"""The descriptor of no file."""
IN_VAIN: dict[str, Callable[[], object]] = {
    "fchmod": lambda: os.fchmod(NONE, 0),
    "fdatasync": lambda: os.fdatasync(NONE),
    "fsync": lambda: os.fsync(NONE),
    "ftruncate": lambda: os.ftruncate(NONE, 0),
    "mkdir": lambda: os.mkdir(""),
    "mkdirat": lambda: os.mkdir("x", dir_fd=NONE),
    "openat": lambda: os.open("", os.O_RDONLY),
    "pwrite64": lambda: os.pwrite(NONE, b"x", 0),
    "renameat": lambda: os.rename("x", "x", src_dir_fd=NONE, dst_dir_fd=NONE),
    "rmdir": lambda: os.rmdir(""),
    "sendfile": lambda: os.sendfile(NONE, NONE, 0, 1),
    "unlink": lambda: os.unlink(""),
    "unlinkat": lambda: os.unlink("x", dir_fd=NONE),
    "write": lambda: os.write(NONE, b"x"),
}
"""Every kind of call that strace is asked to make fail, in a form that changes nothing."""


def serve(channel: socket.socket) -> None:
    """Answers each request with the exit status of its process; negative is the signal that ended it."""
    while request := channel.recv(4096):
        scenario, part, root, in_vain = json.loads(request)
        child = os.fork()
        if not child:
            _call_in_vain(in_vain)
            atexit.register(os._exit, 1)  # where a task raised: its traceback is told, nothing is tidied up
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
    """What is imported, or read, at first use shall be in memory before the first fork."""
    with TemporaryDirectory() as folder:
        scenario = SCENARIOS["repair"]
        for task in (scenario.prepare, scenario.run, scenario.finish):
            assert task(Path(folder)) == 0


if __name__ == "__main__":
    logging.disable()
    _warm_up()
    serve(socket.socket(fileno=sys.stdin.fileno()))
