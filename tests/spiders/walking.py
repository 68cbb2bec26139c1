"""Reads listings in the process of the test: a spider with an archive, and pages in the place of a network."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http import TextResponse
from scrapy.settings import Settings

from archiver.errors import Skipped
from archiver.publish.jekyll.site import open_site
from archiver.run.ledger import Ledger, Tally
from archiver.run.reading import Reader
from spiders.category import CategorySpider

Page = tuple[int, bytes, Mapping[str, str]]
"""Status, body and headers of a response."""

HOST = "https://news.example.com"
GONE: Page = (404, b"", {})
START = datetime(2026, 9, 28, 8, tzinfo=UTC)


@dataclass
class Walked:
    """What one run did."""

    asked: list[str]
    """The path and query of every page of a listing that was requested."""
    conditional: list[bool]
    """Whether each of these requests had a validator."""
    requests: list[Request]
    tally: Tally
    new: list[str]
    """The ids of the articles that the run admitted."""
    drift: list[str] = field(default_factory=list)

    @property
    def incomplete(self) -> list[str]:
        return list(self.tally.listings_incomplete.values())


class Walker:
    """Runs the category spider on the pages that ``serve`` returns, with articles that need no other run."""

    def __init__(self, root: Path, profile: str, serve: Callable[[Request], Page]) -> None:
        self.root = root
        self.path = root / "site.yaml"
        self.path.write_text(profile, encoding="utf-8")
        self.serve = serve
        self.now = START

    def run(self, *, stop_after: int = 0, full_look: float = 86_400, **arguments: str) -> Walked:
        """``stop_after``: the run is killed after this number of pages."""
        self.now += timedelta(minutes=1)
        given = {"site": str(self.path), **arguments}
        given = {name: value for name, value in given.items() if value}
        spider = CategorySpider(**given)  # type: ignore[arg-type]
        with open_site(self.root / "archive") as archive:
            ledger = Ledger(archive.catalogue, self.now, site=spider.site.name)
            run = SimpleNamespace(
                ledger=ledger, tally=ledger.tally, storing=_storing, reader=Reader(10, 100_000), drift=[]
            )
            spider.crawler = SimpleNamespace(  # type: ignore[assignment]
                engine=SimpleNamespace(crawl=None), get_extension=lambda _: run
            )
            spider.settings = Settings({"ARCHIVER_FULL_LOOK": full_look})  # type: ignore[assignment]
            found = Walked([], [], [], ledger.tally, [], run.drift)
            self._walk(spider, found, stop_after)
            found.new = list(spider._queue)
            for article in found.new:
                ledger.ended(article, Skipped("dropped"))
        return found

    def _walk(self, spider: CategorySpider, found: Walked, stop_after: int) -> None:
        waiting = list(_started(spider))
        while waiting:
            request = waiting.pop(0)
            parts = urlsplit(request.url)
            found.asked.append(parts.path + (f"?{parts.query}" if parts.query else ""))
            found.conditional.append(b"If-None-Match" in request.headers)
            found.requests.append(request)
            status, body, headers = self.serve(request)
            response = TextResponse(request.url, status, dict(headers), body, request=request)
            results = request.callback(response, **request.cb_kwargs)  # type: ignore[misc]
            waiting += [result for result in results if isinstance(result, Request)]
            if len(found.asked) == stop_after:
                return


def _started(spider: CategorySpider) -> Iterator[Request]:
    """The first requests; ``start`` awaits nothing."""
    start = spider.start()
    while True:
        step = start.__anext__()
        try:
            step.send(None)
        except StopIteration as found:
            yield found.value
        except StopAsyncIteration:
            return


@contextmanager
def _storing() -> Iterator[None]:
    yield


def rows(numbers: list[int], days: Mapping[int, str] | None = None, **more: Any) -> Page:
    """A page of JSON that lists articles by number."""
    listed = [{"id": f"A{number:05}", "date": (days or {}).get(number, "")} for number in numbers]
    return 200, json.dumps({"list": listed, **more}).encode(), {"Content-Type": "application/json"}


def ids(numbers: list[int]) -> list[str]:
    return [f"A{number:05}" for number in numbers]
