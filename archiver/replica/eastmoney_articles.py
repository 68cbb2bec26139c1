"""The articles of eastmoney, as JSON and as pages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archiver.replica import eastmoney_pages
from archiver.replica.bodies import SOURCE_LINE
from archiver.replica.eastmoney_lists import error, is_only_flash, json_reply
from archiver.replica.eastmoney_switches import Oddity
from archiver.replica.hosts import HTML, Reply

if TYPE_CHECKING:
    from archiver.replica.eastmoney import Columns

BUSY = "系统繁忙，请稍后再试"

EXTRA_LINES = (
    '<p class="em_handle_adv_close">下载手机版，随时看行情</p>'
    "<p>　　全新妙想投研助理，立即体验</p>"
    "<p>主力资金加仓名单实时更新，点此查看</p>"
    "<p>郑重声明：东方财富网发布此信息的目的在于传播更多信息，与本网站立场无关。</p>"
    '<p class="res-edit">（责任编辑：12）</p>'
)
"""Lines behind the text of an article that are not part of it."""

CAPTION = (
    '<center><img src="https://np-newspic.dfcfw.com/download/D1.jpg"></center><p>（图片来源：晨岬图社）</p>'
)
SPLIT_SOURCE = "上海证券报"
_SPLIT_LINE = (
    '<p class="em_media">（文章来源：上海<span id="Info.1"><a class="infokey" href="http://data.eastmoney.com/">'
    "证券</a></span>报）</p>"
)
_NOTICE = "<p>该文已被删除</p>"

_BUSY_IN_JSON = frozenset(
    {Oddity.JSON_BUSY, Oddity.OLDER_PAGE, Oddity.OLDEST_PAGE, Oddity.GB_PAGE, Oddity.GB_AS_UTF8}
)
_EXTRA_IN_JSON = frozenset({Oddity.EXTRA_LINES, Oddity.ONLY_JSON})
_NOT_IN_JSON = frozenset({Oddity.GONE, Oddity.TO_FRONT_PAGE, Oddity.NOTICE})
_WITHOUT_PAGE = frozenset({Oddity.ONLY_JSON, Oddity.GONE})
_TEMPLATES = {
    Oddity.OLDER_PAGE: eastmoney_pages.OLDER,
    Oddity.OLDEST_PAGE: eastmoney_pages.OLDEST,
}


def body(columns: Columns, index: int) -> str:
    """The text of an article, without ``EXTRA_LINES``."""
    markup = columns.site.body(index).html
    credit = SOURCE_LINE.format(columns.site.article(index).source)
    oddity = columns.oddity(index)
    if oddity is Oddity.CAPTION:
        return CAPTION + markup
    if oddity is Oddity.SPLIT_SOURCE:
        return markup.replace(credit, _SPLIT_LINE)
    return markup.replace(credit, "") if oddity is Oddity.NO_CREDIT else markup


def article(columns: Columns, path: str, _query: str) -> Reply | None:
    prefix = "/kuaixun/v2/api/article/"
    if not path.startswith(prefix):
        return None
    index = columns.find(path.removeprefix(prefix))
    if index is None or columns.oddity(index) in _NOT_IN_JSON or is_only_flash(columns, index):
        return error("没有数据")  # what the real site answers for an unknown article is not known
    if columns.oddity(index) in _BUSY_IN_JSON:
        return error(BUSY)
    return json_reply({"code": 1, "message": "success", "data": _fields(columns, index)})


def _fields(columns: Columns, index: int) -> dict[str, str]:
    oddity = columns.oddity(index)
    fields = {
        "Art_Title": columns.title(index),
        "Art_ShowTime": f"{columns.date(index):%Y/%m/%d %H:%M:%S}",
        "Art_Media_Name": columns.media(index),
    }
    if oddity is Oddity.BLANK_FIELDS:
        fields = dict.fromkeys(fields, "")
    return fields | {
        "Art_Guidance": columns.site.digest(index),
        "Art_Keyword": "",
        "Art_Content": body(columns, index) + (EXTRA_LINES if oddity in _EXTRA_IN_JSON else ""),
    }


_ARTICLE = re.compile(r"/a/(\d{18})\.html|/news/1\d+,(\d{18})\.html")


def article_page(columns: Columns, path: str) -> Reply | None:
    """Both forms of an article's address, at every host."""
    named = _ARTICLE.fullmatch(path)
    index = columns.find(named[1] or named[2]) if named else None
    if index is None or is_only_flash(columns, index):
        return None
    oddity = columns.oddity(index)
    if oddity in _WITHOUT_PAGE:
        return None
    if oddity is Oddity.TO_FRONT_PAGE:
        return Reply(302, HTML, b"", {"Location": "https://finance.eastmoney.com/"})
    page = eastmoney_pages.page(
        _TEMPLATES.get(oddity, eastmoney_pages.NEWEST) if oddity else eastmoney_pages.NEWEST,
        title=columns.title(index),
        date=columns.date(index),
        source=columns.media(index),
        lead=columns.site.digest(index),
        body=_NOTICE if oddity is Oddity.NOTICE else body(columns, index) + EXTRA_LINES,
    )
    if oddity is Oddity.GB_PAGE:
        return Reply(200, "text/html", page.replace('<meta charset="utf-8">\n', "").encode("gb18030"))
    return Reply(200, HTML, page.encode("gb18030" if oddity is Oddity.GB_AS_UTF8 else "utf-8"))


def front_page() -> Reply:
    return Reply(200, HTML, eastmoney_pages.FRONT.encode())
