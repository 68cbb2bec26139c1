"""Finds the rows of a listing in a page of HTML: links that repeat in the same place, best with dates."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import urldefrag, urljoin, urlsplit

from archiver.errors import ArticleError
from archiver.extract.formats.html import HtmlPage
from archiver.extract.generic.selectors import selector_of
from archiver.extract.generic.tree import Element, elements, enclosing, text_of
from archiver.normalise import dates
from archiver.sites.addresses import is_web

MIN_ROWS = 3
MAX_LINKS = 2000
MAX_ROWS = 60
"""Rows that are looked at."""

_MIN_TITLE = 6
"""Characters of a link that can be a title; the names of channels are shorter."""

_MOST = 0.8
"""The share of rows in which a rule must find a value."""

_NEXT = re.compile(r"(?:下一页|下页|后一页|next(?: page)?|older(?: posts)?)\s*[»›>→]?", re.IGNORECASE)
_NAME = re.compile(r"-?[A-Za-z_][A-Za-z0-9_-]*")
_OF_ARTICLE = re.compile(r"\d{4}|(?:[^/-]+-){2}[^/]")
"""In the path of an article: a number, or a title of three words."""
_DATED = re.compile(r"\d{1,4}[-/年.]\d{1,2}|\d{1,2}:\d{2}|分钟前|小时前|昨天|ago\b")


class FoundRows(NamedTuple):
    """Rules for a listing, and what they find."""

    rows: str
    address: str
    title: str
    date: str
    """Empty if the rows have no date."""
    next: str
    addresses: list[str]


def find_rows(page: HtmlPage, url: str, articles: Sequence[str] = ()) -> FoundRows | None:
    """The rows of the page at ``url``; ``articles``: addresses that are known to be of articles."""
    groups = _groups(page.part, url)
    ranked = sorted(groups, key=lambda group: _score(group, articles), reverse=True)
    for group in ranked:
        if _score(group, articles) > 0 and (found := _rules(page, group, url)):
            return found
    return None


class _Link(NamedTuple):
    element: Element
    address: str
    title: str


def _groups(root: Element, url: str) -> list[list[_Link]]:
    """The links of the page, those in the same kind of place together, each address once."""
    found: defaultdict[tuple[str, ...], dict[str, _Link]] = defaultdict(dict)
    for number, element in enumerate(root.iter("a")):
        if number >= MAX_LINKS:
            break
        address = urldefrag(urljoin(url, element.get("href") or "")).url
        title = text_of(element, 400)
        if is_web(address) and len(title) >= _MIN_TITLE and urlsplit(address).path not in ("", "/"):
            found[_place(element)].setdefault(address, _Link(element, address, title))
    return [list(group.values()) for group in found.values() if len(group) >= MIN_ROWS]


def _place(element: Element) -> tuple[str, ...]:
    """The tags and first classes of an element and those around it."""
    return tuple(_kind(each) for each in [element, *element.iterancestors()])


def _kind(element: Element) -> str:
    classes = [name for name in (element.get("class") or "").split() if not re.search(r"\d", name)]
    return f"{element.tag}.{classes[0]}" if classes and _NAME.fullmatch(classes[0]) else str(element.tag)


def _score(group: Sequence[_Link], articles: Sequence[str]) -> float:
    """Titles are longer than the names of channels. Their rows often have dates, or their addresses numbers;
    0 for links without either."""
    if articles:
        return sum(link.address in articles for link in group)
    links = group[:MAX_ROWS]
    dated = sum(bool(_DATED.search(text_of(_row(link, group), 2000))) for link in links)
    numbered = sum(bool(_OF_ARTICLE.search(urlsplit(link.address).path)) for link in links)
    if 2 * max(dated, numbered) < len(links):
        return 0
    return sum(min(len(link.title), 40) for link in links) * (1 + (2 * dated + numbered) / len(links))


def _row(link: _Link, group: Sequence[_Link]) -> Element:
    """The largest element around a link that has no other link of the group."""
    others = {other.element for other in group if other.element is not link.element}
    row = link.element
    for ancestor in link.element.iterancestors():
        if ancestor.tag in ("body", "html") or any(each in others for each in ancestor.iter("a")):
            break
        row = ancestor
    return row


def _rules(page: HtmlPage, group: Sequence[_Link], url: str) -> FoundRows | None:
    rows = [_row(link, group) for link in group[:MAX_ROWS]]
    selector = _selector(page, rows)
    found = page.rows(selector) if selector else []
    if len(found) < MIN_ROWS:
        return None
    wanted = {link.address for link in group}
    for link in _link_rules(rows[0], group[0].element):
        said = [urldefrag(urljoin(url, row.value(f"{link}::attr(href)"))).url for row in found]
        title = link or "xpath:."
        has_title = sum(bool(row.value(title)) for row in found) >= _MOST * len(found)
        if has_title and sum(address in wanted for address in said) >= _MOST * len(said):
            return FoundRows(selector, f"{link}::attr(href)", title, _date_rule(found), _next(page), said)
    return None


def _selector(page: HtmlPage, rows: Sequence[Element]) -> str:
    """A selector for the rows: their kind, inside the element around all of them."""
    around = enclosing(list(rows))
    if around in rows:
        return ""
    kinds = {_kind(row) for row in rows}
    kind = kinds.pop() if len(kinds) == 1 else str(rows[0].tag)
    outer = selector_of([around])
    for selector in (f"{outer} > {kind}", f"{outer} {kind}"):
        if len(page.rows(selector)) >= _MOST * len(rows):
            return selector
    return ""


def _link_rules(row: Element, link: Element) -> Iterator[str]:
    """Selectors for the link in a row, the shortest first; empty if the row is the link."""
    if row is link:
        yield ""
        return
    yield "a"
    if "." in _kind(link):
        yield _kind(link)
    parent = link.getparent()
    if parent is not None and parent is not row:
        yield f"{_kind(parent)} a"
        yield f"{_kind(parent)} > {_kind(link)}"


def _date_rule(rows: Sequence[HtmlPage]) -> str:
    """The first rule that finds a readable date in most rows."""
    first = rows[0].part
    inner = [each for each in elements(first) if each is not first and each.tag != "a"]
    candidates = ["time::attr(datetime)", "time", *(_kind(each) for each in inner)]
    for rule in dict.fromkeys(candidates):
        values = [row.value(rule) for row in rows]
        if sum(map(_is_date, values)) >= _MOST * len(values):
            return rule
    return ""


def _is_date(text: str) -> bool:
    if not 4 <= len(text) <= 60:
        return False
    try:
        dates.parse(text, datetime(2030, 1, 1, tzinfo=UTC))
    except (dates.DateError, ArticleError):
        return False
    return True


def _next(page: HtmlPage) -> str:
    """A rule for the address of the next page; empty if there is no link to one."""
    for rule in ("a[rel~=next]::attr(href)", "link[rel~=next]::attr(href)"):
        if page.value(rule):
            return rule
    for link in page.part.iter("a"):
        text = text_of(link, 30)
        if link.get("href") and _NEXT.fullmatch(text) and '"' not in text:
            return f'xpath://a[normalize-space()="{text}"]/@href'
    return ""
