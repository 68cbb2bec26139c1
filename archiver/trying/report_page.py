"""The pages that ``site-check`` has read, as one HTML file with the found parts marked.

The pages are hostile: only elements for text are kept, without attributes, and the policy of the file allows
no script, no request and no frame.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape

import nh3
from lxml import etree
from scrapy.http import Response

from archiver.errors import ArticleError
from archiver.extract.decode import decode
from archiver.extract.formats.html import HtmlFormat
from archiver.extract.generic.tree import Element
from archiver.fetch.headers import header
from archiver.normalise.elements import names
from archiver.safe_text import redact
from archiver.sites.profile import Profile
from archiver.terminal import Line
from archiver.trying.findings import SiteFound
from archiver.trying.rules import rules_of
from archiver.trying.words import lines_of

MAX_SHOWN = 200_000
"""Characters of a page that are shown."""

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_STYLE = """
body { font: 15px/1.5 sans-serif; margin: 1em auto; max-width: 70em; color-scheme: light dark }
pre { white-space: pre-wrap; overflow-wrap: anywhere }
pre, section { overflow: auto; padding: 1em; border: 1px solid #8888 }
.right { color: #080 } .wrong { color: #c00 } .doubt { color: #a60 } .faint { opacity: .7 }
.strong { font-weight: bold }
mark::before { content: "‹" attr(title) "› "; font-size: 70%; font-weight: bold }
"""
_TAGS = set(
    names(
        "article aside b blockquote br caption code dd div dl dt em figcaption figure footer h1 h2 h3 h4 h5"
        " h6 header hr i li main mark nav ol p pre s section small span strong sub sup table tbody td tfoot"
        " th thead time tr u ul"
    )
)

Marks = Sequence[tuple[str, str]]
"""Name and rule of each part to mark."""


def report_page(found: SiteFound, site: Profile, responses: Mapping[str, Response]) -> str:
    """One HTML file, which needs no other one."""
    parts = [
        "<!doctype html>",
        f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        f'<meta name="viewport" content="width=device-width"><title>{escape(found.site)}</title>',
        f"<style>{_STYLE}</style><pre>",
        *(_line(line) for line in lines_of(found)),
        "</pre>",
    ]
    for url, marks in _read(found, site):
        if url in responses:
            parts += [
                f"<h2>{escape(redact(url))}</h2>",
                f"<section>{_shown(responses[url], marks)}</section>",
            ]
    return "\n".join(parts) + "\n"


def _line(line: Line) -> str:
    return "".join(
        f'<span class="{style}">{escape(redact(text))}</span>' if style else escape(redact(text))
        for style, text in line
    )


def _read(found: SiteFound, site: Profile) -> Iterator[tuple[str, Marks]]:
    """Each address that was read, with the rules that were applied there."""
    for listing in found.listings:
        rule = site.listing_of(listing.category) if listing.category else None
        is_html = rule is not None and rule.format == "html"
        yield listing.asked.url, [("row", rule.rows)] if rule and is_html else []
    formats = {step.origin: step.format for step in site.steps}
    for article in found.articles:
        for asked in article.asked:
            rules = [one for one in rules_of(site, article.id) if one.step == asked.step and one.rule.at]
            is_html = formats.get(asked.step) == "html"
            yield asked.url, [(one.field, one.rule.at) for one in rules] if is_html else []


def _shown(response: Response, marks: Marks) -> str:
    try:
        text = decode(response.body, header(response, "Content-Type")).text
    except ArticleError as why:
        return escape(str(why))
    if "html" in header(response, "Content-Type") and len(text) <= MAX_SHOWN:
        return nh3.clean(_marked(text, marks), tags=_TAGS, attributes={"mark": {"title"}}, link_rel=None)
    return f"<pre>{escape(text[:MAX_SHOWN])}</pre>"


def _marked(text: str, marks: Marks) -> str:
    """The page, with an element ``mark`` around each part that a rule finds."""
    try:
        page = HtmlFormat().open(text)
        for own in page.part.iter("mark"):
            own.tag = "span"
        found = [(name, _elements(part.part for part in page.rows(rule))) for name, rule in marks]
    except ArticleError:
        return escape(text)
    for name, parts in found:
        for element in parts:
            _wrap(element, name)
    return etree.tostring(page.part, method="html", encoding="unicode")


def _elements(parts: Iterable[object]) -> list[Element]:
    """A rule may also find texts, which cannot be marked."""
    return [part for part in parts if isinstance(part, etree._Element) and part.getparent() is not None]  # noqa: SLF001


def _wrap(element: Element, name: str) -> None:
    parent = element.getparent()
    assert parent is not None
    mark = etree.Element("mark", title=name)
    mark.tail, element.tail = element.tail, None
    parent.replace(element, mark)
    mark.append(element)
