"""An answer about one article in, what it said out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.errors import Quarantined
from archiver.extract.formats import open_page
from archiver.items import Evidence

if TYPE_CHECKING:
    from archiver.sites.profile import Profile, Step

_MARKUP = ("body",)


def read_answer(text: str, step: Step, site: Profile, article_id: str) -> dict[str, Evidence]:
    """Field → what this answer says about it, only where it says something.

    Raises ``Quarantined``: ``id_mismatch`` for an answer about another article (faults C20),
    ``not_an_article`` for a page without what the step calls ``present``, ``not_an_article``, ``shape`` or
    ``empty_body`` for one that says nothing at all (P2 to P4), and what ``open_page`` raises.
    """
    page = open_page(text, step.format)
    if step.present and not page.finds(step.present):
        raise Quarantined("not_an_article", f"nothing matches {step.present!r}")
    said: dict[str, Evidence] = {}
    family = site.family_of(article_id)
    rules = step.fields | (family.rules.get(step.origin, {}) if family else {})
    for name, rule in rules.items():
        value = page.markup(rule) if name in _MARKUP else page.value(rule)
        if value.strip():
            said[name] = Evidence(value, step.origin)
    if "id" in said and not _proves_id(said["id"].text, site, article_id):
        del said["id"]
    if not said.keys() - {"id"}:
        raise Quarantined(page.nothing, "the answer says nothing about an article")
    return said


def _proves_id(claimed: str, site: Profile, article_id: str) -> bool:
    """An answer names itself by its id or by an address; twins of both families share a key.

    An address of a form the profile does not know proves nothing.
    """
    named = site.named_by(claimed)
    if not named and "://" in claimed:
        return False
    named = named or claimed
    if site.key_of(named) != site.key_of(article_id):
        raise Quarantined("id_mismatch", f"asked for {article_id}, the answer is about {named[:80]!r}")
    return True
