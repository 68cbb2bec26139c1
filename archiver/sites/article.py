"""The places where an article can be read: ``steps``, or ``article`` for a site that has one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import cached_property
from typing import Annotated, Literal, Self, get_args

from pydantic import AfterValidator, Field, model_validator

from archiver.items import RESERVED_ORIGINS
from archiver.sites.addresses import MAX_ADDRESS, is_web
from archiver.sites.asking import Asking
from archiver.sites.part import Part, WrongKey
from archiver.sites.patterns import OptionalRegex, bounded, fill, known, template
from archiver.sites.reading import Reading
from archiver.sites.rules import AnyRule, Rule, check

SaidField = Literal["id", "title", "date", "source", "author", "tag", "body", "digest", "link"]

Day = date
PLACES = ("id", "digits", "address")
AddressTemplate = Annotated[str, template(*PLACES, keys=True)]


def _free_name(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise ValueError(f"{name!r} is not a name for a step: write a-z, 0-9 and _, beginning with a letter")
    if name in RESERVED_ORIGINS:
        raise ValueError(f"{name!r} is reserved: a step must not have the name {known(RESERVED_ORIGINS)}")
    return name


class Fields(Part):
    """Rules for the fields of an article, each as a key of its own."""

    id: AnyRule | None = None
    title: AnyRule | None = None
    date: AnyRule | None = None
    source: AnyRule | None = None
    author: AnyRule | None = None
    tag: AnyRule | None = None
    body: AnyRule | None = None
    digest: AnyRule | None = None
    link: AnyRule | None = None

    @property
    def rules(self) -> dict[SaidField, Rule]:
        said = ((name, getattr(self, name)) for name in get_args(SaidField))
        return {name: rule for name, rule in said if rule is not None}


class Layout(Fields):
    """One template of a site's article pages. Its rules replace those of the step."""

    present: str = ""
    """The page has this template if this rule, or else the rule for the body, finds something."""
    seen: Day | None = None
    """The day on which the template was last seen: a note for the people who maintain the profile."""

    @model_validator(mode="after")
    def _is_recognised(self) -> Self:
        if not self.present and self.body is None:
            raise WrongKey("present", "without present or body, nothing shows that a page has this layout")
        return self

    @property
    def mark(self) -> str:
        return self.present or (self.body.at if self.body else "")


class Step(Asking, Reading):
    """One place to read an article."""

    PLACES = PLACES
    NEEDS_PLACE = True

    origin: Annotated[str, AfterValidator(_free_name)]
    """The name of the step, stored with every value that is read there (``items.Origin``)."""
    urls: Annotated[list[AddressTemplate], Field(min_length=1)]
    fields: dict[SaidField, AnyRule] = Field(default_factory=dict)
    layouts: list[Layout] = Field(default_factory=list)
    """Tried in order."""
    next: str = ""
    """Finds the address of the next page of an article that has several."""
    max_pages: Annotated[int, Field(ge=1)] = 20
    generic: bool = False
    """Whether fields without a rule are read from structured data, the heading, and so on."""
    address: Annotated[OptionalRegex, bounded(2)] = None
    """The article's address must match this, or the step is skipped. None: every address matches."""

    def keyed_rules(self) -> Iterator[tuple[str, str | Rule]]:
        yield from super().keyed_rules()
        yield from ((f"fields.{name}", rule) for name, rule in self.fields.items())
        for number, layout in enumerate(self.layouts):
            if layout.present:
                yield f"layouts.{number}.present", layout.present
            yield from ((f"layouts.{number}.{name}", rule) for name, rule in layout.rules.items())
        if self.next:
            yield "next", self.next

    def keyed_addresses(self) -> Iterator[tuple[str, str]]:
        yield from ((f"urls.{number}", url) for number, url in enumerate(self.urls))

    @model_validator(mode="after")
    def _reads_something(self) -> Self:
        if not (self.fields or self.layouts or self.generic):
            raise WrongKey("fields", "this key is missing")
        if self.generic and self.format != "html":
            raise WrongKey("generic", f"only HTML can be read without rules, and the format is {self.format}")
        return self

    @cached_property
    def places(self) -> tuple[str, ...]:
        """The rules that are applied before it is known which fields a page has."""
        return tuple(rule for rule in (self.present, *(layout.mark for layout in self.layouts)) if rule)

    def addresses(self, article_id: str, key: str, address: str) -> list[str]:
        """The addresses to request: the first one, then its mirrors.

        Empty if all of them contain ``{address}``, and the article's address is unknown or does not match.
        """
        return [
            fill(url, id=article_id, digits=key, address=address)
            for url in self.urls
            if "{address}" not in url or self._accepts(address)
        ]

    def _accepts(self, address: str) -> bool:
        if len(address) > MAX_ADDRESS or not is_web(address):
            return False
        return self.address is None or self.address.search(address) is not None


class ArticlePage(Fields, Asking, Reading):
    """The one place where the articles of a site are read. Fields without a rule are read without one."""

    PLACES = PLACES
    NEEDS_PLACE = True

    url: AddressTemplate = "{address}"
    layouts: list[Layout] = Field(default_factory=list)
    next: str = ""
    max_pages: Annotated[int, Field(ge=1)] = 20

    def keyed_rules(self) -> Iterator[tuple[str, str | Rule]]:
        yield from super().keyed_rules()
        yield from self.rules.items()

    def keyed_addresses(self) -> Iterator[tuple[str, str]]:
        yield "url", self.url

    def as_step(self) -> Step:
        return Step(
            origin="page",
            urls=[self.url],
            format=self.format,
            within=self.within,
            present=self.present,
            fields=self.rules,
            layouts=self.layouts,
            next=self.next,
            max_pages=self.max_pages,
            generic=self.format == "html",
            method=self.method,
            headers=self.headers,
            form=self.form,
            json=self.json_body,
        )

    @model_validator(mode="after")
    def _check_layouts(self) -> Self:
        for number, layout in enumerate(self.layouts):
            if layout.present:
                check(f"layouts.{number}.present", layout.present, self.format)
            for name, rule in layout.rules.items():
                check(f"layouts.{number}.{name}", rule, self.format)
        if self.next:
            check("next", self.next, self.format)
        if self.format != "html" and not (self.body or self.layouts):
            raise WrongKey("body", "this key is missing; only HTML can be read without rules")
        return self
