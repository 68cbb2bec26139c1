"""Which hidden parts of a body are kept. Add a row for a site that hides its text in another way."""

from __future__ import annotations

import time

import pytest

from archiver.normalise.body import clean, cleaned

BASE = "https://news.example.com/a/1.html"
REST = "<p>库存仍高，价格回落。</p>"

KEPT = [
    pytest.param(f'<div style="display:none">{REST}</div>', f"<div>{REST}</div>", id="the container"),
    pytest.param(
        f'<div style="visibility: hidden; opacity: 0; ">{REST}</div>', f"<div>{REST}</div>", id="two styles"
    ),
    pytest.param(f"<div hidden>{REST}</div>", f"<div>{REST}</div>", id="the attribute"),
    pytest.param(
        f'<div style="font-size:0">总述。{REST}</div>', f"<div>总述。{REST}</div>", id="a container of size 0"
    ),
    pytest.param(
        f'<div style="opacity:0"><div style="display:none">{REST}</div></div>',
        f"<div><div>{REST}</div></div>",
        id="two containers",
    ),
    pytest.param(
        f'<p>需求回升。</p><div style="display:none">{REST}</div><a href="javascript:;">展开全文</a>',
        f"<p>需求回升。</p><div>{REST}</div><p>展开全文</p>",
        id="a fold with its control",
    ),
    pytest.param(
        f"<p>需求回升。</p><button>点击展开剩余60%</button><div hidden>{REST}</div>",
        f"<p>需求回升。</p><p>点击展开剩余60%</p><div>{REST}</div>",
        id="a control above the fold",
    ),
    pytest.param(
        f"<p>Demand rose.</p><div hidden>{REST}</div><a>Read more »</a>",
        f"<p>Demand rose.</p><div>{REST}</div><p>Read more »</p>",
        id="a control in English",
    ),
    pytest.param(
        '<p>需求回升，<span style="display:none">但各地差别很大。</span><a>展開</a></p>',
        "<p>需求回升，<span>但各地差别很大。</span>展開</p>",
        id="the rest of a paragraph",
    ),
    pytest.param(
        f'<p>需求回升，生产加快，订单增加。</p><div class="article-fold" style="display:none">{REST}</div>',
        f'<p>需求回升，生产加快，订单增加。</p><div class="article-fold">{REST}</div>',
        id="a fold by its class",
    ),
    pytest.param(
        f'<p>需求回升。</p><div style="display:none">{REST}<p>订单减少。</p></div>',
        f"<p>需求回升。</p><div>{REST}<p>订单减少。</p></div>",
        id="most of the article",
    ),
    pytest.param(
        f'<p>需求回升。</p><div class="wow" style="visibility:hidden">{REST}</div>',
        f'<p>需求回升。</p><div class="wow">{REST}</div>',
        id="a block that fades in",
    ),
    pytest.param(
        '<p>图</p><section style="font-size:0;line-height:0"><img src="/1.png"></section>',
        '<p>图</p><div><img src="https://news.example.com/1.png" /></div>',
        id="a picture in a wrapper of size 0",
    ),
    pytest.param(
        '<p>表</p><div style="font-size:0px"><span style="font-size:16px">甲</span> 乙<b>丙</b></div>',
        '<p>表</p><div><span style="font-size:16px">甲</span></div>',
        id="children with a size of their own",
    ),
    pytest.param(
        '<div style="font-size:0"> <p>甲</p> <span class="big">乙</span></div><p>丙</p>',
        '<div> <p>甲</p> <span class="big">乙</span></div><p>丙</p>',
        id="blocks and classes in a wrapper of size 0",
    ),
    pytest.param(
        '<p>图</p><img style="opacity:0" src="/1.png">',
        '<p>图</p><p><img src="https://news.example.com/1.png" /></p>',
        id="a picture that fades in",
    ),
]

REMOVED = [
    pytest.param('<span style="font-size:0">乙</span>', id="a mark of size 0"),
    pytest.param('<span style="opacity:0">本文来自样例网站</span>', id="a transparent mark"),
    pytest.param('<span style="display:none">x7Kq</span>', id="a hidden mark"),
    pytest.param('<div style="display:none">{{title}}，{{summary}}。后面还有。</div>', id="a template"),
    pytest.param("<div hidden>${item.title}的模板</div>", id="a template of JavaScript"),
    pytest.param(
        '<div class="share-layer" style="display:none"><p>分享一下。扫一扫。</p></div>', id="sharing"
    ),
    pytest.param('<div class="qrcode" hidden><img src="/qr.png"></div>', id="a QR code"),
    pytest.param('<div style="display:none"><p>微信扫一扫，分享到朋友圈</p></div>', id="words for sharing"),
    pytest.param('<div style="display:none">可见的正文</div>', id="a copy of the text"),
    pytest.param('<p style="display:none;height:1px"><br></p>', id="a spacer"),
    pytest.param('<img src="https://t.example.com/c.gif" style="display:none">', id="a counter"),
    pytest.param('<iframe src="https://t.example.com/" style="display:none"></iframe>', id="a hidden frame"),
    pytest.param(
        '<div class="login-dialog" hidden><p>登录后可查看。</p><p>请登录。</p></div>', id="a dialog"
    ),
]
VISIBLE = "<p>可见的正文，一共有两句。第二句在这里，比隐藏的文字长得多，长得多。</p>"


@pytest.mark.parametrize(("html", "expected"), KEPT)
def test_hidden_text_that_readers_see_is_kept(html: str, expected: str) -> None:
    assert clean(html, BASE) == expected
    assert clean(expected, BASE) == expected
    assert not cleaned(html, BASE).lost_content


@pytest.mark.parametrize("hidden", REMOVED)
def test_hidden_text_that_is_not_content_is_removed_without_a_doubt(hidden: str) -> None:
    found = cleaned(VISIBLE + hidden, BASE)
    assert found.text in (VISIBLE, f"{VISIBLE}<div></div>")
    assert not found.lost_content


@pytest.mark.parametrize("label", ["展开全面合作", "阅读原文", "查看", "浏览 1,234", "More news", "全文"])
def test_other_labels_unfold_nothing(label: str) -> None:
    html = f'{VISIBLE}<div style="display:none"><p>看不见的一段文字，不知用途</p></div><a>{label}</a>'
    found = cleaned(html, BASE)
    assert "看不见" not in found.text
    assert found.lost_content


@pytest.mark.parametrize(
    "style",
    [
        "height: 60px; overflow: hidden",
        "max-height:300px;overflow:hidden",
        "max-height:0",
        "height:2em;overflow-y:hidden",
        "display:-webkit-box;-webkit-line-clamp:3;overflow:hidden",
        "line-height:0",
        "line-height: 0.1em",
        "height:1px;line-height:2px",
        "position:absolute;top:0;height:10px",
        "HEIGHT:60PX;OVERFLOW:HIDDEN",
    ],
)
def test_styles_that_cut_text_or_draw_over_it_are_removed(style: str) -> None:
    assert (
        clean(f'<div style="{style};color:red">{REST}</div>', BASE) == f'<div style="color:red">{REST}</div>'
    )


@pytest.mark.parametrize(
    "html",
    [
        '<p><img src="https://e.com/1.png" style="height:120px;max-width:100%" /></p>',
        '<table style="height:90px"><tbody><tr><td style="height:30px">甲</td></tr></tbody></table>',
        '<p style="line-height:1.5;font-size:0.9em">甲</p>',
    ],
)
def test_heights_of_pictures_and_cells_are_kept(html: str) -> None:
    assert clean(html, BASE) == html


@pytest.mark.parametrize(
    "html",
    [
        "<p hidden>甲乙丙丁</p>" * 9_000,
        '<div style="display:none">' * 400 + "甲" * 200_000 + "</div>" * 400,
        '<p>甲</p><div style="font-size:0">' * 400 + "甲" * 100_000,
        ("<p>甲</p>" + "<div hidden><p>某" * 8 + "</p></div>" * 8) * 700,
    ],
    ids=["many", "nested", "size 0", "groups"],
)
def test_many_hidden_elements_are_read_quickly(html: str) -> None:
    started = time.process_time()
    clean("<p>正文</p>" + html, BASE)
    assert time.process_time() - started < 6
