"""Obeys robots.txt as in RFC 9309: a host whose robots.txt is not available gets no requests in this run."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from time import monotonic
from typing import Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import RobotParser
from scrapy.utils.httpobj import urlparse_cached
from scrapy.utils.misc import build_from_crawler, load_object

from archiver.errors import ArticleError, Deferred, Skipped
from archiver.fetch import outcomes
from archiver.fetch.admission import Admission, hostname_of
from archiver.fetch.retry import Retries
from archiver.sites.addresses import origin_of

MAX_SIZE = 500 * 1024
"""Bytes of a robots.txt that are read (RFC 9309 section 2.5)."""

MAX_CRAWL_DELAY = 60.0
"""The longest Crawl-delay that is obeyed, in seconds; with a longer one a crawl would never end."""

_PRIORITY = 1000
"""The request for robots.txt comes before all other requests that wait for its host."""

_Rules = RobotParser | ArticleError | None
"""None: the host has no rules. ArticleError: its rules are unknown, so each request to it ends with this."""


@dataclass(frozen=True, slots=True)
class RobotsOptions:
    """Scrapy's settings for robots.txt."""

    user_agent: str
    """``USER_AGENT``, for requests without the header."""
    robots_user_agent: str
    """``ROBOTSTXT_USER_AGENT``: the name to look for in the rules. If empty, the request's ``User-Agent``."""
    parser: type[RobotParser]
    min_delay: float
    """``DOWNLOAD_DELAY``: the least seconds between two requests to a host with a Crawl-delay."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        settings = crawler.settings
        return cls(
            user_agent=str(settings["USER_AGENT"]),
            robots_user_agent=settings["ROBOTSTXT_USER_AGENT"] or "",
            parser=load_object(settings["ROBOTSTXT_PARSER"]),
            min_delay=settings.getfloat("DOWNLOAD_DELAY"),
        )


class Robots:
    """A downloader middleware: requests the robots.txt of each host first, and accepts what it allows.

    Scrapy's own middleware accepts everything if robots.txt is not available. While the robots.txt of a host
    is being downloaded, requests to the host wait in the delay queue. ``HostSpacing`` obeys a Crawl-delay,
    which is not part of the RFC.
    """

    def __init__(self, crawler: Crawler, options: RobotsOptions) -> None:
        self._crawler = crawler
        self._options = options
        self._rules: dict[str, _Rules] = {}
        self._slow: set[str] = set()
        """Hosts with a Crawl-delay."""
        self._downloads: dict[str, asyncio.Future[None]] = {}
        self.allowed: dict[str, str] = {}
        """Host and port whose rules allowed a request → its address."""
        self.forbidden: dict[str, str] = {}
        """The same for those that forbade one."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        if not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured
        return cls(crawler, RobotsOptions.from_crawler(crawler))

    def process_request(self, request: Request) -> Request | Awaitable[None] | None:
        if request.meta.get("dont_obey_robotstxt"):
            return None
        netloc = urlparse_cached(request).netloc
        if netloc in self._rules:
            self._check(request, netloc)
            return None
        if netloc in self._downloads and request.callback is not NO_CALLBACK:
            return self._admission.queue.after_event(netloc, request)
        return self._check_when_known(request, netloc)

    async def _check_when_known(self, request: Request, netloc: str) -> None:
        """A request of ``engine.download_async`` is not scheduled, so it waits here."""
        if netloc in self._downloads:
            await self._downloads[netloc]
        else:
            await self._fetch_rules(request, netloc)
        self._check(request, netloc)

    async def _fetch_rules(self, request: Request, netloc: str) -> None:
        self._downloads[netloc] = asyncio.get_running_loop().create_future()
        self._admission.queue.begin(netloc)
        try:
            self._rules[netloc] = await self._download_rules(request, netloc)
        finally:
            self._downloads.pop(netloc).set_result(None)
            self._admission.queue.done(netloc)

    async def _download_rules(self, request: Request, netloc: str) -> _Rules:
        url = f"{urlparse_cached(request).scheme}://{netloc}/robots.txt"
        meta = {"dont_obey_robotstxt": True}
        robots = Request(url, priority=_PRIORITY, meta=meta, callback=NO_CALLBACK)
        self._count("request_count")
        try:
            response = await self._crawler.engine.download_async(robots)
        except Exception as exc:  # noqa: BLE001 - any error closes the host, and its articles get the reason
            self._count(f"exception_count/{type(exc)}")
            return _deferred(outcomes.of_error(exc), url)
        self._count("response_count")
        self._count(f"response_status_count/{response.status}")
        return _unavailable(response) or await self._parse(request, response)

    async def _parse(self, request: Request, response: Response) -> RobotParser | None:
        body = response.body[:MAX_SIZE] if outcomes.of_response(response) is None else b""
        if not body.strip():
            return None
        rules = build_from_crawler(self._options.parser, self._crawler, body)
        await self._crawler.signals.send_catch_log_async(
            signals.robots_parsed, robotparser=rules, request=request
        )
        delay = rules.crawl_delay(self._options.robots_user_agent or self._options.user_agent)
        if delay and delay > 0:
            self._slow_down(request, crawl_delay(delay, self._options.min_delay))
        return rules

    def _slow_down(self, request: Request, seconds: float) -> None:
        self._slow.add(urlparse_cached(request).netloc)
        self._admission.spacing.set_delay(hostname_of(origin_of(request.url)), seconds, monotonic())

    def _check(self, request: Request, netloc: str) -> None:
        """Raises the ArticleError of a host whose rules are unknown, or ``Skipped("robots_txt")``."""
        rules = self._rules[netloc]
        if rules is None:
            self.allowed[netloc] = request.url
            return
        if isinstance(rules, ArticleError):
            raise rules.with_traceback(None)
        agent = self._options.robots_user_agent or request.headers.get("User-Agent", self._options.user_agent)
        if not rules.allowed(request.url, agent or ""):
            self._count("forbidden")
            self.forbidden[netloc] = request.url
            raise Skipped("robots_txt", "the site's robots.txt forbids this address")
        self.allowed[netloc] = request.url
        if netloc in self._slow:
            request.meta["autothrottle_dont_adjust_delay"] = True

    def _count(self, name: str) -> None:
        self._crawler.stats.inc_value(f"robotstxt/{name}")

    @property
    def _admission(self) -> Admission:
        retries = self._crawler.get_downloader_middleware(Retries)
        assert retries, "Robots needs the delay queue of Retries"
        return retries.admission


def crawl_delay(asked: float, min_delay: float) -> float:
    """Seconds between two requests: the Crawl-delay ``asked`` of robots.txt, within the two limits."""
    return max(min_delay, min(asked, MAX_CRAWL_DELAY))


def _unavailable(response: Response) -> ArticleError | None:
    """Why the response gives no rules. Other statuses from 400 to 499 mean that there is no robots.txt."""
    problem = outcomes.of_response(response)
    if problem is None or (400 <= response.status < 500 and response.status not in (408, 429)):
        return None
    return Deferred("robots_unavailable", f"{response.url}: {problem}")


def _deferred(why: ArticleError, url: str) -> ArticleError:
    """Defers the articles of the host, as robots.txt is not their fault, except if the address is private."""
    if isinstance(why, Deferred) or why.reason == "private_address":
        return why
    return Deferred("robots_unavailable", f"{url}: {why}")
