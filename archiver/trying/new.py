"""Drafts a profile from the pages of a site, and checks it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from scrapy.http import Response

from archiver.errors import ArticleError
from archiver.extract.formats.html import HtmlFormat
from archiver.extract.generic.readable import text_elements
from archiver.extract.generic.selectors import selector_of
from archiver.extract.generic.tree import enclosing
from archiver.fetch import outcomes
from archiver.sites.load import parse
from archiver.sites.profile import Profile
from archiver.trying.check import Fetch, Trial
from archiver.trying.discover import discover, text_of
from archiver.trying.draft import CATEGORY, Draft, most_common
from archiver.trying.findings import SiteFound
from archiver.trying.remembered import Remembered

OpenTrial = Callable[[Profile, Fetch], AbstractContextManager[Trial]]


async def new(
    name: str, listing: str, articles: Sequence[str], fetch: Fetch, open_trial: OpenTrial
) -> tuple[str, SiteFound]:
    """The text of a profile, and what it finds. Raises BadArgument if no list of articles is found."""
    known = Remembered(fetch)
    draft = Draft(name, await discover(known, listing, articles), list(articles))
    found = await _check(draft, articles, known, open_trial)
    listed = found.listings[0]
    if listed.elsewhere:
        draft.articles += listed.elsewhere
        found = await _check(draft, articles, known, open_trial)
    draft.body = most_common(
        [
            selector
            for article in found.articles
            for asked in article.asked
            if (selector := _body_of(known.responses.get(asked.url)))
        ]
    )
    if draft.body and any(not article.is_posted for article in found.articles):
        draft.is_body_needed = True
        with_rule = await _check(draft, articles, known, open_trial)
        draft.is_body_needed = _posted(with_rule) > _posted(found)
        found = with_rule if draft.is_body_needed else found
    return draft.as_yaml(), found


async def _check(
    draft: Draft, articles: Sequence[str], known: Remembered, open_trial: OpenTrial
) -> SiteFound:
    site = parse(draft.as_yaml(), f"{draft.name}.yaml")
    with open_trial(site, known.within(site)) as trial:
        found = await trial.check((), CATEGORY)
        checked = {article.address for article in found.articles}
        named = [trial.named(url, CATEGORY) for url in articles if url not in checked]
        more = [await trial.article(one) for one in named]
        return SiteFound(found.site, found.listings, [*found.articles, *more])


def _posted(found: SiteFound) -> int:
    return sum(article.is_posted for article in found.articles)


def _body_of(response: Response | None) -> str:
    """The selector of what readability takes for the text of a page; empty if there is none."""
    if response is None or outcomes.of_response(response):
        return ""
    try:
        parts = text_elements(HtmlFormat().open(text_of(response)).part)
    except ArticleError:
        return ""
    return selector_of([enclosing(parts)]) if parts else ""
