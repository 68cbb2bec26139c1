"""The lock of an archive, for one writer at a time: an advisory lock (``flock``) on an open file.

The system releases it when the process ends.
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archiver.errors import StorageError
from archiver.storage.files import STATE, Tree, storage_errors


class Locked(StorageError):
    """Another process holds the lock of the archive; nothing was changed."""


class Lock:
    """Held from construction until ``release`` or the end of the process, ``kill -9`` included."""

    def __init__(self, tree: Tree) -> None:
        path = tree.root / STATE / "lock"
        with storage_errors(path):
            flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
            self._file = os.open("lock", flags, 0o644, dir_fd=tree.folder(STATE))
        busy = f"another run is using the archive {tree.root}; nothing was changed"
        try:
            _lock(self._file, fcntl.LOCK_EX, path, busy)
        except StorageError:
            os.close(self._file)
            raise

    def release(self) -> None:
        os.close(self._file)


@contextmanager
def no_writer(root: Path) -> Iterator[None]:
    """Holds a shared lock, which keeps writers out. Writes nothing, not even the lock file.

    Raises Locked if a run is running, StorageError if the lock file cannot be read.
    """
    path = root / STATE / "lock"
    if not path.exists():
        yield  # no run has written to this archive
        return
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC  # opening a FIFO must not block
    with storage_errors(path):
        file = os.open(path, flags)
    try:
        _lock(file, fcntl.LOCK_SH, path, f"a run is using the archive {root}; try again when it has ended")
        yield
    finally:
        os.close(file)


def _lock(file: int, kind: int, path: Path, busy: str) -> None:
    """Raises Locked with the text ``busy`` if another process holds the lock, StorageError if there are no
    locks on the file system: two runs could then write to the archive at once."""
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError as exc:
        raise Locked(busy) from exc
    except OSError as exc:
        name = errno.errorcode.get(exc.errno or 0, "error")
        raise StorageError(
            f"{path}: cannot be locked: {exc.strerror} ({name}); an archive needs a file system with locks: "
            "mount the share with them, or use a folder on another one"
        ) from exc
