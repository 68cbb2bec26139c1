"""A site as data: what its pages look like, where its articles are read, how its posts are named."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from datetime import tzinfo
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from archiver.errors import BadArgument
from archiver.extract.rules import Format, check_rule
from archiver.normalise.dates import BEIJING

IDS = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""What any id must match before it may touch a path (faults H1–H6), whatever the profile allows."""


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as exc:
        raise ValueError(f"{name!r} is no time zone") from exc
    return name


def _regex(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as exc:
        raise ValueError(f"{pattern!r} is no regular expression: {exc}") from exc
    return pattern


def _origin(url: str) -> str:
    if not re.fullmatch(r"https?://[^/?#@\s]+", url):
        raise ValueError(f"{url!r} is no origin: write http://host or http://host:port")
    return origin_of(url)


def _template(*allowed: str) -> AfterValidator:
    def check(template: str) -> str:
        try:
            names = [name for _, name, _, _ in string.Formatter().parse(template) if name is not None]
        except ValueError as exc:
            raise ValueError(f"{template!r} is no template: {exc}") from exc
        unknown = sorted(set(names) - set(allowed))
        if unknown:
            known = ", ".join(f"{{{name}}}" for name in allowed)
            raise ValueError(f"{template!r} has {{{unknown[0]}}}; known here: {known or 'none'}")
        return template

    return AfterValidator(check)


Regex = Annotated[str, AfterValidator(_regex)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Reading(_Part):
    """A page that is read by rules: CSS, ``xpath:…`` or, for JSON, JMESPath."""

    format: Format = "html"
    present: str = ""
    """A page in which this finds nothing is another page (an error page, a wall)."""

    def check_rules(self, **rules: str) -> None:
        for key, rule in rules.items():
            if rule:
                try:
                    check_rule(rule, self.format)
                except ValueError as exc:
                    raise ValueError(f"{key}: {exc}") from exc


RowField = Literal["id", "address", "title", "date", "source", "digest", "link"]


class Rows(_Reading):
    """The part of a page that names articles, one row each."""

    rows: str
    fields: dict[RowField, str]

    @model_validator(mode="after")
    def _row_rules(self) -> Self:
        self.check_rules(rows=self.rows, present=self.present)
        self.check_rules(**{f"fields.{name}": rule for name, rule in self.fields.items()})
        if not {"id", "address"} & set(self.fields):
            raise ValueError("fields: neither id nor address, so no row could name its article")
        return self


class Home(_Reading):
    """The page that shows which categories there are."""

    url: str
    links: str
    """Finds the addresses that name categories."""
    category: Regex
    """Finds the category in such an address, made absolute, as ``(?P<category>…)``."""
    names: str = ""
    """Finds tags; a slug made of one tells how a category that an address has in lower case is written."""
    ignore: frozenset[str] = frozenset()
    articles: Rows | None = None
    """Articles the home page names itself, some of them perhaps in no category page."""

    @model_validator(mode="after")
    def _rules(self) -> Self:
        self.check_rules(links=self.links, names=self.names, present=self.present)
        if "category" not in re.compile(self.category).groupindex:
            raise ValueError(f"category: {self.category!r} has no group (?P<category>…)")
        return self


class Listing(Rows):
    """A page (or feed) that lists articles."""

    url: Annotated[str, _template("category", "page")]
    next: str = ""
    """Finds the address of the next page; with ``{page}`` in ``url`` pages are counted instead."""
    first_page: int = 1
    max_pages: Annotated[int, Field(ge=1)] = 50

    @model_validator(mode="after")
    def _rules(self) -> Self:
        self.check_rules(next=self.next)
        if self.next and self.counted:
            raise ValueError("next: the url counts its pages with {page} already")
        return self

    @property
    def counted(self) -> bool:
        return "{page}" in self.url

    def address(self, category: str, walked: int = 0) -> str:
        """The address of a category's first page, or of the one after so many."""
        return self.url.format(category=quote(category), page=self.first_page + walked)

    def following(self, category: str, walked: int, link: str, *, empty: bool) -> str:
        """The address after ``walked`` pages; empty where there is none. ``link`` is what ``next`` found."""
        if self.counted:
            return "" if empty else self.address(category, walked)
        return link


SaidField = Literal["id", "title", "date", "source", "tag", "body", "digest", "link"]


class Step(_Reading):
    """One place to read an article."""

    origin: Literal["answer", "post_page"]
    urls: Annotated[list[Annotated[str, _template("id", "digits", "address")]], Field(min_length=1)]
    fields: dict[SaidField, str]
    address: Regex = ""
    """What ``{address}`` must look like for this step to read it; empty: anything."""

    @model_validator(mode="after")
    def _rules(self) -> Self:
        self.check_rules(
            present=self.present, **{f"fields.{name}": rule for name, rule in self.fields.items()}
        )
        return self

    def addresses(self, article_id: str, key: str, address: str) -> list[str]:
        """Where to ask, mirrors after the first; empty where the article's address is needed and unknown."""
        known = bool(address) and re.search(self.address, address) is not None
        return [
            url.format(id=article_id, digits=key, address=address)
            for url in self.urls
            if known or "{address}" not in url
        ]


class Family(_Part):
    """A kind of post: whose ids, which category and tag, which link and footer."""

    name: str
    id: Regex
    needs: frozenset[Literal["title", "date", "body", "digest", "link", "source"]] = frozenset(
        {"title", "date", "body"}
    )
    category: Annotated[str, _template("slug")] = "{slug}"
    tag: Annotated[str, _template("source")] = "{source}新闻"
    link: Annotated[str, _template("id", "digits", "address")]
    page: Annotated[str, _template("site", "slug")] = "{site}category/{slug}.html"
    rules: dict[Literal["answer", "post_page"], dict[SaidField, str]] = {}
    """Rules that take the place of a step's for articles of this family."""

    @property
    def by_source(self) -> bool:
        """Whether posts of this family are filed under who is credited."""
        return "{slug}" in self.category


class Profile(_Part):
    """A whole site; :func:`load` reads one from YAML."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
    title: str = ""
    time_zone: Annotated[str, AfterValidator(_zone)] = "Asia/Shanghai"
    """What a time without a zone means; posts are always written in +08:00."""
    origins: Annotated[list[Annotated[str, AfterValidator(_origin)]], Field(min_length=1)]
    key: Regex = ""
    """The part of an id that is the same across families; empty: the whole id."""
    addresses: list[Regex] = []
    home: Home | None = None
    listing: Listing | None = None
    feeds: dict[str, Listing] = {}
    """Listings with an address of their own, by the name ``-a category=`` knows them by."""
    steps: Annotated[list[Step], Field(min_length=1)]
    families: Annotated[list[Family], Field(min_length=1)]
    aliases: dict[str, str] = {}
    slugs: dict[str, str] = {}
    """Names whose slug is not what the rule gives."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.listing is None and not self.feeds:
            raise ValueError("neither listing nor feeds: there would be nothing to crawl")
        if self.home is not None and self.listing is None:
            raise ValueError("home: it names categories, but there is no listing to crawl them with")
        for number, pattern in enumerate(self.addresses):
            if "id" not in re.compile(pattern).groupindex:
                raise ValueError(f"addresses.{number}: {pattern!r} has no group (?P<id>…)")
        for step in self.steps:
            for place, family in enumerate(self.families):
                rules = family.rules.get(step.origin, {})
                step.check_rules(
                    **{f"families.{place}.rules.{step.origin}.{k}": rule for k, rule in rules.items()}
                )
        for key, url in self._urls():
            if not self.allows(url):
                raise ValueError(f"{key}: {url} is at none of the origins")
        return self

    def _urls(self) -> Iterator[tuple[str, str]]:
        if self.home:
            yield "home.url", self.home.url
        if self.listing:
            yield "listing.url", self.listing.url
        yield from ((f"feeds.{name}.url", feed.url) for name, feed in self.feeds.items())
        for number, step in enumerate(self.steps):
            yield from ((f"steps.{number}.urls", url) for url in step.urls if not url.startswith("{"))

    @property
    def zone(self) -> tzinfo:
        """Beijing time is +08:00 at all times: the summer time of 1986 to 1991 is not in the contract."""
        return BEIJING if self.time_zone == "Asia/Shanghai" else ZoneInfo(self.time_zone)

    def family_of(self, article_id: str) -> Family | None:
        """The family whose ids look like this one; None for an id that no family allows."""
        if not IDS.fullmatch(article_id):
            return None
        return next((family for family in self.families if re.fullmatch(family.id, article_id)), None)

    def named_by(self, address: str) -> str:
        """The id an address names, unchecked; empty for an address of no known form."""
        found = (re.search(pattern, address) for pattern in self.addresses)
        return next((match["id"] for match in found if match), "")

    def key_of(self, article_id: str) -> str:
        """What an article's ids share across families and address forms; without a rule, the id itself."""
        found = re.search(self.key, article_id) if self.key else None
        return found[0] if found else article_id

    def link_of(self, family: Family, article_id: str, address: str) -> str:
        """The link a post of this family shows where no page told one."""
        return family.link.format(id=article_id, digits=self.key_of(article_id), address=address)

    def allows(self, url: str) -> bool:
        """Whether a request may go there: scheme, host and port of one of the origins, no credentials."""
        try:
            return "@" not in urlsplit(url).netloc and origin_of(url) in self.origins
        except ValueError:
            return False


def origin_of(url: str) -> str:
    """``scheme://host:port`` in one spelling; ValueError where there is none."""
    parts = urlsplit(url)
    default = {"http": 80, "https": 443}.get(parts.scheme)
    if default is None or not parts.hostname:
        raise ValueError(f"{url!r} has no http(s) host")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = default if parts.port is None else parts.port
    return f"{parts.scheme}://{host}" if port == default else f"{parts.scheme}://{host}:{port}"


def bundled() -> list[str]:
    """The names ``-a site=`` knows."""
    files = resources.files("archiver.sites").iterdir()
    return sorted(file.name.removesuffix(".yaml") for file in files if file.name.endswith(".yaml"))


def load(site: str) -> Profile:
    """The profile of that bundled name, or in that file (anything with a ``/`` or ``.yaml`` in it).

    Raises BadArgument with one sentence that names the file and the key.
    """
    if "/" in site or site.endswith((".yaml", ".yml")):
        try:
            text = Path(site).expanduser().read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as exc:
            raise BadArgument(f"cannot read the site profile {site}: {exc}") from exc
    elif site in bundled():
        text = resources.files("archiver.sites").joinpath(f"{site}.yaml").read_text(encoding="utf-8")
    else:
        raise BadArgument(
            f"unknown site {site!r}; bundled are {', '.join(bundled())}, or give a path to a .yaml"
        )
    return parse(text, site)


def parse(text: str, name: str) -> Profile:
    """The profile in a YAML text; ``name`` is what errors call it."""
    try:
        data: Any = yaml.safe_load(text)
    except yaml.YAMLError as exc:
        raise BadArgument(f"{name} is no YAML: {' '.join(str(exc).split())}") from exc
    if not isinstance(data, dict):
        raise BadArgument(f"{name}: a site profile is a mapping of keys, see docs/sites.md")
    try:
        return Profile.model_validate(data)
    except ValidationError as exc:
        first = exc.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        what = "unknown key" if first["type"] == "extra_forbidden" else first["msg"]
        what = what.removeprefix("Value error, ")
        raise BadArgument(f"{name}: {key}: {what}" if key else f"{name}: {what}") from exc
