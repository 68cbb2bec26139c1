"""The text of a rule is what a browser would copy: blanks between blocks, nothing hidden (fault C21)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from archiver.extract.formats import open_page, text_of
from archiver.items import Evidence
from archiver.normalise import dates, sources

IN_ONE_LINE = [
    ("样例公告", "样例公告"),
    ("<b>样</b><i>例</i>", "样例"),
    ("样<em>例</em>涨<em>价</em>", "样例涨价"),
    ("<em>样例</em><em>涨价</em>", "样例涨价"),
    ("<font color=red>样</font>例<u></u>涨价", "样例涨价"),
    ("Sam<strong>ple</strong> Corp", "Sample Corp"),
    ("H<sub>2</sub>O", "H2O"),
    ("样<wbr>例", "样例"),
    ("样<!-- 注 -->例", "样例"),
    ("样例<a href=/x>涨价</a>了", "样例涨价了"),
    ('<img src="x.png" alt="图">样例', "样例"),
    ("<span>样例</span>\n<span>涨价</span>", "样例\n涨价"),
    ("<ruby>样<rt>yàng</rt></ruby>例", "样yàng例"),
    ('<div style="display:inline">样</div>例', "样例"),
    ('<span style="display:inline-block">样</span>例', "样例"),
]
"""Markup inside an element, and its text: the same for every field."""

SEPARATE = [
    ("Sample Corp<br>raises outlook", "Sample Corp raises outlook"),
    ("样例<br><br/>涨价", "样例 涨价"),
    ("<p>样例</p><p>涨价</p>", "样例 涨价"),
    ("样例<div>涨价</div>了", "样例 涨价 了"),
    ("<p>样例</p> <p>涨价</p>", "样例 涨价"),
    ("<table><tr><td>样例</td><td>12</td></tr><tr><td>34</td></tr></table>", "样例 12 34"),
    ("<ul><li>样例</li><li>涨价</li></ul>", "样例 涨价"),
    ("<dl><dt>来源</dt><dd>样例</dd></dl>", "来源 样例"),
    ("<section>样例</section><aside>涨价</aside>", "样例 涨价"),
    ("<b>样例</b><p><i>涨价</i></p>", "样例 涨价"),
    ("样例<hr>涨价", "样例 涨价"),
    ("<h2>样例</h2>涨价", "样例 涨价"),
    ('<span style="display:block">样例</span>涨价', "样例 涨价"),
    ('<span style="color:red; float : left">样例</span><span>涨价</span>', "样例 涨价"),
    ('样例<br style="display:inline">涨价', "样例 涨价"),
    ("<p>\u3000样例</p>涨价<p></p><p></p>", "样例 涨价"),
]

HIDDEN = [
    ('样例<script>var t="x";</script>', "样例"),
    ("<style>.a{}</style>样例", "样例"),
    ("样例<template><b>模板</b></template>涨价", "样例涨价"),
    ("样例<noscript>请打开脚本</noscript>", "样例"),
    ("样例<textarea>复制</textarea>", "样例"),
    ("<select><option>大</option><option>小</option></select>样例", "样例"),
    ("<svg><title>图标</title><desc>说明</desc></svg>样例", "样例"),
    ("<!-- 注 -->样例<?php x ?>", "样例"),
    ("样例<span hidden>晚报</span>", "样例"),
    ("样例<span hidden=until-found>晚报</span>", "样例"),
    ('样例<span style="display:none">晚报</span>', "样例"),
    (f'样例<span style="{"color:red;" * 30}display:none">晚报</span>', "样例"),
    ('样例<p style="color:red;DISPLAY : NONE !important">晚报</p>', "样例"),
    ('样例<span style="visibility:hidden">晚报</span>', "样例"),
    ('样例<i style="opacity:0">晚报</i>', "样例"),
    ('样例<span style="font-size:0">晚报</span>', "样例"),
    ('样<b style="font-size:0px">晚<i>报</i></b>例', "样例"),
    ('样<div style="font-size:0;display:none"><p>晚报</p></div>例', "样例"),
    ('<span style="display:none">晚<b>报</b></span>样例', "样例"),
]

SHOWN = [
    ('样例<span aria-hidden="true">晚报</span>', "样例晚报"),
    ('样例<span style="opacity:0.5">晚报</span>', "样例晚报"),
    ('样例<span style="font-size:0.9em">晚报</span>', "样例晚报"),
    (
        '<b style="font-size:0">无<i style="font-size:14px">样</i><i class="a">例</i><i size="2">晚报</i></b>',
        "样例晚报",
    ),
    ('<div style="font-size:0">无<p>样例</p></div>晚报', "样例 晚报"),
    ('样例<span style="x-display:none">晚报</span>', "样例晚报"),
    ('样例<span data-hidden="1" class="hidden-xs">晚报</span>', "样例晚报"),
    ('<math><mi>x</mi><annotation encoding="TeX">\\x</annotation></math>', "x"),
]


def read(inside: str, field: str = "title") -> str:
    return text_of(open_page(f"<html><body><div id=a>{inside}</div></body></html>", "html"), field, "#a")


@pytest.mark.parametrize(("inside", "text"), IN_ONE_LINE + SEPARATE + HIDDEN + SHOWN)
def test_a_title_is_what_a_browser_would_copy(inside: str, text: str) -> None:
    assert read(inside) == text


@pytest.mark.parametrize(("inside", "text"), IN_ONE_LINE + SEPARATE + HIDDEN + SHOWN)
def test_a_source_without_elements_side_by_side_is_what_a_browser_would_copy(inside: str, text: str) -> None:
    assert read(inside, "source") == text


PIECES = [
    ("<span>发布时间：02-22</span><span>12:00</span>", "发布时间：02-22 12:00"),
    ("<span>来源：样例时报网</span><span>作者：王某</span>", "来源：样例时报网 作者：王某"),
    ("<a href=/m>样例时报</a><a href=/w>王某</a>", "样例时报 王某"),
    ("<span><em>02-22</em></span><span><em>12:00</em></span>", "02-22 12:00"),
    ("<span>2022-02-22</span><em>17:47</em>", "2022-02-22 17:47"),
    ("<em>2022-02-22</em><span>17:47</span>", "2022-02-22 17:47"),
    ("<span>02-22</span><!-- 注 --><span>12:00</span>", "02-22 12:00"),
    ("<span>02-22</span><img src=clock.png><span>12:00</span>", "02-22 12:00"),
    ("<label>02-22</label><time>12:00</time>", "02-22 12:00"),
    ("<span>02-22</span><span hidden>更新</span><span>12:00</span>", "02-22 12:00"),
    ("<span>2022年02月22日</span><span>17:47</span>", "2022年02月22日 17:47"),
    ("<x-day>02-22</x-day><x-time>12:00</x-time>", "02-22 12:00"),
]
WHOLE = [
    "2022-02-2<b>2</b>",
    "<b>2022-02-2</b><b>2</b>",
    "2022-02-2<span>2</span>",
    "<span>2022</span>-<span>02</span>-<span>22</span>",
    "<span>2022</span><span>-02-22</span>",
    "<span>2022-02-</span><span>22</span>",
    "<span>17:</span><span>47</span>",
    "<b>样</b><i>例</i>",
    "来源：<a href=/x>中国</a>样例报",
    "来源：样例<span>晚报</span>",
    "<span>来源：</span><span>样例晚报</span>",
    "<em>样例</em><em>晚报</em>",
    "<span>样例晚报</span>",
    "<span></span>样例<span></span>晚报",
    '来源：上海<span id="bk_1"><a href="/q">样例</a></span><span id="quote_1"></span>报',
    "<span>样例</span><span hidden>x</span>晚报",
]


@pytest.mark.parametrize(("inside", "text"), PIECES + [(html, read(html)) for html in WHOLE])
def test_elements_side_by_side_are_separate_words_in_dates_and_sources(inside: str, text: str) -> None:
    assert read(inside, "date") == read(inside, "source") == text


@pytest.mark.parametrize("inside", [html for html, _ in PIECES] + WHOLE)
def test_elements_side_by_side_stay_together_in_titles(inside: str) -> None:
    assert " " not in read(inside)


def test_the_fields_of_a_page_in_pieces_are_understood() -> None:
    now = datetime(2022, 2, 23, tzinfo=UTC)
    said = read("<span>发布时间：02-22</span><span>12:00</span>", "date")
    assert dates.parse(said, now).at.isoformat() == "2022-02-22T12:00:00+08:00"
    credit = sources.decide(
        [Evidence(read("<span>样例时报网</span><span>作者：王某</span>", "source"), "x")], {}
    )
    assert (credit.name, credit.author, credit.notes) == ("样例时报网", "王某", ())


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("xpath:string(//*[@id='a'])", "样例一二三x()"),
        ("xpath:concat(//b, '|', //*[@id='a'])", "一|样例一二三x()"),
        ("xpath:normalize-space(//*[@id='a'])", "样例一二三x()"),
        ("xpath://b/text()", "一"),
        ("#a::text", "样例"),
        ("xpath://script", "x()"),
        ("script", "x()"),
        ("#c", "四"),
        ("#d", "五"),
        ("#e", "六七"),
        ("xpath://comment()", "注"),
        ("xpath://b/@class", "k"),
    ],
)
def test_what_a_rule_names_itself_is_read(rule: str, text: str) -> None:
    html = (
        "<html><body><!-- 注 --><div id=a>样例<b class=k>一</b><p hidden>二</p><p>三</p><script>x()</script></div>"
        '<p id=c style="display:none">四</p><p id=d hidden>五</p><p id=e style="font-size:0">六<b>七</b></p></body></html>'
    )
    assert open_page(html, "html").value(rule) == text


@pytest.mark.parametrize("tag", ["b", "div", "span style='font-size:0'", "span class=a"])
def test_a_deeply_nested_text_is_read(tag: str) -> None:
    nested = f"<{tag}>" * 500 + "<p>样例</p>" + f"</{tag.split()[0]}>" * 500
    assert read(nested) == read(nested, "date") == "样例"


def test_the_rows_of_a_listing_are_read_in_the_same_way() -> None:
    html = "<ul><li><a href=/1>样例<br>涨价<i hidden>（热）</i></a><s><u>02-22</u><a>12:00</a></s></li></ul>"
    (row,) = open_page(html, "html").rows("li")
    assert text_of(row, "title", "a") == "样例 涨价"
    assert text_of(row, "date", "s") == "02-22 12:00"
