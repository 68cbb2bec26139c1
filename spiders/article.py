"""The base of both spiders: it requests an article step by step until every needed field has a value."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Self

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from scrapy.http import Response
from twisted.python.failure import Failure

from archiver.errors import ArticleError, BadArgument, Deferred, Quarantined
from archiver.extract.article import read_answer
from archiver.extract.decode import decode
from archiver.fetch import outcomes
from archiver.fetch.headers import header
from archiver.fetch.retry import EXPECTED, MIRRORS, SPENT
from archiver.items import Answer, Article, Evidence, Listed
from archiver.normalise import sources
from archiver.run.archive_run import ArchiveRun
from archiver.sites.load import load

BATCH = 64
"""Requests that are given to the scheduler at once."""

MAX_UNDER_WAY = 1000
"""Articles that were requested and have no result yet: they are fetched, wait for a host, or are written."""


class ArticleSpider(Spider):
    """Yields every article once: complete, or with the failure that ended it."""

    arguments: frozenset[str] = frozenset()
    """The names for ``-a`` that a spider accepts besides ``site``."""

    def __init__(self, name: str | None = None, site: str = "finews", **arguments: str) -> None:
        super().__init__(name)
        unknown = sorted(set(arguments) - self.arguments - {"_job"})  # Scrapyd adds _job
        if unknown:
            known = ", ".join(sorted(self.arguments | {"site"}))
            raise BadArgument(f"spider {self.name}: unknown argument {unknown[0]!r}; known here: {known}")
        self.site = load(site)
        self._queue: deque[str] = deque()
        """The ids of the articles to request, in order."""

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.request_next, signals.scheduler_empty)
        return spider

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
                yield _article(listed)
        return len(wanted)

    def request_next(self) -> bool:
        """Called when the scheduler is empty: makes requests for the next articles in the queue.

        Returns whether it made any. Articles are queued by id, because a request takes some kilobytes and the
        index holds the rest. ``MAX_UNDER_WAY`` limits the articles that wait for slow hosts or a slow disk.
        """
        if not self._queue:
            return False
        under_way = self.run.ledger.pending - len(self._queue)
        room = min(BATCH, MAX_UNDER_WAY - under_way, len(self._queue))
        if room <= 0:
            return False
        with suppress(CloseSpider), self.run.storing():
            article_ids = [self._queue.popleft() for _ in range(room)]
            for listed in self.run.ledger.recall(article_ids):
                request = self._request(_article(listed), step_number=0)
                assert isinstance(request, Request), "only articles with an address are queued"
                self.crawler.engine.crawl(request)
        return True

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
                return Request(
                    urls[place],
                    callback=self.parse_answer,
                    errback=self.no_answer,
                    cb_kwargs={"article": article, "step_number": number, "mirror_number": place},
                    meta={
                        "handle_httpstatus_all": True,
                        EXPECTED: self.site.steps[number].format,
                        MIRRORS: len(urls) - place - 1,
                        SPENT: spent,
                    },
                    dont_filter=True,
                )
        return article

    def _addresses(self, article: Article, step_number: int) -> list[str]:
        key = self.site.key_of(article.id)
        return self.site.steps[step_number].addresses(article.id, key, article.listed.address)

    def _has_address(self, listed: Listed) -> bool:
        """Whether the article belongs to this site, and at least one step has an address for it."""
        step_numbers = range(len(self.site.steps))
        return self.site.family_of(listed.id) is not None and any(
            self._addresses(_article(listed), step_number) for step_number in step_numbers
        )

    def parse_answer(
        self, response: Response, article: Article, step_number: int, mirror_number: int
    ) -> list[Request | Article]:
        problem = outcomes.of_response(response)
        try:
            if problem is None:
                self._read(response, article, step_number)
        except Quarantined as why:
            problem = outcomes.of_reading(why)
        article.answers.append(
            Answer(response.url, response.status, response.headers, response.body, str(problem or ""))
        )
        return [self._follow_up(article, step_number, mirror_number, problem, response.meta.get(SPENT, 0.0))]

    def no_answer(self, failure: Failure) -> list[Request | Article]:
        request: Request = failure.request  # type: ignore[attr-defined]  # Scrapy sets it for errbacks
        with self.run.storing():
            problem = outcomes.of_failure(failure)
        spent = request.meta.get(SPENT, 0.0)
        return [self._follow_up(problem=problem, spent=spent, **request.cb_kwargs)]

    def _read(self, response: Response, article: Article, step_number: int) -> None:
        rule = self.site.steps[step_number]
        decoded = decode(response.body, header(response, "Content-Type"))
        if decoded.overridden:
            self.run.count("encoding/overridden")
        said = read_answer(decoded.text, rule, self.site, article.id)
        article.fetched_at = datetime.now(UTC)
        if "body" in said and not article.evidence("body"):
            article.base_url = response.url
        for name, evidence in said.items():
            _add(article, name, evidence)
        credit = self.site.text.credit
        if "body" in said and (line := sources.from_body(said["body"].text, credit)):
            _add(article, "source", Evidence(line, "body"))

    def _follow_up(
        self,
        article: Article,
        step_number: int,
        mirror_number: int,
        problem: ArticleError | None,
        spent: float,
    ) -> Request | Article:
        """Decides what follows a response or a failure.

        If a host does not answer, its mirrors are requested. If they do not answer either, the article is
        deferred: a later run may get the complete article, and another step could give only a part of it.
        After a response that cannot be used, the next step is requested.
        """
        if isinstance(problem, Deferred):
            if mirror_number + 1 < len(self._addresses(article, step_number)):
                return self._request(article, step_number, mirror_number + 1, spent)
            article.failure = problem
            return article
        if problem and not isinstance(article.failure, Quarantined):
            article.failure = problem
        following = (
            article if self._is_complete(article) else self._request(article, step_number + 1, spent=spent)
        )
        if following is article and article.said.get("body"):
            article.failure = None  # there is a body; the pipelines report missing fields
        return following

    def _is_complete(self, article: Article) -> bool:
        family = self.site.family_of(article.id)
        needs = set(family.needs) if family else set()
        if family and family.by_source:
            needs.add("source")
        return all(article.evidence(name) for name in needs)


def _article(listed: Listed) -> Article:
    said = {name: [Evidence(hint, "listing")] for name, hint in listed.hints.items()}
    return Article(listed.id, listed, datetime.now(UTC), said)


def _add(article: Article, name: str, evidence: Evidence) -> None:
    """Adds evidence in the order of trust: earlier steps, later steps, then the hints of a listing."""
    said = article.said.setdefault(name, [])
    hints = [old for old in said if old.origin == "listing"]
    said[:] = [*(old for old in said if old.origin != "listing"), evidence, *hints]
