"""The unusual features (oddities) of articles. A plain site has none of them."""

from __future__ import annotations

from enum import StrEnum

from archiver.replica.sources import LINKED, ONE_BLANK, SOURCES, TWO_BLANKS


class Oddity(StrEnum):
    """Article number k has the k-th oddity. A small site has only the first ones."""

    TWIN_SHARE = "twin_share"
    """An article that is in both families: its copy in the NewsShare family."""
    TWIN_EMNEWS = "twin_emnews"
    """The copy of the same article in the emnews family, with the same 18 digits, title, time and text."""
    HALF_FILLED = "half_filled"
    """Title and date are empty in the JSON response. The post page has both."""
    GONE = "gone"
    """The text service responds with status 404. The post page is complete."""
    ONLY_TEXT = "only_text"
    """The JSON response has only the body."""
    CONTENT_FOR_TEXT = "content_for_text"
    """A NewsShare article whose body is under the key ``content``, with keyword links."""
    KEYS_LOWER = "keys_lower"
    """The keys of the JSON response are lower case."""
    KEYS_UPPER = "keys_upper"
    """The keys of the JSON response are upper case, except the key of the body."""
    SOURCE_LINKED = "source_linked"
    """The source line has links inside the name, and the JSON response has no ``medianame``."""
    SOURCE_ONE_BLANK = "source_one_blank"
    SOURCE_TWO_BLANKS = "source_two_blanks"
    TITLE_QUOTES = "title_quotes"
    TITLE_BACKSLASH = "title_backslash"
    TITLE_COLON = "title_colon"
    TITLE_DASH = "title_dash"
    TITLE_STARS = "title_stars"
    TITLE_PIPE = "title_pipe"
    TITLE_OUTPUT = "title_output"
    """The title contains ``{{ x }}``, which is a Liquid output."""
    TITLE_BLOCK = "title_block"
    """The title contains ``{% y %}``, which is a Liquid tag."""
    TITLE_MARKUP = "title_markup"
    TITLE_EMOJI = "title_emoji"
    TITLE_LONG = "title_long"
    """Exactly 300 characters."""
    DIGEST_TWO_HEADLINES = "digest_two_headlines"
    """An emnews digest with a second headline in brackets. The old generator removed all text up to the end
    of the last headline, so such a digest lost too much."""
    FEED_HALF_FILLED = "feed_half_filled"
    """An emnews article whose row in the feed has no title, time or address. The response of the text service
    is complete."""


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
