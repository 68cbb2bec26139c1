"""A small site in the shape of eastmoney.com, with invented articles: its columns, JSON and pages.

>>> from archiver.replica.articles import Site
>>> columns = Columns(Site(articles=40, seed=1, plain=True))
>>> columns.expected(9).link
'https://finance.eastmoney.com/a/202202202282673839.html'
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from archiver.replica import assets, eastmoney_pages
from archiver.replica.answers import as_json
from archiver.replica.dice import mix
from archiver.replica.hosts import HTML, JSON, Reply, plain

if TYPE_CHECKING:
    from datetime import datetime

    from archiver.replica.articles import Expected, Site

NUMBERS = (350, 344, 351, 353, 355)
"""The columns, by the numbers that the real site uses."""

_IN_A_ROW = 10
"""Articles that follow each other in the site and are in the same column."""

MAX_ROWS = 20
"""Rows of one answer of the list; a larger ``page_size`` is reduced to it without an error."""

_USER_POSTS = 5
"""One of so many rows is followed by a post of a user."""

BUSY = "系统繁忙，请稍后再试"

EXTRA_LINES = (
    '<p class="em_handle_adv_close">下载手机版，随时看行情</p>'
    "<p>全新妙想投研助理，立即体验</p>"
    "<p>主力资金加仓名单实时更新，点此查看</p>"
    "<p>郑重声明：东方财富网发布此信息的目的在于传播更多信息，与本网站立场无关。</p>"
    '<p class="res-edit">（责任编辑：12）</p>'
)
"""Lines behind the text of an article that are not part of it."""


class Oddity(StrEnum):
    """Article number k has the k-th oddity, unless its site is plain."""

    JSON_BUSY = "json_busy"
    """The JSON address answers that the system is busy, with status 200."""
    OLDER_PAGE = "older_page"
    """The same, and the page has an older template."""
    OLDEST_PAGE = "oldest_page"
    """The same, and the page has the oldest template, which has neither time nor source."""
    EXTRA_LINES = "extra_lines"
    """The text in JSON ends with ``EXTRA_LINES``, as the text of every page does."""
    ONLY_JSON = "only_json"
    """The same, and there is no page."""
    BLANK_FIELDS = "blank_fields"
    """Title, time and source are empty in JSON."""
    GONE = "gone"
    """The list names the article, but neither address has it."""
    NEXT_DAY = "next_day"
    """The article was published on the day after the one in its id."""


ODDITIES = tuple(Oddity)

_BUSY_IN_JSON = frozenset({Oddity.JSON_BUSY, Oddity.OLDER_PAGE, Oddity.OLDEST_PAGE})
_EXTRA_IN_JSON = frozenset({Oddity.EXTRA_LINES, Oddity.ONLY_JSON})
_WITHOUT_PAGE = frozenset({Oddity.ONLY_JSON, Oddity.GONE})


@dataclass(frozen=True, slots=True)
class Columns:
    """The articles of ``site``, which must be plain, in columns.

    ``plain``: they have none of this module's oddities, which are others than those of ``Site``.
    """

    site: Site
    plain: bool = False

    def oddity(self, index: int) -> Oddity | None:
        return None if self.plain or index >= len(ODDITIES) else ODDITIES[index]

    def code(self, index: int) -> str:
        """The 18 digits of an article."""
        return self.site.article(index).digits

    def date(self, index: int) -> datetime:
        later = timedelta(days=1) if self.oddity(index) is Oddity.NEXT_DAY else timedelta()
        return self.site.date(index) + later

    def listing(self, column: int) -> list[int]:
        """The articles of a column, newest first; empty for an unknown column."""
        indexes = (index for index in range(len(self.site)) if self.column(index) == column)
        return sorted(indexes, key=lambda index: (self.date(index), index), reverse=True)

    def find(self, code: str) -> int | None:
        found = (self.site.find(article_id) for article_id in (code, f"NW{code}"))
        return next((index for index in found if index is not None), None)

    def expected(self, index: int) -> Expected:
        """What a correct archiver finds. Category and tag are those of the source, without a slug."""
        article = self.site.article(index)
        return replace(
            self.site.expected(index),
            id=self.code(index),
            date=self.date(index),
            category="",
            tag=f"{article.source}新闻",
            digest="",
            link=f"https://finance.eastmoney.com/a/{self.code(index)}.html",
        )

    def column(self, index: int) -> int:
        return NUMBERS[index // _IN_A_ROW % len(NUMBERS)]


def answer(columns: Columns, host: str, path: str) -> Reply | None:
    """The answer of a host to a path with its query; None for a host that is not here."""
    if host not in _HOSTS:
        return None
    name, _, query = path.partition("?")
    if name == "/robots.txt":
        return Reply(200, "text/plain; charset=utf-8", assets.ROBOTS.encode())
    return _HOSTS[host](columns, name, query) or plain(404, "not here")


# --- the list


def _list(columns: Columns, path: str, query: str) -> Reply | None:
    if path != "/comm/web/getNewsByColumns":
        return None
    said = {name: values[0] for name, values in parse_qs(query).items()}
    if "req_trace" not in said:
        return error("Required String parameter 'req_trace' is not present")
    if not (number := _number(said, "column")):
        return error("Required String parameter 'column' is not present")
    size = min(_number(said, "page_size") or MAX_ROWS, MAX_ROWS)
    data = _page(columns, number, _number(said, "page_index") or 1, size)
    return _json({"req_trace": said["req_trace"], "code": 1, "message": "success", "data": data})


def _number(said: dict[str, str], name: str) -> int:
    """The number in a query; 0 if there is none."""
    text = said.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _page(columns: Columns, column: int, page: int, size: int) -> dict[str, Any]:
    """``totle_hits`` is how the real site spells it."""
    rows = [row for index in columns.listing(column) for row in _rows(columns, index)]
    shown = rows[(page - 1) * size : page * size]
    return {"page_index": page, "page_size": size, "totle_hits": len(rows), "list": shown}


def _rows(columns: Columns, index: int) -> list[dict[str, str]]:
    """The row of an article and, after some of them, that of a user's post."""
    article, code = columns.site.article(index), columns.code(index)
    row = {
        "code": code,
        "image": "",
        "mediaName": article.source,
        "np_dst": "CMS",
        "showTime": f"{columns.date(index):%Y-%m-%d %H:%M:%S}",
        "summary": columns.site.digest(index),
        "title": columns.site.title(index),
        "uniqueUrl": f"http://finance.eastmoney.com/a/{code}.html",
        "url": f"http://finance.eastmoney.com/news/1{columns.column(index)},{code}.html",
    }
    if mix(columns.site.seed, index) % _USER_POSTS:
        return [row]
    post = f"{code}{index % 1000:03d}"
    url = f"http://caifuhao.eastmoney.com/news/{post}"
    return [row, row | {"code": post, "mediaName": "", "np_dst": "CFH", "uniqueUrl": "", "url": url}]


# --- the article


def _article(columns: Columns, path: str, _query: str) -> Reply | None:
    prefix = "/kuaixun/v2/api/article/"
    if not path.startswith(prefix):
        return None
    index = columns.find(path.removeprefix(prefix))
    oddity = None if index is None else columns.oddity(index)
    if index is None or oddity is Oddity.GONE:
        return error("没有数据")  # what the real site answers for an unknown article is not known
    if oddity in _BUSY_IN_JSON:
        return error(BUSY)
    return _json({"code": 1, "message": "success", "data": _fields(columns, index, oddity)})


def _fields(columns: Columns, index: int, oddity: Oddity | None) -> dict[str, str]:
    site = columns.site
    fields = {
        "Art_Title": site.title(index),
        "Art_ShowTime": f"{columns.date(index):%Y/%m/%d %H:%M:%S}",
        "Art_Media_Name": site.article(index).source,
    }
    if oddity is Oddity.BLANK_FIELDS:
        fields = dict.fromkeys(fields, "")
    extra = EXTRA_LINES if oddity in _EXTRA_IN_JSON else ""
    return fields | {
        "Art_Guidance": site.digest(index),
        "Art_Keyword": "",
        "Art_Content": site.body(index).html + extra,
    }


def _article_page(columns: Columns, path: str, _query: str) -> Reply | None:
    code = path.removeprefix("/a/").removesuffix(".html")
    index = columns.find(code) if path == f"/a/{code}.html" else None
    if index is None or (oddity := columns.oddity(index)) in _WITHOUT_PAGE:
        return None
    templates = {
        Oddity.OLDER_PAGE: eastmoney_pages.OLDER,
        Oddity.OLDEST_PAGE: eastmoney_pages.OLDEST,
    }
    template = templates.get(oddity, eastmoney_pages.NEWEST) if oddity else eastmoney_pages.NEWEST
    page = eastmoney_pages.page(
        template,
        title=columns.site.title(index),
        date=columns.date(index),
        source=columns.site.article(index).source,
        lead=columns.site.digest(index),
        body=columns.site.body(index).html + EXTRA_LINES,
    )
    return Reply(200, HTML, page.encode())


def error(message: str) -> Reply:
    """What both JSON addresses answer in place of data, with status 200."""
    return _json({"code": 0, "message": message, "data": None})


def _json(value: dict[str, Any]) -> Reply:
    return Reply(200, JSON, as_json(value))


_HOSTS = {
    "np-listapi.eastmoney.com": _list,
    "newsinfo.eastmoney.com": _article,
    "finance.eastmoney.com": _article_page,
}
