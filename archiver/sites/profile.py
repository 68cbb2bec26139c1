"""A site as data: the form of its pages, the places where its articles are read, the names of its posts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import tzinfo
from functools import cached_property, lru_cache
from typing import Annotated, Self
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from archiver.normalise.notices import Kind
from archiver.normalise.sources import DEFAULT_TAG
from archiver.normalise.zone import BEIJING
from archiver.sites.addresses import IDS, MAX_ADDRESS, AllowedOrigin, is_web, is_within, origin_of, with_https
from archiver.sites.article import ArticlePage, SaidField, Step
from archiver.sites.asking import Asking
from archiver.sites.categories import Category, named_categories
from archiver.sites.expected import Expected
from archiver.sites.family import CategoryTemplate, Family, LinkTemplate, TagTemplate
from archiver.sites.ids import id_of
from archiver.sites.listing import Home, Listing
from archiver.sites.part import Part, WrongKey
from archiver.sites.pattern_work import work_of
from archiver.sites.patterns import OptionalRegex, Regex, bounded, has_group, known, template
from archiver.sites.rules import check
from archiver.sites.text import Text

CATEGORY = re.compile(r"(?!\.{1,2}\Z)[^\x00-\x1f\x7f/\\?#%&<>\"'{}|^`]{1,80}")
"""A category, as in the address of its listing."""

MAX_ID = 64
"""Characters of an id; see ``addresses.IDS``."""


@lru_cache(maxsize=4096)
def _work_of_addresses(patterns: tuple[re.Pattern[str], ...], length: int) -> float:
    return sum(work_of(pattern, length) for pattern in patterns)


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as exc:
        raise ValueError(f"{name!r} is not a time zone") from exc
    return name


def _followed(aliases: dict[str, str]) -> dict[str, str]:
    """Each spelling with the last name of its chain: of 甲 → 乙 and 乙 → 丙 both become 丙."""
    return {spelling: _last_name(spelling, aliases) for spelling in aliases}


def _last_name(spelling: str, aliases: dict[str, str]) -> str:
    name, passed = aliases[spelling], {spelling}
    while name not in passed and aliases.get(name, name) != name:
        passed.add(name)
        name = aliases[name]
    if name in passed and aliases[name] != name:
        raise ValueError(f"{spelling!r} leads in a circle")
    return name


class Profile(Part):
    """A whole site; :func:`archiver.sites.load.load` reads one from YAML."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
    title: str = ""
    source: str = ""
    """Who is credited where an article credits nobody."""
    site_url: Annotated[str, Field(pattern=r"^((https?:)?//[^\s<>{}]+)?$")] = ""
    """The address of the published archive, for the footers of posts. Empty: ``ARCHIVER_SITE_URL``."""
    archive: Annotated[str, Field(pattern=r"^([a-z0-9][a-z0-9_-]*)?$")] = ""
    """The namespace of the articles' ids; empty: the name. Sites of one namespace share an archive."""
    time_zone: Annotated[str, AfterValidator(_zone)] = "Asia/Shanghai"
    """The zone of a time without a zone; posts are always written in +08:00."""
    origins: list[AllowedOrigin] = Field(default_factory=list)
    """Where requests may go. Empty in a file: the origins of the addresses in the profile."""
    key: Annotated[OptionalRegex, bounded(4)] = None
    """The part of an id that is the same in every family; None: the whole id."""
    also: list[Annotated[str, template("digits", needs=1)]] = Field(default_factory=list)
    """Forms of an article's id in other profiles of the namespace."""
    addresses: list[Annotated[Regex, has_group("id")]] = Field(default_factory=list)
    home: Home | None = None
    listing: Listing | None = None
    feeds: dict[str, Listing] = Field(default_factory=dict)
    """Listings with an address of their own; the key is the name for ``-a category=``."""
    categories: Annotated[dict[str, Category], BeforeValidator(named_categories)] = Field(
        default_factory=dict
    )
    """What ``{category}`` can be in ``listing.url`` → its names."""
    article: ArticlePage | None = None
    """Instead of ``steps``, for a site whose articles are read at one place."""
    steps: list[Step] = Field(default_factory=list)
    families: list[Family] = Field(default_factory=list)
    category: CategoryTemplate = "{slug}"
    """``category``, ``tag`` and ``link`` are those of the family of a site that has one family."""
    tag: TagTemplate = DEFAULT_TAG
    link: LinkTemplate = "{address}"
    text: Text = Field(default_factory=Text)
    notices: dict[Kind, list[str]] = Field(default_factory=dict)
    """Meaning → words of the short texts that a site shows in place of an article."""
    aliases: Annotated[dict[str, str], AfterValidator(_followed)] = Field(default_factory=dict)
    tests: list[Expected] = Field(default_factory=list)
    """Articles that ``site-check --saved`` and ``--live`` compare."""
    slugs: dict[str, str] = Field(default_factory=dict)
    """Source → slug, for sources whose slug differs from the general rule."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        """Fills in what a short profile leaves out, so that everybody else reads one form."""
        if self.article and self.steps:
            raise WrongKey("article", "write article or steps, not both")
        short = {"category", "tag", "link"} & self.model_fields_set
        if self.families and short:
            raise WrongKey(min(short), "the families of this profile have their own: write it there")
        page = self.article or ArticlePage()
        family = Family(name="article", id=IDS, category=self.category, tag=self.tag, link=self.link)
        self.__dict__["steps"] = self.steps or [page.as_step()]
        self.__dict__["families"] = self.families or [family]
        if not self.has_own_steps:
            self.__dict__["listing"] = self.listing and self.listing.with_bodies()
            self.__dict__["feeds"] = {name: feed.with_bodies() for name, feed in self.feeds.items()}
        self.__dict__["origins"] = self.origins or self._own_origins()
        return self

    def _own_origins(self) -> list[str]:
        urls = [url for _, url in self._keyed_urls() if is_web(url)]
        return list(dict.fromkeys(map(origin_of, urls)))

    @model_validator(mode="after")
    def _check_listings(self) -> Self:
        if self.listing is None and not self.feeds:
            raise WrongKey("listing", "there is neither listing nor feeds, so there is nothing to crawl")
        if self.home is not None and self.listing is None:
            raise WrongKey("home", "it lists categories, but there is no listing to read their articles from")
        if self.listing and not self.listing.asks_for("category"):
            raise WrongKey("listing.url", "there is no {category} in it; a list without it belongs in feeds")
        if self.categories and self.listing is None:
            raise WrongKey("categories", "there is no listing to read their articles from")
        for name in self.feeds.keys() & self.categories.keys():
            raise WrongKey(f"feeds.{name}", "a category has this name, too")
        for name in self.categories:
            if not CATEGORY.fullmatch(name):
                raise WrongKey(f"categories.{name}", "this cannot be a part of the address of a page")
        return self

    @model_validator(mode="after")
    def _check_also(self) -> Self:
        if self.also and self.key is None:
            raise WrongKey("also", "there is no key, so {digits} has no meaning")
        return self

    @model_validator(mode="after")
    def _check_steps(self) -> Self:
        origins = [step.origin for step in self.steps]
        for number, origin in enumerate(origins):
            if origin in origins[:number]:
                raise WrongKey(f"steps.{number}.origin", f"another step already has the name {origin!r}")
        return self

    @model_validator(mode="after")
    def _check_families(self) -> Self:
        formats = {step.origin: step.format for step in self.steps}
        for number, family in enumerate(self.families):
            for origin, rules in family.rules.items():
                key = f"families.{number}.rules.{origin}"
                if origin not in formats:
                    raise WrongKey(key, f"{origin!r} is unknown; known here: {known(formats)}")
                for name, rule in rules.items():
                    check(f"{key}.{name}", rule, formats[origin])
        return self

    @model_validator(mode="after")
    def _check_urls(self) -> Self:
        for key, url in self._keyed_urls():
            if not self.allows(url):
                raise WrongKey(key, f"{url} is not at one of the origins")
        return self

    def _keyed_urls(self) -> Iterator[tuple[str, str]]:
        if self.home:
            yield "home.url", self.home.url
        if self.listing:
            yield "listing.url", self.listing.url
        yield from ((f"feeds.{name}.url", feed.url) for name, feed in self.feeds.items())
        for number, step in enumerate(self.steps):
            yield from ((f"steps.{number}.urls", url) for url in step.urls if not url.startswith("{address}"))

    @property
    def keys(self) -> dict[str, str]:
        """The name of each key that requests need from the environment → a place that has it."""
        parts: list[tuple[str, Asking]] = [("listing", self.listing)] if self.listing else []
        parts += ((f"feeds.{name}", feed) for name, feed in self.feeds.items())
        parts += (
            ("article" if self.article else f"steps.{number}", step) for number, step in enumerate(self.steps)
        )
        return {
            name: f"{part}.{key}" for part, asking in reversed(parts) for name, key in asking.keys.items()
        }

    @property
    def namespace(self) -> str:
        return self.archive or self.name

    @property
    def zone(self) -> tzinfo:
        """For Asia/Shanghai always +08:00, as in posts: the summer time of 1986 to 1991 is ignored."""
        return BEIJING if self.time_zone == "Asia/Shanghai" else ZoneInfo(self.time_zone)

    @property
    def fixed_categories(self) -> dict[str, str]:
        """The categories that are the same for every post, in lower case → their tags."""
        fixed = (family for family in self.families if "{" not in family.category)
        return {family.category.casefold(): family.tag for family in fixed}

    def family_of(self, article_id: str) -> Family | None:
        """The first family whose pattern matches the id; None if no family allows it."""
        if not IDS.fullmatch(article_id):
            return None
        return next((family for family in self.families if family.id.fullmatch(article_id)), None)

    def named_by(self, address: str) -> str:
        """The id in an address, percent-decoded once. It is not checked, and empty if no pattern matches.

        A profile without patterns has the ids of ``ids.id_of``.
        """
        if len(address) > MAX_ADDRESS:
            return ""
        if not self.addresses:
            return id_of(address, is_ours=self.allows(self.requested_at(address)))
        found = (pattern.search(address) for pattern in self.addresses)
        return unquote(next((match["id"] or "" for match in found if match), ""))

    def work_of_address(self, address: str) -> float:
        """An upper bound for ``named_by``, and for the patterns that the id is then compared with."""
        length = min(len(address), MAX_ADDRESS)
        return _work_of_addresses(tuple(self.addresses), length) + self._work_of_ids

    def work_of_key(self, text: str) -> float:
        """An upper bound for ``key_of``, for a text that need not be an id."""
        return work_of(self.key, len(text)) if self.key else 0

    @cached_property
    def _work_of_ids(self) -> float:
        work = sum(work_of(family.id, MAX_ID, whole=True) for family in self.families)
        return work + (work_of(self.key, MAX_ID) if self.key else 0)

    def key_of(self, article_id: str) -> str:
        """The part of an id that is the same in every family; the whole id if the profile has no ``key``."""
        found = self.key.search(article_id) if self.key else None
        return found[0] if found else article_id

    def other_ids(self, article_id: str) -> list[str]:
        """The ids under which another profile of the namespace may have the article: ``also``, and what
        ``key`` finds."""
        if self.key is None:
            return []
        key = self.key_of(article_id)
        ids = (key, *(form.format(digits=key) for form in self.also))
        return [other for other in dict.fromkeys(ids) if other != article_id]

    def files_under(self, article_id: str, category: str) -> bool:
        """Whether this profile itself makes posts with this id in this category, so that such a post is an
        article of its own also if another id has the same key."""
        family = self.family_of(article_id)
        return family is not None and (family.fixed is None or family.fixed[0] == category)

    def link_of(self, family: Family, article_id: str, address: str) -> str:
        """The link for a post of this family, used if no page gives one."""
        return family.link.format(id=article_id, digits=self.key_of(article_id), address=address)

    @property
    def has_own_steps(self) -> bool:
        """Whether the profile says where articles are read. If not, a row with a text needs no request."""
        return not {"article", "steps"}.isdisjoint(self.model_fields_set)

    @property
    def joins_pages(self) -> bool:
        """Whether articles of several pages are read as a whole."""
        return any(step.next for step in self.steps)

    def listing_of(self, category: str) -> Listing | None:
        return self.feeds.get(category) or self.listing

    def category_named(self, name: str) -> str:
        """The category with this number, slug or title; the name itself if the profile does not know it."""
        if name in self.feeds or name in self.categories:
            return name
        found = (key for key, category in self.categories.items() if name in category.names)
        return next(found, name)

    def title_of(self, category: str) -> str:
        """The title of a category for readers; its name if it has none."""
        known = self.categories.get(category)
        return known.title if known else category

    @property
    def readers_title(self) -> str:
        return self.title or self.name

    def requested_at(self, url: str) -> str:
        """The address with https, if the site is requested only by https."""
        return with_https(url, self.origins)

    def rules_for(self, name: SaidField, article_id: str) -> str:
        """The rules that find a field of this article, for a message: ``post_page 'h1', api 'Title'``."""
        family = self.family_of(article_id)
        special = family.rules if family else {}
        found = (
            (step.origin, {**step.fields, **special.get(step.origin, {})}.get(name)) for step in self.steps
        )
        return ", ".join(f"{origin} {rule}" for origin, rule in found if rule) or "none in the profile"

    def allows(self, url: str) -> bool:
        """Whether a request to this address is allowed: it is at one of the origins, without credentials."""
        return is_within(url, self.origins)
