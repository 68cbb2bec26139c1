"""A plain aiohttp loop that downloads every response and drops it: the lower bound for Python."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import aiohttp

from benchmarks.contestants.task import CONCURRENCY, Task, done


async def main() -> None:
    task = Task.given()
    async with aiohttp.ClientSession() as session:
        answers: list[str] = []
        for listing in task.listings:
            async with session.get(listing) as response:
                answers += task.answers(await response.text())
        waiting = iter(answers)
        done(sum(await asyncio.gather(*(_download(session, waiting) for _ in range(CONCURRENCY)))))


async def _download(session: aiohttp.ClientSession, waiting: Iterator[str]) -> int:
    got = 0
    for url in waiting:
        async with session.get(url) as response:
            await response.read()
            got += response.status == 200
    return got


if __name__ == "__main__":
    asyncio.run(main())
