"""Finds out how a site lists its articles: a feed, a list in HTML or JSON, or a sitemap."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from scrapy.http import Response

from archiver.errors import ArticleError, BadArgument, Deferred
from archiver.extract.decode import decode
from archiver.extract.formats import open_page
from archiver.extract.formats.html import HtmlFormat, HtmlPage
from archiver.extract.generic.metas import Metas
from archiver.fetch import outcomes
from archiver.fetch.headers import header
from archiver.trying.check import Fetch
from archiver.trying.json_rows import FoundJson, find_json
from archiver.trying.rows import FoundRows, find_rows

FEEDS = ("/feed", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feed.json")
"""Where feeds are, if no page names one."""

_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json")
_COMMENTS = re.compile(r"comment|评论", re.IGNORECASE)
_SITEMAP = re.compile(r"^\s*sitemap\s*:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
_ROWS = {"feed": "entries", "sitemap": "urls"}


@dataclass(slots=True)
class Discovered:
    """How the articles are listed. ``format`` is that of the page at ``url``."""

    url: str
    format: str
    title: str = ""
    """The name of the site."""
    rows: FoundRows | None = None
    json: FoundJson | None = None
    others: list[str] = field(default_factory=list)
    """Addresses of other lists that were found."""


async def discover(fetch: Fetch, url: str, articles: Sequence[str] = ()) -> Discovered:
    """Raises BadArgument if the page cannot be read, or if no list of articles is found."""
    try:
        response = await fetch(url, "")
        if problem := outcomes.of_response(response):
            raise problem
        text = text_of(response)
    except ArticleError as why:
        raise BadArgument(f"{url} cannot be read: {why}") from why
    if kind := kind_of(text):
        return Discovered(url, kind, title=_title_of_feed(text, kind))
    if text.lstrip()[:1] in ("{", "["):
        if found := find_json(text):
            return Discovered(url, "json", json=found)
        raise BadArgument(f"{url} is JSON without a list of objects that have an address and a title")
    page = HtmlFormat().open(text)
    return await _of_html(fetch, response.url, page, articles)


async def _of_html(fetch: Fetch, url: str, page: HtmlPage, articles: Sequence[str]) -> Discovered:
    title, rows = site_title(page), find_rows(page, url, articles)
    feeds = await _of_kind(fetch, "feed", alternates(page, url)[:3], 3)
    feeds = feeds or await _of_kind(fetch, "feed", [urljoin(url, path) for path in FEEDS], 1)
    if feeds:
        return Discovered(feeds[0], "feed", title, rows, others=feeds[1:])
    if rows:
        return Discovered(url, "html", title, rows)
    sitemaps = await _sitemaps(fetch, url)
    if sitemaps:
        return Discovered(sitemaps[0], "sitemap", title, others=sitemaps[1:])
    raise BadArgument(
        f"{url} has no feed, no sitemap and no list of links with titles; if a script makes the list, find "
        "the address that the script requests, and write it after --listing"
    )


async def _of_kind(fetch: Fetch, kind: str, urls: Sequence[str], most: int) -> list[str]:
    """The first addresses with a feed or a sitemap. A host that fails is not asked for the rest."""
    found: list[str] = []
    for url in urls:
        try:
            response = await fetch(url, "")
            if problem := outcomes.of_response(response):
                raise problem
            found += [url] if kind_of(text_of(response)) == kind else []
        except Deferred:
            break
        except ArticleError:
            continue
        if len(found) == most:
            break
    return found


async def _sitemaps(fetch: Fetch, url: str) -> list[str]:
    """The sitemaps in robots.txt that list pages, those of news first."""
    try:
        response = await fetch(urljoin(url, "/robots.txt"), "")
        robots = "" if outcomes.of_response(response) else text_of(response)
    except ArticleError:
        robots = ""
    named = [found[1] for found in _SITEMAP.finditer(robots)] or [urljoin(url, "/sitemap.xml")]
    named.sort(key=lambda address: "news" not in address.lower())
    return await _of_kind(fetch, "sitemap", named[:3], 3)


def text_of(response: Response) -> str:
    return decode(response.body, header(response, "Content-Type")).text


def kind_of(text: str) -> str:
    """``feed`` or ``sitemap`` if the text is one, with entries; else empty."""
    for name, rows in _ROWS.items():
        try:
            if open_page(text, name).rows(rows):
                return name
        except ArticleError:
            continue
    return ""


def alternates(page: HtmlPage, url: str) -> list[str]:
    """The feeds that a page names, without those of comments."""
    return list(dict.fromkeys(urljoin(url, address) for address in _alternates(page)))


def _alternates(page: HtmlPage) -> Iterator[str]:
    for link in page.part.iter("link"):
        kind = (link.get("type") or "").partition(";")[0].strip().lower()
        is_feed = kind in _TYPES and "alternate" in (link.get("rel") or "").lower().split()
        address = link.get("href") or ""
        if is_feed and address and not _COMMENTS.search(f"{address} {link.get('title') or ''}"):
            yield address


def site_title(page: HtmlPage) -> str:
    """The name of the site: as the page states it, else the last part of its title."""
    if named := Metas(page.part).text("site"):
        return named
    parts = re.split(r"\s*(?:[|_·»]|\s[-–—]\s)\s*", page.value("title"))
    return next((part for part in reversed(parts) if part.strip()), "")


def _title_of_feed(text: str, kind: str) -> str:
    return open_page(text, kind).value("title") if kind == "feed" else ""


def host_of(url: str) -> str:
    return urlsplit(url).hostname or ""
