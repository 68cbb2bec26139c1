"""Parts inside the text of an article that are no part of it: links to other articles, buttons, comments."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from archiver.extract.generic.tree import Element, Sizes, label_of
from archiver.normalise.concealed import FURNITURE_CLASS
from archiver.normalise.elements import names

_NEVER = names("button form input nav select textarea")
_GROUPS = names("aside div dl footer header ol section table ul")
_FILE = re.compile(r"\.(?:pdf|docx?|xlsx?|pptx?|zip|rar|7z|txt|csv|ofd|wps)(?:[?#]|$)", re.IGNORECASE)
_CLASS = re.compile(
    r"(?:^|[\s_-])(?:author-?(?:box|bio|info)|bread-?crumbs?|copyright|jubao|newsletter|outbrain|pag(?:er|ination)"
    r"|post-?navigation|promo\w*|shar(?:e|ing)\w*|sidebar|subscri\w+|taboola|toolbar)(?:$|[\s_-])",
    re.IGNORECASE,
)

MAX_SHARE = 0.3
"""A part with a larger share of the text is the text, whatever its class is."""

_COMMENTS = re.compile(
    r"(?:^|[\s_-])(?:comment(?:s|-?list|-?body|-?area)?|disqus\w*)(?:$|[\s_-])", re.IGNORECASE
)

_MAX_LABELLED = 80
_LABELLED_LINK_SHARE = 0.3
"""A longer part with fewer links is text, although its class is that of a tool bar or a list of links."""

_MIN_LINKS = 3
_LINK_SHARE = 0.5


def furniture(parts: Sequence[Element], sizes: Sizes) -> Iterator[Element]:
    """The outermost elements inside the parts that are no text of the article."""
    most = MAX_SHARE * sum(sizes.text[part] for part in parts)
    for part in parts:
        pending = [*reversed(part)]
        while pending:
            element = pending.pop()
            if not isinstance(element.tag, str):
                continue
            if sizes.text[element] <= most and _is_furniture(element, sizes):
                yield element
            else:
                pending += reversed(element)


def _is_furniture(element: Element, sizes: Sizes) -> bool:
    if element.tag in _NEVER:
        return True
    if element.tag not in _GROUPS:
        return False
    label = label_of(element)
    if _COMMENTS.search(label):
        return True
    if FURNITURE_CLASS.search(label) or _CLASS.search(label):
        return sizes.text[element] <= _MAX_LABELLED or sizes.link_share(element) >= _LABELLED_LINK_SHARE
    is_links = sizes.linked[element] >= _MIN_LINKS and sizes.link_share(element) >= _LINK_SHARE
    return is_links and not any(_FILE.search(link.get("href") or "") for link in element.iter("a"))
