"""The check of ``_posts``: is each file a complete post, with the right name, and as the index has it?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from archiver.audit.findings import Finding
from archiver.audit.reading import Complete, Incomplete, Other, Reader
from archiver.normalise import sources
from archiver.normalise.slugs import may_be_slug
from archiver.posts.name import id_in, parse_name
from archiver.storage.files import POSTS, storage_errors
from archiver.storage.rows import PostRow
from archiver.storage.store import Store

_LIKE_AN_ARTICLE = re.compile(r"\d{8}")
_FUTURE = timedelta(hours=24)

Entry = Complete | Incomplete | Other
"""What was read of an entry of ``_posts``."""


def names_in(folder: Path) -> list[str]:
    """The names in a folder, sorted; empty if there is no such folder. Raises StorageError."""
    if not folder.is_dir():
        return []
    with storage_errors(folder):
        return sorted(entry.name for entry in folder.iterdir())


def reader(root: Path, now: datetime) -> Reader:
    return Reader(str(root / POSTS), now + _FUTURE)


class _Known:
    """The posts in the index; empty if there is no index to compare with."""

    def __init__(self, index: Store | None) -> None:
        self.index = index
        self.slugs = dict(index.slugs()) if index else {}
        self._rows: dict[str, PostRow] = {}

    def load(self, article_ids: Sequence[str]) -> None:
        """Reads the rows of the articles for which ``post`` is called next."""
        self._rows = self.index.these_posts(article_ids) if self.index else {}

    def post(self, article_id: str) -> PostRow | None:
        return self._rows.get(article_id)

    def posts(self) -> Iterator[PostRow]:
        yield from self.index.posts() if self.index else ()

    def has_article(self, article_id: str) -> bool:
        return bool(self.index and (self.index.post(article_id) or self.index.open_article(article_id)))

    @cached_property
    def by_digest(self) -> dict[bytes, PostRow]:
        return {row.sha256: row for row in self.posts()}


class _File(NamedTuple):
    """A file of ``_posts`` that is a complete post."""

    name: str
    post: Complete
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
        self._agree: set[tuple[str, str]] = set()
        """Tags and slugs that were compared, and are right."""

    def findings(self, file: _File) -> list[Finding]:
        pair = (file.post.tag, file.post.category)
        if pair in self._agree:
            return []
        found = list(self._compared(file))
        if not found:
            self._agree.add(pair)
        return found

    def _compared(self, file: _File) -> Iterator[Finding]:
        post = file.post
        source = _source(post.tag)
        slug, other = self._slugs.setdefault(post.tag, (post.category, file.name))
        if slug != post.category and (may_be_slug(slug, source) or may_be_slug(post.category, source)):
            yield file.finding("slug", f"{post.tag} is {post.category} here, {slug} in {other}")
        tag, other = self._tags.setdefault(post.category.casefold(), (post.tag, file.name))
        if tag != post.tag and any(may_be_slug(post.category, _source(each)) for each in (tag, post.tag)):
            yield file.finding("slug", f"{post.category} is {post.tag} here, {tag} in {other}")
        slug = self._slugs_in_index.get(source, post.category)
        if slug != post.category:
            yield file.finding("slug", f"{post.tag} is {post.category} here, {slug} in the index")


def _source(tag: str) -> str:
    return sources.from_tag(tag, sources.DEFAULT_TAG)


class PostsCheck:
    """Compares all that was read of ``_posts`` with the index, which is None if there is none."""

    def __init__(self, root: Path, index: Store | None) -> None:
        self.count = 0
        """The number of complete posts; final when ``findings`` has ended."""
        self._root = root
        self._known = _Known(index)
        self._names = _Names(self._known.slugs)
        self._seen: set[str] = set()
        """The names of all files that may be posts."""
        self._ids: dict[str, str] = {}
        """Case-folded id → the first complete post with it."""
        self._pages: dict[str, Complete] = {}
        """Category page → the first post whose footer links to the page."""

    def findings(self, entries: Iterable[tuple[Sequence[str], Sequence[Entry]]]) -> Iterator[Finding]:
        """``entries``: the names in ``_posts``, sorted and in groups, with what was read of them."""
        for names, read in entries:
            self._known.load([id_in(name) for name in names])
            for name, entry in zip(names, read, strict=True):
                yield from self._entry(name, entry)
        yield from self._withdrawn()
        for page, post in self._pages.items():
            if not _has_text(self._root / page):
                detail = f"the category page of {post.tag}"
                yield Finding("page", page, detail, right=f"{post.category}\n{post.tag}")

    def _entry(self, name: str, entry: Entry) -> Iterable[Finding]:
        if isinstance(entry, Other):
            if entry.kind == "unreadable":
                self._seen.add(name)
            return [Finding(entry.kind, f"{POSTS}/{name}", entry.detail)] if entry.kind else []
        self._seen.add(name)
        if isinstance(entry, Incomplete):
            return [self._incomplete(name, entry)]
        self.count += 1
        return self._post(_File(name, entry, self._known.post(entry.id)))

    def _incomplete(self, name: str, entry: Incomplete) -> Finding:
        """A file that is not a complete post. If it cannot be read and has the SHA-256 of the index, it is
        not broken: a later version of the archiver wrote it."""
        row = self._known.post(id_in(name))
        if not entry.is_read and row and (row.name, row.sha256) == (name, entry.digest):
            self.count += 1
            return Finding("other_version", f"{POSTS}/{name}", f"as it was written, but {entry.why}", row.id)
        return self._no_post(name, entry)

    def _no_post(self, name: str, entry: Incomplete) -> Finding:
        below, article = f"{POSTS}/{name}", id_in(name)
        if right := entry.right:
            if self._exists(right):
                return Finding("duplicate", below, f"{right} exists", article)
            return Finding("misnamed", below, f"its right name is {right}", article, right)
        if article and (_LIKE_AN_ARTICLE.search(article) or self._known.has_article(article)):
            return Finding("broken", below, entry.why, article)
        return Finding("foreign", below, entry.why)

    def _post(self, file: _File) -> Iterator[Finding]:
        if wrong := self._second_file(file) or self._differs_from_index(file):
            yield wrong
            return
        post = file.post
        if file.row and file.row.sha256 != post.digest:
            yield file.finding("edited", "its bytes are not those that were written")
        else:
            for kind, detail in post.notes:
                yield file.finding(kind, detail)
            yield from self._names.findings(file)
        if post.page:
            self._pages.setdefault(post.page, post)

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
        if row.sha256 == post.digest and (row.category, row.tag) != (post.category, post.tag):
            return file.finding("index_row", f"the index has it under {row.category}, {row.tag}")
        return None

    def _unknown(self, file: _File) -> Finding:
        """A post whose id is not in the index; its SHA-256 may be."""
        row = self._known.by_digest.get(file.post.digest)
        if row is None or row.name == file.name:
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


def _id_of(name: str) -> str:
    parts = parse_name(name)
    return parts[1] if parts else ""


def _has_text(path: Path) -> bool:
    try:
        return path.is_file() and path.stat().st_size > 0
    except OSError:
        return False
