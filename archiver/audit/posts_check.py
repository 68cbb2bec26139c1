"""The check of ``_posts``: is each file a complete post, with the right name, and as the index has it?"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

from archiver.audit.findings import Finding
from archiver.normalise import sources
from archiver.posts import PostError, StoredPost, formats, read
from archiver.posts.name import id_in, parse_name
from archiver.publish.jekyll.paths import file_of
from archiver.sites.family import DEFAULT_TAG
from archiver.storage.files import POSTS, content_of, storage_errors
from archiver.storage.rows import PostRow
from archiver.storage.store import Store

_PUBLISHED = re.compile(r"\d{2,4}-\d{1,2}-\d{1,2}-.*\.[^.]+", re.DOTALL)
"""Names of files that Jekyll publishes as posts, with any ending."""
_HIDDEN = (".", "_", "#", "~")
_LIKE_AN_ARTICLE = re.compile(r"\d{8}")
_DATE_LINE = re.compile(r"^date: (\d{4}-\d\d-\d\d) ", re.MULTILINE)
_LIQUID = re.compile(r"\{[{%]")
_FUTURE = timedelta(hours=24)


def names_in(folder: Path) -> list[str]:
    """The names in a folder, sorted; empty if there is no such folder. Raises StorageError."""
    if not folder.is_dir():
        return []
    with storage_errors(folder):
        return sorted(entry.name for entry in folder.iterdir())


def plain(content: bytes) -> bytes:
    """The bytes of a post without what editors, git and Windows add: a byte order mark, CRs, and line breaks
    at the end."""
    content = content.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return content.rstrip(b"\n")


class _Known:
    """The posts in the index; empty if there is no index to compare with."""

    def __init__(self, index: Store | None) -> None:
        self.index = index
        self.slugs = dict(index.slugs()) if index else {}

    def post(self, article_id: str) -> PostRow | None:
        return self.index.post(article_id) if self.index else None

    def posts(self) -> Iterator[PostRow]:
        yield from self.index.posts() if self.index else ()

    def has_article(self, article_id: str) -> bool:
        return bool(self.index and (self.index.post(article_id) or self.index.open_article(article_id)))

    @cached_property
    def by_digest(self) -> dict[bytes, PostRow]:
        return {row.sha256: row for row in self.posts()}


@dataclass(frozen=True, slots=True)
class _File:
    """A file of ``_posts`` that is a complete post."""

    name: str
    text: str
    post: StoredPost
    digest: bytes
    row: PostRow | None
    """The row of the post's id in the index."""

    def finding(self, kind: str, detail: str) -> Finding:
        return Finding(kind, f"{POSTS}/{self.name}", detail, self.post.id)


class _Names:
    """Checks that each tag has one slug, and each slug one tag, in all posts that nobody edited."""

    def __init__(self, slugs_in_index: dict[str, str]) -> None:
        self._slugs_in_index = slugs_in_index
        """Source → slug in the index."""
        self._slugs: dict[str, tuple[str, str]] = {}
        """Tag → its slug, and the first file with it."""
        self._tags: dict[str, tuple[str, str]] = {}
        """Case-folded slug → its tag, and the first file with it."""

    def findings(self, file: _File) -> Iterator[Finding]:
        post = file.post
        slug, other = self._slugs.setdefault(post.tag, (post.category, file.name))
        if slug != post.category:
            yield file.finding("slug", f"{post.tag} is {post.category} here, {slug} in {other}")
        tag, other = self._tags.setdefault(post.category.casefold(), (post.tag, file.name))
        if tag != post.tag:
            yield file.finding("slug", f"{post.category} is {post.tag} here, {tag} in {other}")
        slug = self._slugs_in_index.get(sources.from_tag(post.tag, DEFAULT_TAG), post.category)
        if slug != post.category:
            yield file.finding("slug", f"{post.tag} is {post.category} here, {slug} in the index")


class PostsCheck:
    """Reads all of ``_posts`` once. ``index`` is None if there is none to compare with."""

    def __init__(self, root: Path, index: Store | None, now: datetime) -> None:
        self.count = 0
        """The number of complete posts; final when ``findings`` has ended."""
        self._root = root
        self._known = _Known(index)
        self._latest = now + _FUTURE
        self._names = _Names(self._known.slugs)
        self._seen: set[str] = set()
        """The names of all files that may be posts."""
        self._ids: dict[str, str] = {}
        """Case-folded id → the first complete post with it."""
        self._pages: dict[str, StoredPost] = {}
        """Category page → the first post whose footer links to the page."""

    def findings(self) -> Iterator[Finding]:
        folder = self._root / POSTS
        for name in names_in(folder):
            yield from self._entry(folder / name, name)
        yield from self._withdrawn()
        for page, post in self._pages.items():
            if not _has_text(self._root / page):
                detail = f"the category page of {post.tag}"
                yield Finding("page", page, detail, right=f"{post.category}\n{post.tag}")

    def _entry(self, path: Path, name: str) -> Iterator[Finding]:
        below = f"{POSTS}/{name}"
        if name.startswith(_HIDDEN) or name.endswith("~"):
            return
        if path.is_symlink():
            yield Finding("stray", below, "it is a link")
        elif path.is_dir():
            if any(_PUBLISHED.fullmatch(file.name) for file in path.rglob("*")):
                yield Finding("nested", below, "a folder with posts")
        elif not name.endswith(".md"):
            if _PUBLISHED.fullmatch(name):
                yield Finding("stray", below, "not a post, but its name begins with a date")
        else:
            self._seen.add(name)
            try:
                yield from self._content(name, content_of(path))
            except OSError as exc:
                yield Finding("unreadable", below, exc.strerror or str(exc))

    def _content(self, name: str, content: bytes) -> Iterator[Finding]:
        digest = hashlib.sha256(content).digest()
        try:
            text = content.decode("utf-8")
            post = read(text, name)
        except (PostError, UnicodeDecodeError) as exc:
            yield self._not_read(name, content, digest, str(exc))
            return
        if post.date > self._latest:
            yield self._no_post(name, content, f"its date is in the future: {post.date:%Y-%m-%d}")
            return
        self.count += 1
        yield from self._post(_File(name, text, post, digest, self._known.post(post.id)))

    def _not_read(self, name: str, content: bytes, digest: bytes, why: str) -> Finding:
        """A file that is not a readable post. If it has the SHA-256 of the index, it is not broken: a later
        version of the archiver wrote it."""
        row = self._known.post(id_in(name))
        if row and (row.name, row.sha256) == (name, digest):
            self.count += 1
            return Finding("other_version", f"{POSTS}/{name}", f"as it was written, but {why}", row.id)
        return self._no_post(name, content, why)

    def _no_post(self, name: str, content: bytes, why: str) -> Finding:
        below, article, better = f"{POSTS}/{name}", id_in(name), plain(content)
        if better != content and (post := _read(better, name)) and post.date <= self._latest:
            return Finding("form", below, "CRs, a byte order mark or a line break at its end", article)
        if right := _right_name(name, article, better):
            if self._exists(right):
                return Finding("duplicate", below, f"{right} exists", article)
            return Finding("misnamed", below, f"its right name is {right}", article, right)
        if article and (_LIKE_AN_ARTICLE.search(article) or self._known.has_article(article)):
            return Finding("broken", below, why, article)
        return Finding("foreign", below, why)

    def _post(self, file: _File) -> Iterator[Finding]:
        if wrong := self._second_file(file) or self._differs_from_index(file):
            yield wrong
            return
        if file.row and file.row.sha256 != file.digest:
            yield file.finding("edited", "its bytes are not those that were written")
        else:
            yield from _as_written(file)
            yield from self._names.findings(file)
        post = file.post
        if post.final and (page := file_of(post.page, post.home)):
            self._pages.setdefault(page, post)

    def _second_file(self, file: _File) -> Finding | None:
        """A finding if the article has another file already."""
        if file.row and file.row.name != file.name and self._exists(file.row.name):
            return file.finding("duplicate", f"the index has {file.row.name}")
        first = self._ids.setdefault(file.post.id.casefold(), file.name)
        if first == file.name:
            return None
        if _id_of(first) != file.post.id:
            return file.finding("twin", f"its id differs from that of {first} in capitals only")
        return file.finding("duplicate", f"{first} has the same id")

    def _differs_from_index(self, file: _File) -> Finding | None:
        """A finding for a post that is not in the index, or is there with another name, category or tag."""
        row, post = file.row, file.post
        if self._known.index is None:
            return None
        if row is None:
            return self._unknown(file)
        if row.name != file.name:
            return file.finding("index_row", f"the index has it as {row.name}")
        if row.sha256 == file.digest and (row.category, row.tag) != (post.category, post.tag):
            return file.finding("index_row", f"the index has it under {row.category}, {row.tag}")
        return None

    def _unknown(self, file: _File) -> Finding:
        """A post whose id is not in the index; its SHA-256 may be."""
        row = self._known.by_digest.get(file.digest)
        if row is None or row.name == file.post.name:
            return file.finding("unindexed", "it is not in the index")
        below = f"{POSTS}/{file.name}"
        if self._exists(row.name):
            return Finding("duplicate", below, f"a copy of {row.name}", row.id)
        return Finding("misnamed", below, f"its right name is {row.name}", row.id, row.name)

    def _withdrawn(self) -> Iterator[Finding]:
        """Rows of the index whose file is missing, or is the post of another article."""
        for row in self._known.posts():
            below = f"{POSTS}/{row.name}"
            if row.name not in self._seen:
                yield Finding("withdrawn", below, "it is in the index, and the file is missing", row.id)
            elif _id_of(row.name) != row.id:
                yield Finding("index_row", below, f"the index has it as the post of {row.id}", row.id)

    def _exists(self, name: str) -> bool:
        return (self._root / POSTS / name).exists()


def _as_written(file: _File) -> Iterator[Finding]:
    """Findings in the text of a post that nobody edited."""
    post, written = file.post, formats.current().version
    if set(post.problems) - {"other_keys"}:
        yield file.finding("old_form", ", ".join(post.problems))
    elif post.version is None:
        yield file.finding("other_version", "no known version has these keys")
    elif post.version != written:
        yield file.finding("other_version", f"version {post.version}; posts are written in version {written}")
    if _LIQUID.search(file.text, file.text.index("\n---\n", 3)):
        yield file.finding("liquid", "Liquid markup in its text")


def _id_of(name: str) -> str:
    parts = parse_name(name)
    return parts[1] if parts else ""


def _read(content: bytes, name: str) -> StoredPost | None:
    with suppress(PostError, UnicodeDecodeError):
        return read(content.decode("utf-8"), name)
    return None


def _right_name(name: str, article: str, content: bytes) -> str:
    """The name with which the content is a complete post; empty if the name is not the only error."""
    date = _DATE_LINE.search(content[:4096].decode("utf-8", "replace"))
    right = f"{date[1]}-{article}.md" if date and article else name
    return right if right != name and _read(content, right) else ""


def _has_text(path: Path) -> bool:
    try:
        return path.is_file() and path.stat().st_size > 0
    except OSError:
        return False
