"""Reads the date in one text, as pages write it, and converts it to Beijing time.

The grammar is closed (faults D1 to D10): it refuses unknown forms and never guesses. A date without a zone is
in the zone of the site. The zone and the clock of this machine have no effect.

A complete date may be between other words (发稿时间：…, 样例网 … 点击：33). It is then read if the text has
no second date, and if the words do not give the date another meaning (截至…).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from typing import Final

from archiver.normalise.date_forms import ALONE, IN_TEXT
from archiver.normalise.date_spelling import spelled
from archiver.normalise.readings import DateError, Kind, Reading
from archiver.normalise.relative_dates import in_year, relative
from archiver.normalise.zone import BEIJING

__all__ = ["FUTURE_ALLOWED", "Answered", "DateError", "Kind", "Reading", "checked", "day", "in_year", "read"]

FUTURE_ALLOWED: Final = timedelta(hours=24)
"""How much later than the response a date may be (faults D9)."""

Answered = Callable[[], datetime]
"""The moment from which relative dates count. It is a function, because few articles have such a date."""

_EARLIEST_YEAR: Final = 1990
"""Earlier dates are default values of software (1970-01-01, 0001-01-01), not dates of news."""

_MAX_LENGTH: Final = 1000
"""Longest text that is read, in characters."""

_MAX_WORDS: Final = 240
"""Characters around a date; more of them are an article, not a line that dates it."""

_MAX_DATES: Final = 4
"""Dates in one text, all the same; more of them are a list."""


def read(text: str, now: datetime, zone: tzinfo, answered: Answered | None = None) -> Reading:
    """Reads a date. ``now`` is the time of the response, aware; ``zone`` applies to times without a zone.

    Relative dates count from ``answered()``, which is earlier than ``now`` if a cache sent the response.
    Raises DateError.
    """
    if now.utcoffset() is None:
        raise TypeError("now must be aware")
    if len(text) > _MAX_LENGTH:
        raise DateError(text)
    try:
        reading = _alone(text, zone) or _in_words(spelled(text), answered or (lambda: now), zone)
    except (ValueError, OverflowError):  # 2022-02-30, or outside what datetime can hold
        reading = None
    if reading is None:
        raise DateError(text)
    return checked(reading, text, now)


def day(year: str, month: str, day_of_month: str, text: str) -> datetime:
    """Midnight at the start of the day; ``text`` is only for the error. Raises DateError."""
    try:
        at = datetime(int(year), int(month), int(day_of_month), tzinfo=BEIJING)
    except ValueError:
        raise DateError(text) from None
    if at.year < _EARLIEST_YEAR:
        raise DateError(text)
    return at


def checked(reading: Reading, text: str, now: datetime) -> Reading:
    """The reading, if it lies between 1990 and 24 hours after ``now``; raises DateError."""
    if reading.at.year < _EARLIEST_YEAR:
        raise DateError(text)
    if reading.at - now > FUTURE_ALLOWED:
        raise DateError(text, "date_future")
    return reading


def _alone(line: str, zone: tzinfo | None) -> Reading | None:
    for pattern, make in ALONE:
        if match := pattern.fullmatch(line):
            return make(match, zone)
    return None


_MAX_NAME_WORDS: Final = 8
"""Words of a line with a date without a year."""

# Words around a date

_LABELS_BEFORE = re.compile(
    r"""
    (?: (?: [(\[] GMT\+8 (?:,[ ]?Asia/Shanghai)? (?:,[ ]?CST)? [)\]]  # on the pages of the source site
          | (?: 最[后後近新] | 首次 | 本文 | 文章 | 新闻 | 新聞 | 稿件 )?
            (?: 发布 | 發布 | 發佈 | 发表 | 發表 | 发稿 | 發稿 | 发文 | 發文 | 刊发 | 刊登 | 首发 | 更新
              | 修改 | 编辑 | 上传 | 创建 | 录入 | 入库 | 推送 | 转载 | 轉載 )?
            (?: 时间 | 時間 | 日期 | 于 | 於 )?
          | 北京[时時][间間] | 约 | 大约
          | (?i: (?: date | time | last | first | posted | published | updated | modified | on | at )
                 (?![a-z]) )
        )
        [ |]? :? [ |]?
    )*
    """,
    re.VERBOSE,
)
"""Labels before a date."""

_LABEL_AFTER = re.compile(
    r"""
    # credits
    (?:文章|稿件|新闻|新聞)? [来來]源 | 作者 | [记記]者 | (?:[责責]任)? [编編][辑輯] | [责責][编編]
    # counters and buttons
    | 阅读 | 閱讀 | 浏览 | 瀏覽 | 评论 | 評論 | 点击 | 點擊 | 字号 | 字號 | 分享 | 收藏 | 点赞 | 人气
    # a label after its date
    | 发布 | 發布 | 發佈 | 发表 | 發表 | 更新
    """,
    re.VERBOSE,
)
"""A label after a date; a date without a year ends before it."""

_BRACKETED = re.compile(r"[(\[]([^()\[\]]*)[)\]]")

_FOUND = "\0"
"""Replaces a date in the text, so that the words around it remain."""

_OTHER_DATE = re.compile(
    r"""
    (?<![0-9]) [0-9]{1,2}:[0-9]{1,2}                            # a second time, a span of time
    | [0-9]{1,4} [-/] [0-9]{1,2} [-/] [0-9]{1,4}                # 03/04/2022
    | (?<![0-9-]) [0-9]{1,2}-[0-9]{1,2} (?! [0-9-] | [分个岁级] )  # 02-22
    | 民[国國] | (?<![0-9]) [0-9]{1,3}年                         # another calendar, or two digits
    | \0 [ ]? (?: [-~—–～] | 至 | 到 ) [ ]? (?: \0 | [0-9]{1,4}[-:/年月日时点] )    # from … to …
    | \0 [+-][0-9] | \0 [ ][+-][0-9]{4}                         # an unknown offset
    | \0 [ ]? [(]? (?: [CEMP][SD]T | [ABIW]ST ) (?![A-Za-z])    # an ambiguous zone
    """,
    re.VERBOSE,
)
"""What may contradict the date that was found."""

_OTHER_MEANING = re.compile(
    r"""
    (?: 截至 | 截止 | 截稿 | 有效 | 到期 | 报名 | 報名 | 活动 | 活動 | 会议 | 會議 | 开会 | 成立 | 出生 | 上市
      | 将于 | 將於 | 预计 | 預計 | 预定 | 下次 | 距 | (?<![来來])自 | 从 | 從 | 至 | 到 | 比 )
    (?: 时间 | 時間 | 日期 | 期限 | 期 )? (?: 北京[时時][间間] )? [ ]? :? [ ]? \0
    | \0 (?: 之?[前后後] (?!瞻) | 以[前后後来來] | 起 | 止 )
    | \0 [ ]? (?: 截[至止] | 收盘 | 收盤 | 开盘 | 開盤 | 到期 | 举行 | 舉行 | 召开 | 召開 | 开始 | 開始 | 结束
      | 結束 | 过期 | 生效 )
    | [。！？]                                                   # a sentence
    """,
    re.VERBOSE,
)
"""Words by which the date is not that of the article."""


def _in_words(line: str, answered: Answered, zone: tzinfo) -> Reading | None:
    """Reads a line in one spelling: the complete date in it, else a date without a year and its labels."""
    bare, after = _bare(line)
    if reading := _alone(bare, zone):
        return reading if not after or _is_only(reading, after, zone) else None
    now = answered().astimezone(zone)
    if reading := relative(bare, now):
        return reading if not after or _is_only(reading, after, zone) else None
    found, rest = _stated_in(line, zone)
    if found:
        return _agreed(found) if _is_plain(rest) else None
    return _relative_in(bare, now) if _is_plain(after) else None


def _bare(line: str) -> tuple[str, str]:
    """The line without labels, and the text from the first label after the date."""
    line, after = _LABELS_BEFORE.sub("", line.strip(" |"), count=1), ""
    if (label := _LABEL_AFTER.search(line)) and label.start():
        line, after = line[: label.start()], line[label.start() :]
    line = line.strip(" |")
    return line[1:-1] if _BRACKETED.fullmatch(line) else line, after


def _is_only(reading: Reading, after: str, zone: tzinfo) -> bool:
    """Whether the text after a date has no other date. A day alone may be that of a printed edition."""
    found, rest = _stated_in(after, zone)
    exact = [one for one in found if one.kind == "stated"]
    return all(_is_same(one, reading) for one in exact) and _OTHER_DATE.search(rest) is None


def _stated_in(line: str, zone: tzinfo) -> tuple[list[Reading], str]:
    """The complete dates in a line, and the rest of the line. Raises ValueError for an impossible date."""
    found: list[Reading] = []
    for pattern, make in IN_TEXT:
        if matches := list(pattern.finditer(line)):
            found += (make(match, zone) for match in matches)
            line = pattern.sub(_FOUND, line)
    return found, line


def _agreed(found: list[Reading]) -> Reading | None:
    """The most exact reading; None if two readings differ, or for a list of dates."""
    best = max(found, key=lambda one: (one.kind == "stated", one.at.second > 0))
    alike = len(found) <= _MAX_DATES and all(_is_same(one, best) for one in found)
    return best if alike else None


def _is_same(one: Reading, best: Reading) -> bool:
    """Whether the date is the same; a day agrees with a time on this day, a minute with its seconds."""
    if one.kind == "day":
        return one.at.date() == best.at.date()
    return one.at in (best.at, best.at.replace(second=0))


def _is_plain(rest: str) -> bool:
    """Whether the words around a date leave it the date of the article, and the only one."""
    return len(rest) <= _MAX_WORDS and not _OTHER_DATE.search(rest) and not _OTHER_MEANING.search(rest)


def _relative_in(line: str, now: datetime) -> Reading | None:
    """A date without a year beside a name: 样例网 | 3小时前."""
    words = re.split(r"[ |·,]+", line)
    if len(words) > _MAX_NAME_WORDS:
        return None
    for length in (3, 2, 1):
        for start in range(len(words) - length + 1):
            if reading := relative(" ".join(words[start : start + length]), now):
                others = [*words[:start], *words[start + length :]]
                return reading if _is_plain(" ".join([*others[:start], _FOUND, *others[start:]])) else None
    return None
