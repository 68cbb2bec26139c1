"""Cleaning of text to one line, and detection of text without visible characters."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.normalise.text import clean, half_width, is_blank

ANY_TEXT = st.text(st.characters())  # lone surrogates included

CLEANED = [
    ("央行发布利率决议", "央行发布利率决议"),
    ("", ""),
    ("  央行  发布\t利率 ", "央行 发布 利率"),
    ("第一行\r\n第二行", "第一行 第二行"),
    ("第一行\u2028第二行\u2029第三行\u0085第四行", "第一行 第二行 第三行 第四行"),
    ("一\x0b二\x0c三\x1c四", "一 二 三 四"),
    ("\u3000\u3000\xa0两市低开\xa0\u3000", "两市低开"),
    ("湖南\u3000湖北", "湖南\u3000湖北"),
    ("湖南\u3000\u3000湖北", "湖南\u3000湖北"),
    ("湖南 \u3000湖北", "湖南 湖北"),
    ("湖南\xa0湖北", "湖南 湖北"),
    ("一\u200b 二", "一 二"),
    ("一 \u200b 二", "一 二"),
    ("A\x00B\x07C\x1bD\x7fE\x9fF", "ABCDEF"),
    ("\ufeff标题\ufffe\uffff\ufdd0\U0001ffff", "标题"),
    ("标\ud800题\udfff", "标题"),
    ("标\u200b\u200c\u2060\u00ad题", "标题"),
    ("\u202e标题\u202c\u200e\u2066!\u2069", "标题!"),
    ("标\u200d题\ufe0f", "标题"),
    # joiners between letters of scripts that need them
    ("می\u200cیابد", "می\u200cیابد"),
    ("رئیس\u200cجمهور: قیمت\u200cها", "رئیس\u200cجمهور: قیمت\u200cها"),
    ("می\u200c\u200cیابد", "می\u200cیابد"),
    ("می\u200b\u200cیابد", "می\u200cیابد"),
    ("قیمت\u200c ها\u200c", "قیمت ها"),
    ("\u200cقیمت", "قیمت"),
    ("क्\u200cष", "क्\u200cष"),
    ("ශ්\u200dරී ලංකා", "ශ්\u200dරී ලංකා"),
    ("അവന്\u200d വന്നു", "അവന്\u200d വന്നു"),
    ("বাংলা\u200cদেশ", "বাংলা\u200cদেশ"),
    ("样\u200c例\u200d指数", "样例指数"),
    ("Auf\u200clage 5\u200c0", "Auflage 50"),
    ("قیمت\u200c指数", "قیمت指数"),
    ("\U0001f469\u200d\U0001f4bb开盘", "\U0001f469\u200d\U0001f4bb开盘"),
    ("\U0001f469\U0001f3fd\u200d\U0001f4bb", "\U0001f469\U0001f3fd\u200d\U0001f4bb"),
    ("\u2764\ufe0f\u200d\U0001f525", "\u2764\ufe0f\u200d\U0001f525"),
    ("1\ufe0f\u20e3", "1\ufe0f\u20e3"),
    ("1\ufe0f月", "1月"),
    ("\U0001f600\u200d\u200d\ufe0f涨", "\U0001f600涨"),
    ("&lt;b&gt; &amp;amp; &#8203;", "&lt;b&gt; &amp;amp; &#8203;"),
    ("ＧＤＰ增长５％①㈱", "ＧＤＰ增长５％①㈱"),
    ("cafe\u0301", "cafe\u0301"),
    ("*ST海风 | 复牌", "*ST海风 | 复牌"),
    ("\ufffd", "\ufffd"),
]


@pytest.mark.parametrize(("raw", "expected"), CLEANED)
def test_a_text_becomes_one_line_of_visible_characters(raw: str, expected: str) -> None:
    assert clean(raw) == expected


@given(ANY_TEXT)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(st.text(st.sampled_from("1#a\U0001f600\u2764\ufe0e\ufe0f\u200d\u20e3\u200b \u3000\U0001f3fd")))
def test_cleaning_emoji_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(st.text(st.sampled_from("یم\u064b\u0915\u094d\u0d4da样 \u200c\u200d\u200b\ufe0f\U0001f600")))
def test_cleaning_joiners_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(ANY_TEXT)
def test_a_text_that_needs_no_cleaning_is_detected(text: str) -> None:
    assert clean(text) == clean(f"{text} ")  # a final blank must be cleaned away


@given(ANY_TEXT)
def test_a_clean_text_is_one_line_and_valid_in_utf8(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode("utf-8")
    assert len(cleaned.splitlines()) <= 1
    assert not any(unicodedata.category(char) in {"Cc", "Cs"} for char in cleaned)


BLANK = [
    *("", " ", "\u3000\xa0", "\u200b\u2060\ufeff", "\x00\x07", "\ud800", "\u200d\ufe0f", "\u3164\u115f"),
    *("——", "……", "，。！？", "“”", "【】《》", "|~=+", "...", "$ ^ _"),
]


@pytest.mark.parametrize("text", BLANK)
def test_punctuation_and_invisible_characters_are_blank(text: str) -> None:
    assert is_blank(text)


@pytest.mark.parametrize("text", ["涨", "5", "A", "？涨！", "\u200b5", "①", "\U0001f600", "５"])
def test_a_text_with_a_letter_digit_or_picture_is_not_blank(text: str) -> None:
    assert not is_blank(text)


def test_only_letters_and_digits_are_made_half_width() -> None:
    assert half_width("ＡＰＰ２１ｚ（香港）：／％") == "APP21z（香港）：／％"


HOSTILE = [
    " \u3000",
    "\u200d",
    "\u200c",
    "ی\u200c\u200d",
    "\u094d\u200d",
    "\U0001f600\ufe0f\u200d",
    "a\x00",
    "1\ufe0f",
    "……",
    "\n\t ",
]


@pytest.mark.parametrize("unit", HOSTILE)
def test_a_megabyte_is_cleaned_in_linear_time(unit: str) -> None:
    text = unit * (1_000_000 // len(unit.encode()))
    started = time.process_time()
    clean(text)
    is_blank(text)
    assert time.process_time() - started < 4  # it takes far less; quadratic time would take minutes
