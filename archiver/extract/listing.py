"""Reads the articles from a listing, and the categories from a home page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import unquote

from archiver.errors import Quarantined
from archiver.extract.formats import Allowance, Page, base_of, defaults_of, open_page, spend
from archiver.extract.formats.addresses import absolute, absolute_path, next_page
from archiver.extract.rules import Value, places, value_of
from archiver.items import DATE_FROM, GUESSED, Listed
from archiver.normalise.relative_dates import may_be_relative
from archiver.normalise.text import DAMAGED
from archiver.sites.listing import Home, Listing, Rows
from archiver.sites.part import shown
from archiver.sites.pattern_work import work_of
from archiver.sites.profile import Profile
from archiver.sites.rules import Rule

MAX_ID = 2048
"""Characters kept of the id of a refused row."""

_CATEGORY = re.compile(rf"[^\x00-\x1f\x7f/\\{DAMAGED}]{{1,80}}")
"""A percent-decoded category that is safe in the address of a listing."""

MIN_FOREIGN = 3
"""Rows of another category from which on a listing is refused; one or two may be a mistake of the site."""


class OtherList(NamedTuple):
    """A list that an index names."""

    address: str
    changed: str
    """When it was last changed, as the index says it; empty: not known."""


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
    cursor: str = ""
    """What the profile's rule for the cursor of the next page found."""
    lists: tuple[OtherList, ...] = ()
    """Other pages of the listing, if this one is an index of them."""
    changed: Mapping[str, str] = field(default_factory=dict)
    """The id of each article of which the page says when it was last changed → what it says."""

    @property
    def ids(self) -> frozenset[str]:
        """What every row names."""
        return frozenset(row.id for part in (self.articles, self.refused, self.skipped) for row in part)

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
        return replace(self, articles=articles, refused=refused, skipped=skipped), True

    def made_at(self, moment: datetime) -> ListingPage:
        """The page with the time when the site made it, beside every date that may count from it."""
        said = moment.astimezone(UTC).replace(microsecond=0).isoformat()
        return replace(self, articles=[_dated_from(said, listed) for listed in self.articles])


def _dated_from(moment: str, listed: Listed) -> Listed:
    if not may_be_relative(listed.hints.get("date", "0000")):
        return listed
    return replace(listed, hints={**listed.hints, DATE_FROM: moment})


@dataclass(frozen=True, slots=True)
class HomePage:
    categories: list[str]
    names: list[str]
    """The tags in the headings of the lists."""
    rows: ListingPage
    """The articles listed on the page."""

    def made_at(self, moment: datetime) -> HomePage:
        """As for a listing."""
        return replace(self, rows=self.rows.made_at(moment))


def read_listing(
    text: str, url: str, rule: Listing, site: Profile, category: str, allowance: Allowance | None = None
) -> ListingPage:
    """The articles in a listing of that category; ``url`` is the address of the page.

    Raises ``Quarantined``: ``not_a_listing``, ``foreign_listing``, and what ``open_page`` raises. Raises
    TooMuchWork if the page may take more work than the allowance.
    """
    opened = _open(text, url, rule, allowance)
    named = _read_rows(opened, rule, site, rule.identity(category), category)
    _refuse_foreign(named.articles, rule, category)
    found = {key: value_of(opened.page, key, after, allowance).text for key, after in rule.next_rules}
    link = next_page(url, opened.base, found.get("next", ""))
    lists = tuple(_lists(opened))
    return replace(named, next=link, cursor=found.get("next.cursor", ""), lists=lists)


def _lists(opened: _Opened) -> Iterator[OtherList]:
    known = defaults_of(opened.format)
    if known and known.index and opened.page.finds(known.index):
        found = opened.page.rows(known.index)
        spend(opened.allowance, opened.page, opened.format, ("address", known.changed), len(found))
        for row in found:
            if address := absolute(opened.base, row.value("address")):
                yield OtherList(address, row.value(known.changed))


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
    links = [absolute(opened.base, link) for link in page.values(rule.links)]
    if allowance:
        allowance.spend(sum(work_of(rule.category, len(link)) for link in links))
    named = (_category_in(link, rule.category) for link in links)
    categories = [category for category in dict.fromkeys(named) if category]
    if not categories:
        found = f"{len(links)} links, and none matches" if links else "nothing to compare with"
        rules = f"links {shown(rule.links)} finds {found} category {shown(rule.category.pattern)}"
        raise Quarantined("not_a_listing", f"no link on {url} names a category: {rules}")
    return HomePage(
        [category for category in categories if category not in rule.ignore],
        [name for name in page.values(rule.names) if name and DAMAGED not in name] if rule.names else [],
        _read_rows(opened, rule.articles, site, rule.url) if rule.articles else ListingPage([]),
    )


class _Opened(NamedTuple):
    page: Page
    base: str
    """The address from which relative addresses in it count."""
    format: str
    allowance: Allowance | None


def _open(text: str, url: str, rule: Listing | Home, allowance: Allowance | None) -> _Opened:
    page = open_page(text, rule.format, allowance, rule.within)
    spend(allowance, page, rule.format, rule.page_rules)
    if rule.present and not page.finds(rule.present):
        raise Quarantined("not_a_listing", f"nothing on {url} matches {shown(rule.present)} (present)")
    return _Opened(page, base_of(page, url) or url, rule.format, allowance)


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
    known = defaults_of(opened.format)
    changed: dict[str, str] = {}
    rows = opened.page.rows(rule.rows)
    if rows and opened.allowance:
        spend(opened.allowance, opened.page, opened.format, places(rule.fields.values()), len(rows))
        opened.allowance.spend(len(rows) * _ROW)
    for row in rows:
        found = {name: _value(row, name, field_rule, opened) for name, field_rule in rule.fields.items()}
        values: dict[str, str] = {name: value.text for name, value in found.items()}
        address = absolute(opened.base, values.get("address", ""))
        if opened.allowance:
            opened.allowance.spend(_work_of_address(address, rule, site))
        named = site.named_by(address)
        article_id = values.get("id") or named or address
        hints: dict[str, str] = {
            name: absolute_path(opened.base, value) if name == "link" else value
            for name, value in values.items()
            if value and name not in ("id", "address") and (name == "title" or DAMAGED not in value)
        }
        if guessed := " ".join(name for name, value in found.items() if value.is_guessed):
            hints[GUESSED] = guessed
        listed = Listed(article_id[:MAX_ID], category, address, hints, listing)
        if address and rule.skips(address):
            skipped.append(listed)
        else:
            (articles if site.family_of(article_id) else refused).append(listed)
        if known and known.changed and (said := row.value(known.changed)):
            changed[article_id] = said
    return ListingPage(articles, refused, skipped=skipped, changed=changed)


def _work_of_address(address: str, rule: Rows, site: Profile) -> float:
    category = rule.category if isinstance(rule, Listing) else None
    return site.work_of_address(address) + (work_of(category, len(address)) if category else 0)


def _value(row: Page, field: str, rule: Rule, opened: _Opened) -> Value:
    """A value of a row; empty if it is not a text, so that the other rows are still read."""
    try:
        return value_of(row, field, rule, opened.allowance)
    except Quarantined:
        return Value("")
