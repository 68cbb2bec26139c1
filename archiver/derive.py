"""From what the pages said to a post: the decisions of an article's way, in order, as pure functions.

Each decision reads the article and what is :class:`Given`, and answers with what it decided. ``DECISIONS`` is
the one place that orders them: the pipelines run them one by one, :func:`derive` all at once. A decision that
ends the article raises ArticleError.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from archiver.errors import Quarantined
from archiver.items import Article, Evidence
from archiver.normalise import body as bodies
from archiver.normalise import dates, digests, notices, sources, text, titles
from archiver.normalise.fingerprint import fingerprint
from archiver.posts import Post
from archiver.sites.family import Family
from archiver.sites.profile import Profile

_WEB_ADDRESS = re.compile(r"https?://[^\s<>/]+\S*")

MAX_REMEMBERED = 1000
"""Texts that :class:`Memory` holds; the copies of one answer come close together."""


class Names(Protocol):
    """The slugs of the archive's sources."""

    def slug(self, name: str) -> str:
        """The slug of a source's name, the same one for ever."""

    def name_of(self, slug: str) -> str:
        """The name of a slug's source; empty for an unknown slug."""


class Memory:
    """What the latest articles said → the article that said it first."""

    def __init__(self) -> None:
        self._keys: dict[int, str] = {}

    def first(self, said: int, key: str) -> str:
        """The key of the first article with this hash, which may be this article's own ``key``."""
        if len(self._keys) >= MAX_REMEMBERED:
            del self._keys[next(iter(self._keys))]
        return self._keys.setdefault(said, key)


@dataclass(frozen=True, slots=True)
class Given:
    """What the decisions depend on besides the article."""

    site: Profile
    site_url: str
    """The address of the published site, with a slash at its end."""
    names: Names
    memory: Memory = field(default_factory=Memory)


_EMPTY: Mapping[str, Any] = {}


class Decided(NamedTuple):
    """What one decision found out about an article."""

    values: Mapping[str, Any] = _EMPTY
    """Field of the article → its value."""
    origins: Mapping[str, str] = _EMPTY
    """Field → where its value came from (see ``Article.origins``)."""
    doubts: Sequence[str] = ()
    """``date/conflict`` and the like; docs/reasons.md has them all."""


NOTHING = Decided()

Decision = Callable[[Article, Given], Decided]


def fetched(article: Article, _given: Given) -> Decided:
    """Ends an article that could not be fetched or read."""
    if article.failure:
        raise article.failure
    return NOTHING


def title(article: Article, _given: Given) -> Decided:
    """The title, and whether it is this article's: an answer without an id has no other proof."""
    decided = _title(article)
    listed = text.clean(article.listed.hints.get("title", ""))
    said = decided.values["title"]
    if listed and not article.evidence("id") and not titles.are_alike(said, listed):
        raise Quarantined("id_mismatch", f"listed as {listed!r}, the answer is about {said!r}")
    return decided


def _title(article: Article) -> Decided:
    for said in article.evidence("title"):
        cleaned = text.clean(said.text)
        if not text.is_blank(cleaned):
            return Decided({"title": cleaned}, {"title": said.origin})
    raise Quarantined("title_empty", "no page gave a title")


def date(article: Article, given: Given) -> Decided:
    """The article's own date, else the listing's, else the day in its address or id."""
    evidence = [
        *article.evidence("date"),
        Evidence(article.listed.address, "address"),
        Evidence(given.site.key_of(article.id), "id"),
    ]
    found = dates.decide(evidence, article.fetched_at, given.site.zone)
    values = {"date": found.moment.at, "date_precise": found.moment.precise}
    return Decided(values, {"date": found.origin}, found.notes)


def body(article: Article, given: Given) -> Decided:
    said = article.evidence("body")
    if not said:
        raise Quarantined("empty_body", "no page gave a text")
    cleaned = bodies.clean(said[0].text, article.base_url, given.site.text.extra_attributes)
    notices.refuse(cleaned, given.site.notices)
    return Decided({"body": cleaned}, {"body": said[0].origin})


def source(article: Article, given: Given) -> Decided:
    """The credited source and author; both may be empty."""
    family = given.site.family_of(article.id)
    if family is None:
        raise Quarantined("bad_id", f"no family of {given.site.name} has ids like this")
    credit = sources.decide(credits_of(article, family), given.site.aliases)
    origins = {"source": credit.origin} if credit.name else _EMPTY
    return Decided({"source": credit.name, "author": credit.author}, origins, credit.notes)


def credits_of(article: Article, family: Family) -> list[Evidence]:
    """The credits, then the tag if it is made of a source; without any, the bracket at a digest's end."""
    said = list(article.evidence("source"))
    if family.by_source:
        tags = article.evidence("tag")
        said += [Evidence(sources.from_tag(tag.text, family.tag), tag.origin) for tag in tags]
    named = ((sources.from_digest(digest.text), digest.origin) for digest in article.evidence("digest"))
    return said or [Evidence(name, origin) for name, origin in named if name]


def credit_of(article: Article) -> str:
    """The statement that the source was read from, verbatim; empty if nobody is credited."""
    origin = article.origins.get("source")
    return next((said.text for said in article.evidence("source") if said.origin == origin), "")


def filing(article: Article, given: Given) -> Decided:
    """The category and the tag: the family's, or made of the source."""
    family = family_of(article, given.site)
    if not family.by_source:
        return Decided({"category": family.category, "tag": family.tag})
    if article.source:
        slug = given.site.slugs.get(article.source) or given.names.slug(article.source)
        return Decided(
            {"category": family.category.format(slug=slug), "tag": family.tag.format(source=article.source)}
        )
    name = given.names.name_of(article.listed.category)
    if not name:
        raise Quarantined("source", "nobody is credited, and no category is known to file it under")
    values = {"category": article.listed.category, "tag": family.tag.format(source=name)}
    return Decided(values, {"category": "listing"})


def link(article: Article, given: Given) -> Decided:
    """The link under the text and, in families that have one, the digest above it."""
    family = family_of(article, given.site)
    found = {"link": _link(article, family, given.site)}
    doubts = ["link/missing"] if "link" in family.needs and found["link"].origin == "id" else []
    if "digest" in family.needs:
        if digest := _digest(article):
            found["digest"] = digest
        else:
            doubts.append("digest/missing")
    return Decided(
        {name: said.text for name, said in found.items()},
        {name: said.origin for name, said in found.items()},
        doubts,
    )


def _link(article: Article, family: Family, site: Profile) -> Evidence:
    """The link that a page told, in families that want one; else the one made of the id."""
    if "link" in family.needs:
        for said in article.evidence("link"):
            if _WEB_ADDRESS.fullmatch(said.text):
                return said
    return Evidence(site.link_of(family, article.id, article.listed.address), "id")


def _digest(article: Article) -> Evidence | None:
    for said in article.evidence("digest"):
        if digest := digests.digest_of(said.text):
            return Evidence(digest, said.origin)
    return None


def same_answer(article: Article, given: Given) -> Decided:
    """Refuses one answer to many questions (faults X8); the same text alone may be news twice (C12)."""
    key = given.site.key_of(article.id)
    first = given.memory.first(hash((article.title, article.date, article.body)), key)
    if first != key:
        raise Quarantined("same_answer", f"title, time and text are those of {first}")
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
"""In the order that ``settings.ITEM_PIPELINES`` has as well; a test compares the two."""


def apply(decided: Decided, article: Article) -> None:
    """Writes a decision into the article."""
    if decided is NOTHING:
        return
    for name, value in decided.values.items():
        setattr(article, name, value)
    article.origins.update(decided.origins)
    article.notes.extend(decided.doubts)


def family_of(article: Article, site: Profile) -> Family:
    """Of an article that :func:`source` has accepted."""
    family = site.family_of(article.id)
    assert family, "source() refuses other ids"
    return family


def fingerprint_of(article: Article) -> bytes:
    """By which a later version of the text is recognised; for an article whose fields are decided."""
    return fingerprint(article.title, article.body)


def post(article: Article, given: Given) -> Post:
    """The post, once every field of the article is decided."""
    family = family_of(article, given.site)
    assert article.date, "date() has set it"
    return Post(
        id=article.id,
        title=article.title,
        date=article.date,
        category=article.category,
        tag=article.tag,
        body=article.body,
        link=article.link,
        page=family.page.format(site=given.site_url, slug=article.category),
        back_label=family.back.format(tag=article.tag),
        home=given.site_url,
        home_label=family.home,
        digest=article.digest,
    )


def derive(article: Article, given: Given) -> Post:
    """All decisions at once; the article holds their results afterwards. Raises ArticleError."""
    for decide in DECISIONS:
        apply(decide(article, given), article)
    return post(article, given)
