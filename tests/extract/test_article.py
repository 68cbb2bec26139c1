"""Reading articles from JSON of the text service, and from post pages of every layout."""

from __future__ import annotations

import html
import json
import re

import pytest
from parsel import Selector

from archiver.errors import Quarantined
from archiver.extract.article import read_answer
from archiver.extract.decode import decode
from archiver.items import Evidence
from archiver.replica import answers, pages
from archiver.replica.articles import Site
from archiver.sites.article import Step
from archiver.sites.load import load, parse
from archiver.sites.profile import Profile
from archiver.sites.rules import Rule

NEWS, ROLLING = "NW202202220000000017", "202202220000000018"
SHARE = f"http://finews.zning.xyz/html_News/NewsShare.html?infoCode={NEWS}"
ARTICLE = f"http://finance.eastmoney.com/news/1345,{ROLLING}.html"
BODY = '<p>沪指今日收涨。</p>\n<p>成交放大。</p>\n<p class="em_media">（文章来源：样例日报）</p>'
FOOTER = (
    '<p><a href="//finews.withounder.com/category/yangliribao.html">返回样例日报新闻</a>｜'
    '<a href="//finews.withounder.com/">返回首页</a></p>'
)
TAGS = "<small>tags: <em>样例日报新闻</em></small>"
DATE = "<small>(GMT+8, Asia/Shanghai, CST) 2022-02-22 17:47:15</small>"


@pytest.fixture(scope="module")
def site() -> Profile:
    return load("finews")


@pytest.fixture
def answer(site: Profile) -> Step:
    return site.steps[0]


@pytest.fixture
def post_page(site: Profile) -> Step:
    return site.steps[1]


def read_fields(text: str, step: Step, site: Profile, article_id: str = NEWS) -> dict[str, str]:
    """The texts of all fields except the id."""
    found = read_answer(text, step, site, article_id)
    return {name: evidence.text for name, evidence in found.items() if name != "id"}


# --- damage


CUT = "沪指收\ufffd"


@pytest.mark.parametrize(
    ("damaged", "found"),
    [
        ({"other": CUT}, {"title", "date", "body", "source"}),
        ({"title": CUT}, {"title", "date", "body", "source"}),
        ({"text": BODY + CUT}, {"title", "date", "body", "source"}),
        ({"text": BODY + CUT * 3}, {"title", "date", "body", "source"}),
        ({"text": BODY + "甲" * 200 + CUT * 9}, {"title", "date", "body", "source"}),
        ({"date": "2022-02-2\ufffd"}, {"title", "body", "source"}),
        ({"date": "2022-02-22 下\ufffd2:30"}, {"title", "body", "source"}),
        ({"source": CUT}, {"title", "date", "body"}),
        ({"date": CUT, "source": CUT}, {"title", "body"}),
        ({"id": f"{NEWS}\ufffd"}, {"title", "date", "body", "source"}),
        ({"text": BODY + CUT * 99}, None),
        ({"text": "\ufffd" * 9, "title": CUT}, None),
    ],
)
def test_a_damaged_field_costs_only_itself(
    site: Profile, damaged: dict[str, str], found: set[str] | None
) -> None:
    names = {"id": "id", "title": "title", "date": "date", "body": "text", "source": "source"}
    rule = site.steps[0].model_copy(update={"fields": {name: Rule(at=at) for name, at in names.items()}})
    fields = {"id": NEWS, "title": "题", "date": "2022-02-22", "text": BODY, "source": "样例网", "other": ""}
    text = json.dumps(fields | damaged)
    if found is None:
        with pytest.raises(Quarantined, match=r"^encoding: "):
            read_answer(text, rule, site, NEWS)
    else:
        assert read_fields(text, rule, site).keys() == found


# --- the text service


@pytest.mark.parametrize(
    ("article_id", "fields", "body"),
    [
        (NEWS, {"text": "<p>甲</p>"}, "<p>甲</p>"),
        (NEWS, {"content": "<p>乙</p>"}, "<p>乙</p>"),
        (NEWS, {"text": "<p>甲</p>", "content": "<p>乙</p>"}, "<p>甲</p>"),
        (ROLLING, {"text": "<p>甲</p>", "content": "<p>乙</p>"}, "<p>乙</p>"),
        (ROLLING, {"text": "<p>甲</p>"}, "<p>甲</p>"),
        (NEWS, {"text": "", "content": "<p>乙</p>"}, "<p>乙</p>"),
        (NEWS, {"text": None, "content": "<p>乙</p>"}, "<p>乙</p>"),
        (NEWS, {"text": "<p>甲</p>\r\n <p>　　乙</p>"}, "<p>甲</p>\r\n <p>　　乙</p>"),
        (NEWS, {"text": "<p>a &amp;lt; b</p>"}, "<p>a &amp;lt; b</p>"),
    ],
)
def test_the_body_is_the_unchanged_field_text_or_content(
    site: Profile, answer: Step, article_id: str, fields: dict[str, str], body: str
) -> None:
    assert read_fields(json.dumps(fields), answer, site, article_id) == {"body": body}


@pytest.mark.parametrize("spell", [str, str.lower, str.upper])
def test_keys_are_found_in_any_letter_case(site: Profile, answer: Step, spell: type[str]) -> None:
    fields = {"Id": NEWS, "Title": " 沪指收涨 ", "Date": "2022-02-22 17:47:15", "medianame": "样例日报"}
    text = json.dumps({spell(key): value for key, value in fields.items()} | {"text": BODY})
    assert read_answer(text, answer, site, NEWS) == {
        "id": Evidence(NEWS, "answer"),
        "title": Evidence("沪指收涨", "answer"),
        "date": Evidence("2022-02-22 17:47:15", "answer"),
        "source": Evidence("样例日报", "answer"),
        "body": Evidence(BODY, "answer"),
    }


def test_empty_fields_give_no_evidence(site: Profile, answer: Step) -> None:
    text = json.dumps({"Id": NEWS, "Title": "", "Date": " ", "medianame": None, "text": BODY})
    assert read_fields(text, answer, site) == {"body": BODY}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('""', "shape"),
        ("{}", "shape"),
        ("[]", "shape"),
        ("null", "shape"),
        ("17", "shape"),
        (json.dumps([{"text": BODY}]), "shape"),
        ('{"text": null}', "empty_body"),
        ('{"text": "　　"}', "empty_body"),
        (f'{{"Id": "{NEWS}", "text": " "}}', "empty_body"),
        ('{"rc": 0, "message": "没有找到"}', "empty_body"),
        ('{"text": ["<p>甲</p>"]}', "shape"),
        ('{"text": "<p>甲</p>", "Title": {"a": 1}}', "shape"),
        ('{"text": "<p>甲</p>", "Title": true}', "shape"),
        ("<html>系统繁忙</html>", "not_json"),
        ('{"text": "<p>甲', "json_cut"),
        ("", "empty"),
    ],
)
def test_a_response_without_an_article_is_quarantined(
    site: Profile, answer: Step, text: str, reason: str
) -> None:
    with pytest.raises(Quarantined) as refused:
        read_answer(text, answer, site, NEWS)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("claimed", "same"),
    [
        (NEWS, True),
        (NEWS.removeprefix("NW"), True),
        (202202220000000017, True),
        (SHARE, True),
        (f"http://finance.eastmoney.com/a/{NEWS[2:]}.html", True),
        ("http://example.com/some/other/form", True),
        ("NW202202220000000018", False),
        (ROLLING, False),
        (SHARE.replace("17", "19"), False),
        ("NW2022", False),
        ("../../x", False),
    ],
)
def test_a_response_about_another_article_is_quarantined(
    site: Profile, answer: Step, claimed: str | int, same: bool
) -> None:
    text = json.dumps({"Id": claimed, "text": BODY})
    if same:
        assert read_fields(text, answer, site) == {"body": BODY}
    else:
        with pytest.raises(Quarantined) as refused:
            read_answer(text, answer, site, NEWS)
        assert refused.value.reason == "id_mismatch"


# --- post pages


def link(address: str) -> str:
    shown = html.escape(address)
    return f'<p><a href="{shown}">{shown}</a></p>'


def page(section: str, described: str = "") -> str:
    """The frame of every page; ``described`` is the article again, unescaped in an attribute."""
    return f"""<!DOCTYPE html><html lang="zh-CN"><head><meta charset="UTF-8">
<meta property="og:description" content="{described}"><title>沪指收涨 | 金融消息</title></head>
<body><div class="wrapper"><header><h1><a href="/">金融消息</a></h1><p>每日更新</p></header>
<section>

{section}
</section><footer><p>&copy; 2021</p></footer></div></body></html>"""


def post(*blocks: str, date: str = DATE, address: str = SHARE, footer: str = FOOTER, tags: str = TAGS) -> str:
    rendered = "\n\n".join((*blocks, link(address), footer))
    return page(f"{date}\n<h1>沪指收涨</h1>\n\n{rendered}\n\n  {tags}\n", rendered)


def test_a_post_page_of_a_source_is_read(site: Profile, post_page: Step) -> None:
    assert read_fields(post(BODY), post_page, site) | {"body": ""} == {
        "title": "沪指收涨",
        "date": "(GMT+8, Asia/Shanghai, CST) 2022-02-22 17:47:15",
        "tag": "样例日报新闻",
        "link": SHARE,
        "body": "",
    }
    assert read_fields(post(BODY), post_page, site)["body"].strip() == BODY


def test_a_post_page_of_the_rolling_news_is_read(site: Profile, post_page: Step) -> None:
    digest = "<blockquote>\n  <p>沪指收涨，成交放大。</p>\n</blockquote>"
    found = read_fields(post(digest, BODY, address=ARTICLE), post_page, site, ROLLING)
    assert (found["digest"], found["link"]) == ("沪指收涨，成交放大。", ARTICLE)
    assert found["body"].strip() == BODY


def test_markup_that_leaks_from_the_head_is_not_read(site: Profile, post_page: Step) -> None:
    text = post('<p align="center"><strong>小标题</strong></p>', BODY)
    leaked = Selector(text)
    assert len(leaked.css(".em_media")) == len(leaked.xpath(f"//a[@href='{SHARE}']")) == 2
    found = read_fields(text, post_page, site)
    assert found["body"].count("沪指今日收涨") == 1
    assert (found["title"], found["tag"]) == ("沪指收涨", "样例日报新闻")


@pytest.mark.parametrize(
    "blocks",
    [
        pytest.param(["<p>甲</p>"], id="one paragraph"),
        pytest.param(["<p>甲</p>", "<blockquote><p>引文</p></blockquote>", "<p>乙</p>"], id="a quotation"),
        pytest.param(
            ['<p>见<a href="http://example.com/">http://example.com/</a>一文</p>'],
            id="a link inside a paragraph",
        ),
        pytest.param(
            ["<p>甲</p>", '<p><a href="http://example.com/b">全文</a></p>'], id="a paragraph that is a link"
        ),
        pytest.param([link("http://example.com/"), "<p>甲</p>"], id="a paragraph with only an address"),
        pytest.param(["<p>甲</p>", link(SHARE)], id="a paragraph with only its own address"),
        pytest.param(["<p>甲</p>", '<p><a href="/x">返回首页</a></p>'], id="a paragraph like a footer"),
        pytest.param(
            ["<p>甲</p>", "<h1>大标题</h1>", "<blockquote><p>引文</p></blockquote>"],
            id="a quotation below a heading",
        ),
        pytest.param(
            ["<!-- EM_StockImg_Start -->", '<p><a href="/q"><img src="k.png"></a></p>'], id="a picture"
        ),
        pytest.param(["<small>注：口径不同。</small>", "<p>甲</p>"], id="small print"),
        pytest.param(["<p>甲</p>", "散落的文字 &lt;b&gt;", "<p>乙</p>"], id="text outside paragraphs"),
        pytest.param(
            ["<table><tr><td>1</td></tr></table>", "<center>图</center>", "<hr>"], id="other blocks"
        ),
    ],
)
def test_the_body_of_a_post_page_is_exactly_the_blocks_of_the_article(
    site: Profile, post_page: Step, blocks: list[str]
) -> None:
    assert read_fields(post(*blocks), post_page, site)["body"].strip() == "\n\n".join(blocks)
    digest = "<blockquote>\n  <p>摘要</p>\n</blockquote>"
    found = read_fields(post(digest, *blocks, address=ARTICLE), post_page, site, ROLLING)
    assert found["body"].strip() == "\n\n".join(blocks)
    assert found["digest"] == "摘要"


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        pytest.param(
            {"date": "<small>[GMT+8, Asia/Shanghai, CST] 2022-02-22 17:47:15 &nbsp; </small>"},
            "date",
            "[GMT+8, Asia/Shanghai, CST] 2022-02-22 17:47:15",
            id="square brackets around the zone",
        ),
        pytest.param(
            {"footer": '<p><a href="./emnews/">返回东财滚动新闻</a>\n<a href="./">返回首页</a></p>'},
            "body",
            BODY,
            id="a footer of two lines",
        ),
        pytest.param(
            {"footer": '<p><a href="./emnews/">返回</a></p>\n<p><a href="./">首页</a></p>'},
            "body",
            BODY,
            id="two footers",
        ),
        pytest.param({"footer": ""}, "body", BODY, id="no footer"),
        pytest.param({"tags": ""}, "body", BODY, id="no tags"),
        pytest.param({"date": ""}, "date", None, id="no date: the tags are not read as a date"),
        pytest.param({"date": ""}, "tag", "样例日报新闻", id="no date"),
        pytest.param(
            {"tags": "<small>tags: <em>Career</em> - <em>In</em> - <em>投行新闻</em></small>"},
            "tag",
            None,
            id="a tag that was split at blanks is not read",
        ),
        pytest.param({"address": SHARE + "&a=1"}, "link", SHARE + "&a=1", id="an address with an ampersand"),
    ],
)
def test_older_layouts_are_read(
    site: Profile, post_page: Step, changes: dict[str, str], field: str, value: str | None
) -> None:
    found = read_fields(post(BODY, **changes), post_page, site).get(field)
    assert (found.strip() if found else found) == value


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param(
            page('<h1>404</h1><p>页面不存在，返回<a href="/">首页</a>。</p>'),
            "not_an_article",
            id="not found",
        ),
        pytest.param(
            page(f"<ul><li>{link('/a')}</li></ul>"), "not_an_article", id="no title: a list or an error page"
        ),
        pytest.param(
            page(f"{DATE}<h1>沪指收涨</h1>{BODY}"), "not_an_article", id="cut before the link at the end"
        ),
        pytest.param("<html>系统繁忙</html>", "not_an_article", id="an error page"),
        pytest.param("%PDF-1.7", "not_an_article", id="not HTML"),
        pytest.param(post(BODY, address=SHARE.replace("17", "19")), "id_mismatch", id="another article"),
        pytest.param(post(BODY, address=ARTICLE), "id_mismatch", id="an article of another family"),
    ],
)
def test_a_page_that_is_not_a_post_is_quarantined(
    site: Profile, post_page: Step, text: str, reason: str
) -> None:
    with pytest.raises(Quarantined) as refused:
        read_answer(text, post_page, site, NEWS)
    assert refused.value.reason == reason


def test_a_link_in_an_unknown_form_is_read_but_not_compared_with_the_id(
    site: Profile, post_page: Step
) -> None:
    address = "http://caifuhao.eastmoney.com/news/20220222174715000001"
    assert read_fields(post(BODY, address=address), post_page, site, ROLLING)["link"] == address


def test_a_page_of_many_paragraphs_is_read_quickly(site: Profile, post_page: Step) -> None:
    body = "<p>甲</p>\n" * 20_000
    assert read_fields(post(body), post_page, site)["body"].count("<p>") == 20_000


# --- pages of the replica


def visible_text(markup: str) -> str:
    return re.sub(r"\s+", "", Selector(f"<body>{markup}").xpath("string()").get(""))


def test_the_text_service_and_the_post_page_give_the_same_article(
    site: Profile, answer: Step, post_page: Step
) -> None:
    replica = Site(200)
    read = 0
    for index in range(len(replica)):
        article = replica.article(index)
        on_page = read_fields(pages.post(replica, index), post_page, site, article.id)
        assert visible_text(on_page["body"]) == visible_text(replica.body(index).html)
        assert on_page["link"] == article.link
        assert on_page["date"].endswith(f"{article.date:%Y-%m-%d %H:%M:%S}")
        assert ("digest" in on_page) is article.emnews
        if (body := answers.text_answer(replica, index)) is not None:
            in_json = read_fields(decode(body).text, answer, site, article.id)
            assert in_json["body"] == replica.body(index).html
            read += 1
    assert read > 150


# --- addresses in a page

PAPER = """
name: paper
origins: [https://www.example.com]
addresses: ['^https://www\\.example\\.com/a/(?P<id>[a-z]\\d)\\.html$']
feeds: {new: {url: 'https://www.example.com/new.html', rows: li, fields: {address: 'a::attr(href)'}}}
steps:
  - origin: post_page
    urls: ['https://www.example.com/a/{id}.html']
    fields: {id: '.own::attr(href)', link: '.link::attr(href)', title: h1, body: '#text > *'}
families:
  - {name: all, id: '[a-z]\\d', link: 'https://www.example.com/a/{id}.html'}
"""
PAPER_PAGE = "https://www.example.com/a/p1.html"


@pytest.fixture(scope="module")
def paper() -> Profile:
    return parse(PAPER, "paper.yaml")


@pytest.mark.parametrize(
    ("head", "base"),
    [
        ("", PAPER_PAGE),
        ('<base href="/files/">', "https://www.example.com/files/"),
        ('<base href="http://img.example.net/x/">', "http://img.example.net/x/"),
        ('<base href="data:,x">', PAPER_PAGE),
    ],
)
def test_the_body_of_a_page_has_the_base_of_the_page(paper: Profile, head: str, base: str) -> None:
    text = f'{head}<h1>样例</h1><div id="text"><p><img src="1.png"></p></div>'
    found = read_answer(text, paper.steps[0], paper, "p1", PAPER_PAGE)
    assert found["body"] == Evidence('<p><img src="1.png"></p>', "post_page", base)
    assert found["title"] == Evidence("样例", "post_page")


@pytest.mark.parametrize(
    ("own", "is_same"),
    [
        ("https://www.example.com/a/p1.html", True),
        ("/a/p1.html", True),
        ("../a/p1.html", True),
        ("//www.example.com/a/p1.html", True),
        ("p1", True),
        ("../b/p2.html", None),
        ("../a/p2.html", False),
        ("/a/p2.html", False),
        ("p2", False),
    ],
)
def test_a_relative_address_of_the_article_itself_counts_from_the_base(
    paper: Profile, own: str, is_same: bool | None
) -> None:
    text = f'<base href="/files/"><a class="own" href="{own}"></a><h1>样例</h1>'
    try:
        found = read_answer(text, paper.steps[0], paper, "p1", PAPER_PAGE)
    except Quarantined as refused:
        assert (refused.reason, is_same) == ("id_mismatch", False)
    else:
        assert ("id" in found) is bool(is_same)


@pytest.mark.parametrize(
    ("link", "absolute"),
    [
        ("./more.html", "https://www.example.com/files/more.html"),
        ("#", "#"),
        ("<>", "<>"),
        ("http://news.example.net/1?#", "http://news.example.net/1?#"),
        ("/more.html", "https://www.example.com/more.html"),
        ("//news.example.net/1", "https://news.example.net/1"),
        ("http://news.example.net/1", "http://news.example.net/1"),
    ],
)
def test_a_path_as_the_link_of_a_page_is_absolute(paper: Profile, link: str, absolute: str) -> None:
    text = f'<base href="/files/"><a class="link" href="{link}"></a><h1>样例</h1>'
    assert read_answer(text, paper.steps[0], paper, "p1", PAPER_PAGE)["link"].text == absolute


def test_the_body_of_json_has_no_base(site: Profile, answer: Step) -> None:
    said = read_answer(json.dumps({"text": BODY}), answer, site, NEWS, "http://finews.zning.xyz/x?id=1")
    assert said["body"] == Evidence(BODY, "answer", "")
