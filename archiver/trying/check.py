"""Reads one listing and a few articles as a crawl would, and keeps what each rule found."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import takewhile
from typing import Any, NamedTuple, Protocol

from scrapy import Request
from scrapy.http import Response

from archiver.errors import ArticleError, BadArgument, Deferred, Quarantined
from archiver.extract import gathering
from archiver.extract.article import read_answer
from archiver.extract.identity import Memory
from archiver.extract.listing import read_home, read_listing
from archiver.extract.pages import FIRST, Pages, add_said, without_page
from archiver.fetch import outcomes
from archiver.fetch.asking import describe
from archiver.fetch.headers import header
from archiver.items import Answer, Article, Listed
from archiver.run.reading import Reader
from archiver.run.responses import came_instead, refuse_redirected
from archiver.sites.article import Step
from archiver.sites.listing import Home, Listing
from archiver.sites.profile import Profile
from archiver.trying.articles import examined, plain_text
from archiver.trying.findings import ArticleFound, Asked, ListingFound, SavedArticle, SiteFound
from archiver.trying.listings import counted, of_home
from archiver.trying.page import listing_of, step_of
from archiver.trying.rules import advice_for

MAX_ARTICLES = 3

FETCHED = "archiver_fetched"
"""``Request.meta`` of a saved page: when it was received."""

Described = Callable[[Request], Request]
"""Adds to a request what the profile says beside the address."""


def plain(request: Request) -> Request:
    return request


class Fetch(Protocol):
    """Requests a page. Raises ArticleError."""

    def __call__(self, url: str, page_format: str, described: Described = plain, /) -> Awaitable[Response]:
        """``page_format``: what the response should be."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A profile, and where its pages come from."""

    site: Profile
    site_url: str
    fetch: Fetch
    reader: Reader

    async def check(self, urls: Sequence[str] = (), category: str = "") -> SiteFound:
        """Checks the pages at these addresses; without any, a listing and some of the articles in it.

        Raises BadArgument for an address that the profile does not read, and for an unknown category.
        """
        if urls:
            return await self._pages(urls, category)
        key, name = self._first(category)
        listings = []
        if not name:
            assert self.site.home
            listings.append(home := await self._home(self.site.home))
            name = next(iter(home.categories), "")
        if name:
            listings.append(await self._listing(key, name))
        chosen = spread(listings[-1].articles, MAX_ARTICLES)
        return SiteFound(self.site.name, listings, [await self.article(listed) for listed in chosen])

    async def _pages(self, urls: Sequence[str], category: str) -> SiteFound:
        """``category``: that of the listing in which the articles would be."""
        listings, articles = [], []
        for url in urls:
            if found := listing_of(url, self.site):
                listings.append(await self._listing(self._key(found[0]), found[0]))
            else:
                articles.append(await self.article(self.named(url, category)))
        return SiteFound(self.site.name, listings, articles)

    def named(self, url: str, category: str = "") -> Listed:
        """The article at an address. Raises BadArgument."""
        named = self.site.named_by(url)
        if asked := step_of(url, self.site):
            named = asked[0].id
        if self.site.family_of(named) is None:
            raise BadArgument(f"{url} is not the address of an article of {self.site.name}")
        return Listed(named, category, url if self.site.named_by(url) else "")

    async def compare(self, saved: Iterable[SavedArticle]) -> SiteFound:
        """Reads saved articles again, and those in the ``tests`` of the profile; notes what is different."""
        articles, notes = [], []
        for one in saved:
            articles.append(found := await self.article(one.listed))
            if found.is_posted:
                notes += [f"{found.id}: {what}" for what in differences(found.values, one.article)]
        for test in self.site.tests:
            articles.append(found := await self.article(self.named(test.url)))
            if found.is_posted:
                text = plain_text(found.values.get("body", ""))
                notes += [f"{test.url}: {what}" for what in test.differences(found.values, text)]
        return SiteFound(self.site.name, [], articles, notes)

    def _first(self, category: str) -> tuple[str, str]:
        """The key and category of the listing to read; no category if the home page names one."""
        if category:
            name = self.site.category_named(category)
            if self.site.listing_of(name) is None:
                known = ", ".join(self.site.feeds)
                raise BadArgument(f"category {category!r} is unknown: {self.site.name} has {known}")
        elif self.site.home:
            return "listing", ""
        else:
            name = next(iter([*self.site.categories, *self.site.feeds]), "")
        if not name:
            raise BadArgument("the profile names no category: write one with --category")
        return self._key(name), name

    def _key(self, category: str) -> str:
        return f"feeds.{category}" if category in self.site.feeds else "listing"

    async def _home(self, rule: Home) -> ListingFound:
        got = await self._read(rule.url, "home", rule, None, read_home, rule, self.site)
        return _failed("home", "", got) if got.why else of_home(got.asked, got.page)

    async def _listing(self, key: str, category: str) -> ListingFound:
        rule = self.site.listing_of(category)
        assert rule, "the category was checked"
        url = rule.address(category)

        def described(request: Request) -> Request:
            return describe(request, rule, **rule.values(category))

        got = await self._read(url, key, rule, described, read_listing, rule, self.site, category)
        if got.why:
            return _failed(key, category, got)
        return counted(key, category, got.asked, got.page, rule, self.site)

    async def article(self, listed: Listed) -> ArticleFound:
        """Requests the steps of an article until every field that its post needs has a value."""
        article = gathering.begin(listed, datetime.now(UTC))
        asked: list[Asked] = []
        for number in range(len(self.site.steps)):
            is_complete = asked and not gathering.missing(article, self.site)
            if is_complete or isinstance(article.failure, Deferred):
                break
            asked += await self._step(article, number)
        if not isinstance(article.failure, Deferred) and article.said.get("body"):
            article.failure = None
        return examined(article, asked, self.site, self.site_url)

    async def _step(self, article: Article, number: int) -> list[Asked]:
        """Requests the addresses of a step until one answers, and adds what the page says."""
        asked: list[Asked] = []
        for url in gathering.addresses(article.listed, number, self.site):
            why, following = await self._page(article, number, url, FIRST, asked)
            while following and not why:
                why, following = await self._page(article, number, following.address, following, asked)
            if isinstance(why, Deferred) or not isinstance(article.failure, Quarantined):
                article.failure = why or article.failure
            if not isinstance(why, Deferred):
                break
        return asked

    async def _page(
        self, article: Article, number: int, url: str, pages: Pages, asked: list[Asked]
    ) -> tuple[ArticleError | None, Pages | None]:
        """Requests one page of an article, and adds what it says. Returns why not, and the next page."""
        step, key = self.site.steps[number], self.site.key_of(article.id)
        described = partial(describe, rule=step, id=article.id, digits=key, address=article.listed.address)
        given = (step, self.site, article.id)
        hints = article.listed.hints
        got = await self._read(url, step.origin, step, described, read_answer, *given, hints=hints)
        why, following = got.why, None
        if response := got.response:
            problem = got.asked.problem
            answer = Answer(response.url, response.status, response.headers, response.body, problem)
            article.answers.append(answer)
            if got.page:
                article.fetched_at = response.meta.get(FETCHED) or datetime.now(UTC)
                try:
                    following = add_said(article, got.page, response.url, step, self.site, pages, Memory())
                except ArticleError as exc:
                    why = exc.plain()
        if why and not pages.is_first:
            why = without_page(why, pages)
            article.said.pop("body", None)  # an article is never posted without one of its pages
        asked.append(replace(got.asked, problem=str(why or "")))
        return why, following

    async def _read(
        self,
        url: str,
        place: str,
        rule: Home | Listing | Step,
        described: Described | None,
        read: Callable[..., Any],
        *given: Any,
        hints: Mapping[str, str] | None = None,
    ) -> _Got:
        """Requests a page, and reads it with ``read``. ``hints``: what the listing says of an article."""
        response = None
        try:
            is_plain = described is None or isinstance(rule, Home) or rule.is_plain
            more = () if is_plain else (described,)
            response = await self.fetch(url, rule.carrier, *more)
            if problem := outcomes.of_response(response):
                raise problem
            if read is read_listing:
                refuse_redirected(response)
            given = (response.url, *given) if hints is None else (*given, response.url, dict(hints))
            found = self.reader.read(response, rule.carrier, read, *given)
            page = await found if isinstance(found, Awaitable) else found
        except ArticleError as exc:
            why = outcomes.of_reading(exc).plain()
            return _Got(Asked(url, place, came_of(response, is_wrong=True), str(why)), None, why, response)
        return _Got(Asked(url, place, came_of(response)), page, None, response)


class _Got(NamedTuple):
    asked: Asked
    page: Any
    why: ArticleError | None
    response: Response | None


def _failed(key: str, category: str, got: _Got) -> ListingFound:
    assert got.why
    advice = advice_for(got.why, got.asked.url, key)
    return ListingFound(key, category, got.asked, advice=advice, is_unreachable=isinstance(got.why, Deferred))


def differences(found: Mapping[str, str], expected: Mapping[str, str]) -> Iterator[str]:
    """What is not as it was saved, a sentence for each field."""
    for name in sorted({*found, *expected}):
        now, then = found.get(name, ""), expected.get(name, "")
        if now != then:
            same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(now, then, strict=False)))
            start = max(0, same - 10)
            yield f"{name} is {now[start : start + 50]!r}, saved was {then[start : start + 50]!r}"


def spread(articles: Sequence[Listed], most: int) -> list[Listed]:
    """At most so many articles: the first and the last, and some between them."""
    if len(articles) <= most:
        return list(articles)
    return [articles[round(number * (len(articles) - 1) / (most - 1))] for number in range(most)]


def came_of(response: Response | None, *, is_wrong: bool = False) -> str:
    """``200, 12,345 bytes of text/html``, of a wrong page also its title; empty without a response."""
    if response is None:
        return ""
    what = came_instead(response) if is_wrong else ""
    what = what or header(response, "Content-Type").partition(";")[0].strip()[:60] or "no content type"
    return f"{response.status}, {len(response.body):,} bytes of {what}"
