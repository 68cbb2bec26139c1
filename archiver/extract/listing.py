"""Reads the articles from a listing, and the categories from a home page."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import NamedTuple
from urllib.parse import quote, unquote, urldefrag, urljoin, urlsplit

from archiver.errors import Quarantined
from archiver.extract.formats import Allowance, Page, open_page, spend
from archiver.extract.rules import Value, places, value_of
from archiver.items import GUESSED, Listed
from archiver.sites.listing import Home, Listing, Rows
from archiver.sites.pattern_work import work_of
from archiver.sites.profile import Profile
from archiver.sites.rules import Rule

MAX_ID = 2048
"""Characters kept of the id of a refused row."""

_CATEGORY = re.compile(r"[^\x00-\x1f\x7f/\\]{1,80}")
"""A percent-decoded category that is safe in the address of a listing."""

MIN_FOREIGN = 3
"""Rows of another category from which on a listing is refused; one or two may be a mistake of the site."""


@dataclass(frozen=True, slots=True)
class ListingPage:
    """The content of one page of a listing."""

    articles: list[Listed]
    refused: list[Listed] = field(default_factory=list)
    """Rows whose id the profile does not accept; such an id must not become part of a path."""
    next: str = ""
    """The address of the next page; empty on the last page."""
    skipped: list[Listed] = field(default_factory=list)
    """Rows that are not of articles, as a pattern of the profile says."""

    @property
    def rows(self) -> int:
        return len(self.articles) + len(self.refused) + len(self.skipped)

    def first(self, rows: int) -> tuple[ListingPage, bool]:
        """The page cut to that many rows, and whether it had more (faults Q16)."""
        if self.rows <= rows:
            return self, False
        articles = self.articles[:rows]
        refused = self.refused[: rows - len(articles)]
        skipped = self.skipped[: rows - len(articles) - len(refused)]
        return ListingPage(articles, refused, self.next, skipped), True


@dataclass(frozen=True, slots=True)
class HomePage:
    categories: list[str]
    names: list[str]
    """The tags in the headings of the lists."""
    rows: ListingPage
    """The articles listed on the page."""


def read_listing(
    text: str, url: str, rule: Listing, site: Profile, category: str, allowance: Allowance | None = None
) -> ListingPage:
    """The articles in a listing of that category; ``url`` is the address of the page.

    Raises ``Quarantined``: ``not_a_listing``, ``foreign_listing``, and what ``open_page`` raises. Raises
    TooMuchWork if the page may take more work than the allowance.
    """
    opened = _open(text, url, rule, allowance)
    named = _read_rows(opened, rule, site, rule.address(category), category)
    _refuse_foreign(named.articles, rule, category)
    following = opened.page.value(rule.next) if rule.next else ""
    return replace(named, next=_following(url, following))


def _refuse_foreign(articles: list[Listed], rule: Listing, category: str) -> None:
    """Raises ``Quarantined("foreign_listing")`` if most rows belong to other categories (faults X3).

    Rows whose address names no category are not counted.
    """
    if not rule.category:
        return
    found = (rule.category.search(listed.address) for listed in articles)
    named = [unquote(match["category"]).casefold() for match in found if match]
    foreign = [name for name in named if name != category.casefold()]
    if len(foreign) >= MIN_FOREIGN and 2 * len(foreign) > len(named):
        raise Quarantined(
            "foreign_listing", f"{category} was requested, most rows are of {foreign[0][:80]!r}"
        )


def read_home(text: str, url: str, rule: Home, site: Profile, allowance: Allowance | None = None) -> HomePage:
    """The content of a home page. Raises ``Quarantined("not_a_listing")`` if no link names a category, and
    TooMuchWork if the page may take more work than the allowance."""
    opened = _open(text, url, rule, allowance)
    page = opened.page
    links = [_absolute(url, link) for link in page.values(rule.links)]
    if allowance:
        allowance.spend(sum(work_of(rule.category, len(link)) for link in links))
    named = (_category_in(link, rule.category) for link in links)
    categories = [category for category in dict.fromkeys(named) if category]
    if not categories:
        raise Quarantined("not_a_listing", f"no link on {url} names a category")
    return HomePage(
        [category for category in categories if category not in rule.ignore],
        [name for name in page.values(rule.names) if name] if rule.names else [],
        _read_rows(opened, rule.articles, site, rule.url) if rule.articles else ListingPage([]),
    )


class _Opened(NamedTuple):
    page: Page
    url: str
    format: str
    allowance: Allowance | None


def _open(text: str, url: str, rule: Listing | Home, allowance: Allowance | None) -> _Opened:
    page = open_page(text, rule.format, allowance)
    spend(allowance, page, rule.format, rule.page_rules)
    if rule.present and not page.finds(rule.present):
        raise Quarantined("not_a_listing", f"nothing on {url} matches {rule.present!r}")
    return _Opened(page, url, rule.format, allowance)


def _category_in(address: str, pattern: re.Pattern[str]) -> str:
    found = pattern.search(address)
    category = unquote(found["category"] or "") if found else ""
    return category if _CATEGORY.fullmatch(category) and category not in (".", "..") else ""


_ROW = 800
"""The work of one row besides its rules, in the unit of ``Allowance``."""


def _read_rows(opened: _Opened, rule: Rows, site: Profile, listing: str, category: str = "") -> ListingPage:
    articles: list[Listed] = []
    refused: list[Listed] = []
    skipped: list[Listed] = []
    rows = opened.page.rows(rule.rows)
    if rows and opened.allowance:
        spend(opened.allowance, opened.page, opened.format, places(rule.fields.values()), len(rows))
        opened.allowance.spend(len(rows) * _ROW)
    for row in rows:
        found = {name: _value(row, name, field_rule, opened) for name, field_rule in rule.fields.items()}
        values: dict[str, str] = {name: value.text for name, value in found.items()}
        address = _absolute(opened.url, values.get("address", ""))
        if opened.allowance:
            opened.allowance.spend(_work_of_address(address, rule, site))
        named = site.named_by(address)
        article_id = values.get("id") or named or address
        hints: dict[str, str] = {
            name: value for name, value in values.items() if value and name not in ("id", "address")
        }
        if guessed := " ".join(name for name, value in found.items() if value.is_guessed):
            hints[GUESSED] = guessed
        listed = Listed(article_id[:MAX_ID], category, address, hints, listing)
        if address and rule.skips(address):
            skipped.append(listed)
        else:
            (articles if site.family_of(article_id) else refused).append(listed)
    return ListingPage(articles, refused, skipped=skipped)


def _work_of_address(address: str, rule: Rows, site: Profile) -> float:
    category = rule.category if isinstance(rule, Listing) else None
    return site.work_of_address(address) + (work_of(category, len(address)) if category else 0)


def _value(row: Page, field: str, rule: Rule, opened: _Opened) -> Value:
    """A value of a row; empty if it is not a text, so that the other rows are still read."""
    try:
        return value_of(row, field, rule, opened.allowance)
    except Quarantined:
        return Value("")


def _following(url: str, link: str) -> str:
    """The address of the next page; empty for ``#``, ``javascript:;`` or a link to the same page."""
    address = urldefrag(_absolute(url, link)).url
    is_page = urlsplit(address).scheme in ("http", "https", "invalid")
    return address if link and is_page and address != urldefrag(url).url else ""


def _absolute(url: str, address: str) -> str:
    """The absolute address; a malformed one becomes ``invalid://address/…``, which is never requested."""
    try:
        absolute = urljoin(url, address) if address else ""
        urlsplit(absolute).port  # noqa: B018 - raises ValueError for a malformed port
    except ValueError:
        return f"invalid://address/{quote(address)}"
    return absolute
