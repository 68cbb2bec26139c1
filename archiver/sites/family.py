"""The kinds of post of a site."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from archiver.normalise.sources import DEFAULT_TAG
from archiver.sites.article import SaidField
from archiver.sites.part import Part
from archiver.sites.patterns import OneLine, Regex, bounded, template


class Family(Part):
    """A kind of post: the form of its ids, its category and tag, its link and footer."""

    name: str
    id: Annotated[Regex, bounded(4, whole=True)]
    needs: frozenset[Literal["title", "date", "body", "digest", "link", "source"]] = frozenset(
        {"title", "date", "body"}
    )
    category: Annotated[str, template("slug")] = "{slug}"
    tag: Annotated[str, template("source")] = DEFAULT_TAG
    link: Annotated[str, template("id", "digits", "address")]
    page: Annotated[str, template("site", "slug")] = "{site}category/{slug}.html"
    back: Annotated[str, template("tag", needs=1), OneLine] = "返回{tag}"
    """The text of the footer's link to ``page``."""
    home: Annotated[str, template(), OneLine] = "返回首页"
    """The text of the footer's link to the home page."""
    rules: dict[str, dict[SaidField, str]] = Field(default_factory=dict)
    """The origin of a step → rules that replace those of the step for articles of this family."""

    @property
    def by_source(self) -> bool:
        """Whether the category of these posts is the slug of their source."""
        return "{slug}" in self.category

    def link_back(self, site_url: str, category: str, tag: str) -> tuple[str, str]:
        """The address of the page of a category, and the text of the footer's link to it."""
        return self.page.format(site=site_url, slug=category), self.back.format(tag=tag)
