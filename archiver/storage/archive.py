"""The archive: posts on disk, what is remembered about them, one writer at a time."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal, Self

from archiver.errors import Quarantined, StorageError
from archiver.normalise import slugs, sources
from archiver.posts import Post, PostError, StoredPost, read
from archiver.publish.jekyll.pages import category_page
from archiver.sites.profile import DEFAULT_TAG
from archiver.storage.files import STAGING, STATE, Tree, storage_errors
from archiver.storage.index import Index, OpenArticle, PostRow, load_open
from archiver.storage.lock import Lock
from archiver.storage.quarantine import Quarantine

log = logging.getLogger(__name__)

POSTS = "_posts"
INDEX = f"{STATE}/index.sqlite"
SALVAGED = f"{STATE}/salvaged.json"
"""The open articles of an index that was set aside, until the new one has them."""
_LAYING = f"{STATE}/laying-the-site"
_POST_NAME = re.compile(r"\d{4}-\d\d-\d\d-(?P<id>[A-Za-z0-9_-]{1,64})\.md")


Ending = Literal["posted", "unchanged"] | Quarantined
"""What became of an entry; it is quarantined where another file is in its place."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A post and its text, for the archive to keep."""

    post: Post
    text: str
    source: str = ""
    """The name its slug was made from, if one was."""
    page: str = ""
    """The category page that its footer links to (a path below the root), made where it is missing."""


@dataclass(frozen=True, slots=True)
class Written:
    """An entry and what stands in its file."""

    entry: Entry
    content: bytes
    end: Ending


class Archive:
    """An opened archive, locked against every other writer until ``close``.

    ``reserved`` are slugs that no source may get (lower case → whose they are).
    Raises Locked, or StorageError for what cannot be read or written.
    """

    def __init__(self, root: Path, reserved: Mapping[str, str] | None = None) -> None:
        fresh = is_fresh(root)
        with ExitStack() as undo:
            self.tree = Tree(root)
            undo.callback(self.tree.close)
            self.lock = Lock(self.tree)
            undo.callback(self.lock.release)
            self._probed = False
            self._lay_skeleton(fresh)
            self.index = Index(root / INDEX)
            undo.callback(self.index.close)
            self.quarantine = Quarantine(self.tree)
            self._marked = self.index.created
            self._reserved = dict(reserved or {})
            self._pages: set[str] = set()
            """Those that are known to be there."""
            if self.index.created:
                self._clear_staging()
                self.reindex()
            elif not self.index.was_clean():
                self._recover()
            self._slugs = dict(self.index.slugs())
            self._kept_slugs = set(self._slugs)
            """The names whose slug is in the index already."""
            self._taken = {slug.casefold(): name for name, slug in self._slugs.items()} | self._reserved
            undo.pop_all()

    @property
    def root(self) -> Path:
        return self.tree.root

    def close(self, *, clean: bool = True) -> None:
        """``clean`` is false where a post may be on its way still: the next run then looks for it."""
        if self._marked and clean:
            with self.index.transaction():
                self.index.mark(clean=True)
        self.index.close()
        self.lock.release()
        self.tree.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.close(clean=kind is None)

    def touch(self) -> None:
        """Must come before the first change of a run: a crash after it makes the next run look for strays."""
        if not self._marked:
            with self.index.transaction():
                self.index.mark(clean=False)
            self._marked = True
        self._probe()

    def _probe(self) -> None:
        if not self._probed:
            self.tree.probe()
            self._probed = True

    def slug(self, name: str) -> str:
        """The slug of a source's name, the same one for ever."""
        if name not in self._slugs:
            slug = slugs.assign(name, self._taken)
            self._slugs[name], self._taken[slug.casefold()] = slug, name
        return self._slugs[name]

    def name_of(self, slug: str) -> str:
        """The source a slug stands for; empty where no post used it yet."""
        return self._taken.get(slug.casefold(), "")

    def store(self, entries: Sequence[Entry]) -> list[Ending]:
        """Makes posts durable, then remembers them; a file of that name that is there is kept.

        Raises StorageError, and then remembers none of them.
        """
        self.touch()
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
                    files[entry.page] = category_page(entry.post.category, entry.post.tag).encode()
                files[f"{POSTS}/{entry.post.name}"] = result.content
        if files:
            self.tree.publish_all(files)
        self._pages.update(result.entry.page for result in written if result.end == "posted")
        return written

    def _written(self, entry: Entry) -> Written:
        path = f"{POSTS}/{entry.post.name}"
        if not self.tree.exists(path):
            return Written(entry, entry.text.encode("utf-8"), "posted")
        content = self.tree.read(path)
        try:
            read(content.decode("utf-8"), entry.post.name)
        except (PostError, UnicodeDecodeError) as exc:
            detail = f"{path} is there and is no post ({exc}); move it away"
            return Written(entry, content, Quarantined("file_in_the_way", detail))
        if entry.post.name not in self.tree.names(POSTS):  # this disk takes two spellings for one (faults H5)
            detail = f"another article's post is in the place of {path}, which differs in capitals only"
            return Written(entry, content, Quarantined("file_in_the_way", detail))
        return Written(entry, content, "unchanged")

    def remember(self, written: Sequence[Written]) -> list[Ending]:
        """The second half of ``store``: all of them in one transaction."""
        with self.index.transaction():
            for result in written:
                if isinstance(result.end, Quarantined):
                    continue
                post = result.entry.post
                self._remember(PostRow(post.id, post.name, post.category, post.tag, _digest(result.content)))
                if result.entry.source and result.entry.source not in self._kept_slugs:
                    self.index.add_slug(result.entry.source, post.category)
        self._kept_slugs.update(
            result.entry.source for result in written if not isinstance(result.end, Quarantined)
        )
        return [result.end for result in written]

    def reindex(self) -> int:
        """Builds the index anew from the posts; returns how many there are. Files that are no posts are named
        in the log and left alone."""
        count = 0
        self.touch()
        with self.index.transaction():
            self.index.clear()
            for name in self.tree.names(POSTS):
                if stored := self._stored(name):
                    self._adopt(name, *stored)
                    count += 1
            self._recall()
        self._forget_salvaged()
        return count

    def _recover(self) -> None:
        """After a run that did not end: what was staged goes, and posts that the index missed are adopted."""
        log.warning("the last run on %s was cut off; looking for posts it did not get to remember", self.root)
        self._clear_staging()
        self.touch()
        for name in self.tree.names(POSTS):
            found = _POST_NAME.fullmatch(name)
            if found and not self.index.holds(found["id"]) and (stored := self._stored(name)):
                with self.index.transaction():
                    self._adopt(name, *stored)
        with self.index.transaction():
            self._recall()
        self._forget_salvaged()

    def _clear_staging(self) -> None:
        for name in self.tree.names(STAGING):
            self.tree.remove(f"{STAGING}/{name}")

    def _stored(self, name: str) -> tuple[StoredPost, bytes] | None:
        if not name.endswith(".md"):
            return None
        content = self.tree.read(f"{POSTS}/{name}")
        try:
            return read(content.decode("utf-8"), name), content
        except (PostError, UnicodeDecodeError) as exc:
            log.warning("%s/%s is no post and was left alone: %s", POSTS, name, exc)
            return None

    def _adopt(self, name: str, stored: StoredPost, content: bytes) -> None:
        if self.index.post(stored.id) is None:
            self._remember(PostRow(stored.id, name, stored.category, stored.tag, _digest(content)))
        source = sources.from_tag(stored.tag, DEFAULT_TAG)
        if source and stored.category.casefold() not in self._reserved:
            self.index.add_slug(source, stored.category)

    def _remember(self, row: PostRow) -> None:
        self.index.add_post(row)
        self.quarantine.release(row.id)

    def _lay_skeleton(self, fresh: bool) -> None:
        """A new archive is a Jekyll site that builds; in a folder that holds anything nothing is laid.

        A run killed in between leaves its mark, and the next one lays what is missing.
        """
        if fresh:
            self._probe()
            self.tree.publish(_LAYING, b"")
        if self.tree.exists(_LAYING):
            self._lay(resources.files("archiver.publish.jekyll") / "skeleton", "")
            self.tree.remove(_LAYING)

    def _lay(self, folder: Traversable, path: str) -> None:
        with storage_errors(str(folder)):
            entries = sorted(folder.iterdir(), key=lambda entry: entry.name)
        for entry in entries:
            below = f"{path}/{entry.name}" if path else entry.name
            if entry.is_dir():
                self._lay(entry, below)
            elif not self.tree.exists(below):
                with storage_errors(str(entry)):
                    content = entry.read_bytes()
                self.tree.publish(below, content)

    # --- what an index that was lost, or a post that was damaged, leaves to do

    def adopt(self, name: str) -> bool:
        """Remembers the post in a file, whatever the index said of it; False where it is none."""
        stored = self._stored(name)
        if stored:
            self.touch()
            with self.index.transaction():
                self.index.forget_post(stored[0].id)
                self._adopt(name, *stored)
        return stored is not None

    def _recall(self) -> None:
        """The open articles, of which the posts do not tell: those salvaged from a damaged index, and the
        quarantined ones, from their records."""
        for article in self._salvaged():
            if not self.index.holds(article.listed.id):
                self.index.put_open(article)
        for listed, reason in self.quarantine.records():
            known = self.index.holds(listed.id) or self.index.open_article(listed.id)
            if not known and reason != "bad_id":  # which no run asks for
                self.index.put_open(OpenArticle(listed, "quarantined", reason, attempts=1))

    def _salvaged(self) -> list[OpenArticle]:
        if not self.tree.exists(SALVAGED):
            return []
        try:
            return load_open(self.tree.read(SALVAGED))
        except (ValueError, TypeError, KeyError) as exc:
            detail = f"{exc}; move it away, and what it held is asked for when a listing shows it"
            raise StorageError(f"{self.root / SALVAGED}: {detail}") from exc

    def _forget_salvaged(self) -> None:
        if self.tree.exists(SALVAGED):
            self.tree.remove(SALVAGED)


def is_fresh(root: Path) -> bool:
    """Whether nothing is there yet but, perhaps, a README and hidden files."""
    try:
        if not root.exists():
            return True
        used = any(not entry.name.startswith(".") and entry.name != "README.md" for entry in root.iterdir())
        return not used and not (root / INDEX).exists()
    except OSError as exc:
        raise StorageError(f"{root}: {exc.strerror}") from exc


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()
