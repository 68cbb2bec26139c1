"""A page that is read with rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Self

from pydantic import model_validator

from archiver.extract.formats import carrier_of, is_marker
from archiver.sites.part import FormatName, Part, WrongKey, check_at
from archiver.sites.rules import Rule, check


class Reading(Part):
    """A page that is read with rules; the format decides the language of the rules."""

    format: FormatName = "html"
    within: str = ""
    """Where the document lies, if it is not the whole response: a CSS selector of the element that contains
    it, or the text in front of it (``formats.is_marker``)."""
    present: str = ""
    """If this rule finds nothing, the response is a different page, such as an error page or a login page."""

    def keyed_rules(self) -> Iterator[tuple[str, str | Rule]]:
        """Key and rule of every rule."""
        if self.present:
            yield "present", self.present

    @property
    def carrier(self) -> str:
        """What the response is: a format, or else what contains the document."""
        return carrier_of(self.format, self.within)

    @model_validator(mode="after")
    def _check_within(self) -> Self:
        if not self.within:
            return self
        if self.format not in ("html", "json"):
            raise WrongKey("within", f"a document of the format {self.format} is always the whole response")
        if not is_marker(self.within):
            check_at("within", self.within, "html")
        elif self.format != "json":
            raise WrongKey(
                "within", f"only JSON can follow a text such as {self.within!r}: write format: json"
            )
        return self

    @model_validator(mode="after")
    def _check_rules(self) -> Self:
        for key, rule in self.keyed_rules():
            check(key, rule, self.format)
        return self
