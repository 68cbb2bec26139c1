"""The base classes of a profile's parts: they refuse unknown keys and check rules for the page's format."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, model_validator

from archiver.extract.formats import FORMATS, check_rule
from archiver.sites.patterns import known


class WrongKey(ValueError):
    """A key below a part is wrong. ``key`` is relative to the part; :mod:`load` reports the whole key."""

    def __init__(self, key: str, what: object) -> None:
        super().__init__(f"{key}: {what}")
        self.key = key
        self.what = str(what)


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _known_format(name: str) -> str:
    if name not in FORMATS:
        raise ValueError(f"{name!r} is unknown; known here: {known(FORMATS)}")
    return name


FormatName = Annotated[str, AfterValidator(_known_format)]


def check(key: str, rule: str, page_format: str) -> None:
    """Raises WrongKey for a rule that can never work in this format."""
    try:
        check_rule(rule, page_format)
    except ValueError as exc:
        raise WrongKey(key, exc) from exc


class Reading(Part):
    """A page that is read with rules; the format decides the language of the rules."""

    format: FormatName = "html"
    present: str = ""
    """If this rule finds nothing, the response is a different page, such as an error page or a login page."""

    def keyed_rules(self) -> Iterator[tuple[str, str]]:
        """Key and rule of every rule."""
        if self.present:
            yield "present", self.present

    @model_validator(mode="after")
    def _check_rules(self) -> Self:
        for key, rule in self.keyed_rules():
            check(key, rule, self.format)
        return self


MAX_SHOWN = 50
"""Characters of a rule in a message."""


def shown(rule: str) -> str:
    """A rule for a message."""
    return repr(rule if len(rule) <= MAX_SHOWN else f"{rule[: MAX_SHOWN - 1]}…")
