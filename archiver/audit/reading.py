"""Reads the files of ``_posts`` for the check. It does not use the index, so several processes can do it."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from archiver.posts import PostError, StoredPost, formats, read
from archiver.posts.name import id_in
from archiver.publish.jekyll.paths import file_of
from archiver.storage.files import content_of

_PUBLISHED = re.compile(r"\d{2,4}-\d{1,2}-\d{1,2}-.*\.[^.]+", re.DOTALL)
"""Names of files that Jekyll publishes as posts, with any ending."""
_HIDDEN = (".", "_", "#", "~")
_DATE_LINE = re.compile(r"^date: (\d{4}-\d\d-\d\d) ", re.MULTILINE)
_LIQUID = re.compile(r"\{[{%]")


class Complete(NamedTuple):
    """A file that is a complete post."""

    digest: bytes
    """SHA-256 of the content."""
    id: str
    category: str
    tag: str
    page: str
    """The file of the category page that the footer links to; empty if there is none."""
    notes: tuple[tuple[str, str], ...]
    """Findings in the text, if nobody edited it: kind and detail."""


class Incomplete(NamedTuple):
    """A file that is not a complete post."""

    digest: bytes
    """SHA-256 of the content."""
    why: str
    is_read: bool
    """Whether it can be read: then only its date is wrong."""
    right: str
    """The name with which it is a complete post; empty if the name is not the only error."""


class Other(NamedTuple):
    """A file or folder that was not read as a post; without a ``kind``, it is not reported."""

    kind: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the entries of a folder with these names."""

    folder: str
    latest: datetime
    """A post with a later date is not complete."""

    def __call__(self, names: Sequence[str]) -> list[Complete | Incomplete | Other]:
        return [self._entry(name) for name in names]

    def _entry(self, name: str) -> Complete | Incomplete | Other:
        if name.startswith(_HIDDEN) or name.endswith("~"):
            return Other()
        path = f"{self.folder}/{name}"
        mode = _mode(path)
        if stat.S_ISLNK(mode):
            return Other("stray", "it is a link")
        if stat.S_ISDIR(mode):
            return _folder(Path(path))
        if name.endswith(".md"):
            return self._file(path, name)
        if _PUBLISHED.fullmatch(name):
            return Other("stray", "not a post, but its name begins with a date")
        return Other()

    def _file(self, path: str, name: str) -> Complete | Incomplete | Other:
        try:
            content = content_of(path)
        except OSError as exc:
            return Other("unreadable", exc.strerror or str(exc))
        try:
            text = content.decode("utf-8")
            post = read(text, name)
        except (PostError, UnicodeDecodeError) as exc:
            return self._incomplete(name, content, str(exc), is_read=False)
        if post.date > self.latest:
            why = f"its date is in the future: {post.date:%Y-%m-%d}"
            return self._incomplete(name, content, why, is_read=True)
        page = file_of(post.page, post.home) if post.final else ""
        notes = tuple(_notes(text, post))
        return Complete(_sha256(content), post.id, post.category, post.tag, page, notes)

    def _incomplete(self, name: str, content: bytes, why: str, *, is_read: bool) -> Incomplete:
        return Incomplete(_sha256(content), why, is_read, _right_name(name, content))


def _mode(path: str) -> int:
    """The type of a file; 0 if it is not known."""
    try:
        return os.lstat(path).st_mode
    except OSError:
        return 0


def _folder(path: Path) -> Other:
    has_posts = any(_PUBLISHED.fullmatch(file.name) for file in path.rglob("*"))
    return Other("nested", "a folder with posts") if has_posts else Other()


def _sha256(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def _notes(text: str, post: StoredPost) -> Iterator[tuple[str, str]]:
    written = formats.current().version
    if "edited" in post.problems:
        yield "edited", "text was added, or an editor changed the line ends"
    elif set(post.problems) - {"other_keys"}:
        yield "old_form", ", ".join(post.problems)
    elif post.version is None:
        yield "other_version", "no known version has these keys"
    elif post.version != written:
        yield "other_version", f"version {post.version}; posts are written in version {written}"
    if "{" in text and _LIQUID.search(text, text.index("\n---\n", 3)):
        yield "liquid", "Liquid markup in its text"


def _read(content: bytes, name: str) -> StoredPost | None:
    with suppress(PostError, UnicodeDecodeError):
        return read(content.decode("utf-8"), name)
    return None


def _right_name(name: str, content: bytes) -> str:
    article = id_in(name)
    date = _DATE_LINE.search(content[:4096].decode("utf-8", "replace"))
    right = f"{date[1]}-{article}.md" if date and article else name
    return right if right != name and _read(content, right) else ""
