"""What the parts of a profile share: no unknown keys, and rules checked for the page's format."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, model_validator

from archiver.extract.formats import FORMATS, check_rule
from archiver.sites.patterns import known


class WrongKey(ValueError):
    """A part is wrong, and ``key`` is the key below it to correct; :mod:`load` shows the whole key."""

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
    """Raises WrongKey for a rule that can never work in that format."""
    try:
        check_rule(rule, page_format)
    except ValueError as exc:
        raise WrongKey(key, exc) from exc


class Reading(Part):
    """A page that is read by rules, in the language of its format."""

    format: FormatName = "html"
    present: str = ""
    """A page in which this rule finds nothing is another page: an error page, a login page."""

    def keyed_rules(self) -> Iterator[tuple[str, str]]:
        """Key and rule, for every rule there is."""
        if self.present:
            yield "present", self.present

    @model_validator(mode="after")
    def _check_rules(self) -> Self:
        for key, rule in self.keyed_rules():
            check(key, rule, self.format)
        return self
