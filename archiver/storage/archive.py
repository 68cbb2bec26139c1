"""The archive: posts on disk and the catalogue of articles, one writer at a time."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol, Self

from archiver.errors import Quarantined
from archiver.storage.catalogue import Catalogue
from archiver.storage.files import INDEX, POSTS, STAGING, Tree
from archiver.storage.lock import Lock
from archiver.storage.rows import FoundPost, PostRow, Provenance
from archiver.storage.slugs import Slugs
from archiver.storage.sqlite import SqliteStore
from archiver.storage.store import Store

log = logging.getLogger(__name__)

Ending = Literal["posted", "unchanged"] | Quarantined
"""What became of an entry; it is quarantined where another file is in its place."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An article's post, for the archive to keep."""

    id: str
    name: str
    """The file below ``_posts``."""
    content: bytes
    category: str
    tag: str
    source: str = ""
    """The name that the category's slug was made from, if it was made from one."""
    page: str = ""
    """The category page that the post links to (a path below the root), written where it is missing …"""
    page_content: bytes = b""
    """… with this content."""
    provenance: Provenance | None = None
    """None: not known."""


@dataclass(frozen=True, slots=True)
class FiledPost:
    """What a post's file says of itself."""

    id: str
    category: str
    tag: str
    source: str
    """The name that the tag was made from."""
    published: datetime
    digest: bytes
    """As in ``Provenance``."""


class NotAPost(ValueError):
    """A file that is no post of an article; the text says why."""


class Layout(Protocol):
    """How the posts of an archive are laid out: the archive itself knows nothing of their form."""

    def prepare(self, tree: Tree) -> None:
        """Puts into a new archive what its readers need; called before anything else is written."""

    def id_of(self, name: str) -> str:
        """The article whose post has this file name; empty for any other name."""

    def read(self, content: bytes, name: str) -> FiledPost:
        """Raises NotAPost."""


@dataclass(frozen=True, slots=True)
class Written:
    """An entry and what stands in its file."""

    entry: Entry
    content: bytes
    end: Ending


class Archive:
    """An opened archive, locked against every other writer until ``close``.

    ``reserved`` are slugs that no source may get (lower case → whose they are). ``open_store`` opens the
    index at a path. Raises Locked, or StorageError for what cannot be read or written.
    """

    def __init__(
        self,
        root: Path,
        layout: Layout,
        reserved: Mapping[str, str] | None = None,
        open_store: Callable[[Path], Store] = SqliteStore,
    ) -> None:
        with ExitStack() as undo:
            self.tree = Tree(root)
            undo.callback(self.tree.close)
            self.lock = Lock(self.tree)
            undo.callback(self.lock.release)
            layout.prepare(self.tree)
            self.index = open_store(root / INDEX)
            undo.callback(self.index.close)
            self.catalogue = Catalogue(self.tree, self.index)
            self._layout = layout
            self._reserved = dict(reserved or {})
            self.without_file: list[str] = []
            """After a run that was cut off: the articles whose posts are in the index and not on the disk."""
            self._pages: set[str] = set()
            """The category pages that are known to be there."""
            self._bring_up_to_date()
            self.slugs = Slugs(self.index, self._reserved)
            undo.pop_all()

    @property
    def root(self) -> Path:
        return self.tree.root

    def close(self, *, clean: bool = True) -> None:
        """``clean`` is false where a post may still be on its way: the next run then looks for it."""
        self.catalogue.close(clean=clean)
        self.lock.release()
        self.tree.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.close(clean=kind is None)

    # --- new posts

    def store(self, entries: Sequence[Entry]) -> list[Ending]:
        """Makes posts durable, then remembers them; a file of that name that is there is kept.

        Raises StorageError, and then remembers none of them.
        """
        self.catalogue.begin()
        return self.remember(self.write(entries))

    def write(self, entries: Sequence[Entry]) -> list[Written]:
        """The first half of ``store``: it leaves the index alone, and may run in a thread of its own.

        The entries' file names must differ, capitals aside.
        """
        files: dict[str, bytes] = {}
        written = [self._written(entry) for entry in entries]
        for result in written:
            if result.end == "posted":
                entry = result.entry
                if entry.page and entry.page not in self._pages and not self.tree.exists(entry.page):
                    files[entry.page] = entry.page_content
                files[f"{POSTS}/{entry.name}"] = result.content
        if files:
            self.tree.publish_all(files)
        self._pages.update(result.entry.page for result in written if result.end == "posted")
        return written

    def _written(self, entry: Entry) -> Written:
        path = f"{POSTS}/{entry.name}"
        if not self.tree.exists(path):
            return Written(entry, entry.content, "posted")
        content = self.tree.read(path)
        try:
            self._layout.read(content, entry.name)
        except NotAPost as exc:
            detail = f"{path} is there and is no post ({exc}); move it away"
            return Written(entry, content, Quarantined("file_in_the_way", detail))
        if entry.name not in self.tree.names(POSTS):  # this disk takes two spellings for one (faults H5)
            detail = f"another article's post is in the place of {path}, which differs in capitals only"
            return Written(entry, content, Quarantined("file_in_the_way", detail))
        return Written(entry, content, "unchanged")

    def remember(self, written: Sequence[Written]) -> list[Ending]:
        """The second half of ``store``: all of them in one transaction."""
        kept = [result for result in written if not isinstance(result.end, Quarantined)]
        categories = {result.entry.source: result.entry.category for result in kept}
        new = {name: categories[name] for name in self.slugs.not_stored(categories)}
        self.catalogue.posted([(_row_of(result), result.entry.provenance) for result in kept], new)
        self.slugs.are_stored(new)
        return [result.end for result in written]

    # --- posts that are there

    def reindex(self) -> int:
        """Builds the index anew from the posts; returns how many there are. Files that are no posts are named
        in the log and left alone."""
        found = (self._found(name) for name in self.tree.names(POSTS))
        return self.catalogue.rebuild(post for post in found if post)

    def adopt(self, name: str, *, instead_of: str = "") -> bool:
        """Remembers the post in a file, whatever the index said of it or of the article ``instead_of``; False
        where it is no post."""
        found = self._found(name)
        if found:
            self.catalogue.adopt(found, instead_of={instead_of, found.row.id} - {""})
        return found is not None

    def _bring_up_to_date(self) -> None:
        """An index that was just created is filled; after a run that was cut off, posts are looked for."""
        if self.index.created:
            self._clear_staging()
            self.reindex()
        elif not self.index.was_clean():
            log.warning(
                "the last run on %s was cut off; looking for posts it did not get to remember", self.root
            )
            self._clear_staging()
            self.catalogue.recover(self._unknown_posts)
            self._look_for_files()

    def _look_for_files(self) -> None:
        """A power cut on a disk that confirms too early may leave rows without a file. They look like posts
        that the user deleted, so nothing is changed."""
        there = set(self.tree.names(POSTS))
        self.without_file = [row.id for row in self.index.posts() if row.name not in there]
        if self.without_file:
            log.warning(
                "%d posts of the index have no file in %s (%s …); `finews archive-check` lists them",
                len(self.without_file),
                self.root / POSTS,
                self.without_file[0],
            )

    def _clear_staging(self) -> None:
        for name in self.tree.names(STAGING):
            self.tree.remove(f"{STAGING}/{name}")

    def _unknown_posts(self, holds: Callable[[str], bool]) -> Iterator[FoundPost]:
        for name in self.tree.names(POSTS):
            article_id = self._layout.id_of(name)
            if article_id and not holds(article_id) and (found := self._found(name)):
                yield found

    def _found(self, name: str) -> FoundPost | None:
        """The post in a file; None if there is none."""
        if not name.endswith(".md"):
            return None
        content = self.tree.read(f"{POSTS}/{name}")
        try:
            post = self._layout.read(content, name)
        except NotAPost as exc:
            log.warning("%s/%s is no post and was left alone: %s", POSTS, name, exc)
            return None
        row = PostRow(post.id, name, post.category, post.tag, _digest(content))
        provenance = Provenance(published=post.published, digest=post.digest)
        return FoundPost(row, provenance, "" if post.category.casefold() in self._reserved else post.source)


def _row_of(written: Written) -> PostRow:
    entry = written.entry
    return PostRow(entry.id, entry.name, entry.category, entry.tag, _digest(written.content))


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()
