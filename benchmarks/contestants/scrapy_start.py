"""Bare Scrapy without any request. It measures the cost of starting Scrapy."""

from __future__ import annotations

from collections.abc import AsyncIterator

from scrapy import Request

from benchmarks.contestants.answers import DEFAULTS, AnswersSpider, crawl


class IdleSpider(AnswersSpider):
    name = "idle"

    async def start(self) -> AsyncIterator[Request]:
        for listing in self.task.listings[:0]:
            yield Request(listing)


if __name__ == "__main__":
    crawl(DEFAULTS, IdleSpider)
