from __future__ import annotations

import html
import json
import os
import random
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.errors import Quarantined
from archiver.normalise.text import clean
from archiver.posts import front_matter
from archiver.posts.formats import VERSION_1
from archiver.posts.front_matter import Plain, Quoted, Single, Value, Verbatim, as_html, line, load
from archiver.publish.jekyll.pages import category_page
from tests.posts.hostile import RAW_TEXTS, TEXTS
from tests.posts.test_posts import POST

DATE = "2022-02-22 17:47:15 +0800"


def fields(lines: str) -> dict[str, Any]:
    return VERSION_1.fields(load(lines))


RUBY = """
documents = JSON.parse(STDIN.read)
read = documents.map do |text|
  YAML.safe_load(text, permitted_classes: [Date, Time])
rescue StandardError => e
  { "error" => e.message }
end
puts JSON.generate(read.map { |values| values.transform_values { |v| v.is_a?(Time) ? "time #{v.to_i}" : v } })
"""


def dump(title: str, date: str, category: str, tag: str) -> str:
    at = datetime.fromisoformat(date)
    return VERSION_1.front_matter(replace(POST, title=title, date=at, category=category, tag=tag))


def inside(front_matter: str) -> str:
    return front_matter.removeprefix("---\n").removesuffix("---\n")


@pytest.mark.parametrize(
    ("tag", "line"),
    [
        ("财联社新闻", "tags: 财联社新闻"),
        ("21财经新闻", "tags: 21财经新闻"),
        ("上海证券报·中国证券网新闻", "tags: 上海证券报·中国证券网新闻"),
        ("安信国际(香港)新闻", "tags: 安信国际(香港)新闻"),
        ("𠮷野家新闻", "tags: 𠮷野家新闻"),
        ("Career In 投行新闻", "tags: [Career In 投行新闻]"),
        ("甲, 乙", "tags: ['甲, 乙']"),
        ("no", "tags: 'no'"),
        ("1e3", "tags: '1e3'"),
        ("1,234", "tags: '1,234'"),
        ("21caijing", "tags: 21caijing"),
        ("36ke", "tags: 36ke"),
        ("0x1F", "tags: '0x1F'"),
        ("2022-02-22T10:00:00Z", "tags: '2022-02-22T10:00:00Z'"),
        ("-.5", "tags: '-.5'"),
        ("2022-2-2", "tags: '2022-2-2'"),
        (":sym", "tags: ':sym'"),
        ("甲: 乙", "tags: ['甲: 乙']"),
        ("<b>&lt;", "tags: '&lt;b&gt;&amp;lt;'"),
    ],
)
def test_a_name_is_quoted_only_if_yaml_would_read_another_value(tag: str, line: str) -> None:
    assert dump("甲", DATE, "jia", tag).split("\n")[5] == line


@pytest.mark.parametrize(
    ("title", "line"),
    [
        ("湖滨市：稳增长", 'title: "湖滨市：稳增长"'),
        ('他说"涨"', r'title: "他说\"涨\""'),
        ("a\\b", r'title: "a\\b"'),
        ("😀 𠮷", 'title: "😀 𠮷"'),
        ("\\U0001F600 😀", r'title: "\\U0001F600 😀"'),
        ("R&D与AT&T", 'title: "R&D与AT&T"'),
        ("<b>&amp;", 'title: "&lt;b&gt;&amp;amp;"'),
        ("长 " * 200 + "完", f'title: "{"长 " * 200}完"'),
    ],
)
def test_a_title_is_always_in_double_quotes_on_one_line(title: str, line: str) -> None:
    assert dump(title, DATE, "jia", "甲").split("\n")[2] == line


def test_the_front_matter_is_that_of_the_source_site() -> None:
    assert dump("甲", DATE, "jia", "甲新闻") == (
        f'---\nlayout: post\ntitle: "甲"\ndate: {DATE}\ncategories: jia\ntags: 甲新闻\n---\n'
    )


def test_a_category_page_has_three_keys() -> None:
    assert category_page("1e3", "no") == "---\nlayout: category\ntitle: 'no'\ncategory: '1e3'\n---"


@pytest.mark.parametrize("title", RAW_TEXTS)
def test_pyyaml_reads_every_title_back(title: str) -> None:
    assert fields(inside(dump(title, DATE, "jia", "甲")))["title"] == title
    assert yaml.safe_load(inside(dump(title, DATE, "jia", "甲")))["title"] == as_html(title)


@pytest.mark.parametrize("name", TEXTS)
def test_pyyaml_reads_every_name_back(name: str) -> None:
    values = fields(inside(dump("甲", DATE, name, name)))
    assert (values["category"], values["tag"]) == (name, name)


@given(st.text() | st.text(st.sampled_from("&amp;lt<>#65x; 甲")))
def test_text_as_html_shows_the_text(plain: str) -> None:
    assert html.unescape(as_html(plain)) == plain
    assert not {"<", ">"} & set(as_html(plain))


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_title_is_written_like_a_quoted_string_of_pyyaml(title: str) -> None:
    title = clean(title)
    text = yaml.dump(title, default_style='"', allow_unicode=True, width=1 << 30)
    shown = re.sub(r"\\(?:U([0-9A-F]{8})|.)", lambda e: chr(int(e[1], 16)) if e[1] else e[0], text)
    assert line("title", Quoted(title)) == f"title: {shown}"


def _three_thousand() -> list[str]:
    dice = random.Random(2022)
    pieces = [
        *"\"'\\:#-?!&*|>%@`{}[], \n\t0123456789.eE_~=<x是😀\u2028\x85\ufeff\x7f\x1b",
        "---",
        "...",
        "no",
        ": ",
        " #",
    ]
    made = ["".join(dice.choices(pieces, k=dice.randint(1, 12))) for _ in range(3_000 - len(RAW_TEXTS))]
    return [*RAW_TEXTS, *made]


def test_psych_reads_three_thousand_titles_and_names_back() -> None:
    program = shutil.which("ruby")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("CI is set and there is no ruby on PATH")
        pytest.skip("no ruby on PATH")
    titles = _three_thousand()
    names = [clean(title) or "甲" for title in titles]
    documents = [inside(dump(title, DATE, name, name)) for title, name in zip(titles, names, strict=True)]
    done = subprocess.run(
        [program, "-ryaml", "-rjson", "-rdate", "-e", RUBY],
        input=json.dumps(documents).encode(),
        stdout=subprocess.PIPE,
        env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TZ": "UTC"},
        check=True,
        timeout=120,
    )
    read: list[dict[str, Any]] = json.loads(done.stdout)
    assert len(read) == len(titles) >= 3_000
    for title, name, values in zip(titles, names, read, strict=True):
        assert values == {
            "layout": "post",
            "title": as_html(title),
            "date": "time 1645523235",
            "categories": [name] if " " in name or "\u3000" in name else name,
            "tags": [as_html(name)] if " " in name or "\u3000" in name else as_html(name),
        }


def test_a_front_matter_above_64_kib_is_quarantined() -> None:
    with pytest.raises(Quarantined) as caught:
        dump("长" * 30_000, DATE, "jia", "甲")
    assert caught.value.reason == "front_matter_size"


def test_a_lone_surrogate_is_refused() -> None:
    with pytest.raises(ValueError, match="surrogate"):
        dump("a\ud800", DATE, "jia", "甲")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "layout: post\n",
        'layout: post\ntitle: "a"\ndate: x\ncategories: x\n',
        'layout: post\ntitle: "a"\ntitle: "b"\ndate: x\ncategories: x\ntags: x\n',
        'layout: post\ntitle: "a\ndate: x\ncategories: x\ntags: x\n',
        'layout: post\ntitle: "a"\ndate: x\ncategories: x\ntags: [x, y]\n',
        "layout: post\ntitle: {a: b}\ndate: x\ncategories: x\ntags: x\n",
        'layout: post\ntitle: "a" b\ndate: x\ncategories: x\ntags: x\n',
        "layout: post\ntitle: *a\ndate: x\ncategories: x\ntags: x\n",
    ],
)
def test_anything_but_five_keys_with_string_values_is_refused(text: str) -> None:
    text = text.replace("date: x", f"date: {DATE}")
    with pytest.raises(ValueError):  # noqa: PT011 - the message is for people
        fields(text)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("b: 1\na: no\n", {"b": "1", "a": "no"}),
        ("a: [x, 2022-02-22]\n", {"a": ["x", "2022-02-22"]}),
        ("a:\n- x\n- {b: 0x1F}\nc: |\n  d\n", {"a": ["x", {"b": "0x1F"}], "c": "d\n"}),
    ],
)
def test_values_are_read_as_strings_lists_and_mappings_in_order(text: str, values: dict[str, Value]) -> None:
    assert list(load(text).items()) == list(values.items())


def as_yaml(text: str) -> object:
    """The values that the YAML parser reads; None if it refuses the text."""
    try:
        return list(front_matter._load_yaml(text).items())
    except ValueError:
        return None


_EDGES = "\t \x7f\x80\x85\xa0\u2027\u2028\u2029\u202a\ud7ff\ue000\ufeff\uff00\uffef\ufff0\ufffe\U0001f600"
"""Blanks, line breaks, and the characters next to those that simple lines may have."""
_SIMPLE_VALUES = [
    "\"标题：“甲” 100% & '#' - : {x} [y] ~\"",
    '""',
    "jia-1.2_x/y",
    "2022新闻",
    "[Career In 甲 2]",
]
_SIMPLE_VALUES += ["2022-02-22 17:47:15 +0800", "no", "null", "0x1F", "1e3", "2022-02-22", "1."]


@given(st.lists(st.sampled_from(_SIMPLE_VALUES), min_size=1, max_size=6))
def test_simple_lines_are_read_as_the_yaml_parser_reads_them(values: list[str]) -> None:
    text = "".join(f"{key}: {value}\n" for key, value in zip("badcfe", values, strict=False))
    assert front_matter._load_simple(text), "these are simple lines"
    assert list(load(text).items()) == as_yaml(text)


@settings(max_examples=2000)
@given(
    st.lists(
        st.sampled_from(
            ["", " ", "-", "a", "a: ", "a:", "b: ", "\n", '"', "'", "[", "]", ", ", "#", " # ", ": "]
        )
        | st.sampled_from(_SIMPLE_VALUES)
        | st.text(st.sampled_from(_EDGES + 'a甲\\"\n:'), max_size=3)
    )
)
def test_other_lines_are_never_read_in_another_way_than_by_the_yaml_parser(parts: list[str]) -> None:
    for text in (
        "".join(parts),
        f"a: {''.join(parts)}\n",
        f'a: "{"".join(parts)}"\n',
        f"a: [{''.join(parts)}]\n",
    ):
        if simple := front_matter._load_simple(text):
            assert list(simple.items()) == as_yaml(text)


def test_each_character_in_a_simple_line_is_read_as_by_the_yaml_parser() -> None:
    characters = [*map(chr, range(0x2100)), *map(chr, range(0xD700, 0x10000)), "𠮷", "\U0001f600"]
    read = 0
    for c in characters:
        for text in (f'a: "{c}x{c}"\n', f"a: x{c}y\n", f"a: {c}y\n", f"a: [{c}]\n"):
            if simple := front_matter._load_simple(text):
                assert list(simple.items()) == as_yaml(text), text
                read += 1
    assert read > 9_000


def test_a_front_matter_that_the_archiver_wrote_is_read_without_the_yaml_parser(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(front_matter, "_load_yaml", None)
    for tag in ("样例日报新闻", "21世纪经济报道 21财经APP新闻", "Career In"):
        assert fields(inside(dump("“甲”：乙 100%", DATE, "jia", tag)))["tag"] == tag


@pytest.mark.parametrize(
    "text",
    ["", "a\n", "- a\n", "a: 1\na: 2\n", "[a]: 1\n", "a: &x [*x]\n", "a: 1\n--- \nb: 2\n", "a: \x07\n"]
    + [f"a: {'[' * depth}{']' * depth}\n" for depth in (900, 60_000)],
)
def test_text_that_is_not_one_mapping_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="the front matter"):
        load(text)


@pytest.mark.parametrize(
    ("value", "lines"),
    [
        (["甲", "乙"], "x:\n- 甲\n- 乙\n"),
        ({"甲": "𠮷", "乙": ["no"]}, "x:\n  甲: 𠮷\n  乙:\n  - 'no'\n"),
        (Quoted("a\\U0001F600"), 'x: "a\\\\U0001F600"\n'),
    ],
)
def test_lists_and_mappings_are_written_on_several_lines(value: object, lines: str) -> None:
    assert line("x", value) == lines
    assert yaml.safe_load(lines) == {"x": value}


def test_equal_texts_of_different_types_are_written_differently() -> None:
    for _ in range(2):
        assert line("x", Plain("a b")) == "x: a b\n"
        assert line("x", Single("a b")) == "x: [a b]\n"
        assert line("x", Quoted("a b")) == 'x: "a b"\n'
        assert line("x", Verbatim("a b")) == "x: a b\n"
