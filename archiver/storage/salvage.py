"""The open articles and the namespace of a damaged index, saved in a file until the new index has them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict

from archiver.errors import StorageError
from archiver.items import Listed
from archiver.storage.files import STATE, Tree
from archiver.storage.rows import OpenArticle

SALVAGED = f"{STATE}/salvaged.json"


def keep(tree: Tree, articles: Iterable[OpenArticle], namespace: str) -> None:
    """Saves them durably. Called before the old index is moved away; building the new index reads them."""
    saved = {"namespace": namespace, "open": [asdict(article) for article in articles]}
    tree.publish(SALVAGED, json.dumps(saved, indent=1).encode("ascii"))


def is_kept(tree: Tree) -> bool:
    """Whether a repair was interrupted: the new index does not have these articles yet."""
    return tree.exists(SALVAGED)


def kept(tree: Tree) -> tuple[list[OpenArticle], str]:
    """What was saved, the namespace empty if it is not known; raises StorageError if it cannot be read."""
    if not is_kept(tree):
        return [], ""
    try:
        saved = json.loads(tree.read(SALVAGED))
        if isinstance(saved, list):  # by a version that had no namespaces
            saved = {"namespace": "", "open": saved}
        rows = [OpenArticle(Listed(**row.pop("listed")), **row) for row in saved["open"]]
        return rows, str(saved["namespace"])
    except (ValueError, TypeError, KeyError, AttributeError) as exc:
        detail = f"{exc}; move it away: its articles are then requested when a listing shows them"
        raise StorageError(f"{tree.root / SALVAGED}: {detail}") from exc


def forget(tree: Tree) -> None:
    if is_kept(tree):
        tree.remove(SALVAGED)
