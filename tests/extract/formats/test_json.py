"""Rules for JSON; hostile JSON is refused with a short reason, or costs only its field (faults P3, P9 to P11, E15)."""

from __future__ import annotations

import time
from json import dumps

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.errors import Quarantined
from archiver.extract.formats import Page, check_rule, open_page
from archiver.extract.formats.json import load_json

JSON = """{"code": 1, "data": {"list": [{"id": 202202220000000017, "title": " 沪指收涨 "}, {"id": "x", "title": null}, 7],
 "none": [], "ratio": 1.5, "good": true, "bad": false, "text": "<p>甲</p>\\r\\n <p>乙</p>"}}"""


@pytest.fixture
def json() -> Page:
    return open_page(JSON, "json")


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
def test_a_json_value_that_is_not_text_is_refused(json: Page, rule: str) -> None:
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


def test_json_rows_can_have_any_type(json: Page) -> None:
    assert [row.value("id") for row in json.rows("data.list")] == ["202202220000000017", "x", ""]
    assert json.rows("data.none") == []
    for rule in ("data", "missing", "data.text"):
        with pytest.raises(Quarantined, match=r"^shape: .* is not a list of rows"):
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
def test_json_finds_reports_whether_a_rule_matches(json: Page, rule: str, found: bool) -> None:
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
        ("[" * 100_000, "too_deep"),
        ('{"a":' * 100_000 + "1" + "}" * 100_000, "too_deep"),
    ],
)
def test_hostile_json_is_refused(text: str, reason: str) -> None:
    with pytest.raises(Quarantined) as refused:
        open_page(text, "json")
    assert refused.value.reason == reason
    assert len(refused.value.detail) < 300


def test_control_characters_in_strings_are_accepted() -> None:
    assert load_json('{"t": "一\t二\x00"}') == {"t": "一\t二\x00"}


UNUSABLE = {
    "NaN": "NaN is not allowed in JSON",
    "-Infinity": "-Infinity is not allowed in JSON",
    "Infinity": "Infinity is not allowed in JSON",
    "1e999": "the number 1e999 is too large",
    "-1e999": "the number -1e999 is too large",
    "9" * 5000: f"the number {'9' * 40}… has 5000 digits",
    "-" + "9" * 5000: f"the number -{'9' * 39}… has 5001 digits",
    '"一", "bad": "二"': "the key 'bad' is duplicated",
    '1, "bad": 1': "the key 'bad' is duplicated",
    'null, "bad": "二", "bad": "三"': "the key 'bad' is duplicated",
    '{"x": "一"}, "bad": {"x": "二"}': "the key 'bad' is duplicated",
    '[{"x": "一"}], "bad": []': "the key 'bad' is duplicated",
}


@pytest.mark.parametrize(("value", "why"), UNUSABLE.items(), ids=range(len(UNUSABLE)))
def test_an_unusable_value_costs_only_what_reads_it(value: str, why: str) -> None:
    """Faults P10."""
    page = open_page(
        f'{{"rows": [{{"id": 1, "bad": {value}}}, {{"id": 2, "bad": "好"}}], "bad": {value}}}', "json"
    )
    first, second = page.rows("rows")
    assert page.values("rows[].id") == ["1", "2"]
    assert (first.value("id"), second.value("bad")) == ("1", "好")
    for rule in (
        "bad",
        "bad.x",
        "none || bad",
        "bad.x || id",
        "to_string(bad)",
        "to_string(@)",
        "length(bad)",
    ):
        for read in (first.value, first.markup, page.value):
            with pytest.raises(Quarantined) as refused:
                read(rule)
            assert refused.value.reason == "shape"
            assert why in refused.value.detail
    with pytest.raises(Quarantined, match=r"^shape: ") as refused:
        page.rows("bad")
    assert why in refused.value.detail
    assert page.values("rows[?bad == '好'].id") == ["2"]


@pytest.mark.parametrize(
    "text",
    [
        "{" + ", ".join(f'"k{number}": 1' for number in range(60_000)) + ', "k59999": 1, "x": "好"}',
        '{"x": "好"' + ', "k": 1' * 200_000 + "}",
        '{"x": "好"' + ', "k": NaN' * 200_000 + "}",
        '{"x": "好", "k": [' + "NaN," * 300_000 + "1]}",
        '{"x": "好", "k": [' + ("9" * 5000 + ",") * 300 + "1]}",
        '{"x": "好", "k": [' + "1e999," * 200_000 + "1]}",
        '{"x": "好", "k": ' + '{"a": 1, "a": ' * 400 + "1" + "}" * 401,
        '{"x": "好", "k": ' + "9" * 2_000_000 + "}",
    ],
    ids=range(8),
)
def test_a_megabyte_of_unusable_values_is_read_quickly(text: str) -> None:
    start = time.process_time()
    assert open_page(text, "json").value("x") == "好"
    assert time.process_time() - start < 6


# --- the rule language

_VALUES = st.sampled_from([None, False, True, "", "甲", [], ["甲"], {}, {"a": 1}, 0, 1, 0.0])


def result(rule: str, data: object) -> str:
    """The text that a rule finds, or the reason why it is refused."""
    try:
        return open_page(dumps(data), "json").value(rule)
    except Quarantined as why:
        return why.reason


def first_of(keys: list[str], data: object) -> object:
    """The first value that is not null, false or empty; else the last value."""
    values = [data.get(key) if isinstance(data, dict) else None for key in keys]
    empty = (None, "", [], {})
    return next((value for value in values if value is not False and value not in empty), values[-1])


@given(
    st.sampled_from(["a", "a||b", "a || b || c", " b ||c"]),
    st.dictionaries(st.sampled_from("abc"), _VALUES) | _VALUES,
)
def test_alternatives_give_the_first_value_that_is_not_empty(rule: str, data: object) -> None:
    value = first_of([key.strip() for key in rule.split("||")], data)
    refused = isinstance(value, bool | list | dict)
    assert result(rule, data) == ("shape" if refused else "" if value is None else str(value))


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        ("a", "shape"),
        ("a.b", "甲"),
        ("c[0]", "乙"),
        ("a[0]", ""),
        ("'a'", "a"),
        ("x || 'b'", "b"),
        ("x || a.b", "甲"),
        ("a | b", "甲"),
        ("a && d", "丙"),
        ("x && d", ""),
        ("length(a)", "1"),
        ('"a-b"', "丁"),
        ("!a", "shape"),
        ("@", "shape"),
        ("length(x)", "shape"),
    ],
)
def test_a_rule_is_jmespath(rule: str, value: str) -> None:
    assert result(rule, {"a": {"b": "甲"}, "c": ["乙"], "d": "丙", "a-b": "丁"}) == value


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("data.[", "is not valid JMESPath"),
        ("", "is not valid JMESPath"),
        ("a b", "is not valid JMESPath"),
        ("a ||| b", "is not valid JMESPath"),
        ("a || ", "is not valid JMESPath"),
        ("nosuch(a)", "cannot be applied"),
        ("length()", "cannot be applied"),
    ],
)
def test_an_invalid_rule_is_reported_in_one_line(rule: str, words: str) -> None:
    with pytest.raises(ValueError, match=words) as wrong:
        check_rule(rule, "json")
    assert "\n" not in str(wrong.value)


@pytest.mark.parametrize(
    "rule",
    [
        "join(',', data.list[].id)",
        "sort_by(data.list, &time)[0].id",
        "data.list[?kind=='CMS']",
    ],
)
def test_a_valid_rule_is_accepted(rule: str) -> None:
    check_rule(rule, "json")
