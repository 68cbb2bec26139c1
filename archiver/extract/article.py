"""Reads what one answer says about one article."""

from __future__ import annotations

from archiver.errors import Quarantined
from archiver.extract.formats import open_page
from archiver.items import Evidence
from archiver.sites.article import Step
from archiver.sites.profile import Profile

_MARKUP = ("body",)


def read_answer(text: str, step: Step, site: Profile, article_id: str) -> dict[str, Evidence]:
    """Field → what this answer says about it; a field about which it says nothing is left out.

    Raises ``Quarantined``: ``id_mismatch`` for an answer about another article (faults C20),
    ``not_an_article`` for a page without a match of the step's ``present``, ``not_an_article``, ``shape`` or
    ``empty_body`` for one that says nothing at all (P2 to P4), and what ``open_page`` raises.
    """
    page = open_page(text, step.format)
    if step.present and not page.finds(step.present):
        raise Quarantined("not_an_article", f"nothing matches {step.present!r}")
    family = site.family_of(article_id)
    rules = step.fields | (family.rules.get(step.origin, {}) if family else {})
    values = (
        (name, page.markup(rule) if name in _MARKUP else page.value(rule)) for name, rule in rules.items()
    )
    said: dict[str, Evidence] = {
        name: Evidence(value, step.origin) for name, value in values if value.strip()
    }
    if "id" in said and not _proves_id(said["id"].text, site, article_id):
        del said["id"]
    if not said.keys() - {"id"}:
        raise Quarantined(page.empty_reason, "the answer says nothing about an article")
    return said


def _proves_id(claimed: str, site: Profile, article_id: str) -> bool:
    """Whether the id or the address an answer gives for itself is that of the article.

    Ids of two families with the same key belong to the same article. An address of no form that the profile
    knows proves nothing. Raises ``Quarantined("id_mismatch")``.
    """
    named = site.named_by(claimed)
    if not named and "://" in claimed:
        return False
    named = named or claimed
    if site.key_of(named) != site.key_of(article_id):
        raise Quarantined("id_mismatch", f"asked for {article_id}, the answer is about {named[:80]!r}")
    return True
