"""Adds what a response says to its article, and finds the next page of an article that has several."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, NamedTuple
from urllib.parse import urljoin

from archiver.errors import ArticleError, Deferred, Quarantined, Skipped
from archiver.extract import identity
from archiver.extract.article import NEXT
from archiver.extract.formats.addresses import based
from archiver.extract.identity import Memory
from archiver.items import Article, Evidence
from archiver.normalise import sources, text, titles
from archiver.sites.article import Step
from archiver.sites.profile import Profile


class Pages(NamedTuple):
    """How far the pages of an article were read."""

    number: int = 1
    """That of the page that is requested."""
    address: str = ""
    """Its address; empty for the first page, which has mirrors."""
    seen: tuple[str, ...] = ()
    """The addresses of the earlier pages."""
    title: str = ""
    """The title of an earlier response to the same request, which this one must have, too."""

    @property
    def is_first(self) -> bool:
        return self.number == 1 and not self.title


FIRST: Final = Pages()
_OWN_SENTENCE = frozenset({"offsite", "too_many_pages"})


def add_said(
    article: Article,
    said: dict[str, Evidence],
    url: str,
    step: Step,
    site: Profile,
    pages: Pages,
    known: Memory,
) -> Pages | None:
    """Adds what the response at ``url`` says, of a later page only the text. Returns the next page of the
    text, if there is one; or the same page, if a second response must confirm its title.

    Raises ``Quarantined``: ``empty_body`` or ``id_mismatch`` for a later page without a text or with another
    title; ``too_many_pages``, ``offsite``; ``id_mismatch`` also for a title that is not confirmed, or is that
    of another article (``known``).
    """
    goes_on = pages.number > 1 or all(
        each.origin in ("listing", step.origin) for each in article.evidence("body")
    )
    following = _following(said, url, step, site, pages) if goes_on and "body" in said else None
    if pages.title:
        _confirm(said, pages.title)
        return following
    unconfirmed = ""
    if pages.number == 1:
        unconfirmed = identity.unconfirmed(article, said, site, known)
        for name, evidence in said.items():
            if name != NEXT:
                _add(article, name, evidence)
    elif not _add_page(article, said):
        return None
    if "body" in said and (line := sources.from_body(said["body"].text, site.text.credit)):
        _add(article, "source", Evidence(line, "body"))
    return Pages(1, url, title=unconfirmed) if unconfirmed else following


def _confirm(said: dict[str, Evidence], title: str) -> None:
    second = text.clean(said["title"].text) if "title" in said else ""
    if second != title:
        raise Quarantined("id_mismatch", f"two responses have the titles {title!r} and {second!r}")


def without_page(why: ArticleError, pages: Pages) -> ArticleError:
    """What a later page that could not be read means for its article, which is never posted without it."""
    if why.reason in _OWN_SENTENCE or (pages.title and not isinstance(why, Skipped)):
        return why
    detail = f"page {pages.number} of the article, {pages.address}, cannot be read: {why}"
    return Deferred("page_missing", detail) if isinstance(why, Skipped) else type(why)(why.reason, detail)


def _following(said: dict[str, Evidence], url: str, step: Step, site: Profile, pages: Pages) -> Pages | None:
    address = site.requested_at(said[NEXT].text) if NEXT in said else ""
    seen = (*pages.seen, *filter(None, (pages.address,)), url)
    if not address or address in seen:
        return None
    if pages.number >= step.max_pages:
        raise Quarantined("too_many_pages", f"it has more than max_pages={step.max_pages} pages: {address}")
    if not site.allows(address):
        raise Quarantined("offsite", f"the next page is at none of the origins of the profile: {address}")
    return Pages(pages.number + 1, address, seen)


def _add_page(article: Article, said: dict[str, Evidence]) -> bool:
    """Adds the text of a later page; returns whether it is new."""
    if "body" not in said:
        raise Quarantined("empty_body", "it has no text")
    first = text.clean(next((each.text for each in article.evidence("title")), ""))
    later = text.clean(said["title"].text) if "title" in said else ""
    if first and later and not titles.are_alike(first, later):
        raise Quarantined("id_mismatch", f"its title is {later!r}, that of the first page {first!r}")
    whole, page = article.said["body"][0], said["body"]
    if page.text in whole.text:
        return False
    is_moved = urljoin(whole.base, "x") != urljoin(page.base, "x")
    added = based(page.text, page.base) if is_moved else page.text
    is_guessed = whole.is_guessed or page.is_guessed
    article.said["body"][0] = replace(whole, text=f"{whole.text}\n{added}", is_guessed=is_guessed)
    return True


def _add(article: Article, name: str, evidence: Evidence) -> None:
    """Adds evidence in the order of trust: earlier steps, later steps, then the hints of a listing."""
    said = article.said.setdefault(name, [])
    hints = [old for old in said if old.origin == "listing"]
    said[:] = [*(old for old in said if old.origin != "listing"), evidence, *hints]
