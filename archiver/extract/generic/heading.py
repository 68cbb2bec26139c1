"""The heading of an article, and the first date and credit behind it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from itertools import islice

from archiver.extract.generic.tree import (
    Element,
    elements,
    encloses,
    label_of,
    own_text,
    shown_texts,
    text_of,
)
from archiver.normalise import dates, sources
from archiver.normalise.credit_words import LABEL
from archiver.normalise.date_text import read
from archiver.normalise.elements import names
from archiver.normalise.text import clean, half_width
from archiver.normalise.zone import BEIJING

LATEST = datetime(9000, 1, 1, tzinfo=BEIJING)
"""Stands for the time of the response, which is not known here: it accepts every full date."""

MAX_TITLE = 200
_MIN_TITLE = 4
_MAX_TITLES = 12
_MAX_WORDS = 20
_MIN_CUT = 10
"""Characters of a part of a title that certainly is the beginning of the headline."""

MAX_PIECES = 200
"""Texts behind the heading in which the date and the credit are sought."""

MAX_LINE = 200
"""Characters of a line with a date; longer ones are text of the article."""

_CHINESE_END = re.compile(r"[。！？；]")
_MIN_CHINESE = 16
_MIN_PARAGRAPH = 25
_LATIN_END = re.compile(r"[.!?](?:\s|$)")
_MIN_LATIN = 50
_SEPARATOR = re.compile(r"\s*[_|｜]\s*|\s+[-–—·•»:]\s+|-{2,}|-(?=[^-]*$)")
"""What separates a headline from the name of the site in ``<title>``."""

_RANKS = {"h1": 0, "h2": 1, "h3": 2}
_NOT_A_HEADING = names("a button label li nav option script style title textarea")
_QUOTES = str.maketrans("“”‘’「」『』＂", '""\'\'"""""')
_ABOUT = re.compile(
    r"(?:^|[\s_-])(?:abstract|deck|dek|digest|guide|intro\w*|lead|standfirst|sub-?\w*title|summary|zhaiyao|daoyu)(?:$|[\s_-])",
    re.IGNORECASE,
)
"""Classes of a text between the heading and the date that sums up the article."""

_SUMMARY = re.compile(r"\s*[【\[]?(?:摘要|导语|導語|导读|核心提示|编者按|内容提要)")

_NAMED = re.compile(
    r"(?:^|[\s_-])(?:from|laiyuan|media|media-?name|origin|publisher|source)(?:$|[\s_-])", re.IGNORECASE
)
"""Classes of an element that contains only the name of a source."""

_MAX_NAME = 30
_NO_NAME = frozenset(
    {
        "default",
        "none",
        "null",
        "undefined",
        "unknown",
        "原创",
        "独家",
        "转载",
        "首发",
        "原創",
        "獨家",
        "轉載",
    }
)
_DIGITS = re.compile(r"[0-9〇二][0-9〇零一二三四五六七八九]{3}")


@dataclass(frozen=True, slots=True)
class Found:
    text: str
    element: Element


@dataclass(slots=True)
class Heading:
    """What the page shows at its head; a field is None if it was not found."""

    title: Found | None = None
    date: Found | None = None
    credit: Found | None = None
    is_labelled: bool = False
    """The credit has a label (来源：X); else only the class of its element says that it is one."""
    lines: list[Element] = field(default_factory=list)
    """The elements of the date and the credit."""


def title_of(root: Element) -> str:
    """The text of ``<title>``."""
    found = root.find(".//title")
    return clean((found.text or "")[: 2 * MAX_TITLE]) if found is not None else ""


def first_part(title: str) -> str:
    """The headline in ``<title>``, if what follows it can only be the names of the section and the site."""
    parts = [part for part in _SEPARATOR.split(title) if part]
    if len(parts) > 1 and len(parts[0]) >= 6 and all(len(part) <= 16 for part in parts[1:]):
        return parts[0]
    return title


def find_heading(root: Element, titles: Sequence[str]) -> Found | None:
    """The longest text that one of the titles confirms; of equal texts, that of the highest rank."""
    few = list(dict.fromkeys(titles))[:_MAX_TITLES]
    keys = [key for title in few for part in _beginnings(title) if (key := _key(part))]
    best: Found | None = None
    for element in elements(root):
        if element.tag in _NOT_A_HEADING:
            continue
        text = _confirmed(element, keys)
        if text and (best is None or _order(text, element) > _order(best.text, best.element)):
            best = Found(text, element)
    return best


def _beginnings(title: str) -> list[str]:
    """The title, and what stands before each of its blanks, behind which the name of a site may begin."""
    words = title[:MAX_TITLE].split()[:_MAX_WORDS]
    shorter = (" ".join(words[:count]) for count in range(len(words) - 1, 0, -1))
    return [title, *(part for part in shorter if len(part) >= _MIN_CUT)]


def _order(text: str, element: Element) -> tuple[int, int]:
    return len(_key(text)), -_RANKS.get(str(element.tag), 3)


def _confirmed(element: Element, keys: Sequence[str]) -> str:
    """The text of an element that is the title, without or with the texts of elements in it; else empty."""
    texts = [own_text(element)]
    if element.tag in _RANKS:
        texts.insert(0, text_of(element, MAX_TITLE))
    possible = [
        (text, key) for text in texts if len(key := _key(text)) >= _MIN_TITLE and len(text) <= MAX_TITLE
    ]
    for agrees in (_is_in, _is_cut):
        for text, key in possible:
            if any(agrees(key, title) for title in keys):
                # The first sentence of an article may repeat its headline.
                is_sentence = agrees is _is_cut and element.tag not in _RANKS and _is_text(element, text)
                return "" if is_sentence else text
    return ""


def is_title_in(text: str, longer: str) -> bool:
    """Whether the second text is the first one with the name of a site beside it, or the first one cut."""
    return _is_in(_key(text), _key(longer)) or _is_cut(_key(text), _key(longer))


def _is_in(text: str, title: str) -> bool:
    at = title.find(text)
    if at < 0:
        return False
    before, after = title[:at], title[at + len(text) :]
    return (not before or before[-1] in _ENDS) and (not after or after[0] in _ENDS)


_ENDS = "_|｜-–—·•»:：~>《【（(《"


def _is_cut(text: str, title: str) -> bool:
    part = re.split(r"[_|｜]|\.{3}|…|-{1,2}(?=[^-]*$)", title)[0]
    return len(part) >= _MIN_CUT and text.startswith(part)


@lru_cache(maxsize=256)
def _key(text: str) -> str:
    return "".join(half_width(text[: 2 * MAX_TITLE]).translate(_QUOTES).split()).lower()


def read_lines(title: Found | None, body: Sequence[Element] = ()) -> Heading:
    """The date and the credit behind the title, before the body."""
    heading = Heading(title)
    if not title:
        return heading
    start, days, label = title.element, list[Found](), ""
    ends = frozenset(part for part in body if not encloses(part, start))
    for element, piece in _behind(start, ends):
        text = clean(piece)
        if heading.date is None:
            heading.date = _date(element, text, days, start)
        if heading.credit is None or not heading.is_labelled:
            label = _credit(heading, element, text, label)
    heading.date = heading.date or _date_before(start) or next(iter(days), None)
    heading.lines = [found.element for found in (heading.date, heading.credit) if found]
    return heading


def _behind(start: Element, body: frozenset[Element]) -> Iterator[tuple[Element, str]]:
    """The texts behind the heading, up to the body or the first sentences."""
    for element, piece in islice(_following(start), MAX_PIECES):
        if element in body or any(ancestor in body for ancestor in element.iterancestors()):
            return
        if _is_text(element, clean(piece)) and not _is_about(element, piece) and not encloses(start, element):
            return
        if piece.strip():
            yield element, piece


def _is_text(element: Element, line: str) -> bool:
    """Whether a line is text of the article, and not one of the lines around its heading."""
    if _CHINESE_END.search(line):
        return len(line) >= _MIN_CHINESE
    if element.tag == "p" and len(line) >= _MIN_PARAGRAPH:
        return not kind_of_date(line) and LABEL.search(line) is None
    return len(line) >= _MIN_LATIN and _LATIN_END.search(line) is not None


def _is_about(element: Element, text: str) -> bool:
    """Whether a text sums up the article, as some pages do above the date."""
    around = [element, *element.iterancestors()][:3]
    return _SUMMARY.match(text) is not None or any(_ABOUT.search(label_of(each)) for each in around)


def _following(start: Element) -> Iterator[tuple[Element, str]]:
    """The texts inside the heading and behind it, in the order of the page."""
    yield from shown_texts(start)
    node: Element | None = start
    while node is not None and (parent := node.getparent()) is not None:
        if node.tail:
            yield parent, node.tail
        for sibling in node.itersiblings():
            yield from shown_texts(sibling)
            if sibling.tail:
                yield parent, sibling.tail
        node = parent


def _date(element: Element, text: str, days: list[Found], start: Element) -> Found | None:
    """A full date at this text; a day without a time is added to ``days``."""
    if element.tag == "time" and (stated := element.get("datetime")):
        text = stated
    if not _DIGITS.search(text):
        return None
    around = [element, *element.iterancestors()][:3]
    outside = [each for each in around if not encloses(each, start)]
    for each, line in [(element, text), *((each, text_of(each, MAX_LINE)) for each in outside)]:
        kind = kind_of_date(line)
        if kind == "stated":
            return Found(line, each)
        if kind == "day":
            days.append(Found(line, each))
    return None


def kind_of_date(text: str) -> str:
    """``stated`` for a date with a time, ``day`` for a day, empty for another text."""
    if len(text) > MAX_LINE:
        return ""
    try:
        kind = read(text, LATEST, BEIJING).kind
    except dates.DateError:
        return ""
    return kind if kind in ("stated", "day") else ""


def _date_before(start: Element) -> Found | None:
    """A date in the line above the heading."""
    above = [start.getprevious(), parent.getprevious() if (parent := start.getparent()) is not None else None]
    for each in above:
        if each is not None and isinstance(each.tag, str) and kind_of_date(line := text_of(each, MAX_LINE)):
            return Found(line, each)
    return None


def _credit(heading: Heading, element: Element, text: str, label: str) -> str:
    """Reads the credit at this text. Returns a label whose name is in the next text, or an empty text."""
    if label and is_credit(line := f"{label} {text}"):
        heading.credit, heading.is_labelled = Found(line, element), True
        return ""
    if _has_label(text):
        if is_credit(text):
            heading.credit, heading.is_labelled = Found(text, element), True
            return ""
        return text if len(text) <= MAX_LINE else ""
    if heading.credit is None and _is_named(element, heading) and len(text) <= _MAX_NAME and is_credit(text):
        heading.credit = Found(text, element)
    return ""


def _is_named(element: Element, heading: Heading) -> bool:
    """Whether the class of an element outside the heading says that it contains the name of a source."""
    is_inside = heading.title is not None and encloses(heading.title.element, element)
    return not is_inside and _NAMED.search(label_of(element)) is not None


def _has_label(text: str) -> bool:
    return len(text) <= MAX_LINE and any(
        (each.lastgroup or "").endswith("source") for each in LABEL.finditer(text)
    )


def is_credit(text: str) -> bool:
    """Whether the text credits a source in a known form; a date or the value of an empty field is no name."""
    found = sources.parse(text)
    if not found.names or not found.known:
        return False
    name = found.names[0]
    return name.lower() not in _NO_NAME and not kind_of_date(name)
