"""Links, folders and pipes at the paths of the archive's files: they are not followed, and opening them does not
block. Also ids that are easily confused."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import FrameType

import pytest

from archiver.audit import gaps
from archiver.audit.check import check
from archiver.audit.repair import repair
from archiver.errors import Quarantined, StorageError
from archiver.posts import read, render
from archiver.publish.jekyll.site import entry_of, open_site
from archiver.replica.articles import Site
from archiver.replica.server import Replica
from archiver.run.ledger import Ledger
from archiver.storage.files import Tree
from tests.crawling import crawl, posts
from tests.storage.archives import NOW, SOURCES, a_post, finished, listed, store

KINDS: dict[str, Callable[[Path, Path], None]] = {
    "a link to a file": lambda path, outside: path.symlink_to(outside / "secret"),
    "a link to a folder": lambda path, outside: path.symlink_to(outside),
    "a link to nothing": lambda path, outside: path.symlink_to(outside / "none"),
    "a link to itself": lambda path, _: path.symlink_to(path),
    "a folder": lambda path, _: path.mkdir(),
    "a pipe": lambda path, _: os.mkfifo(path),
}


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "secret").write_text("secret")
    return folder


@pytest.fixture(autouse=True)
def time_limit() -> Iterator[None]:
    """Fails a test that blocks, because opening a pipe can block for ever."""

    def fail(_signal: int, _frame: FrameType | None) -> None:
        raise AssertionError("blocked for 60 seconds")

    before = signal.signal(signal.SIGALRM, fail)
    signal.alarm(60)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def untouched(outside: Path) -> bool:
    return {path.name: path.read_text() for path in outside.iterdir()} == {"secret": "secret"}


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "a folder"])
@pytest.mark.parametrize("folder", ["_posts", ".archive", ".archive/staging", ".archive/quarantine"])
def test_an_archive_is_refused_if_one_of_its_folders_is_not_a_folder(
    tmp_path: Path, outside: Path, folder: str, kind: str
) -> None:
    """faults H9."""
    path = tmp_path / "archive" / folder
    path.parent.mkdir(parents=True)
    KINDS[kind](path, outside)
    with pytest.raises(StorageError, match=folder):
        open_site(tmp_path / "archive")
    assert untouched(outside)


@pytest.mark.parametrize("kind", KINDS)
def test_an_archive_without_index_is_refused_if_a_post_is_not_a_regular_file(
    tmp_path: Path, outside: Path, kind: str
) -> None:
    """faults H9: the index is built from all existing posts, so each of them is read."""
    name = f"_posts/2022-02-22-{listed(1).id}.md"
    path = tmp_path / "archive" / name
    path.parent.mkdir(parents=True)
    KINDS[kind](path, outside)
    with pytest.raises(StorageError, match=name):
        open_site(tmp_path / "archive")
    assert untouched(outside)


@pytest.mark.parametrize("kind", KINDS)
def test_a_crawl_stops_if_the_path_of_a_new_post_is_not_a_regular_file(
    tmp_path: Path, outside: Path, kind: str
) -> None:
    """faults H9: the index exists, so the run finds the object only when it writes the post."""
    root = tmp_path / "archive"
    with Replica(Site(articles=12, plain=True)) as replica:
        open_site(root).close()
        article = replica.site.article(5)
        path = root / f"_posts/{article.date:%Y-%m-%d}-{article.id}.md"
        KINDS[kind](path, outside)
        run = crawl("category", root, replica)
        assert run.status == 6, run.stderr
        assert path.name in run.stderr
        assert run["listed"] == sum(run[end] for end in ("posted", "deferred"))
        assert untouched(outside)
        path.rmdir() if kind == "a folder" else path.unlink()
        again = crawl("category", root, replica)
    assert (again.status, len(posts(root))) == (0, 12), again.stderr


def test_an_object_at_the_path_of_a_category_page_is_neither_followed_nor_replaced(
    tmp_path: Path, outside: Path
) -> None:
    """faults H9: an existing category page belongs to the owner of the archive."""
    root = tmp_path / "archive"
    (root / "category").mkdir(parents=True)
    with Replica(Site(articles=30, plain=True)) as replica:
        slugs = [source.slug for source in replica.site.categories() if source.slug != "emnews"]
        planted = {root / f"category/{slug}.html": kind for slug, kind in zip(slugs, KINDS, strict=False)}
        assert len(planted) == len(KINDS)
        for path, kind in planted.items():
            KINDS[kind](path, outside)
        before = {path: (path.lstat().st_mode, path.lstat().st_ino) for path in planted}
        run = crawl("category", root, replica)
    assert (run.status, len(posts(root))) == (0, 30), run.stderr
    assert {path: (path.lstat().st_mode, path.lstat().st_ino) for path in planted} == before
    assert untouched(outside)


@pytest.mark.parametrize("kind", ["a folder", "a pipe"])
def test_a_category_page_that_is_not_a_file_is_found_and_repaired(
    tmp_path: Path, outside: Path, kind: str
) -> None:
    root = finished(tmp_path / "archive")
    path = root / "category/yangliribao.html"
    page = path.read_bytes()
    path.unlink()
    KINDS[kind](path, outside)
    checked = check(root, NOW)
    assert [finding.kind for finding in checked.findings] == ["page"]
    repair(root, checked, NOW)
    assert (path.read_bytes(), check(root, NOW).findings) == (page, ())
    assert (root / ".archive/set-aside/yangliribao.html").exists()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        (f"_posts/2022-02-22-{listed(1).id}.md", "unreadable"),
        (".archive/quarantine/NW202202222284009002.json", "unreadable"),
    ],
)
def test_the_check_does_not_block_on_a_pipe(tmp_path: Path, name: str, kind: str) -> None:
    root = finished(tmp_path)
    (root / name).unlink()
    os.mkfifo(root / name)
    assert [(finding.kind, finding.path) for finding in check(root, NOW).findings] == [(kind, name)]


@pytest.mark.parametrize("name", [".archive/report.json", ".archive/quarantine/x.json"])
def test_the_list_of_gaps_does_not_block_on_a_pipe(tmp_path: Path, name: str) -> None:
    root = finished(tmp_path)
    (root / name).unlink(missing_ok=True)
    os.mkfifo(root / name)
    with pytest.raises(StorageError, match=name):
        gaps.find(root)


def test_a_lock_file_that_no_process_holds_is_taken_whatever_its_content(tmp_path: Path) -> None:
    """faults S9: a lock file from before a reboot, with a process id that is used again, or in a copied folder."""
    (tmp_path / ".archive").mkdir()
    (tmp_path / ".archive/lock").write_text(f"{os.getpid()}\n")
    open_site(tmp_path).close()
    open_site(tmp_path).close()


# --- ids


@pytest.mark.parametrize("article", ["007", "7", "1e5", "100000", "true", "0" * 18, "_config", "x" * 64])
def test_an_id_is_stored_as_text_in_index_and_file_name(tmp_path: Path, article: str) -> None:
    """faults H7, H8, H12: an id like 007 or 1e5 is not read as a number, and makes no other file."""
    post = replace(a_post(1, SOURCES[0]), id=article)
    with open_site(tmp_path) as archive:
        store(archive, Ledger(archive.catalogue, NOW), post)
    with open_site(tmp_path) as archive:
        assert [row.id for row in archive.index.posts()] == [article]
        assert read(render(post), post.name).id == article
    assert [path.name for path in (tmp_path / "_posts").iterdir()] == [f"2022-02-22-{article}.md"]
    assert check(tmp_path, NOW).breaches == []


def test_ids_that_differ_in_capitals_only_give_two_posts_and_a_finding(tmp_path: Path) -> None:
    """faults H5."""
    with open_site(tmp_path) as archive:
        for article in ("NW1", "nw1"):
            store(archive, Ledger(archive.catalogue, NOW), replace(a_post(1, SOURCES[0]), id=article))
    assert [path.name[11:] for path in sorted((tmp_path / "_posts").iterdir())] == ["NW1.md", "nw1.md"]
    assert [finding.kind for finding in check(tmp_path, NOW).breaches] == ["twin"]


def test_on_a_file_system_that_ignores_capitals_the_second_article_is_quarantined(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """faults H5, H12."""
    exists, read_file = Tree.exists, Tree.read

    def found(tree: Tree, path: str) -> str:
        folder, _, name = path.rpartition("/")
        there = {other.casefold(): other for other in tree.names(folder)}
        return f"{folder}/{there.get(name.casefold(), name)}".lstrip("/")

    monkeypatch.setattr(Tree, "exists", lambda tree, path: exists(tree, found(tree, path)))
    monkeypatch.setattr(Tree, "read", lambda tree, path: read_file(tree, found(tree, path)))
    first, second = (replace(a_post(1, SOURCES[0]), id=article) for article in ("NW1", "nw1"))
    with open_site(tmp_path) as archive:
        assert archive.store([entry_of(first, render(first))]) == ["posted"]
        [end] = archive.store([entry_of(second, render(second))])
        assert isinstance(end, Quarantined)
        assert end.reason == "file_in_the_way"
        assert not archive.index.holds("nw1")
    assert [path.read_text() for path in (tmp_path / "_posts").iterdir()] == [render(first)]
