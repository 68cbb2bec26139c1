"""Reads many files in several processes, because the threads of one interpreter use one core.

The processes are new interpreters that import only what they need. They inherit no lock and no index.
"""

from __future__ import annotations

import fcntl
import gc
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from signal import SIG_IGN, SIGINT, signal
from typing import Any, TypeVar

from archiver.errors import StorageError

Result = TypeVar("Result")

MIN_FILES = 4_000
"""For fewer files, starting processes takes longer than it saves."""
MAX_PROCESSES = 4
"""Each needs about 30 MB. With more, the process that uses the results is the slowest part."""
SLICE = 256
"""Files of which the results are sent together."""

_BUFFER = 1 << 20
"""Bytes of results that a process may be ahead."""
_START = "import sys; sys.path[:] = sys.argv[1:]; from archiver.storage.processes import serve; serve()"


@contextmanager
def results_of(
    work: Callable[[Sequence[str]], list[Result]], names: Sequence[str]
) -> Iterator[Iterator[tuple[Sequence[str], list[Result]]]]:
    """Slices of the names, each with its results, in the order of the names.

    ``work`` returns one result for each name, and can be pickled, as can its results. Many names are divided
    among processes, which start to work at once. A StorageError of ``work`` is raised here. If a process
    ends for another reason, StorageError is raised too.
    """
    slices = [names[start : start + SLICE] for start in range(0, len(names), SLICE)]
    with ExitStack() as undo:
        processes = _started(work, slices, undo) if len(names) >= MIN_FILES else []
        yield _received(processes, slices) if processes else ((part, work(part)) for part in slices)


def cores() -> int:
    """The number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _started(work: object, slices: Sequence[Sequence[str]], undo: ExitStack) -> list[subprocess.Popen[bytes]]:
    """Processes that divide the slices in turn; none if they would not help or cannot be started."""
    count = min(cores(), MAX_PROCESSES)
    processes: list[subprocess.Popen[bytes]] = []
    if count < 2:
        return processes
    try:
        for _ in range(count):
            processes.append(_start())
            undo.callback(_end, processes[-1])
        for first, process in enumerate(processes):
            assert process.stdin
            with process.stdin:
                pickle.dump((work, slices[first::count]), process.stdin)
    except OSError:
        undo.close()
        return []
    return processes


def _start() -> subprocess.Popen[bytes]:
    # -P: without it, the working directory would come first in sys.path
    words = [sys.executable, "-P", "-c", _START, *sys.path]
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 - ourselves
    assert process.stdout
    with suppress(OSError, AttributeError):  # the buffer stays smaller: the process waits more often
        fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, _BUFFER)
    return process


def _received(
    processes: Sequence[subprocess.Popen[bytes]], slices: Sequence[Sequence[str]]
) -> Iterator[tuple[Sequence[str], list[Any]]]:
    for number, names in enumerate(slices):
        results = _next_of(processes[number % len(processes)])
        if isinstance(results, StorageError):
            raise results
        yield names, results


def _next_of(process: subprocess.Popen[bytes]) -> Any:
    assert process.stdout
    try:
        return pickle.load(process.stdout)  # noqa: S301 - from our own process
    except (EOFError, pickle.UnpicklingError) as exc:
        raise StorageError(
            f"a process that read posts ended with status {process.wait()}; nothing was changed, try again"
        ) from exc


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe:
            with suppress(OSError):
                pipe.close()


# --- in the other process


def serve() -> None:
    """Reads the work from the standard input and writes the results to the standard output.

    Ends when the process that started it ends: then the pipes are closed.
    """
    gc.set_threshold(50_000)  # the objects of a post are freed without it
    signal(SIGINT, SIG_IGN)  # Ctrl-C reaches the other process, which ends this one
    with suppress(EOFError, BrokenPipeError):
        work, slices = pickle.load(sys.stdin.buffer)  # noqa: S301 - from our own process
        for names in slices:
            _send(_result(work, names))
    with suppress(BrokenPipeError):
        sys.stdout.flush()
    os._exit(0)


def _result(work: Callable[[Sequence[str]], list[Any]], names: Sequence[str]) -> list[Any] | StorageError:
    try:
        return work(names)
    except StorageError as exc:
        return StorageError(str(exc))


def _send(results: object) -> None:
    pickle.dump(results, sys.stdout.buffer, pickle.HIGHEST_PROTOCOL)
    sys.stdout.buffer.flush()
