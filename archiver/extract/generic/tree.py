"""Elements of a page and their texts, each in one pass over the page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml import etree

from archiver.normalise.elements import names
from archiver.normalise.text import clean

Element = etree._Element  # noqa: SLF001 - lxml has no other name for this type

UNSEEN = names("head iframe math noscript option script select style svg template textarea title")
"""Elements whose text is not read: nobody sees it, or it is no text of an article."""

MAX_LABEL = 200
"""Characters of a class or an id that are read."""


def found(xpath: etree.XPath, root: Element) -> list[Any]:
    """The elements or texts that an XPath expression finds."""
    matches: Any = xpath(root)
    return list(matches)


def elements(root: Element) -> Iterator[Element]:
    """The element and its descendants, without comments."""
    return root.iter(etree.Element)


def label_of(element: Element) -> str:
    """The class and the id of an element, which often say what it is."""
    return f"{(element.get('class') or '')[:MAX_LABEL]} {(element.get('id') or '')[:MAX_LABEL]}"


def shown_texts(root: Element, dropped: frozenset[Element] = frozenset()) -> Iterator[tuple[Element, str]]:
    """The texts inside an element in their order, each with the element that it is in."""
    pending: list[tuple[Element, bool]] = [(root, False)]
    while pending:
        node, is_behind = pending.pop()
        if is_behind:
            parent = node.getparent()
            if node.tail and parent is not None:
                yield parent, node.tail
            continue
        if node is not root:
            pending.append((node, True))
        if not isinstance(node.tag, str) or node.tag in UNSEEN or node in dropped:
            continue
        if node.text:
            yield node, node.text
        pending += [(child, False) for child in reversed(node)]


def text_of(root: Element, most: int) -> str:
    """The shown text on one line, with a blank between elements; empty for more than ``most`` characters."""
    pieces, length = [], 0
    for _, text in shown_texts(root):
        if text := clean(text):
            pieces.append(text)
            length += len(text)
            if length > most:
                return ""
    return " ".join(pieces)


def own_text(element: Element) -> str:
    """The text directly in an element, without that of the elements in it."""
    return clean(" ".join(filter(None, [element.text, *(child.tail for child in element)])))


class Sizes:
    """How many visible characters each element has, and how many of them are in links."""

    def __init__(self, root: Element) -> None:
        self.nodes = list(root.iter())
        """All nodes in their order. The list keeps the elements, which are the keys below."""
        self.text: dict[Element, int] = dict.fromkeys(self.nodes, 0)
        self.links: dict[Element, int] = dict.fromkeys(self.nodes, 0)
        self.linked: dict[Element, int] = dict.fromkeys(self.nodes, 0)
        """The number of links in an element."""
        for node in reversed(self.nodes):
            self._add(node)

    def _add(self, node: Element) -> None:
        if isinstance(node.tag, str) and node.tag not in UNSEEN:
            self.text[node] += _length(node.text)
            if node.tag == "a":
                self.links[node], self.linked[node] = self.text[node], 1
        else:
            self.text[node] = self.links[node] = self.linked[node] = 0
        parent = node.getparent()
        if parent is not None and parent in self.text:
            self.text[parent] += self.text[node] + _length(node.tail)
            self.links[parent] += self.links[node]
            self.linked[parent] += self.linked[node]

    def link_share(self, element: Element) -> float:
        return self.links[element] / max(self.text[element], 1)


def _length(text: str | None) -> int:
    return len("".join(text.split())) if text else 0


def encloses(outer: Element, inner: Element) -> bool:
    """Whether an element is another one, or contains it."""
    return outer is inner or any(ancestor is outer for ancestor in inner.iterancestors())


def enclosing(parts: list[Element]) -> Element:
    """The innermost element that contains all of these."""
    shared = [*reversed([parts[0], *parts[0].iterancestors()])]
    for part in parts[1:]:
        chain = [*reversed([part, *part.iterancestors()])]
        pairs = zip(shared, chain, strict=False)
        shared = [one for one, other in pairs if one is other]
    return shared[-1]
