"""robots.txt as RFC 9309 has it: one that cannot be had closes the host for now."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.robotstxt import RobotParser
from scrapy.utils.httpobj import urlparse_cached
from twisted.internet.defer import Deferred as TwistedDeferred

from archiver.errors import ArticleError, Deferred
from archiver.fetch import outcomes
from archiver.fetch.retry import Retries

MOST_READ = 500 * 1024
"""Bytes of a robots.txt that count (RFC 9309 section 2.5)."""

MOST_DELAY = 60.0
"""Seconds of a Crawl-delay that are obeyed; a longer one would be no crawl at all."""


class Closed(RobotParser):
    """Stands in for a robots.txt that could not be had: nothing may be asked for, for now."""

    def __init__(self, why: ArticleError) -> None:
        self.why = why

    @classmethod
    def from_crawler(cls, crawler: Crawler, robotstxt_body: bytes) -> Closed:
        raise NotImplementedError("it is made where there is no robots.txt to read")

    def allowed(self, url: str | bytes, user_agent: str | bytes) -> bool:  # noqa: ARG002 - Scrapy's signature
        """Always raises."""
        raise self.why


class _NotHad(IgnoreRequest):
    """What Scrapy lets pass without a traceback in the log."""

    def __init__(self, why: ArticleError) -> None:
        super().__init__(str(why))
        self.why = why


def _why_not(exc: Exception) -> ArticleError:
    if isinstance(exc, _NotHad):
        return exc.why
    return Deferred("interrupted") if isinstance(exc, IgnoreRequest) else outcomes.of_error(exc)


def _for_now(why: ArticleError, url: str) -> ArticleError:
    """No article is to blame for what is wrong with a robots.txt, save for where its host leads."""
    if isinstance(why, Deferred) or why.reason == "private_address":
        return why
    return Deferred("robots_unavailable", f"{url}: {why}")


class Robots(RobotsTxtMiddleware):
    """Scrapy's own, which takes a robots.txt that cannot be had for leave to do anything.

    Requests that come while it is under way wait outside the engine.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._delays: dict[str, float] = {}
        crawler.signals.connect(self.parsed, signals.robots_parsed)

    # Scrapy's has a spider argument that it has deprecated, and is a coroutine for every request.
    def process_request(self, request: Request) -> Request | Awaitable[None] | None:  # type: ignore[override]
        if request.meta.get("dont_obey_robotstxt"):
            return None
        netloc = urlparse_cached(request).netloc
        if netloc not in self._parsers:
            return self._first(request, netloc)
        parser = self._parsers[netloc]
        if isinstance(parser, TwistedDeferred):
            return self._retries.room.after(netloc, request)
        self._judge(parser, request, netloc)
        return None

    async def _first(self, request: Request, netloc: str) -> None:
        self._judge(await self.robot_parser(request), request, netloc)

    def _judge(self, parser: RobotParser | None, request: Request, netloc: str) -> None:
        self.process_request_2(parser, request)
        if netloc in self._delays:
            request.meta["autothrottle_dont_adjust_delay"] = True

    def process_exception(self, request: Request, exception: Exception) -> None:
        if request.url.endswith("/robots.txt") and request.meta.get("dont_obey_robotstxt"):
            raise _NotHad(_for_now(outcomes.of_error(exception), request.url)) from exception

    async def robot_parser(self, request: Request) -> RobotParser | None:
        netloc = urlparse_cached(request).netloc
        self._retries.room.awaited(netloc)
        try:
            return await super().robot_parser(request)
        finally:
            self._retries.room.happened(netloc)

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if why := self._unavailable(response):
            raise _NotHad(why)
        body = response.body[:MOST_READ] if response.status == 200 else b""
        await super()._parse_robots(response.replace(body=body), netloc, request)

    def _unavailable(self, response: Response) -> ArticleError | None:
        """Every other status of the 400s says that there is no robots.txt."""
        problem = outcomes.of_response(response)
        if problem is None or (400 <= response.status < 500 and response.status not in (408, 429)):
            return None
        return Deferred("robots_unavailable", f"{response.url}: {problem}")

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        super()._robots_error(exc, netloc)
        self._parsers[netloc] = Closed(_why_not(exc))

    def parsed(self, robotparser: RobotParser, request: Request) -> None:
        """Crawl-delay is no part of RFC 9309; where a site has one, it is the least between two requests."""
        asked = robotparser.crawl_delay(self._robotstxt_useragent or self._default_useragent)
        if not asked or asked <= 0:
            return
        self._delays[urlparse_cached(request).netloc] = asked
        downloader: Any = self.crawler.engine.downloader
        key = downloader.get_slot_key(request)
        kept = {"delay": max(downloader.settings.getfloat("DOWNLOAD_DELAY"), min(asked, MOST_DELAY))}
        kept |= {"concurrency": 1, "jitter": 0.0}
        downloader.per_slot_settings[key] = downloader.per_slot_settings.get(key, {}) | kept
        if slot := downloader.slots.get(key):
            slot.delay, slot.concurrency, slot.jitter = kept["delay"], 1, 0.0

    @property
    def _retries(self) -> Retries:
        found = self.crawler.get_downloader_middleware(Retries)
        assert found, "Robots waits where Retries does"
        return found
