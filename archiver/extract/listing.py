"""A listing page in, the articles it names out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urldefrag, urljoin, urlsplit

from archiver.errors import Quarantined
from archiver.extract.formats import Page, open_page
from archiver.items import Listed

if TYPE_CHECKING:
    from archiver.sites.profile import Home, Listing, Profile, Rows

MAX_ID = 2048
"""Characters kept of what a refused row gave for an id."""

_CATEGORY = re.compile(r"[^\x00-\x1f\x7f/\\]{1,80}")
"""What a category may look like once decoded; another is no part of a listing's address."""


LEAST_FOREIGN = 3
"""Rows of another category; one or two may be a slip of the site."""


@dataclass(frozen=True, slots=True)
class ListingPage:
    """What one page of a listing named."""

    articles: list[Listed]
    refused: list[Listed] = field(default_factory=list)
    """Rows whose id the profile does not allow: never to touch a path."""
    next: str = ""
    """The address of the next page; empty on the last."""

    def first(self, rows: int) -> tuple[ListingPage, bool]:
        """The page with no more than so many rows, and whether it had more (faults Q16)."""
        if len(self.articles) + len(self.refused) <= rows:
            return self, False
        articles = self.articles[:rows]
        return ListingPage(articles, self.refused[: rows - len(articles)], self.next), True


@dataclass(frozen=True, slots=True)
class HomePage:
    categories: list[str]
    names: list[str]
    """The tags above its lists."""
    rows: ListingPage
    """Articles it names itself."""


def read_listing(text: str, url: str, rule: Listing, site: Profile, category: str) -> ListingPage:
    """Raises ``Quarantined`` (``not_a_listing``, ``foreign_listing``, ``shape`` …) for another page."""
    page = _open(text, url, rule)
    named = _read_rows(page, url, rule, site, rule.address(category), category)
    _refuse_foreign(named.articles, rule, category)
    following = page.value(rule.next) if rule.next else ""
    return ListingPage(named.articles, named.refused, _following(url, following))


def _refuse_foreign(articles: list[Listed], rule: Listing, category: str) -> None:
    """Rows that mostly belong elsewhere make a listing of another category (faults X3)."""
    if not rule.category:
        return
    found = (rule.category.search(listed.address) for listed in articles)
    named = [unquote(match["category"]).casefold() for match in found if match]
    foreign = [name for name in named if name != category.casefold()]
    if len(foreign) >= LEAST_FOREIGN and 2 * len(foreign) > len(named):
        raise Quarantined("foreign_listing", f"asked for {category}, most rows are of {foreign[0][:80]!r}")


def read_home(text: str, url: str, rule: Home, site: Profile) -> HomePage:
    """Raises ``Quarantined("not_a_listing")`` for a page that shows no category."""
    page = _open(text, url, rule)
    links = (_absolute(url, link) for link in page.values(rule.links))
    named = (_category_in(link, rule.category) for link in links)
    categories = [category for category in dict.fromkeys(named) if category]
    if not categories:
        raise Quarantined("not_a_listing", f"no link on {url} names a category")
    return HomePage(
        [category for category in categories if category not in rule.ignore],
        [name for name in page.values(rule.names) if name] if rule.names else [],
        _read_rows(page, url, rule.articles, site, rule.url) if rule.articles else ListingPage([]),
    )


def _open(text: str, url: str, rule: Listing | Home) -> Page:
    page = open_page(text, rule.format)
    if rule.present and not page.finds(rule.present):
        raise Quarantined("not_a_listing", f"nothing on {url} matches {rule.present!r}")
    return page


def _category_in(address: str, pattern: re.Pattern[str]) -> str:
    found = pattern.search(address)
    category = unquote(found["category"] or "") if found else ""
    return category if _CATEGORY.fullmatch(category) and category not in (".", "..") else ""


def _read_rows(
    page: Page, url: str, rule: Rows, site: Profile, listing: str, category: str = ""
) -> ListingPage:
    articles: list[Listed] = []
    refused: list[Listed] = []
    for row in page.rows(rule.rows):
        said = {name: _said(row, field_rule) for name, field_rule in rule.fields.items()}
        address = _absolute(url, said.get("address", ""))
        named = site.named_by(address)
        article_id = said.get("id") or named or address
        hints: dict[str, str] = {
            name: value for name, value in said.items() if value and name not in ("id", "address")
        }
        listed = Listed(article_id[:MAX_ID], category, address, hints, listing)
        (articles if site.family_of(article_id) else refused).append(listed)
    return ListingPage(articles, refused)


def _said(row: Page, rule: str) -> str:
    """One row's value that is no text is as good as missing: it must not cost the rows beside it."""
    try:
        return row.value(rule)
    except Quarantined:
        return ""


def _following(url: str, link: str) -> str:
    """Where a link to the next page leads; empty for one that leads nowhere (``#``, ``javascript:;``)."""
    address = urldefrag(_absolute(url, link)).url
    leads_on = urlsplit(address).scheme in ("http", "https", "invalid")
    return address if link and leads_on and address != urldefrag(url).url else ""


def _absolute(url: str, address: str) -> str:
    """The address made absolute; one that is none becomes ``invalid://address/…``, where no request goes."""
    try:
        absolute = urljoin(url, address) if address else ""
        urlsplit(absolute).port  # noqa: B018 - raises where there is none
    except ValueError:
        return f"invalid://address/{quote(address)}"
    return absolute
