"""The text of an article as readability finds it, as elements of the page itself.

readability works on a copy of the page, which it changes. Each element of the copy has a number, by which the
original elements are found; their pictures, captions and attributes are whole.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from lxml import etree
from lxml.html import HtmlElement
from readability import Document
from readability.readability import Unparseable

from archiver.extract.generic.tree import MAX_LABEL, UNSEEN, Element, enclosing

_NUMBER = "data-number"
_KEPT = ("class", "id", "itemprop")
_RETRY = 100
"""With fewer characters of text, readability tries again and removes less."""

_MAX_PARTS = 4
"""Elements beside each other that are one text; more of them are taken as their parent."""

logging.getLogger("readability").setLevel(logging.CRITICAL)  # it logs a traceback for a page without a text


class _Reading(Document):  # type: ignore[misc]  # it has no types
    """readability without two steps that take a time that grows with the square of the page.

    They clean the text that was found. We need no clean copy, because we take the original elements.
    """

    taken: Any = None

    def sanitize(self, node: Any, _candidates: Any, _keep_all_images: bool = False) -> str:
        self.taken = node
        return str(node.text_content())

    def get_editorial_leads(self, _best: Any) -> list[Any]:
        return []


def text_elements(root: Element) -> list[Element]:
    """The elements of the page with the text of the article, in their order; empty if there is none."""
    numbered = list(root.iter())
    reading = _Reading(_copy(root), retry_length=_RETRY)
    try:
        reading.summary(html_partial=True)
    except Unparseable:
        return []
    return _originals(reading.taken, numbered)


def _copy(root: Element) -> HtmlElement:
    """A copy with numbers, and without what readability need not see."""
    copy = deepcopy(root)
    for number, element in enumerate(list(copy.iter())):
        element.text, element.tail = _squeezed(element.text), _squeezed(element.tail)
        if isinstance(element.tag, str):
            kept = [(name, value[:MAX_LABEL]) for name in _KEPT if (value := element.get(name))]
            element.attrib.clear()
            for name, value in [*kept, (_NUMBER, str(number))]:
                element.set(name, value)
    etree.strip_elements(
        copy, etree.Comment, etree.ProcessingInstruction, *UNSEEN - {"head"}, with_tail=False
    )
    for link in list(copy.iter("a")):
        if any(True for _ in link.iterancestors("a")):
            link.tag = "span"
    assert isinstance(copy, HtmlElement)
    return copy


def _squeezed(text: str | None) -> str | None:
    return " ".join(f"|{text}|".split())[1:-1] if text else text


def _originals(taken: Any, numbered: Sequence[Element]) -> list[Element]:
    if taken is None:
        return []
    tops = [taken] if taken.get(_NUMBER) else list(taken)
    numbers = [next((each.get(_NUMBER) for each in top.iter() if each.get(_NUMBER)), None) for top in tops]
    found = [numbered[int(number)] for number in dict.fromkeys(numbers) if number]
    if not found:
        return []
    parent = found[0].getparent()
    if (None in numbers or len(found) > _MAX_PARTS) and parent is not None:
        return [parent]
    whole = [enclosing(found)]
    return whole if whole[0] in found else found
