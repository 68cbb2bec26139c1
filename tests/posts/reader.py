"""The visible content of HTML, read with a parser other than the tested one."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import html5lib

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_UNSEEN = {"head", "iframe", "math", "noembed", "noframes", "noscript", "object", "script", "style", "svg"}
_UNSEEN |= {"audio", "canvas", "template", "title", "video"}
_HIDING = re.compile(r"display\s*:\s*none", re.IGNORECASE)


@dataclass(slots=True)
class Seen:
    """Text without white space; addresses of pictures and of visible links, in order."""

    text: str = ""
    pictures: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)


def seen(html: str, base_url: str = "") -> Seen:
    return seen_in(html5lib.parseFragment(html, namespaceHTMLElements=False), base_url)


def seen_in(root: Element, base_url: str = "") -> Seen:
    found = Seen(root.text or "")
    _walk(root, base_url, found)
    found.text = "".join(found.text.split())
    return found


def _walk(element: Element, base_url: str, found: Seen) -> None:
    for child in element:
        if isinstance(child.tag, str) and not _hidden(child):
            before = (found.text, len(found.pictures))
            at = len(found.links)
            found.text += child.text or ""
            _walk(child, base_url, found)
            if child.tag == "img":
                found.pictures.append(urljoin(base_url, child.get("src", "").strip()))
            shows = (found.text, len(found.pictures)) != before
            if (
                child.tag == "a"
                and shows
                and _web(target := urljoin(base_url, child.get("href", "").strip()))
            ):
                found.links.insert(at, target)
        found.text += child.tail or ""


def _hidden(element: Element) -> bool:
    if element.tag.rpartition("}")[2] in _UNSEEN or "hidden" in element.attrib:
        return True
    if _HIDING.search(element.get("style", "")):
        return True
    pixel = element.get("width") in {"0", "1"} or element.get("height") in {"0", "1"}
    pixel = pixel or "width:0" in element.get("style", "")
    return element.tag == "img" and (pixel or not _web(element.get("src", "")))


def _web(address: str) -> bool:
    return not re.match(r"\s*(?!https?:)[A-Za-z][\w+.-]*:", address) and bool(address.strip())
