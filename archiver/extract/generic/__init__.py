"""Reads an article page without any rule.

Each field is read where the page states it for programs (JSON-LD, microdata, ``meta``), else where it shows
it: the heading that ``<title>`` confirms, and the first full date and the first credit behind it. The text is
what readability finds. It is sure only if a second opinion agrees; else ``Generic.unsure`` says which rule to
write.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from archiver.errors import Quarantined
from archiver.extract.formats.allowance import Allowance
from archiver.extract.formats.html import HtmlPage
from archiver.extract.generic import metas, structured
from archiver.extract.generic.body import read_body
from archiver.extract.generic.heading import (
    LATEST,
    Heading,
    find_heading,
    first_part,
    is_credit,
    is_title_in,
    kind_of_date,
    read_lines,
    title_of,
)
from archiver.extract.generic.metas import Metas
from archiver.extract.generic.readable import text_elements
from archiver.extract.generic.tree import Element, Sizes
from archiver.extract.generic.work import MAX_ELEMENTS, size_of
from archiver.items import Evidence
from archiver.normalise import dates
from archiver.normalise.titles import are_alike

__all__ = ["Generic", "read_generic"]


@dataclass(frozen=True, slots=True)
class Generic:
    """What a page says without rules."""

    found: Mapping[str, Evidence]
    """``title``, ``date``, ``source``, ``author``, ``digest``, ``link``, ``body``: those that were found."""
    unsure: str = ""
    """Why the body is not to be posted, in one sentence that names the rule to write; empty if it may be."""


def read_generic(
    page: HtmlPage,
    url: str,
    wanted: Collection[str],
    hints: Mapping[str, str],
    allowance: Allowance | None = None,
) -> Generic:
    """The fields of ``wanted`` that the page at ``url`` has. ``hints``: what the listing says.

    The body takes most of the time, so leave it out of ``wanted`` if a rule gives it. Raises TooMuchWork if
    the page may take more work than the allowance.
    """
    size = size_of(page.part)
    if allowance:
        allowance.spend(size.units)
    if size.elements > MAX_ELEMENTS:
        return Generic(
            {},
            f"the page has {size.elements} elements, too many to be read without rules; write `article.body`",
        )
    reading = _Reading(page.part, url, hints)
    parts = text_elements(page.part) if "body" in wanted else []
    reading.heading = read_lines(reading.heading.title, parts)
    found = {name: said for name in wanted if name != "body" and (said := reading.said(name))}
    if "body" not in wanted:
        return Generic(found)
    body = read_body(Sizes(page.part), parts, reading.heading, reading.texts(), is_closed=reading.is_closed)
    if body.markup:
        found["body"] = Evidence(body.markup, "readability")
    return Generic(found, body.unsure)


class _Reading:
    """One page, and what each place in it says."""

    def __init__(self, root: Element, url: str, hints: Mapping[str, str]) -> None:
        self._url = url
        self._title = title_of(root)
        self._metas = Metas(root)
        self._items = structured.article_in_items(root)
        articles = structured.articles_in_json(root)
        headlines = [said["title"] for said in (*articles, self._items) if "title" in said]
        titles = [self._title, *self._metas.texts("title"), hints.get("title", ""), *headlines]
        self.heading = Heading(find_heading(root, titles))
        self._json = self._own(articles)

    def _own(self, articles: Sequence[structured.Said]) -> structured.Said:
        """The first article with the title of the page; a page may describe others, too."""
        title = self.heading.title.text if self.heading.title else first_part(self._title)
        alike = (said for said in articles if not title or are_alike(said.get("title", ""), title))
        return next(alike, {})

    @property
    def is_closed(self) -> bool:
        return "closed" in self._json

    def texts(self) -> list[str]:
        return [self._json["text"]] if "text" in self._json else []

    def said(self, name: str) -> Evidence | None:
        match name:
            case "title":
                return self._headline()
            case "date":
                return self._date()
            case "source":
                return next((said for said in self._sources() if is_credit(said.text)), None)
            case "link":
                return self._link()
            case _:
                return next(self._stated(name), None)

    def _stated(self, name: str) -> Iterator[Evidence]:
        """What the page states for programs, the most trusted first."""
        for said, origin in ((self._json, "json_ld"), (self._items, "microdata")):
            if name in said:
                yield Evidence(said[name], origin)
        if name in metas.NAMES:
            yield from (Evidence(text, "meta") for text in self._metas.texts(name))

    def _headline(self) -> Evidence | None:
        """A title without the name of the site; as the heading has it, if it is the same title."""
        site = self._metas.text("site") or self._json.get("publisher", "")
        shown = self.heading.title
        for said in self._stated("title"):
            title = metas.without_site(said.text, site)
            return Evidence(shown.text if shown and is_title_in(shown.text, title) else title, said.origin)
        if shown:
            return Evidence(shown.text, "heading")
        return Evidence(first_part(metas.without_site(self._title, site)), "meta") if self._title else None

    def _date(self) -> Evidence | None:
        """The first date, or a later one of about the same day that has a time."""
        stated = [*self._stated("date")]
        if self.heading.date:
            stated.append(Evidence(self.heading.date.text, "heading"))
        try:
            chosen = dates.decide(stated, LATEST).origin
        except Quarantined:
            return None
        return next((said for said in stated if said.origin == chosen and kind_of_date(said.text)), None)

    def _sources(self) -> Iterator[Evidence]:
        """A credit comes before the publisher, who publishes articles of others, too."""
        yield from self._stated("source")
        if self.heading.credit:
            yield Evidence(self.heading.credit.text, "heading")
        yield from self._stated("publisher")

    def _link(self) -> Evidence | None:
        if address := self._metas.link(self._url):
            return Evidence(address, "meta")
        links = ((metas.canonical(said.text, self._url), said.origin) for said in self._stated("link"))
        return next((Evidence(address, origin) for address, origin in links if address), None)
