"""The registry of page formats, and the two protocols that a new format implements; two more are optional.

A format is one small class, in its own module in this package, and one entry in ``FORMATS``. A site profile
can then use it as ``format: <name>``: its rules are checked when the profile is loaded, its responses when
they arrive. ``tests/extract/test_formats.py`` shows how: it registers a format and reads a site with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol, Self

from archiver.errors import Quarantined
from archiver.extract.formats.allowance import IN_PROCESS, Allowance, TooMuchWork
from archiver.extract.formats.feed import FeedFormat
from archiver.extract.formats.html import HtmlFormat
from archiver.extract.formats.json import JsonFormat
from archiver.extract.formats.received import Received
from archiver.extract.formats.sitemap import SitemapFormat
from archiver.extract.formats.within import SCRIPT, check_script, document_in, is_marker

__all__ = [
    "FORMATS",
    "IN_PROCESS",
    "MAX_IN_PROCESS",
    "Allowance",
    "Enumerating",
    "Format",
    "Page",
    "TooMuchWork",
    "base_of",
    "carrier_of",
    "defaults_of",
    "is_gzip_of",
    "is_marker",
    "open_page",
    "refuse_large",
    "spend",
    "text_of",
]

_GZIP = b"\x1f\x8b"

MAX_IN_PROCESS = 512 * 1024
"""Characters of a page that is parsed in the process of the run; it takes at most some 0.1 s."""


class Page(Protocol):
    """A parsed page, or one row of it. The language of the rules depends on the format.

    Every method raises ``Quarantined("shape")`` for a match that it cannot use.
    """

    @property
    def declares_kinds(self) -> bool:
        """Whether it is known of each text that it is HTML (``markup``) or plain text (``value``)."""

    @property
    def empty_reason(self) -> str:
        """The reason of ``Quarantined`` for a page in which no rule matches."""

    def finds(self, rule: str) -> bool:
        """Whether the rule matches anything."""

    def rows(self, rule: str) -> list[Self]:
        """Every match, each as a page."""

    def value(self, rule: str) -> str:
        """The first match as text, as a reader would copy it, without blanks at its ends; empty if nothing
        matches."""

    def values(self, rule: str) -> list[str]:
        """Every match as text, without blanks at its ends."""

    def markup(self, rule: str) -> str:
        """Every match as HTML, concatenated."""


class Shown(Protocol):
    """A page that readers see at its own address. A page without these methods is data: addresses in its
    texts count from the address of the article."""

    def base(self, url: str) -> str:
        """The address from which relative addresses in the page at ``url`` count."""

    def pieces(self, rule: str) -> str:
        """As ``Page.value``, for a text that may consist of several values, such as a day and a time. They
        are separated, also if the page shows no blank between them."""


class Format(Protocol):
    """A format of pages."""

    @property
    def name(self) -> str:
        """The word in a site profile: ``format: html``."""

    def open(self, text: str) -> Page:
        """Parses a text that is not blank.

        Raises ``Quarantined``, with a reason from docs/reasons.md, for a text that cannot be parsed.
        """

    def check_rule(self, rule: str) -> None:
        """Raises ValueError, with one sentence, for a rule that can never work."""

    def check_whole(self, received: Received) -> None:
        """Raises ``Deferred`` or ``Quarantined`` for a page that is visibly incomplete."""


class Estimating(Protocol):
    """A format whose rules can take long on some pages, so that these are read in another process."""

    def count(self, text: str) -> int:
        """The number of elements or values in a text that is not parsed yet, or a little more."""

    def work(self, page: Page, rules: tuple[str, ...], times: int, most: float) -> float:
        """An upper bound, in units of some 25 ns, for applying each rule to ``times`` parts of the page.

        If it is larger than ``most``, it need not be exact. ``inf``: it is not known.
        """


class Enumerating(Protocol):
    """A format whose pages list articles, in the same way at every site, so that a profile needs no rules."""

    rows: str
    """The rule for the rows."""
    fields: Mapping[str, str]
    """Field of a row → its rule."""
    full: Mapping[str, str]
    """As ``fields``, for a list whose rows have the whole text of each article."""
    next: str
    """The rule for the address of the next page; empty if there is never one."""
    index: str
    """The rule for rows whose ``address`` is that of another list; empty if there are never any."""
    changed: str
    """The rule for when a row, or the list it names, was last changed; empty if rows never say it."""
    may_be_gzipped: bool
    """Pages may be files in the format of gzip, which no ``Content-Encoding`` declares."""


_ALL: tuple[Format, ...] = (HtmlFormat(), JsonFormat(), FeedFormat(), SitemapFormat())

FORMATS: Mapping[str, Format] = {each.name: each for each in _ALL}
"""Name → format."""


def open_page(text: str, name: str, allowance: Allowance | None = None, within: str = "") -> Page:
    """Parses a text in the format of that name. ``within``: where it lies in ``text``.

    Raises ``Quarantined``: ``empty`` for a blank text, ``no_document``, and what ``Format.open`` raises.
    Raises TooMuchWork for a long text if there is an allowance.
    """
    if not text.strip():
        raise Quarantined("empty", "the response has no content")
    if allowance and len(text) > MAX_IN_PROCESS:
        raise TooMuchWork
    return FORMATS[name].open(document_in(text, within, name, allowance) if within else text)


def carrier_of(name: str, within: str) -> str:
    """What ``check_whole`` and ``refuse_large`` expect of a response with a document of that format."""
    if not within:
        return name
    return SCRIPT if is_marker(within) else "html"


def is_gzip_of(name: str, body: bytes) -> bool:
    """Whether a body without content encodings is a gzip file that contains a page of the format."""
    return body.startswith(_GZIP) and getattr(FORMATS.get(name), "may_be_gzipped", False)


_IN_PIECES = frozenset({"date", "source"})


def text_of(page: Page, field: str, rule: str) -> str:
    """The text of a field of an article, or of a row."""
    pieces = getattr(page, "pieces", None) if field in _IN_PIECES else None
    return pieces(rule) if pieces else page.value(rule)


def base_of(page: Page, url: str) -> str:
    """The address from which relative addresses in the page at ``url`` count; empty if it is data."""
    base = getattr(page, "base", None)
    return base(url) if base else ""


def refuse_large(text: str, name: str, most: int) -> None:
    """Raises ``Quarantined("too_heavy")`` for a text with more than ``most`` elements or values."""
    count = getattr(FORMATS["json" if name == SCRIPT else name], "count", None)
    if len(text) > most and count and (number := count(text)) > most:
        raise Quarantined(
            "too_heavy", f"{number} elements or values, more than ARCHIVER_PAGE_ELEMENTS={most}"
        )


def spend(allowance: Allowance | None, page: Page, name: str, rules: Iterable[str], times: int = 1) -> None:
    """Raises TooMuchWork if the rules may take more work than the allowance has left.

    A format without the method ``work`` (see ``Estimating``) is always read in the process of the run.
    """
    work = getattr(FORMATS[name], "work", None) if allowance else None
    if allowance and work:
        allowance.spend(work(page, tuple(rules), times, allowance.left))


def defaults_of(name: str) -> Enumerating | None:
    """The rules that listings of this format have by default; None if it has none."""
    found: Any = FORMATS.get(name)
    return found if hasattr(found, "rows") else None


def check_rule(rule: str, name: str) -> None:
    """Raises ValueError, with one sentence, for a rule that can never work in the format of that name."""
    FORMATS[name].check_rule(rule)


def check_whole(received: Received, name: str) -> None:
    """Raises ``Quarantined("empty")`` for a blank body, and what ``Format.check_whole`` raises."""
    if not received.body or received.body.isspace():
        raise Quarantined("empty", "the response has no content")
    (check_script if name == SCRIPT else FORMATS[name].check_whole)(received)
