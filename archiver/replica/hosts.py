"""The response of each real host to a path. All hosts serve the same site."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote

from archiver.replica import addresses, answers, assets, feeds, pages
from archiver.replica.share import share
from archiver.replica.sources import EMNEWS, SITE_NEWS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archiver.replica.articles import Site

HTML = "text/html; charset=utf-8"
JSON = "application/json; charset=utf-8"

_DEFAULT_COUNT = 100


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    kind: str
    """The content type."""
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Conditions:
    """The two request headers that make a request conditional, as received. A missing header is empty."""

    none_match: str = ""
    modified_since: str = ""

    def __bool__(self) -> bool:
        return bool(self.none_match or self.modified_since)

    def met_by(self, tag: str, modified: datetime) -> bool:
        """Whether the client already has this version. A tag takes precedence over a date (RFC 9110,
        13.2.2)."""
        if self.none_match:
            return tag in {known.strip().removeprefix("W/") for known in self.none_match.split(",")}
        try:
            since = parsedate_to_datetime(self.modified_since)
        except ValueError:
            return False
        return since.tzinfo is not None and modified <= since


def plain(status: int, sentence: str) -> Reply:
    return Reply(status, "text/plain; charset=utf-8", f"{sentence}\n".encode())


def answer(site: Site, host: str, path: str, conditions: Conditions) -> Reply | None:
    """The response of a real host. ``path`` includes the query, as received. None for a host that the replica
    does not have."""
    if host not in _HOSTS:
        return None
    name, _, query = path.partition("?")
    return _first_reply(_HOSTS[host], site, name, query, conditions)


def answer_as_one(site: Site, path: str, conditions: Conditions) -> Reply:
    """The response of one host that serves the paths of all hosts. Links between the hosts are rewritten, so
    that a person can use a browser."""
    name, _, query = path.partition("?")
    every = (*_SHARE, *_FEED, *_MARKET, *_SITE)
    reply = _first_reply(every, site, name, query, conditions)
    if reply.kind != HTML:
        return reply
    return Reply(reply.status, reply.kind, _with_local_links(reply.body.decode()).encode(), reply.headers)


_REAL_HOSTS = re.compile(
    r'(?<==")(?:https?:)?//(?:finews\.withounder\.com|finews\.zning\.xyz|choicewzp1\.eastmoney\.com)(?=/)'
)
_PICTURES = re.compile(r'(?<= src=")https://(?:webquoteklinepic\.eastmoney\.com|dfscdn\.dfcfw\.com)(?=/)')


def _with_local_links(page: str) -> str:
    """Makes links to the replica's hosts root-relative and replaces pictures with the replica's own."""
    return _PICTURES.sub("/pictures", _REAL_HOSTS.sub("", page))


def _first_reply(
    handlers: tuple[_Handler, ...], site: Site, path: str, query: str, conditions: Conditions
) -> Reply:
    for handler in (_on_every_host, *handlers):
        reply = handler(site, path, query, conditions)
        if reply is not None:
            return reply
    return plain(404, "no such page")


def _on_every_host(_site: Site, path: str, _query: str, _conditions: Conditions) -> Reply | None:
    if path == "/robots.txt":
        return Reply(200, "text/plain; charset=utf-8", assets.ROBOTS.encode())
    if path.startswith("/pictures/"):
        return Reply(200, "image/svg+xml", assets.PICTURE.encode())
    return None


def _share(_site: Site, path: str, query: str, _conditions: Conditions) -> Reply | None:
    if path != "/html_News/NewsShare.html":
        return None
    return _html(200, share(_argument(query, "infoCode")))


def _text(site: Site, path: str, query: str, _conditions: Conditions) -> Reply | None:
    """Digits alone are the id of the emnews article; ``NW`` and digits are the id of the NewsShare article.
    If only one of the two exists, the service sends it for both ids."""
    if path != "/NewsData/GetNewsText.do":
        return None
    asked = _argument(query, "id")
    digits = asked.removeprefix("NW")
    found = (site.find(article_id) for article_id in (asked, digits, f"NW{digits}"))
    index = next((index for index in found if index is not None), None)
    body = None if index is None else answers.text_answer(site, index)
    return plain(404, "no such article") if body is None else Reply(200, JSON, body)


def _feed(site: Site, path: str, query: str, _conditions: Conditions) -> Reply | None:
    if path != "/web/webapi":
        return None
    by_type = {"45": feeds.by_time, "102": feeds.rolling}
    feed = by_type.get(_argument(query, "type"))
    return feed and Reply(200, JSON, feed(site, _count(query)))


def _market(site: Site, path: str, query: str, _conditions: Conditions) -> Reply | None:
    market = _argument(query, "marketType")
    if path != "/information/newmarket/web/webapi" or market not in ("37", "38", "39"):
        return None
    return Reply(200, JSON, feeds.market_news(site, _count(query), int(market)))


def _lists(site: Site, path: str, _query: str, conditions: Conditions) -> Reply | None:
    """The pages and the feed that change when an article is published."""
    if path in ("/", "/index.html"):
        return _listing(site, None, conditions, lambda: pages.home(site))
    if path == "/feed.xml":
        return _listing(site, None, conditions, lambda: feeds.atom(site), kind="application/xml")
    if path in ("/emnews/", "/emnews/index.html"):
        return _listing(site, EMNEWS.slug, conditions, lambda: pages.emnews_list(site))
    slug = unquote(path).removeprefix("/category/").removesuffix(".html")
    source = addresses.category_at(site, slug) if path.startswith("/category/") else None
    if source is None:
        return None
    return _listing(site, slug, conditions, lambda: pages.category(site, source))


def _posts(site: Site, path: str, _query: str, _conditions: Conditions) -> Reply | None:
    if path == addresses.NOTICE_PATH and addresses.category_at(site, SITE_NEWS.slug):
        return _html(200, pages.notice())
    index = addresses.post_at(site, path)
    return None if index is None else _html(200, pages.post(site, index))


def _assets(_site: Site, path: str, _query: str, _conditions: Conditions) -> Reply | None:
    if path == "/assets/css/style.css":
        return Reply(200, "text/css; charset=utf-8", assets.STYLE.encode())
    if path.startswith("/assets/js/"):
        return Reply(200, "text/javascript; charset=utf-8", b"")
    return None


def _missing(_site: Site, _path: str, _query: str, _conditions: Conditions) -> Reply:
    return _html(404, pages.not_found())


_Handler = Callable[["Site", str, str, Conditions], "Reply | None"]
_SITE: tuple[_Handler, ...] = (_lists, _posts, _assets, _missing)
_SHARE: tuple[_Handler, ...] = (_share, _text)
_FEED: tuple[_Handler, ...] = (_feed,)
_MARKET: tuple[_Handler, ...] = (_market,)
_HOSTS: dict[str, tuple[_Handler, ...]] = {
    "finews.withounder.com": _SITE,
    "finews.zning.xyz": _SHARE,
    "choicewzp1.eastmoney.com": _SHARE,
    "183.136.162.242": _FEED,
    "43.240.125.15:1818": _MARKET,
}


def _listing(
    site: Site, slug: str | None, conditions: Conditions, render: Callable[[], str], kind: str = HTML
) -> Reply:
    """Renders the page only if the client does not have this version. ``slug`` is None for a page that shows
    all categories."""
    count = len(site) if slug is None else site.count(slug)
    tag = f'"{site.seed:x}-{site.day:%y%m%d}-{site.plain:d}-{count:x}"'
    modified = site.modified(slug)
    headers = {"ETag": tag, "Last-Modified": format_datetime(modified.astimezone(UTC), usegmt=True)}
    if conditions.met_by(tag, modified):
        return Reply(304, kind, b"", headers)
    return Reply(200, kind, render().encode(), headers)


def _html(status: int, page: str) -> Reply:
    return Reply(status, HTML, page.encode())


def _argument(query: str, name: str) -> str:
    return parse_qs(query).get(name, [""])[0]


def _count(query: str) -> int:
    asked = _argument(query, "count")
    return min(int(asked), 500) if asked.isascii() and asked.isdigit() and len(asked) < 10 else _DEFAULT_COUNT
