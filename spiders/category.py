"""Requests the articles that category pages (or feeds) list, in the order of the listing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, time
from functools import partial
from typing import Any, Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DontCloseSpider
from scrapy.http import Response
from twisted.python.failure import Failure

from archiver.errors import ArticleError, BadArgument, Deferred
from archiver.extract.listing import HomePage, ListingPage, read_home
from archiver.fetch import outcomes
from archiver.fetch.retry import EXPECTED
from archiver.items import Article, Listed
from archiver.normalise import dates, slugs, sources
from archiver.run import drift
from archiver.run.archive_run import ArchiveRun
from archiver.run.responses import came_instead
from archiver.sites.of_feed import profile_of
from archiver.sites.profile import CATEGORY, Profile
from spiders.known import Doubt, categories_in, no_such_category
from spiders.listing import ListingSpider, Parsed
from spiders.walk import Walk


class CategorySpider(ListingSpider):
    """``-a category=``: one or several categories, separated by commas; without it, all on the home page.
    ``feed=``: the address of a feed or sitemap, in place of a profile; ``source=``: who is credited in it.
    ``since=``, ``until=`` (days, inclusive) and ``limit=`` (articles to request) select articles."""

    name = "category"
    arguments = frozenset({"category", "feed", "source", "since", "until", "limit"})

    def __init__(
        self,
        name: str | None = None,
        category: str = "",
        since: str = "",
        until: str = "",
        limit: str = "",
        feed: str | None = None,
        source: str = "",
        **arguments: str,
    ) -> None:
        if feed is None and source:
            raise BadArgument("source= is for a feed: write feed= as well, or source: in the profile")
        if feed is not None and (category or "site" in arguments):
            other = "category" if category else "site"
            raise BadArgument(f"write feed= or {other}=, not both: a feed has neither profile nor categories")
        self._feed, self._source = feed, source
        super().__init__(name, **arguments)
        self.categories = self._categories(category)
        self.since = _day("since", since) or date.min
        self.until = _day("until", until) or date.max
        if self.since > self.until:
            raise BadArgument(f"since={since} is after until={until}: swap the two days")
        self.reads_back = bool(since or until)
        self.limit = _count("limit", limit)
        self.left = self.limit
        self._unproved: set[str] = set()
        """Categories that the user named, and of which it is not known yet whether they exist. Until then no
        article is requested."""

    def _profile(self, site: str | None) -> Profile:
        return super()._profile(site) if self._feed is None else profile_of(self._feed, self._source)

    def _categories(self, argument: str) -> list[str]:
        names = [name for name in (part.strip() for part in argument.split(",")) if name]
        for name in names:
            if not CATEGORY.fullmatch(name):
                raise BadArgument(
                    f"category={name!r} is not a category: write it as in the address of its page"
                )
            if self.site.listing is None and name not in self.site.feeds:
                raise BadArgument(
                    f"category={name!r} is unknown: {self.site.name} has {', '.join(self.site.feeds)}"
                )
        if argument and not names:
            raise BadArgument(f"category={argument!r} contains no category")
        return [self.site.category_named(name) for name in names]

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.request_open_articles, signals.spider_idle)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        with self.run.storing():
            self._unproved = {category for category in self.categories if not self._is_known(category)}
        without_home = [*self.site.categories, *self.site.feeds]
        for category in self.categories or ([] if self.site.home else without_home):
            yield self._first_page(category)
        if self.site.home and not self.categories:
            yield self._home(self.parse_home, self.no_listing)

    def _home(
        self, callback: Callable[..., Any], errback: Callable[..., Any], **cb_kwargs: object
    ) -> Request:
        assert self.site.home
        return Request(
            self.site.home.url,
            callback=callback,
            errback=errback,
            cb_kwargs=cb_kwargs,
            meta={"handle_httpstatus_all": True, EXPECTED: self.site.home.carrier},
            dont_filter=True,
        )

    def request_next(self) -> bool:
        return not self._unproved and super().request_next()

    def request_open_articles(self) -> None:
        """Requests open articles of earlier runs that belong to no listing, mostly those of the share spider.

        They come last, because a listing that contains such an article has more information about it.
        """
        if self.crawler.get_extension(ArchiveRun) is None:
            return  # a command only tries a page
        with self.run.storing():
            waiting = self.run.ledger.waiting("")
        for _ in self._take(self._select([listed for listed in waiting if self._has_address(listed)])):
            raise AssertionError("each of these articles has an address")
        if self.request_next():
            raise DontCloseSpider

    # --- the home page

    def parse_home(self, response: Response) -> Parsed:
        assert self.site.home
        failed = partial(self._home_failed, response)
        return self._when_read(response, self.site.home, self._home_read, failed, read_home, self.site)

    def _home_failed(self, response: Response, why: ArticleError) -> Iterator[Request | Article]:
        assert self.site.home
        most = len(self.run.ledger.listings())
        yield from self._incomplete(self.site.home.url, why, came_instead(response), most=most)

    def _home_read(self, page: HomePage) -> Iterator[Request | Article]:
        assert self.site.home
        self.run.tally.pages += 1
        tags = (family.source_tag for family in self.site.families if family.source_tag)
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

    def _is_known(self, category: str) -> bool:
        """Whether the profile or an earlier run knows the category."""
        if category in self.site.feeds or category in self.site.categories:
            return True
        return self.run.ledger.known_listing(self._rule(category).identity(category)).most > 0

    # --- categories that the user named, and that may not exist

    def _parse_page(
        self, response: Response, category: str, walk: Walk, page: ListingPage
    ) -> Iterator[Request | Article]:
        self._unproved.discard(category)
        yield from super()._parse_page(response, category, walk, page)

    def _ended_early(self, walk: Walk, came: str, category: str) -> Iterator[Request | Article]:
        if category in self._unproved and walk.failed[0].reason in drift.DOUBTFUL:
            yield from self._doubt(Doubt(category, walk, came))
            return
        self._unproved.discard(category)
        yield from super()._ended_early(walk, came, category)

    def _doubt(self, doubt: Doubt) -> Iterator[Request | Article]:
        """Asks the home page whether the category exists. Without a home page only status 404 is a proof."""
        if self.site.home:
            yield self._home(self.parse_names, self.no_names, doubt=doubt)
        elif doubt.why.reason == "gone":
            self._refuse(doubt, [], "")
        else:
            yield from self._still_listed(doubt)

    def parse_names(self, response: Response, doubt: Doubt) -> Parsed:
        assert self.site.home
        then = partial(self._names_read, doubt)
        return self._when_read(
            response, self.site.home, then, lambda _why: self._still_listed(doubt), read_home, self.site
        )

    def _names_read(self, doubt: Doubt, page: HomePage) -> Iterator[Request | Article]:
        assert self.site.home
        if doubt.category.casefold() not in map(str.casefold, page.categories):
            self._refuse(doubt, page.categories, self.site.home.url)
        yield from self._still_listed(doubt)

    def no_names(self, failure: Failure) -> Iterator[Request | Article]:
        with self.run.storing():
            outcomes.of_failure(failure)
        yield from self._still_listed(failure.request.cb_kwargs["doubt"])  # type: ignore[attr-defined]

    def _refuse(self, doubt: Doubt, names: list[str], home: str) -> None:
        """Ends the run: the category does not exist. ``names``: the categories on the home page."""
        known = categories_in(self.run.ledger.listings(), self.site.listing)
        self.run.refuse(
            no_such_category(doubt, {*names, *known, *self.site.feeds, *self.site.categories}, home)
        )

    def _still_listed(self, doubt: Doubt) -> Iterator[Request | Article]:
        """The category exists, or nobody knows: its listing is incomplete."""
        self._unproved.discard(doubt.category)
        yield from super()._ended_early(doubt.walk, doubt.came, doubt.category)

    def _select(self, articles: list[Listed]) -> list[Listed]:
        """The articles of the days between ``since`` and ``until``."""
        if self.since == date.min and self.until == date.max:
            return articles
        days = (self._day(listed) or self.since for listed in articles)
        return [listed for listed, day in zip(articles, days, strict=True) if self.since <= day <= self.until]

    def _oldest(self, walk: Walk) -> datetime | None:
        if not self.reads_back:
            return super()._oldest(walk)
        if self.since == date.min:
            return None
        return datetime.combine(self.since, time.min, self.site.zone)

    def _is_older(self, page: ListingPage, listed: Listed) -> bool:
        if self.since == date.min or not (said := page.changed.get(listed.id)):
            return False
        with suppress(dates.DateError):
            return dates.parse(said, self.run.ledger.now, self.site.zone).at.date() < self.since
        return False

    def _is_passed(self, page: ListingPage) -> bool:
        if self.since == date.min:
            return False
        days = [day for listed in page.articles if (day := self._day(listed))]
        return bool(days) and max(days) < self.since

    def _day(self, listed: Listed) -> date | None:
        """The day given by the listing, else the day in the address."""
        with suppress(dates.DateError):
            if said := listed.hints.get("date"):
                return dates.parse(said, listed.dated_from or datetime.now(UTC), self.site.zone).at.date()
            return dates.day_of_address(listed.address).at.date()
        return None


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
