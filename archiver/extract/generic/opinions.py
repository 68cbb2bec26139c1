"""Other opinions on where the text of an article is. A text is posted only if one of them agrees."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import Any

from archiver.extract.generic.tree import Element, Sizes, elements, encloses, shown_texts

MIN_AGREEMENT = 0.85
"""F1 of the words of two texts from which they are the same text."""

_TOKEN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]|[^\W\u3400-\u9fff]+")
"""A Han character, or a word of another script."""

Words = Counter[str]


def words_of(texts: Sequence[str]) -> Words:
    return Counter(token.lower() for text in texts for token in _TOKEN.findall(text))


def words_in(parts: Sequence[Element], dropped: frozenset[Element]) -> Words:
    return words_of([text for part in parts for _, text in shown_texts(part, dropped)])


def agreement(one: Words, other: Words) -> float:
    """The F1 measure of two texts: 1 for the same words, 0 for no word in common."""
    both = sum((one & other).values())
    return 2 * both / max(one.total() + other.total(), 1)


@dataclass(frozen=True, slots=True)
class Container:
    """An element that the page itself marks as its article."""

    element: Element
    is_text: bool
    """The mark says that the element is the text, and not the whole article with its heading."""


def containers(root: Element, sizes: Sizes) -> Iterator[Container]:
    """The marked elements, the most exact mark first. Of several with the same mark, none is the text."""
    marked: dict[str, list[Element]] = {"text": [], "entry": [], "article": []}
    for element in elements(root):
        kind = _mark(element)
        if kind and not any(encloses(other, element) for other in marked[kind][-1:]):
            marked[kind].append(element)
    for kind in ("text", "entry"):
        if len(marked[kind]) == 1:
            yield Container(marked[kind][0], is_text=True)
    if articles := marked["article"]:
        largest = max(articles, key=lambda article: sizes.text[article])
        if sizes.text[largest] >= _MIN_SHARE * sum(sizes.text[article] for article in articles):
            yield Container(largest, is_text=False)


_MIN_SHARE = 0.6
"""Share of the text of all ``<article>`` elements; below it, they are a list of articles."""

_ENTRY = frozenset({"entry-content", "e-content"})
"""The classes of microformats (hAtom, h-entry) for the text of an article."""


def _mark(element: Element) -> str:
    if "articleBody" in (element.get("itemprop") or "").split():
        return "text"
    if not _ENTRY.isdisjoint((element.get("class") or "").split()):
        return "entry"
    return "article" if element.tag == "article" else ""


def trafilatura_words(root: Element) -> Words:
    """The text that trafilatura finds; empty if the extra ``generic`` is not installed."""
    library = _trafilatura()
    if library is None:
        return Counter()
    text = library.extract(deepcopy(root), fast=True, include_comments=False, include_tables=True)
    return words_of([text or ""])


@lru_cache(maxsize=1)
def _trafilatura() -> Any:
    try:
        return import_module("trafilatura")
    except ImportError:
        return None


def has_trafilatura() -> bool:
    return _trafilatura() is not None
