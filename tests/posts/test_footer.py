from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.normalise import text
from archiver.posts.footer import Footer, find_footer, parse_footer
from tests.posts.hostile import TEXTS

HOME = "//example.com/"


@pytest.mark.parametrize(
    ("footer", "line"),
    [
        (Footer("返回甲新闻", f"{HOME}a.html", "返回首页", HOME), "[返回甲新闻](//example.com/a.html)｜[返回首页](//example.com/)"),
        (Footer("Back to [A]", f"{HOME}a(b", "Home", HOME), r"[Back to \[A\]](//example.com/a%28b)｜[Home](//example.com/)"),
        (Footer("甲", f"{HOME}x｜[y](z)", "首｜页", HOME), "[甲](//example.com/x%EF%BD%9C[y](z))｜[首｜页](//example.com/)"),
        (Footer("甲", HOME, "乙", "http://[::1]:8000/(x)/"), "[甲](//example.com/)｜[乙](http://[::1]:8000/(x)/)"),
    ],
)  # fmt: skip
def test_a_footer_is_written_on_one_line_and_read_back(footer: Footer, line: str) -> None:
    assert footer.line() == line
    read = parse_footer(line)
    assert read is not None
    assert (read.back_label, read.home_label, read.home) == (
        footer.back_label,
        footer.home_label,
        footer.home,
    )
    assert read.line() == line


_LABEL = (st.sampled_from(TEXTS) | st.text(st.sampled_from("甲[]()\\｜!`{%&#;1. \"'"), min_size=1)).map(
    text.clean
)


@given(_LABEL.filter(bool), _LABEL.filter(bool))
def test_any_labels_are_read_back(back: str, home: str) -> None:
    footer = Footer(back, f"{HOME}category/a(b).html", home, HOME)
    assert parse_footer(footer.line()) == footer


@pytest.mark.parametrize(
    ("old", "footer"),
    [
        (
            "[返回快讯](./emnews/)\n[返回首页](./)",
            Footer("返回快讯", "./emnews/", "返回首页", "./", two_lines=True),
        ),
        ("[返回[转载]快讯](./a/)｜[返回首页](./)", Footer("返回[转载]快讯", "./a/", "返回首页", "./")),
    ],
)
def test_footers_of_the_old_archive_are_read(old: str, footer: Footer) -> None:
    assert parse_footer(old) == footer


@pytest.mark.parametrize(
    "line",
    [
        "",
        "[返回甲](./a/)",
        "[返回甲](./a/)|[返回首页](./)",
        "[返回甲](./a/) [返回首页](./)",
        "[返回甲](./a/)\n\n[返回首页](./)",
        "[返回甲](./a/)｜[返回首页](./",
        "[返回甲](./a/)｜[返回首页](./(x)",
        "x[返回甲](./a/)｜[返回首页](./)",
        "[返回甲](./a/)｜[返回首页](./)\n",
        "<p>甲</p>",
    ],
)
def test_other_text_is_not_a_footer(line: str) -> None:
    assert parse_footer(line) is None


@pytest.mark.parametrize(
    ("text", "above"),
    [
        ("<p>甲</p>\n\n[返回甲](./a/)｜[返回首页](./)\n\n乙", "<p>甲</p>\n\n"),
        ("甲\n乙 [返回甲](./a/)｜[返回首页](./) （丙）", "甲\n"),
        (
            "[返回甲](./b/)｜[返回首页](./)\n[返回甲](./a/)｜[返回首页](./)\n",
            "[返回甲](./b/)｜[返回首页](./)\n",
        ),
    ],
)
def test_the_last_footer_is_found_between_added_texts(text: str, above: str) -> None:
    assert find_footer(text) == (above, Footer("返回甲", "./a/", "返回首页", "./"))


@pytest.mark.parametrize(
    "text", ["", "甲", "[返回甲](./a/)｜[返回首页](./", "[a](b)\n\n[c](d)", "[[a](b)]｜c"]
)
def test_no_footer_is_found_where_a_part_is_missing(text: str) -> None:
    assert find_footer(text) is None


@pytest.mark.parametrize("piece", ["[", "](", ")｜[", "[a](b)｜", "｜", "\\", "\\[", "(", "[]("])
def test_a_hostile_megabyte_is_parsed_in_linear_time(piece: str) -> None:
    started = time.process_time()
    for line in (piece * (1_000_000 // len(piece)), "[a](" + piece * (1_000_000 // len(piece))):
        parse_footer(line)
        find_footer(line)
        find_footer(f"{line}\n")
    assert time.process_time() - started < 8
