"""Posts that arrive together are written as one group, and each one gets its own result."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from archiver.errors import Quarantined, StorageError
from archiver.posts import Post, render
from archiver.publish.jekyll.site import entry_of, open_site
from archiver.storage.archive import Archive, Ending, Entry, Written
from archiver.storage.files import Tree
from archiver.storage.writer import MAX_GROUP, Writer
from tests.storage.archives import a_post, bytes_of


@pytest.fixture
def groups(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The file names of every group that was written."""
    seen: list[list[str]] = []
    write: Callable[..., list[Written]] = Archive.write

    def watched(archive: Archive, entries: list[Entry]) -> list[Written]:
        seen.append([entry.name for entry in entries])
        return write(archive, entries)

    monkeypatch.setattr(Archive, "write", watched)
    return seen


def store(archive: Archive, posts: list[Post]) -> list[Ending | BaseException]:
    async def run() -> list[Ending | BaseException]:
        writer = Writer(archive)
        entries = [entry_of(post, render(post)) for post in posts]
        ends = await asyncio.gather(*map(writer.store, entries), return_exceptions=True)
        assert not writer.is_busy
        return ends

    return asyncio.run(run())


def test_posts_that_arrive_together_are_written_as_one_group(tmp_path: Path, groups: list[list[str]]) -> None:
    posts = [a_post(number) for number in range(MAX_GROUP + 5)]
    with open_site(tmp_path) as archive:
        assert store(archive, posts) == ["posted"] * len(posts)
        assert [post.id for post in posts if not archive.index.holds(post.id)] == []
    assert [len(group) for group in groups] == [MAX_GROUP, 5]
    assert {name: bytes_of(tmp_path)[f"_posts/{name}"].decode() for group in groups for name in group} == {
        post.name: render(post) for post in posts
    }


def test_posts_that_arrive_during_a_write_are_the_next_group(tmp_path: Path, groups: list[list[str]]) -> None:
    posts = [a_post(number) for number in range(4)]

    async def run(writer: Writer) -> None:
        first = asyncio.create_task(writer.store(entry_of(posts[0], render(posts[0]))))
        while not groups:  # noqa: ASYNC110 - the group is written in a thread
            await asyncio.sleep(0)
        await asyncio.gather(*(writer.store(entry_of(post, render(post))) for post in posts[1:]), first)

    with open_site(tmp_path) as archive:
        asyncio.run(run(Writer(archive)))
    assert groups == [[posts[0].name], [post.name for post in posts[1:]]]


def test_posts_that_arrive_one_by_one_during_a_write_are_one_group(
    tmp_path: Path, groups: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One group for each post would cost a transaction and a sync of the folder each."""
    posts = [a_post(number) for number in range(4)]
    disk_is_ready = threading.Event()
    publish_all = Tree.publish_all

    def slow(tree: Tree, files: Mapping[str, bytes]) -> None:
        assert disk_is_ready.wait(30)
        publish_all(tree, files)

    async def run(writer: Writer) -> None:
        stored = []
        for post in posts:
            stored.append(asyncio.create_task(writer.store(entry_of(post, render(post)))))
            for _ in range(5):  # iterations of the event loop, in which the post can begin a group
                await asyncio.sleep(0)
        disk_is_ready.set()
        assert await asyncio.gather(*stored) == ["posted"] * len(posts)

    with open_site(tmp_path) as archive:
        archive.catalogue.begin()
        monkeypatch.setattr(Tree, "publish_all", slow)
        asyncio.run(run(Writer(archive)))
    assert groups == [[posts[0].name], [post.name for post in posts[1:]]]


def test_an_existing_file_at_the_path_of_one_post_does_not_affect_the_others(tmp_path: Path) -> None:
    posts = [a_post(number) for number in range(3)]
    with open_site(tmp_path) as archive:
        archive.tree.publish(f"_posts/{posts[1].name}", b"a note")
        ends = store(archive, posts)
        assert [archive.index.holds(post.id) for post in posts] == [True, False, True]
    assert isinstance(ends[1], Quarantined)
    assert (ends[0], ends[1].reason, ends[2]) == ("posted", "file_in_the_way", "posted")
    assert bytes_of(tmp_path)[f"_posts/{posts[1].name}"] == b"a note"


def test_names_that_differ_in_capitals_only_are_never_in_one_group(
    tmp_path: Path, groups: list[list[str]]
) -> None:
    one, two, three = replace(a_post(1), id="Nw1"), a_post(2), replace(a_post(1), id="nW1")
    with open_site(tmp_path) as archive:
        assert store(archive, [one, two, three]) == ["posted"] * 3
    assert groups == [[one.name, two.name], [three.name]]


def test_if_the_disk_fails_every_post_of_the_group_gets_the_error_and_none_is_in_the_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    posts = [a_post(number) for number in range(3)]

    def full(*_: object) -> None:
        raise StorageError("/archive: No space left on device (ENOSPC)")

    with open_site(tmp_path) as archive:
        monkeypatch.setattr(archive.tree, "publish_all", full)
        ends = store(archive, posts)
        assert [str(end) for end in ends] == ["/archive: No space left on device (ENOSPC)"] * 3
        assert not any(archive.index.holds(post.id) for post in posts)
