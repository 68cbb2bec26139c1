"""Files posts under another category, in batches. What a batch changes is in a file until the batch is done.

The file of a post is replaced before its row in the index. If the command is killed in between, the row has
the SHA-256 of the old file, as if somebody had edited the post; the file of the batch shows that nobody has.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from archiver.errors import StorageError
from archiver.storage import redirects
from archiver.storage.catalogue import Catalogue
from archiver.storage.files import POSTS, STATE, Tree
from archiver.storage.rows import PostRow

REFILING = f"{STATE}/refiling.json"


@dataclass(frozen=True, slots=True)
class Refiled:
    """A post, and its addresses in the published site."""

    row: PostRow
    """As the index will have it."""
    source: str
    """The name that its slug was made from."""
    old_address: str
    address: str
    page_address: str
    """Of the page of its category."""


@dataclass(frozen=True, slots=True)
class EmptiedPage:
    """The page of a category that has no posts after the batch. It is removed unless somebody edited it."""

    category: str
    path: str
    sha256: bytes
    """Of the page as the archiver writes it."""
    old_address: str
    address: str
    """Where the posts of the category went; empty if they went to several categories."""


@dataclass(frozen=True, slots=True)
class Batch:
    posts: tuple[Refiled, ...]
    pages: tuple[EmptiedPage, ...] = ()


def begin(tree: Tree, batch: Batch) -> None:
    """Called before the first file of the batch is written."""
    tree.publish(REFILING, json.dumps(asdict(batch), default=bytes.hex, indent=1).encode("ascii"))


def is_begun(tree: Tree) -> bool:
    return tree.exists(REFILING)


def finish(tree: Tree, catalogue: Catalogue) -> None:
    """Brings index, category pages and redirects in line with those posts of the batch whose file is new.

    Does nothing if there is no batch. If it is killed, it can be run again.
    """
    if not is_begun(tree):
        return
    batch = begun(tree.root, tree.read(REFILING))
    done = [post for post in batch.posts if _is(tree, f"{POSTS}/{post.row.name}", post.row.sha256)]
    catalogue.refiled([post.row for post in done], {post.source: post.row.category for post in done})
    moved = {post.old_address: post.address for post in done} | _remove_pages(tree, catalogue, batch)
    redirects.add(tree, moved, in_use={post.page_address for post in done})
    tree.remove(REFILING)


def _remove_pages(tree: Tree, catalogue: Catalogue, batch: Batch) -> dict[str, str]:
    """The addresses of the category pages that are removed, with those of the pages in their place."""
    in_use = {row.category for row in catalogue.store.posts()} if batch.pages else set()
    moved = {}
    for page in batch.pages:
        if page.category not in in_use:
            if _is(tree, page.path, page.sha256):
                tree.remove(page.path)
            if page.address and not tree.exists(page.path):
                moved[page.old_address] = page.address
    return moved


def _is(tree: Tree, path: str, sha256: bytes) -> bool:
    """Whether the file has this SHA-256."""
    return tree.exists(path) and hashlib.sha256(tree.read(path)).digest() == sha256


def begun(root: Path, content: bytes) -> Batch:
    """The batch in the file ``REFILING``; raises StorageError if the file is damaged."""
    try:
        saved = json.loads(content)
        posts = tuple(Refiled(PostRow(**_row(each.pop("row"))), **each) for each in saved["posts"])
        return Batch(posts, tuple(EmptiedPage(**_row(each)) for each in saved["pages"]))
    except (ValueError, TypeError, KeyError, AttributeError) as exc:
        raise StorageError(
            f"{root / REFILING}: {exc}; move it away: posts that have moved already then count as edited"
        ) from exc


def _row(saved: dict[str, Any]) -> dict[str, Any]:
    return saved | {"sha256": bytes.fromhex(saved["sha256"])}
