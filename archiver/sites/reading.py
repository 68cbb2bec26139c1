"""A page that is read with rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Self

from pydantic import model_validator

from archiver.sites.part import FormatName, Part
from archiver.sites.rules import Rule, check


class Reading(Part):
    """A page that is read with rules; the format decides the language of the rules."""

    format: FormatName = "html"
    within: str = ""
    """Where the document lies in the response, if it is not the whole response; see ``extract.within``."""
    present: str = ""
    """If this rule finds nothing, the response is a different page, such as an error page or a login page."""

    def keyed_rules(self) -> Iterator[tuple[str, str | Rule]]:
        """Key and rule of every rule."""
        if self.present:
            yield "present", self.present

    @model_validator(mode="after")
    def _check_rules(self) -> Self:
        for key, rule in self.keyed_rules():
            check(key, rule, self.format)
        return self
