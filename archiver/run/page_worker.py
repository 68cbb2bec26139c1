"""The process that reads pages for ``page_process``: jobs from stdin and replies to stdout."""

from __future__ import annotations

import ctypes
import pickle
import resource
import signal
import struct
import sys
import traceback
from contextlib import suppress
from typing import Any, BinaryIO, Final

from archiver.errors import ArticleError, Quarantined

HEADER: Final = "!Q"
"""The length that precedes each job and each reply."""

MAX_MEMORY: Final = 2 << 30
"""Bytes of address space. A page that needs more is ``too_heavy``."""

MAX_REPLY: Final = 128 << 20
"""Bytes of a reply. An article has at most some megabytes."""

OUT_OF_TIME: Final = frozenset({signal.SIGPROF, signal.SIGXCPU})
"""The signals with which the kernel ends a process that has used its time."""

_PR_SET_PDEATHSIG: Final = 1


def main(seconds: str) -> None:
    """Serves until stdin ends, as it does when the run ends."""
    _prepare()
    jobs, replies = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # nothing else may write to the pipe
    while header := jobs.read(struct.calcsize(HEADER)):
        job = jobs.read(*struct.unpack(HEADER, header))
        _allow(float(seconds))
        reply = _reply_to(job)
        _allow(0)
        _send(replies, reply)


def _prepare() -> None:
    """Signals of a terminal or a service manager are for the run, which ends this process."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    with suppress(OSError, ValueError):  # not every system can limit these
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))
    if sys.platform == "linux":  # elsewhere, it ends when the page that it reads does
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _allow(seconds: float) -> None:
    """The kernel ends the process after so much CPU time: C code and ``re`` do not let Python do that."""
    signal.setitimer(signal.ITIMER_PROF, seconds)


def _reply_to(job: bytes) -> bytes:
    value, error, bug = None, None, ""
    try:
        read, arguments = pickle.loads(job)  # noqa: S301 - from the run that started this process
        value = read(*arguments)
    except ArticleError as why:
        error = (type(why), why.reason, why.detail)
    except MemoryError:
        error = (Quarantined, "too_heavy", f"reading the page takes more than {MAX_MEMORY >> 20} MiB")
    except Exception:  # noqa: BLE001 - the run logs it, and its exit status is 9
        bug = traceback.format_exc()
    reply = pickle.dumps((value, error, bug))
    if len(reply) > MAX_REPLY:
        detail = f"the rules find more than {MAX_REPLY >> 20} MiB in the page"
        return pickle.dumps((None, (Quarantined, "too_heavy", detail), ""))
    return reply


def _send(replies: BinaryIO, reply: bytes) -> Any:
    with suppress(BrokenPipeError):
        replies.write(struct.pack(HEADER, len(reply)) + reply)
        replies.flush()
