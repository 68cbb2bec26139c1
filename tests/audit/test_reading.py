"""A check that reads the posts in several processes finds what a check in one process finds."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from archiver.audit.check import check
from archiver.audit.findings import KINDS, Checked
from archiver.posts import render
from archiver.publish.jekyll.site import entry_of, open_site
from archiver.storage import processes
from archiver.storage.archive import Archive
from tests.storage.archives import NOW, SOURCES, a_post, finished

INDEX = ".archive/index.sqlite"


def damaged(root: Path) -> Path:
    """An archive with every kind of finding except ``index`` and ``new``."""
    finished(root, 40)
    posts = root / "_posts"
    post = {number: posts / a_post(number, SOURCES[0]).name for number in range(40)}

    def edit(number: int, old: str, new: str) -> None:
        path = post[number]
        path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")

    post[0].write_bytes(post[0].read_bytes()[:-9])
    post[1].write_bytes(b"")
    post[2].write_bytes(post[2].read_bytes().replace(b"\n", b"\r\n"))
    post[3].rename(posts / post[3].name.replace("-22-", "-21-"))
    (posts / post[4].name.replace("-22-", "-23-")).write_bytes(post[4].read_bytes())
    (posts / post[5].name.replace(".md", "-copy.md")).write_bytes(post[5].read_bytes())
    (posts / post[6].name.lower()).write_bytes(post[6].read_bytes())
    (posts / "2022-02-22-note.html").write_text("stray")
    (posts / "link.md").symlink_to(post[7])
    (posts / "folder").mkdir()
    (posts / "folder/2022-02-22-x.md").write_text("nested")
    os.mkfifo(posts / "2022-02-22-pipe.md")
    post[8].unlink()
    edit(9, "标题", "题目")
    edit(10, "date: 2022", "date: 2099")
    (posts / "about.md").write_text("foreign")
    _new_post(posts, 101, "又一段", "{% x %}")
    _new_post(posts, 102, "yangliribao", "yangliwanbao")
    _new_post(posts, 103, "\n---\n", "\nimage: x\n---\n", count=1)
    _new_post(posts, 104, ")｜[", ")\n[")
    with open_site(root) as archive:
        for number in range(101, 105):
            archive.adopt(a_post(number, SOURCES[0]).name)
        row = archive.index.post(a_post(11, SOURCES[0]).id)
        assert row
        _index_as(archive, row.id, "2022-02-22-NW202202222284009999.md")
    _new_post(posts, 105, "", "")
    (root / "category/yangliribao.html").write_text("")
    (root / ".archive/staging").mkdir(exist_ok=True)
    (root / ".archive/staging/left").write_text("")
    (root / ".archive/quarantine/x.json").write_text("{")
    (root / ".archive/report.json").write_text("[]")
    return root


def _new_post(posts: Path, number: int, old: str, new: str, count: int = -1) -> None:
    post = a_post(number, SOURCES[0])
    (posts / post.name).write_text(render(post).replace(old, new, count), "utf-8")


def _index_as(archive: Archive, article_id: str, name: str) -> None:
    """The index has the article's post under another name."""
    post = a_post(11, SOURCES[0])
    entry = entry_of(post, render(post))
    with archive.index.transaction():
        row = archive.index.post(article_id)
        assert row
        assert entry.id == row.id
        archive.index.forget_post(row.id)
        archive.index.add_post(type(row)(row.id, name, row.category, row.tag, row.sha256))


def checked_in_processes(root: Path, monkeypatch: pytest.MonkeyPatch) -> Checked:
    """The result of a check with two processes, each of which reads many slices."""
    started: list[subprocess.Popen[bytes]] = []
    start = processes._start
    with monkeypatch.context() as many:
        many.setattr(processes, "_start", lambda: started.append(start()) or started[-1])  # type: ignore[func-returns-value]
        many.setattr(processes, "MIN_FILES", 1)
        many.setattr(processes, "SLICE", 3)
        many.setattr(processes, "cores", lambda: 2)
        checked = check(root, NOW)
    assert len(started) == 2
    return checked


def test_several_processes_find_the_same_in_the_same_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = damaged(tmp_path / "archive")
    here = check(root, NOW)
    assert {finding.kind for finding in here.findings} == KINDS.keys() - {"index", "new"}
    assert checked_in_processes(root, monkeypatch) == here


@pytest.mark.parametrize("index", ["damaged", "missing", "never there"])
def test_several_processes_find_the_same_without_an_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, index: str
) -> None:
    root = damaged(tmp_path / "archive")
    if index == "damaged":
        (root / INDEX).write_bytes(b"not a database" * 999)
    elif index == "missing":
        (root / INDEX).unlink()
    else:
        (root / ".archive").rename(tmp_path / "elsewhere")
    here = check(root, NOW)
    assert here.findings[0].kind == ("new" if index == "never there" else "index")
    assert checked_in_processes(root, monkeypatch) == here
