"""The base of the category spider: it reads listings page by page, and requests the articles in them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Generator, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from archiver.errors import ArticleError, Deferred, Quarantined
from archiver.extract.listing import HomePage, ListingPage, read_listing
from archiver.fetch import outcomes
from archiver.fetch.asking import describe
from archiver.fetch.headers import header
from archiver.fetch.retry import EXPECTED
from archiver.items import Article, Listed
from archiver.normalise import age
from archiver.run import drift
from archiver.run.advice import to_do_for_listing
from archiver.run.responses import came_instead, refuse_redirected
from archiver.sites.listing import Home, Listing
from archiver.terminal import printable
from spiders.article import ArticleSpider
from spiders.lists import newest_first
from spiders.walk import MAX_FAILED, Walk, begin

Parsed = Iterable[Request | Article] | Coroutine[Any, Any, Iterable[Request | Article]]
"""What a callback returns: a coroutine if another process reads the page."""


class ListingSpider(ArticleSpider):
    """Reads a listing from its first page to its end, or to the first page that names nothing new."""

    left: int | None = None
    """The number of articles that may still be requested; None: any number."""
    reads_back = False
    """Whether the user wants the articles of certain days, so that a page without new ones is not the end."""

    def _select(self, articles: list[Listed]) -> list[Listed]:
        """The articles that the user wants."""
        return articles

    def _is_older(self, _page: ListingPage, _listed: Listed) -> bool:
        """Whether the page says that the article was last changed before the days that the user wants."""
        return False

    def _is_passed(self, _page: ListingPage) -> bool:
        """Whether a page, and so every page after it, is older than the user wants."""
        return False

    def _first_page(self, category: str) -> Request:
        rule = self._rule(category)
        url = rule.identity(category)
        ledger = self.run.ledger
        full_look = self.settings.getfloat("ARCHIVER_FULL_LOOK")
        walk, headers = begin(
            rule, ledger.known_listing(url), ledger.now, full_look, reads_back=self.reads_back
        )
        request = self._page(rule.address(category), category, walk)
        request.headers.update(headers)
        return request

    def _rule(self, category: str) -> Listing:
        rule = self.site.listing_of(category)
        assert rule, "the profile and the arguments were checked"
        return rule

    def _page(self, url: str, category: str, walk: Walk, cursor: str = "") -> Request:
        rule = self._rule(category)
        request = Request(
            self.site.requested_at(url),
            callback=self.parse_listing,
            errback=self.no_listing,
            cb_kwargs={"category": category, "walk": walk.past(cursor or url)},
            meta={"handle_httpstatus_all": True, EXPECTED: rule.carrier},
            priority=10,
            dont_filter=True,
        )
        return describe(request, rule, **rule.values(category, walk.pages, walk.found.rows, cursor))

    def parse_listing(self, response: Response, category: str, walk: Walk) -> Parsed:
        if response.status == 304 and _is_conditional(response.request):
            self.run.ledger.listing_unchanged(walk.known)
            return self._waiting(walk.url)
        if walk.conditional and 400 <= response.status < 500:
            self._forget_validators(walk)
            return [self._page(self._rule(category).address(category), category, walk.in_full())]
        if walk.pages and response.status in self._rule(category).ends:
            return self._complete(walk.at_end())
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
                refuse_redirected(response)
            made_at = age.answered_at(datetime.now(UTC), response.headers)
            page = self.run.reader.read(response, rule.carrier, read, response.url, rule, *arguments)
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
        rule = self._rule(category)
        page, capped = page.first(rule.max_rows - walk.found.rows)
        if rule.has_pages:
            walk = self._opened(walk, page)
        is_known, all_taken = yield from self._listed(page)
        walk = walk.after_page(
            page, header(response, "ETag"), header(response, "Last-Modified"), all_taken=all_taken
        )
        if page.lists:
            now, zone = self.run.ledger.now, self.site.zone
            walk = walk.with_lists(newest_first(page.lists, self._oldest(walk), now, zone))
        is_known = is_known and page.rows > len(
            page.skipped
        )  # a page of other rows says nothing of later ones
        at_end = not walk.has_lists and (walk.is_circling or (is_known and not walk.patient))
        if rule.order == "newest" and not walk.has_lists and self._is_passed(page):
            walk, at_end = walk.cut_short(known=is_known), True
        yield from self._after_page(category, walk, page, capped=capped, at_end=at_end)

    def _oldest(self, walk: Walk) -> datetime | None:
        """When a list of an index must have been changed to be read; None: all are read."""
        return datetime.fromisoformat(walk.known.looked) if walk.was_walked and walk.known.looked else None

    def _opened(self, walk: Walk, page: ListingPage) -> Walk:
        """Records that a listing has new articles, before any of them is admitted: if the run does not reach
        its end, the next run reads every page."""
        if walk.opened or not walk.was_walked or not any(map(self.run.ledger.is_unknown, page.articles)):
            return walk
        walk = replace(walk, opened=True)
        with self.run.storing():
            self.run.ledger.remember_listing(walk.in_index)
        return walk

    def _forget_validators(self, walk: Walk) -> None:
        with self.run.storing():
            self.run.ledger.remember_listing(replace(walk.known, etag="", modified=""))

    def _after_page(
        self, category: str, walk: Walk, page: ListingPage, *, capped: bool, at_end: bool
    ) -> Iterator[Request | Article]:
        """Requests the next page, or ends the listing."""
        rule = self._rule(category)
        following = rule.following(
            category, walk.pages, page.next, empty=page.rows == 0, rows=walk.found.rows, cursor=page.cursor
        ) or next(iter(walk.lists), "")
        if capped:
            yield from self._incomplete(walk.url, Deferred("cap", f"max_rows={rule.max_rows} is reached"))
        elif not following or at_end or self._was_read(rule, walk, page.cursor or following):
            yield from self._complete(walk)
        elif self.left == 0:
            self.run.tally.limit_reached = True
            yield from self._complete(replace(walk, all_taken=False))
        elif walk.pages == rule.max_pages:
            yield from self._incomplete(walk.url, Deferred("cap", f"max_pages={rule.max_pages} is reached"))
        else:
            yield self._page(following, category, walk, page.cursor)

    def _was_read(self, rule: Listing, walk: Walk, mark: str) -> bool:
        """Whether a cursor or link leads back. The address of a numbered page may always be the same."""
        return mark in walk.passed and (rule.asks_for("cursor") or not rule.is_numbered)

    def _page_failed(
        self, category: str, walk: Walk, why: ArticleError, came: str = ""
    ) -> Iterator[Request | Article]:
        """Decides what follows a page that could not be read.

        If the address counts the pages, or an index names them, this run requests the page after it (faults
        X5). Two numbered pages in a row that do not exist are the end of the listing.
        """
        rule = self._rule(category)
        if walk.conditional:
            self._forget_validators(walk)
        walk = walk.after_failure(why)
        may_go_on = 1 < walk.pages < rule.max_pages
        if may_go_on and walk.lists and (len(walk.failed) < MAX_FAILED or not isinstance(why, Deferred)):
            yield self._page(walk.lists[0], category, walk)
        elif may_go_on and rule.counted and len(walk.failed) < MAX_FAILED:
            yield self._page(rule.address(category, walk.pages), category, walk)
        elif (
            not walk.has_lists
            and len(walk.failed) == MAX_FAILED
            and all(why.reason == "gone" for why in walk.failed)
        ):
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
        """Requests the articles of a page; returns whether all were known, and whether none was left out."""
        selected = self._select([each for each in page.articles if not self._is_older(page, each)])
        with self.run.storing():
            self._refuse_rows(page.refused)
            self.run.ledger.skip_all(page.skipped)
        new, all_taken = yield from self._take(selected)
        if len(selected) < len(page.articles):
            with self.run.storing():
                all_taken = all_taken and not any(map(self.run.ledger.is_unknown, page.articles))
        return all_taken and not new, all_taken

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
                self.run.ledger.remember_listing(walk.result)
            elif walk.found.most > walk.known.most:
                self.run.ledger.remember_listing(replace(walk.in_index, most=walk.found.most))
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


def _is_conditional(request: Request | None) -> bool:
    """Whether the request had a validator: a 304 has a meaning only then (faults N22)."""
    return request is not None and not request.headers.keys().isdisjoint(
        (b"If-None-Match", b"If-Modified-Since")
    )
