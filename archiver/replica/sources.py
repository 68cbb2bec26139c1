"""The sources of the articles, with the slugs that the site uses."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """One category of the site. ``slug`` is the name of its category page; case and spaces are kept."""

    name: str
    slug: str

    @property
    def tag(self) -> str:
        """The site adds 新闻 even if the name already ends with it, except to the two names in ``_FIXED``."""
        return self.name if self.slug in _FIXED else f"{self.name}新闻"


_FIXED = frozenset({"emnews", "sitenews"})

EMNEWS = Source("东财滚动新闻", "emnews")
SITE_NEWS = Source("站长消息", "sitenews")

SOURCES = (
    Source("中国电子报", "zhongguodianzibao"),
    Source("财联社", "cailianshe"),
    Source("每日经济新闻", "meirijingjixinwen"),
    Source("证券时报网", "zhengquanshibaowang"),
    Source("上海证券报·中国证券网", "shanghaizhengquanbao·zhongguozhengquanwang"),
    Source("IT之家", "ITzhijia"),
    Source("券商中国", "quanshangzhongguo"),
    Source("安信国际证券(香港)", "anxinguojizhengquan(xianggang)"),
    Source("21财经", "21caijing"),
    Source("东方财富研究中心", "dongfangcaifuyanjiuzhongxin"),
    Source("重庆晨报", "zhongqingchenbao"),
    Source("CfetsOnline发布", "CfetsOnlinefabu"),
    Source("36氪", "36ke"),
    Source("长江商报", "changjiangshangbao"),
    Source("阿根廷农业部", "agentingnongyebu"),
    Source("中国银行保险报", "zhongguoyinxingbaoxianbao"),
    Source("乐居财经", "lejucaijing"),
    Source("厦门日报", "shamenribao"),
    Source("Kevin策略研究", "Kevincelveyanjiu"),
    Source("爱范儿", "aifaner"),
    Source("AI财经社", "AIcaijingshe"),
    Source("6G俱乐部", "6Gjulebu"),
    Source("湖南日报", "hunanribao"),
    Source("中信期货", "zhongxinqihuo"),
    Source("中国商报网", "zhongguoshangbaowang"),
    Source("21世界经济报道", "21shijiejingjibaodao"),
    Source("北岸产业观察", "beianchanyeguancha"),
    Source("望山商报", "wangshanshangbao"),
    Source("海曲日报", "haiquribao"),
    Source("青岚财经", "qinglancaijing"),
    Source("东屿晚报", "dongyuwanbao"),
    Source("河阳经济网", "heyangjingjiwang"),
)
"""Sorted by number of articles, most first. The last six are invented. The others are in real posts and
category files."""

LINKED = Source("上海证券报", "shanghaizhengquanbao")
"""The source line has links inside this name, and the JSON response has no ``medianame``."""
ONE_BLANK = Source("Career In 创投通", "Career In chuangtoutong")
TWO_BLANKS = Source("北岸财经周报  理财通", "beiancaijingzhoubao  licaitong")

MEDIA = ("证券时报", "财联社", "上海证券报", "新华社", "央视新闻", "中证网", "证券时报网", "央视新闻客户端")
"""The sources of the rolling news. All rolling news has one category, not one for each source."""


def sources_for(articles: int) -> tuple[Source, ...]:
    """The sources of a site of this size: one per 250 articles, but at least twelve."""
    return SOURCES[: max(12, articles // 250)]
