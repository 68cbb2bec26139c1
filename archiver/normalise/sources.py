"""Reads the credited source and author from credit lines, by a closed grammar (faults C6 to C9).

>>> parse("（文章来源：证券时报、新华社 作者：王小明）")
Source(names=('证券时报', '新华社'), author='王小明', known=True)

A line consists of labelled fields (来源：X 作者：Y), or of a name alone. ``X、Y`` and ``X/Y`` are joint
sources; a middle dot or a blank is part of one name (上海证券报·中国证券网, 21世纪经济报道 21财经APP). A line
of another form is kept whole and marked as unknown, because a wrong split would invent a source.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from typing import TYPE_CHECKING, Final

from archiver.normalise.text import clean, half_width, is_blank

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from archiver.items import Evidence

DEFAULT_TAG: Final = "{source}新闻"
"""The tag of a post whose category is its source. It is here because ``sites`` imports pydantic."""

MAX_NAME: Final = 40
"""Characters; a longer text is a sentence, not a name (faults C9)."""

_MAX_LINE: Final = 400
"""Characters of a credit line; longer ones are not read, so the patterns below are never slow."""

_SOURCE_LABELS = "文章来源|本文来源|稿件来源|新闻来源|信息来源|内容来源|来源|稿源"
_AUTHOR_LABELS = "作者|记者|撰文"
_OTHER_LABELS = "责任编辑|编辑|责编|校对|审核|发布时间|时间|日期|阅读|浏览|评论"
_CAPTION_LABELS = "图片来源|题图来源|封面来源|配图来源|视频来源|数据来源|资料来源|图源|供图"

_LABEL = re.compile(
    rf"""
    (?: ^ | (?<=[\s(（\[【)）\]】|｜;；,，、]) )      # at the start, or after a blank or punctuation
    (?: (?: (?P<caption> {_CAPTION_LABELS} ) | (?P<other> {_OTHER_LABELS} ) ) \s?[：:]
      | (?: (?P<source> {_SOURCE_LABELS} ) | (?P<author> {_AUTHOR_LABELS} ) ) (?: \s?[：:] | \s | $ )
    )
    """,
    re.VERBOSE,
)
"""A label with its colon; after the label of a source or author, a blank is sufficient."""

_BETWEEN_FIELDS = " |｜;；,，、"

_STAMP = re.compile(
    r"""
    (?<!\S) \d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?
    (?: \s? \d{1,2}[:：时]\d{1,2} (?: [:：分]\d{1,2} )? [分秒]? )?
    (?!\S)
    """,
    re.VERBOSE,
)
"""A date on the same line."""

_LEFT, _RIGHT = "(（[【", ")）]】"
_DOTS = re.compile(r"\s?[·•・‧･∙⋅]\s?")
_JOINT = re.compile(r"\s?[、/／]\s?")
_COMPILED = re.compile(r"(?:^|\s)综合(?:报道|整理|消息)?$")
"""``X 综合``: compiled from X."""

_NOT_A_NAME = re.compile(
    r"""
    [<>{}]                      # markup or template code
    | &\#?[0-9A-Za-z]+;         # a character reference
    | ://                       # an address
    """,
    re.VERBOSE,
)

_ODD_IN_A_NAME = re.compile(r"[：:，,。;；!！?？|｜=\"“”]")

_MEDIUM = re.compile(
    r"""
    (?! 据 | 见 | 摘自 | 转自 | 来自 | 图 ) [\w·]{1,17}    # words before a name, as in 据新华社, are refused
    (?: [^作行]社 | [^年季月中快财简公通汇预情警电举申播海战]报 | [^电联官]网
      | 新闻 | 客户端 | 电视台 | 广播电台 | 周刊 | 在线 | 财经 | APP
    )
    """,
    re.VERBOSE,
)
"""A name that ends like that of a medium; 年报, 合作社 and 电网 are not media."""


@dataclass(frozen=True, slots=True)
class Source:
    """The content of one credit line; ``names`` is empty if it credits no source."""

    names: tuple[str, ...] = ()
    author: str = ""
    known: bool = True
    """False if the grammar does not have this form; then the only name is the whole text."""


@dataclass(frozen=True, slots=True)
class Credit:
    """The source credited by an article; ``name`` and ``origin`` are empty if there is none."""

    name: str
    author: str
    origin: str
    notes: tuple[str, ...]
    """Doubts: ``source/missing``, ``source/unparsed``, ``source/conflict``, ``source/joint``."""


@lru_cache(maxsize=4096)
def parse(text: str) -> Source:
    """Reads a credit line or a name; never raises."""
    if len(text) > _MAX_LINE or _NOT_A_NAME.search(text):
        return Source(known=False)
    line = _unwrapped(_STAMP.sub("", _spell(text)))
    bare, fields = _fields(line)
    author = "".join(_whole(_unwrapped(fields.get("author", ""))))
    if bare and "source" in fields:
        return Source(_whole(line), author, known=False)
    return _credited(fields.get("source", bare), author)


def from_tag(tag: str, template: str) -> str:
    """The name of the source in a tag that was made from a template like ``{source}新闻``.

    The text before and after the name in the template is removed once: 每日经济新闻新闻 becomes 每日经济新闻.
    A tag of another form is returned whole. For a template without ``{source}``, the result is empty.
    """
    return _from_tag(tag, template) if len(tag) <= _MAX_LINE else _from_tag.__wrapped__(tag, template)


@lru_cache(maxsize=1024)
def _from_tag(tag: str, template: str) -> str:
    before, named, after = template.format(source="\0").partition("\0")
    if not named:
        return ""
    name, prefix, suffix = _spell(tag), _spell(before), _spell(after)
    if name.startswith(prefix) and name[len(prefix) :].endswith(suffix):
        name = name.removeprefix(prefix).removesuffix(suffix)
    return name.strip()


def from_body(html: str, css_class: str) -> str | None:
    """The text of the last element with this class; None if there is none or it is empty."""
    named = html.rfind(css_class) if css_class else -1
    if named < 0:
        return None
    simple = _simple_line(css_class).match(html, html.rfind("<", 0, named))
    if simple and not _may_disable_tags(html[: simple.start()]):
        return clean(unescape(simple[2])) or None
    return _last_line(html, css_class)


@lru_cache(maxsize=16)
def _simple_line(css_class: str) -> re.Pattern[str]:
    """An element that contains only text. It need not be parsed, which saves 70 µs per article."""
    return re.compile(rf'<(p|div|span) class="{re.escape(css_class)}">([^<>]+)</\1>')


_CONTAINS_NO_TAGS = re.compile(
    r"""
    < (?: !(?!--)                                                       # a declaration, not a comment
        | iframe | no                                                   # "no": noembed, noframes, noscript
        | plaintext | script | style | template | textarea | title | xmp
    )
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""Markup inside which ``<`` does not begin a tag."""


def _may_disable_tags(html: str) -> bool:
    """Whether a tag after this text may be inside a comment or raw text."""
    return html.rfind("<!--") > html.rfind("-->") or _CONTAINS_NO_TAGS.search(html) is not None


def _last_line(html: str, css_class: str) -> str | None:
    from parsel import Selector  # here: processes that only read posts do not need its 15 MB

    page = Selector(text=html.encode("utf-8", "ignore").decode(), type="html")
    lines = page.xpath(
        "(//*[contains(concat(' ', normalize-space(@class), ' '), concat(' ', $name, ' '))])[last()]",
        name=css_class,
    )
    return clean("".join(lines.xpath(".//text()[not(parent::script or parent::style)]").getall())) or None


def from_digest(text: str) -> str | None:
    """The name in the last bracket of a digest, if it ends like that of a medium (…报, …社, …网, …客户端).

    In many digests the last bracket does not contain a source but a code, a date or a word like 年报. So this
    is used only for an article without other evidence.
    """
    line = clean(text)
    start = max(line.rfind("（"), line.rfind("("))
    if start < 0 or line[-1] not in "）)" or len(line) - start > MAX_NAME + 8:
        return None
    found = parse(line[start:])
    if len(found.names) != 1 or not found.known or not _MEDIUM.fullmatch(found.names[0]):
        return None
    return found.names[0]


def decide(evidence: Sequence[Evidence], aliases: Mapping[str, str]) -> Credit:
    """Credits the first name in the first line with a name; lines in a known form have priority.

    ``aliases`` maps a cleaned spelling to the preferred one.
    """
    read = [(parse(one.text), one.origin) for one in evidence]
    author = next((source.author for source, _ in read if source.author), "")
    notes = [] if all(source.known for source, _ in read) else ["source/unparsed"]
    named = [
        (_preferred(source.names, aliases), source.known, origin) for source, origin in read if source.names
    ]
    if not named:
        return Credit("", author, "", (*notes, "source/missing"))
    known = [names for names, is_known, _ in named if is_known]
    names, _, origin = min(named, key=lambda entry: not entry[1])
    if any(set(names).isdisjoint(others) for others in known):
        notes.append("source/conflict")
    if len(names) > 1:
        notes.append("source/joint")
    return Credit(names[0], author, origin, tuple(notes))


def _preferred(names: Sequence[str], aliases: Mapping[str, str]) -> list[str]:
    return list(dict.fromkeys(aliases.get(name, name) for name in names))


def _spell(text: str) -> str:
    """The text in one spelling: plain blanks, half-width Latin, composed accents, one kind of middle dot."""
    line = unicodedata.normalize("NFC", half_width(clean(text))).replace("\u3000", " ")
    return _DOTS.sub("·", line)


def _fields(line: str) -> tuple[str, dict[str, str]]:
    """The text before the first label, and the value after the first label of each kind."""
    labels = list(_LABEL.finditer(line))
    starts = [label.start() for label in labels] + [len(line)]
    fields: dict[str, str] = {}
    for label, end in zip(labels, starts[1:], strict=True):
        fields.setdefault(label.lastgroup or "", line[label.end() : end].strip(_BETWEEN_FIELDS))
    return line[: starts[0]].rstrip(_BETWEEN_FIELDS + _LEFT).lstrip(_BETWEEN_FIELDS), fields


def _credited(value: str, author: str) -> Source:
    value = _COMPILED.sub("", _unwrapped(value))
    if is_blank(value):
        return Source(author=author)
    names = tuple(_JOINT.split(value))
    if all(_is_plain(name) for name in names):
        return Source(names, author)
    return Source(_whole(value), author, known=False)


def _is_plain(name: str) -> bool:
    return len(name) <= MAX_NAME and any(map(str.isalpha, name)) and not _ODD_IN_A_NAME.search(name)


def _whole(text: str) -> tuple[str, ...]:
    return (text,) if len(text) <= MAX_NAME and not is_blank(text) else ()


def _unwrapped(text: str) -> str:
    """The text without brackets around the whole text, and without unpaired brackets at its ends."""
    while inner := _inside(text.strip(_BETWEEN_FIELDS)):
        if inner == text:
            return text
        text = inner
    return ""


def _inside(text: str) -> str:
    if text[:1] in _RIGHT:
        return text[1:]
    if text[:1] in _LEFT and _partner(text) in (-1, len(text) - 1):
        return text[1:] if _partner(text) == -1 else text[1:-1]
    depth = sum((char in _LEFT) - (char in _RIGHT) for char in text)
    if text[-1:] in _LEFT or (text[-1:] in _RIGHT and depth < 0):
        return text[:-1]
    return text


def _partner(text: str) -> int:
    """The index of the bracket that closes the first one of the text; -1 if it is missing."""
    depth = 0
    for place, char in enumerate(text):
        depth += (char in _LEFT) - (char in _RIGHT)
        if depth == 0:
            return place
    return -1
