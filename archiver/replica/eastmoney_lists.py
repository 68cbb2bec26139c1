"""The lists of eastmoney: a column as JSON and as a page, and the flash news."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from archiver.replica.answers import as_json
from archiver.replica.dice import mix
from archiver.replica.eastmoney_switches import Api, ColumnPage
from archiver.replica.hosts import HTML, JSON, Reply

if TYPE_CHECKING:
    from archiver.replica.eastmoney import Columns

NUMBERS = (350, 344, 351, 353, 355)
"""The columns, by the numbers that the real site uses."""

SLUGS = {350: "cgnjj", 344: "ccjdd", 351: "cgjjj", 353: "czqyw", 355: "ccjxw"}
"""The number of a column → the name in the address of its page."""

MAX_ROWS = 20
"""Rows of one answer of a list; a larger ``page_size`` is reduced to it without an error."""

_USER_POSTS = 5
"""One of so many rows is followed by a post of a user."""

_ONLY_FLASH = 7
"""One of so many flash news has no article."""


def error(message: str) -> Reply:
    """What the JSON addresses answer in place of data, with status 200."""
    return json_reply({"code": 0, "message": message, "data": None})


def json_reply(value: dict[str, Any]) -> Reply:
    return Reply(200, JSON, as_json(value))


def _missing(name: str) -> Reply:
    return error(f"Required String parameter '{name}' is not present")


def _query(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}


def _number(said: dict[str, str], name: str) -> int:
    """The number in a query; 0 if there is none."""
    text = said.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


# --- a column as JSON


def column_list(columns: Columns, path: str, query: str) -> Reply | None:
    if path != "/comm/web/getNewsByColumns":
        return None
    said = _query(query)
    if "req_trace" not in said:
        return _missing("req_trace")
    if not (column := _number(said, "column")):
        return _missing("column")
    page = _number(said, "page_index") or 1
    data = _page(columns, column, page, min(_number(said, "page_size") or MAX_ROWS, MAX_ROWS))
    columns.site.add(columns.switches.arrivals)
    answer = {"req_trace": said["req_trace"], "code": 1, "message": "success", "data": data}
    switch = columns.switches.api if page >= columns.switches.api_from else Api.GOOD
    if switch is Api.NOTHING:
        return Reply(200, JSON, b"")
    if switch is Api.NO_DATA:
        return json_reply(answer | {"data": None})
    return json_reply(answer | {"data": data | {"list": []}} if switch is Api.NO_ROWS else answer)


def _page(columns: Columns, column: int, page: int, size: int) -> dict[str, Any]:
    """``totle_hits`` is how the real site spells it."""
    indexes = columns.listing(column)
    rows = [row for index in indexes for row in _rows(columns, index)]
    if users_page := columns.switches.users_page:
        start = (users_page - 1) * size
        rows[start:start] = [_user_row(columns, indexes[0], number) for number in range(size)]
    shown = rows[(page - 1) * size : page * size]
    return {"page_index": page, "page_size": size, "totle_hits": len(rows), "list": shown}


def _rows(columns: Columns, index: int) -> list[dict[str, str]]:
    """The row of an article and, after some of them, that of a user's post."""
    row = _row(columns, index)
    return [row] if mix(columns.site.seed, index) % _USER_POSTS else [row, _user_row(columns, index, index)]


def _row(columns: Columns, index: int) -> dict[str, str]:
    code = columns.code(index)
    return {
        "code": code,
        "image": "",
        "mediaName": columns.media(index),
        "np_dst": "CMS",
        "showTime": f"{columns.listed_date(index):%Y-%m-%d %H:%M:%S}",
        "summary": columns.site.digest(index),
        "title": columns.site.title(index),
        "uniqueUrl": f"http://finance.eastmoney.com/a/{code}.html",
        "url": f"http://finance.eastmoney.com/news/1{columns.column(index)},{code}.html",
    }


def _user_row(columns: Columns, index: int, number: int) -> dict[str, str]:
    post = f"{columns.code(index)}{number % 1000:03d}"
    url = f"http://caifuhao.eastmoney.com/news/{post}"
    users = {"code": post, "mediaName": "", "np_dst": "CFH", "uniqueUrl": "", "url": url}
    return _row(columns, index) | users


# --- a column as a page

_LIST = """\
<div class="listBox"><ul id="newsListContent">
{rows}</ul></div>
"""
_ROW = """\
<li id="newsTr{number}">
<div class="image"><a href="{url}"><img src="https://np-newspic.dfcfw.com/download/D{code}_w210h154.jpg"></a></div>
<div class="text"><p class="title"><a href="{url}">{title}</a></p>
<p class="info" title="{summary}">{summary}</p>
<p class="time">{time}</p></div>
</li>
"""
_COLUMN = """\
<!DOCTYPE html>
<html>
<head><meta charset="utf-8"><title>财经频道_东方财富网</title></head>
<body>
<div class="header"><a href="/">财经首页</a></div>
{rows}<div class="Wydj"><div class="tabList">
{rank}</div></div>
<script src="/newslistbefore.js"></script>
</body>
</html>
"""


def column_page(columns: Columns, path: str) -> Reply | None:
    """``/a/cgnjj.html``, ``/a/cgnjj_2.html``."""
    name, _, page = path.removeprefix("/a/").removesuffix(".html").partition("_")
    number = next((number for number, slug in SLUGS.items() if slug == name), None)
    if number is None or not path.startswith("/a/") or not (page or "1").isdigit():
        return None
    rank = "".join(f'<a href="/a/{columns.code(index)}.html">{index}</a>\n' for index in range(3))
    start = (int(page or 1) - 1) * MAX_ROWS
    is_classic = columns.switches.column_page is ColumnPage.CLASSIC
    shown = columns.listing(number)[start : start + MAX_ROWS] if is_classic else []
    rows = _LIST.format(rows="".join(_item(columns, *pair) for pair in enumerate(shown)))
    return Reply(200, HTML, _COLUMN.format(rows=rows, rank=rank).encode())


def _item(columns: Columns, number: int, index: int) -> str:
    return _ROW.format(
        number=number,
        url=f"http://finance.eastmoney.com/a/{columns.code(index)}.html",
        code=columns.code(index),
        title=html.escape(columns.site.title(index)),
        summary=html.escape(columns.site.digest(index)),
        time=f"{columns.listed_date(index):%Y年%m月%d日 %H:%M}",
    )


# --- flash news


def flash_list(columns: Columns, path: str, query: str) -> Reply | None:
    """A cursor is the rank of the last row that was sent."""
    if path != "/comm/web/getFastNewsList":
        return None
    said = _query(query)
    if "req_trace" not in said:
        return _missing("req_trace")
    indexes = sorted(range(len(columns.site)), key=lambda index: (columns.date(index), index), reverse=True)
    ranks = {_rank(columns, index): place for place, index in enumerate(indexes)}
    start = ranks.get(said.get("sortEnd", ""), -1) + 1
    shown = indexes[start : start + min(_number(said, "pageSize") or MAX_ROWS, MAX_ROWS)]
    data = {
        "sortEnd": _rank(columns, shown[-1]) if shown else "",
        "total": len(indexes),
        "fastNewsList": [_flash(columns, index) for index in shown],
    }
    return json_reply({"req_trace": said["req_trace"], "code": "1", "message": "success", "data": data})


def is_only_flash(columns: Columns, index: int) -> bool:
    """Whether the flash news is all that there is of this article."""
    return columns.only_flash and index % _ONLY_FLASH == _ONLY_FLASH - 1


def _rank(columns: Columns, index: int) -> str:
    return f"{columns.date(index).timestamp():.0f}{index:06d}"


def _flash(columns: Columns, index: int) -> dict[str, Any]:
    return {
        "code": columns.code(index),
        "title": columns.site.title(index),
        "summary": columns.site.digest(index),
        "showTime": f"{columns.listed_date(index):%Y-%m-%d %H:%M:%S}",
        "realSort": _rank(columns, index),
        "stockList": [],
    }
