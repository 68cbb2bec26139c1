"""A rule of a profile: where a value is on a page, and what is made of it."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from archiver.sites.part import Part, WrongKey, check_at, shown
from archiver.sites.patterns import OptionalRegex, bounded


class Rule(Part):
    """In YAML, a text is short for ``{at: text}``."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    at: str = ""
    """In the language of the page's format. Empty: the value is ``text``."""
    match: Annotated[OptionalRegex, bounded(2)] = None
    """Applied to the text that was found: its first group, or the whole match, is the value."""
    drop: tuple[str, ...] = ()
    """Rules for HTML; the elements that they find are removed from what was found, before anything else."""
    text: str = ""
    """A constant value."""
    kind: Literal["text", "html"] | None = Field(default=None, alias="is")
    """What a string of a JSON page is. None: it is decided for each value."""

    @model_validator(mode="after")
    def _check_keys(self) -> Self:
        if bool(self.at) == bool(self.text):
            raise WrongKey("at", "a rule has either at, where the value is, or text, the value itself")
        if self.text and (self.match or self.drop or self.kind):
            raise WrongKey("text", "a constant has no match, drop or is")
        for number, selector in enumerate(self.drop):
            check_at(f"drop.{number}", selector, "html")
        return self

    def __str__(self) -> str:
        """As in a message."""
        return shown(self.at or self.text)

    @property
    def is_plain(self) -> bool:
        """Whether the value is what ``at`` finds, unchanged."""
        return not (self.text or self.match or self.drop or self.kind)


def _rule(said: Any) -> Any:
    return {"at": said} if isinstance(said, str) else said


AnyRule = Annotated[Rule, BeforeValidator(_rule)]


def check(key: str, rule: str | Rule, page_format: str) -> None:
    """Raises WrongKey for a rule that can never work in this format."""
    if isinstance(rule, str):
        check_at(key, rule, page_format)
        return
    if rule.at:
        check_at(key if rule.is_plain else f"{key}.at", rule.at, page_format)
    if rule.kind and page_format != "json":
        raise WrongKey(f"{key}.is", f"only JSON texts need it, and the format is {page_format}")
