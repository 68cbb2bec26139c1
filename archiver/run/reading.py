"""Reads pages: at once if they cannot take long, else in another process."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from scrapy.http import Response

from archiver.extract.decode import decode
from archiver.extract.formats import IN_PROCESS, MAX_IN_PROCESS, Allowance, TooMuchWork, refuse_large
from archiver.fetch.headers import header
from archiver.run.page_process import PageProcess

T = TypeVar("T")

_MOST_BYTES = 4 * MAX_IN_PROCESS
"""A longer body has more than ``MAX_IN_PROCESS`` characters in any charset."""


class Reader:
    def __init__(self, seconds: float, elements: int) -> None:
        """``seconds``: the CPU time of one page; ``elements``: the largest number that a page may have."""
        self._elements = elements
        self._process = PageProcess(seconds)

    def close(self) -> None:
        self._process.close()

    def read(
        self,
        response: Response,
        page_format: str,
        read: Callable[..., T],
        *arguments: Any,
        overridden: Callable[[], None] | None = None,
    ) -> T | Awaitable[T]:
        """``read(text, *arguments)``, now or later. Raises ArticleError, also when it is awaited.

        ``overridden`` is called for a page in another charset than it declares.
        """
        page = (response.body, header(response, "Content-Type"), page_format, self._elements, read, arguments)
        if len(response.body) > _MOST_BYTES:
            return self._read_later(page, overridden)
        try:
            found, is_overridden = _read(*page, Allowance(IN_PROCESS))
        except TooMuchWork:
            return self._read_later(page, overridden)
        if is_overridden and overridden:
            overridden()
        return found  # type: ignore[no-any-return]  # it is what read() returns

    async def _read_later(self, page: tuple[Any, ...], overridden: Callable[[], None] | None) -> Any:
        found, is_overridden = await self._process.call(_read, *page)
        if is_overridden and overridden:
            overridden()
        return found


def _read(
    body: bytes,
    content_type: str,
    page_format: str,
    elements: int,
    read: Callable[..., Any],
    arguments: tuple[Any, ...],
    allowance: Allowance | None = None,
) -> tuple[Any, bool]:
    """What ``read`` finds in the page, and whether its charset is another one than it declares."""
    decoded = decode(body, content_type)
    refuse_large(decoded.text, page_format, elements)
    return read(decoded.text, *arguments, allowance), decoded.overridden
