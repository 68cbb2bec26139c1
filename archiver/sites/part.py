"""The base class of a profile's parts: it refuses unknown keys."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

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


def check_at(key: str, rule: str, page_format: str) -> None:
    """Raises WrongKey for a text that can never work as a rule in this format."""
    try:
        check_rule(rule, page_format)
    except ValueError as exc:
        raise WrongKey(key, exc) from exc


MAX_SHOWN = 50
"""Characters of a rule in a message."""


def shown(rule: str) -> str:
    """A rule for a message."""
    return repr(rule if len(rule) <= MAX_SHOWN else f"{rule[: MAX_SHOWN - 1]}…")
