"""Requests the articles that category pages (or feeds) list, in the order of the listing."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Generator, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from functools import partial
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DontCloseSpider
from scrapy.http import Response
from twisted.python.failure import Failure

from archiver.errors import ArticleError, BadArgument, Deferred, Quarantined
from archiver.extract.listing import HomePage, ListingPage, read_home, read_listing
from archiver.fetch import outcomes
from archiver.fetch.headers import header
from archiver.fetch.retry import EXPECTED
from archiver.items import Article, Listed
from archiver.normalise import dates, slugs, sources
from archiver.run import drift
from archiver.sites.listing import Home, Listing
from archiver.storage.rows import KnownListing
from archiver.terminal import printable
from spiders.article import ArticleSpider
from spiders.walk import MAX_FAILED, Walk

T = TypeVar("T")

_CATEGORY = re.compile(r"[^\x00-\x1f\x7f/\\?#%&<>\"'{}|^`]{1,80}")


class CategorySpider(ArticleSpider):
    """``-a category=``: one or several categories, separated by commas; without it, all on the home page.
    ``since=``, ``until=`` (days, inclusive) and ``limit=`` (number of articles) select among the articles."""

    name = "category"
    arguments = frozenset({"category", "since", "until", "limit"})

    def __init__(
        self,
        name: str | None = None,
        category: str = "",
        since: str = "",
        until: str = "",
        limit: str = "",
        **arguments: str,
    ) -> None:
        super().__init__(name, **arguments)
        self.categories = self._categories(category)
        self.since = _day("since", since) or date.min
        self.until = _day("until", until) or date.max
        if self.since > self.until:
            raise BadArgument(f"since={since} is after until={until}: swap the two days")
        self.left = _count("limit", limit)

    def _categories(self, argument: str) -> list[str]:
        names = [name for name in (part.strip() for part in argument.split(",")) if name]
        for name in names:
            if name in (".", "..") or not _CATEGORY.fullmatch(name):
                raise BadArgument(
                    f"category={name!r} is not a category: write it as in the address of its page"
                )
            if self.site.listing is None and name not in self.site.feeds:
                raise BadArgument(
                    f"category={name!r} is unknown: {self.site.name} has {', '.join(self.site.feeds)}"
                )
        if argument and not names:
            raise BadArgument(f"category={argument!r} contains no category")
        return names

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.request_open_articles, signals.spider_idle)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        for category in self.categories or ([] if self.site.home else self.site.feeds):
            yield self._first_page(category)
        if self.site.home and not self.categories:
            yield Request(
                self.site.home.url,
                callback=self.parse_home,
                errback=self.no_listing,
                meta={"handle_httpstatus_all": True, EXPECTED: self.site.home.format},
                dont_filter=True,
            )

    def request_open_articles(self) -> None:
        """Requests open articles of earlier runs that belong to no listing, mostly those of the share spider.

        They come last, because a listing that contains such an article has more information about it.
        """
        with self.run.storing():
            waiting = self.run.ledger.waiting("")
        for _ in self.enqueue(self._select([listed for listed in waiting if self._has_address(listed)])):
            raise AssertionError("each of these articles has an address")
        if self.request_next():
            raise DontCloseSpider

    # --- the home page

    def parse_home(self, response: Response) -> Iterable[Request | Article] | Coroutine[Any, Any, Any]:
        assert self.site.home
        try:
            if problem := outcomes.of_response(response):
                raise problem
            page = self._read_page(response, self.site.home, read_home, self.site)
        except ArticleError as why:
            return self._incomplete(self.site.home.url, why.plain())
        if isinstance(page, Awaitable):
            return self._later(page, self._home_read, partial(self._incomplete, self.site.home.url))
        return self._home_read(page)

    def _home_read(self, page: HomePage) -> Iterator[Request | Article]:
        assert self.site.home
        tags = (family.tag for family in self.site.families if family.by_source)
        names = (sources.from_tag(name, tag) for tag in tags for name in page.names)
        capitals = {slug.casefold(): slug for slug in map(slugs.slug_of, names)}
        most = self.site.home.max_categories
        for category in page.categories[:most]:
            yield self._first_page(capitals.get(category.casefold(), category))
        yield from self._listed(page.rows)
        if len(page.categories) > most:
            why = f"it names {len(page.categories)} categories, max_categories={most} are read"
            yield from self._incomplete(self.site.home.url, Deferred("cap", why))
        else:
            yield from self._waiting(self.site.home.url)

    def _read_page(
        self, response: Response, rule: Home | Listing, read: Callable[..., T], *arguments: Any
    ) -> Any:
        """What ``read`` returns, or an awaitable of it. Raises ArticleError."""
        return self.run.reader.read(response, rule.format, read, response.url, rule, *arguments)

    async def _later(
        self,
        reading: Awaitable[T],
        then: Callable[[T], Iterator[Request | Article]],
        failed: Callable[[ArticleError], Iterator[Request | Article]],
    ) -> Iterator[Request | Article]:
        """For a page that another process reads."""
        try:
            page = await reading
        except ArticleError as why:
            return failed(why.plain())
        return then(page)

    # --- listings

    def _first_page(self, category: str) -> Request:
        url = self._rule(category).address(category)
        known = self.run.ledger.known_listing(url)
        request = self._page(url, category, Walk(known, KnownListing(url)))
        for name, value in (("If-None-Match", known.etag), ("If-Modified-Since", known.modified)):
            if value:
                request.headers[name] = value
        return request

    def _rule(self, category: str) -> Listing:
        rule = self.site.feeds.get(category) or self.site.listing
        assert rule, "the profile and the arguments were checked"
        return rule

    def _page(self, url: str, category: str, walk: Walk) -> Request:
        return Request(
            url,
            callback=self.parse_listing,
            errback=self.no_listing,
            cb_kwargs={"category": category, "walk": walk},
            meta={"handle_httpstatus_all": True, EXPECTED: self._rule(category).format},
            priority=10,
            dont_filter=True,
        )

    def parse_listing(
        self, response: Response, category: str, walk: Walk
    ) -> Iterable[Request | Article] | Coroutine[Any, Any, Any]:
        if response.status == 304 and _is_conditional(response.request):
            self.run.ledger.listing_complete(unchanged=True)
            return self._waiting(walk.url)
        try:
            page = self._read_listing(response, category)
        except ArticleError as why:
            return self._page_failed(category, walk, why.plain())
        then = partial(self._listing_read, response, category, walk)
        if isinstance(page, Awaitable):
            return self._later(page, then, partial(self._page_failed, category, walk))
        return then(page)

    def _listing_read(
        self, response: Response, category: str, walk: Walk, page: ListingPage
    ) -> Iterator[Request | Article]:
        try:
            walk.refuse_empty(page)
        except ArticleError as why:
            yield from self._page_failed(category, walk, why)
            return
        page, capped = page.first(self._rule(category).max_rows - walk.found.rows)
        new, all_taken = yield from self._listed(page)
        repeated = {listed.id for listed in page.articles} <= walk.seen
        walk = walk.after_page(
            page, header(response, "ETag"), header(response, "Last-Modified"), all_taken=all_taken
        )
        at_end = repeated or self.left == 0 or (not new and walk.was_walked)
        yield from self._after_page(category, walk, page, capped=capped, at_end=at_end)

    def _read_listing(self, response: Response, category: str) -> ListingPage | Awaitable[ListingPage]:
        if problem := outcomes.of_response(response):
            raise problem
        _refuse_redirected(response)
        page: ListingPage | Awaitable[ListingPage] = self._read_page(
            response, self._rule(category), read_listing, self.site, category
        )
        return page

    def _after_page(
        self, category: str, walk: Walk, page: ListingPage, *, capped: bool, at_end: bool
    ) -> Iterator[Request | Article]:
        """Requests the next page, or ends the listing."""
        rule = self._rule(category)
        following = rule.following(category, walk.pages, page.next, empty=not (page.articles or page.refused))
        if capped:
            yield from self._incomplete(walk.url, Deferred("cap", f"max_rows={rule.max_rows} is reached"))
        elif not following or at_end:
            yield from self._complete(walk)
        elif walk.pages == rule.max_pages:
            yield from self._incomplete(walk.url, Deferred("cap", f"max_pages={rule.max_pages} is reached"))
        else:
            yield self._page(following, category, walk)

    def _page_failed(self, category: str, walk: Walk, why: ArticleError) -> Iterator[Request | Article]:
        """Decides what follows a page that could not be read.

        If the address counts the pages, this run requests the page after it (faults X5). Two pages in a row
        that do not exist are the end of the listing.
        """
        rule = self._rule(category)
        walk = walk.after_failure(why)
        if rule.counted and 1 < walk.pages < rule.max_pages and len(walk.failed) < MAX_FAILED:
            yield self._page(rule.address(category, walk.pages), category, walk)
        elif len(walk.failed) == MAX_FAILED and all(why.reason == "gone" for why in walk.failed):
            yield from self._complete(walk)
        else:
            yield from self._incomplete(walk.url, walk.skipped_page or walk.failed[0])

    def no_listing(self, failure: Failure) -> Iterator[Request | Article]:
        request: Request = failure.request  # type: ignore[attr-defined]  # Scrapy sets it for errbacks
        with self.run.storing():
            why = outcomes.of_failure(failure)
        if request.cb_kwargs:
            yield from self._page_failed(why=why, **request.cb_kwargs)
        else:
            yield from self._incomplete(request.url, why)

    def _listed(self, page: ListingPage) -> Generator[Request | Article, None, tuple[bool, bool]]:
        """Requests the articles of a page; returns whether any is new, and whether none was left out."""
        taken = self._select(page.articles)
        with self.run.storing():
            self.run.ledger.refuse_all(
                page.refused, Quarantined("bad_id", f"{self.site.name} has no ids of this form")
            )
        new = yield from self.enqueue(taken)
        return new > 0, len(taken) == len(page.articles)

    def _complete(self, walk: Walk) -> Iterator[Request | Article]:
        """Records that the listing was read to its end, or as far as the arguments allow."""
        if walk.skipped_page:
            yield from self._incomplete(walk.url, walk.skipped_page)
            return
        with self.run.storing():
            self.run.ledger.listing_complete()
            if walk.all_taken:
                self.run.ledger.remember_listing(walk.found)
        yield from self._waiting(walk.url)

    def _incomplete(self, url: str, why: ArticleError) -> Iterator[Request | Article]:
        self.run.ledger.listing_incomplete(url, why.reason)
        if why.reason in drift.LISTING_ADVICE:
            self.run.drift.append(f"{url}: {why.detail or why.reason}; {drift.LISTING_ADVICE[why.reason]}")
        self.logger.warning("listing incomplete: %s: %s", printable(url), printable(str(why)))
        yield from self._waiting(url)

    def _waiting(self, url: str) -> Iterator[Request | Article]:
        """Requests the open articles of earlier runs, whether the listing still contains them or not."""
        with self.run.storing():
            waiting = self.run.ledger.waiting(url)
        yield from self.enqueue(self._select(waiting))

    def _select(self, articles: list[Listed]) -> list[Listed]:
        fitting = articles
        if self.since > date.min or self.until < date.max:
            days = (self._day(listed) or self.since for listed in articles)
            fitting = [
                listed for listed, day in zip(articles, days, strict=True) if self.since <= day <= self.until
            ]
        if self.left is not None:
            fitting = fitting[: self.left]
            self.left -= len(fitting)
        return fitting

    def _day(self, listed: Listed) -> date | None:
        """The day given by the listing, else the day in the address."""
        with suppress(dates.DateError):
            if said := listed.hints.get("date"):
                return dates.parse(said, datetime.now(UTC), self.site.zone).at.date()
            return dates.day_of_address(listed.address).at.date()
        return None


def _refuse_redirected(response: Response) -> None:
    """Raises Deferred: a category that redirects to another page is gone or has moved (faults X4)."""
    asked = response.meta.get("redirect_urls", [response.url])[0]
    if urlsplit(asked).path != urlsplit(response.url).path:
        raise Deferred("redirected", f"{asked} redirects to {response.url}")


def _is_conditional(request: Request | None) -> bool:
    """Whether the request had a validator: a 304 has a meaning only then (faults N22)."""
    return request is not None and not request.headers.keys().isdisjoint(
        (b"If-None-Match", b"If-Modified-Since")
    )


def _day(name: str, value: str) -> date | None:
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError as exc:
        raise BadArgument(f"{name}={value!r} is not a day: write it as 2022-02-22") from exc


def _count(name: str, value: str) -> int | None:
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and int(value) > 0):
        raise BadArgument(f"{name}={value!r} is not a number of articles: write 1 or more")
    return int(value)
