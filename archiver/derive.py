"""Makes a post from the evidence of an article, in a fixed series of decisions. All functions are pure.

Each decision reads the article and the :class:`Given` values, and returns what it decided. ``DECISIONS``
defines their order: the pipelines run them one by one, :func:`derive` runs all of them. A decision raises
ArticleError if the article cannot become a post.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from archiver.errors import Quarantined
from archiver.extract import identity
from archiver.extract.identity import Memory
from archiver.items import Article, Evidence
from archiver.normalise import age, dates, digests, notices, sources, text
from archiver.normalise import body as bodies
from archiver.normalise.fingerprint import fingerprint
from archiver.posts import Post
from archiver.sites.family import Family
from archiver.sites.profile import Profile

_WEB_ADDRESS = re.compile(r"https?://[^\s<>/]+\S*")


class Names(Protocol):
    """The slugs of the archive's sources."""

    def slug(self, name: str) -> str:
        """The slug of a source's name; it never changes."""

    def name_of(self, slug: str) -> str:
        """The name of the source that has this slug; empty if the slug is unknown."""


@dataclass(frozen=True, slots=True)
class Given:
    """The values, in addition to the article, on which decisions depend."""

    site: Profile
    site_url: str
    """The address of the published site, with a slash at its end."""
    names: Names
    memory: Memory = field(default_factory=Memory)
    titles: Memory = field(default_factory=Memory)
    """The titles of articles without an id in their responses, in the listing and in the responses."""


_EMPTY: Mapping[str, Any] = {}


class Decided(NamedTuple):
    """The result of one decision about an article."""

    values: Mapping[str, Any] = _EMPTY
    """Field of the article → its value."""
    origins: Mapping[str, str] = _EMPTY
    """Field → where its value came from (see ``Article.origins``)."""
    doubts: Sequence[str] = ()
    """For example ``date/conflict``; docs/reasons.md lists all of them."""
    details: Mapping[str, str] = _EMPTY
    """Doubt → the text that caused it, for those that the user can resolve: ``source/unparsed``."""


NOTHING = Decided()

_DAMAGED = "encoding/damaged"
"""The doubt for a title or text with characters that could not be decoded."""

Decision = Callable[[Article, Given], Decided]


def fetched(article: Article, _given: Given) -> Decided:
    """Raises the failure of an article that could not be fetched or read."""
    if article.failure:
        raise article.failure.plain()  # its traceback would keep the article in memory
    return NOTHING


def title(article: Article, given: Given) -> Decided:
    """The title. Without an id in the responses, it is compared with the title of the listing."""
    first, best = _titles(article, given.site)
    doubts = [_DAMAGED] if text.DAMAGED in best.text else []
    listed = text.clean(article.listed.hints.get("title", ""))
    if listed and text.DAMAGED not in listed and not article.evidence("id"):
        doubts += identity.compare(article, given.site, first, listed, given.titles)
    return Decided({"title": best.text}, {"title": best.origin}, [*doubts, *best.doubts])


def _titles(article: Article, site: Profile) -> tuple[Evidence, Evidence]:
    """The most trusted title, and the most trusted one that is not damaged; else the first one twice."""
    damaged: list[Evidence] = []
    for evidence in article.evidence("title"):
        title = replace(evidence, text=text.clean(evidence.text))
        if text.is_blank(title.text):
            continue
        if text.DAMAGED not in title.text:
            return damaged[0] if damaged else title, title
        damaged.append(title)
    if not damaged:
        rules = site.rules_for("title", article.id)
        raise Quarantined("title_empty", f"no response has a title (rules: {rules})")
    return damaged[0], damaged[0]


def date(article: Article, given: Given) -> Decided:
    """The date from the article itself, else from the listing, else the day in its address or id."""
    evidence = [
        *article.evidence("date"),
        Evidence(article.listed.address, "address"),
        Evidence(given.site.key_of(article.id), "id"),
    ]
    try:
        found = dates.decide(evidence, article.fetched_at, given.site.zone, lambda: _answered_at(article))
    except Quarantined as why:
        if why.detail:
            raise
        rules = given.site.rules_for("date", article.id)
        raise Quarantined(why.reason, f"no response has a date (rules: {rules})") from why
    values = {"date": found.moment.at, "date_precise": found.moment.precise}
    return Decided(values, {"date": found.origin}, found.notes)


def _answered_at(article: Article) -> datetime:
    """When the site made the response that was read last; a cache may have sent it later."""
    headers = next((answer.headers for answer in reversed(article.answers) if not answer.problem), {})
    return age.answered_at(article.fetched_at, headers)


def body(article: Article, given: Given) -> Decided:
    """The cleaned text; doubts if cleaning removed content, or if the text goes on on another page."""
    evidence = article.evidence("body")
    if not evidence:
        rules = given.site.rules_for("body", article.id)
        raise Quarantined("empty_body", f"no response has a text (rules: {rules})")
    base = evidence[0].base or _own_address(article, given.site)
    cleaned = bodies.cleaned(evidence[0].text, base, given.site.text.extra_attributes)
    notices.refuse(cleaned.text, given.site.notices)
    has_more = cleaned.continues and not given.site.joins_pages
    doubts = ["body/dropped"] * cleaned.lost_content + ["body/continues"] * has_more
    if text.DAMAGED in cleaned.text and _DAMAGED not in article.notes:
        doubts.append(_DAMAGED)
    doubts += evidence[0].doubts
    return Decided({"body": cleaned.text}, {"body": evidence[0].origin}, doubts)


def _own_address(article: Article, site: Profile) -> str:
    """The link of the post; it does not depend on the listing or mirror that gave the article."""
    family = site.family_of(article.id)
    return _link(article, family, site).text if family else ""


def source(article: Article, given: Given) -> Decided:
    """The source and the author that the article credits; both may be empty."""
    family = given.site.family_of(article.id)
    if family is None:
        raise Quarantined("bad_id", f"no family of the profile {given.site.name} accepts this id")
    credited = credits_of(article, family)
    if not credited and given.site.source:
        credited = [Evidence(given.site.source, "profile")]
    credit = sources.decide(credited, given.site.aliases)
    origins = {"source": credit.origin} if credit.name else _EMPTY
    author = credit.author or next((text.clean(said.text) for said in article.evidence("author")), "")
    details = {"source/unparsed": credit.unparsed} if credit.unparsed else _EMPTY
    guessed = [said for said in credited if said.is_guessed and said.origin == credit.origin]
    doubts = [*credit.notes, *guessed[0].doubts] if guessed else credit.notes
    return Decided({"source": credit.name, "author": author}, origins, doubts, details)


def credits_of(article: Article, family: Family) -> list[Evidence]:
    """The credits, then the source in the tag; without these, the credit in the line of the date, else the
    source in the last bracket of the digest.

    A tag counts only in families whose tags are made from the source alone. A damaged credit would make a
    wrong category: it is left out.
    """
    credited = [said for said in article.evidence("source") if text.DAMAGED not in said.text]
    if family.source_tag:
        tags = article.evidence("tag")
        credited += [Evidence(sources.from_tag(tag.text, family.source_tag), tag.origin) for tag in tags]
    credited = credited or [said for said in article.evidence("date") if _LABELLED.search(said.text)]
    named = ((sources.from_digest(digest.text), digest.origin) for digest in article.evidence("digest"))
    return credited or [Evidence(name, origin) for name, origin in named if name]


_LABELLED = re.compile("(?:来源|來源|出处|出處)\\s*[:：|｜丨]")
"""A date that stands in one line with the credit: 2022-02-22 17:47 来源：样例日报."""


def credit_of(article: Article) -> str:
    """The statement that the source was read from, verbatim; empty if nobody is credited."""
    origin = article.origins.get("source")
    return next((said.text for said in article.evidence("source") if said.origin == origin), "")


def filing(article: Article, given: Given) -> Decided:
    """The category and the tag: those of the family, with the source and the category of the listing in them.

    Without a source, the source that has the category of the listing counts.
    """
    site, family, listed = given.site, family_of(article, given.site), article.listed.category
    if not family.needs_source or article.source:
        category, tag = filed_under(article.source, family, given, listed)
        return Decided({"category": category, "tag": tag})
    name = given.names.name_of(listed)
    if not name:
        rules = site.rules_for("source", article.id)
        raise Quarantined(
            "source",
            f"no source is credited (rules: {rules}), and the category of the listing is unknown: write "
            "`source: NAME` in the profile if the site is the source of its articles",
        )
    values = {
        "category": family.category_of(listed, listed, site.name),
        "tag": family.tag_of(name, listed, site.title_of(listed), site.readers_title),
    }
    return Decided(values, {"category": "listing"})


def slug_of_source(source: str, given: Given) -> str:
    return given.site.slugs.get(source) or given.names.slug(source)


def filed_under(source: str, family: Family, given: Given, listed: str = "") -> tuple[str, str]:
    """The category and the tag of articles that credit this source; ``listed``: the listing's category."""
    site = given.site
    if family.fixed:
        return family.fixed
    slug = slug_of_source(source, given) if family.needs_source else ""
    category = family.category_of(slug, listed, site.name)
    return category, family.tag_of(source, slug, site.title_of(listed), site.readers_title)


def link(article: Article, given: Given) -> Decided:
    """The link below the text and, in families that need one, the digest above it."""
    family = family_of(article, given.site)
    found = {"link": _link(article, family, given.site)}
    if not found["link"].text:
        raise Quarantined("no_link", "its address is not known: write `link` in the profile, with {id}")
    doubts = ["link/missing"] if "link" in family.needs and found["link"].origin == "id" else []
    if "digest" in family.needs:
        if digest := _digest(article):
            found["digest"] = digest
            doubts += digest.doubts
        else:
            doubts.append("digest/missing")
    return Decided(
        {name: evidence.text for name, evidence in found.items()},
        {name: evidence.origin for name, evidence in found.items()},
        doubts,
    )


def _link(article: Article, family: Family, site: Profile) -> Evidence:
    """The link on a page, in families that need it; otherwise the link made from the id."""
    if "link" in family.needs:
        for evidence in article.evidence("link"):
            if _WEB_ADDRESS.fullmatch(evidence.text):
                return evidence
    return Evidence(site.link_of(family, article.id, article.listed.address), "id")


def _digest(article: Article) -> Evidence | None:
    for evidence in article.evidence("digest"):
        if digest := digests.digest_of(evidence.text):
            return replace(evidence, text=digest)
    return None


def same_answer(article: Article, given: Given) -> Decided:
    """Refuses one response to requests for different articles (faults X8).

    A text that is repeated under another title or date is only a doubt (C12).
    """
    key = given.site.key_of(article.id)
    first = given.memory.first(hash((article.title, article.date, article.body)), key)
    if first != key:
        raise Quarantined("same_answer", f"title, date and text are the same as those of {first}")
    if given.memory.first(hash(article.body), key) != key:
        return Decided(doubts=("text/repeated",))
    return NOTHING


DECISIONS: tuple[Decision, ...] = (
    fetched,
    title,
    date,
    body,
    source,
    filing,
    link,
    same_answer,
)
"""All decisions, in the order of ``settings.ITEM_PIPELINES``; a test compares the two."""


def apply(decided: Decided, article: Article) -> None:
    """Stores the result of a decision in the article."""
    if decided is NOTHING:
        return
    for name, value in decided.values.items():
        setattr(article, name, value)
    article.origins.update(decided.origins)
    article.notes.extend(decided.doubts)
    article.details.update(decided.details)


def family_of(article: Article, site: Profile) -> Family:
    """The family of an article that :func:`source` has accepted."""
    family = site.family_of(article.id)
    assert family, "source() refuses other ids"
    return family


def fingerprint_of(article: Article) -> bytes:
    """By which a later version of the text is recognised; for an article whose fields are decided."""
    return fingerprint(article.title, article.body)


def post(article: Article, given: Given) -> Post:
    """The post of an article of which every field is decided."""
    family = family_of(article, given.site)
    assert article.date, "date() has set it"
    page, back_label = family.link_back(given.site_url, article.category, article.tag)
    return Post(
        id=article.id,
        title=article.title,
        date=article.date,
        category=article.category,
        tag=article.tag,
        body=article.body,
        link=article.link,
        page=page,
        back_label=back_label,
        home=given.site_url,
        home_label=family.home,
        digest=article.digest,
    )


def derive(article: Article, given: Given) -> Post:
    """Runs all decisions and stores their results in the article. Raises ArticleError."""
    for decide in DECISIONS:
        apply(decide(article, given), article)
    return post(article, given)
