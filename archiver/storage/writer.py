"""Writes posts in groups: while one group is written and synced, the next one is collected."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from archiver.storage.archive import Archive, Ending, Entry

MAX_GROUP = 64
"""Posts in one group; after a crash at most this number of articles is requested again."""


@dataclass(slots=True)
class _Group:
    entries: list[Entry] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    """The file names in lower case: some file systems ignore capitals in names (faults H5)."""

    def takes(self, entry: Entry) -> bool:
        return len(self.entries) < MAX_GROUP and entry.name.casefold() not in self.names

    def add(self, entry: Entry) -> int:
        """Adds the entry, and returns its position in the group."""
        self.names.add(entry.name.casefold())
        self.entries.append(entry)
        return len(self.entries) - 1


class Writer:
    """Writes posts that arrive at about the same time together, outside the event loop.

    Syncing a file takes milliseconds, and the crawl goes on meanwhile. A post is added to the index, and
    reported as stored, only when it is on the disk.
    """

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._thread = ThreadPoolExecutor(1, "writer")
        self._gathering: _Group | None = None
        self._last: asyncio.Task[list[Ending]] | None = None

    @property
    def is_busy(self) -> bool:
        return self._last is not None and not self._last.done()

    async def store(self, entry: Entry) -> Ending:
        """Returns when the post is durable and in the index. If a group cannot be written, the exception is
        raised for every post of the group."""
        if self._gathering is None or not self._gathering.takes(entry):
            self._gathering = _Group()
            self._last = asyncio.create_task(self._write(self._gathering, self._last))
        written, position = self._last, self._gathering.add(entry)
        assert written
        return (await asyncio.shield(written))[position]

    async def _write(self, group: _Group, before: asyncio.Task[list[Ending]] | None) -> list[Ending]:
        if before:
            await asyncio.wait([before])
        if self._gathering is group:
            self._gathering = None
        self._archive.catalogue.begin()
        written = await asyncio.get_running_loop().run_in_executor(
            self._thread, self._archive.write, group.entries
        )
        return self._archive.remember(written)
