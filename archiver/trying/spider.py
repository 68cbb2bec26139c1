"""Requests single pages with the rules of a run: robots.txt, pace, limits, retries, allowed addresses."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

from scrapy import Request, Spider
from scrapy.crawler import CrawlerProcessBase
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from archiver.errors import ArchiverError
from archiver.fetch import outcomes
from archiver.fetch.asking import require_keys
from archiver.fetch.proxies import refuse_unusable
from archiver.fetch.retry import EXPECTED
from archiver.sites.profile import Profile
from archiver.trying.check import Described, Fetch, plain

Task = Callable[[Fetch], Awaitable[None]]


class PageSpider(Spider):
    """Runs one task, which requests pages one after the other. It opens no archive."""

    name = "pages"
    archives = False

    def __init__(self, site: Profile | None, task: Task) -> None:
        """``site``: only its origins are requested; without one, any public address."""
        super().__init__()
        self.site = site
        self._task = task
        self.error: ArchiverError | None = None
        self.is_done = False

    async def start(self) -> AsyncIterator[Request]:
        try:
            await self._task(self.fetch)
            self.is_done = True
        except ArchiverError as exc:
            self.error = exc
        requests: list[Request] = []  # the task has made its own
        for request in requests:
            yield request

    async def fetch(self, url: str, page_format: str, described: Described = plain) -> Response:
        """Raises ArticleError if there is no response. A page of unknown format, which may not exist, is
        requested once; every other one is retried as in a run."""
        request = Request(
            url,
            callback=NO_CALLBACK,
            meta={"handle_httpstatus_all": True, EXPECTED: page_format, "dont_retry": not page_format},
            dont_filter=True,
        )
        try:
            return await self.crawler.engine.download_async(described(request))
        except Exception as exc:  # noqa: BLE001 - whatever happened to the request has a name
            raise outcomes.of_error(exc) from None


def run_task(process: CrawlerProcessBase, site: Profile | None, task: Task) -> bool:
    """Returns whether the task came to its end. Raises BadArgument, and the ArchiverError of the task."""
    refuse_unusable(process.settings, site.origins if site else [])
    if site:
        require_keys(site.keys, site.name)
    crawler = process.create_crawler(PageSpider)
    process.crawl(crawler, site=site, task=task)
    process.start()
    spider = crawler.spider
    assert isinstance(spider, PageSpider), "its arguments were checked"
    if spider.error:
        raise spider.error
    return spider.is_done
