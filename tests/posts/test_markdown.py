from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.normalise import text
from archiver.posts.markdown import escape, unescape
from tests.posts.hostile import TEXTS

ORDINARY = [
    "今日(5月31日)，沪指涨1.02%，报3288.5点；深成指涨0.2%。",
    "某某股份(002752)1月21日晚间公告，预计净利1.66亿元-1.82亿元，同比增1116.9%-1232.73%。（某某时报）",
    "“龙头”涨5~10%，R&D投入占比3%",
    "3.5亿元", "-5.1%", "+3%", "#1号机组", "$100", "a@example.com", "http://example.com/a?b=c&d=e", "5月：一", "a/b;c!d?e=f", "1.",
]  # fmt: skip

ESCAPED = [
    ("*ST海航与*ST康美", r"\*ST海航与\*ST康美"),
    ("甲|乙", r"甲\|乙"),
    ("甲--乙---丙", r"甲\--乙\-\--丙"),
    ("甲...乙", r"甲\...乙"),
    ('"甲"', r"\"甲\""),
    ("a_b", r"a\_b"),
    ("[返回](x)", r"\[返回\](x)"),
    ("[x]: y", r"\[x\]\: y"),
    ("<b>", r"\<b\>"),
    ("&amp; &#65; &x", "&amp;amp; &amp;#65; &x"),
    ("{{x}} {%y%} {:z} {w}", "&#123;{x}} &#123;%y%} \\{:z} {w}"),
    ("1. 甲", r"1\. 甲"),
    ("- 甲", r"\- 甲"),
    ("## 甲", r"\## 甲"),
    ("^", "&#94;"),
    ("$$x$$", r"\$\$x\$\$"),
    ("~~x~~", r"\~\~x\~\~"),
    ("\\", "\\\\"),
]


@pytest.mark.parametrize("prose", ORDINARY)
def test_ordinary_prose_is_not_changed(prose: str) -> None:
    assert escape(prose) == prose


@pytest.mark.parametrize(("plain", "markdown"), ESCAPED)
def test_only_special_characters_are_escaped(plain: str, markdown: str) -> None:
    assert escape(plain) == markdown


@pytest.mark.parametrize("plain", TEXTS)
def test_escaped_text_has_no_liquid(plain: str) -> None:
    assert "{{" not in escape(plain)
    assert "{%" not in escape(plain)


@pytest.mark.parametrize("plain", TEXTS)
def test_unescape_restores_the_text(plain: str) -> None:
    assert unescape(escape(plain)) == plain


@given(st.text(st.sampled_from("\\`*_[]<>|\"'-.$~{%:#&;amp123+ 甲^")).map(text.clean))
def test_unescape_restores_any_text(plain: str) -> None:
    assert unescape(escape(plain)) == plain


@pytest.mark.parametrize("piece", ["&", "&a", "&#", ".", "-", "$", "~", "{", "\\", "1", "# ", "*_"])
def test_a_hostile_megabyte_is_escaped_in_linear_time(piece: str) -> None:
    plain = piece * (1_000_000 // len(piece))
    started = time.process_time()
    escape(plain)
    assert time.process_time() - started < 8
