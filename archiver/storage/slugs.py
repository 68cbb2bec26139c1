"""The slugs of the sources: the same name has the same slug for ever, and no two names share one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from archiver.normalise import slugs
from archiver.storage.store import Store


class Slugs:
    """``reserved``: slugs that no source may get (lower case → the name that has it)."""

    def __init__(self, store: Store, reserved: Mapping[str, str]) -> None:
        self._slugs = dict(store.slugs())
        self._stored = set(self._slugs)
        """The names whose slug is in the index already."""
        self._taken = {slug.casefold(): name for name, slug in self._slugs.items()} | dict(reserved)

    def slug(self, name: str) -> str:
        """A new name gets its slug here; the index has it once a post of that name is remembered."""
        if name not in self._slugs:
            slug = slugs.assign(name, self._taken)
            self._slugs[name], self._taken[slug.casefold()] = slug, name
        return self._slugs[name]

    def name_of(self, slug: str) -> str:
        """The source that a slug stands for; empty where there is none yet."""
        return self._taken.get(slug.casefold(), "")

    def not_stored(self, names: Iterable[str]) -> set[str]:
        """Those of the names whose slug the index has yet to remember; empty names are none."""
        return {name for name in names if name} - self._stored

    def are_stored(self, names: Iterable[str]) -> None:
        self._stored.update(names)
