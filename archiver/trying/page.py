"""``scrapy parse``: what the rules of a profile find in one page. Nothing is archived."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote

from archiver.derive import Given, derive
from archiver.errors import ArticleError, BadArgument
from archiver.extract.listing import HomePage, ListingPage, read_home, read_listing
from archiver.items import Article, Listed
from archiver.normalise.slugs import slug_of
from archiver.sites.listing import Listing
from archiver.sites.profile import Profile

Found = dict[str, Any]
"""What ``scrapy parse`` prints: an article, a row of a listing, or a list of categories."""

DECIDED = ("title", "date", "source", "author", "category", "tag", "link", "digest", "body")

_FIELD = re.compile(r"\\\{(\w+)\\\}")


class NoArchive:
    """Names for ``derive``: those of an empty archive."""

    def slug(self, name: str) -> str:
        return slug_of(name)

    def name_of(self, _slug: str) -> str:
        return ""


def try_page(
    url: str, text: str, site: Profile, site_url: str, read_step: Callable[[Listed, int], Article]
) -> Iterator[Found]:
    """What the profile reads at this address: an article, or else the rows of a listing, or the categories of
    the home page.

    ``read_step`` reads the page as an article, with a step of the profile. Raises ArticleError if the page
    cannot be read, and BadArgument for an address that the profile does not read.
    """
    if asked := step_of(url, site):
        yield decided(read_step(*asked), site, site_url)
    elif listing := listing_of(url, site):
        category, rule = listing
        yield from _rows(read_listing(text, url, rule, site, category))
    elif site.home and url == site.home.url:
        yield from _home(read_home(text, url, site.home, site))
    else:
        raise BadArgument(f"{url} is no address that {site.name} reads: {_known(site)}")


def decided(article: Article, site: Profile, site_url: str) -> Found:
    """The article as its post would have it; if this page alone makes no post, why, and what was read."""
    found: Found = {"id": article.id, "ends": "posted"}
    try:
        derive(article, Given(site, site_url, NoArchive()))
    except ArticleError as why:
        found["ends"] = str(why)
    values = {name: getattr(article, name) for name in DECIDED}
    found |= {name: value for name, value in values.items() if value}
    found["said"] = {name: [said.text for said in evidence] for name, evidence in article.said.items()}
    return found | ({"doubts": article.notes} if article.notes else {})


def _rows(page: ListingPage) -> Iterator[Found]:
    for listed in page.articles:
        yield {"id": listed.id, "address": listed.address, **listed.hints}
    for listed in page.refused:
        yield {"refused": listed.id, "address": listed.address, **listed.hints}
    if page.next:
        yield {"next": page.next}


def _home(page: HomePage) -> Iterator[Found]:
    yield {"categories": page.categories, "names": page.names}
    yield from _rows(page.rows)


def step_of(url: str, site: Profile) -> tuple[Listed, int] | None:
    """The article and the number of the step that reads this address."""
    for number, step in enumerate(site.steps):
        ids = [site.named_by(url), *(_named(template, url, "id", "digits") for template in step.urls)]
        for article_id in filter(site.family_of, ids):
            if url in step.addresses(article_id, site.key_of(article_id), url):
                return Listed(article_id, address=url if site.named_by(url) else ""), number
    return None


def listing_of(url: str, site: Profile) -> tuple[str, Listing] | None:
    """The category and the rule of the listing at this address."""
    for name, rule in site.feeds.items():
        if re.fullmatch(_pattern(rule.url), url):
            return name, rule
    category = unquote(_named(site.listing.url, url, "category")) if site.listing else ""
    return (category, site.listing) if site.listing and category else None


def _named(template: str, url: str, *names: str) -> str:
    """The value in the place of ``{id}`` or another name; empty if the address has another form."""
    found = re.fullmatch(_pattern(template), url)
    values = found.groupdict() if found else {}
    return next((values[name] for name in names if values.get(name)), "")


def _pattern(template: str) -> str:
    """A regular expression for the addresses that a template makes."""
    seen: set[str] = set()

    def group(field: re.Match[str]) -> str:
        name = field[1]
        if name in seen:
            return f"(?P={name})"
        seen.add(name)
        if name == "page":
            return rf"(?P<{name}>\d+)"
        return rf"(?P<{name}>[^/?#&]{'*' if name == 'cursor' else '+'})"

    return _FIELD.sub(group, re.escape(template))


def _known(site: Profile) -> str:
    listings = [rule.url for rule in (site.home, site.listing, *site.feeds.values()) if rule]
    return ", ".join([*(url for step in site.steps for url in step.urls), *listings])
