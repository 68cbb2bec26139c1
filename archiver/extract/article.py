"""Reads the fields of an article from one response."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from types import MappingProxyType

from archiver.errors import Quarantined
from archiver.extract.formats import Allowance, Page, base_of, open_page, spend
from archiver.extract.formats.addresses import absolute, absolute_path, next_page
from archiver.extract.formats.html import HtmlPage
from archiver.extract.identity import CANONICAL
from archiver.extract.rules import MARKUP, Value, places, value_of
from archiver.items import Evidence
from archiver.normalise.text import DAMAGED, is_unreadable
from archiver.sites.article import SaidField, Step
from archiver.sites.family import Family
from archiver.sites.part import shown
from archiver.sites.profile import Profile
from archiver.sites.rules import Rule

NEXT = "next"
"""The evidence that has the address of the next page of an article."""

_ADDRESSES = ("id", "link")
_OWN_ADDRESS = ("link[rel=canonical]::attr(href)", "meta[property='og:url']::attr(content)")
_MAY_BE_DAMAGED = ("body", "title")
"""Fields that are kept with U+FFFD in them. A damaged date, source or address could mean another one."""


def read_answer(
    text: str,
    step: Step,
    site: Profile,
    article_id: str,
    url: str = "",
    hints: Mapping[str, str] = MappingProxyType({}),
    allowance: Allowance | None = None,
) -> dict[str, Evidence]:
    """Field → its evidence in this response; fields without a value, or with a damaged one, are left out.
    ``url``: the address of the response; ``hints``: what the listing says.

    Raises ``Quarantined``: ``id_mismatch`` for a response about another article (faults C20),
    ``not_an_article`` for a page in which the step's ``present`` matches nothing; ``not_an_article``,
    ``shape`` or ``empty_body`` for a page without any field (P2 to P4); ``encoding`` for an unreadable body
    (E9); and what ``open_page`` raises.
    Raises TooMuchWork if the page may take more work than the allowance.
    """
    page = open_page(text, step.format, allowance, step.within)
    family = site.family_of(article_id)
    if allowance:
        spend(allowance, page, step.format, step.places)
    if step.present and not page.finds(step.present):
        raise Quarantined(
            "not_an_article", f"nothing matches {shown(step.present)} (present of {step.origin})"
        )
    rules = _rules(page, step) | (family.rules.get(step.origin, {}) if family else {})
    if allowance:
        spend(allowance, page, step.format, places(rules.values()))
    base = base_of(page, url)
    values = ((name, _read(page, name, rule, base, allowance)) for name, rule in rules.items())
    found: dict[str, Evidence] = {
        name: Evidence(value.text, step.origin, base if name in MARKUP else "", is_guessed=value.is_guessed)
        for name, value in values
        if value.text.strip() and (DAMAGED not in value.text or name in _MAY_BE_DAMAGED)
    }
    if step.generic:
        wanted = _wanted(family) - found.keys()
        found |= _without_rules(page, url, wanted, hints, allowance, base)
    if "body" in found and is_unreadable(found["body"].text):
        raise Quarantined("encoding", "too many characters of the text are U+FFFD")
    if "id" in found:
        claimed = found["id"].text
        if allowance:
            allowance.spend(site.work_of_address(claimed) + site.work_of_key(claimed))
        if not _proves_id(claimed, site, article_id):
            del found["id"]
    if not found.keys() - {"id"}:
        tried = ", ".join(f"{name} {rule}" for name, rule in rules.items())
        raise Quarantined(page.empty_reason, f"no rule of {step.origin} finds anything ({tried})")
    if base and "id" not in rules and (named := _canonical(page, base, allowance)):
        found[CANONICAL] = Evidence(named, step.origin)
    if step.next and (address := next_page(url, base or url, page.value(step.next))):
        found[NEXT] = Evidence(address, step.origin)
    return found


def _canonical(page: Page, base: str, allowance: Allowance | None) -> str:
    """The address that a page gives itself; empty if there is none."""
    spend(allowance, page, "html", _OWN_ADDRESS)
    found = (page.value(rule) for rule in _OWN_ADDRESS)
    return next((absolute(base, address) for address in found if address), "")


def _rules(page: Page, step: Step) -> dict[SaidField, Rule]:
    """The rules of the step, and those of the first layout that the page has."""
    layout = next((layout for layout in step.layouts if page.finds(layout.mark)), None)
    return step.fields | (layout.rules if layout else {})


def _wanted(family: Family | None) -> set[str]:
    """The fields that a post of the family needs, or that improve it."""
    if family is None:
        return set()
    credit = {"source"} if family.needs_source else set()
    return credit | {"title", "date", "author"} | family.needs


def _without_rules(
    page: Page,
    url: str,
    wanted: Collection[str],
    hints: Mapping[str, str],
    allowance: Allowance | None,
    base: str,
) -> dict[str, Evidence]:
    """The fields that no rule of the profile gives. Raises ``Quarantined("unsure")`` if it is doubtful which
    part of the page is the text."""
    if not wanted or not isinstance(page, HtmlPage):
        return {}
    from archiver.extract.generic import read_generic  # here: it takes up to 0.2 s, and most sites need none

    generic = read_generic(page, url, wanted, hints, allowance)
    if "body" in wanted and generic.unsure:
        raise Quarantined("unsure", generic.unsure)
    return {
        name: replace(said, base=base) if name in MARKUP else said
        for name, said in generic.found.items()
        if DAMAGED not in said.text or name in _MAY_BE_DAMAGED
    }


def _read(page: Page, name: str, rule: Rule, base: str, allowance: Allowance | None) -> Value:
    value = value_of(page, name, rule, allowance)
    return Value(absolute_path(base, value.text)) if name in _ADDRESSES else value


def _proves_id(claimed: str, site: Profile, article_id: str) -> bool:
    """Whether the id or address in a response shows that the response is about this article.

    Ids of two families with the same key belong to the same article. An address in a form unknown to the
    profile proves nothing. Raises ``Quarantined("id_mismatch")`` for the id of another article.
    """
    named = site.named_by(claimed)
    if not named and "://" in claimed:
        return False
    named = named or claimed
    if site.key_of(named) != site.key_of(article_id):
        raise Quarantined("id_mismatch", f"{article_id} was requested, the response is about {named[:80]!r}")
    return True
