"""A small site in the shape of eastmoney.com, with invented articles: its columns, JSON and pages.

>>> from archiver.replica.articles import Site
>>> columns = Columns(Site(articles=40, seed=1, plain=True))
>>> columns.expected(9).link
'https://finance.eastmoney.com/a/202202202282673839.html'
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from archiver.replica import assets, eastmoney_articles, eastmoney_lists
from archiver.replica.eastmoney_lists import NUMBERS
from archiver.replica.eastmoney_switches import ODDITIES, Oddity, Robots, Switches
from archiver.replica.hosts import Reply, plain

if TYPE_CHECKING:
    from datetime import datetime

    from archiver.replica.articles import Expected, Site

_IN_A_ROW = 10
"""Articles that follow each other in the site and are in the same column."""

OTHER_MEDIUM = "晨岬日报"
_LATER_WORDS = "（更新）"
_OTHER_TITLE = "今晚天气：多云转晴，局部有雾"
_UNNAMED = frozenset({Oddity.CAPTION, Oddity.SPLIT_SOURCE, Oddity.NO_CREDIT})
"""List, JSON and page name no medium."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The articles of ``site``, which must be plain, in columns.

    ``plain``: they have none of this module's oddities, which are others than those of ``Site``.
    ``only_flash``: some flash news have no article.
    """

    site: Site
    plain: bool = False
    only_flash: bool = False
    switches: Switches = field(default_factory=Switches)

    def oddity(self, index: int) -> Oddity | None:
        return None if self.plain or index >= len(ODDITIES) else ODDITIES[index]

    def code(self, index: int) -> str:
        """The 18 digits of an article."""
        return self.site.article(index).digits

    def date(self, index: int) -> datetime:
        later = timedelta(days=1) if self.oddity(index) is Oddity.NEXT_DAY else timedelta()
        return self.site.date(index) + later

    def listed_date(self, index: int) -> datetime:
        later = timedelta(minutes=5) if self.oddity(index) is Oddity.TIMES_DIFFER else timedelta()
        return self.date(index) + later

    def title(self, index: int) -> str:
        """In JSON and on the page; lists have that of the site."""
        oddity, title = self.oddity(index), self.site.title(index)
        if oddity is Oddity.TITLE_CHANGED:
            return title + _LATER_WORDS
        return _OTHER_TITLE if oddity is Oddity.OTHER_TITLE else title

    def media(self, index: int) -> str:
        """The medium that list, JSON and page name."""
        oddity = self.oddity(index)
        if oddity in _UNNAMED:
            return ""
        return OTHER_MEDIUM if oddity is Oddity.MEDIA_DIFFER else self.site.article(index).source

    def listing(self, column: int) -> list[int]:
        """The articles of a column, newest first; empty for an unknown column."""
        indexes = (index for index in range(len(self.site)) if self.column(index) == column)
        return sorted(indexes, key=lambda index: (self.date(index), index), reverse=True)

    def find(self, code: str) -> int | None:
        found = (self.site.find(article_id) for article_id in (code, f"NW{code}"))
        return next((index for index in found if index is not None), None)

    def expected(self, index: int) -> Expected:
        """What a correct archiver finds. Category and tag are those of the source, without a slug."""
        source = self._credited(index)
        return replace(
            self.site.expected(index),
            id=self.code(index),
            title=self.title(index),
            date=self.date(index),
            source=source,
            category="",
            tag=f"{source}新闻",
            digest="",
            link=f"https://finance.eastmoney.com/a/{self.code(index)}.html",
        )

    def _credited(self, index: int) -> str:
        if self.oddity(index) is Oddity.SPLIT_SOURCE:
            return eastmoney_articles.SPLIT_SOURCE
        return self.media(index) or self.site.article(index).source

    def column(self, index: int) -> int:
        return NUMBERS[index // _IN_A_ROW % len(NUMBERS)]


_LISTS = {
    "np-listapi.eastmoney.com": eastmoney_lists.column_list,
    "np-weblist.eastmoney.com": eastmoney_lists.flash_list,
    "newsinfo.eastmoney.com": eastmoney_articles.article,
}
_PAGES = frozenset(
    f"{name}.eastmoney.com"
    for name in (
        *("finance", "stock", "hk", "global", "money", "enterprise", "biz", "fund", "bond", "futures"),
        "wap",
    )
)
"""The hosts that have the pages of articles and columns."""

_ROBOTS = {
    Robots.ALLOWED: (200, assets.ROBOTS),
    Robots.DELAY: (200, f"{assets.ROBOTS}Crawl-delay: 1\n"),
    Robots.FORBIDDEN: (200, "User-agent: *\nDisallow: /\n"),
    Robots.MISSING: (404, "not here\n"),
    Robots.BROKEN: (500, "broken\n"),
}


def answer(columns: Columns, host: str, path: str) -> Reply | None:
    """The answer of a host to a path with its query; None for a host that is not here."""
    if host not in _LISTS and host not in _PAGES:
        return None
    switches = columns.switches
    if path == "/robots.txt":
        status, text = _ROBOTS[switches.robots]
        return Reply(status, "text/plain; charset=utf-8", text.encode())
    if switches.burst:
        return plain(switches.burst.pop(0), "too many requests")
    name, _, query = path.partition("?")
    found = _LISTS[host](columns, name, query) if host in _LISTS else _page(columns, name)
    found = found or plain(404, "not here")
    if switches.cut:
        switches.cut -= 1
        return replace(found, body=found.body[: len(found.body) // 2])
    return found


def _page(columns: Columns, path: str) -> Reply | None:
    if path == "/":
        return eastmoney_articles.front_page()
    return eastmoney_articles.article_page(columns, path) or eastmoney_lists.column_page(columns, path)
