"""Retries requests: how often, when, and after which responses."""

from __future__ import annotations

import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.settings import BaseSettings

from archiver.errors import ArchiverError, ArticleError, Deferred
from archiver.fetch import bodies, outcomes
from archiver.fetch.admission import Admission, HostPaused
from archiver.fetch.asking import without_keys
from archiver.fetch.circuit_breaker import CircuitBreaker
from archiver.fetch.delay_queue import DelayQueue
from archiver.fetch.first_contact import FirstContact
from archiver.fetch.headers import header
from archiver.fetch.outcomes import PROBLEM
from archiver.fetch.spacing import HostSpacing
from archiver.sites.addresses import origin_of

log = logging.getLogger(__name__)

EXPECTED = "archiver_expected"
"""``Request.meta``: the name of the format that the response should have (``extract/formats``)."""

MIRRORS = "archiver_mirrors"
"""``Request.meta``: the number of mirrors (other addresses of the same page) that were not tried yet."""

SPENT = "archiver_spent"
"""``Request.meta``: seconds spent on the article so far, in attempts and in the delays between them."""

_LIMIT = "archiver_limit"
"""``Request.meta``: the value of ``SPENT`` at which this address is given up. The rest of the time is for the
mirrors."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and for how long an article is requested."""

    times: int
    """Retries after the first attempt."""
    statuses: frozenset[int]
    """Statuses that are retried."""
    delay: float
    """Seconds before the second attempt; see :func:`backoff`."""
    max_pause: float
    """The longest ``Retry-After`` that is obeyed within the run, in seconds."""
    article_seconds: float
    """The most seconds spent on one article, at all its addresses together."""
    max_size: int
    """The most bytes of a body after decompression."""

    @classmethod
    def from_settings(cls, settings: BaseSettings) -> Self:
        return cls(
            times=settings.getint("RETRY_TIMES"),
            statuses=frozenset(map(int, settings.getlist("RETRY_HTTP_CODES"))),
            delay=settings.getfloat("ARCHIVER_RETRY_DELAY"),
            max_pause=settings.getfloat("ARCHIVER_RETRY_AFTER_MAX"),
            article_seconds=settings.getfloat("ARCHIVER_ARTICLE_SECONDS"),
            max_size=settings.getint("DOWNLOAD_MAXSIZE"),
        )


class Retries:
    """A downloader middleware: decompresses every body, and retries the request if the body is not complete.

    The spider's callback gets the last response. If that has a problem, its body is as received, and ``meta``
    has the problem (see :func:`outcomes.of_response`). Without a response, the spider's errback is called.
    """

    def __init__(self, policy: RetryPolicy, admission: Admission, count: Callable[[str], None]) -> None:
        self.admission = admission
        self.first_contact = FirstContact()
        self._policy = policy
        self._count = count

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        policy = RetryPolicy.from_settings(crawler.settings)
        breaker = CircuitBreaker(policy.delay, crawler.settings.getint("ARCHIVER_BREAKER_FAILURES"))
        admission = Admission(breaker, HostSpacing(), DelayQueue(crawler))
        return cls(policy, admission, crawler.stats.inc_value)

    def process_request(self, request: Request) -> Request | Awaitable[Request] | None:
        request.headers.setdefault("Accept-Encoding", bodies.ACCEPTED)
        seconds = self.admission.wait(request)
        if not seconds:
            return None
        host = origin_of(request.url)
        if request.meta.get(MIRRORS) and self.admission.breaker.is_open(host):
            raise Deferred("host_down", f"{host} does not respond; a mirror is left")
        return self._delay(request, seconds)

    def process_response(
        self, request: Request, response: Response
    ) -> Request | Response | Awaitable[Request | Response]:
        self.first_contact.record(None)
        if PROBLEM in request.meta:
            return response
        try:
            return self._read(request, response)
        except ArticleError as why:
            problem = why
        seconds = 0.0
        if response.status in self._policy.statuses:
            seconds = retry_after(header(response, "Retry-After"), datetime.now(UTC)) or 0.0
            problem = self._pause(origin_of(request.url), seconds) or problem
        if self._may_retry(request, problem, response.status) and (
            retry := self._retry(request, problem, seconds)
        ):
            return retry
        request.meta[PROBLEM] = problem.with_traceback(None)  # a traceback would keep the body in memory
        return response

    def process_exception(
        self, request: Request, exception: Exception
    ) -> Request | Awaitable[Request] | None:
        if isinstance(exception, HostPaused):
            return self._delay(request.copy(), exception.seconds)
        if isinstance(exception, ArchiverError):
            return None
        problem = outcomes.of_error(exception)
        self.first_contact.record(problem)
        return self._retry(request, problem, 0.0) if outcomes.is_retryable(problem) else None

    def timeout(self, request: Request, longest: float) -> float:
        """Seconds that the next attempt may take."""
        spent: float = request.meta.get(SPENT, 0.0)
        return max(1.0, min(longest, self._limit(request) - spent))

    def _read(self, request: Request, response: Response) -> Response:
        if problem := outcomes.of_status(response):
            if response.status in self._policy.statuses:
                raise problem
            return response
        expected = request.meta.get(EXPECTED, "")
        readable = bodies.decompress(response, self._policy.max_size)
        readable = bodies.unpack(readable, expected, self._policy.max_size)
        readable = without_keys(readable, request)
        bodies.check_whole(readable, expected)
        return readable

    def _may_retry(self, request: Request, problem: ArticleError, status: int) -> bool:
        if request.meta.get("dont_retry"):
            return False
        if problem.reason == "retry_after":
            return False
        return status in self._policy.statuses or outcomes.is_retryable(problem)

    def _pause(self, host: str, seconds: float) -> Deferred | None:
        """Obeys a ``Retry-After``. Returns the reason if the host gets no more requests in this run."""
        breaker = self.admission.breaker
        if seconds > self._policy.max_pause:
            why = Deferred("retry_after", f"{host} demands a pause of {seconds:.0f} s")
            breaker.open_for_run(host, why)
            return why
        breaker.pause(host, monotonic() + seconds)
        return None

    def _retry(
        self, request: Request, problem: ArticleError, at_least: float
    ) -> Request | Awaitable[Request] | None:
        tried = request.meta.get("retry_times", 0)
        spent = request.meta.get(SPENT, 0.0)
        seconds = max(at_least, backoff(self._policy.delay, tried))
        times = request.meta.get("max_retry_times", self._policy.times)
        if tried >= times or spent + seconds >= min(self._limit(request), self.first_contact.limit):
            self.first_contact.give_up(problem)
            self._count("retry/max_reached")
            return None
        self._count("retry/count")
        self._count(f"retry/reason_count/{problem.reason}")
        log.debug("%s: retry %d in %.1f s: %s", request, tried + 1, seconds, problem.reason)
        copy = request.copy()
        copy.meta["retry_times"] = tried + 1
        copy.meta[SPENT] = spent + seconds
        return self._delay(copy, seconds)

    def _limit(self, request: Request) -> float:
        limit = request.meta.get(_LIMIT)
        if limit is None:
            spent = request.meta.get(SPENT, 0.0)
            share = 1 + request.meta.get(MIRRORS, 0)
            limit = spent + (self._policy.article_seconds - spent) / share
            request.meta[_LIMIT] = limit
        return float(limit)

    def _delay(self, request: Request, seconds: float) -> Request | Awaitable[Request]:
        """A request of ``engine.download_async`` is not scheduled, so it waits inside the engine."""
        if request.callback is NO_CALLBACK:
            return self._delay_in_engine(request, seconds)
        return self.admission.queue.after_seconds(request, seconds)

    async def _delay_in_engine(self, request: Request, seconds: float) -> Request:
        await self.admission.queue.sleep(seconds)
        return request


def backoff(delay: float, tried: int) -> float:
    """Seconds before the next attempt. They double each time, plus up to half at random, so that several
    requests or runs do not retry at the same moment."""
    return delay * 2.0**tried * random.uniform(1.0, 1.5)  # noqa: S311 - not a secret


def retry_after(value: str, now: datetime) -> float | None:
    """The seconds of a ``Retry-After``, which is a number or a date; None for a date in the past and for any
    other text."""
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(value[:20])
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
    return max(0.0, seconds.total_seconds()) or None
