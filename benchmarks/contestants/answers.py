"""The spider of all bare Scrapy contestants. It requests every article and does nothing with the response."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response

from benchmarks.contestants.task import CONCURRENCY, Task, done

DEFAULTS: dict[str, Any] = {
    "CONCURRENT_REQUESTS": CONCURRENCY,
    "CONCURRENT_REQUESTS_PER_DOMAIN": CONCURRENCY,
    "DOWNLOAD_DELAY": 0,
    "LOG_LEVEL": "WARNING",
}
"""All differences from Scrapy's default settings."""


class AnswersSpider(Spider):
    name = "answers"
    got = 0

    def __init__(self, name: str | None = None, *, task: Task) -> None:
        super().__init__(name)
        self.task = task

    async def start(self) -> AsyncIterator[Request]:
        for listing in self.task.listings:
            yield Request(listing)

    def parse(self, response: Response, **_: Any) -> Iterator[Request]:
        for answer in self.task.answers(response.text):
            yield Request(answer, callback=self.parse_answer)

    def parse_answer(self, response: Response) -> Any:
        self.got += response.status == 200


def crawl(settings: dict[str, Any], spider: type[AnswersSpider] = AnswersSpider) -> None:
    """Runs one crawl to its end and prints the number of responses."""
    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler(spider)
    process.crawl(crawler, task=Task.given())
    process.start()
    assert isinstance(crawler.spider, AnswersSpider)
    done(crawler.spider.got)
