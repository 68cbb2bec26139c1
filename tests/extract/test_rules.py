"""Rules with a pattern, with elements to leave out, and with a constant value."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import TypeAdapter

from archiver.extract.formats import IN_PROCESS, Allowance, TooMuchWork, open_page
from archiver.extract.rules import MAX_MATCHED, value_of
from archiver.sites.rules import AnyRule, Rule

PAGE = """<html><body>
<h1>样例报：要闻 <small class="hot">热</small></h1>
<p class="info">2026-09-26 08:15 来源：样例日报 <a>分享</a></p>
<div id="text"><p>第一段。</p><div class="share">分享到</div><p>第二段<b class="ad">广告</b>完。</p></div>
</body></html>"""

ANSWER = json.dumps(
    {
        "title": "样例<em>报</em>：要闻",
        "text": '<p>第一段。</p><div class="share">分享到</div>尾<p>第二段。</p>',
        "n": 7,
    },
    ensure_ascii=False,
)


def rule(said: Any) -> Rule:
    found: Rule = TypeAdapter(AnyRule).validate_python(said)
    return found


def read(text: str, page_format: str, field: str, said: Any) -> str:
    return value_of(open_page(text, page_format), field, rule(said)).text


@pytest.mark.parametrize(
    ("field", "said", "value"),
    [
        ("title", "h1", "样例报：要闻 热"),
        ("title", {"at": "h1"}, "样例报：要闻 热"),
        ("title", {"at": "h1", "drop": [".hot"]}, "样例报：要闻"),
        ("title", {"at": "h1", "drop": [".hot"], "match": "：(.*)"}, "要闻"),
        ("title", {"at": "h1", "match": "要."}, "要闻"),
        ("title", {"at": "h1", "match": "(x)?要闻"}, ""),
        ("title", {"at": "h1", "match": "没有"}, ""),
        ("title", {"at": "h2", "drop": ["b"], "match": "."}, ""),
        ("source", {"text": "样例周刊"}, "样例周刊"),
        ("source", {"at": ".info", "drop": ["a"], "match": r"来源：(\S+)"}, "样例日报"),
        ("date", {"at": ".info", "match": r"\d{4}-\d\d-\d\d \d\d:\d\d"}, "2026-09-26 08:15"),
        ("body", {"at": "#text > *", "drop": [".share", ".ad"]}, "<p>第一段。</p><p>第二段完。</p>"),
        ("body", {"at": "#text p", "match": r"(?s)<p>第二段.*"}, '<p>第二段<b class="ad">广告</b>完。</p>'),
        ("body", {"at": "#text", "drop": ["p", "#text > div"]}, '<div id="text"></div>'),
    ],
)
def test_a_rule_gives_the_value_in_an_html_page(field: str, said: Any, value: str) -> None:
    assert read(PAGE, "html", field, said) == value


@pytest.mark.parametrize(
    ("field", "said", "value"),
    [
        ("body", {"at": "text", "drop": [".share"]}, "<p>第一段。</p>尾<p>第二段。</p>"),
        ("body", {"at": "text", "drop": ["p", "div"]}, "尾"),
        ("body", {"at": "nothing", "drop": ["p"]}, ""),
        ("title", {"at": "title", "drop": ["em"]}, "样例：要闻"),
        (
            "body",
            {"at": "text", "drop": ["xpath:./p[contains(., '二')]"]},
            '<p>第一段。</p><div class="share">分享到</div>尾',
        ),
        (
            "body",
            {"at": "text", "drop": ["xpath://p/text()", "xpath:.", "xpath://div"]},
            "<p>第一段。</p>尾<p>第二段。</p>",
        ),
        ("body", {"at": "text", "drop": ["div", "xpath:./*[1]", "p:first-child"]}, "尾<p>第二段。</p>"),
        ("title", {"at": "n", "match": r"\d"}, "7"),
    ],
)
def test_a_rule_gives_the_value_in_a_json_page(field: str, said: Any, value: str) -> None:
    assert read(ANSWER, "json", field, said) == value


def test_a_pattern_is_applied_to_the_beginning_of_a_long_text_within_the_allowance() -> None:
    text = f"<html><h1>{'a' * MAX_MATCHED}b</h1></html>"
    page = open_page(text, "html")
    assert value_of(page, "title", rule({"at": "h1", "match": "ab"})).text == ""
    slow = rule({"at": "h1", "match": "a*b"})
    assert value_of(page, "title", slow).text == ""
    with pytest.raises(TooMuchWork):
        value_of(page, "title", slow, Allowance(IN_PROCESS))


def test_removing_elements_of_a_long_text_is_work() -> None:
    page = open_page(f"<html><div>{'<p>a</p>' * 40_000}</div></html>", "html")
    long = rule({"at": "div", "drop": [f".c{number}" for number in range(9)]})
    with pytest.raises(TooMuchWork):
        value_of(page, "body", long, Allowance(IN_PROCESS))
