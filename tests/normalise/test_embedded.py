"""Formulas, drawings, videos and frames of a body. Add a row for another way to embed something."""

from __future__ import annotations

import time

import pytest

from archiver.errors import Quarantined
from archiver.normalise.body import clean, cleaned

BASE = "https://news.example.com/a/1.html"
VIDEO = "https://v.example.com/1.mp4"
LINK = f'<a href="{VIDEO}">{VIDEO}</a>'

FORMULAS = [
    ('<math alttext="y=4.2\\%"><mi>y</mi><mo>=</mo><mn>4.2</mn></math>', "y=4.2\\%"),
    (
        "<math><semantics><mn>3.7</mn><annotation encoding='application/x-tex'>3.7</annotation></semantics></math>",
        "3.7",
    ),
    ("<math><mi>y</mi><mo>=</mo><mn>4.2</mn><mo>%</mo></math>", "y=4.2%"),
    ("<math><msup><mn>10</mn><mn>8</mn></msup></math>", "10^8"),
    ("<math><msup><mi>x</mi><mrow><mi>n</mi><mo>+</mo><mn>1</mn></mrow></msup></math>", "x^(n+1)"),
    ("<math><mfrac><mi>C</mi><mrow><mn>1</mn><mo>+</mo><mi>r</mi></mrow></mfrac></math>", "C/(1+r)"),
    ("<math><msub><mi>r</mi><mi>f</mi></msub></math>", "r_f"),
    ("<math><msqrt><mi>t</mi></msqrt></math>", "√t"),
    ("<math><munderover><mo>∑</mo><mn>1</mn><mi>n</mi></munderover></math>", "∑_1^n"),
    ("<MATH display='block'>\n <mrow>\n <mi>a</mi>\n <mo>&lt;</mo>\n <mi>b</mi>\n</mrow></MATH>", "a&lt;b"),
    ('<math alttext=""><mi>z</mi></math>', "z"),
    (
        '<span class="k"><math><mn>2</mn><annotation encoding="application/x-tex">x^2</annotation></math></span>'
        '<span class="katex-html" aria-hidden="true"><span>x2</span></span>',
        '<span class="k">x^2</span>',
    ),
    ('<script type="math/tex">x^2</script>', "x^2"),
    ('<math alttext="&lt;b&gt;&quot;{{x}}"><mi>x</mi></math>', '&lt;b&gt;"&#123;{x}}'),
]

DRAWINGS = [
    (
        '<svg width="300"><text x="0">硬件 62%</text><text>软件 38%</text></svg>',
        "<span>硬件 62%</span> <span>软件 38%</span>",
    ),
    ("<svg><g><title>各季营收</title><rect/></g></svg>", "<span>各季营收</span>"),
    ("<svg><desc>单位：亿元</desc><path d='M0 0'/></svg>", "<span>单位：亿元</span>"),
    ("<svg><text><tspan>一季</tspan> <tspan>3.2</tspan></text></svg>", "<span>一季 3.2</span>"),
    ("<svg><text>1 &lt; 2</text></svg>", "<span>1 &lt; 2</span>"),
    ("<svg><foreignObject><div><p>甲</p><p>乙</p></div></foreignObject></svg>", "<span>甲 乙</span>"),
    ("<svg><style>.a{}</style><script>x()</script><text>甲</text></svg>", "<span>甲</span>"),
    ("<svg><defs><text>未画出</text></defs><text>甲</text></svg>", "<span>甲</span>"),
    ("<svg><a xlink:href='javascript:x'><text onclick='x'>甲</text></a></svg>", "<span>甲</span>"),
    ('<svg width="16"><title>分享</title><path d="M0"/></svg>', ""),
    ('<svg class="icon" viewBox="0 0 1024 1024" width="200"><title>分享</title><path d="M0"/></svg>', ""),
    ('<svg aria-hidden="true"><use xlink:href="#i-share"/></svg>', ""),
    ('<svg style="display:none"><symbol><text>甲</text></symbol></svg>', ""),
    ("<svg/>", ""),
]

MEDIA = [
    f'<video src="{VIDEO}" controls></video>',
    f'<video controls><source src="{VIDEO}" type="video/mp4"><source src="/1.webm">不支持视频</video>',
    f'<video data-src="{VIDEO}" style="display:none"></video>',
    f'<audio src="{VIDEO}"><p>不支持音频</p></audio>',
    f'<iframe src="{VIDEO}" width="640" allowfullscreen></iframe>',
    f'<iframe src="{VIDEO}" />',
    f'<iframe src="about:blank" data-src="{VIDEO}">不支持框架</iframe>',
    f'<embed src="{VIDEO}" type="video/mp4">',
    f'<object data="{VIDEO}"><param name="wmode" value="x"><embed src="{VIDEO}"></object>',
    f'<object><param name="movie" value="{VIDEO}"></object>',
    f'<amp-video src="{VIDEO}"></amp-video>',
    f'<video src="{VIDEO}"></video><video src="{VIDEO}"></video>',
    f'<video src="{VIDEO}"></video><iframe src="https://pos.baidu.com/x"></iframe>',
    f'<video src="{VIDEO}"></video><iframe src="https://www.googletagmanager.com/ns.html" height="0"></iframe>',
    f'<video src="{VIDEO}"></video><iframe src="javascript:alert(1)"></iframe><iframe></iframe>',
    f'<video src="{VIDEO}"></video><iframe src="https://ads.example.com/1" width="300"></iframe>',
    f'<video src="{VIDEO}"></video><noscript><iframe src="https://t.example.com/"></iframe>文字</noscript>',
]


@pytest.mark.parametrize(("formula", "text"), FORMULAS)
def test_a_formula_becomes_text(formula: str, text: str) -> None:
    assert clean(f"<p>收益率{formula}。</p>", BASE) == f"<p>收益率{text}。</p>"
    assert not cleaned(f"<p>收益率{formula}。</p>", BASE).lost_content


def test_a_formula_that_a_script_has_drawn_is_not_repeated() -> None:
    drawn = '<span class="MathJax"><nobr>x2</nobr><span class="MJX_Assistive_MathML"><math><mi>x</mi></math></span></span>'
    assert clean(f"<p>{drawn}</p>", BASE) == '<p><span class="MathJax">x2</span></p>'


@pytest.mark.parametrize(("drawing", "text"), DRAWINGS)
def test_the_labels_of_a_drawing_become_text(drawing: str, text: str) -> None:
    assert clean(f"<p>营收：{drawing}。</p>", BASE) == f"<p>营收：{text}。</p>"
    assert not cleaned(f"<p>营收：{drawing}。</p>", BASE).lost_content


@pytest.mark.parametrize("html", MEDIA)
def test_a_video_alone_is_an_article_with_one_link(html: str) -> None:
    found = cleaned(html, BASE)
    assert found.text == f"<p>{LINK}</p>"
    assert not found.lost_content


def test_a_video_has_its_title_and_its_poster() -> None:
    html = f'<p>见</p><video src="{VIDEO}" poster="/p.jpg" title="签约 现场"></video>'
    poster = '<img src="https://news.example.com/p.jpg" />'
    assert clean(html, BASE) == f'<p>见</p><p><a href="{VIDEO}">{poster}签约 现场</a></p>'


def test_a_video_inside_a_link_gives_no_second_link() -> None:
    html = f'<p><a href="https://e.com/">看<video src="{VIDEO}"></video></a></p>'
    assert clean(html, BASE) == f'<p><a href="https://e.com/">看{VIDEO}</a></p>'


@pytest.mark.parametrize(
    "html",
    [
        "<iframe src='javascript:x'></iframe>",
        '<iframe src="https://www.googletagmanager.com/ns.html"></iframe>',
        "<iframe></iframe>",
        '<video src="javascript:x"></video>',
        "<svg></svg>",
        "<math></math>",
        "<canvas></canvas>",
        "<noscript>请打开脚本</noscript>",
    ],
)
def test_embedded_elements_without_content_are_an_empty_body(html: str) -> None:
    with pytest.raises(Quarantined, match="empty_body"):
        clean(html, BASE)


@pytest.mark.parametrize(
    "html",
    [
        "<math><mspace/></math>",
        f'<svg width="600">{"<rect/>" * 30}</svg>',
        '<canvas width="600"></canvas>',
        '<video src="blob:https://v.example.com/1"></video>',
        "<video></video>",
    ],
)
def test_something_embedded_that_cannot_be_shown_is_a_doubt(html: str) -> None:
    assert cleaned(f"<p>见下</p>{html}", BASE).lost_content


@pytest.mark.parametrize(
    "html",
    [
        "<!-- <math><mi>x</mi></math> <svg> --><p>甲</p>",
        "<script>'<svg><text>x</text></svg>'</script><p>甲</p>",
        "<p>甲</p><template><math><mi>x</mi></math></template>",
    ],
)
def test_markup_in_comments_and_scripts_is_not_read(html: str) -> None:
    assert clean(html, BASE) == "<p>甲</p>"


@pytest.mark.parametrize(
    "html",
    [
        "<svg>" * 10_000,
        "<svg " * 100_000,
        "<math><mi>" * 300 + "甲",
        "<svg><text>" * 10_000 + "</svg>",
        "<svg>" + "<defs>" * 10_000 + "</svg>",
        "<math>" + "<mfrac>" * 20_000 + "甲</math>",
        "<!--" * 20_000,
        "<script>" * 20_000,
        "<iframe><div>" * 14_000,
        "<noscript>" * 20_000,
        "<svg><text>" + "<b " * 100_000 + "</svg>",
        '<math alttext="' + "x" * 500_000,
        "<svg " + ' style="' * 50_000 + "></svg>",
        "<object>" * 500 + "<param name=movie value=x>" * 20_000,
    ],
    ids=range(14),
)
def test_hostile_markup_is_read_in_linear_time(html: str) -> None:
    started = time.process_time()
    try:
        clean("<p>甲</p>" + html, BASE)
    except Quarantined as why:
        assert why.reason == "too_deep"
    assert time.process_time() - started < 6
