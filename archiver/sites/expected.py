"""What an article of the site must say: the ``tests`` of a profile."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from archiver.sites.addresses import is_web
from archiver.sites.part import Part


def _web(url: str) -> str:
    if not is_web(url):
        raise ValueError(f"{url!r} is not the address of a page")
    return url


def _day(said: Any) -> Any:
    """YAML reads a date without quotes as a value of its own."""
    if isinstance(said, datetime):
        return said.isoformat(sep=" ").removesuffix(":00") if not said.second else said.isoformat(sep=" ")
    return said.isoformat() if isinstance(said, date) else said


def _texts(said: Any) -> Any:
    return [said] if isinstance(said, str) else said


class Expected(Part):
    """One article, and what must be in its post. Keys that are left out are not compared."""

    url: Annotated[str, AfterValidator(_web)]
    title: str = ""
    date: Annotated[str, BeforeValidator(_day)] = ""
    """The beginning of the date, such as ``2026-09-26`` or ``2026-09-26 10:30``."""
    source: str = ""
    contains: Annotated[list[str], BeforeValidator(_texts)] = Field(default_factory=list)
    """Texts of the body."""

    def differences(self, said: dict[str, str], text: str) -> list[str]:
        """``said``: the fields of the article; ``text``: its body without tags."""
        found = [
            f"{name} is {said.get(name, '')!r}, expected {expected!r}"
            for name, expected in (("title", self.title), ("source", self.source))
            if expected and said.get(name, "") != expected
        ]
        if not said.get("date", "").startswith(self.date):
            found.append(f"date is {said.get('date', '')!r}, expected {self.date!r}")
        return found + [f"the body does not contain {part!r}" for part in self.contains if part not in text]
