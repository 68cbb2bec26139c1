"""Files are written completely or not at all, and never outside the root."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archiver.audit import repair
from archiver.errors import StorageError
from archiver.items import Listed
from archiver.publish.jekyll.site import open_site
from archiver.run.ledger import Ledger
from archiver.storage import files as files_module
from archiver.storage.files import STAGING, Tree
from archiver.storage.lock import Locked, no_writer


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path / "root")


def test_publish_creates_folders_and_leaves_nothing_in_staging(tree: Tree) -> None:
    tree.publish("category/a/b.html", b"text")
    assert (tree.root / "category/a/b.html").read_bytes() == b"text"
    assert tree.names(STAGING) == []


def test_published_files_are_world_readable_whatever_the_umask(tree: Tree) -> None:
    before = os.umask(0o077)
    try:
        tree.publish("_posts/a.md", b"")
    finally:
        os.umask(before)
    assert (tree.root / "_posts/a.md").stat().st_mode & 0o777 == 0o644
    assert (tree.root / "_posts").stat().st_mode & 0o777 == 0o755


def test_publish_all_writes_files_with_the_same_name_to_two_folders(tree: Tree) -> None:
    files = {"a/index.html": b"one", "b/index.html": b"two", "_posts/a.md": b"three"}
    tree.publish_all(files)
    assert {path: tree.read(path) for path in files} == files
    assert tree.names(STAGING) == []


def test_publish_all_renames_no_file_before_all_are_synced(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree.publish("_posts/a.md", b"old")
    calls = 0

    def second_fails(_descriptor: int) -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", second_fails)
    with pytest.raises(StorageError, match=r"b\.md.*ENOSPC"):
        tree.publish_all({"_posts/a.md": b"new", "_posts/b.md": b"new"})
    assert (tree.read("_posts/a.md"), tree.names("_posts"), tree.names(STAGING)) == (b"old", ["a.md"], [])


def test_the_probe_of_a_suitable_file_system_leaves_no_file(tree: Tree) -> None:
    tree.folder(STAGING)
    tree.probe()
    assert sorted(path.name for path in tree.root.rglob("*")) == [".archive", "staging"]


def _failing(code: int) -> Callable[..., None]:
    def fails(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    return fails


def _keeps_the_old(name: str, new_name: str, *, src_dir_fd: int, dst_dir_fd: int) -> None:
    with suppress(FileExistsError):
        os.link(name, new_name, src_dir_fd=src_dir_fd, dst_dir_fd=dst_dir_fd)
    os.unlink(name, dir_fd=src_dir_fd)


@pytest.mark.parametrize(
    ("call", "instead", "reason"),
    [
        ("rename", _failing(errno.EPERM), "EPERM"),
        ("rename", _keeps_the_old, "not the content written"),
        ("fsync", _failing(errno.EPERM), "EPERM"),
        ("fsync", _failing(errno.EINVAL), "EINVAL"),
        ("fchmod", _failing(errno.EIO), "EIO"),
        ("fchmod", _failing(errno.EROFS), "EROFS"),
    ],
)
def test_an_unsuitable_file_system_is_refused_before_the_first_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, instead: Callable[..., None], reason: str
) -> None:
    unsafe = f"probe: .*{reason}.*not safe on this file system"
    (tmp_path / "new" / STAGING).mkdir(parents=True)
    monkeypatch.setattr(os, call, instead)
    with pytest.raises(StorageError, match=unsafe):
        open_site(tmp_path / "new")
    assert [path.name for path in (tmp_path / "new").iterdir()] == [".archive"]
    monkeypatch.undo()

    with open_site(tmp_path / "old") as archive:
        archive.catalogue.begin()
    with open_site(tmp_path / "old") as archive:
        ledger = Ledger(archive.catalogue, datetime(2022, 2, 22, tzinfo=UTC))
        monkeypatch.setattr(os, call, instead)
        with pytest.raises(StorageError, match=unsafe):
            ledger.admit([Listed("NW202202222284000001")])
        monkeypatch.undo()


def _cannot_sync_folders(code: int) -> Callable[[int], None]:
    """Instead of ``os.fsync``: fails for a folder."""
    sync = os.fsync

    def fsync(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(code, os.strerror(code))
        sync(descriptor)

    return fsync


MODES = [errno.EPERM, errno.EACCES, errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP]
FOLDERS = [errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP]


@pytest.mark.parametrize(
    ("call", "instead"),
    [
        *(("fchmod", _failing(code)) for code in MODES),
        *(("fsync", _cannot_sync_folders(code)) for code in FOLDERS),
    ],
)
def test_a_share_without_modes_or_without_syncing_of_folders_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, instead: Callable[..., None]
) -> None:
    monkeypatch.setattr(os, call, instead)
    for _ in range(2):
        with open_site(tmp_path) as archive:
            ledger = Ledger(archive.catalogue, datetime(2022, 2, 22, tzinfo=UTC))
            assert len(ledger.admit([Listed("NW202202222284000001")])) == 1
            archive.tree.publish("_posts/a.md", b"text")
            archive.tree.remove("_posts/a.md")
            archive.tree.sync_folders()
    assert repair.set_aside(Tree(tmp_path), "index.html") == f"{repair.ASIDE}/index.html"


def test_a_folder_that_cannot_be_synced_for_another_reason_is_an_error(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree.publish("_posts/a.md", b"text")
    monkeypatch.setattr(os, "fsync", _cannot_sync_folders(errno.EIO))
    with pytest.raises(StorageError, match="EIO"):
        tree.publish("_posts/b.md", b"text")


@pytest.mark.parametrize("code", [errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP])
def test_a_file_system_without_locks_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    """Without a lock two runs could write at once."""
    open_site(tmp_path).close()
    monkeypatch.setattr(fcntl, "flock", _failing(code))
    sentence = r"lock: cannot be locked: .*\(E[A-Z]+\); an archive needs a file system with locks"
    with pytest.raises(StorageError, match=sentence) as refused:
        open_site(tmp_path)
    assert not isinstance(refused.value, Locked)
    with pytest.raises(StorageError, match=sentence), no_writer(tmp_path):
        raise AssertionError("not reached")


@pytest.mark.parametrize("path", ["../x", "/etc/x", "a/../../x", "", "..", "a/.."])
def test_paths_outside_the_root_are_refused(tree: Tree, path: str) -> None:
    with pytest.raises(StorageError):
        tree.publish(path, b"")
    assert not (tree.root.parent / "x").exists()


def test_a_folder_that_is_a_link_out_of_the_root_is_refused(tree: Tree, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (tree.root / "_posts").symlink_to(outside)
    with pytest.raises(StorageError, match="_posts"):
        tree.publish("_posts/a.md", b"")
    assert list(outside.iterdir()) == []


def test_a_post_that_is_a_link_is_not_read(tree: Tree, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("x")
    tree.folder("_posts")
    (tree.root / "_posts/a.md").symlink_to(secret)
    assert tree.exists("_posts/a.md")
    with pytest.raises(StorageError, match=r"a\.md"):
        tree.read("_posts/a.md")


def test_a_failed_write_leaves_neither_the_file_nor_a_staged_file(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    tree.folder("_posts")
    tree.folder(STAGING)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match=r"_posts/a\.md: No space left on device \(ENOSPC\)"):
        tree.publish("_posts/a.md", b"text")
    assert not (tree.root / "_posts/a.md").exists()
    assert tree.names(STAGING) == []


def test_a_root_that_is_a_file_raises_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "root").write_text("")
    with pytest.raises(StorageError, match="root"):
        Tree(tmp_path / "root")


def test_a_staged_file_that_is_also_a_post_is_not_emptied(tree: Tree) -> None:
    """A power cut on a disk without a journal may leave both names of a file that was renamed."""
    tree.publish("_posts/a.md", b"the post")
    (tree.root / STAGING / "0-b.md").hardlink_to(tree.root / "_posts/a.md")
    tree.publish("_posts/b.md", b"another")
    assert (tree.root / "_posts/a.md").read_bytes() == b"the post"
    assert (tree.root / "_posts/b.md").read_bytes() == b"another"


def test_a_file_that_an_earlier_run_has_named_is_synced(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    tree.publish("category/a/b.html", b"x")
    tree.publish(".git/a", b"x")
    tree.publish(".archive/quarantine/a.json", b"{}")
    (tree.root / "link").symlink_to("/")
    synced = []
    monkeypatch.setattr(files_module, "_sync_folder_at", synced.append)
    tree.sync_folders()
    below = [str(path.relative_to(tree.root)) for path in synced if path.is_relative_to(tree.root)]
    assert sorted(below) == [
        ".",
        ".archive",
        ".archive/quarantine",
        ".archive/staging",
        "category",
        "category/a",
    ]
    assert tree.root.parent in synced
