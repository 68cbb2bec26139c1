"""Credit lines in the forms of real pages, and the sources that they credit."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.items import Evidence
from archiver.normalise.sources import (
    DEFAULT_TAG,
    MAX_NAME,
    Credit,
    Source,
    decide,
    from_body,
    from_digest,
    from_tag,
    parse,
)

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"


def names(*credited: str, author: str = "") -> Source:
    return Source(credited, author)


def unknown(*kept: str, author: str = "") -> Source:
    return Source(kept, author, known=False)


# The table of credit lines: to add a form or a name, add a row here first (CONTRIBUTING.md).
CREDIT_LINES = [
    # with a label
    ("（文章来源：财联社）", names("财联社")),
    ("(文章来源:财联社)", names("财联社")),
    ("(来源:财联社)", names("财联社")),
    ("来源:财联社", names("财联社")),
    ("来源： 财联社", names("财联社")),
    ("来源 ：财联社", names("财联社")),
    ("来源 财联社", names("财联社")),
    ("文章来源：财联社）", names("财联社")),
    ("（文章来源：财联社", names("财联社")),
    ("【来源：财联社】", names("财联社")),
    ("[来源：财联社]", names("财联社")),
    ("来源：（新华社）", names("新华社")),
    ("（新华社）", names("新华社")),
    ("\u3000\u3000（文章来源：\n财联社）\r\n", names("财联社")),
    ("（文章来源：每日经济新闻）", names("每日经济新闻")),
    # with an author
    ("来源：财联社 作者：王小明", names("财联社", author="王小明")),
    ("来源：财联社作者", names("财联社作者")),
    ("作者：王小明 来源：财联社", names("财联社", author="王小明")),
    ("来源：财联社 | 作者：王小明 李晓", names("财联社", author="王小明 李晓")),
    ("来源：财联社 作者：王小明 责任编辑：李晓", names("财联社", author="王小明")),
    ("（来源：财联社 作者：王小明）", names("财联社", author="王小明")),
    ("财联社 记者：王小明", names("财联社", author="王小明")),
    ("财联社（记者 王小明）", names("财联社", author="王小明")),
    ("作者：王小明", names(author="王小明")),
    ("来源：财联社 作者：", names("财联社")),
    ("（来源：财联社） 作者：王小明", names("财联社", author="王小明")),
    ("来源：财联社 作者：<i>王</i>", unknown()),
    # joint sources
    ("（来源：证券时报、新华社）", names("证券时报", "新华社")),
    ("证券时报/新华社", names("证券时报", "新华社")),
    ("证券时报／新华社", names("证券时报", "新华社")),
    ("证券时报 / 新华社", names("证券时报", "新华社")),
    ("证券时报 综合", names("证券时报")),
    ("来源：证券时报、新华社 综合", names("证券时报", "新华社")),
    ("来源：证券时报 综合报道", names("证券时报")),
    # one name
    ("财联社", names("财联社")),
    ("上海证券报·中国证券网", names("上海证券报·中国证券网")),
    ("上海证券报•中国证券网", names("上海证券报·中国证券网")),
    ("上海证券报・中国证券网", names("上海证券报·中国证券网")),
    ("上海证券报‧中国证券网", names("上海证券报·中国证券网")),
    ("上海证券报･中国证券网", names("上海证券报·中国证券网")),
    ("上海证券报 · 中国证券网", names("上海证券报·中国证券网")),
    ("21世纪经济报道  南财理财通", names("21世纪经济报道 南财理财通")),
    ("21世纪经济报道\u300021财经APP", names("21世纪经济报道 21财经APP")),
    ("２１财经ＡＰＰ", names("21财经APP")),
    ("安信国际证券(香港)", names("安信国际证券(香港)")),
    ("安信国际证券（香港）", names("安信国际证券（香港）")),
    ("（文章来源：安信国际证券(香港)）", names("安信国际证券(香港)")),
    ("文章来源：安信国际证券(香港)）", names("安信国际证券(香港)")),
    ("(香港)财经日报", names("(香港)财经日报")),
    ("(香港)财经(日报)", names("(香港)财经(日报)")),
    ("e\u0301cho", names("\xe9cho")),
    ("财\u200b联\u202e社", names("财联社")),
    ("USDA", names("USDA")),
    ("a" * MAX_NAME, names("a" * MAX_NAME)),
    # with a date
    ("2022-02-22 17:47 来源：财联社", names("财联社")),
    ("2022年02月22日 17:47 来源：财联社", names("财联社")),
    ("来源：财联社 2022-02-22 17:47:15", names("财联社")),
    ("发布时间：2022-02-22 来源：财联社", names("财联社")),
    # without a source
    ("", names()),
    ("\u3000\xa0", names()),
    ("——", names()),
    ("来源：", names()),
    ("来源", names()),
    ("（文章来源：）", names()),
    ("来源：——", names()),
    ("综合", names()),
    ("图片来源：海风公司官网", names()),
    ("图源：海风公司", names()),
    ("（图片来源：海风日报）", names()),
    ("来源：财联社 图片来源：海风公司官网", names("财联社")),
    # text that cannot be a name
    ("<b>财联社</b>", unknown()),
    ("来源：<a href='//x'>财联社</a>", unknown()),
    ("财联社&nbsp;", unknown()),
    ("{{ site.time }}", unknown()),
    ("http://news.example/a", unknown()),
    ("a" * (MAX_NAME + 1), unknown()),
    ("报" * 300, unknown()),
    ("来源：" * 400, unknown()),
    # unknown forms, kept whole
    ("来源：财联社，供稿", unknown("财联社，供稿")),
    ("据财联社：今日开盘", unknown("据财联社：今日开盘")),
    ("转自海风 来源：财联社", unknown("转自海风 来源：财联社")),
    ("24/7财经", unknown("24/7财经")),
    ("证券时报/", unknown("证券时报/")),
    ("20220222", unknown("20220222")),
    # other separators, labels and scripts; words around names; names that contain such words
    ("来源于：东区样例办", names("东区样例办")),
    ("来源丨样例时报", names("样例时报")),
    ("来源｜样例经济报道", names("样例经济报道")),
    ("来源|样例参考、样例晚报", names("样例参考", "样例晚报")),
    ("来源·样例参考", names("样例参考")),
    ("来源 · 样例参考", names("样例参考")),
    ("来源样例网", names("样例网")),
    ("来源：转载自样例网", names("样例网")),
    ("转载自：样例网", names("样例网")),
    ("转载自样例网", names("样例网")),
    ("转自样例网", names("样例网")),
    ("转自：样例网", names("样例网")),
    ("来源:转自 样例网", names("样例网")),
    ("本文转载自：样例网", names("样例网")),
    ("来源：综合样例社、样例新闻", names("样例社", "样例新闻")),
    ("综合样例社、样例新闻等", names("样例社", "样例新闻")),
    ("来源：综合样例社", names("样例社")),
    ("来源：综合自样例社、样例报", names("样例社", "样例报")),
    ("综合样例社报道", names("样例社")),
    ("样例社综合", names("样例社")),
    ("来源：样例社、样例新闻等", names("样例社", "样例新闻")),
    ("来源：样例社等", names("样例社")),
    ("来源：样例社、样例新闻等媒体", names("样例社", "样例新闻")),
    ("来源：《样例日报》", names("样例日报")),
    ("来源：《样例日报》、《样例晚报》", names("样例日报", "样例晚报")),
    ("来源：《样例日报》《样例晚报》", names("样例日报", "样例晚报")),
    ("《样例》杂志", names("《样例》杂志")),
    ("記者王某／台北報導", names(author="王某")),
    ("记者王小明北京报道", names()),
    ("本报记者 王小明", names(author="王小明")),
    ("来源：樣例日報", names("樣例日報")),
    ("來源：樣例日報", names("樣例日報")),
    ("來源／樣例日報", names("樣例日報")),
    ("轉載自樣例日報", names("樣例日報")),
    ("轉自：樣例日報", names("樣例日報")),
    ("據樣例日報報導", names("樣例日報")),
    ("綜合樣例日報、樣例晚報報導", names("樣例日報", "樣例晚報")),
    ("文章來源：樣例社 責任編輯：王某", names("樣例社")),
    ("来源：样例特区报 2022年2月22日 A01版", names("样例特区报")),
    ("来源：样例特区报 2022-02-22 第3版", names("样例特区报")),
    ("来源：样例网 原标题：某某", names("样例网")),
    ("来源：样例网原标题：某某", names("样例网")),
    ("来源：样例时报网作者：王某", names("样例时报网", author="王某")),
    ("来源：样例时报网 编辑：王某 校对：李某", names("样例时报网")),
    ("来源|样例网 编辑|王某", names("样例网")),
    ("来源丨样例网 作者丨王某", names("样例网", author="王某")),
    ("作者 | 王某 来源 | 样例财经", names("样例财经", author="王某")),
    ("文｜王某 来源｜样例财经", names("样例财经", author="王某")),
    ("综合开发研究院", names("综合开发研究院")),
    ("来源：综合开发研究院", names("综合开发研究院")),
    ("来源：综合开发研究院（中国·深圳）", names("综合开发研究院（中国·深圳）")),
    ("来源财经", names("来源财经")),
    ("来源：来源财经", names("来源财经")),
    ("央视综合频道", names("央视综合频道")),
    ("据样例社报道", names("样例社")),
    ("据样例社", names("样例社")),
    ("据样例日报消息", names("样例日报")),
    ("来源：据样例社报道", names("样例社")),
    ("来源：公众号“样例财经”", names("样例财经")),
    ("来源：样例财经（ID：yanglicj）", names("样例财经")),
    ("来源：微信公众号：样例财经", names("样例财经")),
    ("来自：样例网", names("样例网")),
    ("来自样例网", names("样例网")),
    ("来源于样例网", names("样例网")),
    ("摘自《样例日报》", names("样例日报")),
    ("来源：“样例网”", names("样例网")),
    ("样例日报记者 王某", names("样例日报")),
    ("样例社记者王某台北22日电", names("样例社")),
    ("新华社北京2月22日电", names("新华社")),
    ("（中央社記者王某台北22日電）", names("中央社")),
    ("来源：样例网 责编：王某", names("样例网")),
    ("责编：王某 来源：样例网", names("样例网")),
    ("样例网 来源：样例网", names("样例网")),
    ("来源：样例网 来源：样例网", names("样例网")),
    ("稿源：样例网", names("样例网")),
    ("出处：样例网", names("样例网")),
    ("Source: Example News", names("Example News")),
    ("来源：平等", names("平等")),
    ("来源：中国高等", names("中国高等")),
    ("来源：样例等离子网", names("样例等离子网")),
    ("每日经济新闻", names("每日经济新闻")),
    ("21世纪经济报道", names("21世纪经济报道")),
    ("南方日报", names("南方日报")),
    ("中国新闻社", names("中国新闻社")),
    ("来源：21世纪经济报道", names("21世纪经济报道")),
    ("来源：南方都市报 综合", names("南方都市报")),
    ("来源：综合", names()),
    ("网络综合", names("网络综合")),
    ("图片来源：样例网", names()),
    ("数据来源：样例 来源：样例网", names("样例网")),
    ("阅读：33 来源：样例网", names("样例网")),
    ("来源:样例网|作者:王某|阅读:33", names("样例网", author="王某")),
    ("样例报道", names("样例报道")),
    ("深圳报道", names("深圳报道")),
    ("来源：样例网（记者 王某）", names("样例网", author="王某")),
    ("来源：样例网（转载）", names("样例网")),
    ("来源：样例网-文化频道 原创稿", names("样例网-文化频道")),
    ("来源：样例网 原创", names("样例网")),
    ("转载", names()),
    ("原创", names("原创")),
    ("编辑部", names("编辑部")),
    ("作者出版社", names("作者出版社")),
    ("记者观察", names("记者观察")),
    ("来源：记者观察", names("记者观察")),
    ("中国记者", names("中国记者")),
    ("来源： 样例网 2022-02-22 17:47", names("样例网")),
    ("2022-02-22 17:47 样例网", names("样例网")),
    ("2022年02月22日17:47 来源：样例网", names("样例网")),
    ("来源：样例网2022年02月22日17:47", names("样例网")),
    ("【来源：样例网】", names("样例网")),
    ("(来源:样例网)", names("样例网")),
    ("来源:", names()),
    ("综合报道", names()),
    ("来源：综合消息", names()),
    ("来源:据样例报", names("样例报")),
    ("X、Y等", names("X", "Y")),
    ("自然资源部", names("自然资源部")),
    ("来源：样例网-财经频道", names("样例网-财经频道")),
    ("来源-样例网", names("样例网")),
    ("来源——样例网", names("样例网")),
    ("转载样例网", names("样例网")),
    ("首发于样例网", names("样例网")),
    ("来源 样例办", names("样例办")),
    ("本文来源：样例网", names("样例网")),
    ("本文来源于样例网", names("样例网")),
    ("文章转载自“样例网”", names("样例网")),
    ("內容來源：樣例網", names("樣例網")),
    ("來源於：樣例網", names("樣例網")),
    ("資料來源：樣例網", names()),
    ("記者王某報導", names()),
    ("撰文：王某 来源：样例网", names("样例网", author="王某")),
    ("央视网综合新华社、人民日报", names("央视网")),
    ("样例网 综合样例社", names("样例网")),
    ("综合新华社、央视新闻客户端、人民日报客户端报道", names("新华社", "央视新闻客户端", "人民日报客户端")),
    ("新华社、央视新闻", names("新华社", "央视新闻")),
    ("新华社 央视新闻", names("新华社 央视新闻")),
    # kept whole, with a doubt
    ("记者王某", unknown("记者王某")),
    ("综合新闻", unknown("综合新闻")),
    ("综合频道", unknown("综合频道")),
    ("综合时报", unknown("综合时报")),
    ("综合运输研究会", unknown("综合运输研究会")),
    ("综合医院报", unknown("综合医院报")),
    ("据悉", unknown("据悉")),
    ("来源：样例网 来源：样例社", unknown("来源：样例网 来源：样例社")),
    ("来源：样例网、来源：样例社", unknown("来源：样例网、来源：样例社")),
    ("样例网丨财经", unknown("样例网丨财经")),
    ("来源：样例网，转载请注明", unknown("样例网，转载请注明")),
    ("来源：样例网 > 财经", unknown()),
    ("综合样例办、样例社", unknown("综合样例办、样例社")),
    ("来源：综合样例办", unknown("综合样例办")),
    ("来源：据样例办", unknown("据样例办")),
    ("来源样例办", unknown("来源样例办")),
    ("综合外媒报道", unknown("综合外媒报道")),
]


@pytest.mark.parametrize(("line", "source"), CREDIT_LINES)
def test_a_credit_line_is_read(line: str, source: Source) -> None:
    assert parse(line) == source


@given(st.text(st.characters()) | st.text(st.sampled_from("来源作者：: （）()、/ 综合财·2022-<&")))
def test_any_text_is_read_without_an_error(text: str) -> None:
    source = parse(text)
    assert all(1 <= len(name) <= MAX_NAME for name in source.names)
    assert not any("<" in name or "\n" in name for name in (*source.names, source.author))


TAGS = [
    ("财联社新闻", "财联社"),
    ("每日经济新闻新闻", "每日经济新闻"),
    (" 21世纪经济报道  南财理财通新闻 ", "21世纪经济报道 南财理财通"),
    ("财联社", "财联社"),
    ("新闻", ""),
    ("", ""),
]


@pytest.mark.parametrize(("tag", "name"), TAGS)
def test_one_final_xinwen_of_a_tag_is_removed(tag: str, name: str) -> None:
    assert from_tag(tag, DEFAULT_TAG) == name


@pytest.mark.parametrize(
    ("template", "tag", "name"),
    [
        ("来自{source}的消息", "来自财联社的消息", "财联社"),
        ("来自{source}的消息", "来自来自的消息的消息", "来自的消息"),
        ("来自{source}的消息", "财联社的消息", "财联社的消息"),
        ("来自{source}的消息", "来自财联社", "来自财联社"),
        ("{source}新新", "财联社新", "财联社新"),
        ("新{source}新", "新", "新"),
        ("Ａ：{source} 报道", "A：财联社  报道", "财联社"),
        ("{{{source}}}", "{财联社}", "财联社"),
        ("{source}", "财联社新闻", "财联社新闻"),
        ("东财滚动新闻", "东财滚动新闻", ""),
    ],
)
def test_the_template_of_a_tag_is_removed_from_the_name(template: str, tag: str, name: str) -> None:
    assert from_tag(tag, template) == name


BODIES = [
    ('<p>一</p><p class="em_media">（文章来源：财联社）</p>', "（文章来源：财联社）"),
    (
        '<p class="em_media">（文章来源：上海<span id="bk_1"><a href="http://q.example/1" class="keytip">证券'
        '</a></span><span id="bkquote_1"></span>报）</p>',
        "（文章来源：上海证券报）",
    ),
    (
        '<p class="em_media">（文章来源：甲报）</p><p class="em_media">（文章来源：乙报）</p>',
        "（文章来源：乙报）",
    ),
    ('<div class="x em_media y">来源：\n 甲报</div>', "来源： 甲报"),
    ('<!-- <p class="em_media">（文章来源：甲报）</p> --><p>一</p>', None),
    ('<p class="em_media_box">甲报</p>', None),
    ('<p>class="em_media" 甲报</p>', None),
    ('<p class="em_media">甲<script>乙()</script><!-- 丙 -->报</p>', "甲报"),
    ('<p class="em_media"> </p>', None),
    ('<p class="em_media">甲\x00报\ud800</p>', "甲报"),
    ('<p class="em_media">&lt;甲报&gt;</p>', "<甲报>"),
    ("<p>图片来源：海风公司</p>", None),
    ("", None),
]


@pytest.mark.parametrize(("html", "line"), BODIES)
def test_the_source_line_is_the_last_em_media_element_of_a_body(html: str, line: str | None) -> None:
    assert from_body(html, "em_media") == line


@pytest.mark.parametrize(
    ("css_class", "line"), [("from", "甲报"), ("fro", None), ("f+", None), ("by", "乙"), ("", None)]
)
def test_the_source_line_is_found_by_the_class_in_the_profile(css_class: str, line: str | None) -> None:
    assert from_body('<p class="from">甲报</p><p class="x by"><b>乙</b></p>', css_class) == line


DIGESTS = [
    ("今日两市低开。（证券时报）", "证券时报"),
    ("今日两市低开。 （证券时报）", "证券时报"),
    ("今日两市低开。（新华社） ", "新华社"),
    ("今日两市低开。（财联社）", "财联社"),
    ("今日两市低开。(央视新闻)", "央视新闻"),
    ("今日两市低开。（央视新闻客户端）", "央视新闻客户端"),
    ("今日两市低开。（中证网）", "中证网"),
    ("今日两市低开。（上海证券报）", "上海证券报"),
    ("今日两市低开。（上海证券报·中国证券网）", "上海证券报·中国证券网"),
    ("今日两市低开。（文章来源：证券时报）", "证券时报"),
    ("今日两市低开。", None),
    ("海风股份(600000.SH)", None),
    ("截至收盘（5月31日）", None),
    ("疫苗（第3批）", None),
    ("海风股份发布公告（年报）", None),
    ("海风股份发布公告（业绩快报）", None),
    ("海风股份发布公告（2022年一季报）", None),
    ("农产品走高（供销合作社）", None),
    ("电价上调（国家电网）", None),
    ("今日两市低开（记者 王小明）", None),
    ("今日两市低开（完）", None),
    ("今日两市低开（据新华社）", None),
    ("新品发布（图片来源：海风日报）", None),
    ("（证券时报）今日两市低开", None),
    ("今日两市低开（证券时报、新华社）", None),
    ("今日两市低开证券时报）", None),
    ("", None),
]


@pytest.mark.parametrize(("digest", "name"), DIGESTS)
def test_a_final_bracket_is_a_source_only_if_it_names_a_medium(digest: str, name: str | None) -> None:
    assert from_digest(digest) == name


def evidence_of(*texts: str) -> list[Evidence]:
    origins = ("answer", "post_page", "listing", "body")
    return [Evidence(text, origin) for text, origin in zip(texts, origins, strict=False)]


ALIASES = {"央视新闻客户端": "央视新闻", "证券时报网": "证券时报"}

DECISIONS = [
    (evidence_of("财联社"), Credit("财联社", "", "answer", ())),
    (evidence_of("财联社", "来源：财联社", "（文章来源：财联社）"), Credit("财联社", "", "answer", ())),
    (evidence_of("", "来源：财联社 作者：王小明"), Credit("财联社", "王小明", "post_page", ())),
    (evidence_of("财联社", "来源：财联社 作者：王小明"), Credit("财联社", "王小明", "answer", ())),
    (evidence_of("央视新闻客户端"), Credit("央视新闻", "", "answer", ())),
    (evidence_of("央视新闻", "央视新闻客户端"), Credit("央视新闻", "", "answer", ())),
    (evidence_of("甲报", "乙报"), Credit("甲报", "", "answer", ("source/conflict",))),
    (evidence_of("甲报、乙报", "乙报"), Credit("甲报", "", "answer", ("source/joint",))),
    (evidence_of("乙报", "甲报、乙报"), Credit("乙报", "", "answer", ())),
    (evidence_of("证券时报、证券时报网"), Credit("证券时报", "", "answer", ())),
    (evidence_of("甲报，供稿"), Credit("甲报，供稿", "", "answer", ("source/unparsed",))),
    (evidence_of("甲报，供稿", "甲报"), Credit("甲报", "", "post_page", ("source/unparsed",))),
    (evidence_of("<b>甲报</b>", "甲报"), Credit("甲报", "", "post_page", ("source/unparsed",))),
    (evidence_of("报" * 300), Credit("", "", "", ("source/unparsed", "source/missing"))),
    (evidence_of(), Credit("", "", "", ("source/missing",))),
    (evidence_of("", "来源："), Credit("", "", "", ("source/missing",))),
]


@pytest.mark.parametrize(("evidence", "credit"), DECISIONS)
def test_the_first_usable_name_is_credited(evidence: list[Evidence], credit: Credit) -> None:
    assert decide(evidence, ALIASES) == credit


def test_a_credit_of_an_unknown_form_is_kept_for_the_report() -> None:
    assert decide(evidence_of("来源：综合样例办", "甲报"), {}).unparsed == "来源：综合样例办"
    assert decide(evidence_of("报" * 300), {}).unparsed == "报" * 100
    assert not decide(evidence_of("甲报"), {}).unparsed


def test_a_line_that_is_an_alias_is_a_name_whatever_words_it_contains() -> None:
    aliases = {"综合样例社": "综合样例社", "甲报，供稿": "甲报"}
    assert decide(evidence_of("综合样例社"), aliases) == Credit("综合样例社", "", "answer", ())
    assert decide(evidence_of("甲报，供稿"), aliases) == Credit("甲报", "", "answer", ())
    assert decide(evidence_of("来源：综合样例社"), {}) == Credit("样例社", "", "answer", ())


@pytest.mark.parametrize(
    "unit",
    [
        "来源：",
        "综合",
        "据",
        "来源",
        "记者",
        "（文章来源：",
        "来源 ",
        "作者：",
        "、",
        "（",
        "·",
        "2022-02-22 ",
        " ",
    ],
)
def test_a_hostile_megabyte_is_read_quickly(unit: str) -> None:
    started = time.process_time()
    parse(unit * (1_000_000 // len(unit.encode())))
    parse((unit * 400)[:400])
    from_digest(unit * (1_000_000 // len(unit.encode())))
    assert time.process_time() - started < 4


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real posts is not available")
def test_old_posts_have_the_same_source_in_tag_and_body() -> None:
    checked = 0
    for path in CORPUS.glob("*-NW*.md"):
        post = path.read_text(encoding="utf-8")
        tag = re.search("^tags: (.+)$", post, re.MULTILINE)
        line = from_body(post, "em_media")
        assert tag
        assert line
        assert parse(line) == names(from_tag(tag[1], DEFAULT_TAG))
        checked += 1
    assert checked
