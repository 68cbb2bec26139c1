"""The archive: posts on disk and the catalogue of articles. One process at a time can write to it."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Literal, NamedTuple, Protocol, Self

from archiver.errors import Quarantined
from archiver.storage import refiling, salvage
from archiver.storage.catalogue import Catalogue
from archiver.storage.files import INDEX, POSTS, STAGING, Tree
from archiver.storage.lock import Lock
from archiver.storage.processes import results_of
from archiver.storage.refiling import Batch
from archiver.storage.rows import FoundPost, PostRow, Provenance
from archiver.storage.slugs import Slugs
from archiver.storage.sqlite import SqliteStore
from archiver.storage.store import Store

log = logging.getLogger(__name__)

Ending = Literal["posted", "unchanged"] | Quarantined
"""The result of storing an entry; it is quarantined if another file has its name."""


@dataclass(frozen=True, slots=True)
class Entry:
    """The post of an article, to be stored."""

    id: str
    name: str
    """The file below ``_posts``."""
    content: bytes
    category: str
    tag: str
    source: str = ""
    """The name from which the slug of the category was made; empty for a fixed category."""
    page: str = ""
    """The category page that the post links to: a path below the root. It is written if it is missing."""
    page_content: bytes = b""
    """… with this content."""
    provenance: Provenance | None = None
    """None: not known."""


class FiledPost(NamedTuple):
    """What the archive reads from the file of a post."""

    id: str
    category: str
    tag: str
    source: str
    """The name that the tag was made from."""
    published: datetime
    digest: bytes
    """As in ``Provenance``; empty if it was not requested."""


class NotAPost(ValueError):
    """A file that is not the post of an article; the text gives the reason."""


class Layout(Protocol):
    """The form of the posts and the site around them; ``Archive`` does not depend on it."""

    def prepare(self, tree: Tree) -> None:
        """Writes the files of the site into a new archive; called before any other file is written."""

    def id_of(self, name: str) -> str:
        """The id of the article whose post has this file name; empty for any other name."""

    def read(self, content: bytes, name: str, *, digest: bool = True) -> FiledPost:
        """Raises NotAPost. The digest takes a third of the time, so it is calculated only if requested."""


@dataclass(frozen=True, slots=True)
class Written:
    """An entry, and the content of its file."""

    entry: Entry
    content: bytes
    end: Ending


class Archive:
    """An open archive, locked against other writers until ``close``.

    ``reserved`` has slugs that no source may get (lower case → the name that has the slug). ``open_store``
    opens the index at a path. Raises Locked, or StorageError if a file cannot be read or written.
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
            """Category pages that are known to exist."""
            self._bring_up_to_date()
            self.slugs = Slugs(self.index, self._reserved)
            undo.pop_all()

    @property
    def root(self) -> Path:
        return self.tree.root

    def close(self, *, clean: bool = True) -> None:
        """``clean`` is false if a post may not be in the index; the next run then looks for it."""
        self.catalogue.close(clean=clean)
        self.lock.release()
        self.tree.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.close(clean=kind is None)

    # --- new posts

    def store(self, entries: Sequence[Entry]) -> list[Ending]:
        """Writes posts to the disk, then adds them to the index. An existing file of the same name is kept.

        If StorageError is raised, none of them is in the index.
        """
        self.catalogue.begin()
        return self.remember(self.write(entries))

    def write(self, entries: Sequence[Entry]) -> list[Written]:
        """The first half of ``store``. It does not use the index, and may run in another thread.

        The file names of the entries must differ also if capitals are ignored.
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
            detail = f"{path} exists, is not a post ({exc}), and was kept; move it away"
            return Written(entry, content, Quarantined("file_in_the_way", detail))
        if entry.name not in self.tree.names(POSTS):  # the file system ignores capitals (faults H5)
            detail = f"the post of another article, whose name differs in capitals only, is at {path}"
            return Written(entry, content, Quarantined("file_in_the_way", detail))
        return Written(entry, content, "unchanged")

    def remember(self, written: Sequence[Written]) -> list[Ending]:
        """The second half of ``store``: adds all of them to the index in one transaction."""
        kept = [result for result in written if not isinstance(result.end, Quarantined)]
        categories = {result.entry.source: result.entry.category for result in kept}
        new = {name: categories[name] for name in self.slugs.not_stored(categories)}
        self.catalogue.posted([(_row_of(result), result.entry.provenance) for result in kept], new)
        self.slugs.are_stored(new)
        return [result.end for result in written]

    # --- existing posts

    def refile(self, batch: Batch, files: Mapping[str, bytes]) -> None:
        """Replaces the files of posts, and then their rows. ``files``: path below the root → content; also
        category pages that are missing. A killed refiling is completed when the archive is opened again."""
        self.catalogue.begin()
        refiling.begin(self.tree, batch)
        self.tree.publish_all(files)
        refiling.finish(self.tree, self.catalogue)

    def reindex(self) -> int:
        """Rebuilds the index from the posts and returns their number. Files that are not posts are logged and
        left unchanged."""
        names = [name for name in self.tree.names(POSTS) if name.endswith(".md")]
        reader = _Reader(self.root, self._layout, digest=not self._holds_most_digests(names))
        with results_of(reader, names) as read:
            return self.catalogue.rebuild(
                found for part, contents in read for found in map(self._found_in, part, contents) if found
            )

    def _holds_most_digests(self, names: Sequence[str]) -> bool:
        """Whether the index has the digests of most posts of a sample: they are then kept."""
        sample = names[:: len(names) // 100 + 1]
        known = [self.index.provenance(self._layout.id_of(name)) for name in sample]
        return 2 * sum(bool(said and said.digest) for said in known) > len(sample)

    def adopt(self, name: str, *, instead_of: str = "") -> bool:
        """Adds the post in a file to the index, in place of earlier rows of it and of the article
        ``instead_of``. Returns False if the file is not a post."""
        found = self._found(name)
        if found:
            self.catalogue.adopt(found, instead_of={instead_of, found.row.id} - {""})
        return found is not None

    def restore_provenance(self) -> int:
        """Replaces damaged provenance by what the files of unchanged posts say; returns how many."""
        damaged = self.index.damaged_provenance()
        self.catalogue.posted([(row, self._said_by_file(row)) for row in damaged], {})
        return len(damaged)

    def _said_by_file(self, row: PostRow) -> Provenance | None:
        found = self._found(row.name) if self.tree.exists(f"{POSTS}/{row.name}") else None
        return found.provenance() if found and found.row.sha256 == row.sha256 else None

    def _bring_up_to_date(self) -> None:
        """Fills an index that was just created. After a run that did not end in order, adds the posts that
        the index lacks."""
        self._clear_staging()
        if self.index.was_clean() and not (salvage.is_kept(self.tree) or refiling.is_begun(self.tree)):
            return
        self.tree.sync_folders()
        if self.index.created:
            self.reindex()
        else:
            log.warning(
                "the last run in %s did not end in order; adding posts that the index lacks", self.root
            )
            self.catalogue.recover(self._unknown_posts)
            self._look_for_files()
        refiling.finish(self.tree, self.catalogue)

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
        """Also after a run that ended in order: a power cut may bring names in ``staging`` back, because that
        folder is not synced."""
        if self.tree.exists(STAGING):
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
        return self._found_in(name, _content_of(self.tree, self._layout, name, digest=True))

    def _found_in(self, name: str, content: _Content) -> FoundPost | None:
        if isinstance(content, str):
            log.warning("%s/%s is not a post and was left unchanged: %s", POSTS, name, content)
            return None
        post, sha256 = content
        row = PostRow(post.id, name, post.category, post.tag, sha256)
        provenance = partial(self._provenance, row, post)
        return FoundPost(row, provenance, "" if post.category.casefold() in self._reserved else post.source)

    def _provenance(self, row: PostRow, post: FiledPost) -> Provenance:
        """Reads the file again if its digest was not calculated."""
        if not post.digest:
            again = _content_of(self.tree, self._layout, row.name, digest=True)
            if not isinstance(again, str) and again[1] == row.sha256:
                post = again[0]
        return Provenance(published=post.published, digest=post.digest)


_Content = tuple[FiledPost, bytes] | str
"""The post in a file and the SHA-256 of the file; or why it is not a post."""


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the posts with these names, in this process or another one."""

    root: Path
    layout: Layout
    digest: bool
    """Whether the digests of the posts are calculated."""

    def __call__(self, names: Sequence[str]) -> list[_Content]:
        with Tree(self.root) as tree:
            return [_content_of(tree, self.layout, name, digest=self.digest) for name in names]


def _content_of(tree: Tree, layout: Layout, name: str, *, digest: bool) -> _Content:
    content = tree.read(f"{POSTS}/{name}")
    try:
        return layout.read(content, name, digest=digest), _digest(content)
    except NotAPost as exc:
        return str(exc)


def _row_of(written: Written) -> PostRow:
    entry = written.entry
    return PostRow(entry.id, entry.name, entry.category, entry.tag, _digest(written.content))


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()
