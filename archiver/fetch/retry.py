"""Asking again: how often, when, and for which answers."""

from __future__ import annotations

import logging
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.settings import BaseSettings

from archiver.errors import ArticleError, Deferred
from archiver.fetch import bodies, outcomes
from archiver.fetch.circuit_breaker import Hosts
from archiver.fetch.delay_queue import WaitingRoom
from archiver.fetch.outcomes import PROBLEM
from archiver.sites.addresses import origin_of

log = logging.getLogger(__name__)

_Counter = Callable[[str], None]

EXPECTED = "archiver_expected"
"""``Request.meta``: ``json`` or ``html``, the page that a whole answer holds."""

MIRRORS = "archiver_mirrors"
"""``Request.meta``: how many other places are left that have the same page."""

SPENT = "archiver_spent"
"""``Request.meta``: seconds its article has cost so far, answers and waits between attempts together."""

_UNTIL = "archiver_until"
"""``Request.meta``: how many may be spent at this place, so that the mirrors get their share."""


class HostIsQuiet(Exception):
    """The host asked for a pause while this request was queued for it; no attempt was made."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:.3f} s to wait")
        self.seconds = seconds


class Retries:
    """Reads every answer's coding, asks again for what did not come whole, and knows when to stop.

    What is final goes to the spider's callback, with the answer as it came and the reason in ``meta`` (see
    :func:`outcomes.of_response`), or to its errback where there was no answer.
    """

    def __init__(self, settings: BaseSettings, room: WaitingRoom, count: _Counter) -> None:
        self.room = room
        self.hosts = Hosts(
            settings.getfloat("ARCHIVER_RETRY_DELAY"), settings.getint("ARCHIVER_BREAKER_FAILURES")
        )
        self._count = count
        self._times = settings.getint("RETRY_TIMES")
        self._statuses = frozenset(map(int, settings.getlist("RETRY_HTTP_CODES")))
        self._delay = settings.getfloat("ARCHIVER_RETRY_DELAY")
        self._longest_pause = settings.getfloat("ARCHIVER_RETRY_AFTER_MAX")
        self._article_seconds = settings.getfloat("ARCHIVER_ARTICLE_SECONDS")
        self._limit = settings.getint("DOWNLOAD_MAXSIZE")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler.settings, WaitingRoom(crawler), crawler.stats.inc_value)

    def process_request(self, request: Request) -> Request | Awaitable[Request] | None:
        request.headers.setdefault("Accept-Encoding", bodies.ACCEPTED)
        host = origin_of(request.url)
        seconds = self.hosts.wait(host, monotonic())
        if not seconds:
            return None
        if request.meta.get(MIRRORS) and self.hosts.is_failing(host):
            raise Deferred("host_down", f"{host} does not answer, its mirror may")
        return self._later(request, seconds)

    def process_response(
        self, request: Request, response: Response
    ) -> Request | Response | Awaitable[Request | Response]:
        if PROBLEM in request.meta:
            return response
        try:
            read = self._read(request, response)
        except ArticleError as why:
            problem = why
        else:
            return read
        seconds = 0.0
        if response.status in self._statuses:
            seconds = retry_after(_header(response, "Retry-After"), datetime.now(UTC)) or 0.0
            problem = self._obey(origin_of(request.url), seconds) or problem
        if self._is_worth_it(request, problem, response.status) and (
            again := self._again(request, problem, seconds)
        ):
            return again
        request.meta[PROBLEM] = problem.with_traceback(None)  # whose frames hold the whole body
        return response

    def process_exception(
        self, request: Request, exception: Exception
    ) -> Request | Awaitable[Request] | None:
        if isinstance(exception, HostIsQuiet):
            return self._later(request.copy(), exception.seconds)
        if isinstance(exception, ArticleError):
            return None
        problem = outcomes.of_error(exception)
        return self._again(request, problem, 0.0) if outcomes.may_pass(problem) else None

    def timeout(self, request: Request, longest: float) -> float:
        """Seconds the next attempt may take."""
        spent: float = request.meta.get(SPENT, 0.0)
        return max(1.0, min(longest, self._until(request) - spent))

    def _read(self, request: Request, response: Response) -> Response:
        if problem := outcomes.of_status(response):
            if response.status in self._statuses:
                raise problem
            return response
        unpacked = bodies.unpacked(response, self._limit)
        bodies.check_whole(unpacked, request.meta.get(EXPECTED, ""))
        return unpacked

    def _is_worth_it(self, request: Request, problem: ArticleError, status: int) -> bool:
        if request.meta.get("dont_retry"):
            return False
        return problem.reason != "retry_after" and (status != 200 or outcomes.may_pass(problem))

    def _obey(self, host: str, seconds: float) -> Deferred | None:
        """A pause that the host asked for, of at most so long; a longer one outlasts the run."""
        if seconds > self._longest_pause:
            why = Deferred("retry_after", f"{host} asks to come back in {seconds:.0f} s")
            self.hosts.shut(host, why)
            return why
        self.hosts.pause(host, monotonic() + seconds)
        return None

    def _again(
        self, request: Request, problem: ArticleError, at_least: float
    ) -> Request | Awaitable[Request] | None:
        tried = request.meta.get("retry_times", 0)
        spent = request.meta.get(SPENT, 0.0)
        seconds = max(at_least, backoff(self._delay, tried))
        times = request.meta.get("max_retry_times", self._times)
        if tried >= times or spent + seconds >= self._until(request):
            self._count("retry/max_reached")
            return None
        self._count("retry/count")
        self._count(f"retry/reason_count/{problem.reason}")
        log.debug("again in %.1f s, after %d: %s: %s", seconds, tried + 1, request, problem.reason)
        again = request.copy()
        again.meta["retry_times"] = tried + 1
        again.meta[SPENT] = spent + seconds
        return self._later(again, seconds)

    def _until(self, request: Request) -> float:
        until = request.meta.get(_UNTIL)
        if until is None:
            spent = request.meta.get(SPENT, 0.0)
            until = spent + (self._article_seconds - spent) / (1 + request.meta.get(MIRRORS, 0))
            request.meta[_UNTIL] = until
        return float(until)

    def _later(self, request: Request, seconds: float) -> Request | Awaitable[Request]:
        if request.callback is NO_CALLBACK:
            return self._in_place(request, seconds)
        return self.room.later(request, seconds)

    async def _in_place(self, request: Request, seconds: float) -> Request:
        await self.room.sit(seconds)
        return request


def backoff(delay: float, tried: int) -> float:
    """Seconds before the next attempt: each gap is longer than the one before, and no two runs keep step."""
    return delay * 2.0**tried * random.uniform(1.0, 1.5)  # noqa: S311 - a pause, no secret


def retry_after(value: str, now: datetime) -> float | None:
    """Seconds a ``Retry-After`` asks for, in both of its forms; None for the past and for what is neither."""
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(value[:20])
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
    return max(0.0, seconds.total_seconds()) or None


def _header(response: Response, name: str) -> str:
    return (response.headers.get(name) or b"").decode("latin-1")
