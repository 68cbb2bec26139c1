"""The feeds of the vendor (JSON) and of the site (Atom)."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from archiver.replica.addresses import HOST, post_path
from archiver.replica.answers import as_json, clock
from archiver.replica.layout import NAME
from archiver.replica.oddities import Oddity
from archiver.replica.rendering import rendered

if TYPE_CHECKING:
    from archiver.replica.articles import Article, Site

_ROWS_IN_ATOM = 10


def by_time(site: Site, count: int) -> bytes:
    """``/web/webapi?type=45``: the newest articles of the NewsShare family."""
    rows = [
        {
            "infocode": article.id,
            "title": site.title(article.index),
            "simtitle": site.title(article.index),
            "simdigest": site.digest(article.index),
            "from": article.source,
            "showtime": clock(article),
        }
        for article in _newest(site, emnews=False, count=count)
    ]
    return as_json({"rc": 1, "nodeList": rows})


def rolling(site: Site, count: int) -> bytes:
    """``/web/webapi?type=102``: the newest articles of the emnews family."""
    rows = [_rolling_row(site, article) for article in _newest(site, emnews=True, count=count)]
    return as_json({"rc": 1, "records": rows})


def _rolling_row(site: Site, article: Article) -> dict[str, Any]:
    row = {
        "id": article.digits,
        "infoCode": article.info_code,
        "title": site.title(article.index),
        "digest": site.digest(article.index),
        "url_w": article.link,
        "showtime": clock(article),
    }
    if article.oddity is Oddity.FEED_HALF_FILLED:
        row |= {"title": "", "showtime": "", "url_w": ""}
    return row


def market_news(site: Site, count: int, market: int) -> bytes:
    """``/information/newmarket/web/webapi?marketType=37``, 38 or 39. Each lists a third of the NewsShare
    family."""
    newest = _newest(site, emnews=False, count=count * 3)
    rows = [
        {
            "infoCode": article.id,
            "title": site.title(article.index),
            "medianame": article.source,
            "datetime": clock(article),
        }
        for article in newest
        if article.index % 3 == market % 3
    ]
    return as_json({"rc": 1, "record": rows[:count]})


def atom(site: Site) -> str:
    """``/feed.xml``: the ten newest posts of both families."""
    newest = [
        article for emnews in (False, True) for article in _newest(site, emnews=emnews, count=_ROWS_IN_ATOM)
    ]
    newest.sort(key=lambda article: article.date, reverse=True)
    entries = "".join(_entry(site, article) for article in newest[:_ROWS_IN_ATOM])
    updated = f"<updated>{newest[0].date.isoformat()}</updated>"
    return (
        '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom">'
        f'<link href="https://{HOST}/feed.xml" rel="self" type="application/atom+xml" />'
        f'{updated}<id>https://{HOST}/feed.xml</id><title type="html">{NAME}</title>{entries}</feed>'
    )


def _entry(site: Site, article: Article) -> str:
    address = f"https://{HOST}{post_path(article)}"
    moment = article.date.isoformat()
    terms = "".join(f'<category term="{html.escape(tag)}" />' for tag in article.category.tag.split())
    return (
        f'<entry><title type="html">{html.escape(site.title(article.index))}</title>'
        f'<link href="{address}" rel="alternate" type="text/html" />'
        f"<published>{moment}</published><updated>{moment}</updated><id>{address.removesuffix('.html')}</id>"
        f'<content type="html">{html.escape(rendered(site, article))}</content>{terms}</entry>'
    )


def _newest(site: Site, *, emnews: bool, count: int) -> list[Article]:
    return [site.article(index) for index in site.newest(emnews=emnews, limit=count)]
