"""The pages that list articles and categories."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any, Literal, Self
from urllib.parse import quote

from pydantic import Field, model_validator

from archiver.extract.formats import defaults_of
from archiver.sites.asking import Asking
from archiver.sites.paging import EndingStatus, OptionalNext, Order
from archiver.sites.part import Part, WrongKey
from archiver.sites.patterns import KEY, OptionalRegex, Regex, bounded, fill, has_group, template
from archiver.sites.reading import Reading
from archiver.sites.rules import AnyRule, Rule

RowField = Literal["id", "address", "title", "date", "source", "author", "digest", "link", "body"]


PAGED = ("page", "offset", "cursor")
"""The names in an address that lead from page to page."""


class Rows(Part):
    """The part of a page that lists articles, one in each row."""

    rows: str
    fields: dict[RowField, AnyRule]
    skip: list[Annotated[Regex, bounded(2)]] = Field(default_factory=list)
    """Patterns of addresses that are not of articles; a row with such an address is skipped."""

    @model_validator(mode="after")
    def _names_articles(self) -> Self:
        if not {"id", "address"} & set(self.fields):
            raise WrongKey("fields", "there is neither id nor address, so a row cannot name its article")
        for name, rule in self.fields.items():
            if rule.at.startswith("xpath:/"):
                raise WrongKey(
                    f"fields.{name}", f"{rule.at!r} begins at the page: write xpath:./… for the row"
                )
        return self

    def row_rules(self) -> Iterator[tuple[str, str | Rule]]:
        """Key and rule of every rule."""
        yield "rows", self.rows
        yield from ((f"fields.{name}", rule) for name, rule in self.fields.items())

    def skips(self, address: str) -> bool:
        return any(pattern.search(address) for pattern in self.skip)


class Home(Reading):
    """The page that lists the categories."""

    url: str
    links: str
    """Finds the addresses that name categories."""
    category: Annotated[Regex, has_group("category")]
    """Finds the category in such an address, after it was made absolute, as ``(?P<category>…)``."""
    names: str = ""
    """Finds tags. If the slug of a tag is a category in other letter case, the slug's spelling is used."""
    ignore: frozenset[str] = frozenset()
    max_categories: Annotated[int, Field(ge=1)] = 1000
    """Further categories are left out, and the home page is reported as incomplete."""
    articles: Rows | None = None
    """Articles on the home page; some of them may be on no category page."""

    @cached_property
    def page_rules(self) -> tuple[str, ...]:
        """The rules that are applied to the whole page."""
        rows = self.articles.rows if self.articles else ""
        return tuple(rule for rule in (self.present, self.links, self.names, rows) if rule)

    def keyed_rules(self) -> Iterator[tuple[str, str | Rule]]:
        yield from super().keyed_rules()
        yield "links", self.links
        if self.names:
            yield "names", self.names
        if self.articles:
            yield from ((f"articles.{key}", rule) for key, rule in self.articles.row_rules())


class Listing(Rows, Asking, Reading):
    """A page (or feed) that lists articles. In YAML, an address is short for ``{url: …}`` of a feed."""

    PLACES = ("category", *PAGED)

    url: Annotated[str, template(*PLACES, keys=True)]
    next: OptionalNext = None
    """Finds the address of the next page, or the value of ``{cursor}`` in it."""
    first_page: int = 1
    first_offset: Annotated[int, Field(ge=0)] = 0
    """``{offset}`` is this number and the number of rows on the pages before."""
    ends: frozenset[EndingStatus] = frozenset()
    """Statuses that mean, after the first page, that there are no more pages."""
    order: Order = "newest"
    """``newest``: the pages after one without new articles have none either, but for articles that were
    listed late."""
    max_pages: Annotated[int, Field(ge=1)] = 50
    max_rows: Annotated[int, Field(ge=1)] = 100_000
    """Rows of all pages together. Further rows are left out, and the listing is reported as incomplete."""
    category: Annotated[OptionalRegex, has_group("category")] = None
    """Finds the category in a row's address, as ``(?P<category>…)``, to detect another category's listing."""

    @model_validator(mode="before")
    @classmethod
    def _add_defaults(cls, said: Any) -> Any:
        """A format whose pages are all alike, such as ``feed``, knows its rows and fields."""
        if isinstance(said, str):
            said = {"url": said, "format": "sitemap" if "sitemap" in said.rpartition("/")[2] else "feed"}
        if not isinstance(said, dict):
            return said
        known = defaults_of(str(said.get("format", "html")))
        given = said.get("fields", {})
        if known is None or not isinstance(given, dict):
            return said
        following = (
            {"next": known.next} if known.next and "{" not in KEY.sub("", str(said.get("url"))) else {}
        )
        return {"rows": known.rows, **following, **said, "fields": {**known.fields, **given}}

    @cached_property
    def page_rules(self) -> tuple[str, ...]:
        """The rules that are applied to the whole page."""
        following = (rule.at for _, rule in self.next_rules)
        return tuple(rule for rule in (self.present, self.rows, *following) if rule)

    @property
    def next_rules(self) -> tuple[tuple[str, Rule], ...]:
        """Key and rule of what is read for the next page."""
        return tuple(self.next.keyed_rules()) if self.next else ()

    def with_bodies(self) -> Listing:
        """The listing with a rule for the text of the articles, if its format has one."""
        known = defaults_of(self.format)
        if known is None or "body" in self.fields or "body" not in known.full:
            return self
        return self.model_copy(update={"fields": {**self.fields, "body": Rule(at=known.full["body"])}})

    def keyed_rules(self) -> Iterator[tuple[str, str | Rule]]:
        yield from super().keyed_rules()
        yield from self.row_rules()
        yield from self.next_rules

    @model_validator(mode="after")
    def _check_next(self) -> Self:
        names = [name for name in PAGED if self.asks_for(name)]
        if self.next and self.next.address and names:
            raise WrongKey("next", f"remove next or {{{names[0]}}}: the url already leads to every page")
        if self.next and self.next.cursor and not self.asks_for("cursor"):
            raise WrongKey("next.cursor", "there is no {cursor} in the url")
        if self.asks_for("cursor") and not (self.next and self.next.cursor):
            raise WrongKey("next", "{cursor} is in the url: write next: {cursor: rule}")
        return self

    def keyed_addresses(self) -> Iterator[tuple[str, str]]:
        yield "url", self.url

    @cached_property
    def has_pages(self) -> bool:
        """Whether there may be a page after the first one."""
        known = defaults_of(self.format)
        has_index = known is not None and bool(known.index)
        return has_index or self.next is not None or self.is_numbered

    @property
    def is_numbered(self) -> bool:
        """Whether the request for a page has a number that grows from page to page."""
        return self.asks_for("page") or self.asks_for("offset")

    @property
    def counted(self) -> bool:
        """Whether the request for a page depends only on the number of pages before it."""
        return self.asks_for("page") and not (self.asks_for("offset") or self.asks_for("cursor"))

    def address(self, category: str, walked: int = 0, rows: int = 0, cursor: str = "") -> str:
        """The address of the page that follows the first ``walked`` pages of a category, which had ``rows``
        rows."""
        said = self.values(category, walked, rows, cursor)
        return fill(self.url, **{name: quote(str(value), safe="") for name, value in said.items()})

    def identity(self, category: str) -> str:
        """What the index calls the listing: the address of its first page, and the body of the request."""
        body = self.payload(**self.values(category))
        return f"{self.address(category)}#{body}" if body else self.address(category)

    def values(self, category: str, walked: int = 0, rows: int = 0, cursor: str = "") -> dict[str, str | int]:
        """The values for a body; see ``address``."""
        return {
            "category": category,
            "page": self.first_page + walked,
            "offset": self.first_offset + rows,
            "cursor": cursor,
        }

    def following(
        self, category: str, walked: int, link: str, *, empty: bool, rows: int = 0, cursor: str = ""
    ) -> str:
        """The address of the next page after ``walked`` pages with ``rows`` rows; empty if there is none.

        ``link`` and ``cursor`` are what ``next`` found on the latest page; ``empty``: it had no rows.
        """
        if not any(map(self.asks_for, PAGED)):
            return link
        if empty or (self.next and not cursor):
            return ""
        return self.address(category, walked, rows, cursor)
