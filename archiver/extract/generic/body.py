"""The text of an article, found by readability, and whether it may be posted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass

from lxml import etree

from archiver.extract.generic.furniture import furniture
from archiver.extract.generic.heading import Heading
from archiver.extract.generic.opinions import (
    MIN_AGREEMENT,
    Container,
    Words,
    agreement,
    containers,
    has_trafilatura,
    trafilatura_words,
    words_in,
    words_of,
)
from archiver.extract.generic.selectors import selector_of
from archiver.extract.generic.tree import Element, Sizes, elements, encloses, enclosing, label_of, shown_texts
from archiver.normalise.elements import names

MIN_WORDS = 30
"""Han characters or words; a shorter text is a notice, or the caption of a video."""

_MIN_PARAGRAPH = 20
_MAX_LINK_SHARE = 0.35
_MAX_LINE = 150
"""Characters around the heading, the date and the credit that belong to their lines."""

_MIN_TEASERS = 3
_HEADINGS = names("h2 h3 h4")
_PARAGRAPHS = names("blockquote li p pre table")
_PICTURES = names("figure img picture video")
_MORE_IN_JSON = 1.3
_MAX_TEASER = 800
"""Words of the beginning of an article that is not free to read."""

_CLOSED_CLASS = re.compile(
    r"(?:^|[\s_-])(?:pay-?wall\w*|regwall\w*|subscri(?:be|ber|ption)-?(?:wall|only)|locked-?\w*)(?:$|[\s_-])",
    re.IGNORECASE,
)
_CLOSED = re.compile(
    r"""
    (?: 登录 | 登陆 | 注册 | 订阅 | 购买 | 付费 | 开通 | 成为 | 扫码 | 下载 | 打开 ) [^。！？\n]{0,12}
    (?: 阅读 | 查看 | 继续 | 解锁 ) [^。！？\n]{0,6} (?: 全文 | 余下 | 剩余 | 完整 | 本文 )
    | (?: 余下 | 剩余 ) \s? (?: \d{1,3}% )? \s? (?: 全文 | 内容 | 文字 )
    | (?: subscribe | sign\ in | log\ in | register ) (?:\ now)? \ to \ (?: continue | read | keep | unlock )
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""Words of a page that shows only the beginning of an article."""


@dataclass(frozen=True, slots=True)
class Body:
    markup: str
    unsure: str
    """Why the text is not to be posted; empty if it may be."""


def read_body(
    sizes: Sizes, parts: Sequence[Element], heading: Heading, texts: Sequence[str], *, is_closed: bool
) -> Body:
    """The text in the parts that readability has found.

    ``texts``: the text as JSON-LD states it; ``is_closed``: the page says that it is not free to read.
    """
    if not parts:
        return Body("", "no text of an article was found; write the rule `article.body`")
    text = _Text(sizes, [part for part in parts if not _is_heading(part, sizes, heading)] or parts, heading)
    words = text.words()
    agreed, container = _second_opinion(sizes, text, words, texts)
    if container:
        text = _within(container, text)
    problem = text.problem(text.words(), texts, is_closed) or ("" if agreed else _nobody_agrees())
    return Body(text.markup(), _sentence(text, problem) if problem else "")


def _is_heading(part: Element, sizes: Sizes, heading: Heading) -> bool:
    """Whether readability took the heading, or the lines around it, as a part of the text."""
    title = heading.title.element if heading.title else None
    if title is None or not (encloses(part, title) or encloses(title, part)):
        return False
    return part is title or next(_Text(sizes, [part], heading).content(), None) is None


def _second_opinion(
    sizes: Sizes, text: _Text, words: Words, texts: Sequence[str]
) -> tuple[bool, Container | None]:
    """Whether another opinion agrees, and the element that the page marks as its article, if it does."""
    for container in containers(sizes.nodes[0], sizes):
        if agreement(_Text(sizes, [container.element], text.heading).words(), words) >= MIN_AGREEMENT:
            return True, container
    if any(agreement(words_of([each]), words) >= MIN_AGREEMENT for each in texts):
        return True, None
    return agreement(trafilatura_words(sizes.nodes[0]), words) >= MIN_AGREEMENT, None


def _within(container: Container, text: _Text) -> _Text:
    """The text with the paragraphs and pictures of the container that readability left out."""
    if container.is_text or any(encloses(part, container.element) for part in text.parts):
        return _Text(text.sizes, [container.element], text.heading)
    whole = _Text(text.sizes, [container.element], text.heading)
    missed = [
        element for element in whole.content() if not any(encloses(part, element) for part in text.parts)
    ]
    return _Text(text.sizes, [enclosing([*text.parts, *missed])], text.heading) if missed else text


def _nobody_agrees() -> str:
    more = "" if has_trafilatura() else " (the extra `generic` asks trafilatura, too)"
    return f"no second opinion agrees{more}"


def _sentence(text: _Text, problem: str) -> str:
    length = sum(text.sizes.text[part] for part in text.parts)
    selector = selector_of(text.parts)
    return (
        f"readability took {length} characters of {selector!r}, but {problem}; "
        f"write `article.body: {selector!r}` if they are the text"
    )


class _Text:
    """Elements with the text of an article, and the elements in them that are not part of it."""

    def __init__(self, sizes: Sizes, parts: Sequence[Element], heading: Heading) -> None:
        self.sizes = sizes
        self.parts = parts
        self.heading = heading
        self.dropped = frozenset([*furniture(parts, sizes), *self._head()])

    def words(self) -> Words:
        return words_in(self.parts, self.dropped)

    def content(self) -> Iterator[Element]:
        """The paragraphs and pictures."""
        pending = [*reversed(self.parts)]
        while pending:
            element = pending.pop()
            if not isinstance(element.tag, str) or element in self.dropped:
                continue
            if self._is_content(element):
                yield element
            else:
                pending += reversed(element)

    def _is_content(self, element: Element) -> bool:
        if element.tag == "figure":
            return True
        if element in self.heading.lines:
            return False
        is_paragraph = element.tag in _PARAGRAPHS and self.sizes.text[element] >= _MIN_PARAGRAPH
        return is_paragraph and self.sizes.link_share(element) < _MAX_LINK_SHARE

    def _head(self) -> Iterator[Element]:
        """The elements of the heading, the date and the credit, and the lines above the heading."""
        title = self.heading.title.element if self.heading.title else None
        for part in self.parts:
            for line in [title, *self.heading.lines]:
                if line is not None and line is not part and encloses(part, line):
                    yield self._whole_line(line, part)
            if title is not None and encloses(part, title):
                yield from self._above(title, part)

    def _whole_line(self, line: Element, part: Element) -> Element:
        own = self.sizes.text[line]
        while (parent := line.getparent()) is not None and parent is not part and self._is_line(parent, own):
            line = parent
        return line

    def _is_line(self, element: Element, own: int) -> bool:
        return self.sizes.text[element] - own <= _MAX_LINE and not any(
            each.tag in _PICTURES or self._is_content(each) for each in elements(element)
        )

    def _above(self, title: Element, part: Element) -> Iterator[Element]:
        for each in [title, *title.iterancestors()]:
            if each is part:
                return
            for sibling in each.itersiblings(preceding=True):
                if isinstance(sibling.tag, str) and self._is_line(sibling, 0):
                    yield sibling

    def problem(self, words: Words, texts: Sequence[str], is_closed: bool) -> str:
        """Why the text cannot be that of an article, or not the whole text."""
        if words.total() < MIN_WORDS:
            return f"they are only {words.total()} words"
        if self._is_list():
            return "they look like a list of articles"
        if is_closed or self._ends_at_a_wall(words):
            return "they look like the beginning of an article that is not free to read"
        if any(words_of([each]).total() > _MORE_IN_JSON * words.total() for each in texts):
            return "the JSON-LD of the page has more text"
        return ""

    def _is_list(self) -> bool:
        dropped = [element for element in self.dropped if any(encloses(part, element) for part in self.parts)]
        text, links = (
            sum(counts[part] for part in self.parts) - sum(counts[element] for element in dropped)
            for counts in (self.sizes.text, self.sizes.links)
        )
        inside = [element for part in self.parts for element in elements(part) if element not in self.dropped]
        articles = sum(element.tag == "article" and element not in self.parts for element in inside)
        linked = sum(element.tag in _HEADINGS and self.sizes.link_share(element) > 0.5 for element in inside)
        return links > _MAX_LINK_SHARE * text or articles > 1 or linked >= _MIN_TEASERS

    def _ends_at_a_wall(self, words: Words) -> bool:
        if words.total() > _MAX_TEASER:
            return False
        marked = (each for each in self.sizes.nodes if isinstance(each.tag, str) and self.sizes.text[each])
        if any(_CLOSED_CLASS.search(label_of(each)) for each in marked):
            return True
        last = self.parts[-1]
        around = last.getparent()
        texts = [text for _, text in shown_texts(around if around is not None else last)]
        return _CLOSED.search("\n".join(texts)) is not None

    def markup(self) -> str:
        return "".join(self._markup(part) for part in self.parts)

    def _markup(self, part: Element) -> str:
        copy = deepcopy(part)
        pairs = zip(list(part.iter()), list(copy.iter()), strict=True)
        for copied in [copied for original, copied in pairs if original in self.dropped]:
            copied.drop_tree()  # type: ignore[attr-defined]  # elements of a page are HtmlElements
        return etree.tostring(copy, method="html", encoding="unicode", with_tail=False)
