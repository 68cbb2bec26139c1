"""Strings in JSON: which are HTML and which are plain text, and what a reader sees of them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.extract.formats.json_strings import as_html, as_text
from archiver.normalise.body import clean

BODIES = [
    # HTML stays as it is
    ("<p>甲</p>\n<p>乙</p>", "<p>甲</p>\n<p>乙</p>"),
    ("甲<br/>乙", "甲<br/>乙"),
    ("甲<BR>乙\n丙", "甲<BR>乙\n丙"),
    ("<p>甲\n<p>乙", "<p>甲\n<p>乙"),
    ("导语<b>甲</b>", "导语<b>甲</b>"),
    ('<div class="a" data-x=1 hidden>甲', '<div class="a" data-x=1 hidden>甲'),
    ('<img src="/1.png">', '<img src="/1.png">'),
    ("<!-- 甲 -->乙", "<!-- 甲 -->乙"),
    ("<p>评级<B的债券</p>", "<p>评级<B的债券</p>"),
    # plain text: every character stays, and each line is a paragraph
    ("甲", "甲"),
    ("甲。\n乙。", "<p>甲。</p><p>乙。</p>"),
    ("甲。\r\n\r\n\u3000\u3000乙。\n", "<p>甲。</p><p>\u3000\u3000乙。</p>"),
    ("评级<B的债券共8只", "评级&lt;B的债券共8只"),
    ("PE<15且PB>1", "PE&lt;15且PB&gt;1"),
    ("若A<B and C>D，则买入", "若A&lt;B and C&gt;D，则买入"),
    ("指标a<b >c", "指标a&lt;b &gt;c"),
    ("<样例日报>称", "&lt;样例日报&gt;称"),
    ("A&B，R&D投入", "A&amp;B，R&amp;D投入"),
    ("&ldquo;甲&rdquo;&#8230;&nbsp;&lt;", "&ldquo;甲&rdquo;&#8230;&nbsp;&lt;"),
    ("&nosuch", "&amp;nosuch"),
    ("", ""),
    # HTML that was escaped once more, or put into a CDATA section
    ("&lt;p&gt;甲&amp;ldquo;乙&lt;/p&gt;", "<p>甲&ldquo;乙</p>"),
    (" &lt;div class=&quot;a&quot;&gt;甲&lt;br&gt;乙&lt;/div&gt;\n", ' <div class="a">甲<br>乙</div>\n'),
    ("&lt;P&gt;甲&lt;/P&gt;", "<P>甲</P>"),
    ("<![CDATA[<p>甲</p>]]>", "<p>甲</p>"),
    ("<![CDATA[甲\n乙]]>", "<p>甲</p><p>乙</p>"),
    # text about HTML
    ("标签&lt;p&gt;表示段落", "标签&lt;p&gt;表示段落"),
    ("&lt;pre-market&gt;", "&lt;pre-market&gt;"),
    ("&lt;p&gt;表示段落", "&lt;p&gt;表示段落"),
    ("<p>&lt;p&gt;甲&lt;/p&gt;</p>", "<p>&lt;p&gt;甲&lt;/p&gt;</p>"),
]

LINES = [
    ("样例集团 &#8211; 季报：&ldquo;超预期&rdquo;", "样例集团 – 季报：“超预期”"),
    ("样例茶&amp;样例酒涨停", "样例茶&样例酒涨停"),
    ("样例&middot;财经", "样例·财经"),
    ("<em>600000</em>样例<em>银行</em>公告", "600000样例银行公告"),
    ('<font color="red">样例</font>涨停', "样例涨停"),
    ("<b>样例<i>涨停</i></b>", "样例涨停"),
    ("样例<br/>涨停", "样例 涨停"),
    ("<p>样例摘要&hellip;</p>\n", " 样例摘要… \n"),
    ("&#x6D4B;&#35797;", "测试"),
    # characters of the text
    ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ("评级<B的债券", "评级<B的债券"),
    ("PE<15且PB>1", "PE<15且PB>1"),
    ("A<B>C的企业", "A<B>C的企业"),
    ("标签&lt;em&gt;的用法&lt;/em&gt;", "标签<em>的用法</em>"),
    ("&amp;ldquo;", "&ldquo;"),
    ("AT&T与R&D", "AT&T与R&D"),
    ("&copy2022 &nosuch; &;", "&copy2022 &nosuch; &;"),
    ("<样例日报>", "<样例日报>"),
    ("样例", "样例"),
    # addresses
    ("https://e.com/a?x=1&lt;=2&amp;b=3", "https://e.com/a?x=1&lt;=2&amp;b=3"),
    ("//e.com/?a&sect;b", "//e.com/?a&sect;b"),
]


@pytest.mark.parametrize(("string", "html"), BODIES)
def test_a_string_is_read_as_html(string: str, html: str) -> None:
    assert as_html(string) == html


@pytest.mark.parametrize(("string", "text"), LINES)
def test_a_string_is_read_as_a_reader_sees_it(string: str, text: str) -> None:
    assert as_text(string) == text


@given(st.text(st.sampled_from("甲B<> /=\n1")).filter(lambda text: not as_html(text).startswith(text)))
def test_no_character_of_a_plain_text_is_lost(text: str) -> None:
    seen = clean(f"甲{as_html(text)}", "").replace("&lt;", "<").replace("&gt;", ">").replace("<p>", "")
    assert "".join(seen.replace("</p>", "").split()) == "甲" + "".join(text.split())


@pytest.mark.parametrize(
    "unit", ["<p ", '<p a="', "<p a=b ", "&lt;p", "<![CDATA[", "&", "&#1", "</p ", "<b\n"]
)
def test_long_strings_take_linear_time(unit: str) -> None:
    began = time.process_time()
    as_html(unit * 100_000), as_text(unit * 100_000)
    assert time.process_time() - began < 2
