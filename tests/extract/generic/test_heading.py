"""The heading that the title of the page confirms, and the date and the credit behind it."""

from __future__ import annotations

import pytest

from archiver.extract.formats.html import HtmlFormat
from archiver.extract.generic import read_generic
from archiver.normalise import sources

TITLE = "利率决议今晚公布，市场观望"
TEXT = "<p>议息会议在今天下午结束，决议将在今晚公布。市场普遍预计利率不变，但措辞可能改变。</p>" * 4


def said(body: str, name: str, title: str = f"{TITLE}_样例网") -> str:
    html = f"<html><head><title>{title}</title></head><body>{body}</body></html>"
    found = read_generic(HtmlFormat().open(html), "https://www.example.com/a/1.html", (name,), {}).found
    return found[name].text if name in found else ""


H1 = f"<h1>{TITLE}</h1>"

HEADINGS = [
    (H1, f"{TITLE}_样例网", TITLE),
    (H1, f"{TITLE}-样例频道-样例网", TITLE),
    (H1, f"{TITLE}--样例频道--样例网", TITLE),
    (H1, f"{TITLE} | 样例网", TITLE),
    (H1, f"{TITLE}|银行_样例新闻", TITLE),
    (H1, f"样例网 - {TITLE}", TITLE),
    (H1, f"{TITLE} 样例网", TITLE),
    (H1, TITLE, TITLE),
    (f"<h1>样例财经</h1>{H1}", f"{TITLE}_样例财经_样例网", TITLE),
    (f"<h1><a href=/>样例财经</a></h1><h2>{TITLE}</h2>", f"{TITLE}_样例财经", TITLE),
    (f"<div class=title>{TITLE}</div>", f"{TITLE}_样例网", TITLE),
    (f"<h1>{TITLE}<span class=tag>原创</span></h1>", f"{TITLE}_样例", TITLE),
    (f"<h1>{TITLE}\n <i></i></h1>", f"{TITLE}_样例", TITLE),
    ("<h1>利率决议今晚公布，<br>市场观望</h1>", f"{TITLE}_样例", "利率决议今晚公布， 市场观望"),
    ("<h1>“利率决议”今晚公布</h1>", '"利率决议"今晚公布_样例网', "“利率决议”今晚公布"),
    (H1, "利率决议今晚公布，市…_样例网", TITLE),
    (f"<a href=/1>{TITLE}</a><h2>别的标题</h2>", f"{TITLE}_样例网", TITLE),
    ("<h1>利率</h1>", f"{TITLE}_样例网", TITLE),
    ("<h1>样例网欢迎您</h1>", f"{TITLE}_样例网", TITLE),
    ("", f"{TITLE} - 样例网", TITLE),
    ("", "", ""),
    (f"{H1}<p>{TITLE}。议息会议今天下午结束。</p>", f"{TITLE}_样例网", TITLE),
    (f"{H1}<p>{TITLE}：议息会议今天下午在总部结束</p>", f"{TITLE}_样例网", TITLE),
    (f"{H1}<div>{TITLE}！议息会议今天下午结束。</div>", "利率决议今晚公布，市…_样例网", TITLE),
    (f"<div class=title>{TITLE}</div><p>{TITLE}。议息会议结束。</p>", f"{TITLE}_样例网", TITLE),
    (f"<h1>{TITLE}？三个信号。</h1>", "利率决议今晚公布，市…_样例网", f"{TITLE}？三个信号。"),
]


@pytest.mark.parametrize(("body", "title", "expected"), HEADINGS)
def test_a_heading_is_what_the_title_confirms(body: str, title: str, expected: str) -> None:
    assert said(body + TEXT, "title", title) == expected


def test_the_title_of_the_listing_confirms_a_heading() -> None:
    assert said(H1 + TEXT, "title", "样例网") == "样例网"
    html = f"<html><head><title>样例网</title></head><body>{H1}{TEXT}</body></html>"
    found = read_generic(
        HtmlFormat().open(html), "https://www.example.com/a", ("title",), {"title": TITLE}
    ).found
    assert (found["title"].text, found["title"].origin) == (TITLE, "heading")


DATES = [
    ("<p>2026-09-18 17:47</p>", "2026-09-18 17:47"),
    ("<span>2026年09月18日 17:47:15</span>", "2026年09月18日 17:47:15"),
    ("<div>发布时间：2026-09-18 17:47 浏览：33</div>", "发布时间：2026-09-18 17:47 浏览：33"),
    ("<p><em>2026-09-18</em> <em>17:47</em></p>", "2026-09-18 17:47"),
    ("<time datetime='2026-09-18T17:47:15+08:00'>2 天前</time>", "2026-09-18T17:47:15+08:00"),
    ("<p>2026-09-18</p>", "2026-09-18"),
    ("<p>2026-09-18</p><p>2026-09-18 17:47</p>", "2026-09-18 17:47"),
    (
        "<p class=summary>一句话的摘要：议息会议结束，决议今晚公布，市场普遍预计利率不变，但措辞可能会有一些改变。</p><p>2026-09-18 17:47</p>",
        "2026-09-18 17:47",
    ),
    ("<ul><li>字号</li><li>大</li></ul><p>2026-09-18 17:47</p>", "2026-09-18 17:47"),
    ("<p>摘要：议息会议在今天下午结束，决议将在今晚公布。</p><p>2026-09-18 17:47</p>", "2026-09-18 17:47"),
    # not the date of the article
    (f"{TEXT}<p>2026-09-19 10:00</p>", ""),
    (f"{TEXT}<div class=comments><time datetime='2026-09-20T01:02:03Z'>x</time></div>", ""),
    (f"{TEXT}<ul class=related><li>别的文章 2026-08-01 09:00</li></ul>", ""),
    (f"{TEXT}<footer>更新：2026-09-30 23:59</footer>", ""),
    ("<p>会议时间：2026-09-18 17:47 召开</p>", ""),
    ("<p>2026-09-18 17:47 至 2026-09-20 10:00</p>", ""),
    ("<p>03/04/2026</p>", ""),
    ("<script>var t = '2026-09-18 17:47'</script>", ""),
]


@pytest.mark.parametrize(("behind", "expected"), DATES)
def test_the_date_is_the_first_full_one_behind_the_heading(behind: str, expected: str) -> None:
    assert said(H1 + behind + TEXT, "date") == expected


def test_a_date_above_the_heading_is_the_last_choice() -> None:
    above = "<div><span>2026-09-18 17:47</span></div>"
    assert said(f"<div>{above}{H1}{TEXT}</div>", "date") == "2026-09-18 17:47"
    assert said(f"<div>{above}{H1}<p>2026-09-18 18:00</p>{TEXT}</div>", "date") == "2026-09-18 18:00"


def test_a_heading_that_is_a_sentence_does_not_end_the_search() -> None:
    title = "利率决议今晚公布！市场还会继续观望多久？"
    body = f"<h1>{title}</h1><p>2026-09-18 17:47 来源：样例日报</p>{TEXT}"
    assert said(body, "date", title) == "2026-09-18 17:47 来源：样例日报"


def test_a_date_without_a_heading_is_not_read() -> None:
    assert said(f"<p>2026-09-18 17:47</p>{TEXT}", "date") == ""


CREDITS = [
    ("<p>来源：样例日报</p>", "样例日报"),
    ("<p>2026-09-18 17:47\u3000来源: <a href=#>样例日报</a> <a>举报</a></p>", "样例日报"),
    ("<span>来源：</span><span><span><a href=#>样例日报</a></span></span>", "样例日报"),
    ("<p>来源于 <a href=#>样例日报</a></p>", "样例日报"),
    ("<p>2026-09-18 17:47 | 来源：样例日报 | 作者：王小样</p>", "样例日报"),
    ("<p>转自：样例日报</p>", "样例日报"),
    ("<a class=source href=#>样例日报</a>", "样例日报"),
    ("<a class=source href=#>样例客户端</a><p>来源：样例日报</p>", "样例日报"),
    ("<a class='rich_media'>样例日报</a><p>来源：样例晚报</p>", "样例晚报"),
    ("<p>来源：</p><p>2026-09-18 17:47</p>", ""),
    ("<p class=source>原创</p>", ""),
    ("<p class=source>default</p>", ""),
    ("<p>图片来源：样例图库</p>", ""),
    (f"{TEXT}<p>来源：样例日报</p>", ""),
    ("<p>作者：王小样</p>", ""),
]


@pytest.mark.parametrize(("behind", "expected"), CREDITS)
def test_the_credit_is_the_first_one_behind_the_heading(behind: str, expected: str) -> None:
    credit = said(H1 + behind + TEXT, "source")
    assert "".join(sources.parse(credit).names) == expected
