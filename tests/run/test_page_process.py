"""A page that takes too long is ended, and the process that reads pages ends with the run."""

from __future__ import annotations

import asyncio
import operator
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from archiver.errors import ArticleError, Deferred, Quarantined
from archiver.extract.article import read_answer
from archiver.run.page_process import PageProcess
from archiver.run.page_worker import MAX_MEMORY, MAX_REPLY
from archiver.sites.load import load
from tests.crawling import PROJECT

SECONDS = 0.4


def with_process(use: Callable[[PageProcess], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        process = PageProcess(SECONDS)
        try:
            return await use(process)
        finally:
            process.close()
            await process.wait_closed()

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("read", "arguments"),
    [
        (re.match, ("(a+)+$", "a" * 60 + "!")),
        (re.match, (r"(?:\w+\s?)*$", "word " * 20 + "!")),
        (pow, (3, 10**9)),
        (operator.mul, (b"x", 2 * MAX_MEMORY)),
        (operator.mul, (b"x", MAX_REPLY)),
        (signal.raise_signal, (signal.SIGSEGV,)),
    ],
    ids=["regex", "regex of words", "C code", "memory", "a large result", "a crash"],
)
def test_a_page_that_takes_too_much_is_too_heavy_and_the_next_is_read(
    read: Callable[..., Any], arguments: tuple[Any, ...]
) -> None:
    async def use(process: PageProcess) -> int:
        with pytest.raises(Quarantined, match=r"^too_heavy: "):
            await process.call(read, *arguments)
        found: int = await process.call(operator.add, 1, 2)
        return found

    assert with_process(use) == 3


def test_several_pages_at_once_are_read_one_after_the_other_by_one_process() -> None:
    async def use(process: PageProcess) -> list[int]:
        return await asyncio.gather(*(process.call(os.getpid) for _ in range(5)))

    (number,) = set(with_process(use))
    assert number != os.getpid()


def test_the_error_of_a_page_is_raised_with_its_reason() -> None:
    site = load("finews")

    async def use(process: PageProcess) -> None:
        await process.call(read_answer, "<p>x</p>", site.steps[1], site, "NW202202222284000001")

    with pytest.raises(ArticleError) as caught:
        with_process(use)
    assert (type(caught.value), caught.value.reason) == (Quarantined, "not_an_article")


def test_a_bug_is_not_taken_for_a_page_that_is_too_heavy() -> None:
    async def use(process: PageProcess) -> None:
        await process.call(operator.truediv, 1, 0)

    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        with_process(use)


def test_a_page_in_the_process_does_not_hold_up_the_event_loop() -> None:
    async def use(process: PageProcess) -> int:
        reading = asyncio.ensure_future(process.call(re.match, "(a+)+$", "a" * 60 + "!"))
        ticks = 0
        while not reading.done():
            await asyncio.sleep(0.01)
            ticks += 1
        with pytest.raises(Quarantined):
            reading.result()
        return ticks

    assert with_process(use) >= 10


def test_a_page_is_interrupted_when_the_run_is_stopped() -> None:
    async def use(process: PageProcess) -> list[str]:
        reading = [asyncio.ensure_future(process.call(re.match, "(a+)+$", "a" * 60 + "!")) for _ in range(2)]
        await asyncio.sleep(0.2)
        process.close()
        ends = await asyncio.gather(*reading, return_exceptions=True)
        return [end.reason for end in ends if isinstance(end, Deferred)]

    assert with_process(use) == ["interrupted", "interrupted"]


_KILLED = """
import asyncio, os, re, sys
from archiver.run.page_process import PageProcess
async def main():
    process = PageProcess(30)
    print(await process.call(os.getpid), flush=True)
    reading = asyncio.ensure_future(process.call(re.match, "(a+)+$", "a" * 60 + "!"))
    await asyncio.sleep(60)
asyncio.run(main())
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the process ends when its page does")
def test_the_process_ends_when_the_run_is_killed(number: signal.Signals) -> None:
    run = subprocess.Popen([sys.executable, "-c", _KILLED], cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    assert run.stdout
    worker = int(run.stdout.readline())
    assert _is_running(worker)
    run.send_signal(number)
    run.wait(10)
    run.stdout.close()
    deadline = time.monotonic() + 10
    while _is_running(worker) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not _is_running(worker)


def _is_running(number: int) -> bool:
    try:
        state = Path(f"/proc/{number}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state not in ("Z", "X")
