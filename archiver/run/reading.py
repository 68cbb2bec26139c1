"""Reads pages: at once if they cannot take long, else in another process."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from archiver.extract.formats import IN_PROCESS, Allowance, TooMuchWork, refuse_large
from archiver.run.page_process import PageProcess

T = TypeVar("T")


class Reader:
    def __init__(self, seconds: float, elements: int) -> None:
        """``seconds``: the CPU time of one page; ``elements``: the largest number that a page may have."""
        self._elements = elements
        self._process = PageProcess(seconds)

    def close(self) -> None:
        self._process.close()

    def read(self, text: str, page_format: str, read: Callable[..., T], *arguments: Any) -> T | Awaitable[T]:
        """``read(text, *arguments)``, now or later. Raises ArticleError, also when it is awaited."""
        refuse_large(text, page_format, self._elements)
        try:
            return read(text, *arguments, Allowance(IN_PROCESS))
        except TooMuchWork:
            return self._process.call(read, text, *arguments)
