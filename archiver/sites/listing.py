"""The pages that name articles and categories."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal, Self
from urllib.parse import quote

from pydantic import Field, model_validator

from archiver.sites.part import Part, Reading, WrongKey
from archiver.sites.patterns import OptionalRegex, Regex, has_group, template

RowField = Literal["id", "address", "title", "date", "source", "digest", "link"]


class Rows(Part):
    """The part of a page that names articles, one in each row."""

    rows: str
    fields: dict[RowField, str]

    @model_validator(mode="after")
    def _names_articles(self) -> Self:
        if not {"id", "address"} & set(self.fields):
            raise WrongKey("fields", "neither id nor address, so no row could name its article")
        for name, rule in self.fields.items():
            if rule.startswith("xpath:/"):
                raise WrongKey(f"fields.{name}", f"{rule!r} begins at the page: write xpath:./… for the row")
        return self

    def row_rules(self) -> Iterator[tuple[str, str]]:
        """Key and rule, for every rule there is."""
        yield "rows", self.rows
        yield from ((f"fields.{name}", rule) for name, rule in self.fields.items())


class Home(Reading):
    """The page that shows which categories there are."""

    url: str
    links: str
    """Finds the addresses that name categories."""
    category: Annotated[Regex, has_group("category")]
    """Finds the category in such an address, made absolute, as ``(?P<category>…)``."""
    names: str = ""
    """Finds tags. If the slug of a tag is a category in other letter case, the slug is the right spelling."""
    ignore: frozenset[str] = frozenset()
    articles: Rows | None = None
    """Articles that the home page names; some of them may be in no category page."""

    def keyed_rules(self) -> Iterator[tuple[str, str]]:
        yield from super().keyed_rules()
        yield "links", self.links
        if self.names:
            yield "names", self.names
        if self.articles:
            yield from ((f"articles.{key}", rule) for key, rule in self.articles.row_rules())


class Listing(Rows, Reading):
    """A page (or feed) that lists articles."""

    url: Annotated[str, template("category", "page")]
    next: str = ""
    """Finds the address of the next page; not needed if ``url`` counts its pages with ``{page}``."""
    first_page: int = 1
    max_pages: Annotated[int, Field(ge=1)] = 50
    max_rows: Annotated[int, Field(ge=1)] = 100_000
    """Of all its pages; further rows are left out, and the listing is incomplete."""
    category: Annotated[OptionalRegex, has_group("category")] = None
    """Finds the category in a row's address, as ``(?P<category>…)``, to notice the listing of another one."""

    def keyed_rules(self) -> Iterator[tuple[str, str]]:
        yield from super().keyed_rules()
        yield from self.row_rules()
        if self.next:
            yield "next", self.next

    @model_validator(mode="after")
    def _has_one_way_on(self) -> Self:
        if self.next and self.counted:
            raise WrongKey("next", "the url counts its pages with {page} already")
        return self

    @property
    def counted(self) -> bool:
        """Whether the address contains the number of the page."""
        return "{page}" in self.url

    def address(self, category: str, walked: int = 0) -> str:
        """The address of a category's page after the first ``walked`` ones."""
        return self.url.format(category=quote(category, safe=""), page=self.first_page + walked)

    def following(self, category: str, walked: int, link: str, *, empty: bool) -> str:
        """The address after ``walked`` pages; empty if there is none.

        ``link`` is what ``next`` found on the last of them; ``empty``: it had no rows.
        """
        if self.counted:
            return "" if empty else self.address(category, walked)
        return link
