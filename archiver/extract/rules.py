"""Applies a rule of a profile to a page."""

from __future__ import annotations

from collections.abc import Iterable

from archiver.extract.formats import Allowance, Page, spend, text_of
from archiver.extract.formats.fragment import as_page, without
from archiver.sites.pattern_work import work_of
from archiver.sites.rules import Rule

MARKUP = frozenset({"body"})
"""The fields whose value is HTML."""

MAX_MATCHED = 10_000
"""Characters of a text to which ``match`` is applied."""


def places(rules: Iterable[Rule]) -> list[str]:
    """Where the rules look, for an estimate of their work."""
    return [rule.at for rule in rules if rule.at]


def value_of(page: Page, field: str, rule: Rule, allowance: Allowance | None = None) -> str:
    """The value of a field; empty if there is none.

    Raises ``Quarantined("shape")`` for a match that is not a text, and TooMuchWork.
    """
    if rule.text:
        return rule.text
    is_markup = field in MARKUP
    found = page.markup(rule.at) if is_markup or rule.drop else text_of(page, field, rule.at)
    if rule.drop and found:
        fragment = as_page(found)
        spend(allowance, fragment, "html", rule.drop)
        found = without(fragment, rule.drop)
        found = found if is_markup else text_of(as_page(found), field, "xpath:.")
    return _matched(found, rule, allowance) if rule.match else found


def _matched(text: str, rule: Rule, allowance: Allowance | None) -> str:
    assert rule.match
    text = text[:MAX_MATCHED]
    if allowance:
        allowance.spend(work_of(rule.match, len(text)))
    found = rule.match.search(text)
    if not found:
        return ""
    return (found[1] if found.re.groups else found[0]) or ""
