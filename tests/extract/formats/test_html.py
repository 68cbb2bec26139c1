"""Rules for HTML (faults P7, P14)."""

from __future__ import annotations

import pytest

from archiver.errors import Quarantined
from archiver.extract.formats import Page, check_rule, open_page

HTML = """<html><body><!-- note --><div id="list">
 <p class="row"><a href="/a/1.html"> 沪指<em>收涨</em> </a> <span>10:00</span></p>
 <p class="row"><a href="/a/2.html">A&amp;lt;B</a></p>
 <p class="row">没有链接</p>
</div><div id="text">导语 &lt;一&gt;<p>正文<br>第二行</p><!-- 图 --><p>完</p></div></body></html>"""


@pytest.fixture
def html() -> Page:
    return open_page(HTML, "html")


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        ("p.row a", "沪指收涨"),
        ("p.row a::text", "沪指"),
        ("a::attr(href)", "/a/1.html"),
        ("p.row + p.row a", "A&lt;B"),
        ("xpath://p[2]/a/@href", "/a/2.html"),
        ("xpath:string(//em)", "收涨"),
        ("xpath: count(//p[@class])", "3.0"),
        ("xpath://a[re:test(@href, '2')]", "A&lt;B"),
        ("h1", ""),
        ("xpath://h1/@id", ""),
    ],
)
def test_html_value_is_the_first_match_as_text(html: Page, rule: str, value: str) -> None:
    assert html.value(rule) == value


@pytest.mark.parametrize(
    ("rule", "values"),
    [("p.row a::attr(href)", ["/a/1.html", "/a/2.html"]), ("p.row span", ["10:00"]), ("h1", [])],
)
def test_html_values_are_all_matches(html: Page, rule: str, values: list[str]) -> None:
    assert html.values(rule) == values


@pytest.mark.parametrize(
    ("rule", "markup"),
    [
        ("#text p", "<p>正文<br>第二行</p><p>完</p>"),
        ("xpath://*[@id='text']/node()", "导语 &lt;一&gt;<p>正文<br>第二行</p><!-- 图 --><p>完</p>"),
        ("p.row em::text", "收涨"),
        ("h1", ""),
    ],
)
def test_html_markup_is_unchanged_html(html: Page, rule: str, markup: str) -> None:
    assert html.markup(rule) == markup


def test_html_rows_are_read_separately(html: Page) -> None:
    rows = html.rows("p.row")
    assert [row.value("a::attr(href)") for row in rows] == ["/a/1.html", "/a/2.html", ""]
    assert [row.value("xpath:.//span") for row in rows] == ["10:00", "", ""]
    assert html.rows("li") == []


@pytest.mark.parametrize(
    ("rule", "found"),
    [("p.row", True), ("h1", False), ("xpath:boolean(//h1)", False), ("xpath:boolean(//p)", True)],
)
def test_html_finds_reports_whether_a_rule_matches(html: Page, rule: str, found: bool) -> None:
    assert html.finds(rule) is found


def test_no_entity_is_fetched_or_expanded() -> None:
    page = open_page(
        '<!DOCTYPE html [<!ENTITY a "haha"><!ENTITY b "&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>'
        "<p>&b;|&c;|&#xD800;</p>",
        "html",
    )
    assert page.value("xpath://p[last()]") == "&b;|&c;|\ufffd"


@pytest.mark.parametrize("text", ["%PDF-1.7 \x01\x02", "\x00\x00", "<!-- -->", "plain"])
def test_text_that_is_not_html_has_no_matches(text: str) -> None:
    assert open_page(text, "html").value("h1") == ""


def test_an_unknown_xpath_function_is_refused_when_it_is_called(html: Page) -> None:
    with pytest.raises(Quarantined, match=r"^shape: .*Unregistered function"):
        html.value("xpath://a[nosuch(.)]")


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("p >", "is not a CSS selector"),
        ("", "is not a CSS selector"),
        ("p::nosuch", "is not a CSS selector"),
        ("a:nosuch", "is not a CSS selector"),
        ("xpath://p[", "is not valid XPath"),
        ("xpath:", "is not valid XPath"),
        ("xpath:nosuch(//p)", "is not valid XPath"),
        ("xpath://x:p", "is not valid XPath"),
    ],
)
def test_an_invalid_rule_is_reported_in_one_line(rule: str, words: str) -> None:
    with pytest.raises(ValueError, match=words) as wrong:
        check_rule(rule, "html")
    assert "\n" not in str(wrong.value)


@pytest.mark.parametrize(
    "rule",
    ["#a > p.b::attr(href)", "xpath://a[re:test(@href, '^/a')]", "xpath:set:leading(//p, //h1)"],
)
def test_a_valid_rule_is_accepted(rule: str) -> None:
    check_rule(rule, "html")
