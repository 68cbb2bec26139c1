"""Applies a rule of a profile to a page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from archiver.extract.formats import Allowance, Page, spend, text_of
from archiver.extract.formats.fragment import as_page, without
from archiver.extract.formats.names import weight_of
from archiver.extract.formats.prose import Prose
from archiver.sites.pattern_work import work_of
from archiver.sites.rules import Rule

MARKUP = frozenset({"body"})
"""The fields whose value is HTML."""

VERBATIM = frozenset({"id", "address", "link"})
"""The fields whose value is never decoded, unless the rule says that it is HTML."""

MAX_MATCHED = 10_000
"""Characters of a text to which ``match`` is applied."""

_TAG = 80
"""The work of reading one tag of a text, in the unit of ``Allowance``."""


def places(rules: Iterable[Rule]) -> list[str]:
    """Where the rules look, for an estimate of their work."""
    return [rule.at for rule in rules if rule.at]


class Value(NamedTuple):
    text: str
    """Empty if there is no value."""
    is_guessed: bool = False
    """It is not certain whether the page has it as plain text or as HTML."""


def value_of(page: Page, field: str, rule: Rule, allowance: Allowance | None = None) -> Value:
    """The value of a field.

    Raises ``Quarantined("shape")`` for a match that is not a text, and TooMuchWork.
    """
    if rule.text:
        return Value(rule.text)
    is_markup = field in MARKUP
    wants_markup = is_markup or bool(rule.drop)
    is_certain = True
    if page.declares_kinds:
        found = page.markup(rule.at) if wants_markup else text_of(page, field, rule.at)
    else:
        prose = _prose(page.markup(rule.at), field, rule, allowance)
        found, is_certain = prose.html if wants_markup else prose.plain, prose.is_certain
    if rule.drop and found:
        fragment = as_page(found)
        spend(allowance, fragment, "html", rule.drop)
        found = without(fragment, rule.drop)
        found = found if is_markup else text_of(as_page(found), field, "xpath:.")
    return Value(_matched(found, rule, allowance) if rule.match else found, not is_certain)


def _prose(found: str, field: str, rule: Rule, allowance: Allowance | None) -> Prose:
    """What a string is: as the rule says, else plain text for an id or an address, else it is decided."""
    if rule.kind or field in VERBATIM:
        return Prose(found, rule.kind == "html")
    if allowance and ("<" in found or "&" in found):
        allowance.spend(weight_of(found, _TAG))
    return Prose.undeclared(found)


def _matched(text: str, rule: Rule, allowance: Allowance | None) -> str:
    assert rule.match
    text = text[:MAX_MATCHED]
    if allowance:
        allowance.spend(work_of(rule.match, len(text)))
    found = rule.match.search(text)
    if not found:
        return ""
    return (found[1] if found.re.groups else found[0]) or ""
