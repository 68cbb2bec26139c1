"""Finds the credits of an article, and decides which source it credits (faults C6 to C9).

``credit_lines`` reads one credit line; this module chooses among the evidence of several pages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from html import unescape
from typing import TYPE_CHECKING

from archiver.normalise.credit_lines import MAX_NAME, Source, parse, spell
from archiver.normalise.credit_words import LIKE_A_LABEL, MEDIUM
from archiver.normalise.text import clean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from archiver.items import Evidence

DEFAULT_TAG = "{source}新闻"
"""The tag of a post whose category is its source. It is here because ``sites`` imports pydantic."""

_MAX_KEPT = 400
"""Characters of a tag that a cache keeps."""

MAX_DETAIL = 100
"""Characters of a credit line that a report shows."""

__all__ = [
    "DEFAULT_TAG",
    "MAX_NAME",
    "Credit",
    "Source",
    "decide",
    "from_body",
    "from_digest",
    "from_tag",
    "parse",
    "spell",
]


@dataclass(frozen=True, slots=True)
class Credit:
    """The source credited by an article; ``name`` and ``origin`` are empty if there is none."""

    name: str
    author: str
    origin: str
    notes: tuple[str, ...]
    """Doubts: ``source/missing``, ``source/unparsed``, ``source/conflict``, ``source/joint``."""
    unparsed: str = field(default="", compare=False)
    """The first credit of an unknown form, for the report: a text that an alias could map to a name."""


def from_tag(tag: str, template: str) -> str:
    """The name of the source in a tag that was made from a template like ``{source}新闻``.

    The text before and after the name in the template is removed once: 每日经济新闻新闻 becomes 每日经济新闻.
    A tag of another form is returned whole. For a template without ``{source}``, the result is empty.
    """
    return _from_tag(tag, template) if len(tag) <= _MAX_KEPT else _from_tag.__wrapped__(tag, template)


@lru_cache(maxsize=1024)
def _from_tag(tag: str, template: str) -> str:
    before, named, after = template.format(source="\0").partition("\0")
    if not named:
        return ""
    name, prefix, suffix = spell(tag), spell(before), spell(after)
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

    from archiver.normalise.shown_text import shown_text

    page = Selector(text=html.encode("utf-8", "ignore").decode(), type="html")
    lines = page.xpath(
        "(//*[contains(concat(' ', normalize-space(@class), ' '), concat(' ', $name, ' '))])[last()]",
        name=css_class,
    )
    return clean("".join(shown_text(line.root) for line in lines)) or None


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
    if len(found.names) != 1 or not found.known or not MEDIUM.fullmatch(found.names[0]):
        return None
    if LIKE_A_LABEL.match(line[start + 1 :]) and "来源" not in line[start:]:
        return None  # 据新华社: the text is about what somebody else wrote
    return found.names[0]


def decide(evidence: Sequence[Evidence], aliases: Mapping[str, str]) -> Credit:
    """Credits the first name in the first line with a name; lines in a known form have priority.

    ``aliases`` maps a cleaned spelling to the preferred one.
    """
    read = [(_read(one.text, aliases), one.origin) for one in evidence]
    unparsed = [one.text for one, (source, _) in zip(evidence, read, strict=True) if not source.known]
    author = next((source.author for source, _ in read if source.author), "")
    notes = ["source/unparsed"] if unparsed else []
    detail = clean(unparsed[0])[:MAX_DETAIL] if unparsed else ""
    named = [
        (_preferred(source.names, aliases), source.known, origin) for source, origin in read if source.names
    ]
    if not named:
        return Credit("", author, "", (*notes, "source/missing"), detail)
    known = [names for names, is_known, _ in named if is_known]
    names, _, origin = min(named, key=lambda entry: not entry[1])
    if any(set(names).isdisjoint(others) for others in known):
        notes.append("source/conflict")
    if len(names) > 1:
        notes.append("source/joint")
    return Credit(names[0], author, origin, tuple(notes), detail)


def _read(text: str, aliases: Mapping[str, str]) -> Source:
    """Reads a credit line. A line that is an alias as a whole is a name, whatever words it contains."""
    return Source((aliases[line],)) if aliases and (line := spell(text)) in aliases else parse(text)


def _preferred(names: Sequence[str], aliases: Mapping[str, str]) -> list[str]:
    return list(dict.fromkeys(aliases.get(name, name) for name in names))
