"""The articles of a made-up site, any number of them, each computed from the seed and its number when asked.

>>> site = Site(articles=40, seed=1)
>>> site.article(0).id
'NW202202202281955790'
>>> site.expected(0).source
'财联社'
"""

from __future__ import annotations

import heapq
from array import array
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from enum import IntEnum, StrEnum
from itertools import islice
from typing import TYPE_CHECKING

from archiver.replica import bodies, prose
from archiver.replica.dice import Dice, mix
from archiver.replica.sources import (
    EMNEWS,
    LINKED,
    MEDIA,
    ONE_BLANK,
    SOURCES,
    TWO_BLANKS,
    Source,
    sources_for,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

BEIJING = timezone(timedelta(hours=8))

_SPAN = 66 * 3600
"""Seconds from the first midnight to 18:00 of the last day; articles added later follow, one a minute."""
_JITTER = 900
"""Seconds by which an article's time may leave the order of the serials."""
_SERIALS_PER_DAY = 1_050_000
_SERIAL_OF = (date(2022, 2, 22), 2_284_000_000)
_EMNEWS_SHARE = 0.2
_COLUMNS = (1344, 1345, 1350, 1351, 1353, 1354, 1355)


class Oddity(StrEnum):
    """What is unusual about an article; the article numbered k has the k-th of these, where it fits."""

    TWIN_SHARE = "twin_share"
    """The NewsShare half of an article that is in both families."""
    TWIN_EMNEWS = "twin_emnews"
    """Its emnews half: the same 18 digits, title, time and text."""
    HALF_FILLED = "half_filled"
    """The answer's title and date are empty; the post page has both."""
    GONE = "gone"
    """The text service answers 404; the post page has all."""
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
    """emnews; a second bracketed headline inside the digest, where the old generator cut too much."""
    FEED_HALF_FILLED = "feed_half_filled"
    """emnews; its row in the feed has no title, time and address. The answer is complete."""


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

_ODD_SOURCES = {
    Oddity.TWIN_SHARE: SOURCES[1],
    Oddity.SOURCE_LINKED: LINKED,
    Oddity.SOURCE_ONE_BLANK: ONE_BLANK,
    Oddity.SOURCE_TWO_BLANKS: TWO_BLANKS,
}
_ODD_EMNEWS = frozenset({Oddity.TWIN_EMNEWS, Oddity.DIGEST_TWO_HEADLINES, Oddity.FEED_HALF_FILLED})


class _Salt(IntEnum):
    """What a roll is for, so that one never moves another."""

    PLACE = 1
    SUBJECT = 2
    """And the title."""
    OPENING = 3
    BODY = 4
    DIGEST = 5


@dataclass(frozen=True, slots=True)
class Article:
    """Where an article stands: everything but its words."""

    index: int
    id: str
    date: datetime
    source: str
    """The name credited, blanks as the site has them."""
    category: Source
    oddity: Oddity | None

    @property
    def emnews(self) -> bool:
        return self.category is EMNEWS

    @property
    def digits(self) -> str:
        return self.id.removeprefix("NW")

    @property
    def info_code(self) -> str:
        """The id the feeds give for the text service."""
        return f"NW{self.digits}"

    @property
    def content(self) -> bool:
        """Whether the answer calls the body ``content``."""
        return self.emnews or self.oddity is Oddity.CONTENT_FOR_TEXT

    @property
    def link(self) -> str:
        """The address a post gives under its text."""
        if self.emnews:
            column = _COLUMNS[int(self.digits) % len(_COLUMNS)]
            return f"http://finance.eastmoney.com/news/{column},{self.digits}.html"
        return f"http://finews.zning.xyz/html_News/NewsShare.html?infoCode={self.id}"


@dataclass(frozen=True, slots=True)
class Expected:
    """What an archiver should make of an article.

    ``source``, ``category`` and ``tag`` as the site writes them, blanks included; ``digest`` is empty
    outside emnews and without its headline; ``text`` has a line for every block a reader sees, paragraphs
    without their indents.
    """

    id: str
    title: str
    date: datetime
    source: str
    category: str
    tag: str
    digest: str
    link: str
    text: str


class Site:
    """A site of ``articles`` posts of the three days that end at ``day``, numbered in order of their serials.

    The same arguments give the same bytes. ``plain`` leaves all oddities out: every answer is complete and
    no two articles share their digits. Memory holds 16 bytes an article; texts are computed on request.
    """

    def __init__(
        self, articles: int = 40, seed: int = 1, day: date = date(2022, 2, 22), *, plain: bool = False
    ) -> None:
        if articles < 1:
            raise ValueError(f"a site needs an article at least, not {articles}")
        self.seed = seed
        self.day = day
        self.plain = plain
        self.sources = sources_for(articles)
        self._planned = articles
        self._step = max(2, 3 * _SERIALS_PER_DAY // articles)
        known_day, known_serial = _SERIAL_OF
        self._first_serial = known_serial + ((day - known_day).days - 2) * _SERIALS_PER_DAY
        self._midnight = datetime(day.year, day.month, day.day, tzinfo=BEIJING) - timedelta(days=2)
        self._odd = () if plain else ODDITIES[: articles if articles > 1 else 0]
        self._seconds = array("q")
        self._listed: dict[str, array[int]] = {}
        """By slug, oldest first."""
        self._categories: dict[str, Source] = {}
        self._thresholds = _long_tail(len(self.sources))
        self.add(articles)

    def __len__(self) -> int:
        return len(self._seconds)

    def add(self, count: int = 1) -> range:
        """Publish new articles, none of them odd, each newer than all before; their numbers."""
        new = range(len(self), len(self) + count)
        touched = set()
        for index in new:
            self._seconds.append(self._second(index))
            category = self._category(index)
            self._categories[category.slug] = category
            self._listed.setdefault(category.slug, array("q")).append(index)
            touched.add(category.slug)
        for slug in touched:
            self._listed[slug] = array("q", sorted(self._listed[slug], key=self._age))
        return new

    def oddity(self, index: int) -> Oddity | None:
        return self._odd[index] if index < len(self._odd) else None

    def oddities(self) -> dict[Oddity, int]:
        """Which article has which oddity: its number, for the oddities that fit this site."""
        return {oddity: index for index, oddity in enumerate(self._odd)}

    def categories(self) -> list[Source]:
        """In the order in which each got its first article."""
        return sorted(
            self._categories.values(), key=lambda category: self._age(self._listed[category.slug][0])
        )

    def listing(self, slug: str) -> Iterator[int]:
        """The articles of a category, newest first; nothing for a category that is not there."""
        return reversed(self._listed.get(slug, ()))

    def count(self, slug: str) -> int:
        return len(self._listed.get(slug, ()))

    def modified(self, slug: str | None = None) -> datetime:
        """When a category, or with None the site, got its newest article."""
        slugs = self._listed if slug is None else [slug]
        newest = [listed[-1] for slug in slugs if (listed := self._listed.get(slug))]
        return max(map(self.date, newest), default=self._midnight)

    def newest(self, *, emnews: bool, limit: int) -> list[int]:
        """The newest articles of one family, newest first."""
        listings = [self.listing(slug) for slug in self._listed if (slug == EMNEWS.slug) is emnews]
        return list(islice(heapq.merge(*listings, key=self._age, reverse=True), limit))

    def find(self, article_id: str) -> int | None:
        """The number of the article with exactly this id."""
        digits = article_id.removeprefix("NW")
        if len(digits) != 18 or not digits.isascii() or not digits.isdigit():
            return None
        index = (int(digits[8:]) - self._first_serial) // self._step
        for candidate in (index, index + 1):
            if 0 <= candidate < len(self) and self.article(candidate).id == article_id:
                return candidate
        return None

    def article(self, index: int) -> Article:
        category = self._category(index)
        moment = self.date(index)
        digits = f"{moment:%Y%m%d}{self._serial(index):010d}"
        return Article(
            index=index,
            id=digits if category is EMNEWS else f"NW{digits}",
            date=moment,
            source=self._credited(index, category),
            category=category,
            oddity=self.oddity(index),
        )

    def date(self, index: int) -> datetime:
        return self._midnight + timedelta(seconds=self._seconds[index])

    def title(self, index: int) -> str:
        oddity = self.oddity(index)
        if oddity in ODD_TITLES:
            return ODD_TITLES[oddity]
        dice = self._dice(index, _Salt.SUBJECT)
        return prose.title(dice, prose.subject(dice))

    def body(self, index: int) -> bodies.Body:
        """As the text service sends it: with indents, and line breaks of CRLF in ``text``."""
        article = self.article(index)
        return bodies.compose(
            self._dice(index, _Salt.BODY),
            self._subject(index),
            self._opening(index),
            article.source,
            content=article.content,
            linked_source=article.oddity is Oddity.SOURCE_LINKED,
        )

    def digest(self, index: int) -> str:
        """As the feeds send it: mostly with a bracketed headline, often with the source at the end."""
        dice = self._dice(index, _Salt.DIGEST)
        headline = prose.title(dice, self._subject(index))
        words = self._opening(index)
        if self.oddity(index) is Oddity.DIGEST_TWO_HEADLINES:
            return f"【{headline}】{words}【延伸阅读】{prose.ending(dice, self._subject(index))}"
        before = f"【{headline}】" if dice.chance(0.8) else ""
        return f"{before}{words}{_credit(dice, self.article(index).source)}"

    def expected(self, index: int) -> Expected:
        article = self.article(index)
        digest = self.digest(index)
        headline, closed, rest = digest.partition("】")
        if closed and headline.startswith("【"):
            digest = rest
        return Expected(
            id=article.id,
            title=self.title(index),
            date=article.date,
            source=article.source,
            category=article.category.slug,
            tag=article.category.tag,
            digest=digest if article.emnews else "",
            link=article.link,
            text=self.body(index).text,
        )

    def _age(self, index: int) -> tuple[int, int]:
        return self._seconds[index], index

    def _text_number(self, index: int) -> int:
        """The article whose words this one has: its own, or its twin's."""
        return index - 1 if self.oddity(index) is Oddity.TWIN_EMNEWS else index

    def _second(self, index: int) -> int:
        """Seconds after the first midnight."""
        number = self._text_number(index)
        roll = mix(self.seed, number, _Salt.PLACE)
        if number >= self._planned:
            return _SPAN + 60 * (number - self._planned + 1) + roll % 60
        jitter = roll % (2 * _JITTER + 1) - _JITTER
        return min(max(number * _SPAN // self._planned + jitter, roll % _JITTER), _SPAN)

    def _serial(self, index: int) -> int:
        number = self._text_number(index)
        return (
            self._first_serial
            + number * self._step
            + (mix(self.seed, number, _Salt.PLACE) >> 16) % self._step
        )

    def _category(self, index: int) -> Source:
        oddity = self.oddity(index)
        if oddity in _ODD_EMNEWS:
            return EMNEWS
        if oddity in _ODD_SOURCES:
            return _ODD_SOURCES[oddity]
        roll = mix(self.seed, index, _Salt.PLACE) >> 32
        if oddity is None and roll % 1000 < _EMNEWS_SHARE * 1000:
            return EMNEWS
        return self.sources[self._thresholds[(roll // 1000) % len(self._thresholds)]]

    def _credited(self, index: int, category: Source) -> str:
        if category is not EMNEWS:
            return category.name
        number = self._text_number(index)
        if number != index:
            return self._category(number).name
        return MEDIA[mix(self.seed, index, _Salt.DIGEST) % len(MEDIA)]

    def _dice(self, index: int, salt: _Salt) -> Dice:
        return Dice(self.seed, self._text_number(index), salt)

    def _subject(self, index: int) -> prose.Subject:
        return prose.subject(self._dice(index, _Salt.SUBJECT))

    def _opening(self, index: int) -> str:
        return prose.opening(self._dice(index, _Salt.OPENING), self._subject(index))


def _credit(dice: Dice, source: str) -> str:
    roll = dice.below(5)
    if roll == 0:
        return ""
    return f"({source})" if roll == 1 else f"（{source}）"


def _long_tail(sources: int) -> array[int]:
    """A table to roll a source from: the k-th has 1/k as many places as the first."""
    return array("H", [number for number in range(sources) for _ in range(1 + 600 // (number + 1))])
