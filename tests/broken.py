"""Components with a bug, for tests of what a bug does to a run."""

from __future__ import annotations

from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem


class RaisesOnEveryThird:
    def __init__(self) -> None:
        self._count = 0

    def process_item(self, item: Any) -> Any:
        self._count += 1
        if self._count % 3 == 0:
            raise ValueError("a bug")
        return item


class CannotBeBuilt:
    def __init__(self) -> None:
        raise ValueError("a bug in the constructor")


class CannotOpen:
    def open_spider(self) -> None:
        raise ValueError("a bug")

    def process_item(self, item: Any) -> Any:
        return item


class CannotClose:
    def close_spider(self) -> None:
        raise ValueError("a bug")

    def process_item(self, item: Any) -> Any:
        return item


class CannotBeIdle:
    """Fails in a signal receiver; Scrapy only logs such an error."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        listener = cls()
        crawler.signals.connect(listener.idle, signals.spider_idle)
        return listener

    def idle(self) -> None:
        raise ValueError("a bug")

    def process_item(self, item: Any) -> Any:
        return item


class BreaksTheSpider:
    """An extension: one method of the spider (the setting BROKEN_METHOD) fails at every third call."""

    def __init__(self, crawler: Crawler) -> None:
        self._count = 0
        name = crawler.settings["BROKEN_METHOD"]
        self._works = getattr(crawler.spider, name)
        setattr(crawler.spider, name, self._sometimes)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def _sometimes(self, *args: Any, **kwargs: Any) -> Any:
        self._count += 1
        if self._count % 3 == 1:
            raise ValueError("a bug")
        return self._works(*args, **kwargs)


class DropsEverySecond:
    """A pipeline of a user who does not want every article."""

    def __init__(self) -> None:
        self._count = 0

    def process_item(self, item: Any) -> Any:
        self._count += 1
        if self._count % 2 == 0:
            raise DropItem("不要 this one")
        return item


class DropsAll:
    def process_item(self, _item: Any) -> Any:
        raise DropItem("after the post was written")
