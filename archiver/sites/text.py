"""Rules for the text of articles that hold only for one site."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Annotated

from pydantic import AfterValidator, Field

from archiver.normalise.allow_list import ExtraAttributes
from archiver.normalise.elements import KEPT
from archiver.sites.part import Part
from archiver.sites.patterns import Regex, bounded

_ATTRIBUTE = re.compile(r"(?!on|style\Z)[a-z][a-z0-9_-]*")
"""No event handlers (``on…``). ``style`` is excluded because styles have an allow list of their own."""


def _element(name: str) -> str:
    if name not in KEPT:
        raise ValueError(f"{name!r} is not an element that a post may contain")
    return name


def _attribute(name: str) -> str:
    if not _ATTRIBUTE.fullmatch(name):
        raise ValueError(f"{name!r} is not an attribute that a post may contain")
    return name


Element = Annotated[str, AfterValidator(_element)]
Attribute = Annotated[str, AfterValidator(_attribute)]


class Text(Part):
    """How a site's texts credit their source, and which attributes a post keeps."""

    credit: Annotated[str, Field(pattern=r"^[\w-]*$")] = ""
    """The class of the element that credits the source; the last one in a text is used. Empty: none."""
    attributes: dict[Element, dict[Attribute, Annotated[Regex, bounded(1, whole=True)]]] = Field(
        default_factory=dict
    )
    """Element → attribute → pattern for its whole value; these attributes are kept besides the usual ones."""

    @cached_property
    def extra_attributes(self) -> ExtraAttributes:
        """``attributes`` in the form that ``normalise.body`` expects."""
        return frozenset(
            (element, name, value)
            for element, names in self.attributes.items()
            for name, value in names.items()
        )
