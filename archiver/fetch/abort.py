"""Ends the downloads that are running when a run is stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Final, TypeVar

from scrapy.crawler import Crawler

from archiver.errors import Deferred

T = TypeVar("T")

ABORT: Final = object()
"""Signal: every running download of the crawler ends now, and no other begins."""


class Aborts:
    def __init__(self, crawler: Crawler) -> None:
        self._running: set[asyncio.Timeout] = set()
        self._aborted = False
        crawler.signals.connect(self.abort, signal=ABORT)

    def abort(self) -> None:
        self._aborted = True
        for limit in self._running:
            limit.reschedule(asyncio.get_running_loop().time())

    async def run(self, download: Awaitable[T]) -> T:
        """The result of the download. Raises Deferred ``interrupted`` if it was aborted."""
        try:
            async with asyncio.timeout(0 if self._aborted else None) as limit:
                self._running.add(limit)
                return await download
        except TimeoutError:
            if limit.expired():
                raise Deferred("interrupted", "the run was stopped") from None
            raise
        finally:
            self._running.discard(limit)
