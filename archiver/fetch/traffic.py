"""Counts requests and responses, under the names of Scrapy's statistics."""

from __future__ import annotations

from typing import Self

from scrapy.crawler import Crawler
from scrapy.http import Headers, Response
from scrapy.statscollectors import StatsCollector
from scrapy.utils.python import global_object_name


class Traffic:
    """Replaces Scrapy's ``DownloaderStats``, which also counts requests that are not sent because their host
    is paused, and computes the size of every request. That takes 2.6 % of an article's CPU time.
    """

    def __init__(self, stats: StatsCollector) -> None:
        self._count = stats.inc_value

    @classmethod
    def of(cls, crawler: Crawler) -> Self | None:
        """None with ``DOWNLOADER_STATS=True``, because Scrapy then counts."""
        return None if crawler.settings.getbool("DOWNLOADER_STATS") else cls(crawler.stats)

    def sent(self) -> None:
        self._count("downloader/request_count")

    def received(self, response: Response) -> None:
        self._count("downloader/response_count")
        self._count(f"downloader/response_status_count/{response.status}")
        self._count("downloader/response_bytes", len(response.body) + _size_of(response.headers))

    def failed(self, error: Exception) -> None:
        self._count("downloader/exception_count")
        self._count(f"downloader/exception_type_count/{global_object_name(type(error))}")


def _size_of(headers: Headers) -> int:
    """Bytes on the wire. Each line has a colon, a space and a line break (4 bytes)."""
    # ``Headers.items`` would normalise every name again; ``dict.items`` takes the names as they are.
    return sum(len(name) + len(value) + 4 for name, values in dict.items(headers) for value in values)
