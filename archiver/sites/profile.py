"""A site as data: what its pages look like, where its articles are read, how its posts are named."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from datetime import tzinfo
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import quote, unquote, urlsplit
from zoneinfo import ZoneInfo

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails

from archiver.errors import BadArgument
from archiver.extract.formats import Format, check_rule
from archiver.normalise.notices import Kind
from archiver.normalise.zone import BEIJING
from archiver.sites.text import Text

IDS = re.compile(r"(?!(?i:aux|con|nul|prn|com[0-9]|lpt[0-9])\Z)[A-Za-z0-9_][A-Za-z0-9_-]{0,63}")
"""What any id must match before it may touch a path (faults H1 to H6), whatever the profile allows."""

MAX_ADDRESS = 2048
"""Characters; a longer address names nothing, so no pattern of a profile ever meets one."""


class _WrongKey(ValueError):
    """What is wrong, and with which key of the part that is being checked."""

    def __init__(self, key: str, what: object) -> None:
        super().__init__(f"{key}: {what}")
        self.key = key
        self.what = str(what)


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as exc:
        raise ValueError(f"{name!r} is no time zone") from exc
    return name


def _regex(pattern: object) -> object:
    if not isinstance(pattern, str):
        return pattern
    try:
        return re.compile(pattern) if pattern else None
    except (re.error, OverflowError) as exc:
        raise ValueError(f"{pattern!r} is no regular expression: {exc}") from exc


def _origin(url: str) -> str:
    try:
        if re.fullmatch(r"(?i:https?)://[A-Za-z0-9.:_\[\]-]+", url):
            return origin_of(url)
    except ValueError as exc:
        raise ValueError(f"{url!r} is no origin: {exc}") from exc
    raise ValueError(f"{url!r} is no origin: write http://host or http://host:port")


def _template(*allowed: str, needs: int = 0) -> AfterValidator:
    """A text with ``{names}`` in it, at least ``needs`` of them."""
    known = ", ".join(f"{{{name}}}" for name in allowed)

    def check(template: str) -> str:
        try:
            parts = list(string.Formatter().parse(template))
        except ValueError as exc:
            raise ValueError(f"{template!r} is no template: {exc}") from exc
        names = [name for _, name, _, _ in parts if name is not None]
        for _, name, spec, conversion in parts:
            if name is not None and (name not in allowed or spec or conversion):
                written = name + (f"!{conversion}" if conversion else "") + (f":{spec}" if spec else "")
                raise ValueError(f"{template!r} has {{{written}}}; known here: {known}")
        if len(names) < needs:
            raise ValueError(f"{template!r} is the same for all: it has none of {known}")
        return template

    return AfterValidator(check)


Regex = Annotated[re.Pattern[str], BeforeValidator(_regex)]
OptionalRegex = Annotated[re.Pattern[str] | None, BeforeValidator(_regex)]
"""None, in YAML also ``""``: there is no such rule."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Reading(_Part):
    """A page that is read by rules: CSS, ``xpath:…`` or, for JSON, JMESPath."""

    format: Format = "html"
    present: str = ""
    """A page in which this finds nothing is another page (an error page, a wall)."""

    @model_validator(mode="after")
    def _present(self) -> Self:
        if self.present:
            _check("present", self.present, self.format)
        return self


def _check(key: str, rule: str, fmt: Format) -> None:
    try:
        check_rule(rule, fmt)
    except ValueError as exc:
        raise _WrongKey(key, exc) from exc


RowField = Literal["id", "address", "title", "date", "source", "digest", "link"]


class Rows(_Part):
    """The part of a page that names articles, one row each."""

    rows: str
    fields: dict[RowField, str]

    @model_validator(mode="after")
    def _names_articles(self) -> Self:
        if not {"id", "address"} & set(self.fields):
            raise _WrongKey("fields", "neither id nor address, so no row could name its article")
        for name, rule in self.fields.items():
            if rule.startswith("xpath:/"):
                raise _WrongKey(f"fields.{name}", f"{rule!r} begins at the page: write xpath:./… for the row")
        return self

    def check(self, fmt: Format, under: str = "") -> None:
        _check(f"{under}rows", self.rows, fmt)
        for name, rule in self.fields.items():
            _check(f"{under}fields.{name}", rule, fmt)


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
        _check("links", self.links, self.format)
        if self.names:
            _check("names", self.names, self.format)
        if self.articles:
            self.articles.check(self.format, "articles.")
        if "category" not in self.category.groupindex:
            raise _WrongKey("category", f"{self.category.pattern!r} has no group (?P<category>…)")
        return self


class Listing(Rows, _Reading):
    """A page (or feed) that lists articles."""

    url: Annotated[str, _template("category", "page")]
    next: str = ""
    """Finds the address of the next page; with ``{page}`` in ``url`` pages are counted instead."""
    first_page: int = 1
    max_pages: Annotated[int, Field(ge=1)] = 50
    max_rows: Annotated[int, Field(ge=1)] = 100_000
    """Of all its pages; what a listing names beyond is left out, and the listing incomplete."""
    category: OptionalRegex = None
    """Finds the category in a row's address, as ``(?P<category>…)``: a listing of another one is noticed."""

    @model_validator(mode="after")
    def _rules(self) -> Self:
        self.check(self.format)
        if self.category and "category" not in self.category.groupindex:
            raise _WrongKey("category", f"{self.category.pattern!r} has no group (?P<category>…)")
        if self.next:
            _check("next", self.next, self.format)
        if self.next and self.counted:
            raise _WrongKey("next", "the url counts its pages with {page} already")
        return self

    @property
    def counted(self) -> bool:
        return "{page}" in self.url

    def address(self, category: str, walked: int = 0) -> str:
        """The address of a category's first page, or of the one after so many."""
        return self.url.format(category=quote(category, safe=""), page=self.first_page + walked)

    def following(self, category: str, walked: int, link: str, *, empty: bool) -> str:
        """The address after ``walked`` pages; empty where there is none. ``link`` is what ``next`` found."""
        if self.counted:
            return "" if empty else self.address(category, walked)
        return link


SaidField = Literal["id", "title", "date", "source", "tag", "body", "digest", "link"]


class Step(_Reading):
    """One place to read an article."""

    origin: Literal["answer", "post_page"]
    urls: Annotated[list[Annotated[str, _template("id", "digits", "address", needs=1)]], Field(min_length=1)]
    fields: dict[SaidField, str]
    address: OptionalRegex = None
    """What ``{address}`` must look like for this step to read it; None: anything."""

    @model_validator(mode="after")
    def _rules(self) -> Self:
        for name, rule in self.fields.items():
            _check(f"fields.{name}", rule, self.format)
        return self

    def addresses(self, article_id: str, key: str, address: str) -> list[str]:
        """Where to ask, mirrors after the first; empty where the article's address is needed and unknown."""
        return [
            url.format(id=article_id, digits=key, address=address)
            for url in self.urls
            if "{address}" not in url or self._reads(address)
        ]

    def _reads(self, address: str) -> bool:
        return _is_web(address) and (self.address is None or self.address.search(address) is not None)


DEFAULT_TAG = "{source}新闻"
"""The tag of a post that is filed under its source."""


class Family(_Part):
    """A kind of post: whose ids, which category and tag, which link and footer."""

    name: str
    id: Regex
    needs: frozenset[Literal["title", "date", "body", "digest", "link", "source"]] = frozenset(
        {"title", "date", "body"}
    )
    category: Annotated[str, _template("slug")] = "{slug}"
    tag: Annotated[str, _template("source")] = DEFAULT_TAG
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
    key: OptionalRegex = None
    """The part of an id that is the same across families; None: the whole id."""
    addresses: list[Regex] = []
    home: Home | None = None
    listing: Listing | None = None
    feeds: dict[str, Listing] = {}
    """Listings with an address of their own, by the name ``-a category=`` knows them by."""
    steps: Annotated[list[Step], Field(min_length=1)]
    families: Annotated[list[Family], Field(min_length=1)]
    text: Text = Text()
    notices: dict[Kind, list[str]] = {}
    """Words of the texts that stand where an article should be, by what they mean."""
    aliases: dict[str, str] = {}
    slugs: dict[str, str] = {}
    """Names whose slug is not what the rule gives."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.listing is None and not self.feeds:
            raise _WrongKey("listing", "neither listing nor feeds: there would be nothing to crawl")
        if self.home is not None and self.listing is None:
            raise _WrongKey("home", "it names categories, but there is no listing to crawl them with")
        if self.listing and "{category}" not in self.listing.url:
            raise _WrongKey("listing.url", "no {category} in it; a single list is one of the feeds")
        for number, pattern in enumerate(self.addresses):
            if "id" not in pattern.groupindex:
                raise _WrongKey(f"addresses.{number}", f"{pattern.pattern!r} has no group (?P<id>…)")
        for place, family in enumerate(self.families):
            for step in self.steps:
                for name, rule in family.rules.get(step.origin, {}).items():
                    _check(f"families.{place}.rules.{step.origin}.{name}", rule, step.format)
        for key, url in self._urls():
            if not self.allows(url):
                raise _WrongKey(key, f"{url} is at none of the origins")
        return self

    def _urls(self) -> Iterator[tuple[str, str]]:
        if self.home:
            yield "home.url", self.home.url
        if self.listing:
            yield "listing.url", self.listing.url
        yield from ((f"feeds.{name}.url", feed.url) for name, feed in self.feeds.items())
        for number, step in enumerate(self.steps):
            yield from ((f"steps.{number}.urls", url) for url in step.urls if not url.startswith("{address}"))

    @property
    def zone(self) -> tzinfo:
        """Beijing time is +08:00 at all times: the summer time of 1986 to 1991 is not in the contract."""
        return BEIJING if self.time_zone == "Asia/Shanghai" else ZoneInfo(self.time_zone)

    def family_of(self, article_id: str) -> Family | None:
        """The family whose ids look like this one; None for an id that no family allows."""
        if IDS.fullmatch(article_id):
            for family in self.families:
                if family.id.fullmatch(article_id):
                    return family
        return None

    def named_by(self, address: str) -> str:
        """The id an address names, decoded once and unchecked; empty for an address of no known form."""
        if len(address) > MAX_ADDRESS:
            return ""
        found = (pattern.search(address) for pattern in self.addresses)
        return unquote(next((match["id"] or "" for match in found if match), ""))

    def key_of(self, article_id: str) -> str:
        """What an article's ids share across families and address forms; without a rule, the id itself."""
        found = self.key.search(article_id) if self.key else None
        return found[0] if found else article_id

    def link_of(self, family: Family, article_id: str, address: str) -> str:
        """The link a post of this family shows where no page told one."""
        return family.link.format(id=article_id, digits=self.key_of(article_id), address=address)

    def allows(self, url: str) -> bool:
        """Whether a request may go there: scheme, host and port of one of the origins, no credentials."""
        start = _up_to_path(url)
        try:
            return "@" not in start and _origin_of(start) in self.origins
        except ValueError:
            return False


_UP_TO_PATH = re.compile(r"https?://[^/?#]*", re.IGNORECASE)


def _up_to_path(url: str) -> str:
    match = _UP_TO_PATH.match(url)
    return match[0] if match else url


def origin_of(url: str) -> str:
    """``scheme://host:port`` in one spelling; ValueError where there is none."""
    return _origin_of(_up_to_path(url))


@lru_cache(maxsize=1024)
def _origin_of(start: str) -> str:
    parts = urlsplit(start)
    default = {"http": 80, "https": 443}.get(parts.scheme)
    if default is None or not parts.hostname:
        raise ValueError("there is no http or https host")
    if not parts.netloc.isascii():
        raise ValueError("write the host in ASCII, as xn--…")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = default if parts.port is None else parts.port
    return f"{parts.scheme}://{host}" if port == default else f"{parts.scheme}://{host}:{port}"


def _is_web(address: str) -> bool:
    try:
        return bool(origin_of(address))
    except ValueError:
        return False


def bundled() -> list[str]:
    """The names ``-a site=`` knows."""
    files = resources.files("archiver.sites").iterdir()
    return sorted(file.name.removesuffix(".yaml") for file in files if file.name.endswith(".yaml"))


def load(site: str) -> Profile:
    """The profile of that bundled name, or in that file (anything with a ``/`` or ``.yaml`` in it).

    Raises BadArgument with one sentence that names the file and the key.
    """
    if "/" in site or site.endswith((".yaml", ".yml")):
        text = _file(site)
    elif site in bundled():
        text = resources.files("archiver.sites").joinpath(f"{site}.yaml").read_text(encoding="utf-8")
    else:
        raise BadArgument(
            f"unknown site {site!r}; bundled are {', '.join(bundled())}, or give a path to a .yaml"
        )
    return parse(text, site)


def _file(path: str) -> str:
    try:
        return Path(path).expanduser().read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as exc:
        raise BadArgument(f"cannot read the site profile {path}: it is not UTF-8") from exc
    except (OSError, RuntimeError) as exc:  # RuntimeError: nobody is called ~that
        why = getattr(exc, "strerror", None) or exc
        raise BadArgument(f"cannot read the site profile {path}: {why}") from exc


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
        raise BadArgument(f"{name}: {_in_words(exc.errors(include_url=False)[0])}") from exc


def _in_words(error: ErrorDetails) -> str:
    key = [str(part) for part in error["loc"] if part != "[key]"]
    what = error["msg"].removeprefix("Value error, ")
    match error:
        case {"ctx": {"error": _WrongKey() as wrong}}:
            key, what = [*key, wrong.key], wrong.what
        case {"type": "extra_forbidden"}:
            what = "unknown key"
        case {"type": "missing"}:
            what = "this key is missing"
        case {"type": "literal_error"}:
            what = f"{error['input']!r} is unknown; known here: {error['ctx']['expected']}"
    return f"{'.'.join(key)}: {' '.join(what.split())}"
