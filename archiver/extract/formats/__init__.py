"""The formats a page can have: a registry, and the two protocols a new format implements.

A format is one small class in a module of its own here, and one entry in ``FORMATS``. From then on a site
profile may say ``format: <name>``: its rules are checked when it is loaded, its answers when they arrive.
``tests/extract/test_formats.py`` registers a format of lines and reads a site with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, Self

from archiver.errors import Quarantined
from archiver.extract.formats.html import HtmlFormat
from archiver.extract.formats.json import JsonFormat
from archiver.extract.formats.received import Received


class Page(Protocol):
    """A parsed page, or one row of it. What a rule is depends on the format.

    Every method raises ``Quarantined("shape")`` for a match it cannot use.
    """

    @property
    def empty_reason(self) -> str:
        """The reason of ``Quarantined`` for a page in which no rule finds anything."""

    def finds(self, rule: str) -> bool:
        """Whether the rule matches anything."""

    def rows(self, rule: str) -> list[Self]:
        """Every match as a page of its own."""

    def value(self, rule: str) -> str:
        """The first match as text, without blanks at its ends; empty if nothing matches."""

    def values(self, rule: str) -> list[str]:
        """Every match as text, without blanks at its ends."""

    def markup(self, rule: str) -> str:
        """Every match as HTML, one after the other."""


class Format(Protocol):
    """A format of pages."""

    @property
    def name(self) -> str:
        """The word in a site profile: ``format: html``."""

    def open(self, text: str) -> Page:
        """The page in a text that is not blank.

        Raises ``Quarantined`` for a text that cannot be read, with a reason of docs/reasons.md.
        """

    def check_rule(self, rule: str) -> None:
        """Raises ValueError, whose text is one sentence, for a rule that can never work."""

    def check_whole(self, received: Received) -> None:
        """Raises ``Deferred`` or ``Quarantined`` for a page that visibly ends too early."""


_ALL: tuple[Format, ...] = (HtmlFormat(), JsonFormat())

FORMATS: Mapping[str, Format] = {each.name: each for each in _ALL}
"""Every format by its name."""


def open_page(text: str, name: str) -> Page:
    """The page in a text of the format of that name.

    Raises ``Quarantined``: ``empty`` for a blank text, and what ``Format.open`` raises.
    """
    if not text.strip():
        raise Quarantined("empty", "the answer has no content")
    return FORMATS[name].open(text)


def check_rule(rule: str, name: str) -> None:
    """Raises ValueError, in one sentence, for a rule that can never work in the format of that name."""
    FORMATS[name].check_rule(rule)


def check_whole(received: Received, name: str) -> None:
    """Raises ``Quarantined("empty")`` for a blank body, and what ``Format.check_whole`` raises."""
    if not received.body or received.body.isspace():
        raise Quarantined("empty", "the answer has no content")
    FORMATS[name].check_whole(received)
