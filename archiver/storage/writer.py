"""Posts are written in groups: while one group is made durable, the next one is collected."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from archiver.storage.archive import Archive, Ending, Entry

MAX_GROUP = 64
"""Posts of one group: at most so many articles are asked for again after a crash."""


@dataclass(slots=True)
class _Group:
    entries: list[Entry] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    """Of their files, case folded: on some disks names that differ in case only are one file (faults H5)."""

    def takes(self, entry: Entry) -> bool:
        return len(self.entries) < MAX_GROUP and entry.name.casefold() not in self.names

    def add(self, entry: Entry) -> int:
        """Its place in the group."""
        self.names.add(entry.name.casefold())
        self.entries.append(entry)
        return len(self.entries) - 1


class Writer:
    """Stores posts that come at about the same time together, outside the event loop.

    Syncing a file takes milliseconds, for which the crawl need not wait. A post is remembered, and reported
    as stored, only when it is on the disk.
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
        """Returns when the post is durable and remembered. An error of a group, StorageError or any other, is
        raised for every post of it."""
        if self._gathering is None or not self._gathering.takes(entry):
            self._gathering = _Group()
            self._last = asyncio.create_task(self._write(self._gathering, self._last))
        written, place = self._last, self._gathering.add(entry)
        assert written
        return (await asyncio.shield(written))[place]

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
