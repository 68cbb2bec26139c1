"""The places where an article is read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from archiver.items import RESERVED_ORIGINS
from archiver.sites.addresses import is_web
from archiver.sites.part import Reading
from archiver.sites.patterns import OptionalRegex, known, template

SaidField = Literal["id", "title", "date", "source", "tag", "body", "digest", "link"]


def _free_name(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise ValueError(f"{name!r} is no name of a step: write a-z, 0-9 and _, beginning with a letter")
    if name in RESERVED_ORIGINS:
        raise ValueError(f"{name!r} is reserved: no step can be called {known(RESERVED_ORIGINS)}")
    return name


class Step(Reading):
    """One place to read an article."""

    origin: Annotated[str, AfterValidator(_free_name)]
    """The name of the place; every value that is read there carries it (``items.Origin``)."""
    urls: Annotated[list[Annotated[str, template("id", "digits", "address", needs=1)]], Field(min_length=1)]
    fields: dict[SaidField, str]
    address: OptionalRegex = None
    """What ``{address}`` must match for this step to read it; None: anything."""

    def keyed_rules(self) -> Iterator[tuple[str, str]]:
        yield from super().keyed_rules()
        yield from ((f"fields.{name}", rule) for name, rule in self.fields.items())

    def addresses(self, article_id: str, key: str, address: str) -> list[str]:
        """The addresses to ask, mirrors after the first.

        Empty if every one needs the article's address and that is unknown or of another form.
        """
        return [
            url.format(id=article_id, digits=key, address=address)
            for url in self.urls
            if "{address}" not in url or self._reads(address)
        ]

    def _reads(self, address: str) -> bool:
        return is_web(address) and (self.address is None or self.address.search(address) is not None)
