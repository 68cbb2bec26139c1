"""Rules on HTML and JSON; hostile JSON is refused in one word (faults P3, P7, P9 to P11, P14, E15)."""

from __future__ import annotations

import time

import jmespath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.errors import Quarantined
from archiver.extract import formats as rules
from archiver.extract.formats import Format, Page, check_rule, load_json, open_page

HTML = """<html><body><!-- note --><div id="list">
 <p class="row"><a href="/a/1.html"> 沪指<em>收涨</em> </a> <span>10:00</span></p>
 <p class="row"><a href="/a/2.html">A&amp;lt;B</a></p>
 <p class="row">没有链接</p>
</div><div id="text">导语 &lt;一&gt;<p>正文<br>第二行</p><!-- 图 --><p>完</p></div></body></html>"""

JSON = """{"code": 1, "data": {"list": [{"id": 202202220000000017, "title": " 沪指收涨 "}, {"id": "x", "title": null}, 7],
 "none": [], "ratio": 1.5, "good": true, "bad": false, "text": "<p>甲</p>\\r\\n <p>乙</p>"}}"""


@pytest.fixture
def html() -> Page:
    return open_page(HTML, "html")


@pytest.fixture
def json() -> Page:
    return open_page(JSON, "json")


# --- HTML


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
def test_html_markup_is_html_as_it_stands(html: Page, rule: str, markup: str) -> None:
    assert html.markup(rule) == markup


def test_html_rows_are_read_each_for_itself(html: Page) -> None:
    rows = html.rows("p.row")
    assert [row.value("a::attr(href)") for row in rows] == ["/a/1.html", "/a/2.html", ""]
    assert [row.value("xpath:.//span") for row in rows] == ["10:00", "", ""]
    assert html.rows("li") == []


@pytest.mark.parametrize(
    ("rule", "found"),
    [("p.row", True), ("h1", False), ("xpath:boolean(//h1)", False), ("xpath:boolean(//p)", True)],
)
def test_html_finds_says_whether_there_is_any(html: Page, rule: str, found: bool) -> None:
    assert html.finds(rule) is found


def test_no_entity_is_fetched_or_expanded() -> None:
    page = open_page(
        '<!DOCTYPE html [<!ENTITY a "haha"><!ENTITY b "&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>'
        "<p>&b;|&c;|&#xD800;</p>",
        "html",
    )
    assert page.value("xpath://p[last()]") == "&b;|&c;|\ufffd"


@pytest.mark.parametrize("text", ["%PDF-1.7 \x01\x02", "\x00\x00", "<!-- -->", "plain"])
def test_what_is_no_html_has_nothing_in_it(text: str) -> None:
    assert open_page(text, "html").value("h1") == ""


def test_a_function_nobody_knows_is_noticed_where_it_is_reached(html: Page) -> None:
    with pytest.raises(Quarantined, match=r"^shape: .*Unregistered function"):
        html.value("xpath://a[nosuch(.)]")


# --- JSON


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        ("data.list[0].title", "沪指收涨"),
        ("data.list[0].id", "202202220000000017"),
        ("data.ratio", "1.5"),
        ("missing || data.list[1].title || code", "1"),
        ("data.list[1].title", ""),
        ("missing.deeper", ""),
    ],
)
def test_json_value_is_a_text(json: Page, rule: str, value: str) -> None:
    assert json.value(rule) == value


@pytest.mark.parametrize("rule", ["data.list", "data", "data.good", "join(',', data.list)"])
def test_json_that_is_no_text_is_refused(json: Page, rule: str) -> None:
    for read in (json.value, json.markup):
        with pytest.raises(Quarantined, match=r"^shape: "):
            read(rule)


def test_json_markup_keeps_every_character(json: Page) -> None:
    assert json.markup("data.text") == "<p>甲</p>\r\n <p>乙</p>"


def test_json_values_are_texts(json: Page) -> None:
    assert json.values("data.list[:2].id") == ["202202220000000017", "x"]
    assert json.values("code") == ["1"]
    with pytest.raises(Quarantined, match=r"^shape: "):
        json.values("data.list")


def test_json_rows_may_be_anything(json: Page) -> None:
    assert [row.value("id") for row in json.rows("data.list")] == ["202202220000000017", "x", ""]
    assert json.rows("data.none") == []
    for rule in ("data", "missing", "data.text"):
        with pytest.raises(Quarantined, match=r"^shape: .* is no list of rows"):
            json.rows(rule)


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ("data", True),
        ("data.none", True),
        ("code == `1`", True),
        ("code == `2`", False),
        ("data.bad", False),
        ("missing", False),
    ],
)
def test_json_finds_says_whether_there_is_any(json: Page, rule: str, found: bool) -> None:
    assert json.finds(rule) is found


def test_lone_surrogates_are_replaced_and_pairs_joined() -> None:
    page = open_page(r'{"t": "\ud800涨\udfff\ud83d\ude00"}', "json")
    assert page.value("t") == page.markup("t") == "\ufffd涨\ufffd😀"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"text": "<p>一', "json_cut"),
        ('{"text": "一"', "json_cut"),
        ('{"text": "一\\', "json_cut"),
        ('{"text": tru', "json_cut"),
        ('{"data": {"text": "一"} \n', "json_cut"),
        ('[{"text": "一"},', "json_cut"),
        ("[" * 100, "json_cut"),
        ('{"text": "一"}}', "not_json"),
        ("{text: 1}", "not_json"),
        ("<html>系统繁忙</html>", "not_json"),
        ("var x = {}", "not_json"),
        ("", "empty"),
        (" \r\n\u3000", "empty"),
        ('{"a": NaN}', "shape"),
        ('{"a": -Infinity}', "shape"),
        ('{"a": 1e999}', "shape"),
        (f'{{"a": {"9" * 5000}}}', "shape"),
        ('{"text": "一", "text": "二"}', "shape"),
        ('{"a": [{"title": 1, "title": 1}]}', "shape"),
        ("[" * 100_000, "too_deep"),
        ('{"a":' * 100_000 + "1" + "}" * 100_000, "too_deep"),
    ],
)
def test_hostile_json_is_refused(text: str, reason: str) -> None:
    with pytest.raises(Quarantined) as refused:
        open_page(text, "json")
    assert refused.value.reason == reason
    assert len(refused.value.detail) < 300


def test_control_characters_in_a_text_pass() -> None:
    assert load_json('{"t": "一\t二\x00"}') == {"t": "一\t二\x00"}


def test_a_key_that_comes_twice_late_is_found_at_once() -> None:
    keys = ", ".join(f'"k{number}": 1' for number in range(60_000))
    start = time.process_time()
    with pytest.raises(Quarantined, match="the key 'k59999' comes twice"):
        load_json(f'{{{keys}, "k59999": 1}}')
    assert time.process_time() - start < 6


_VALUES = st.sampled_from([None, False, True, "", "甲", [], ["甲"], {}, {"a": 1}, 0, 1, 0.0])


@given(
    st.sampled_from(["a", "a||b", "a || b || c", " b ||c"]),
    st.dictionaries(st.sampled_from("abc"), _VALUES) | _VALUES,
)
def test_a_rule_of_plain_keys_means_what_jmespath_says_it_means(rule: str, data: object) -> None:
    assert repr(rules._search(rule, data)) == repr(jmespath.search(rule, data))
    assert rules._plain_keys(rule)


@pytest.mark.parametrize(
    "rule",
    ["a.b", "a[0]", "'a'", "a || 'b'", "a | b", "a && b", "length(a)", '"a"', "a ||| b", "!a", "@", "a || "],
)
def test_any_other_rule_is_left_to_jmespath(rule: str) -> None:
    assert not rules._plain_keys(rule)


# --- rules that could never be applied


@pytest.mark.parametrize(
    ("rule", "fmt", "words"),
    [
        ("p >", "html", "is no CSS selector"),
        ("", "html", "is no CSS selector"),
        ("p::nosuch", "html", "is no CSS selector"),
        ("a:nosuch", "html", "is no CSS selector"),
        ("xpath://p[", "html", "is no XPath"),
        ("xpath:", "html", "is no XPath"),
        ("xpath:nosuch(//p)", "html", "is no XPath"),
        ("xpath://x:p", "html", "is no XPath"),
        ("data.[", "json", "is no JMESPath"),
        ("", "json", "is no JMESPath"),
        ("a b", "json", "is no JMESPath"),
        ("nosuch(a)", "json", "cannot be applied"),
        ("length()", "json", "cannot be applied"),
    ],
)
def test_a_rule_that_cannot_be_applied_is_told_in_one_line(rule: str, fmt: Format, words: str) -> None:
    with pytest.raises(ValueError, match=words) as wrong:
        check_rule(rule, fmt)
    assert "\n" not in str(wrong.value)


@pytest.mark.parametrize(
    ("rule", "fmt"),
    [
        ("#a > p.b::attr(href)", "html"),
        ("xpath://a[re:test(@href, '^/a')]", "html"),
        ("xpath:set:leading(//p, //h1)", "html"),
        ("join(',', data.list[].id)", "json"),
        ("sort_by(data.list, &time)[0].id", "json"),
        ("data.list[?kind=='CMS']", "json"),
    ],
)
def test_a_rule_that_can_be_applied_passes(rule: str, fmt: Format) -> None:
    check_rule(rule, fmt)
