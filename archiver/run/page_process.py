"""Reads pages in a process of its own, so that one that takes too long can be ended."""

from __future__ import annotations

import asyncio
import pickle
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from archiver.errors import Deferred, Quarantined
from archiver.run.page_worker import HEADER, MAX_REPLY, OUT_OF_TIME

_START = (
    "import sys; sys.path[:] = sys.argv[2:]; from archiver.run.page_worker import main; main(sys.argv[1])"
)

PATIENCE: Final = 6
"""A process that does not get the CPU is ended after so many times the CPU time that a page may take."""

START_SECONDS: Final = 30
"""Added for the first page of a process, which imports the readers."""


class PageProcess:
    """Calls a function with a page in another process: one call at a time, and the same process again.

    The process ends itself when a call has used ``seconds`` of CPU time, and when the run ends in any way.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._one_call = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
        self._is_closed = False
        self._ending: set[asyncio.Future[Any]] = set()

    async def call(self, read: Callable[..., Any], *arguments: Any) -> Any:
        """What the function returns. Raises the ArticleError that it raises, and ``too_heavy``."""
        async with self._one_call:  # before pickling: pages that wait are not in memory twice
            reply = await self._reply_to(pickle.dumps((read, arguments)))
        value, error, bug = pickle.loads(reply)  # noqa: S301 - from a process that this one started
        if bug:
            raise RuntimeError(f"a page could not be read:\n{bug}")
        if error:
            kind, reason, detail = error
            raise kind(reason, detail)
        return value

    def close(self) -> None:
        """Ends the process; a call that is running, and every later one, raises ``interrupted``."""
        self._is_closed = True
        self._end()

    async def wait_closed(self) -> None:
        """Returns when every process has ended."""
        await asyncio.gather(*self._ending, return_exceptions=True)

    async def _reply_to(self, job: bytes) -> bytes:
        patience = PATIENCE * self._seconds + (0 if self._process else START_SECONDS)
        process = self._process or await self._start()
        try:
            async with asyncio.timeout(patience):
                reply = await _exchange(process, job)
        except BaseException as exc:
            self._end()
            if self._is_closed and isinstance(exc, Exception):
                raise _interrupted() from None
            if isinstance(exc, TimeoutError):
                raise Quarantined("too_heavy", f"the page is not read after {patience:g} s") from None
            if isinstance(exc, (asyncio.IncompleteReadError, ConnectionError)):
                raise _ended(await process.wait(), self._seconds) from None
            raise
        return reply

    async def _start(self) -> asyncio.subprocess.Process:
        if self._is_closed:
            raise _interrupted()
        try:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-c",
                _START,
                str(self._seconds),
                *sys.path,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                limit=1 << 20,
            )
        except OSError as exc:
            raise Deferred("too_heavy", f"the process that reads large pages cannot start: {exc}") from exc
        if self._is_closed:  # while it was started
            self._end()
            raise _interrupted()
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process:
            with suppress(ProcessLookupError):
                process.kill()
            ending = asyncio.ensure_future(_closed(process))
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)


async def _closed(process: asyncio.subprocess.Process) -> None:
    """Returns when the process has ended and its pipes are closed."""
    assert process.stdin
    assert process.stdout
    process.stdin.close()
    with suppress(RuntimeError):  # the call that is interrupted is reading, and reads the end
        while await process.stdout.read(1 << 16):
            pass
    await process.wait()


async def _exchange(process: asyncio.subprocess.Process, job: bytes) -> bytes:
    assert process.stdin
    assert process.stdout
    process.stdin.writelines((struct.pack(HEADER, len(job)), job))
    await process.stdin.drain()
    (size,) = struct.unpack(HEADER, await process.stdout.readexactly(struct.calcsize(HEADER)))
    assert size <= MAX_REPLY
    return await process.stdout.readexactly(size)


def _interrupted() -> Deferred:
    return Deferred("interrupted", "the run was stopped")


def _ended(status: int, seconds: float) -> Quarantined:
    if -status in OUT_OF_TIME:
        return Quarantined("too_heavy", f"reading the page takes more than {seconds:g} s of CPU time")
    return Quarantined("too_heavy", f"reading the page ended the process with status {status}")
