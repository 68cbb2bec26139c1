"""The words of credit lines: labels, words around a name, and names that contain such words.

To add a label, add it to one of the first tables. To add a name that must stay whole, add it to
``WHOLE_NAMES``. In both cases, add a row to the table in ``tests/normalise/test_sources.py``.
"""

from __future__ import annotations

import re
from typing import Final

WHOLE_NAMES: Final = frozenset(
    {
        "来源财经",
        "综合开发研究院",
        "综合开发研究院(中国·深圳)",
        "综合开发研究院（中国·深圳）",
        "综合运输",
        "记者观察",
    }
)
"""Names that begin with a label or with another word of a credit line. The aliases of a profile add more."""

_WEAK_SOURCE_LABELS: Final = r"""
    (?: 文章 | 本文 | 稿件 | 新[闻聞] | 信息 | [内內]容 | 消息 | 原文 | 文字 | 素材 | [转轉][载載]
      | 媒[体體] )?
    [来來]源 (?: 媒[体體] | 网站 | 網站 | 机构 | [单單]位 )?
    | 稿源 | 出[处處] | [转轉][载載] | (?i:source)
"""
"""Labels of a source with a separator after them."""

_STRONG_SOURCE_LABELS: Final = r"""
    (?: 文章 | 本文 | 原文 | 稿件 | [内內]容 | 新[闻聞] | 消息 | 信息 )?
    (?: [来來]源[于於自] | [转轉][载載][自于於] | [转轉]自 | 摘[编編]?自 | [综綜]合自 | [来來]自 | 出自
      | [选選]自 | 原[载載][于於] | 首[发發][于於] )
"""
"""Labels that also hold without a separator."""

_AUTHOR_LABELS: Final = r"""
    (?: 本[报報网網台刊社] | 特[约約] | [实實][习習] | [见見][习習] )? [记記]者
    | 原?作者 | 撰[文稿] | 通[讯訊][员員]
"""
_OTHER_LABELS: Final = r"""
    (?: [责責]任 | 本[文期] | [执執]行 )? [编編][辑輯] | [责責][编編] | [主总總美][编編]
    | 校[对對] | [审審][核校] | [监監][制製] | 出品 | 排版 | 原?[标標][题題]
    | (?: [发發][布佈稿表] | 更新 )? [时時][间間] | 日期
    | [阅閱][读讀] | [浏瀏][览覽] | [评評][论論] | [点點][击擊]数? | 字[号號]
"""
_CAPTION_LABELS: Final = r"""
    (?: [图圖]片 | [题題][图圖] | 封面 | 配[图圖] | [头頭][图圖] | [视視][频頻] | [数數][据據] | [资資]料
      | 照片 )
    [来來]源
    | [图圖]源 | 供[图圖] | [图圖]片?
"""

BARS: Final = "|｜丨︱┃│"
_COLON: Final = rf"\s?[：:﹕{BARS}]"

LABEL: Final = re.compile(
    rf"""
      # at the start, or after a blank or punctuation
      (?: ^ | (?<=[\s(（\[【)）\]】;；,，、：:{BARS}]) )
      (?: (?: (?P<caption> {_CAPTION_LABELS} ) | (?P<other> {_OTHER_LABELS} ) ) (?: {_COLON} | \s?[/／] )
        | (?P<strong_source> {_STRONG_SOURCE_LABELS} ) (?: {_COLON} )?
        | (?P<source> {_WEAK_SOURCE_LABELS} ) (?: {_COLON} | \s?[·/／] | \s?[-—–]+ | \s | $ )
        | (?P<author> {_AUTHOR_LABELS} ) (?: {_COLON} | \s?[/／] | \s | $ )
        | (?P<by_author> 文 ) (?: {_COLON} | \s?[/／] )
      )
      # directly after other text, with a separator
    | (?: (?P<glued_author> {_AUTHOR_LABELS} ) | (?P<glued_other> {_OTHER_LABELS} ) ) {_COLON}
    """,
    re.VERBOSE,
)
"""A label with its separator. The kind is the last part of the group's name."""

STAMP: Final = re.compile(
    r"""
    [(（]? (?<!\d) \d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?
    (?: \s? (?: [上下]午 \s? )? \d{1,2}[:：时]\d{1,2} (?: [:：分]\d{1,2} )? [分秒]? )?
    (?!\d) [)）]?
    """,
    re.VERBOSE,
)
"""A date on the same line."""

PAGE: Final = re.compile(r"(?<=[\s)）])[(（]?(?:第?\s?[A-Z]?\d{1,3}\s?版(?:面)?|\d{4}年第\d{1,3}期)[)）]?$")
"""The page or the issue of a printed edition."""

MEDIUM: Final = re.compile(
    r"""
    (?! 据 | 见 | 摘自 | 转自 | 来自 | 图 ) [\w·]{1,17}    # words before a name, as in 据新华社, are refused
    (?: [^作行]社 | [^年季月中快财简公通汇预情警电举申播海战]报 | [^电联官]网
      | 新闻 | 客户端 | 电视台 | 广播电台 | 周刊 | 在线 | 财经 | APP
    )
    """,
    re.VERBOSE,
)
"""A name that ends like that of a medium; 年报, 合作社 and 电网 are not media."""

_TRADITIONAL_MEDIUM: Final = re.compile(
    r"\w{1,17} (?: [時日晚早商週周] .? 報 | [^電]網 | 新聞 | [^作行]社 | 電視台 | 電台 | 財經 | 週刊 )",
    re.VERBOSE,
)
_CERTAIN_MEDIUM: Final = re.compile(
    r"""
    [\w·]{1,17}
    (?: [^作行]社 | [日晚早时商市]报 | [日晚早時商市]報 | 新闻 | 新聞 | 客户端 | 电视台 | 電視台 )
    """,
    re.VERBOSE,
)
"""After 综合, 医院报 is not a medium: there is a newspaper for general hospitals."""

COMPILED: Final = re.compile(r"(?:^|\s)[综綜]合(?:报道|報導|整理|消息)?$")
"""``X 综合``: compiled from X."""

COMPILED_BY: Final = re.compile(r"(?<=\S)[综綜]合(?:[报報][道导導]|整理)?$")
"""``X综合``."""

COMPILED_FROM: Final = re.compile(rf"[综綜]合(?P<sure>{_COLON}|\s)?\s?(?=\S)")
"""``综合X、Y``."""

COMPILER: Final = re.compile(r"(?P<name>.{2,20}?)\s?[综綜]合自?\s?(?P<names>\S.*)")
"""``X综合Y、Z``: X compiled it."""

UNSEPARATED: Final = re.compile(r"(?:[来來]源|[转轉][载載])(?=\S)")
"""``来源X``, as in ``来源<b>X</b>``."""

ACCORDING_TO: Final = re.compile(
    r"[据據](?P<name>.{2,20}?)(?:等(?:媒[体體])?)?的?(?P<sure>[报報][道导導]|消息|[电電讯訊])?$"
)
"""``据X报道``."""

REPORT_OF: Final = re.compile(r"(?<=\S)\s?(?:[媒][体體])?(?:[报報][道导導]|消息|整理)$")
AND_OTHERS: Final = re.compile(r"(?<=\S)等(?:多家)?(?:媒[体體]|网站)?$")

FLAG: Final = re.compile(
    r"\s?[(（\[【](?:[转轉][载載]|原[创創]|[独獨]家|首[发發]|[综綜]合)[)）\]】]$|\s(?:原[创創]稿?|[独獨]家)$"
)
"""``X（转载）``."""

ACCOUNT: Final = re.compile(
    r"\s?[(（](?:微信)?(?:ID|id|Id|微信[号號]|公[众眾][号號])\s?[：:]?[^()（）]*[)）]$"
)
"""``X（ID：x）``: the name of an account."""

ACCOUNT_LABEL: Final = re.compile(
    rf"^(?:微信)?(?:公[众眾][号號]|[订訂][阅閱][号號])(?:{_COLON}|\s|(?=[“「『\"]))\s?"
)

REPORTER: Final = re.compile(
    r"""
    ^ (?: 本[报報网網台刊社] | 特[约約] | [实實][习習] | [见見][习習] )? [记記]者 \s?
    (?: (?P<author> [^／/\s]{2,8} ) \s?[／/]\s? \S{2,12}        # 記者王某／台北報導
      | .{2,20} (?: [报報][道导導] | [电電讯訊] )
    ) $
    """,
    re.VERBOSE,
)
"""A line that credits a reporter and no source."""

DATELINE: Final = re.compile(
    r"""
    (?P<name> \w{2,8}社 ) (?: [记記]者 \S{2,12} )? \w{0,6} (?: \d{1,2}月 )? \d{1,2}日 \s? [电電讯訊] .*
    | (?P<medium> \w{2,12}?[报報社网網] ) [记記]者 \s? [\w\s·、]{2,16}
    """,
    re.VERBOSE,
)
"""新华社北京2月22日电, 样例日报记者 王某."""

LIKE_A_LABEL: Final = re.compile(
    r"""
    [来來]源 | [转轉](?: 自 | [载載] ) | [据據] | [综綜]合 | 摘[编自] | [来來]自 | 出自 | [选選]自 | [记記]者
    | 本[报報][记記]者 | 原[标標][题題]
    """,
    re.VERBOSE,
)
"""The beginning of a text that is probably a credit line of an unknown form, and not a name."""

QUOTES: Final = {"《": "》", "〈": "〉", "“": "”", "「": "」", "『": "』", '"': '"'}


def is_medium(name: str) -> bool:
    """Whether a name ends like that of a medium, in simplified or traditional script."""
    return bool(MEDIUM.fullmatch(name) or _TRADITIONAL_MEDIUM.fullmatch(name))


def is_certain_medium(name: str) -> bool:
    """The same, for endings that other names never have."""
    return bool(_CERTAIN_MEDIUM.fullmatch(name))
