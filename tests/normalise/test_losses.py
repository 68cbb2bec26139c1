"""The doubt ``body/dropped``: which losses are counted, and which are not."""

from __future__ import annotations

import time

import pytest

from archiver.normalise.body import cleaned
from archiver.normalise.losses import Losses, text_length

BASE = "https://news.example.com/a/1.html"


@pytest.mark.parametrize(
    "html",
    [
        '<p>正文够长，这里有一些话，比隐藏的长。</p><div style="display:none"><p>看不见的一段文字，不知用途</p></div>',
        "<p>正文够长，这里有一些话，比隐藏的长。</p><span hidden>看不见的一段很长很长很长很长很长的文字。</span>",
        '<p>正文</p><div style="display:none"><img src="/1.jpg"></div>',
        '<div style="font-size:0">尺寸为零的一句完整的话。</div><p>正文</p>',
        '<p>见图</p><img class="lazy" src="/loading.gif">',
        '<p>见图</p><canvas width="600" height="300"></canvas>',
        "<p>见式</p><math><mspace width='1em'></mspace></math>",
        '<p>见视频</p><video src="blob:x"></video>',
    ],
)
def test_lost_content_is_a_doubt(html: str) -> None:
    assert cleaned(html, BASE).lost_content


@pytest.mark.parametrize(
    "html",
    [
        "<p>正文</p><p></p>",
        "<p>正文</p><script>var text = '很长很长很长很长的文字';</script><style>.a { color: red }</style>",
        "<p>正文</p><!-- 注释 > 里的很长很长很长的文字 -->",
        "<p>正文</p><template><p>模板里的很长很长很长的文字</p></template>",
        "<p>正文</p><noscript>请打开浏览器的脚本功能再来看</noscript>",
        "<p>正文</p><iframe src='https://pos.baidu.com/x'>浏览器不支持框架，请升级</iframe>",
        '<p>正文</p><img src="https://t.example.com/1.gif" width="1" height="1">',
        "<p>正文</p><div hidden>{{ item.title }}，{{ item.text }}</div>",
        "<p>　　正文　　</p>\n\n\n    <p>&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;甲</p><p></p>",
        '<p title="a > b 属性里的很长很长很长的文字">正文</p><p></p>',
        "<p>&ldquo;正文&rdquo;&mdash;&mdash;&hellip;&hellip;A&B 1 < 2</p><p></p>",
        "<p>正\u200b\u200b\u200b\u200b\u200b\u200b\u200b\u200b\u200b\u200b文\0\0\0\0\0\0\0\0\0\0</p><p></p>",
        "<form><label>选择</label><select><option>甲乙丙丁戊己庚辛</option></select></form>",
        "<custom-element onclick=x><p>正文正文正文正文</p></custom-element>",
        '<p style="height:1px;overflow:hidden" onclick="x()">正文正文正文正文正文</p>',
        '<p><a href="javascript:;">正文正文正文正文正文</a></p>',
        '<p>正文</p><img style="display:none" src="/1.jpg"><svg width="16"><path/></svg>',
    ],
)
def test_cleaning_that_loses_no_content_is_not_a_doubt(html: str) -> None:
    assert not cleaned(html, BASE).lost_content


@pytest.mark.parametrize(
    ("html", "length"),
    [
        ("<p>沪指 收涨</p>", 4),
        ("<p>A&amp;B&nbsp;&lt;</p>", 4),
        ("<p title='a>b'>甲</p><!-- 乙 -->丙<script>丁</script>", 2),
        ("1 < 2", 3),
        ("<p title='甲>乙", 1),
        ("<!-- 甲", 0),
        ("<script>甲", 0),
    ],
)
def test_visible_characters_are_counted(html: str, length: int) -> None:
    assert text_length(html) == length


def test_a_few_characters_are_not_reported() -> None:
    losses = Losses()
    losses.compare("<p>正文一二三四五六七</p>", "<p>正文</p>")
    assert (losses.text, losses.matter) == (7, False)
    losses.compare("<p>八</p>", "")
    assert losses.matter


@pytest.mark.parametrize("unit", ["<!--", "<script>", "<p '", '<p "', "<", "<p>甲</p>", "&amp;", "<video>"])
def test_a_megabyte_is_compared_in_linear_time(unit: str) -> None:
    html = unit * (1_000_000 // len(unit))
    started = time.process_time()
    Losses().compare(html, "")
    assert time.process_time() - started < 4
