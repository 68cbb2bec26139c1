"""Documents that stand in something else: in JSONP, in a script, in an element of a page."""

from __future__ import annotations

import json
import re
import time

import pytest

from archiver.errors import ArticleError, Quarantined
from archiver.extract.formats import IN_PROCESS, Allowance, TooMuchWork, carrier_of, check_whole, open_page
from archiver.extract.formats.javascript import as_json
from archiver.extract.formats.json import load_json
from archiver.extract.formats.received import Received
from archiver.extract.formats.within import document_in

DATA = {"data": {"title": "样例公司回购", "list": [1, 2]}}
JSON = json.dumps(DATA, ensure_ascii=False)
NEXT = f'<script id="__NEXT_DATA__" type="application/json">{JSON}</script>'


def page(script: str) -> str:
    return f"<!DOCTYPE html><html><head><title>样例网</title>{script}</head><body><p>甲</p></body></html>"


@pytest.mark.parametrize(
    ("within", "text"),
    [
        ("cb(", f"cb({JSON})"),
        ("cb(", f"cb({JSON});"),
        ("cb(", f"/**/ cb( {JSON} ) ;\n"),
        ("cb(", f"try{{cb({JSON});}}catch(e){{}}"),
        ("cb(", f"\ufeffcb({JSON})"),
        ("(", f"jQuery3510001_1668000001({JSON});"),
        ("cb(", f"cb(({JSON}))"),
        ("cb(", f"typeof cb === 'function' && cb({JSON});"),
        ("ajaxResult=", f"var ajaxResult={JSON}"),
        ("ajaxResult =", f"var ajaxResult={JSON};"),
        ("var  allData =", page(f"<script>var\nallData  = {JSON};\nvar other = {{}};</script>")),
        ("allData =", page(f"<script>allData = window.allData || {{}}; allData = {JSON}</script>")),
        ("allData =", page(f"<script>var allData = {{}}; allData={JSON}</script>")),
        ("allData =", page(f"<script>if (allData == 1) x(); allData = /* 数据 */ {JSON}</script>")),
        ("allData =", page(f'<script>document.write("allData = {{x}}"); allData = {JSON}</script>')),
        ("allData =", page(f"<script>allData = JSON.parse({json.dumps(JSON)})</script>")),
        ("allData =", page(r"""<script>allData = JSON.parse('{"data": {"title": "样例公司\u56de购", "list": [1, 2]}}')</script>""")),
        ('"props":', page(f'<script>{{"a": 1, "props": {JSON}, "page": "/"}}</script>')),
        ("push([1,", f'self.push([0]);self.push([1,{JSON}])'),
        ("script#__NEXT_DATA__", page(NEXT)),
        ("script[id=__NEXT_DATA__]", page(f"<script>x = {{}}</script>{NEXT}")),
        ("#data::attr(data-json)", page(f"<div id=data data-json='{JSON}'></div>")),
        ("template", page(f"<template>{JSON}</template>")),
    ],
)  # fmt: skip
def test_the_document_is_found_in_a_response(within: str, text: str) -> None:
    assert load_json(document_in(text, within, "json")) == DATA


SCRIPT = {"html": '<p>甲</p><script>x("乙")</script>'}


@pytest.mark.parametrize("within", ["script#d", "id=d>"])
def test_an_end_tag_in_a_string_of_the_json_does_not_end_it(within: str) -> None:
    text = page(f"<script id=d>{json.dumps(SCRIPT, ensure_ascii=False)}</script>")
    if within.startswith("id"):
        text, within = text.replace("id=d>", "id=d>x="), "x="
    assert load_json(document_in(text, within, "json")) == SCRIPT


def test_the_text_of_an_element_is_read_as_html() -> None:
    text = page(
        "<textarea id=t>&lt;h1&gt;题&lt;/h1&gt;</textarea><script type=text/template><h2>乙</h2></script>"
    )
    assert open_page(text, "html", within="#t").value("h1") == "题"
    assert open_page(text, "html", within="script").value("h2") == "乙"


@pytest.mark.parametrize(
    ("within", "text", "reason", "words"),
    [
        ("cb(", JSON, "no_document", "'cb(' is not in the response; it begins with"),
        ("allData =", page("<script>x = {}</script>"), "no_document", "'allData =' is not in the response"),
        ("#d", page(""), "no_document", "nothing in the response matches '#d'"),
        ("x =", page("<script>x = {a: f()}</script>"), "no_document", "what follows 'x =' is not JSON: '{a: f()}"),
        ("x =", page("<script>x = null; x = 17</script>"), "no_document", "'x =' is not in the response"),
        ("cb(", f"cb({JSON[:-9]}", "json_cut", "the JSON after 'cb(' is cut"),
        ("cb(", 'cb({"a": "甲', "json_cut", "is cut"),
        ("x =", page('<script>x = {"a": </script>'), "no_document", "is not JSON"),
        ("x =", f"x = {'[' * 100_000}", "too_deep", "nested"),
        ("script#d", page("<script id=d>系统繁忙</script>"), "not_json", "Expecting value"),
    ],
)  # fmt: skip
def test_a_response_without_the_document_is_refused(within: str, text: str, reason: str, words: str) -> None:
    with pytest.raises(Quarantined, match=re.escape(words)) as refused:
        open_page(text, "json", within=within)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        ("{a: 1, 'b': \"c\", $d_1: null}", {"a": 1, "b": "c", "$d_1": None}),
        ("{a: [1, 2,], }", {"a": [1, 2]}),
        (r"['\x41\u4e00\u{1f600}\n\'\"\/', '']", ["A一😀\n'\"/", ""]),
        ("['甲\\\n乙']", ["甲乙"]),
        ("[undefined, void 0, !0, !1, true, false]", [None, None, True, False, True, False]),
        ("[0x1F, .5, 1., -2, +3, 1e3, 1.5E-2, 0]", [31, 0.5, 1, -2, 3, 1000.0, 0.015, 0]),
        ("{/* a */ b: 1, // c\n d: 2}", {"b": 1, "d": 2}),
        ("{true: 1, null: 2}", {"true": 1, "null": 2}),
        ("{标题: '甲'}", {"标题": "甲"}),
        (r"{'\ud83d\ude00': 1}", {"😀": 1}),
        ("{url: 'https://a.example/?b=1//c'} + 1", {"url": "https://a.example/?b=1//c"}),
        ("{}", {}),
    ],
)
def test_a_literal_of_javascript_is_read_as_json(literal: str, value: object) -> None:
    assert json.loads(as_json(literal, 0)) == value
    assert load_json(document_in(f"var x = {literal};", "x =", "json")) == value


@pytest.mark.parametrize(
    "text",
    [
        "{a: b}",
        "{a: f()}",
        "{a: `b`}",
        "{a: /b/}",
        "{a: 1",
        "{a: 'b}",
        "[1}",
        "}",
        "{a: 012}",
        "{...b}",
        "[1n]",
    ],
)
def test_what_is_not_a_literal_has_no_value(text: str) -> None:
    assert as_json(text, 0) == ""


@pytest.mark.parametrize(
    "piece", ["x={", "x=[", "x=[1,", "x='", 'x="{', "x={a:", "x=(", "x=/*", "x= ", "x={'", "x=[[1],", "x={a:1},", "x"]
)  # fmt: skip
def test_a_hostile_response_is_read_within_the_allowance(piece: str) -> None:
    text = piece * (500_000 // len(piece))
    start = time.process_time()
    with pytest.raises((ArticleError, TooMuchWork)):
        document_in(text, "x=", "json", Allowance(IN_PROCESS))
    assert time.process_time() - start < 3


@pytest.mark.parametrize(
    ("within", "body", "reason"),
    [
        ("cb(", f"cb({JSON})", ""),
        ("cb(", f"cb({JSON}) ; // 完", ""),
        ("cb(", f"cb({JSON[:-5]}", "json_cut"),
        ("cb(", JSON[:-5], "json_cut"),
        ("x =", page(f"<script>x = {JSON}</script>"), ""),
        ("x =", page(f"<script>x = {JSON}</script>")[:-9], "incomplete"),
        ("x =", f"var x = {JSON};", ""),
        ("#d", page(""), ""),
        ("#d", page("")[:-20], "incomplete"),
        ("#d", " ", "empty"),
    ],
)
def test_the_response_and_not_the_document_is_checked_for_its_end(
    within: str, body: str, reason: str
) -> None:
    received = Received(body.encode(), lambda: body)
    try:
        check_whole(received, carrier_of("json", within))
    except ArticleError as why:
        assert why.reason == reason
    else:
        assert not reason


@pytest.mark.parametrize(
    ("text", "within"),
    [
        (f"cb({JSON})", "cb("),
        (f"/**/jQuery1_2({JSON});", "jQuery1_2("),
        (f"try{{a.b({JSON})}}catch(e){{}}", "a.b("),
        (f"var ajaxResult={JSON}", "ajaxResult ="),
        (f"window.x = {JSON};", "window.x ="),
    ],
)
def test_a_text_that_is_not_json_says_what_to_write(text: str, within: str) -> None:
    with pytest.raises(Quarantined, match=re.escape(f"write within: {within!r}")):
        load_json(text)
    assert load_json(document_in(text, within, "json")) == DATA


@pytest.mark.parametrize("text", ["<html>繁忙</html>", "系统繁忙(1)", "", "x", "{a: 1}", "f(x)"])
def test_other_texts_have_no_such_advice(text: str) -> None:
    with pytest.raises(Quarantined) as refused:
        load_json(text)
    assert "within" not in refused.value.detail


# --- JSON in a string of JSON


NESTED = json.dumps({"data": json.dumps({"list": [{"id": "n"}]}), "rows": '[{"id": "m"}]', "no": "x"})


@pytest.mark.parametrize(
    ("rule", "ids"),
    [("rows", ["m"]), ("parse_json(data).list", ["n"]), ("parse_json(rows)[?id=='m']", ["m"])],
)
def test_json_in_a_string_is_read(rule: str, ids: list[str]) -> None:
    assert [row.value("id") for row in open_page(NESTED, "json").rows(rule)] == ids


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("data.list", "data is a text in JSON, write parse_json(data).list"),
        ("no", "no is not a list of rows"),
        ("parse_json(no)", "is not a list of rows"),
        ("parse_json(missing).list", "is not a list of rows"),
    ],
)
def test_rows_that_are_no_list_are_refused(rule: str, words: str) -> None:
    with pytest.raises(Quarantined, match=re.escape(words)):
        open_page(NESTED, "json").rows(rule)
