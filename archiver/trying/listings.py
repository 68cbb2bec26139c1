"""What the rules of a listing found in one of its pages."""

from __future__ import annotations

from archiver.errors import Quarantined
from archiver.extract import gathering
from archiver.extract.listing import HomePage, ListingPage
from archiver.items import Listed
from archiver.sites.listing import Listing
from archiver.sites.profile import Profile
from archiver.sites.rules import Rule
from archiver.trying.findings import Asked, ListingFound, RowField, shortened
from archiver.trying.rules import advice_for, text_of_rule

SHOWN = 3
"""Addresses that are shown of each kind."""


def counted(
    key: str, category: str, asked: Asked, page: ListingPage, rule: Listing, site: Profile
) -> ListingFound:
    """A listing that could be read."""
    ours = [listed for listed in page.articles if is_ours(listed, site)]
    elsewhere = [listed for listed in page.articles if not is_ours(listed, site)]
    rows = [*page.articles, *page.refused, *page.skipped]
    fields = [_row_field(f"{key}.fields.{name}", name, said, rows) for name, said in rule.fields.items()]
    return ListingFound(
        key,
        category,
        asked,
        rows=page.rows,
        ours=len(ours),
        skipped=[listed.address for listed in page.skipped[:SHOWN]],
        refused=[listed.id for listed in page.refused[:SHOWN]],
        elsewhere=[listed.address or listed.id for listed in elsewhere[:SHOWN]],
        next=rule.following(category, 1, page.next, empty=page.rows == 0),
        fields=fields,
        articles=ours,
        advice=_advice(key, page, elsewhere),
    )


def _row_field(key: str, name: str, rule: Rule, rows: list[Listed]) -> RowField:
    values = [value for listed in rows if (value := _value(listed, name))]
    return RowField(name, key, text_of_rule(rule), len(values), shortened(next(iter(values), "")))


def of_home(asked: Asked, page: HomePage) -> ListingFound:
    return ListingFound("home", "", asked, rows=page.rows.rows, categories=page.categories)


def is_ours(listed: Listed, site: Profile) -> bool:
    """Whether a crawl would request the article, or needs no request."""
    if listed.hints.get("body") and not site.has_own_steps:
        return True
    urls = (url for number in range(len(site.steps)) for url in gathering.addresses(listed, number, site))
    return site.allows(next(urls, ""))


def _value(listed: Listed, field: str) -> str:
    return (
        listed.id if field == "id" else listed.address if field == "address" else listed.hints.get(field, "")
    )


def _advice(key: str, page: ListingPage, elsewhere: list[Listed]) -> str:
    if page.rows == 0:
        return advice_for(Quarantined("no_rows"), "", key)
    if page.refused:
        return (
            f"{len(page.refused)} rows have an id that the profile does not accept: change addresses, or add "
            f"a pattern to {key}.skip if they are no articles"
        )
    if elsewhere:
        what = advice_for(Quarantined("offsite"), elsewhere[0].address, key)
        return f"{len(elsewhere)} rows are at none of the origins: {what}"
    return ""
