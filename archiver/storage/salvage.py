"""The open articles of an index that was set aside, until the new index has them."""

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
    """Durable before the old index is moved away: whoever builds the new one reads them."""
    content = json.dumps([asdict(article) for article in articles], indent=1)
    tree.publish(SALVAGED, content.encode("ascii"))


def kept(tree: Tree) -> list[OpenArticle]:
    """Raises StorageError for a list that cannot be read."""
    if not tree.exists(SALVAGED):
        return []
    try:
        rows = json.loads(tree.read(SALVAGED))
        return [OpenArticle(Listed(**row.pop("listed")), **row) for row in rows]
    except (ValueError, TypeError, KeyError, AttributeError) as exc:
        detail = f"{exc}; move it away, and what it held is asked for when a listing shows it"
        raise StorageError(f"{tree.root / SALVAGED}: {detail}") from exc


def forget(tree: Tree) -> None:
    if tree.exists(SALVAGED):
        tree.remove(SALVAGED)
