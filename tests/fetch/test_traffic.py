"""The statistics count the requests that are really sent, and their responses."""

from __future__ import annotations

from typing import Any

import pytest
from scrapy.http import Response
from scrapy.spiders import Spider
from scrapy.utils.test import get_crawler

from archiver.fetch.traffic import Traffic


def counted(crawler: Any) -> dict[str, Any]:
    return {
        name: value
        for name, value in crawler.stats.get_stats().items()
        if str(name).startswith("downloader/")
    }


@pytest.fixture
def crawler() -> Any:
    made = get_crawler(Spider, {"DOWNLOADER_STATS": False})
    made.stats.clear_stats()
    return made


def test_a_request_and_its_response_are_counted(crawler: Any) -> None:
    traffic = Traffic.of(crawler)
    assert traffic
    traffic.sent()
    headers = {"Content-Type": "text/html", "X": ["1", "22"]}
    traffic.received(Response("http://x/", status=404, headers=headers, body=b"12345"))
    size = 5 + len("Content-Type: text/html\r\n") + len("X: 1\r\n") + len("X: 22\r\n")
    assert counted(crawler) == {
        "downloader/request_count": 1,
        "downloader/response_count": 1,
        "downloader/response_status_count/404": 1,
        "downloader/response_bytes": size,
    }


def test_a_request_and_its_error_are_counted(crawler: Any) -> None:
    traffic = Traffic.of(crawler)
    assert traffic
    traffic.sent()
    traffic.failed(TimeoutError())
    assert counted(crawler) == {
        "downloader/request_count": 1,
        "downloader/exception_count": 1,
        "downloader/exception_type_count/builtins.TimeoutError": 1,
    }


def test_nothing_is_counted_if_scrapy_counts() -> None:
    assert Traffic.of(get_crawler(Spider, {"DOWNLOADER_STATS": True})) is None
