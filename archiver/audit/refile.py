"""Moves posts to the source under which today's profile and credit grammar would file them."""

from __future__ import annotations

import hashlib
import stat
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from archiver.audit.filing import Filing, Move
from archiver.errors import BadArgument, StorageError
from archiver.posts import PostError, read
from archiver.posts.refile import refiled
from archiver.publish.jekyll.pages import category_page
from archiver.publish.jekyll.paths import address_of, encoded, file_of
from archiver.publish.jekyll.site import open_site
from archiver.sites.family import Family
from archiver.sites.profile import Profile
from archiver.storage import redirects, refiling
from archiver.storage.archive import Archive
from archiver.storage.database import DamagedIndex
from archiver.storage.files import INDEX, POSTS, content_of, storage_errors
from archiver.storage.lock import no_writer
from archiver.storage.refiling import REFILING, Batch, EmptiedPage, Refiled
from archiver.storage.slugs import Slugs
from archiver.storage.sqlite import SqliteStore
from archiver.storage.store import Store

MAX_BATCH = 500
"""Posts that are in memory at once, and whose folder is synced together."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A post that belongs elsewhere, but stays where it is."""

    move: Move
    kind: str
    """``edited``, ``missing``, or ``form`` (see ``refiled``)."""
    detail: str


@dataclass(frozen=True, slots=True)
class Found:
    moves: tuple[Move, ...]
    """Ordered by the category in which the posts are."""
    kept: tuple[Kept, ...]
    pages: tuple[EmptiedPage, ...]
    """The pages of categories that have no posts after the move; they are removed."""
    edited_pages: tuple[EmptiedPage, ...]
    """Such pages that somebody edited; they stay."""
    others: int
    """Posts that another site archived; they were left out."""
    was_cut_off: bool = False
    """Whether an earlier move is not completed. Its posts are in ``moves``, or were written already."""


class _Stays(Exception):
    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(detail)
        self.kind, self.detail = kind, detail


def find(root: Path, site: Profile, source: str = "") -> Found:
    """Reads the index and the posts that belong elsewhere, and changes nothing.

    ``source`` (a name, tag or category) selects the posts that are filed there now. Raises Locked while a run
    is active, StorageError, and BadArgument if the archive has articles of another namespace.
    """
    path = root / INDEX
    if not path.is_file():
        raise StorageError(f"{path} is missing: the next run, or finews archive-check --repair, builds it")
    with no_writer(root), SqliteStore.reading(path) as index:
        if damage := next(index.damage(), ""):
            raise DamagedIndex(path, damage)
        found = _find(root, index, Slugs(index, site.fixed_categories), site, source)
        content = _content_of(root / REFILING)
    if content is None:
        return found
    begun = {post.row.id for post in refiling.begun(root, content).posts}
    kept = tuple(kept for kept in found.kept if kept.move.row.id not in begun)
    return replace(found, kept=kept, was_cut_off=True)


def apply(root: Path, site: Profile, source: str = "") -> Found:
    """Moves what ``find`` finds, and returns it; raises as ``find``. After a kill it can be run again."""
    with open_site(root, site.fixed_categories) as archive:
        found = _find(root, archive.index, archive.slugs, site, source)
        if found.moves:
            redirects.known(archive.tree)  # raises before the first change
        late: list[Kept] = []
        for moves, pages in _batches(found):
            late += _move(archive, moves, pages)
    changed = {kept.move.row.id for kept in late}
    moves = tuple(move for move in found.moves if move.row.id not in changed)
    return replace(found, moves=moves, kept=(*found.kept, *late))


def _find(root: Path, index: Store, slugs: Slugs, site: Profile, source: str) -> Found:
    namespace = index.namespace()
    if namespace not in ("", site.namespace):
        raise BadArgument(
            f"the archive {root} has articles of {namespace!r}, this site is {site.namespace!r}; "
            "write the right site with --site"
        )
    filing = Filing(index, slugs, site)
    moves: list[Move] = []
    kept: list[Kept] = []
    for move in filing.moves(source):
        try:
            _rewritten(root, move)
            moves.append(move)
        except _Stays as why:
            kept.append(Kept(move, why.kind, why.detail))
    moves.sort(key=lambda move: (move.row.category, move.row.id))
    emptied = list(_emptied(moves, filing.counts))
    edited = tuple(page for page in emptied if _is_edited(root, page))
    pages = tuple(page for page in emptied if page not in edited)
    return Found(tuple(moves), tuple(kept), pages, edited, filing.others)


def _rewritten(root: Path, move: Move) -> bytes:
    """The file of the post as it will be. Raises _Stays and StorageError."""
    row = move.row
    content = _content_of(root / POSTS / row.name)
    if content is None:
        raise _Stays("missing", "it is in the index, and the file is missing")
    if hashlib.sha256(content).digest() != row.sha256:
        raise _Stays("edited", "its bytes are not those that were written")
    try:
        text = content.decode("utf-8")
        link_back = move.family.link_back(read(text, row.name).home, move.category, move.tag)
        return refiled(text, row.name, move.category, move.tag, *link_back).encode("utf-8")
    except (PostError, UnicodeError) as exc:
        raise _Stays("form", str(exc)) from exc


def _content_of(path: Path) -> bytes | None:
    """The content of a file; empty for a link or a folder, None if there is nothing. Raises StorageError."""
    with storage_errors(path):
        try:
            mode = path.lstat().st_mode
        except FileNotFoundError:
            return None
        return content_of(path) if stat.S_ISREG(mode) else b""


# --- the pages of categories


def _address(family: Family, category: str) -> str:
    """Of the page of a category, below the address of the site."""
    return family.link_back("/", category, "")[0]


def _emptied(moves: Sequence[Move], counts: Counter[str]) -> Iterator[EmptiedPage]:
    """The pages of the categories that lose all their posts."""
    left = counts.copy()
    left.subtract(move.row.category for move in moves)
    left.update(move.category for move in moves)
    by_category = {move.row.category: move for move in moves if "{slug}" in move.family.page}
    for category, move in by_category.items():
        old = _address(move.family, category)
        path = file_of(old, "/")
        if path and not left[category]:
            new = {_address(each.family, each.category) for each in moves if each.row.category == category}
            page = hashlib.sha256(category_page(category, move.row.tag).encode()).digest()
            target = encoded(new.pop()) if len(new) == 1 else ""
            yield EmptiedPage(category, path, page, encoded(old), target)


def _is_edited(root: Path, page: EmptiedPage) -> bool:
    content = _content_of(root / page.path)
    return content is not None and hashlib.sha256(content).digest() != page.sha256


# --- the move


def _batches(found: Found) -> Iterator[tuple[Sequence[Move], list[EmptiedPage]]]:
    """Some posts each, with the pages of the categories that are empty after them."""
    last = {move.row.category: number for number, move in enumerate(found.moves)}
    for first in range(0, len(found.moves), MAX_BATCH):
        part = range(first, first + MAX_BATCH)
        yield found.moves[first : part.stop], [page for page in found.pages if last[page.category] in part]


def _move(archive: Archive, moves: Sequence[Move], pages: Sequence[EmptiedPage]) -> list[Kept]:
    """Returns the posts that somebody has changed since they were read first."""
    posts: list[Refiled] = []
    files: dict[str, bytes] = {}
    contents: dict[str, bytes] = {}
    kept: list[Kept] = []
    for move in moves:
        try:
            content = _rewritten(archive.root, move)
        except _Stays as why:
            kept.append(Kept(move, why.kind, why.detail))
            continue
        page = _address(move.family, move.category)
        path = file_of(page, "/")
        if path and not archive.tree.exists(path):
            files[path] = category_page(move.category, move.tag).encode()
        contents[f"{POSTS}/{move.row.name}"] = content
        posts.append(_refiled(move, content, page))
    if posts:
        archive.refile(Batch(tuple(posts), tuple(pages)), files | contents)
    return kept


def _refiled(move: Move, content: bytes, page: str) -> Refiled:
    row = replace(move.row, category=move.category, tag=move.tag, sha256=hashlib.sha256(content).digest())
    old, new = (address_of(category, row.name) for category in (move.row.category, move.category))
    return Refiled(row, move.source, old, new, encoded(page))
