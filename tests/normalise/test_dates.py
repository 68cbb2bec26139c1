"""Dates in the forms of real pages, and the choice between several dates."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.errors import Quarantined
from archiver.items import Evidence
from archiver.normalise.dates import DateError, day_of_address, day_of_id, decide, parse
from archiver.normalise.zone import BEIJING

NOW = datetime(2022, 2, 23, 9, 30, 12, 345678, tzinfo=BEIJING)


def beijing(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


# The tables of dates: to add a form, add a row here first (CONTRIBUTING.md).
PRECISE = [
    # D1
    ("2022-02-22 17:47:15", "2022-02-22 17:47:15"),
    ("2022/2/22 17:47", "2022-02-22 17:47:00"),
    ("2022-2-2 7:5", "2022-02-02 07:05:00"),
    ("2022.02.22 17:47", "2022-02-22 17:47:00"),
    ("2022/02/18 01:09:08", "2022-02-18 01:09:08"),
    ("2022年02月22日 17:47", "2022-02-22 17:47:00"),
    ("2022年2月22日17:47:15", "2022-02-22 17:47:15"),
    ("2022年2月22日 17时47分", "2022-02-22 17:47:00"),
    ("2022年02月22日17时47分15秒", "2022-02-22 17:47:15"),
    ("2022年 2月 22日 17点47分", "2022-02-22 17:47:00"),
    ("2022年2月22日 星期二 17:47", "2022-02-22 17:47:00"),
    ("2022-02-22（周二）17:47", "2022-02-22 17:47:00"),
    ("２０２２－０２－２２\u3000１７：４７：１５", "2022-02-22 17:47:15"),
    ("２０２２年２月２２日　１７：４７", "2022-02-22 17:47:00"),
    ("\ufeff2022-02-22\xa017:47\n", "2022-02-22 17:47:00"),
    ("[2022-02-22 17:47]", "2022-02-22 17:47:00"),
    ("（2022-02-22 17:47）", "2022-02-22 17:47:00"),
    ("1990-01-01 00:00:01", "1990-01-01 00:00:01"),
    ("2020-02-29 10:00", "2020-02-29 10:00:00"),
    ("1991-07-01 12:00", "1991-07-01 12:00:00"),
    # D2
    ("2022-02-22T17:47:15Z", "2022-02-23 01:47:15"),
    ("2022-02-22T17:47:15", "2022-02-22 17:47:15"),
    ("2022-02-22-17:47:15", "2022-02-22 17:47:15"),
    ("发布时间：2022-2-22-7:47:15 来源：样例网", "2022-02-22 07:47:15"),
    ("2022-02-22T17:47:15+08:00", "2022-02-22 17:47:15"),
    ("2022-02-22T17:47:15.987654+08:00", "2022-02-22 17:47:15"),
    ("2022-02-22T09:47:15+0000", "2022-02-22 17:47:15"),
    ("2022-02-22T09:47+00:00", "2022-02-22 17:47:00"),
    ("2022-02-22 09:47:15 UTC", "2022-02-22 17:47:15"),
    ("2022-02-22 17:47:15 +0800", "2022-02-22 17:47:15"),
    ("2022-02-22 17:47:15+08", "2022-02-22 17:47:15"),
    ("2022-02-22 17:47 +0800", "2022-02-22 17:47:00"),
    ("2022-02-22 17:47:15 GMT+8", "2022-02-22 17:47:15"),
    ("2022-02-22 17:47:15 UTC+08:00", "2022-02-22 17:47:15"),
    ("2022-02-22 17:47:15 北京时间", "2022-02-22 17:47:15"),
    ("2022-02-22T04:47:15-05:00", "2022-02-22 17:47:15"),
    ("2022-02-22T15:17:15+05:30", "2022-02-22 17:47:15"),
    ("Tue, 22 Feb 2022 09:47:15 GMT", "2022-02-22 17:47:15"),
    ("Tue, 22 Feb 2022 17:47:15 +0800", "2022-02-22 17:47:15"),
    ("22 Feb 2022 04:47 -0500", "2022-02-22 17:47:00"),
    ("1645523235", "2022-02-22 17:47:15"),
    ("1645523235999", "2022-02-22 17:47:15"),
    # D3
    ("02月22日 17:47", "2022-02-22 17:47:00"),
    ("2月2日7:05", "2022-02-02 07:05:00"),
    ("02-22 17:47", "2022-02-22 17:47:00"),
    ("02-24 09:30", "2022-02-24 09:30:00"),
    ("02-24 09:31", "2021-02-24 09:31:00"),
    ("12-08 10:46:18", "2021-12-08 10:46:18"),
    ("02-29 10:00", "2020-02-29 10:00:00"),
    # labels
    ("(GMT+8, Asia/Shanghai, CST) 2022-02-22 17:47:15", "2022-02-22 17:47:15"),
    ("[GMT+8, Asia/Shanghai, CST] 2022-02-22 17:47:15 \xa0 ", "2022-02-22 17:47:15"),
    ("发布时间：2022年02月22日 17:47 来源：财联社", "2022-02-22 17:47:00"),
    ("发布日期: 2022-02-22 17:47 | 作者：王小明", "2022-02-22 17:47:00"),
    ("2022-02-22 17:47来源：财联社 编辑：李晓", "2022-02-22 17:47:00"),
    ("发表于 2022-02-22 17:47 阅读 1234", "2022-02-22 17:47:00"),
    ("北京时间 2022-02-22 17:47", "2022-02-22 17:47:00"),
    # D9
    ("2022-02-23 09:32", "2022-02-23 09:32:00"),
    ("2022-02-24 05:30", "2022-02-24 05:30:00"),
    ("2022-02-24 09:30:12", "2022-02-24 09:30:12"),
    # 12-hour clocks, in Chinese and English, and hours alone
    ("2022/2/22 下午 02:26:26", "2022-02-22 14:26:26"),
    ("2022年2月22日晚8：00", "2022-02-22 20:00:00"),
    ("2022年2月22日 上午9:05", "2022-02-22 09:05:00"),
    ("2022-02-22 5:38:01 PM", "2022-02-22 17:38:01"),
    ("Feb 22, 2022 5:47 PM", "2022-02-22 17:47:00"),
    ("2022-2-22 12:05 AM", "2022-02-22 00:05:00"),
    ("2022-2-22 12:05 PM", "2022-02-22 12:05:00"),
    ("2022-2-22 中午12:05", "2022-02-22 12:05:00"),
    ("2022-2-22 中午1:05", "2022-02-22 13:05:00"),
    ("2022-2-22 上午12:05", "2022-02-22 00:05:00"),
    ("2022-2-22 下午12:05", "2022-02-22 12:05:00"),
    ("2022-2-22 凌晨12:05", "2022-02-22 00:05:00"),
    ("2022-2-22 凌晨2点05分", "2022-02-22 02:05:00"),
    ("2022年2月22日晚上8点半", "2022-02-22 20:30:00"),
    ("2022年2月22日 17时", "2022-02-22 17:00:00"),
    ("2022年2月22日下午3点", "2022-02-22 15:00:00"),
    ("2022-02-22 5:47 p.m.", "2022-02-22 17:47:00"),
    ("2022-02-22 5PM", "2022-02-22 17:00:00"),
    ("2022-02-22 下午17:47", "2022-02-22 17:47:00"),
    ("2022-02-22 17:47 PM", "2022-02-22 17:47:00"),
    ("2022/02/22 PM 5:47", "2022-02-22 17:47:00"),
    # dates that software prints
    ("Tue Feb 22 2022 17:47:15 GMT+0800 (中国标准时间)", "2022-02-22 17:47:15"),
    ("Tue Feb 22 2022 17:47:15 GMT+0800 (China Standard Time)", "2022-02-22 17:47:15"),
    ("Tue Feb 22 2022 17:47:15 GMT+0800", "2022-02-22 17:47:15"),
    ("Mon, Feb 21 2022 20:45:26 +0000", "2022-02-22 04:45:26"),
    ("/Date(1645523235000+0800)/", "2022-02-22 17:47:15"),
    ("\\/Date(1645523235000)\\/", "2022-02-22 17:47:15"),
    ("Tue, 22 Feb 22 17:42:08 +0800", "2022-02-22 17:42:08"),
    ("Tue, 22 Feb 2022 09:47:15 Z", "2022-02-22 17:47:15"),
    ("Tue, 22 Feb 2022 09:47:15 UT", "2022-02-22 17:47:15"),
    ("Tue, 22 Feb 2022 04:47:15 EST", "2022-02-22 17:47:15"),
    ("Tue, 22 Feb 2022 01:47:15 PST", "2022-02-22 17:47:15"),
    ("Tuesday, 22-Feb-22 09:47:15 GMT", "2022-02-22 17:47:15"),
    ("2022-02-22T17:47:15+08:00[Asia/Shanghai]", "2022-02-22 17:47:15"),
    ("2022-02-22T17:47:15.123+08:00[Asia/Shanghai]", "2022-02-22 17:47:15"),
    ("2022-02-22T09:47:15Z[UTC]", "2022-02-22 17:47:15"),
    ("2022-02-22T17:47:15[Asia/Shanghai]", "2022-02-22 17:47:15"),
    ("20220222174715", "2022-02-22 17:47:15"),
    ("202202221747", "2022-02-22 17:47:00"),
    ("20220222174715123", "2022-02-22 17:47:15"),
    ("20220222T174715Z", "2022-02-23 01:47:15"),
    ("20220222T174715+0800", "2022-02-22 17:47:15"),
    ("20220222 17:47:15", "2022-02-22 17:47:15"),
    ("1645523235.0", "2022-02-22 17:47:15"),
    ("1645523235.123", "2022-02-22 17:47:15"),
    ("1645523235000.0", "2022-02-22 17:47:15"),
    ("1.645523235E9", "2022-02-22 17:47:15"),
    ("1.645523235E12", "2022-02-22 17:47:15"),
    ("Tue Feb 22 17:47:15 +0800 2022", "2022-02-22 17:47:15"),
    ("Tue Feb 22 17:47:15 2022", "2022-02-22 17:47:15"),
    # English months
    ("February 22nd, 2022 at 5:47 PM", "2022-02-22 17:47:00"),
    ("22 February 2022, 17:47", "2022-02-22 17:47:00"),
    ("Tuesday, February 22, 2022 5:47:15 PM", "2022-02-22 17:47:15"),
    ("22-Feb-2022 17:47", "2022-02-22 17:47:00"),
    ("17:47, 22 Feb 2022", "2022-02-22 17:47:00"),
    ("5:47 PM, Feb 22, 2022", "2022-02-22 17:47:00"),
    # labels and other words around one date
    ("2022-02-22 17:47 - 36氪", "2022-02-22 17:47:00"),
    ("2022-02-22 17:47 | 3-5分钟读完", "2022-02-22 17:47:00"),
    ("最后更新: 2022-02-22 15:14:21", "2022-02-22 15:14:21"),
    ("发稿时间：2022-02-22 15:14:21", "2022-02-22 15:14:21"),
    ("样例网 2022-02-22 15:14:21", "2022-02-22 15:14:21"),
    ("2022-02-22 15:14:21 发布", "2022-02-22 15:14:21"),
    ("2022-02-22 15:14:21 点击：33", "2022-02-22 15:14:21"),
    ("| 发布时间: 2022-02-22 15:14:21 | 点击数: 2168", "2022-02-22 15:14:21"),
    ("21世纪经济报道 2022-02-22 17:47", "2022-02-22 17:47:00"),
    ("2022-02-22 17:47 21世纪经济报道", "2022-02-22 17:47:00"),
    ("2022-02-22 17:47 · 样例网 · 阅读 1.2万", "2022-02-22 17:47:00"),
    ("2022-02-22 17:47（3小时前）", "2022-02-22 17:47:00"),
    ("2022-02-22 17:47 来源：样例特区报 2022年2月21日 A01版", "2022-02-22 17:47:00"),
    ("来自样例网 2022-02-22 17:47", "2022-02-22 17:47:00"),
    ("發佈時間：2022年2月22日 下午5:47", "2022-02-22 17:47:00"),
    ("更新時間: 2022/02/22 17:47", "2022-02-22 17:47:00"),
    ("2022年2月22日（星期二）下午5:47", "2022-02-22 17:47:00"),
    ("发布时间：20220222174715", "2022-02-22 17:47:15"),
    ("更新时间：1645523235", "2022-02-22 17:47:15"),
    ("日期：2022-02-22 时间：17:47", "2022-02-22 17:47:00"),
    ("2022-02-22, 17:47", "2022-02-22 17:47:00"),
    ("Published: 2022-02-22 17:47", "2022-02-22 17:47:00"),
    ("Published on February 22, 2022 5:47 pm", "2022-02-22 17:47:00"),
    ("Posted Feb 22, 2022, 5:47 PM by Admin", "2022-02-22 17:47:00"),
    ("2月22日 下午5:47", "2022-02-22 17:47:00"),
    ("样例网讯（记者 王某）2022年2月22日 17:47", "2022-02-22 17:47:00"),
    ("2022-02-22 17:47:15 星期二 点击：[33] 次", "2022-02-22 17:47:15"),
    ("点击数：33 更新时间：2022/2/22 17:47:15", "2022-02-22 17:47:15"),
    ("2022-02-22 17:47:15 +0800 CST", "2022-02-22 17:47:15"),
    ("2022-02-22T17:47:15.000+0000", "2022-02-23 01:47:15"),
    ("2022-02-22T17:47:15-0500", "2022-02-23 06:47:15"),
    ("2022 Feb 22 17:47", "2022-02-22 17:47:00"),
    ("2022-02-22T09:47:15.123456789Z", "2022-02-22 17:47:15"),
    ("Tue, 22 Feb 2022 17:47:15 +0800 (CST)", "2022-02-22 17:47:15"),
    ("2022年2月22日 · 17:47", "2022-02-22 17:47:00"),
    ("2022-02-22 17:47:15;", "2022-02-22 17:47:15"),
    ('"2022-02-22 17:47:15"', "2022-02-22 17:47:15"),
    ("时间：2022-02-22 17:47:15\u3000来源：样例网\u3000作者：佚名\u3000浏览：12次", "2022-02-22 17:47:15"),
    ("2月22日 17:47 样例网", "2022-02-22 17:47:00"),
    ("2022-02-22 17:47 阅读：100 评论：3", "2022-02-22 17:47:00"),
    ("2022年02月22日 17:47 A股早报", "2022-02-22 17:47:00"),
    ("2022-02-22 00:30 AM", "2022-02-22 00:30:00"),
    ("2022-02-22 正午12:00", "2022-02-22 12:00:00"),
    ("公元2022年2月22日17时47分", "2022-02-22 17:47:00"),
]

IMPRECISE = [
    # D4
    ("昨天 17:47", "2022-02-22 17:47:00"),
    ("昨天17:47", "2022-02-22 17:47:00"),
    ("昨日 17：47", "2022-02-22 17:47:00"),
    ("前天 17:47:15", "2022-02-21 17:47:15"),
    ("今天 08:05", "2022-02-23 08:05:00"),
    ("今天 16:25", "2022-02-23 16:25:00"),
    ("昨天", "2022-02-22 00:00:00"),
    ("前天", "2022-02-21 00:00:00"),
    ("今天", "2022-02-23 00:00:00"),
    ("3小时前", "2022-02-23 06:30:12"),
    ("3 个小时前", "2022-02-23 06:30:12"),
    ("５分钟前", "2022-02-23 09:25:12"),
    ("30秒前", "2022-02-23 09:29:42"),
    ("10小时前", "2022-02-22 23:30:12"),
    ("2天前", "2022-02-21 00:00:00"),
    ("刚刚", "2022-02-23 09:30:12"),
    ("发布于 3小时前", "2022-02-23 06:30:12"),
    # D5
    ("2022-02-22", "2022-02-22 00:00:00"),
    ("2022年2月22日", "2022-02-22 00:00:00"),
    ("2022/2/22", "2022-02-22 00:00:00"),
    ("2022-02-22 00:00:00", "2022-02-22 00:00:00"),
    ("02-22 00:00", "2022-02-22 00:00:00"),
    ("2022-02-22 24:00:00", "2022-02-23 00:00:00"),
    ("2022-02-22 24:00", "2022-02-23 00:00:00"),
    ("2021-12-31 24:00", "2022-01-01 00:00:00"),
    ("2022-02-21T16:00:00Z", "2022-02-22 00:00:00"),
    ("2022-2-22 晚上12:00", "2022-02-23 00:00:00"),
    ("February 22, 2022", "2022-02-22 00:00:00"),
    ("二〇二二年二月二十二日", "2022-02-22 00:00:00"),
    # compound relative times, weeks, months, words
    ("1小时10分前", "2022-02-23 08:20:12"),
    ("1个月10天前", "2022-01-13 00:00:00"),
    ("2周前", "2022-02-09 00:00:00"),
    ("半小时前", "2022-02-23 09:00:12"),
    ("大前天 08:00", "2022-02-20 08:00:00"),
    ("昨晚8:00", "2022-02-22 20:00:00"),
    ("昨天下午5:47", "2022-02-22 17:47:00"),
    ("今天上午9:05", "2022-02-23 09:05:00"),
    ("2 hours ago", "2022-02-23 07:30:12"),
    ("an hour ago", "2022-02-23 08:30:12"),
    ("yesterday at 5:47 PM", "2022-02-22 17:47:00"),
    ("just now", "2022-02-23 09:30:12"),
    ("半个月前", "2022-02-08 00:00:00"),
    ("1个半小时前", "2022-02-23 08:00:12"),
    ("一小时前", "2022-02-23 08:30:12"),
    ("两天前", "2022-02-21 00:00:00"),
    ("3小時前", "2022-02-23 06:30:12"),
    ("3分鐘前", "2022-02-23 09:27:12"),
    ("1年前", "2021-02-23 00:00:00"),
    ("样例网 3小时前", "2022-02-23 06:30:12"),
    ("样例网 · 昨天 17:47", "2022-02-22 17:47:00"),
    ("3小时前 发布", "2022-02-23 06:30:12"),
    ("3小时前 阅读 12", "2022-02-23 06:30:12"),
    ("更新于3小时前", "2022-02-23 06:30:12"),
    ("(2022-02-22)", "2022-02-22 00:00:00"),
    ("2022-02-22 样例网", "2022-02-22 00:00:00"),
    ("12小时前更新", "2022-02-22 21:30:12"),
    ("刚刚更新", "2022-02-23 09:30:12"),
    ("昨天 17:47 来源：样例网", "2022-02-22 17:47:00"),
    ("2022-02-22 17时许", "2022-02-22 00:00:00"),
    ("第3版 2022-02-22", "2022-02-22 00:00:00"),
]

REFUSED = [
    # D6
    "2022-02-30",
    "2022-02-30 17:47",
    "2021-02-29 10:00",
    "02-30 10:00",
    "2022-13-01",
    "2022-00-10",
    "0000-00-00",
    "0000-00-00 00:00:00",
    "1970-01-01",
    "1970-01-01 08:00:00",
    "1989-12-31 23:59:59",
    "0000000000",
    "0000000000000",
    "2022-02-22 25:00",
    "2022-02-22 24:00:01",
    "2022-02-22 24:30",
    "2022-02-22 17:60",
    "2022-02-22 17:47:60",
    "9999-12-31 24:00",
    "9999-12-31T23:00:00-05:00",
    "2022-02-22 17:47:15 +2500",
    "2022-02-22 17:47:15 +1500",
    "2022-02-22 17:47:15 +0860",
    # D7, D8
    "2022年2月",
    "2022-02",
    "2022",
    "03/04/2022",
    "03-04-2022 10:00",
    "22/02/22 17:47",
    "22年2月22日 17:47",
    "2022-02/22",
    # D10
    "",
    " \u3000",
    "+0800",
    " +0800",
    # unknown forms
    "10:30",
    "17时47分",
    "02-22",
    "02月22日",
    "02/22 17:47",
    "20220222",
    "+1645523235",
    "-1645523235",
    "16455232350",
    "99999小时前",
    "-3小时前",
    "明天 10:00",
    "昨天 25:00",
    "2022-02-22 17:47:15 CST",
    "2022-02-22 17:47:15 PST",
    "2022-02-22 09:00-11:30",
    "2022-02-22 9:00-11:30",
    "2022-02-22 17:47 2022-02-23 17:47",
    "Tue, 30 Feb 2022 09:47:15 GMT",
    "截至2022-02-22 17:47收盘",
    "更新",
    "٢٠٢٢-٠٢-٢٢",
    "2022-02-2²",
    "null",
    "1e9",
    "2022-02-22 17:47" + " " * 2000,
    # ambiguous, or another meaning
    "2022-02-22 17:47 - 2月24日",
    "2022-02-22 至 24日",
    "2022-02-22-08:00",
    "2022-2-22 晚上12:30",
    "2022-02-22 上午17:47",
    "/Date(-62135596800000)/",
    "Tue, 22 Feb 2022 17:47:15 CST",
    "2022-02-22T17:47:15[Europe/Paris]",
    "Tue Feb 22 17:47:15 CST 2022",
    "发布：2022-02-22 17:47 更新：2022-02-23 08:00",
    "2022-02-22 17:47 更新：02-23 08:00",
    "截至2022-02-22 17:47",
    "2022-02-22 17:47起",
    "自2022-02-22起",
    "民国111年2月22日 17:47",
    "111年2月22日 17:47",
    "111-02-22 17:47",
    "111/02/22 17:47:15",
    "几分钟前",
    "02/22/2022 5:47 PM",
    "2/22/2022, 5:47:15 PM",
    "1月前",
    "2022.02.22. 17:47",
    "2022-02-22 17:47 to 2022-02-22 18:47",
    "2022-2-22~2022-2-24",
    "2022-02-22 午夜12:00",
]

IN_THE_FUTURE = [
    "2022-02-24 09:30:13",
    "2025-02-22 17:47",
    "2025年2月22日",
    "1745523235",
    "9999999999999",
    "2022-02-25",
]


@pytest.mark.parametrize(("text", "expected"), PRECISE)
def test_a_full_date_is_read(text: str, expected: str) -> None:
    moment = parse(text, NOW)
    assert moment.at.isoformat(" ") == f"{expected}+08:00"
    assert moment.precise


@pytest.mark.parametrize(("text", "expected"), IMPRECISE)
def test_a_relative_date_and_a_day_are_read_as_imprecise(text: str, expected: str) -> None:
    moment = parse(text, NOW)
    assert moment.at.isoformat(" ") == f"{expected}+08:00"
    assert not moment.precise


@pytest.mark.parametrize("text", REFUSED)
def test_text_that_is_not_a_date_is_refused(text: str) -> None:
    with pytest.raises(DateError) as refusal:
        parse(text, NOW)
    assert refusal.value.reason == "date"


@pytest.mark.parametrize("text", IN_THE_FUTURE)
def test_a_date_more_than_a_day_in_the_future_is_refused(text: str) -> None:
    with pytest.raises(DateError) as refusal:
        parse(text, NOW)
    assert refusal.value.reason == "date_future"


YEARS = [
    ("12-31 23:50", "2022-01-01 00:10", "2021-12-31 23:50"),
    ("01-01 00:05", "2021-12-31 23:50", "2022-01-01 00:05"),
    ("01-01 00:05", "2021-12-30 00:00", "2021-01-01 00:05"),
    ("12-31 24:00", "2022-01-02 00:10", "2022-01-01 00:00"),
    ("02-29 10:00", "2024-02-29 09:00", "2024-02-29 10:00"),
    ("02-29 10:00", "2024-02-28 12:00", "2024-02-29 10:00"),
    ("02-29 10:00", "2024-02-27 12:00", "2020-02-29 10:00"),
    ("02-29 10:00", "2103-06-01 12:00", "2096-02-29 10:00"),
    ("02月29日 10:00", "2023-03-01 12:00", "2020-02-29 10:00"),
]


@pytest.mark.parametrize(("text", "now", "expected"), YEARS)
def test_a_missing_year_is_the_latest_possible_year(text: str, now: str, expected: str) -> None:
    assert parse(text, beijing(now)).at == beijing(expected)


@pytest.mark.parametrize(
    ("text", "expected"), [("今天 00:30", "2022-02-23 00:30"), ("昨天 23:30", "2022-02-22 23:30")]
)
def test_relative_days_are_relative_to_the_beijing_day_of_the_response(text: str, expected: str) -> None:
    response = datetime(2022, 2, 22, 12, 0, tzinfo=timezone(-timedelta(hours=5)))  # 01:00 on the 23rd there
    assert parse(text, response).at == beijing(expected)


@pytest.fixture
def machine_zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    def switch(name: str) -> None:
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield switch
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    "zone", ["UTC", "America/New_York", "Asia/Shanghai", "Europe/London", "GMT-3", "CST6CDT"]
)
def test_the_zone_of_the_machine_has_no_effect(zone: str, machine_zone: Callable[[str], None]) -> None:
    machine_zone(zone)
    for text, expected in PRECISE + IMPRECISE:
        assert parse(text, NOW).at.isoformat(" ") == f"{expected}+08:00", text
    for text in REFUSED:
        with pytest.raises(DateError):
            parse(text, NOW)


def test_a_naive_now_raises_type_error() -> None:
    with pytest.raises(TypeError):
        parse("any text", datetime(2022, 2, 23))  # noqa: DTZ001


DATE_LIKE = st.text(st.sampled_from("0123456789-/:.年月日时分秒前天昨今小T Z+() 来源："), max_size=40)
SHAPED = st.from_regex(
    r"\A[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}[ T][0-9]{1,2}:[0-9]{1,2}(:[0-9]{2})?([+-][0-9]{4})?\Z"
)


@given(st.text(st.characters()) | DATE_LIKE | SHAPED)
def test_any_text_gives_a_moment_or_a_date_error(text: str) -> None:
    try:
        moment = parse(text, NOW)
    except DateError:
        return
    assert moment.at.utcoffset() == timedelta(hours=8)
    assert moment.at.microsecond == 0
    assert moment.at.year >= 1990
    assert moment.at <= NOW + timedelta(hours=24)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2022, 2, 23)))  # noqa: DTZ001
def test_the_date_of_a_post_is_read_back(at: datetime) -> None:
    stated = at.replace(microsecond=0, tzinfo=BEIJING)
    assert parse(stated.strftime("%Y-%m-%d %H:%M:%S +0800"), NOW).at == stated
    assert parse(stated.isoformat(), NOW).at == stated
    assert parse(str(int(stated.timestamp())).zfill(10), NOW).at == stated


@pytest.mark.parametrize(
    "unit", ["2022-02-22 ", "9", " ", "(", "来源", "昨天", "时间：", "周一", "1月", "|", "2022年"]
)
def test_a_hostile_megabyte_is_refused_quickly(unit: str) -> None:
    started = time.process_time()
    for text in (unit * (1_000_000 // len(unit.encode())), (unit * 1000)[:1000]):
        with pytest.raises(DateError):
            parse(text, NOW)
        with pytest.raises(DateError):
            day_of_address("http://news.example/" + text.replace("-", "/"))
    assert time.process_time() - started < 4


IDS = [
    ("NW202202222284881584", "2022-02-22"),
    ("202112082206672930", "2021-12-08"),
    ("nw20220222", "2022-02-22"),
]


@pytest.mark.parametrize(("article_id", "day"), IDS)
def test_the_day_in_an_id_is_read(article_id: str, day: str) -> None:
    moment = day_of_id(article_id)
    assert moment.at == beijing(day)
    assert not moment.precise


@pytest.mark.parametrize(
    "article_id",
    ["", "NW", "NW2022", "NW20220230228488", "NW19700101228488", "00000000", "a1b20220222", "٢٠٢٢٠٢٢٢"],
)  # fmt: skip
def test_an_id_without_a_day_is_refused(article_id: str) -> None:
    with pytest.raises(DateError):
        day_of_id(article_id)


ADDRESSES = [
    ("//news.example/zhongguodianzibao/2022/02/22/NW202202222284881584.html", "2022-02-22"),
    ("https://news.example/2022/2/2/1.html?from=/2021/01/01/#/2020/01/01/", "2022-02-02"),
    ("/a/2021/01/01/b/2022/02/22/1.html", "2022-02-22"),
    ("/2021/01/01/2022/02/22/1.html", "2022-02-22"),
    ("https://news.example/2022-02-22/doc-imzxcvb1234567.shtml", "2022-02-22"),
    ("https://news.example/n1/2022/0222/c1004-123456.html", "2022-02-22"),
    ("https://news.example/20220222/123.html", "2022-02-22"),
    ("https://news.example/zhengce/2022-02/22/content_1.htm", "2022-02-22"),
    ("https://news.example/zhengce/202202/22/content_1.htm", "2022-02-22"),
    ("https://news.example/2022_02_22/1.html", "2022-02-22"),
    ("https://news.example/2022/02-22/1.html", "2022-02-22"),
    ("https://news.example/22/0222/14/KLMN0P2Q00019ABC.html", "2022-02-22"),
    ("https://news.example/zfxxgk/202202/t20220222_4881584.html", "2022-02-22"),
    ("/2021-01-01/a/2022/0222/1.html", "2022-02-22"),
]


@pytest.mark.parametrize(("url", "day"), ADDRESSES)
def test_the_day_in_an_address_is_read(url: str, day: str) -> None:
    moment = day_of_address(url)
    assert moment.at == beijing(day)
    assert not moment.precise


@pytest.mark.parametrize(
    "url",
    ["", "http://news.example/a/202202222284881584.html", "/2022/02/30/1.html", "/1970/01/01/1.html",
     "http://[/2022/02/22/1.html", "http://news.example/?/2022/02/22/1", "/12022/02/22/1", "/2022/02/22",
     "/2022-0222/1", "/2022-02_22/1", "/22/0222/1.html", "/2022/0230/1", "/a20220222/1", "/120220222/1",
     "/20220222", "/20220222.html", "/2022/02/1.html", "/1234/5678/1", "/x20220222.html"],
)  # fmt: skip
def test_an_address_without_a_day_is_refused(url: str) -> None:
    with pytest.raises(DateError):
        day_of_address(url)


ADDRESS = Evidence("//news.example/cailianshe/2022/02/22/NW202202222284881584.html", "address")
ID = Evidence("NW202202222284881584", "id")


def answer(text: str) -> Evidence:
    return Evidence(text, "answer")


def page(text: str) -> Evidence:
    return Evidence(text, "post_page")


def listing(text: str) -> Evidence:
    return Evidence(text, "listing")


STATED = "2022-02-22 17:47:15"

CONFLICT = "date/conflict"
IN_FUTURE = ("date/imprecise", "date/future")
IMPRECISELY = ("date/imprecise",)
DECISIONS: list[tuple[list[Evidence], str, str, tuple[str, ...]]] = [
    # the first readable date
    ([answer(STATED), ID], STATED, "answer", ()),
    ([answer(STATED), page("2022-02-22 10:00:01"), ID], STATED, "answer", ()),
    ([answer("2022-02-30"), listing(STATED), ID], STATED, "listing", ("date/refused",)),
    ([answer("2022-02-30"), page(""), listing(STATED)], STATED, "listing", ("date/refused", "date/refused")),
    ([answer(" +0800"), ADDRESS, ID], "2022-02-22 00:00:00", "address", ("date/refused", *IMPRECISELY)),
    ([answer(""), ID], "2022-02-22 00:00:00", "id", ("date/refused", *IMPRECISELY)),
    ([Evidence("/a/1.html", "address"), ID], "2022-02-22 00:00:00", "id", IMPRECISELY),
    # minutes are completed by seconds
    ([page("2022-02-22 17:47"), listing(STATED), ID], STATED, "listing", ()),
    ([page("2022-02-22 17:47"), listing("2022-02-22 17:47"), ID], "2022-02-22 17:47:00", "post_page", ()),
    ([page("2022-02-22 17:47"), listing("2022-02-22 17:48:15"), ID], "2022-02-22 17:47:00", "post_page", ()),
    # a day is replaced by a date with a time at most two days away
    ([answer("2022-02-22"), listing(STATED), ID], STATED, "listing", ()),
    ([answer("2022-02-22 00:00:00"), listing(STATED), ID], STATED, "listing", ()),
    ([answer("2022-02-21"), listing(STATED), ID], STATED, "listing", ()),
    ([answer("2022-02-22"), ID], "2022-02-22 00:00:00", "answer", IMPRECISELY),
    ([answer("2022-02-01"), listing(STATED)], "2022-02-01 00:00:00", "answer", (CONFLICT, *IMPRECISELY)),
    # a relative date is replaced by a full date, or by a day, and then keeps its time of day
    ([answer("昨天 17:47"), listing(STATED), ID], STATED, "listing", ()),
    ([answer("昨天 17:47"), listing("2022-02-20 11:12:13"), ID], "2022-02-20 11:12:13", "listing", ()),
    ([answer("昨天 17:47"), ID], "2022-02-22 17:47:00", "id", IMPRECISELY),
    ([answer("今天 08:05"), ID], "2022-02-22 08:05:00", "id", IMPRECISELY),
    ([answer("今天 08:05"), listing("2022-02-21"), ID], "2022-02-21 08:05:00", "listing", IMPRECISELY),
    ([answer("昨天"), ID], "2022-02-22 00:00:00", "id", IMPRECISELY),
    ([answer("3小时前"), ADDRESS, ID], "2022-02-22 00:00:00", "address", IMPRECISELY),
    ([answer("3小时前")], "2022-02-23 06:30:12", "answer", IMPRECISELY),
    ([answer("昨天 17:47")], "2022-02-22 17:47:00", "answer", IMPRECISELY),
    ([answer("3小时前"), listing("昨天 17:47")], "2022-02-23 06:30:12", "answer", IMPRECISELY),
    ([answer("今天 23:50"), Evidence("20220224", "id")], "2022-02-24 00:00:00", "id", IN_FUTURE),
    # a missing year is taken from another date
    ([listing("12-08 10:46:18"), Evidence("202012082206672930", "id")], "2020-12-08 10:46:18", "listing", ()),
    ([listing("12-08 10:46:18"), ID], "2021-12-08 10:46:18", "listing", ()),
    ([listing("12-31 23:50"), Evidence("202101011", "id")], "2020-12-31 23:50:00", "listing", ()),
    ([listing("02-29 10:00"), Evidence("201602291", "id")], "2016-02-29 10:00:00", "listing", ()),
    ([page("02-22 17:47"), listing(STATED)], STATED, "listing", ()),
    ([listing("02-22 17:47")], "2022-02-22 17:47:00", "listing", ()),
    ([listing("08-01 10:00"), ID], "2021-08-01 10:00:00", "listing", ()),
    # two dates that contradict each other
    ([page(STATED), listing("2022-02-19 17:47:15"), ID], STATED, "post_page", (CONFLICT,)),
    ([page(STATED), listing("2022-02-20 17:47:15"), ID], STATED, "post_page", ()),
    ([page(STATED), listing("2022-02-20 17:47:14"), ID], STATED, "post_page", (CONFLICT,)),
    ([page(STATED), listing("2022-02-20"), ID], STATED, "post_page", ()),
    ([page(STATED), listing("2022-02-19"), ID], STATED, "post_page", (CONFLICT,)),
    ([page("2020-12-08 10:46:18"), listing("12-08 10:46")], "2020-12-08 10:46:18", "post_page", ()),
    ([page("2022-02-10 17:47:15"), ADDRESS, ID], "2022-02-10 17:47:15", "post_page", ()),
    ([page("2022-02-10 17:47:15"), listing("昨天 17:47")], "2022-02-10 17:47:15", "post_page", ()),
    # dates in the future
    ([answer("2022-02-24 05:30")], "2022-02-24 05:30:00", "answer", ("date/future",)),
    ([answer("2025-02-22 17:47"), listing(STATED), ID], STATED, "listing", ("date/refused",)),
]  # fmt: skip


@pytest.mark.parametrize(("evidence", "at", "origin", "notes"), DECISIONS)
def test_the_date_is_chosen_from_all_evidence(
    evidence: list[Evidence], at: str, origin: str, notes: tuple[str, ...]
) -> None:
    dated = decide(evidence, NOW)
    assert dated.moment.at.isoformat(" ") == f"{at}+08:00"
    assert dated.origin == origin
    assert dated.notes == notes
    assert dated.moment.precise is ("date/imprecise" not in notes)


UNDATED: list[Any] = [
    ([], "date"),
    ([answer("")], "date"),
    ([answer("2022-02-30"), Evidence("NW197001012284881584", "id")], "date"),
    ([answer("2025-02-22 17:47")], "date_future"),
    ([answer("2025-02-22 17:47"), ADDRESS, ID], "date_future"),
    ([answer("x"), listing("2025-02-22 17:47")], "date_future"),
    ([Evidence("NW202502222284881584", "id")], "date_future"),
]


@pytest.mark.parametrize(("evidence", "reason"), UNDATED)
def test_an_article_without_a_valid_date_is_quarantined(evidence: list[Evidence], reason: str) -> None:
    with pytest.raises(Quarantined) as decision:
        decide(evidence, NOW)
    assert decision.value.reason == reason


@pytest.mark.parametrize("text", ["昨天 17:47", "今天 17:47", "3小时前", "刚刚", "前天", "2天前"])
def test_a_relative_date_read_on_another_day_gives_the_same_date(text: str) -> None:
    today, tomorrow = (decide([answer(text), ID], NOW + timedelta(days=days)) for days in (0, 1))
    assert today == tomorrow


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2022-02-22 18:47:15", "2022-02-22 17:47:15"),
        ("2022-02-22T18:47:15+08:00", "2022-02-22 18:47:15"),
        ("02-22 18:47", "2022-02-22 17:47:00"),
        ("今天 01:15", "2022-02-23 00:15:00"),
        ("2022-02-22", "2022-02-22 00:00:00"),
        ("1645523235", "2022-02-22 17:47:15"),
    ],
)
def test_dates_in_the_zone_of_a_site_are_converted_to_beijing_time(text: str, expected: str) -> None:
    assert parse(text, NOW, ZoneInfo("Asia/Tokyo")).at == beijing(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5分钟前", "2022-02-21 09:25:12"),
        ("刚刚", "2022-02-21 09:30:12"),
        ("昨天 17:47", "2022-02-20 17:47:00"),
        ("1小时10分前", "2022-02-21 08:20:12"),
        ("2周前", "2022-02-07 00:00:00"),
        ("yesterday", "2022-02-20 00:00:00"),
        ("02-22 17:47", "2021-02-22 17:47:00"),
        ("2022-02-22 17:47:15", "2022-02-22 17:47:15"),
        ("2022-02-22", "2022-02-22 00:00:00"),
        ("2022-02-24 05:30", "2022-02-24 05:30:00"),
    ],
)
def test_only_dates_without_a_year_count_from_the_time_when_a_cached_page_was_made(
    text: str, expected: str
) -> None:
    dated = decide([answer(text)], NOW, answered=lambda: NOW - timedelta(days=2))
    assert dated.moment.at.isoformat(" ") == f"{expected}+08:00"


LISTED_AT = NOW - timedelta(days=3)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5分钟前", "2022-02-20 09:25:12"),
        ("1小时10分前", "2022-02-20 08:20:12"),
        ("刚刚", "2022-02-20 09:30:12"),
        ("今天 08:00", "2022-02-20 08:00:00"),
        ("昨天 17:47", "2022-02-19 17:47:00"),
        ("前天", "2022-02-18 00:00:00"),
        ("2 days ago", "2022-02-18 00:00:00"),
        ("02-20 08:00", "2022-02-20 08:00:00"),
        ("02-22 17:47", "2021-02-22 17:47:00"),
        ("2022-02-22 17:47:15", "2022-02-22 17:47:15"),
        ("2022-02-22", "2022-02-22 00:00:00"),
        ("1645523235", "2022-02-22 17:47:15"),
    ],
)
def test_the_date_of_a_row_counts_from_the_time_of_its_listing(text: str, expected: str) -> None:
    row = Evidence(text, "listing", made_at=LISTED_AT)
    dated = decide([row], NOW, answered=lambda: NOW - timedelta(hours=5))
    assert dated.moment.at.isoformat(" ") == f"{expected}+08:00"


def test_a_date_of_the_article_counts_from_its_own_response_beside_a_row() -> None:
    dated = decide([answer("5分钟前"), Evidence("昨天", "listing", made_at=LISTED_AT)], NOW)
    assert dated.moment.at == beijing("2022-02-23 09:25:12")
