"""The rules and delays of robots.txt, and the requests that wait for them."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy import Request, signals
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.settings import Settings
from scrapy.signalmanager import SignalManager

from archiver.errors import Deferred, Skipped
from archiver.fetch.robots import Robots, crawl_delay
from archiver.fetch.spacing import HostSpacing


class Engine:
    """Returns the same robots.txt for every request, after some turns of the event loop."""

    def __init__(self, body: bytes, status: int = 200) -> None:
        self.requested: list[str] = []
        self._body = body
        self._status = status

    async def download_async(self, request: Request) -> Response:
        self.requested.append(request.url)
        for _ in range(5):
            await asyncio.sleep(0)
        return Response(request.url, self._status, body=self._body, request=request)


class Queue:
    def __init__(self) -> None:
        self.log: list[tuple[str, str]] = []

    def begin(self, event: str) -> None:
        self.log.append(("begin", event))

    def done(self, event: str) -> None:
        self.log.append(("done", event))

    def after_event(self, event: str, request: Request) -> Request:
        self.log.append(("after", event))
        return request


def made(engine: Engine, **settings: Any) -> tuple[Robots, Any]:
    spacing, queue = HostSpacing(), Queue()
    crawler: Any = SimpleNamespace(
        engine=engine,
        settings=Settings({"ROBOTSTXT_OBEY": True, "USER_AGENT": "ours (of news)", **settings}),
        spider=None,
        stats=SimpleNamespace(inc_value=str),
        get_downloader_middleware=lambda _kind: SimpleNamespace(
            admission=SimpleNamespace(spacing=spacing, queue=queue)
        ),
    )
    crawler.signals = SignalManager(crawler)
    return Robots.from_crawler(crawler), SimpleNamespace(crawler=crawler, spacing=spacing, queue=queue)


async def passed(robots: Robots, request: Request) -> Any:
    answer = robots.process_request(request)
    return await answer if asyncio.iscoroutine(answer) else answer


@pytest.mark.parametrize(
    ("asked", "least", "seconds"),
    [
        (5.0, 1.0, 5.0),
        (0.5, 1.0, 1.0),
        (60.0, 1.0, 60.0),
        (61.0, 1.0, 60.0),
        (86_400.0, 1.0, 60.0),
        (5.0, 90.0, 90.0),
    ],
)
def test_a_crawl_delay_is_obeyed_up_to_one_minute(asked: float, least: float, seconds: float) -> None:
    assert crawl_delay(asked, least) == seconds


def test_a_long_crawl_delay_is_limited_before_it_is_applied() -> None:
    robots, rest = made(Engine(b"User-agent: *\nCrawl-delay: 3600\n"), DOWNLOAD_DELAY=1)
    request = Request("http://site.example:8080/a")
    asyncio.run(passed(robots, request))
    first = rest.spacing.reserve("site.example", 0.0)
    assert rest.spacing.reserve("site.example", 0.0) - first == 60.0
    assert request.meta["autothrottle_dont_adjust_delay"] is True


def test_a_host_without_a_crawl_delay_keeps_scrapys_own_delay() -> None:
    robots, rest = made(Engine(b"User-agent: *\nCrawl-delay: 0\n"))
    request = Request("http://site.example/a")
    asyncio.run(passed(robots, request))
    assert not rest.spacing.has_delay("site.example")
    assert "autothrottle_dont_adjust_delay" not in request.meta


def test_robots_txt_is_requested_once_and_other_requests_wait_for_it() -> None:
    async def run() -> tuple[Engine, Any, bool]:
        robots, rest = made(engine := Engine(b"User-agent: *\nDisallow: /b\n"))
        first = asyncio.ensure_future(passed(robots, Request("http://site.example/a")))
        await asyncio.sleep(0)
        second = Request("http://site.example/b")
        waits = await passed(robots, second) is second
        await first
        with pytest.raises(Skipped, match="robots_txt"):
            await passed(robots, second)
        return engine, rest, waits

    engine, rest, waits = asyncio.run(run())
    assert engine.requested == ["http://site.example/robots.txt"]
    assert waits
    assert [word for word, _ in rest.queue.log] == ["begin", "after", "done"]
    assert {event for _, event in rest.queue.log} == {"site.example"}


def test_a_request_that_is_not_scheduled_waits_inside_the_middleware() -> None:
    async def run() -> tuple[Any, Engine, Any]:
        engine = Engine(b"User-agent: *\nDisallow: /b\n")
        robots, rest = made(engine)
        first = asyncio.ensure_future(passed(robots, Request("http://site.example/a")))
        await asyncio.sleep(0)
        second = asyncio.ensure_future(passed(robots, Request("http://site.example/b", callback=NO_CALLBACK)))
        return await asyncio.gather(first, second, return_exceptions=True), engine, rest

    answers, engine, rest = asyncio.run(run())
    assert answers[0] is None
    assert isinstance(answers[1], Skipped)
    assert engine.requested == ["http://site.example/robots.txt"]
    assert [word for word, _ in rest.queue.log] == ["begin", "done"]


def test_a_host_whose_robots_txt_is_unavailable_gets_no_requests() -> None:
    robots, _ = made(engine := Engine(b"", 503))
    for _ in range(2):
        with pytest.raises(Deferred, match="robots_unavailable"):
            asyncio.run(passed(robots, Request("http://site.example/a")))
    assert len(engine.requested) == 1


@pytest.mark.parametrize("status", [200, 203])
def test_the_rules_of_a_successful_response_apply(status: int) -> None:
    robots, _ = made(Engine(b"User-agent: *\nDisallow: /b\n", status))
    assert asyncio.run(passed(robots, Request("http://site.example/a"))) is None
    with pytest.raises(Skipped, match="robots_txt"):
        asyncio.run(passed(robots, Request("http://site.example/b")))


def test_receivers_of_the_signal_robots_parsed_get_the_rules() -> None:
    robots, rest = made(Engine(b"User-agent: *\nDisallow: /b\n"))
    heard = []

    def parsed(robotparser: Any, request: Request) -> None:
        heard.append((robotparser.allowed("http://site.example/b", "ours"), request.url))

    rest.crawler.signals.connect(parsed, signals.robots_parsed)
    asyncio.run(passed(robots, Request("http://site.example/a")))
    assert heard == [(False, "http://site.example/a")]


@pytest.mark.parametrize(
    ("settings", "allowed"),
    [({}, False), ({"ROBOTSTXT_USER_AGENT": "another"}, True)],
)
def test_the_rules_for_the_configured_user_agent_apply(settings: dict[str, str], allowed: bool) -> None:
    robots, _ = made(Engine(b"User-agent: ours\nDisallow: /\n"), **settings)
    request = Request("http://site.example/a", headers={"User-Agent": "ours/2"})
    if allowed:
        assert asyncio.run(passed(robots, request)) is None
    else:
        with pytest.raises(Skipped):
            asyncio.run(passed(robots, request))
