"""Where an article is read, and whether every field that its post needs has a value."""

from __future__ import annotations

from datetime import datetime

from archiver.items import Article, Listed
from archiver.sites.profile import Profile


def begin(listed: Listed, now: datetime) -> Article:
    """The article before its first response."""
    return Article(listed.id, listed, now, listed.evidence())


def addresses(listed: Listed, step_number: int, site: Profile) -> list[str]:
    """The addresses of a step. None if the listing has the text, and the profile says no other place."""
    if listed.hints.get("body") and not site.has_own_steps:
        return []
    urls = site.steps[step_number].addresses(listed.id, site.key_of(listed.id), listed.address)
    return [site.requested_at(url) for url in urls]


def missing(article: Article, site: Profile) -> list[str]:
    """The fields that the post needs and that have no value yet."""
    family = site.family_of(article.id)
    needs = set(family.needs) if family else set()
    if family and family.by_source:
        needs.add("source")
    return sorted(name for name in needs if not article.evidence(name))
