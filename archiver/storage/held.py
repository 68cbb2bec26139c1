"""Whether the archive has a post of an article, perhaps one of another profile under another id."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from archiver.storage.files import POSTS, Tree
from archiver.storage.store import Store


class Ids(Protocol):
    """What a profile says about the ids in its archive."""

    def other_ids(self, article_id: str) -> Iterable[str]:
        """The ids under which another profile may have the article."""

    def files_under(self, article_id: str, category: str) -> bool:
        """Whether this profile itself makes posts with this id in this category."""


class Held:
    def __init__(self, tree: Tree, store: Store) -> None:
        self.ids: Ids | None = None
        """Of the profile of the run; None: only the id itself counts."""
        self._tree = tree
        self._store = store

    def has(self, article_id: str) -> bool:
        return self._store.holds(article_id) or self.elsewhere(article_id)

    def elsewhere(self, article_id: str, *, on_disk: bool = False) -> bool:
        """Whether another profile made a post of the article. ``on_disk``: and its file is there."""
        for other in self.ids.other_ids(article_id) if self.ids else ():
            row = self._store.post(other)
            is_ours = row is None or (self.ids and self.ids.files_under(other, row.category))
            if row and not is_ours and (not on_disk or self._tree.exists(f"{POSTS}/{row.name}")):
                return True
        return False
