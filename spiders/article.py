"""The base of both spiders: it requests an article step by step until every needed field has a value."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Coroutine, Generator, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple, Self

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from scrapy.http import Response
from twisted.python.failure import Failure

from archiver.errors import ArticleError, BadArgument, Deferred, Quarantined
from archiver.extract import gathering
from archiver.extract.article import read_answer
from archiver.extract.decode import decode
from archiver.extract.identity import Memory, remember
from archiver.extract.pages import FIRST, Pages, add_said, without_page
from archiver.fetch import outcomes
from archiver.fetch.asking import describe, require_keys
from archiver.fetch.headers import header
from archiver.fetch.retry import EXPECTED, MIRRORS, SPENT
from archiver.items import Answer, Article, Evidence, Listed
from archiver.run.archive_run import ArchiveRun, site_url
from archiver.sites.article import Step
from archiver.sites.load import load
from archiver.sites.profile import Profile
from archiver.storage.quarantine import shrunk
from archiver.trying.page import Found, try_page

BATCH = 64
"""Requests that are given to the scheduler at once."""

MAX_UNDER_WAY = 1000
"""Articles that were requested and have no result yet: they are fetched, wait for a host, or are written."""


class _Asked(NamedTuple):
    """A response, and what it was requested for."""

    response: Response
    article: Article
    step_number: int
    mirror_number: int
    pages: Pages = FIRST


class ArticleSpider(Spider):
    """Yields every article once: complete, or with the failure that ended it."""

    arguments: frozenset[str] = frozenset()
    """The names for ``-a`` that a spider accepts besides ``site``."""

    def __init__(self, name: str | None = None, site: str | None = None, **arguments: str) -> None:
        super().__init__(name)
        unknown = sorted(set(arguments) - self.arguments - {"_job"})  # Scrapyd adds _job
        if unknown:
            known = ", ".join(sorted(self.arguments | {"site"}))
            raise BadArgument(f"spider {self.name}: unknown argument {unknown[0]!r}; known here: {known}")
        self.site = self._profile(site)
        require_keys(self.site.keys, site or self.site.name)
        self._queue: deque[str] = deque()
        """The ids of the articles to request, in order."""
        self._holds: dict[str, int] = {}
        """The id of each article that waits for another response → the bytes it holds."""
        self._held_bytes = 0
        self._titles = Memory()
        """The titles of the latest articles that were requested."""

    def _profile(self, site: str | None) -> Profile:
        return load("finews" if site is None else site)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.request_next, signals.scheduler_empty)
        return spider

    def refuse_arguments(self) -> None:
        """Called before the archive is opened. Raises BadArgument if the spider has nothing to do."""

    @property
    def run(self) -> ArchiveRun:
        return ArchiveRun.of(self.crawler)

    def enqueue(self, articles: Iterable[Listed], *, named: bool = False) -> Generator[Article, None, int]:
        """Queues the articles that the ledger admits, and returns their number.

        Yields an article without a request if no step has an address for it. ``named``: the user named them.
        """
        with self.run.storing():
            wanted = self.run.ledger.admit(articles, named=named)
        for listed in wanted:
            if self._has_address(listed):
                self._queue.append(listed.id)
            else:
                yield gathering.begin(listed, datetime.now(UTC))
        return len(wanted)

    def request_next(self) -> bool:
        """Called when the scheduler is empty: makes requests for the next articles in the queue.

        Returns whether it made any. Articles are queued by id, because a request takes some kilobytes and the
        index holds the rest. ``MAX_UNDER_WAY`` limits the articles that wait for slow hosts or a slow disk,
        and ``ARCHIVER_HELD_BYTES`` what they hold: no article is begun while they hold half of it.
        """
        if not self._queue:
            return False
        if self._held_bytes and 2 * self._held_bytes > self.run.max_held:
            return False
        under_way = self.run.ledger.pending - len(self._queue)
        room = min(BATCH, MAX_UNDER_WAY - under_way, len(self._queue))
        if room <= 0:
            return False
        with suppress(CloseSpider), self.run.storing():
            article_ids = [self._queue.popleft() for _ in range(room)]
            for listed in self.run.ledger.recall(article_ids):
                remember(listed, self.site, self._titles)
                request = self._request(gathering.begin(listed, datetime.now(UTC)), step_number=0)
                assert isinstance(request, Request), "only articles with an address are queued"
                self.crawler.engine.crawl(request)
        return True

    def parse(self, response: Response) -> Iterator[Found]:
        """For ``scrapy parse``: what the profile finds in a page, without an archive."""
        url = response.meta.get("redirect_urls", [response.url])[0]
        try:
            if problem := outcomes.of_response(response):
                raise problem
            text = decode(response.body, header(response, "Content-Type")).text
            read_step = partial(self._try_step, response, text)
            yield from try_page(url, text, self.site, site_url(self.settings, self.site), read_step)
        except (ArticleError, BadArgument) as why:
            self.logger.error("%s", why)

    def _try_step(self, response: Response, text: str, listed: Listed, number: int) -> Article:
        article = gathering.begin(listed, datetime.now(UTC))
        step = self.site.steps[number]
        said = read_answer(text, step, self.site, listed.id, response.url, listed.hints)
        add_said(article, said, response.url, step, self.site, FIRST, Memory())
        return article

    def _request(
        self, article: Article, step_number: int, mirror_number: int = 0, spent: float = 0.0
    ) -> Request | Article:
        """The request for this step, or for the next step that has an address; else the article itself.

        ``spent`` is the time that the article has taken so far, in seconds.
        """
        for number in range(step_number, len(self.site.steps)):
            urls = self._addresses(article, number)
            place = mirror_number if number == step_number else 0
            if place < len(urls):
                kwargs = {"article": article, "step_number": number, "mirror_number": place}
                return self._request_to(urls[place], kwargs, len(urls) - place - 1, spent)
        return article

    def _request_to(self, url: str, cb_kwargs: dict[str, Any], mirrors: int, spent: float) -> Request:
        """``mirrors``: the number of other addresses with the same page."""
        article, step = cb_kwargs["article"], self.site.steps[cb_kwargs["step_number"]]
        request = Request(
            url,
            callback=self.parse_answer,
            errback=self.no_answer,
            cb_kwargs=cb_kwargs,
            meta={
                "handle_httpstatus_all": True,
                EXPECTED: step.carrier,
                MIRRORS: mirrors,
                SPENT: spent,
            },
            dont_filter=True,
        )
        return self._described(request, step, article)

    def _described(self, request: Request, step: Step, article: Article) -> Request:
        if step.is_plain:
            return request
        key = self.site.key_of(article.id)
        return describe(request, step, id=article.id, digits=key, address=article.listed.address)

    def _addresses(self, article: Article, step_number: int) -> list[str]:
        return gathering.addresses(article.listed, step_number, self.site)

    def _has_address(self, listed: Listed) -> bool:
        """Whether the article belongs to this site, and at least one step has an address for it."""
        step_numbers = range(len(self.site.steps))
        return self.site.family_of(listed.id) is not None and any(
            gathering.addresses(listed, step_number, self.site) for step_number in step_numbers
        )

    def parse_answer(
        self,
        response: Response,
        article: Article,
        step_number: int,
        mirror_number: int,
        pages: Pages = FIRST,
    ) -> list[Request | Article] | Coroutine[Any, Any, list[Request | Article]]:
        asked = _Asked(response, article, step_number, mirror_number, pages)
        self._release(article)
        problem = outcomes.of_response(response)
        following: Pages | None = None
        if problem is None:
            try:
                found = self._read(asked)
                if not isinstance(found, dict):
                    return self._answered_later(asked, found)
                following = self._add_evidence(asked, found)
            except ArticleError as why:
                problem = outcomes.of_reading(why).plain()
        return self._answered(asked, problem, following)

    async def _answered_later(
        self, asked: _Asked, reading: Awaitable[dict[str, Evidence]]
    ) -> list[Request | Article]:
        """As ``parse_answer``, for a page that another process reads."""
        problem: ArticleError | None = None
        following: Pages | None = None
        try:
            following = self._add_evidence(asked, await reading)
        except ArticleError as why:
            problem = outcomes.of_reading(why).plain()
        return self._answered(asked, problem, following)

    def _answered(
        self, asked: _Asked, problem: ArticleError | None, following: Pages | None
    ) -> list[Request | Article]:
        """``following``: the next page of the article, if it has one."""
        response, article, step_number, mirror_number, pages = asked
        article.answers.append(
            Answer(response.url, response.status, response.headers, response.body, str(problem or ""))
        )
        spent = response.meta.get(SPENT, 0.0)
        if following:
            kwargs = {"article": article, "step_number": step_number, "mirror_number": mirror_number}
            request = self._request_to(following.address, kwargs | {"pages": following}, 0, spent)
            return [self._held(article, request)]
        return [
            self._held(article, self._follow_up(article, step_number, mirror_number, problem, spent, pages))
        ]

    def no_answer(self, failure: Failure) -> list[Request | Article]:
        request: Request = failure.request  # type: ignore[attr-defined]  # Scrapy sets it for errbacks
        with self.run.storing():
            problem = outcomes.of_failure(failure)
        article: Article = request.cb_kwargs["article"]
        self._release(article)
        spent = request.meta.get(SPENT, 0.0)
        return [self._held(article, self._follow_up(problem=problem, spent=spent, **request.cb_kwargs))]

    def _held(self, article: Article, following: Request | Article) -> Request | Article:
        """Holds what the article has so far while its next request waits, compressed, and counts its bytes.

        If the waiting articles hold too much, the article is deferred.
        """
        if following is article or not article.answers:
            return following
        most = self.run.archive.catalogue.quarantine.limits.record
        article.answers = [shrunk(answer, most) for answer in article.answers]
        size = sum(len(answer.body) for answer in article.answers)
        size += sum(len(said.text) for evidence in article.said.values() for said in evidence)
        if self._held_bytes + size > self.run.max_held:
            self.run.count("held/deferred")
            article.failure = Deferred("held", f"waiting articles hold more than {self.run.max_held} bytes")
            article.said.clear()
            return article
        self._holds[article.id] = size
        self._held_bytes += size
        return following

    def _release(self, article: Article) -> None:
        if self._holds:
            self._held_bytes -= self._holds.pop(article.id, 0)

    def _read(self, asked: _Asked) -> dict[str, Evidence] | Awaitable[dict[str, Evidence]]:
        response, article, step_number, *_ = asked
        rule = self.site.steps[step_number]
        run = self.run
        return run.reader.read(
            response,
            rule.carrier,
            read_answer,
            rule,
            self.site,
            article.id,
            response.url,
            dict(article.listed.hints),
            overridden=run.count_overridden,
        )

    def _add_evidence(self, asked: _Asked, said: dict[str, Evidence]) -> Pages | None:
        """Adds what a response says to the article. Returns the next page of its text, if there is one."""
        asked.article.fetched_at = datetime.now(UTC)
        step = self.site.steps[asked.step_number]
        return add_said(asked.article, said, asked.response.url, step, self.site, asked.pages, self._titles)

    def _follow_up(
        self,
        article: Article,
        step_number: int,
        mirror_number: int,
        problem: ArticleError | None,
        spent: float,
        pages: Pages = FIRST,
    ) -> Request | Article:
        """Decides what follows a response or a failure.

        If a host does not answer, its mirrors are requested. If they do not answer either, the article is
        deferred: a later run may get the complete article, and another step could give only a part of it.
        After a response that cannot be used, the next step is requested. An article of several pages is never
        posted without one of them.
        """
        if problem and not pages.is_first:
            article.failure = without_page(problem, pages)
            return article
        if isinstance(problem, Deferred):
            if mirror_number + 1 < len(self._addresses(article, step_number)):
                return self._request(article, step_number, mirror_number + 1, spent)
            article.failure = problem
            return article
        if problem and not isinstance(article.failure, Quarantined):
            article.failure = problem
        is_complete = not gathering.missing(article, self.site)
        following = article if is_complete else self._request(article, step_number + 1, spent=spent)
        if following is article and article.said.get("body"):
            article.failure = None  # there is a body; the pipelines report missing fields
        return following
