"""An invented site as a few pages, and a fetch function that takes them for the network."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, TypeVar
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http import HtmlResponse, Response

from archiver.errors import Deferred
from archiver.fetch.guard import refusal
from archiver.replica.articles import Site
from archiver.replica.hosts import Conditions, answer
from archiver.run.reading import Reader
from archiver.sites.load import parse
from archiver.sites.profile import Profile
from archiver.trying.check import Fetch, Trial
from archiver.trying.findings import SiteFound

T = TypeVar("T")
HOST = "https://news.example.com"

PROFILE = """
name: mine
origins: [https://news.example.com]
addresses: ['^https://[^/]+/a/(?P<id>\\d{6})\\.html']
listing:
  url: https://news.example.com/{category}/
  rows: li
  fields: {address: 'a::attr(href)', title: a}
  skip: ['/video/']
steps:
  - origin: post_page
    urls: ['{address}']
    present: article
    fields: {title: h1, date: time, source: .credit, body: '#text'}
families:
  - {name: all, id: '\\d{6}'}
"""

ARTICLE = """<html><head><title>{title}</title></head><body><article><h1>{title}</h1>
<time>2026-09-{day} 10:30</time><span class="credit">来源：样例晚报</span>
<div id="text"><p>{title}。样例公司宣布，新的码头将在秋天完工，届时吞吐能力会增加三成。</p><p>公司说，工程的费用没有超出预算。</p>
<img src="/pier.jpg"></div></article></body></html>"""

LISTING = "<html><body><ul>{rows}</ul></body></html>"
ROW = '<li><a href="/a/{id}.html">{title}</a></li>'

ARTICLES = {f"2026{number:02}": f"第{number}号码头开工" for number in range(1, 8)}


def pages() -> dict[str, str]:
    """Address → page."""
    rows = "".join(ROW.format(id=article_id, title=title) for article_id, title in ARTICLES.items())
    rows += '<li><a href="/video/1.html">视频</a></li>'
    return {f"{HOST}/port/": LISTING.format(rows=rows)} | {
        f"{HOST}/a/{article_id}.html": ARTICLE.format(title=title, day=article_id[-2:])
        for article_id, title in ARTICLES.items()
    }


def response(
    url: str, body: str | bytes, kind: str = "text/html; charset=utf-8", status: int = 200
) -> Response:
    content = body.encode() if isinstance(body, str) else body
    return HtmlResponse(
        url, status=status, headers={"Content-Type": kind}, body=content, request=Request(url)
    )


def of_pages(site: Profile | None, known: Mapping[str, str]) -> Fetch:
    """A page that is missing has status 404; a host without pages does not answer."""

    async def fetch(url: str, _page_format: str) -> Response:
        if site and (why := refusal(site, url)):
            raise why
        if url in known:
            return response(url, known[url])
        if not any(urlsplit(page).netloc == urlsplit(url).netloc for page in known):
            raise Deferred("refused", "nothing listens there")
        return response(url, "no such page", status=404)

    return fetch


def of_replica(replica: Site) -> Fetch:
    async def fetch(url: str, _page_format: str) -> Response:
        parts = urlsplit(url)
        path = parts._replace(scheme="", netloc="").geturl()
        reply = answer(replica, parts.netloc, path, Conditions("", ""))
        assert reply, f"the replica does not serve {url}"
        return response(url, reply.body, reply.kind, reply.status)

    return fetch


def with_trial(site: Profile, fetch: Fetch, use: Callable[[Trial], Coroutine[Any, Any, T]]) -> T:
    reader = Reader(10, 10**6)
    try:
        return asyncio.run(use(Trial(site, "https://my.example/", fetch, reader)))
    finally:
        reader.close()


def check(profile: str, known: Mapping[str, str], *urls: str, category: str = "port") -> SiteFound:
    site = parse(profile, "mine.yaml")
    return with_trial(site, of_pages(site, known), lambda trial: trial.check(urls, category))
