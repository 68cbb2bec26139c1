"""Whether the responses of an article are about another article, for articles without an id in them."""

from __future__ import annotations

from collections.abc import Mapping

from archiver.errors import Quarantined
from archiver.items import Article, Evidence, Listed
from archiver.normalise import text, titles
from archiver.sites.profile import Profile

CANONICAL = "canonical"
"""The evidence that has the address which a page gives itself."""


MAX_REMEMBERED = 1000
"""Size of :class:`Memory`. Copies of one response arrive close together, so the latest entries are enough."""


class Memory:
    """Remembers which of the latest articles had some content first."""

    def __init__(self) -> None:
        self._keys: dict[int, str] = {}

    def first(self, content: int, key: str) -> str:
        """The key of the first article whose content has this hash; ``key`` itself if there was none."""
        if len(self._keys) >= MAX_REMEMBERED:
            del self._keys[next(iter(self._keys))]
        return self._keys.setdefault(content, key)


def compare(article: Article, site: Profile, found: Evidence, listed: str, known: Memory) -> list[str]:
    """Compares the title of an article without an id in its responses with its title in the listing. If they
    do not resemble each other, that is a doubt, because an article can have two headlines.

    Raises ``Quarantined("id_mismatch")`` if the responses should have an id, if they name another article, or
    if another article has this title. ``known``: the titles of such articles, also those in the listing.
    """
    key = site.key_of(article.id)
    known.first(hash(listed), key)
    if titles.are_alike(found.text, listed):
        return []
    if _gives_ids(site, found.origin, article.id):
        raise Quarantined("id_mismatch", _titles(listed, found.text))
    other = _other_named(article, site)
    if other is None:
        other = known.first(hash(found.text), key)
    if other and other != key:
        raise _of_another(listed, found.text, other)
    return ["title/conflict"]


def unconfirmed(article: Article, said: Mapping[str, Evidence], site: Profile, known: Memory) -> str:
    """The title in a response that nothing but its address connects with the article, and that does not
    resemble the title of the listing. It counts if a second response has it, too. Else empty.

    Raises ``Quarantined("id_mismatch")`` for the title of another article, which ``known`` has.
    """
    listed = text.clean(article.listed.hints.get("title", ""))
    has_other = any(each.origin != "listing" for each in article.evidence("title"))
    if "id" in said or article.evidence("id") or has_other or "title" not in said or not listed:
        return ""
    title = text.clean(said["title"].text)
    is_alike = text.DAMAGED in listed or titles.are_alike(title, listed)
    if is_alike or _gives_ids(site, said["title"].origin, article.id):
        return ""
    if _other_named(article, site, said.get(CANONICAL)) is not None:
        return ""
    other = known.first(hash(title), site.key_of(article.id))
    if other != site.key_of(article.id):
        raise _of_another(listed, title, other)
    return title


def _titles(listed: str, found: str) -> str:
    return f"the listing has the title {listed!r}, the response {found!r}"


def _of_another(listed: str, found: str, other: str) -> Quarantined:
    return Quarantined("id_mismatch", f"{_titles(listed, found)}, as the article {other[:80]!r}")


def remember(listed: Listed, site: Profile, known: Memory) -> None:
    """Remembers the title of an article that is requested."""
    if title := text.clean(listed.hints.get("title", "")):
        known.first(hash(title), site.key_of(listed.id))


def _gives_ids(site: Profile, origin: str, article_id: str) -> bool:
    """Whether the profile says where the responses of this step have the id of their article."""
    family = site.family_of(article_id)
    step = next((step for step in site.steps if step.origin == origin), None)
    of_family = family.rules.get(origin, {}) if family else {}
    return step is not None and (
        "id" in step.fields or "id" in of_family or any(layout.id for layout in step.layouts)
    )


def _other_named(article: Article, site: Profile, named: Evidence | None = None) -> str | None:
    """The id of another article that the page names as its own, or to which the request was redirected; empty
    if the page names this article; None if it names none."""
    if _named(site, article.listed.address) != site.key_of(article.id):
        return None  # the ids of this site are not in its addresses
    for evidence in (*([named] if named else ()), *article.evidence(CANONICAL)):
        if key := _named(site, evidence.text):
            return "" if key == site.key_of(article.id) else key
    answer = next((answer for answer in article.answers if not answer.problem), None)
    other = _named(site, answer.url) if answer and answer.url not in _asked(article, site) else ""
    return other if other and other != site.key_of(article.id) else None


def _named(site: Profile, address: str) -> str:
    """The key of the id in an address of this site; empty if there is none."""
    return site.key_of(site.named_by(address)) if site.allows(site.requested_at(address)) else ""


def _asked(article: Article, site: Profile) -> set[str]:
    key = site.key_of(article.id)
    steps = (step.addresses(article.id, key, article.listed.address) for step in site.steps)
    return {site.requested_at(address) for addresses in steps for address in addresses}
