"""Recorders for crawls in a separate process."""

from __future__ import annotations

import json
import traceback
from pathlib import Path
from typing import Self

from scrapy.crawler import Crawler

from archiver.errors import StorageError
from archiver.fetch.exchange import Exchange


class ToFile:
    """Writes one line of JSON for each exchange to the file of the setting ``TEST_RECORD``."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(Path(crawler.settings["TEST_RECORD"]))

    def record(self, exchange: Exchange) -> None:
        response = exchange.response
        line = {
            "url": exchange.request.url,
            "headers": sorted(name.decode() for name in exchange.request.headers),
            "status": response.status if response else None,
            "coding": response.headers.get("Content-Encoding", b"").decode() if response else "",
            "body": response.body.hex() if response else "",
            "error": type(exchange.error).__name__ if exchange.error else "",
            "exception": f"{exchange.error!r} {''.join(traceback.format_exception(exchange.error))}",
            "began": exchange.began.isoformat(),
            "seconds": exchange.seconds,
            "peer": str(exchange.peer or ""),
        }
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


class Broken:
    def record(self, exchange: Exchange) -> None:
        if "/text" in exchange.request.url:
            raise RuntimeError("a bug")


class DiskFull:
    def record(self, exchange: Exchange) -> None:
        if "/text" in exchange.request.url:
            raise StorageError("/raw/1.warc.gz: No space left on device")
