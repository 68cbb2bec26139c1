"""The articles of an invented site. Each article is computed from the seed and its number when it is needed.

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
from enum import IntEnum
from itertools import islice
from typing import TYPE_CHECKING

from archiver.replica import bodies, prose
from archiver.replica.dice import Dice, mix
from archiver.replica.oddities import ODD_EMNEWS, ODD_SOURCES, ODD_TITLES, ODDITIES, Oddity
from archiver.replica.sources import EMNEWS, MEDIA, Source, sources_for

if TYPE_CHECKING:
    from collections.abc import Iterator

BEIJING = timezone(timedelta(hours=8))

_SPAN = 66 * 3600
"""Seconds from the first midnight to 18:00 of the last day. Articles added later follow, one per minute."""
_JITTER = 900
"""The largest random change to the time of an article, in seconds. It makes the order of times differ from
the order of serial numbers."""
_SERIALS_PER_DAY = 1_050_000
_KNOWN_SERIAL = (date(2022, 2, 22), 2_284_000_000)
"""A day and the serial number of its first article. Other days are calculated from it."""
_EMNEWS_SHARE = 0.2
_COLUMNS = (1344, 1345, 1350, 1351, 1353, 1354, 1355)


class _Salt(IntEnum):
    """The purpose of a random number. It is part of the key, so the numbers for one purpose do not depend on
    those for another."""

    PLACE = 1
    """Serial number, time and category."""
    SUBJECT = 2
    """Subject and title."""
    OPENING = 3
    BODY = 4
    DIGEST = 5


@dataclass(frozen=True, slots=True)
class Article:
    """Everything about an article except its texts."""

    index: int
    id: str
    date: datetime
    source: str
    """The name of the credited source, with the spaces that the site has in it."""
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
        """The article's id in the feeds. The text service accepts it too."""
        return f"NW{self.digits}"

    @property
    def content(self) -> bool:
        """Whether the JSON response has the body under the key ``content`` (otherwise ``text``)."""
        return self.emnews or self.oddity is Oddity.CONTENT_FOR_TEXT

    @property
    def link(self) -> str:
        """The address shown below the text of the post."""
        if self.emnews:
            column = _COLUMNS[int(self.digits) % len(_COLUMNS)]
            return f"http://finance.eastmoney.com/news/{column},{self.digits}.html"
        return f"http://finews.zning.xyz/html_News/NewsShare.html?infoCode={self.id}"


@dataclass(frozen=True, slots=True)
class Expected:
    """The values that a correct archiver extracts from an article.

    ``source``, ``category`` and ``tag`` keep the spaces that the site has in them. ``digest`` has no headline
    and is empty outside emnews. ``text`` has one line for each visible block, without indents.
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
    """A site with the posts of three days; ``day`` is the last of them. Articles are numbered from 0, in the
    order of their serial numbers.

    The same arguments give the same bytes. A ``plain`` site has no oddities: every response is complete and
    no two articles have the same digits. An article takes 16 bytes of memory, because its texts are computed
    when they are needed. Raises ValueError if ``articles`` is less than 1.
    """

    def __init__(
        self, articles: int = 40, seed: int = 1, day: date = date(2022, 2, 22), *, plain: bool = False
    ) -> None:
        if articles < 1:
            raise ValueError(f"a site needs at least 1 article, not {articles}")
        self.seed = seed
        self.day = day
        self.plain = plain
        self.sources = sources_for(articles)
        self._planned = articles
        self._step = max(2, 3 * _SERIALS_PER_DAY // articles)
        self._first_serial = _first_serial(day)
        self._midnight = datetime(day.year, day.month, day.day, tzinfo=BEIJING) - timedelta(days=2)
        self._odd = () if plain else ODDITIES[: articles if articles > 1 else 0]
        self._seconds = array("q")
        self._listed: dict[str, array[int]] = {}
        """The articles of each category, by slug, oldest first."""
        self._categories: dict[str, Source] = {}
        self._thresholds = _long_tail(len(self.sources))
        self.add(articles)

    def __len__(self) -> int:
        return len(self._seconds)

    def add(self, count: int = 1) -> range:
        """Publishes new articles and returns their numbers. New articles have no oddity, and each is newer
        than all articles before it."""
        new = range(len(self), len(self) + count)
        changed = set()
        for index in new:
            self._seconds.append(self._second(index))
            category = self._category(index)
            self._categories[category.slug] = category
            self._listed.setdefault(category.slug, array("q")).append(index)
            changed.add(category.slug)
        for slug in changed:
            self._listed[slug] = array("q", sorted(self._listed[slug], key=self._age))
        return new

    def oddity(self, index: int) -> Oddity | None:
        return self._odd[index] if index < len(self._odd) else None

    def oddities(self) -> dict[Oddity, int]:
        """The oddities of this site, each with the number of the article that has it."""
        return {oddity: index for index, oddity in enumerate(self._odd)}

    def categories(self) -> list[Source]:
        """All categories with posts, sorted by the time of their oldest article."""
        return sorted(
            self._categories.values(), key=lambda category: self._age(self._listed[category.slug][0])
        )

    def listing(self, slug: str) -> Iterator[int]:
        """The articles of a category, newest first; empty for an unknown category."""
        return reversed(self._listed.get(slug, ()))

    def count(self, slug: str) -> int:
        return len(self._listed.get(slug, ()))

    def modified(self, slug: str | None = None) -> datetime:
        """The time of the newest article of a category, or of the site if ``slug`` is None."""
        slugs = self._listed if slug is None else [slug]
        newest = [listed[-1] for slug in slugs if (listed := self._listed.get(slug))]
        return max(map(self.date, newest), default=self._midnight)

    def newest(self, *, emnews: bool, limit: int) -> list[int]:
        """At most ``limit`` articles, newest first: only emnews articles, or only all others."""
        listings = [self.listing(slug) for slug in self._listed if (slug == EMNEWS.slug) is emnews]
        return list(islice(heapq.merge(*listings, key=self._age, reverse=True), limit))

    def find(self, article_id: str) -> int | None:
        """The number of the article with exactly this id; None if there is no such article."""
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
        """As the text service sends it, with indents. Line breaks are CRLF under the key ``text``, LF under
        ``content``."""
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
        """As the feeds send it. Most digests have a headline in brackets, and many end with the source."""
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
        """The number from which the texts are computed. Twins (one article in both families) share it."""
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
        if oddity in ODD_EMNEWS:
            return EMNEWS
        if oddity in ODD_SOURCES:
            return ODD_SOURCES[oddity]
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


def _first_serial(day: date) -> int:
    """The serial number of the first midnight of a site whose last day is ``day``."""
    known_day, known_serial = _KNOWN_SERIAL
    return known_serial + ((day - known_day).days - 2) * _SERIALS_PER_DAY


def _credit(dice: Dice, source: str) -> str:
    roll = dice.below(5)
    if roll == 0:
        return ""
    return f"({source})" if roll == 1 else f"（{source}）"


def _long_tail(sources: int) -> array[int]:
    """A table to choose a source from at random. The k-th source is in it 1/k as often as the first one."""
    return array("H", [number for number in range(sources) for _ in range(1 + 600 // (number + 1))])
