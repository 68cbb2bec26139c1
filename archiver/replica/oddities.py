"""What can be unusual about an article of a site that is not plain."""

from __future__ import annotations

from enum import StrEnum

from archiver.replica.sources import LINKED, ONE_BLANK, SOURCES, TWO_BLANKS


class Oddity(StrEnum):
    """Article number k has the k-th oddity, as long as the site has so many articles."""

    TWIN_SHARE = "twin_share"
    """The NewsShare half of an article that is in both families."""
    TWIN_EMNEWS = "twin_emnews"
    """The emnews half of the same article: same 18 digits, title, time and text."""
    HALF_FILLED = "half_filled"
    """The answer's title and date are empty; the post page has both."""
    GONE = "gone"
    """The text service answers 404; the post page has everything."""
    ONLY_TEXT = "only_text"
    """The answer holds the body and nothing else."""
    CONTENT_FOR_TEXT = "content_for_text"
    """A NewsShare article whose body comes as ``content``, with key-word links."""
    KEYS_LOWER = "keys_lower"
    """The answer's keys are lower case."""
    KEYS_UPPER = "keys_upper"
    """The answer's keys are upper case, but for the body's."""
    SOURCE_LINKED = "source_linked"
    """Links inside the source line's name, and no ``medianame`` in the answer."""
    SOURCE_ONE_BLANK = "source_one_blank"
    SOURCE_TWO_BLANKS = "source_two_blanks"
    TITLE_QUOTES = "title_quotes"
    TITLE_BACKSLASH = "title_backslash"
    TITLE_COLON = "title_colon"
    TITLE_DASH = "title_dash"
    TITLE_STARS = "title_stars"
    TITLE_PIPE = "title_pipe"
    TITLE_OUTPUT = "title_output"
    """Looks like a Liquid output, ``{{ x }}``."""
    TITLE_BLOCK = "title_block"
    """Looks like a Liquid block, ``{% y %}``."""
    TITLE_MARKUP = "title_markup"
    TITLE_EMOJI = "title_emoji"
    TITLE_LONG = "title_long"
    """Exactly 300 characters."""
    DIGEST_TWO_HEADLINES = "digest_two_headlines"
    """An emnews digest with a second headline in brackets; the old generator cut such a digest too short."""
    FEED_HALF_FILLED = "feed_half_filled"
    """An emnews row of the feed without title, time and address. The answer of the text service is
    complete."""


ODDITIES = tuple(Oddity)

ODD_TITLES = {
    Oddity.TITLE_QUOTES: '临江省"链长制"落地："一企一策"清单公布',
    Oddity.TITLE_BACKSLASH: r"路径\名称\n变更：拓野重工更新C:\report目录说明",
    Oddity.TITLE_COLON: "快讯: 远岑股份: 项目按期推进 # 进度过半",
    Oddity.TITLE_DASH: "- 沐光电气净利润-3.2%，降幅收窄",
    Oddity.TITLE_STARS: "*ST晨穗与*ST鹿鸣同日申请撤销风险警示",
    Oddity.TITLE_PIPE: "早知道|储能新规今日施行|冷链标准征求意见",
    Oddity.TITLE_OUTPUT: "模板事故：{{ x }}出现在路演材料里",
    Oddity.TITLE_BLOCK: "模板事故之二：{% y %}未被替换",
    Oddity.TITLE_MARKUP: "预制菜<b>新国标</b>公布 A&B两类分开标识",
    Oddity.TITLE_EMOJI: "🚢碧澜市首条氢能航线开通🎉市民可预约",
    Oddity.TITLE_LONG: "长标题："
    + "河阳市储能与港口联动方案第三稿再征意见；" * 14
    + "全文及图表、问答见附件与后续说明",
}

ODD_SOURCES = {
    Oddity.TWIN_SHARE: SOURCES[1],
    Oddity.SOURCE_LINKED: LINKED,
    Oddity.SOURCE_ONE_BLANK: ONE_BLANK,
    Oddity.SOURCE_TWO_BLANKS: TWO_BLANKS,
}
"""The source of a NewsShare article that has this oddity."""
ODD_EMNEWS = frozenset({Oddity.TWIN_EMNEWS, Oddity.DIGEST_TWO_HEADLINES, Oddity.FEED_HALF_FILLED})
