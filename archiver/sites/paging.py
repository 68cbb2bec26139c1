"""How the pages of a listing follow one another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, model_validator

from archiver.sites.part import Part, WrongKey
from archiver.sites.rules import AnyRule, Rule

Order = Literal["newest", "unsorted"]


class Next(Part):
    """What the next page needs from the page before it. In YAML, a rule is short for ``{address: rule}``."""

    address: AnyRule | None = None
    cursor: AnyRule | None = None
    """Finds the value of ``{cursor}``."""

    @model_validator(mode="after")
    def _says_one(self) -> Self:
        if (self.address is None) == (self.cursor is None):
            raise WrongKey("cursor", "write a rule for the address of the next page, or {cursor: rule}")
        return self

    def keyed_rules(self) -> Iterator[tuple[str, Rule]]:
        if self.address:
            yield "next", self.address
        if self.cursor:
            yield "next.cursor", self.cursor


def _next(said: Any) -> Any:
    if said == "":
        return None
    if isinstance(said, str) or (isinstance(said, dict) and said.keys().isdisjoint(Next.model_fields)):
        return {"address": said}
    return said


OptionalNext = Annotated[Next | None, BeforeValidator(_next)]


def _ending(status: int) -> int:
    if status != 204 and not 400 <= status <= 499:
        raise ValueError(f"{status} cannot end a listing: write 204 or a status from 400 to 499")
    if status in (408, 429):
        raise ValueError(f"{status} asks for another attempt, so it cannot end a listing")
    return status


EndingStatus = Annotated[int, AfterValidator(_ending)]
