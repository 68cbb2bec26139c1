"""The kinds of post of a site."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from archiver.normalise.slugs import slug_of
from archiver.normalise.sources import DEFAULT_TAG
from archiver.sites.article import SaidField
from archiver.sites.part import Part
from archiver.sites.patterns import OneLine, Regex, bounded, template
from archiver.sites.rules import AnyRule

CategoryTemplate = Annotated[str, template("slug", "category", "site"), OneLine]
TagTemplate = Annotated[str, template("source", "slug", "category", "site"), OneLine]
LinkTemplate = Annotated[str, template("id", "digits", "address"), OneLine]


class Family(Part):
    """A kind of post: the form of its ids, its category and tag, its link and footer."""

    name: str
    id: Annotated[Regex, bounded(4, whole=True)]
    needs: frozenset[Literal["title", "date", "body", "digest", "link", "source"]] = frozenset(
        {"title", "date", "body"}
    )
    category: CategoryTemplate = "{slug}"
    tag: TagTemplate = DEFAULT_TAG
    link: LinkTemplate = "{address}"
    page: Annotated[str, template("site", "slug")] = "{site}category/{slug}.html"
    back: Annotated[str, template("tag", needs=1), OneLine] = "返回{tag}"
    """The text of the footer's link to ``page``."""
    home: Annotated[str, template(), OneLine] = "返回首页"
    """The text of the footer's link to the home page."""
    rules: dict[str, dict[SaidField, AnyRule]] = Field(default_factory=dict)
    """The origin of a step → rules that replace those of the step for articles of this family."""

    @property
    def by_source(self) -> bool:
        """Whether the category of these posts is the slug of their source."""
        return "{slug}" in self.category

    @property
    def needs_source(self) -> bool:
        return self.by_source or "{source}" in self.tag or "{slug}" in self.tag

    @property
    def source_tag(self) -> str:
        """The template of the tag if the source can be read from a tag; else empty."""
        return self.tag if self.by_source and self.tag.count("{") == 1 and "{source}" in self.tag else ""

    @property
    def needs_listing(self) -> bool:
        """Whether the category of the listing decides where a post is filed."""
        return "{category}" in self.category + self.tag

    @property
    def fixed(self) -> tuple[str, str] | None:
        """Category and tag, if they are the same for every post."""
        return None if "{" in self.category + self.tag else (self.category, self.tag)

    def link_back(self, site_url: str, category: str, tag: str) -> tuple[str, str]:
        """The address of the page of a category, and the text of the footer's link to it."""
        return self.page.format(site=site_url, slug=category), self.back.format(tag=tag)

    def category_of(self, slug: str, listed: str, site: str) -> str:
        """``listed``: the category of the listing; an article that a user named has none."""
        return self.category.format(slug=slug, category=slug_of(listed or site), site=site)

    def tag_of(self, source: str, slug: str, category: str, site: str) -> str:
        """``category`` and ``site`` are titles for readers."""
        return self.tag.format(source=source, slug=slug, category=category or site, site=site)
