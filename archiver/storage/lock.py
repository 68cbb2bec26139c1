"""One writer an archive: an advisory lock on an open file, which ends with the process that holds it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archiver.errors import StorageError
from archiver.storage.files import STATE, Tree, storage_errors


class Locked(StorageError):
    """Another run holds the archive; nothing was touched."""


class Lock:
    """Held from construction until ``release`` or the end of the process, ``kill -9`` included."""

    def __init__(self, tree: Tree) -> None:
        path = tree.root / STATE / "lock"
        with storage_errors(path):
            flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
            self._file = os.open("lock", flags, 0o644, dir_fd=tree.folder(STATE))
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            os.close(self._file)
            raise Locked(f"another run is using the archive {tree.root}; nothing was touched") from exc
        except OSError as exc:
            os.close(self._file)
            raise StorageError(f"{path}: cannot be locked: {exc.strerror}") from exc

    def release(self) -> None:
        os.close(self._file)


@contextmanager
def no_writer(root: Path) -> Iterator[None]:
    """Keeps writers away as long as someone reads; writes nothing, not even the lock's file.

    Raises Locked where a run is on, StorageError where the lock cannot be read.
    """
    path = root / STATE / "lock"
    if not path.exists():
        yield  # no run was ever here
        return
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC  # a FIFO in its place must not keep anyone waiting
    with storage_errors(path):
        file = os.open(path, flags)
    try:
        with storage_errors(path):
            _share(file, root)
        yield
    finally:
        os.close(file)


def _share(file: int, root: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError as exc:
        raise Locked(f"a run is using the archive {root}; ask again when it has ended") from exc
