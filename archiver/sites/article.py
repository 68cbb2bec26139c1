"""The steps of a profile: the places where an article can be read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from archiver.items import RESERVED_ORIGINS
from archiver.sites.addresses import MAX_ADDRESS, is_web
from archiver.sites.part import Reading
from archiver.sites.patterns import OptionalRegex, bounded, known, template

SaidField = Literal["id", "title", "date", "source", "tag", "body", "digest", "link"]


def _free_name(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise ValueError(f"{name!r} is not a name for a step: write a-z, 0-9 and _, beginning with a letter")
    if name in RESERVED_ORIGINS:
        raise ValueError(f"{name!r} is reserved: a step must not have the name {known(RESERVED_ORIGINS)}")
    return name


class Step(Reading):
    """One place to read an article."""

    origin: Annotated[str, AfterValidator(_free_name)]
    """The name of the step, stored with every value that is read there (``items.Origin``)."""
    urls: Annotated[list[Annotated[str, template("id", "digits", "address", needs=1)]], Field(min_length=1)]
    fields: dict[SaidField, str]
    address: Annotated[OptionalRegex, bounded(2)] = None
    """The article's address must match this, or the step is skipped. None: every address matches."""

    def keyed_rules(self) -> Iterator[tuple[str, str]]:
        yield from super().keyed_rules()
        yield from ((f"fields.{name}", rule) for name, rule in self.fields.items())

    def addresses(self, article_id: str, key: str, address: str) -> list[str]:
        """The addresses to request: the first one, then its mirrors.

        Empty if all of them contain ``{address}``, and the article's address is unknown or does not match.
        """
        return [
            url.format(id=article_id, digits=key, address=address)
            for url in self.urls
            if "{address}" not in url or self._accepts(address)
        ]

    def _accepts(self, address: str) -> bool:
        if len(address) > MAX_ADDRESS or not is_web(address):
            return False
        return self.address is None or self.address.search(address) is not None
