"""The open articles of a damaged index, saved in a file until the new index has them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict

from archiver.errors import StorageError
from archiver.items import Listed
from archiver.storage.files import STATE, Tree
from archiver.storage.rows import OpenArticle

SALVAGED = f"{STATE}/salvaged.json"


def keep(tree: Tree, articles: Iterable[OpenArticle]) -> None:
    """Saves them durably. Called before the old index is moved away; building the new index reads them."""
    content = json.dumps([asdict(article) for article in articles], indent=1)
    tree.publish(SALVAGED, content.encode("ascii"))


def is_kept(tree: Tree) -> bool:
    """Whether a repair was interrupted: the new index does not have these articles yet."""
    return tree.exists(SALVAGED)


def kept(tree: Tree) -> list[OpenArticle]:
    """The saved articles; raises StorageError if they cannot be read."""
    if not is_kept(tree):
        return []
    try:
        rows = json.loads(tree.read(SALVAGED))
        return [OpenArticle(Listed(**row.pop("listed")), **row) for row in rows]
    except (ValueError, TypeError, KeyError, AttributeError) as exc:
        detail = f"{exc}; move it away: its articles are then requested when a listing shows them"
        raise StorageError(f"{tree.root / SALVAGED}: {detail}") from exc


def forget(tree: Tree) -> None:
    if is_kept(tree):
        tree.remove(SALVAGED)
