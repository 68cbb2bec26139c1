"""A listing page in, the articles it names out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin

from archiver.errors import Quarantined
from archiver.extract.rules import Page, open_page
from archiver.items import Listed

if TYPE_CHECKING:
    from archiver.sites.profile import Home, Listing, Profile, Rows


@dataclass(frozen=True, slots=True)
class ListingPage:
    """What one page of a listing named."""

    articles: list[Listed]
    refused: list[Listed] = field(default_factory=list)
    """Rows whose id the profile does not allow: never to touch a path."""
    next: str = ""
    """The address of the next page; empty on the last."""


@dataclass(frozen=True, slots=True)
class HomePage:
    categories: list[str]
    names: list[str]
    """The tags above its lists."""
    rows: ListingPage
    """Articles it names itself."""


def read_listing(text: str, url: str, rule: Listing, site: Profile, category: str) -> ListingPage:
    """Raises ``Quarantined`` (``not_a_listing``, ``shape``, ``not_json``, ``empty`` …) for another page."""
    page = _open(text, url, rule)
    named = _read_rows(page, url, rule, site, rule.address(category), category)
    following = page.value(rule.next) if rule.next else ""
    return ListingPage(named.articles, named.refused, _absolute(url, following))


def read_home(text: str, url: str, rule: Home, site: Profile) -> HomePage:
    """Raises ``Quarantined("not_a_listing")`` for a page that shows no category."""
    page = _open(text, url, rule)
    links = (re.search(rule.category, _absolute(url, link)) for link in page.values(rule.links))
    categories = list(dict.fromkeys(unquote(found["category"]) for found in links if found))
    if not categories:
        raise Quarantined("not_a_listing", f"no link on {url} names a category")
    return HomePage(
        [category for category in categories if category not in rule.ignore],
        page.values(rule.names) if rule.names else [],
        _read_rows(page, url, rule.articles, site, rule.url) if rule.articles else ListingPage([]),
    )


def _open(text: str, url: str, rule: Listing | Home) -> Page:
    page = open_page(text, rule.format)
    if rule.present and not page.values(rule.present):
        raise Quarantined("not_a_listing", f"nothing on {url} matches {rule.present!r}")
    return page


def _read_rows(
    page: Page, url: str, rule: Rows, site: Profile, listing: str, category: str = ""
) -> ListingPage:
    articles: list[Listed] = []
    refused: list[Listed] = []
    for row in page.rows(rule.rows):
        said: dict[str, str] = {name: row.value(field_rule) for name, field_rule in rule.fields.items()}
        address = _absolute(url, said.pop("address", ""))
        named = site.named_by(address)
        hints = {name: value for name, value in said.items() if value and name != "id"}
        listed = Listed(
            said.get("id") or named or address, category, address if named else "", hints, listing
        )
        (articles if site.family_of(listed.id) else refused).append(listed)
    return ListingPage(articles, refused)


def _absolute(url: str, address: str) -> str:
    """The address made absolute; as it is where it cannot be, so that whoever reads the record sees it."""
    try:
        return urljoin(url, address) if address else ""
    except ValueError:
        return address
