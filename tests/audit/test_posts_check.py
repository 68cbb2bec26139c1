"""Posts in another version of the format are notes; no repair and no run changes them."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from archiver.audit.check import check
from archiver.audit.repair import repair
from archiver.items import Listed
from archiver.posts import formats, read, render
from archiver.posts.formats import VERSION_1, PostFormat
from archiver.publish.jekyll.site import open_site
from archiver.run.ledger import Ledger
from tests.posts.other_formats import OTHERS, READABLE
from tests.storage.archives import LISTING, NOW, SOURCES, a_post, bytes_of, finished, store

POSTS = 12
INDEX = ".archive/index.sqlite"


@pytest.fixture(autouse=True)
def only_version_1(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, VERSION_1)


def use(monkeypatch: pytest.MonkeyPatch, *known: PostFormat) -> None:
    monkeypatch.setattr(formats, "FORMATS", known)


def posts_of(root: Path) -> dict[str, bytes]:
    return {path: content for path, content in bytes_of(root).items() if path.startswith("_posts")}


def kinds(root: Path) -> Counter[str]:
    return Counter(finding.kind for finding in check(root, NOW).findings)


def assert_posts_are_kept(root: Path) -> None:
    """After a check, a repair and a crawl the archive has the same posts, and one more in the current version."""
    before = posts_of(root)
    checked = check(root, NOW)
    assert (checked.posts, checked.breaches) == (POSTS, [])
    assert repair(root, checked, NOW) == {}
    with open_site(root, {"emnews": "东财滚动新闻"}) as archive:
        ledger = Ledger(archive.catalogue, NOW)
        known = [Listed(read_id(path), listing=LISTING) for path in before]
        assert ledger.admit(known) == [], "an article with a post is not requested again"
        new = a_post(500, SOURCES[0], archive.slugs.slug(SOURCES[0]))
        store(archive, ledger, new)
    after = posts_of(root)
    assert after.pop(f"_posts/{new.name}") == render(new).encode()
    assert after == before


def read_id(path: str) -> str:
    return path.removeprefix("_posts/2022-02-22-").removesuffix(".md")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "archive"


@pytest.mark.parametrize("change", [change for change in OTHERS if change != "an optional key"])
def test_posts_of_an_older_version_are_notes(
    monkeypatch: pytest.MonkeyPatch, root: Path, change: str
) -> None:
    finished(root, POSTS - 1)
    use(monkeypatch, VERSION_1, OTHERS[change])
    assert kinds(root) == {"other_version": POSTS}
    assert {finding.detail for finding in check(root, NOW).findings} == {
        "version 1; posts are written in version 2"
    }
    assert_posts_are_kept(root)
    assert kinds(root) == {"other_version": POSTS}, "the new post is in the current version"


@pytest.mark.parametrize("change", OTHERS)
def test_posts_of_a_later_version_are_notes(monkeypatch: pytest.MonkeyPatch, root: Path, change: str) -> None:
    use(monkeypatch, VERSION_1, OTHERS[change])
    finished(root, POSTS - 1)
    use(monkeypatch, VERSION_1)
    same = 11 if change == "an optional key" else 0  # only the post of the rolling news has a digest
    assert kinds(root) == {"other_version": POSTS - same}
    assert_posts_are_kept(root)


@pytest.mark.parametrize("change", READABLE)
def test_a_lost_index_is_built_from_posts_of_any_version(
    monkeypatch: pytest.MonkeyPatch, root: Path, change: str
) -> None:
    use(monkeypatch, VERSION_1, OTHERS[change])
    finished(root, POSTS - 1)
    (root / INDEX).unlink()
    for known in ((VERSION_1,), (VERSION_1, replace(OTHERS["a removed key"], version=2))):
        use(monkeypatch, *known)
        with open_site(root) as archive:
            assert len(list(archive.index.posts())) == POSTS
        assert check(root, NOW).breaches == []


@pytest.mark.parametrize("change", OTHERS)
def test_an_edit_of_a_post_of_an_older_version_is_found(
    monkeypatch: pytest.MonkeyPatch, root: Path, change: str
) -> None:
    finished(root, POSTS - 1)
    use(monkeypatch, VERSION_1, OTHERS[change])
    path = next(iter(sorted(root.glob("_posts/*.md"))))
    path.write_bytes(path.read_bytes().replace("标题".encode(), "题目".encode()))
    assert [finding.path for finding in check(root, NOW).findings if finding.kind == "edited"] == [
        f"_posts/{path.name}"
    ]
    path.write_bytes(path.read_bytes()[:-1])
    assert [finding.path for finding in check(root, NOW).breaches] == [f"_posts/{path.name}"]
    assert kinds(root)["broken"] == 1


def test_an_edited_post_that_no_known_version_can_read_is_broken(
    monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    use(monkeypatch, VERSION_1, OTHERS["renamed keys"])
    finished(root, POSTS - 1)
    use(monkeypatch, VERSION_1)
    path = next(iter(sorted(root.glob("_posts/*.md"))))
    shutil.copy(path, root / "_posts/2022-02-22-NW202202222284000777.md")
    path.write_bytes(path.read_bytes() + b"x")
    assert kinds(root) == {"other_version": POSTS - 1, "broken": 2}, "the index has another digest, or no row"


def test_a_post_of_another_version_with_a_date_in_the_future_is_broken(
    monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    use(monkeypatch, VERSION_1, OTHERS["an extra key"])
    finished(root, POSTS - 1)
    assert len(check(root, NOW.replace(year=2021)).breaches) == POSTS


@pytest.mark.parametrize("lines", [b"image: x.png\n", b"image:\n- a\n- b\n"])
def test_a_key_that_the_owner_added_is_an_edit_and_after_a_rebuild_a_note(root: Path, lines: bytes) -> None:
    finished(root, POSTS - 1)
    for path in root.glob("_posts/*.md"):
        path.write_bytes(path.read_bytes().replace(b"\n---\n", b"\n" + lines + b"---\n", 1))
        assert read(path.read_text("utf-8"), path.name).version is None
    assert kinds(root) == {"edited": POSTS}
    assert_posts_are_kept(root)
    (root / f"_posts/{a_post(500, SOURCES[0]).name}").unlink()
    (root / INDEX).unlink()
    open_site(root).close()
    assert kinds(root) == {"other_version": POSTS}
    assert {finding.detail for finding in check(root, NOW).findings} == {"no known version has these keys"}
    assert_posts_are_kept(root)
