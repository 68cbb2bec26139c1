"""Files below one root folder: written completely or not at all, without following symbolic links."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from archiver.errors import StorageError

POSTS = "_posts"
STATE = ".archive"
STAGING = f"{STATE}/staging"
INDEX = f"{STATE}/index.sqlite"
REPORT = f"{STATE}/report.json"
"""The report of the last run."""

MAX_DEPTH = 3
"""Folders between the root and a file: ``assets/kept/ab/``."""

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_PLAIN_FILE = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
"""Opening a link is an error, and opening a pipe does not block."""

_NO_MODES = frozenset(
    {errno.EPERM, errno.EACCES, errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP}
)
_NO_FOLDER_SYNC = frozenset({errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP})


@contextmanager
def storage_errors(path: Path | str) -> Iterator[None]:
    """Turns an error of the system into a StorageError that names the path."""
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
        self._is_probed = False

    def close(self) -> None:
        for descriptor in self._folders.values():
            os.close(descriptor)
        self._folders.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def folder(self, path: str) -> int:
        """A descriptor of the folder, which is created if it is missing."""
        if path in self._folders:
            return self._folders[path]
        parent, _, name = path.rpartition("/")
        above = self.folder(parent)
        with storage_errors(self.root / path):
            made = _make_folder(name, above)
            self._folders[path] = os.open(name, _DIRECTORY, dir_fd=above)
            if made:
                _set_mode(self._folders[path], 0o755)
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

    def size(self, path: str) -> int:
        """The bytes of a file; 0 if it is missing."""
        folder, name = self._split(path)
        try:
            return os.stat(name, dir_fd=folder, follow_symlinks=False).st_size
        except FileNotFoundError:
            return 0
        except OSError as exc:
            raise StorageError(f"{self.root / path}: {exc.strerror}") from exc

    def read(self, path: str) -> bytes:
        """The content of a file. Raises StorageError for a link, a folder or a pipe."""
        folder, name = self._split(path)
        with storage_errors(f"{self.root}/{path}"):
            descriptor = os.open(name, os.O_RDONLY | _PLAIN_FILE, dir_fd=folder)
            return _content(descriptor)

    def names(self, path: str) -> list[str]:
        """The names in a folder, sorted."""
        with storage_errors(self.root / path):
            return sorted(os.listdir(self.folder(path)))

    def publish(self, path: str, content: bytes) -> None:
        """Writes a file durably, in place of an existing one: stages it, syncs, renames, syncs the folder."""
        self.publish_all({path: content})

    def publish_all(self, files: Mapping[str, bytes]) -> None:
        """As ``publish``, for several files. Each appears completely or not at all. A folder is synced once
        for all its files.

        It may run in one thread while another thread publishes other files.
        """
        staging = self.folder(STAGING)
        places = {path: self._split(path) for path in files}
        staged: dict[str, str] = {}
        try:
            for number, (path, content) in enumerate(files.items()):
                staged[path] = f"{number}-{places[path][1]}"
                with storage_errors(self.root / path):
                    _write(staged[path], content, staging)
            for path, (folder, name) in places.items():
                with storage_errors(self.root / path):
                    os.rename(staged[path], name, src_dir_fd=staging, dst_dir_fd=folder)
                    del staged[path]
            for folder, path in {folder: path for path, (folder, _) in places.items()}.items():
                with storage_errors(self.root / path):
                    sync_folder(folder)
        except StorageError:
            for name in staged.values():
                with suppress(OSError):
                    os.unlink(name, dir_fd=staging)
            raise

    def probe(self) -> None:
        """Tests once whether the file system supports what ``publish`` needs; raises StorageError if not.

        Some network and FAT file systems cannot sync, cannot rename over a file, or return other content than
        was written (faults S25).
        """
        if self._is_probed:
            return
        path = f"{STATE}/probe"
        try:
            for content in (b"first", b"second"):
                self.publish(path, content)
                if self.read(path) != content:
                    raise StorageError(f"{self.root / path}: the content read is not the content written")
            self.remove(path)
        except StorageError as exc:
            raise StorageError(
                f"{exc}; an archive is not safe on this file system, use a folder on another one"
            ) from exc
        self._is_probed = True

    def sync_folders(self) -> None:
        """Makes durable which files and folders there are. A run that was killed may not have synced the
        folder of a file that it had written, and later runs rely on that file."""
        for path in self._synced_folders():
            with storage_errors(path), suppress(PermissionError):  # not a folder of the archiver
                _sync_folder_at(path)

    def _synced_folders(self) -> list[Path]:
        """Folders that may hold files of the archive, and all above them on the same device."""
        with storage_errors(self.root):
            device = self.root.stat().st_dev
            above = [path for path in self.root.resolve().parents if path.stat().st_dev == device]
            below = [*_folders_in(self.root / STATE), *_folders_in(self.root)]
        return [*below, *above]

    def remove(self, path: str) -> None:
        folder, name = self._split(path)
        with storage_errors(self.root / path):
            os.unlink(name, dir_fd=folder)
            sync_folder(folder)

    def _split(self, path: str) -> tuple[int, str]:
        parent, _, name = path.rpartition("/")
        if path.startswith("/") or not name or not {".", ".."}.isdisjoint(path.split("/")):
            raise StorageError(f"{path!r} is not a path below {self.root}")
        return self.folder(parent), name


def content_of(path: Path | str) -> bytes:
    """The content of a file, without a ``Tree``. Raises OSError, also for a pipe or a folder."""
    return _content(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC))


def _content(descriptor: int) -> bytes:
    """The content of a regular file; raises OSError for any other. Closes the descriptor."""
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "Not a regular file")
        content = os.read(descriptor, found.st_size + 1)
        while more := os.read(descriptor, 1 << 20):
            content += more
        return content
    finally:
        os.close(descriptor)


def _write(name: str, content: bytes, folder: int) -> None:
    descriptor = _create(name, folder)
    try:
        _set_mode(descriptor, 0o644)  # independent of the umask, because a web server reads the file
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _create(name: str, folder: int) -> int:
    """A descriptor of a new file. An existing one is not emptied, because it may have a second name: on a
    disk without a journal a power cut can leave both names of a renamed file."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _PLAIN_FILE
    try:
        return os.open(name, flags, 0o644, dir_fd=folder)
    except FileExistsError:
        os.unlink(name, dir_fd=folder)
        return os.open(name, flags, 0o644, dir_fd=folder)


def _folders_in(path: Path, depth: int = MAX_DEPTH) -> Iterator[Path]:
    """Those below a folder, without links and hidden folders, and then the folder itself."""
    with suppress(FileNotFoundError, PermissionError):
        inner = [entry for entry in os.scandir(path) if entry.is_dir(follow_symlinks=False)] if depth else []
        for entry in inner:
            if not entry.name.startswith("."):
                yield from _folders_in(Path(entry), depth - 1)
        yield path


def sync_folder(descriptor: int) -> None:
    """Makes the names in a folder durable. On a network share on which folders cannot be synced, this is left
    to its server. Raises OSError for any other failure."""
    try:
        os.fsync(descriptor)
    except OSError as exc:
        if exc.errno not in _NO_FOLDER_SYNC:
            raise


def _set_mode(descriptor: int, mode: int) -> None:
    """Goes on without the mode on a share that has none (CIFS, exFAT): the options of the mount decide."""
    try:
        os.fchmod(descriptor, mode)
    except OSError as exc:
        if exc.errno not in _NO_MODES:
            raise


def _sync_folder_at(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        sync_folder(descriptor)
    finally:
        os.close(descriptor)


def _make_folder(name: str, above: int) -> bool:
    try:
        os.mkdir(name, 0o755, dir_fd=above)
    except FileExistsError:
        return False
    sync_folder(above)
    return True
