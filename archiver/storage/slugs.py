"""The slugs of the sources. The slug of a name never changes, and no two names have the same slug."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from archiver.normalise import slugs
from archiver.storage.store import Store


class Slugs:
    """``reserved``: slugs that no source may get (lower case → the name that has it)."""

    def __init__(self, store: Store, reserved: Mapping[str, str]) -> None:
        self._slugs = dict(store.slugs())
        self._stored = set(self._slugs)
        """The names whose slug is in the index."""
        self._taken = {slug.casefold(): name for name, slug in self._slugs.items()} | dict(reserved)

    def slug(self, name: str) -> str:
        """The slug of a name. A new name gets one here; it is written to the index with the first post of the
        name."""
        if name not in self._slugs:
            slug = slugs.assign(name, self._taken)
            self._slugs[name], self._taken[slug.casefold()] = slug, name
        return self._slugs[name]

    def name_of(self, slug: str) -> str:
        """The source that has this slug; empty if no source has it."""
        return self._taken.get(slug.casefold(), "")

    def not_stored(self, names: Iterable[str]) -> set[str]:
        """Those of the names whose slug is not in the index; empty names are left out."""
        return {name for name in names if name} - self._stored

    def are_stored(self, names: Iterable[str]) -> None:
        self._stored.update(names)
