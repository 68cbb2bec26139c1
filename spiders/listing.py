"""The base of the category spider: it reads listings page by page, and requests the articles in them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Generator, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from archiver.errors import ArticleError, Deferred, Quarantined
from archiver.extract.listing import HomePage, ListingPage, read_listing
from archiver.fetch import outcomes
from archiver.fetch.headers import header
from archiver.fetch.retry import EXPECTED
from archiver.items import Article, Listed
from archiver.normalise import age
from archiver.run import drift, instead, validators
from archiver.run.advice import to_do_for_listing
from archiver.sites.listing import Home, Listing
from archiver.storage.rows import KnownListing
from archiver.terminal import printable
from spiders.article import ArticleSpider
from spiders.walk import MAX_FAILED, Walk

Parsed = Iterable[Request | Article] | Coroutine[Any, Any, Iterable[Request | Article]]
"""What a callback returns: a coroutine if another process reads the page."""


class ListingSpider(ArticleSpider):
    """Reads a listing from its first page to its end, or to the first page that names nothing new."""

    left: int | None = None
    """The number of articles that may still be requested; None: any number."""

    def _select(self, articles: list[Listed]) -> list[Listed]:
        """The articles that the user wants."""
        return articles

    def _first_page(self, category: str) -> Request:
        url = self._rule(category).address(category)
        ledger = self.run.ledger
        known = ledger.known_listing(url)
        headers = validators.conditions(known, ledger.now, self.settings.getfloat("ARCHIVER_FULL_LOOK"))
        looked = known.looked if headers else ledger.now.isoformat()
        found = KnownListing(url, most=known.most, looked=looked)
        request = self._page(url, category, Walk(known, found, conditional=bool(headers)))
        request.headers.update(headers)
        return request

    def _rule(self, category: str) -> Listing:
        rule = self.site.listing_of(category)
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

    def parse_listing(self, response: Response, category: str, walk: Walk) -> Parsed:
        if response.status == 304 and _is_conditional(response.request):
            self.run.ledger.listing_unchanged(walk.known)
            return self._waiting(walk.url)
        if walk.conditional and 400 <= response.status < 500:
            self._forget_validators(walk)
            return [self._page(walk.url, category, walk.in_full(self.run.ledger.now.isoformat()))]
        return self._when_read(
            response,
            self._rule(category),
            partial(self._listing_read, response, category, walk),
            lambda why: self._page_failed(category, walk, why, came_instead(response)),
            read_listing,
            self.site,
            category,
        )

    def _when_read(
        self,
        response: Response,
        rule: Home | Listing,
        then: Callable[[Any], Iterator[Request | Article]],
        failed: Callable[[ArticleError], Iterator[Request | Article]],
        read: Callable[..., Any],
        *arguments: Any,
    ) -> Parsed:
        """Reads the page with ``read``; another process does it if it may take long."""
        try:
            if problem := outcomes.of_response(response):
                raise problem
            if isinstance(rule, Listing):
                _refuse_redirected(response)
            made_at = age.answered_at(datetime.now(UTC), response.headers)
            page = self.run.reader.read(response, rule.format, read, response.url, rule, *arguments)
        except ArticleError as why:
            return failed(why.plain())

        def dated(page: ListingPage | HomePage) -> Iterator[Request | Article]:
            return then(page.made_at(made_at))

        return _later(page, dated, failed) if isinstance(page, Awaitable) else dated(page)

    def _listing_read(
        self, response: Response, category: str, walk: Walk, page: ListingPage
    ) -> Iterator[Request | Article]:
        try:
            walk.refuse_empty(page, self._rule(category).rows)
        except ArticleError as why:
            yield from self._page_failed(category, walk, why, came_instead(response))
            return
        self.run.tally.pages += 1
        yield from self._parse_page(response, category, walk, page)

    def _parse_page(
        self, response: Response, category: str, walk: Walk, page: ListingPage
    ) -> Iterator[Request | Article]:
        page, capped = page.first(self._rule(category).max_rows - walk.found.rows)
        new, all_taken = yield from self._listed(page)
        repeated = {listed.id for listed in page.articles} <= walk.seen
        walk = walk.after_page(
            page, header(response, "ETag"), header(response, "Last-Modified"), all_taken=all_taken
        )
        is_known = repeated or (not new and walk.was_walked)
        at_end = is_known and bool(page.articles)  # a page may have only rows that are not of articles
        yield from self._after_page(category, walk, page, capped=capped, at_end=at_end)

    def _forget_validators(self, walk: Walk) -> None:
        with self.run.storing():
            self.run.ledger.remember_listing(replace(walk.known, etag="", modified=""))

    def _after_page(
        self, category: str, walk: Walk, page: ListingPage, *, capped: bool, at_end: bool
    ) -> Iterator[Request | Article]:
        """Requests the next page, or ends the listing."""
        rule = self._rule(category)
        following = rule.following(category, walk.pages, page.next, empty=page.rows == 0)
        if capped:
            yield from self._incomplete(walk.url, Deferred("cap", f"max_rows={rule.max_rows} is reached"))
        elif not following or at_end:
            yield from self._complete(walk)
        elif self.left == 0:
            self.run.tally.limit_reached = True
            yield from self._complete(replace(walk, all_taken=False))
        elif walk.pages == rule.max_pages:
            yield from self._incomplete(walk.url, Deferred("cap", f"max_pages={rule.max_pages} is reached"))
        else:
            yield self._page(following, category, walk)

    def _page_failed(
        self, category: str, walk: Walk, why: ArticleError, came: str = ""
    ) -> Iterator[Request | Article]:
        """Decides what follows a page that could not be read.

        If the address counts the pages, this run requests the page after it (faults X5). Two pages in a row
        that do not exist are the end of the listing.
        """
        rule = self._rule(category)
        if walk.conditional:
            self._forget_validators(walk)
        walk = walk.after_failure(why)
        if rule.counted and 1 < walk.pages < rule.max_pages and len(walk.failed) < MAX_FAILED:
            yield self._page(rule.address(category, walk.pages), category, walk)
        elif len(walk.failed) == MAX_FAILED and all(why.reason == "gone" for why in walk.failed):
            yield from self._complete(walk)
        else:
            yield from self._ended_early(walk, came, category)

    def _ended_early(self, walk: Walk, came: str, _category: str) -> Iterator[Request | Article]:
        """The listing cannot be read to its end. ``came``: what the latest response is, if it has a page."""
        why = walk.skipped_page or walk.failed[0]
        yield from self._incomplete(walk.url, why, came, most=walk.known.most, first=walk.pages == 1)

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
        selected = self._select(page.articles)
        with self.run.storing():
            self._refuse_rows(page.refused)
            self.run.ledger.skip_all(page.skipped)
        new, all_taken = yield from self._take(selected)
        return new > 0, all_taken and len(selected) == len(page.articles)

    def _refuse_rows(self, rows: list[Listed]) -> None:
        named = [listed for listed in rows if listed.id]
        self.run.ledger.refuse_all(named, Quarantined("bad_id", f"{self.site.name} has no ids of this form"))
        if len(named) < len(rows):
            nameless = [listed for listed in rows if not listed.id]
            why = "fields.id and fields.address of the profile find nothing in the row"
            self.run.ledger.refuse_all(nameless, Quarantined("bad_id", why))

    def _complete(self, walk: Walk) -> Iterator[Request | Article]:
        """Records that the listing was read to its end, or as far as the arguments allow."""
        if walk.skipped_page:
            yield from self._incomplete(walk.url, walk.skipped_page, most=walk.known.most, first=False)
            return
        with self.run.storing():
            self.run.ledger.listing_complete()
            if walk.all_taken:
                self.run.ledger.remember_listing(walk.found)
            elif walk.found.most > walk.known.most:
                self.run.ledger.remember_listing(replace(walk.known, most=walk.found.most))
        yield from self._waiting(walk.url)

    def _incomplete(
        self, url: str, why: ArticleError, came: str = "", *, most: int = 0, first: bool = True
    ) -> Iterator[Request | Article]:
        """``came``: what the response is; ``most``, ``first``: see ``drift.listing``."""
        detail = "; ".join(filter(None, (why.detail, came and f"the response is {came}")))
        advice = ""
        if sentence := drift.listing(why.reason, detail, most, first=first):
            self.run.drift.append(f"{url}: {sentence}")
        else:
            advice = to_do_for_listing(why.reason, most, first=first)
        self.run.ledger.listing_incomplete(url, why.reason, detail, advice)
        self.logger.warning("listing incomplete: %s: %s", printable(url), printable(str(why)))
        yield from self._waiting(url)

    def _waiting(self, url: str) -> Iterator[Request | Article]:
        """Requests the open articles of earlier runs, whether the listing still contains them or not."""
        with self.run.storing():
            waiting = self.run.ledger.waiting(url)
        yield from self._take(self._select(waiting))

    def _take(self, articles: list[Listed]) -> Generator[Request | Article, None, tuple[int, bool]]:
        """Requests the articles that are new or due, at most ``left`` of them. Returns their number, and
        whether none was left out."""
        if self.left is None:
            return (yield from self.enqueue(articles)), True
        start = new = 0
        while start < len(articles) and self.left:
            chunk = articles[start : start + self.left]
            count = yield from self.enqueue(chunk)
            self.left -= count
            new += count
            start += len(chunk)
        with self.run.storing():
            left_out = any(map(self.run.ledger.is_new, articles[start:]))
        self.run.tally.limit_reached |= left_out
        return new, not left_out


async def _later(
    reading: Awaitable[Any],
    then: Callable[[Any], Iterator[Request | Article]],
    failed: Callable[[ArticleError], Iterator[Request | Article]],
) -> Iterable[Request | Article]:
    """For a page that another process reads."""
    try:
        page = await reading
    except ArticleError as why:
        return failed(why.plain())
    return then(page)


def came_instead(response: Response) -> str:
    """What a successful response is, in a few words."""
    if outcomes.of_status(response):
        return ""
    return instead.came_instead(response.body, header(response, "Content-Type"))


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
