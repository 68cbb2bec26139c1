"""Crawlee for Python: its ParselCrawler with selectors for this site's pages and storage in memory."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta, timezone

from crawlee import ConcurrencySettings, Request
from crawlee.crawlers import ParselCrawler, ParselCrawlingContext
from crawlee.storage_clients import MemoryStorageClient

from benchmarks.contestants.task import CONCURRENCY, Task, article_line, done

_BEIJING = timezone(timedelta(hours=8))
_SETTINGS = ConcurrencySettings(CONCURRENCY, CONCURRENCY, desired_concurrency=CONCURRENCY)


async def main() -> None:
    task = Task.given()
    crawler = _crawler()
    lines = task.open_articles()
    got = 0

    async def listing(context: ParselCrawlingContext) -> None:
        page = (await context.http_response.read()).decode()
        await context.add_requests([Request.from_url(url, label="post") for url in task.posts(page)])

    async def post(context: ParselCrawlingContext) -> None:
        nonlocal got
        lines.write(_article(context))
        got += 1

    crawler.router.default_handler(listing)
    crawler.router.handler("post")(post)
    with lines:
        await crawler.run(list(task.listings))
    done(got)


def _crawler() -> ParselCrawler:
    return ParselCrawler(
        concurrency_settings=_SETTINGS, storage_client=MemoryStorageClient(), configure_logging=False
    )


def _article(context: ParselCrawlingContext) -> str:
    section = context.selector.css("section")
    clock = section.css("small::text").get(default="").rpartition(") ")[2]
    paragraphs = section.css("p")[:-2]  # the last two are links
    return article_line(
        context.request.url,
        title=section.css("h1::text").get(default=""),
        date=datetime.strptime(clock, "%Y-%m-%d %H:%M:%S").replace(tzinfo=_BEIJING).isoformat(),
        source=section.css("p.em_media::text").re_first("：(.*)）") or "",
        text="\n".join(paragraph.xpath("string()").get(default="") for paragraph in paragraphs),
    )


if __name__ == "__main__":
    asyncio.run(main())
