"""One spelling for dates: half-width, ``-`` and ``:`` for 年月日 and 时分秒, without the day of the week."""

from __future__ import annotations

import re
from typing import Final

from archiver.normalise.text import clean, half_width

_MARKS = str.maketrans("：／－．，＋（）［］【】｜丨︱┃│•・﹕\u3000", ":/-.,+()[][]||||||·: ")

_DIGITS = "〇零○一二三四五六七八九"
_VALUES = {char: str(max(0, number - 2)) for number, char in enumerate(_DIGITS)}
_NUMERAL = r"[〇零○一二三四五六七八九十]"

_CHINESE_DAY = re.compile(rf"([{_DIGITS}]{{4}})年({_NUMERAL}{{1,3}})月({_NUMERAL}{{1,3}})[日号號]")
"""二〇二二年二月二十二日"""

_WEEKDAY = r"(?:Mon|Tue(?:s)?|Wed(?:nes)?|Thu(?:rs?)?|Fri|Sat(?:ur)?|Sun)(?:day)?"

_SPELLINGS: Final = (
    (
        re.compile(r" ?\(?(?:星期|[周週]|[礼禮]拜)[一二三四五六日天]\)?"),
        " ",
    ),  # the day of the week adds nothing
    (re.compile(rf"(?<![A-Za-z])\(?{_WEEKDAY}(?![A-Za-z])\.?\)?,? ?", re.IGNORECASE), " "),
    (re.compile(r"([0-9]{4}) ?年 ?([0-9]{1,2}) ?月 ?([0-9]{1,2}) ?[日号號]"), r"\1-\2-\3 "),
    (re.compile(r"([0-9]{1,2})月 ?([0-9]{1,2})[日号號]"), r"\1-\2 "),
    (re.compile(r"([0-9]{1,2}) ?[时點点時] ?([0-9]{1,2}) ?分 ?([0-9]{1,2}) ?秒"), r"\1:\2:\3"),
    (re.compile(r"([0-9]{1,2}) ?[时點点時] ?([0-9]{1,2}) ?分(?!之)"), r"\1:\2"),
    (re.compile(r"(?<![:.0-9])([0-9]{1,2})[点點]半"), r"\1:30"),
    (re.compile(r"(?<![:.0-9])([0-9]{1,2})[时點点時](?:[整钟鐘]|(?=[ )\]|,]|$))"), r"\1:00"),
    (re.compile(r"(?<=[0-9]) ?([AaPp])\.[Mm]\.?(?![A-Za-z])"), r" \1M"),  # p.m.
    (re.compile(r"(?<![:.0-9])([0-9]{1,2}) ?([AaPp][Mm])(?![A-Za-z])"), r"\1:00 \2"),
)
"""Spelling → the spelling with ``-`` and ``:``."""


def spelled(text: str) -> str:
    """The text in one spelling, with single blanks."""
    line = half_width(clean(text)).translate(_MARKS)
    line = _CHINESE_DAY.sub(_in_digits, line)
    for spelling, form in _SPELLINGS:
        line = spelling.sub(form, line)
    return " ".join(line.split())


def _in_digits(match: re.Match[str]) -> str:
    year = "".join(_VALUES[char] for char in match[1])
    return f"{year}年{number_of(match[2])}月{number_of(match[3])}日"


def number_of(numeral: str) -> int:
    """The value of a numeral below 100 (二十二, 两, 〇); raises ValueError for other texts."""
    tens, ten, units = numeral.replace("两", "二").replace("兩", "二").rpartition("十")
    if len(tens) > 1 or len(units) > 1 or not (ten or units):
        raise ValueError(f"{numeral!r} is not a number below 100")
    return 10 * int(_VALUES.get(tens, "1") if ten else 0) + int(_VALUES[units] if units else 0)
