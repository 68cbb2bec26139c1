"""Files that appear complete or not at all, below one root, following no link out of it."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import Self

from archiver.errors import StorageError

STATE = ".archive"
STAGING = f"{STATE}/staging"

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


@contextmanager
def storage_errors(path: Path | str) -> Iterator[None]:
    """Turns what the system says into a StorageError that names the path."""
    try:
        yield
    except OSError as exc:
        name = errno.errorcode.get(exc.errno or 0, "error")
        raise StorageError(f"{path}: {exc.strerror or exc} ({name})") from exc


class Tree:
    """The folders below one root, each opened once and without following a symbolic link.

    Every method takes a path relative to the root and raises StorageError.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        with storage_errors(root):
            root.mkdir(parents=True, exist_ok=True)
            self._folders = {"": os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)}

    def close(self) -> None:
        for descriptor in self._folders.values():
            os.close(descriptor)
        self._folders.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def folder(self, path: str) -> int:
        """A descriptor of that folder, which is made where it is missing."""
        if path in self._folders:
            return self._folders[path]
        parent, _, name = path.rpartition("/")
        above = self.folder(parent)
        with storage_errors(self.root / path):
            made = _make_folder(name, above)
            self._folders[path] = os.open(name, _DIRECTORY, dir_fd=above)
            if made:
                os.fchmod(self._folders[path], 0o755)
        return self._folders[path]

    def exists(self, path: str) -> bool:
        folder, name = self._split(path)
        try:
            os.stat(name, dir_fd=folder, follow_symlinks=False)
        except FileNotFoundError:
            return False
        except OSError as exc:
            raise StorageError(f"{self.root / path}: {exc.strerror}") from exc
        return True

    def read(self, path: str) -> bytes:
        """The whole file; a symbolic link or a folder in its place is a StorageError."""
        folder, name = self._split(path)
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
        with (
            storage_errors(self.root / path),
            open(os.open(name, flags, dir_fd=folder), "rb") as file,
        ):
            return file.read()

    def names(self, path: str) -> list[str]:
        """What a folder holds, sorted."""
        with storage_errors(self.root / path):
            return sorted(os.listdir(self.folder(path)))

    def publish(self, path: str, content: bytes) -> None:
        """Puts a file in its place, durably, whatever stood there: staged, synced, renamed, folder synced."""
        folder, name = self._split(path)
        staging = self.folder(STAGING)
        with storage_errors(self.root / path):
            try:
                _write(name, content, staging)
                os.rename(name, name, src_dir_fd=staging, dst_dir_fd=folder)
                os.fsync(folder)
            except OSError:
                with suppress(OSError):
                    os.unlink(name, dir_fd=staging)
                raise

    def remove(self, path: str) -> None:
        folder, name = self._split(path)
        with storage_errors(self.root / path):
            os.unlink(name, dir_fd=folder)
            os.fsync(folder)

    def _split(self, path: str) -> tuple[int, str]:
        pure = PurePosixPath(path)
        if pure.is_absolute() or ".." in pure.parts or not pure.name:
            raise StorageError(f"{path!r} is no path below {self.root}")
        parent = str(pure.parent)
        return self.folder("" if parent == "." else parent), pure.name


def _write(name: str, content: bytes, folder: int) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    with open(os.open(name, flags, 0o644, dir_fd=folder), "wb") as file:
        os.fchmod(file.fileno(), 0o644)  # whatever the umask: a web server reads it
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _make_folder(name: str, above: int) -> bool:
    try:
        os.mkdir(name, 0o755, dir_fd=above)
    except FileExistsError:
        return False
    os.fsync(above)
    return True
