"""What a text of an undeclared kind is: plain text or HTML, and whether that is certain."""

from __future__ import annotations

import json
import time
from html import unescape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from archiver.extract.formats import IN_PROCESS, Allowance, TooMuchWork, open_page
from archiver.extract.formats.prose import Prose
from archiver.extract.rules import Value, value_of
from archiver.normalise.body import clean
from archiver.sites.rules import AnyRule

PLAIN = [
    ("沪指收涨", "沪指收涨"),
    ("PE<15且PB>1的公司有8家", "PE&lt;15且PB&gt;1的公司有8家"),
    ("评级<B的样例债共12只", "评级&lt;B的样例债共12只"),
    ("毛利率<B级的12%，A<B且B>A", "毛利率&lt;B级的12%，A&lt;B且B&gt;A"),
    ("<样例公司>发布公告", "&lt;样例公司&gt;发布公告"),
    ("样例S&P指数，R&D投入；AT&T", "样例S&amp;P指数，R&amp;D投入；AT&amp;T"),
    ("a <- b -> c, x << 2", "a &lt;- b -&gt; c, x &lt;&lt; 2"),
    ("a&nosuchname;b", "a&amp;nosuchname;b"),
    ("若A<B and C>D，则买入", "若A&lt;B and C&gt;D，则买入"),
]


@pytest.mark.parametrize(("text", "escaped"), PLAIN)
def test_a_text_without_a_sign_of_html_is_plain_text(text: str, escaped: str) -> None:
    prose = Prose.undeclared(text)
    assert (prose.plain, prose.html, prose.is_certain) == (text, escaped, True)


LINES = [
    ("一、甲。\n二、乙。\n三、丙。", "<p>一、甲。</p><p>二、乙。</p><p>三、丙。</p>"),
    ("甲\r\n\r\n 乙 \r丙", "<p>甲</p><p>乙</p><p>丙</p>"),
    ("甲\u2028乙", "<p>甲</p><p>乙</p>"),
    ("\n　　甲\n", "甲"),
    ("", ""),
]


@pytest.mark.parametrize(("text", "html"), LINES)
def test_each_line_of_plain_text_becomes_a_paragraph(text: str, html: str) -> None:
    assert Prose.undeclared(text).html == html


HTML = [
    ("<em>600000</em>样例<em>银行</em>公告", "600000样例银行公告"),
    ("<P>甲</P>", "甲"),
    ("甲<br>乙", "甲 乙"),
    ("甲<BR/>乙", "甲 乙"),
    ('<p class="a>b">甲', "甲"),
    ("样例茶&amp;样例酒涨停", "样例茶&样例酒涨停"),
    ("样例集团 &#8211; 季报：&ldquo;超预期&rdquo;", "样例集团 – 季报：“超预期”"),
    ("&#x6caa;指", "沪指"),
    ("评级&lt;B的债", "评级<B的债"),
    ("<p>PE<15且PB>1</p>", "PE<15且PB>1"),
    ("<![CDATA[<p>第一段。</p><p>第二段。</p>]]>", "第一段。 第二段。"),
    ("<![CDATA[<p>甲</p>]]><![CDATA[<p>乙</p>]]>", "甲 乙"),
    ("<p>&amp;lt;b&amp;gt;</p>", "&lt;b&gt;"),
    ("<!-- 甲 -->乙", "乙"),
    ("甲<script>alert(1)</script>", "甲<script>alert(1)</script>"),
]


@pytest.mark.parametrize(("text", "plain"), HTML)
def test_a_text_with_a_sign_of_html_is_html_and_decoded_once(text: str, plain: str) -> None:
    prose = Prose.undeclared(text)
    assert (prose.plain, prose.is_html, prose.is_certain) == (plain, True, True)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        pytest.param(
            "&lt;p&gt;第一段。&lt;/p&gt;&lt;p&gt;&amp;ldquo;引号&amp;rdquo;。&lt;/p&gt;",
            "<p>第一段。</p><p>&ldquo;引号&rdquo;。</p>",
            id="a whole text that was escaped",
        ),
        pytest.param(
            " &lt;div class=&quot;a&quot;&gt;甲&lt;/div&gt;\n", '<div class="a">甲</div>', id="attributes"
        ),
        pytest.param("&lt;p&gt;是段落", "&lt;p&gt;是段落", id="an article about HTML"),
        pytest.param("换行写&lt;br&gt;", "换行写&lt;br&gt;", id="a title about HTML"),
        pytest.param("样例茶&amp;amp;样例酒", "样例茶&amp;amp;样例酒", id="references escaped twice"),
        pytest.param("<b>甲", "&lt;b&gt;甲", id="a start tag alone"),
        pytest.param("<div>甲", "<div>甲", id="a start tag of a block alone"),
        pytest.param("<stock>甲</stock>", "&lt;stock&gt;甲&lt;/stock&gt;", id="unknown elements"),
        pytest.param("甲 <b> &amp; 乙", "甲 <b> &amp; 乙", id="a start tag and a reference"),
        pytest.param("<b>甲</b>\n乙", "<b>甲</b><br>乙", id="lines with inline elements"),
        pytest.param(
            '<a\nhref="/a">甲</a>\r\n\r\n乙', '<a\nhref="/a">甲</a><br>乙', id="a line end in a tag"
        ),
    ],
)
def test_a_text_that_could_be_either_is_not_certain(text: str, html: str) -> None:
    prose = Prose.undeclared(text)
    assert (prose.html, prose.is_certain) == (html, False)


@given(st.text(st.sampled_from("甲B<> /=\n1")).filter(lambda text: not Prose.undeclared(text).is_html))
def test_no_character_of_a_plain_text_is_lost(text: str) -> None:
    seen = clean(f"甲{Prose.undeclared(text).html}", "").replace("<p>", "").replace("</p>", "")
    assert "".join(unescape(seen).split()) == "甲" + "".join(text.split())


def test_a_line_end_between_blocks_is_a_blank() -> None:
    text = "<p>甲</p>\n<p>乙\n丙</p>"
    assert Prose.undeclared(text) == (text, True, True)


@pytest.mark.parametrize("piece", ["<a ", "<!--", "<script", "&lt;", "<b>", "</b", "<b '", "&", "<![CDATA["])
def test_the_kind_of_a_hostile_text_is_decided_in_linear_time(piece: str) -> None:
    start = time.process_time()
    prose = Prose.undeclared(piece * (400_000 // len(piece)) + "</p>")
    assert prose.plain is not None
    assert time.process_time() - start < 2


# --- rules


def value(said: Any, field: str, text: str, allowance: Allowance | None = None) -> Value:
    page = open_page(json.dumps({"a": text}), "json")
    return value_of(page, field, TypeAdapter(AnyRule).validate_python(said), allowance)


@pytest.mark.parametrize(
    ("said", "field", "text", "found"),
    [
        ("a", "title", "样例<em>茶</em>&amp;酒", "样例茶&酒"),
        ("a", "source", "样例&middot;财经", "样例·财经"),
        ("a", "digest", "<p>甲</p>", "甲"),
        ("a", "date", "2022-02-22&nbsp;17:47:15", "2022-02-22\xa017:47:15"),
        ("a", "link", "https://a.example/?b=1&amp;c=2", "https://a.example/?b=1&amp;c=2"),
        ("a", "address", "/a?b=1&copy;=2", "/a?b=1&copy;=2"),
        ({"at": "a", "is": "html"}, "address", "/a?b=1&amp;c=2", "/a?b=1&c=2"),
        ({"at": "a", "is": "text"}, "title", "<em>&amp;", "<em>&amp;"),
        ({"at": "a", "is": "html"}, "title", "甲<b>乙", "甲乙"),
        ({"at": "a", "is": "text"}, "body", "<p>甲</p>\n乙", "<p>&lt;p&gt;甲&lt;/p&gt;</p><p>乙</p>"),
        ({"at": "a", "is": "html"}, "body", " 甲\n<b>乙", " 甲\n<b>乙"),
        ("a", "body", "甲\n乙<B", "<p>甲</p><p>乙&lt;B</p>"),
        ({"at": "a", "match": "：(.*)"}, "title", "样例：<em>甲</em>", "甲"),
        ({"at": "a", "drop": ["i"]}, "title", "样例<i>独家</i>&amp;甲", "样例&甲"),
        ({"at": "a", "drop": ["i"]}, "body", "评级<B\n<样例>", "<p>评级&lt;B</p><p>&lt;样例&gt;</p>"),
    ],
)
def test_a_rule_decodes_a_string_as_what_it_is(said: Any, field: str, text: str, found: str) -> None:
    assert value(said, field, text) == (found, False)


@pytest.mark.parametrize("field", ["title", "body", "digest", "source"])
def test_a_guess_is_marked_unless_the_rule_says_the_kind(field: str) -> None:
    assert value("a", field, "<b>甲").is_guessed
    assert not value({"at": "a", "is": "text"}, field, "<b>甲").is_guessed


def test_deciding_the_kind_of_a_long_text_is_work() -> None:
    text = "<b>" * 250_000
    assert value({"at": "a", "is": "html"}, "body", text, Allowance(IN_PROCESS)).text == text
    with pytest.raises(TooMuchWork):
        value("a", "body", text, Allowance(IN_PROCESS))
