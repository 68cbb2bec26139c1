"""Posts reach the disk in groups: while one group is made durable, the next one gathers."""

from __future__ import annotations

import asyncio

from archiver.errors import StorageError
from archiver.storage.archive import Archive, Ending, Entry

MOST_AT_ONCE = 64
"""Posts of one group: what a crash may cost in articles that are asked for again."""


class Writer:
    """Stores the posts that are given to it at about the same time together, off the event loop.

    A synced file costs a disk milliseconds, which the crawl need not wait for; nothing is remembered, or told
    to be stored, before it is on the disk.
    """

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._waiting: list[tuple[Entry, asyncio.Future[Ending]]] = []
        self._task: asyncio.Task[None] | None = None

    @property
    def is_busy(self) -> bool:
        return self._task is not None

    async def store(self, entry: Entry) -> Ending:
        """Ends when the post is durable and remembered. Raises StorageError, for all of a group alike."""
        ending: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()
        self._waiting.append((entry, ending))
        if self._task is None:
            self._task = asyncio.create_task(self._write_all())
        return await ending

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                await self._write_group(self._next_group())
        finally:
            self._task = None

    async def _write_group(self, group: list[tuple[Entry, asyncio.Future[Ending]]]) -> None:
        try:
            self._archive.touch()
            written = await asyncio.to_thread(self._archive.write, [entry for entry, _ in group])
            endings = self._archive.remember(written)
        except StorageError as exc:
            for _, ending in group:
                ending.set_exception(exc)
        else:
            for (_, ending), said in zip(group, endings, strict=True):
                ending.set_result(said)

    def _next_group(self) -> list[tuple[Entry, asyncio.Future[Ending]]]:
        """The longest waiting, up to one whose file another of them would overwrite on a disk that knows no
        capitals (faults H5)."""
        group = []
        names: set[str] = set()
        for entry, ending in self._waiting[:MOST_AT_ONCE]:
            name = entry.post.name.casefold()
            if name in names:
                break
            names.add(name)
            group.append((entry, ending))
        del self._waiting[: len(group)]
        return group
