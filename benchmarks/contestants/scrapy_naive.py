"""Scrapy as it is usually used: an item, and a pipeline that writes a post for each article from a string
template."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from benchmarks.contestants.answers import DEFAULTS, AnswersSpider, crawl
from benchmarks.contestants.pasted import post_name, post_text


class PostPipeline:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        assert isinstance(crawler.spider, AnswersSpider)
        return cls(crawler.spider.task.output)

    def process_item(self, item: dict[str, Any]) -> dict[str, Any]:
        (self.folder / post_name(item)).write_text(post_text(item), encoding="utf-8")
        return item


class NaiveSpider(AnswersSpider):
    name = "naive"

    def parse(self, response: Response, **_: Any) -> Iterator[Request]:
        for answer in self.task.answers(response.text):
            yield Request(answer, callback=self.parse_answer)

    def parse_answer(self, response: Response) -> Iterator[dict[str, Any]]:
        self.got += 1
        yield json.loads(response.body)


if __name__ == "__main__":
    crawl(DEFAULTS | {"ITEM_PIPELINES": {PostPipeline: 300}}, NaiveSpider)
