"""The examples in docs/sites.md and docs/example-site.yaml work, and docs/sites.md documents every key."""

from __future__ import annotations

import json
import re

import pytest
from pydantic import BaseModel

from archiver.errors import BadArgument
from archiver.extract.article import read_answer
from archiver.extract.decode import decode
from archiver.extract.listing import read_home, read_listing
from archiver.normalise import body
from archiver.normalise.sources import from_body
from archiver.sites.article import Step
from archiver.sites.family import Family
from archiver.sites.listing import Home, Listing
from archiver.sites.load import load, parse
from archiver.sites.profile import Profile
from archiver.sites.text import Text
from tests.crawling import PROJECT

DOCS = (PROJECT / "docs" / "sites.md").read_text(encoding="utf-8")
EXAMPLE = PROJECT / "docs" / "example-site.yaml"
BLOCKS = re.findall(r"^```yaml\n(.*?)^```", DOCS, re.MULTILINE | re.DOTALL)

STORY = "A2022-0222_17"
CREDIT = '<p class="credit">2022年02月22日　来源：样例晚报</p>'


@pytest.fixture(scope="module")
def example() -> Profile:
    return load(str(EXAMPLE))


@pytest.fixture(scope="module")
def columns() -> Profile:
    return parse(next(block for block in BLOCKS if block.startswith("name: columns")), "columns.yaml")


def as_served(page: str) -> str:
    """The page after it was encoded as GB18030, declared as GB2312, and decoded again."""
    return decode(f'<meta charset="gb2312">{page}'.encode("gb18030"), "text/html").text


def test_the_home_page_of_the_example_gives_its_categories(example: Profile) -> None:
    links = "".join(f'<a href="/channel/{name}/">频道</a>' for name in ("markets", "bonds", "about"))
    assert example.home
    page = as_served(f'<nav>{links}<a href="/">首页</a></nav><a href="/channel/other/">别处</a>')
    assert read_home(page, example.home.url, example.home, example).categories == ["markets", "bonds"]


def test_the_listing_of_the_example_is_read_page_by_page(example: Profile) -> None:
    rule = example.listing
    assert rule
    url = rule.address("markets")
    page = as_served(
        f"""<div class="stories"><article><h3><a href="/story/{STORY}.shtml">沪指收涨</a></h3>
        <time datetime="2022-02-22T17:47">傍晚</time>{CREDIT}</article>
        <article><h3><a href="/video/1.shtml">视频</a></h3></article></div>
        <a rel="prev" href="../">上一页</a><a rel="next" href="index_2.shtml">下一页</a>"""
    )
    found = read_listing(page, url, rule, example, "markets")
    (story,) = found.articles
    assert (story.id, story.category) == (STORY, "markets")
    assert story.address == f"https://www.example.com/story/{STORY}.shtml"
    assert story.hints == {"title": "沪指收涨", "date": "2022-02-22T17:47", "source": "样例晚报"}
    assert [row.id for row in found.refused] == ["https://www.example.com/video/1.shtml"]
    assert found.next == "https://www.example.com/channel/markets/index_2.shtml"
    assert rule.following("markets", 1, found.next, empty=False) == found.next


def test_an_article_of_the_example_is_read_from_its_page(example: Profile) -> None:
    step = example.steps[0]
    assert step.addresses(STORY, example.key_of(STORY), "") == [
        f"https://www.example.com/story/{STORY}.shtml"
    ]
    page = as_served(
        f"""<link rel="canonical" href="https://www.example.com/story/{STORY}.shtml"><h1>沪指收涨</h1>
        <time datetime="2022-02-22T17:47:15+08:00">傍晚</time>{CREDIT}
        <div id="story-text"><p>正文。</p><p class="related">相关：</p><table><tr><td>1</td></tr></table></div>"""
    )
    said = read_answer(page, step, example, STORY)
    assert {name: evidence.text for name, evidence in said.items() if name != "id"} == {
        "title": "沪指收涨",
        "date": "2022-02-22T17:47:15+08:00",
        "source": "样例晚报",
        "body": "<p>正文。</p><table><tr><td>1</td></tr></table>",
    }
    family = example.family_of(STORY)
    assert family
    assert example.link_of(family, STORY, "") == f"https://www.example.com/story/{STORY}.shtml"
    assert example.family_of("NW202202220000000017") is None


def test_the_text_of_the_example_keeps_its_codes_and_credits_its_source(example: Profile) -> None:
    html = (
        '<p><a href="https://www.example.com/q" data-code="600000">海风</a>'
        '<img src="https://static.example.com/s.jpg" data-full="javascript:x" /></p>'
        '<p class="source-line">（来源：样例晚报）</p>'
    )
    kept = body.clean(html, "", example.text.extra_attributes)
    assert kept == html.replace(' data-full="javascript:x"', "")
    assert from_body(html, example.text.credit) == "（来源：样例晚报）"


def test_the_listing_of_the_json_example_counts_its_pages(columns: Profile) -> None:
    rule = columns.listing
    assert rule
    assert rule.address("350").endswith("column=350&page_index=1&page_size=50&req_trace=archiver")
    code = "202202220000000017"
    row = {
        "code": code,
        "title": "沪指收涨",
        "showTime": "2022-02-22 17:47:15",
        "mediaName": "样例晚报",
        "uniqueUrl": f"http://news.example.com/a/{code}.html",
    }
    page = json.dumps({"code": 1, "data": {"list": [row], "totle_hits": 1}})
    (named,) = read_listing(page, rule.address("350"), rule, columns, "350").articles
    assert (named.id, named.hints["source"], named.hints["link"]) == (code, "样例晚报", row["uniqueUrl"])
    assert "page_index=2" in rule.following("350", 1, "", empty=False)
    last = read_listing('{"code": 1, "data": {"list": []}}', rule.address("350"), rule, columns, "350")
    assert rule.following("350", 2, "", empty=not (last.articles or last.refused)) == ""


def test_an_article_of_the_json_example_is_read_from_its_response(columns: Profile) -> None:
    data = {"Art_Title": "沪指收涨", "Art_ShowTime": "2022/02/22 17:47:15", "Art_Content": "<p>正文。</p>"}
    said = read_answer(json.dumps({"data": data}), columns.steps[0], columns, "202202220000000017")
    assert {name: evidence.text for name, evidence in said.items()} == {
        "title": "沪指收涨",
        "date": "2022/02/22 17:47:15",
        "body": "<p>正文。</p>",
    }


def test_the_walk_through_quotes_the_example() -> None:
    whole = " ".join(EXAMPLE.read_text(encoding="utf-8").split())
    section = DOCS.partition("## A walk-through")[2].partition("\n## ")[0]
    quoted = re.findall("```yaml\n(.*?)```", section, re.DOTALL)
    quoted += [block for block in BLOCKS if block.startswith("text:")]
    assert len(quoted) == 6
    for block in quoted:
        for line in block.splitlines():
            assert line.strip() in whole


def test_the_error_message_in_the_docs_is_the_real_one() -> None:
    text = EXAMPLE.read_text(encoding="utf-8").replace("h3 a::attr(href)", "h3 >")
    with pytest.raises(BadArgument) as wrong:
        parse(text, "mine.yaml")
    assert f"\n{wrong.value}\n" in DOCS


def keys(heading: str) -> dict[str, str]:
    """Key → default, from the table below a heading."""
    part = DOCS.split(f"### {heading}\n")[1].split("\n### ")[0]
    return dict(re.findall(r"^\| `(\w+)` \| (.*?) ?\|", part, re.MULTILINE))


@pytest.mark.parametrize(
    ("heading", "model"),
    [
        ("The site", Profile),
        ("`home`", Home),
        ("`listing`, and each of `feeds`", Listing),
        ("Each of `steps`", Step),
        ("Each of `families`", Family),
        ("`text`", Text),
    ],
)
def test_every_key_is_documented_with_its_default(heading: str, model: type[BaseModel]) -> None:
    documented = keys(heading)
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    assert set(documented) == set(fields)
    for name, field in fields.items():
        assert bool(documented[name]) is not field.is_required(), name
        if isinstance(field.default, str | int) and field.default != "":
            assert f"`{field.default}`" in documented[name]
