"""Drafts of profiles, from the pages of invented sites."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest
import yaml
from scrapy.http import Response

from archiver.errors import BadArgument
from archiver.extract.formats.html import HtmlFormat
from archiver.run.reading import Reader
from archiver.run.status import Status
from archiver.sites.load import parse
from archiver.sites.profile import Profile
from archiver.trying.check import Fetch, Trial
from archiver.trying.discover import discover
from archiver.trying.findings import SiteFound
from archiver.trying.json_rows import find_json
from archiver.trying.new import new
from archiver.trying.rows import find_rows
from tests.trying.pages import HOST, of_pages, response

TITLES = [
    "城南码头扩建工程今日开工",
    "三家银行下调存款利率",
    "样例公司公布上半年业绩",
    "新能源客车线路增加到十二条",
]
SENTENCES = "这项工程由样例公司承建，预计在明年秋天完工。届时码头的吞吐能力会增加三成，周边的仓库也会一并改造。公司表示，工程的费用没有超出预算，工人的安全有专人负责。"


def article(number: int, body: str = "<article>{text}</article>") -> str:
    text = "".join(f"<p>{SENTENCES}第{number}号。</p>" for _ in range(3))
    return (
        f"<html><head><title>{TITLES[number]} - 样例日报</title></head><body><nav><a href='/'>首页</a></nav>"
        f"<h1>{TITLES[number]}</h1><div class='info'>2026-09-2{number} 10:30 来源：样例晚报</div>"
        f"{body.format(text=text)}<footer>版权所有</footer></body></html>"
    )


def address(number: int) -> str:
    return f"/2026/09/2{number}/c10086{number}.html"


def site(listing: str, **others: str) -> dict[str, str]:
    articles = {f"{HOST}{address(number)}": article(number) for number in range(len(TITLES))}
    return {f"{HOST}/news/": listing, **articles, **{f"{HOST}/{name}": page for name, page in others.items()}}


def html(rows: str, head: str = "") -> str:
    menu = "".join(
        f'<li><a href="/{name}/">{name}频道的新闻列表</a></li>' for name in ("a", "b", "c", "d", "e")
    )
    return f"<html><head><title>新闻 - 样例日报</title>{head}</head><body><ul class='menu'>{menu}</ul>{rows}</body></html>"


def rows_of(row: str) -> str:
    return "".join(
        row.format(href=address(number), title=title, day=f"2026-09-2{number}", number=number)
        for number, title in enumerate(TITLES)
    )


def rss(link: str = HOST) -> str:
    items = "".join(
        f"<item><title>{title}</title><link>{link}{address(number)}</link><pubDate>Sat, 2{number} Sep 2026 10:30:00 +0800</pubDate></item>"
        for number, title in enumerate(TITLES)
    )
    return f"<rss version='2.0'><channel><title>样例日报</title>{items}</channel></rss>"


SITEMAP = "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>" + "".join(f"<url><loc>{HOST}{address(number)}</loc></url>" for number in range(4)) + "</urlset>"  # fmt: skip
JSON_FEED = json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "样例日报", "items": [{"id": address(n), "url": f"{HOST}{address(n)}", "title": title} for n, title in enumerate(TITLES)]})  # fmt: skip
API = json.dumps({"code": 1, "data": {"total": 4, "list": [{"id": n, "headline": title, "pic_url": "/x.jpg", "url": f"{HOST}{address(n)}", "publish_time": 1790000000 + n, "media-name": "样例晚报"} for n, title in enumerate(TITLES)]}})  # fmt: skip
ALTERNATE = '<link rel="alternate" type="application/rss+xml" href="/all.xml">'
COMMENTS = '<link rel="alternate" type="application/rss+xml" title="评论" href="/comments.xml">'
NO_ROWS = "<p>欢迎</p>"

LI = '<li><span class="time">{day}</span><a href="{href}">{title}</a></li>'

SHAPES = {
    "a feed that the page names": (site(html(NO_ROWS, ALTERNATE), **{"all.xml": rss()}), "feed"),
    "a feed at a usual address": (site(html(NO_ROWS), feed=rss()), "feed"),
    "a feed of comments beside that of articles": (site(html(NO_ROWS, COMMENTS + ALTERNATE), **{"all.xml": rss(), "comments.xml": rss()}), "feed"),
    "a named feed that does not exist": (site(html(NO_ROWS, ALTERNATE), **{"rss.xml": rss()}), "feed"),
    "the feed itself": (site(rss()), "feed"),
    "a JSON Feed": (site(JSON_FEED), "feed"),
    "a sitemap in robots.txt": (site(html(NO_ROWS), **{"robots.txt": f"User-agent: *\nSitemap: {HOST}/map.xml", "map.xml": SITEMAP}), "sitemap"),
    "a list with dates": (site(html(f"<ul class='list'>{rows_of(LI)}</ul>")), "html"),
    "a list without classes": (site(html("<div>" + rows_of('<li><a href="{href}">{title}</a></li>') + "</div>")), "html"),
    "a table": (site(html("<table>" + rows_of('<tr><td><a href="{href}">{title}</a></td><td>{day}</td></tr>') + "</table>")), "html"),
    "links without rows": (site(html("<div id='list'>" + rows_of('<a class="row" href="{href}">{title}</a>') + "</div>")), "html"),
    "a picture with the same link before the title": (site(html("<div class='cards'>" + rows_of('<div class="card"><a href="{href}"><img src="/{number}.jpg"></a><h3><a href="{href}">{title}</a></h3><time datetime="{day}T10:30:00+08:00">昨天</time></div>') + "</div>")), "html"),
    "rows in groups": (site(html("<div class='all'>" + rows_of('<div class="day"><p class="item"><a href="{href}">{title}</a></p></div>') + "</div>")), "html"),
    "JSON": (site(API), "json"),
}  # fmt: skip


def draft(pages: Mapping[str, str], *articles: str, listing: str = f"{HOST}/news/") -> tuple[str, SiteFound]:
    @contextmanager
    def open_trial(profile: Profile, fetch: Fetch) -> Iterator[Trial]:
        reader = Reader(10, 10**6)
        yield Trial(profile, "https://my.example/", fetch, reader)
        reader.close()

    return asyncio.run(new("mine", listing, articles, of_pages(None, pages), open_trial))


@pytest.mark.parametrize("shape", SHAPES)
def test_a_draft_already_works(shape: str) -> None:
    pages, page_format = SHAPES[shape]
    text, found = draft(pages)
    assert found.status == Status.OK, text
    assert len(found.articles) == 3
    titles = {article.values["title"] for article in found.articles}
    assert titles == {TITLES[0], TITLES[1], TITLES[3]} or titles == {TITLES[0], TITLES[2], TITLES[3]}
    assert {article.values["source"] for article in found.articles} == {"样例晚报"}
    profile = parse(text, "mine.yaml")
    assert profile.feeds["news"].format == page_format
    assert profile.title in ("样例日报", "news.example.com")
    assert found.listings[0].rows == 4


@pytest.mark.parametrize(("shape", "date"), [("a list with dates", "span.time"), ("a table", "td"), ("a picture with the same link before the title", "time::attr(datetime)")])  # fmt: skip
def test_dates_in_rows_are_found(shape: str, date: str) -> None:
    text, found = draft(SHAPES[shape][0])
    fields = yaml.safe_load(text)["feeds"]["news"]["fields"]
    assert fields.get("date", "") in (date, "") if shape == "a table" else fields["date"] == date
    assert found.articles[0].listed.hints.get("title")


def test_the_body_is_a_rule_where_the_reading_without_rules_is_unsure() -> None:
    pages = SHAPES["the feed itself"][0] | {f"{HOST}{address(number)}": article(number, '<div class="story">{text}</div>') for number in range(4)}  # fmt: skip
    text, found = draft(pages)
    profile = yaml.safe_load(text)
    assert found.status == Status.OK, text
    assert profile["article"]["body"]["at"] == "div.story"
    assert yaml.safe_load(draft(SHAPES["the feed itself"][0])[0]).get("article") is None


def test_articles_at_another_host_of_the_site_are_allowed() -> None:
    pages = site(rss("https://m.example.com"))
    pages |= {f"https://m.example.com{address(number)}": article(number) for number in range(4)}
    text, found = draft(pages)
    assert (found.status, yaml.safe_load(text)["origins"]) == (Status.OK, [HOST, "https://m.example.com"])


def test_an_article_of_the_user_tells_the_articles_from_other_links() -> None:
    rows = (
        "<ul class='big'>"
        + rows_of(
            '<li><a href="/topic/2026{number}/">专题：一个长得多的标题放在这里，比文章的标题更长{number}</a></li>'
        )
        + "</ul>"
    )
    pages = site(html(f"{rows}<ul class='list'>{rows_of('<li><a href={href}>{title}</a></li>')}</ul>"))
    text, found = draft(pages, f"{HOST}{address(1)}")
    assert found.status == Status.OK, text
    assert yaml.safe_load(text)["feeds"]["news"]["rows"].startswith("ul.list")


@pytest.mark.parametrize(
    ("listing", "sentence"),
    [
        (html(NO_ROWS), "has no feed, no sitemap and no list of links with titles"),
        ("{}", "is JSON without a list of objects"),
        ('{"data": [{"url": "/1"}, {"url": "/2"}]}', "is JSON without a list of objects"),
        ("[1, 2, 3]", "is JSON without a list of objects"),
        ("<html></html>", "has no feed"),
    ],
)
def test_a_page_without_a_list_is_one_sentence(listing: str, sentence: str) -> None:
    with pytest.raises(BadArgument, match=sentence):
        draft({f"{HOST}/news/": listing})


def test_a_page_that_is_not_there_is_one_sentence() -> None:
    with pytest.raises(BadArgument, match="cannot be read: gone"):
        draft({f"{HOST}/other": ""})


def test_a_site_that_does_not_answer_is_one_sentence() -> None:
    with pytest.raises(BadArgument, match="cannot be read: refused: nothing listens there"):
        draft({}, listing="https://other.example.com/")


def test_a_host_that_fails_is_not_asked_for_more_feeds() -> None:
    pages, asked = site(html(f"<ul class='list'>{rows_of(LI)}</ul>")), []
    fetch = of_pages(None, pages)

    async def failing(url: str, page_format: str) -> Response:
        asked.append(url)
        return response(url, "busy", status=503) if url.endswith("/rss") else await fetch(url, page_format)

    found = asyncio.run(discover(failing, f"{HOST}/news/"))
    assert (found.format, asked) == ("html", [f"{HOST}/news/", f"{HOST}/feed", f"{HOST}/rss"])


HOSTILE = [
    "'; x: y",
    "a: b # c",
    "{slug}",
    "\x1b[31m",
    "码头\u2028x",
    "- a",
    "%",
    '"',
    "&anchor",
    "\x00",
    "\ud800",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_of_a_site_stays_a_text(name: str) -> None:
    text, _ = draft(site(html(f"<ul class='list'>{rows_of(LI)}</ul>", f'<meta property="og:site_name" content="{name.replace(chr(34), "&quot;").replace(chr(0xd800), "&#xd800;")}">')))  # fmt: skip
    assert set(yaml.safe_load(text)) == {"name", "title", "source", "feeds"}
    assert yaml.safe_load(text)["title"] == yaml.safe_load(text)["source"]


NEXT = [
    ('<a rel="next" href="/news/2">more</a>', "a[rel~=next]::attr(href)"),
    ('<a href="/news/2">下一页</a>', 'xpath://a[normalize-space()="下一页"]/@href'),
    ('<a href="/news/2">下页 ></a>', 'xpath://a[normalize-space()="下页 >"]/@href'),
    ('<a href="/news/2">Older posts</a>', 'xpath://a[normalize-space()="Older posts"]/@href'),
    ('<a href="/news/2">下一个交易日</a>', ""),
    ("<a>下一页</a>", ""),
]


@pytest.mark.parametrize(("link", "rule"), NEXT)
def test_the_link_to_the_next_page_is_found(link: str, rule: str) -> None:
    page = HtmlFormat().open(html(f"<ul class='list'>{rows_of(LI)}</ul>{link}"))
    found = find_rows(page, f"{HOST}/news/")
    assert found
    assert (found.next, found.rows) == (rule, "ul.list > li")


@pytest.mark.parametrize(
    ("data", "rows", "fields"),
    [
        ([{"url": "/a/1", "title": "码头开工了"}] * 2, "@", {"address": "url", "title": "title"}),
        ({"d": {"x-y": [{"link": "//a/1", "name": "码头开工了"}] * 3}}, 'd."x-y"', {"address": "link", "title": "name"}),
        ({"a": [{"url": "/x.jpg", "title": "码头开工了"}] * 9, "b": [{"href": "/1", "title": "码头开工了", "ctime": 1790000000}] * 2}, "b", {"address": "href", "title": "title", "date": "ctime"}),
        ({"a": [{"url": "/1", "title": "短"}] * 3}, None, None),
        ({"a": [{"url": "文字", "title": "码头开工了"}] * 3}, None, None),
        ("text", None, None),
    ],
)  # fmt: skip
def test_rows_in_json_are_found(data: object, rows: str | None, fields: dict[str, str] | None) -> None:
    found = find_json(json.dumps(data))
    assert (found and found.rows, found and found.fields) == (rows, fields)


def test_only_the_origins_of_the_draft_are_requested_for_articles() -> None:
    other = "https://news.example.org/2026/09/20/c100860.html"
    _, found = draft(site(rss()) | {other: article(0)}, other)
    assert [article.ends.partition(":")[0] for article in found.articles] == ["posted"] * 3 + ["offsite"]
