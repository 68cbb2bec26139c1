"""What each rule for an article found, and what ``derive`` makes of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from archiver import derive
from archiver.errors import ArticleError, Deferred
from archiver.items import Article, Evidence
from archiver.sites.profile import Profile
from archiver.trying.findings import AppliedRule, ArticleFound, Asked, FieldFound, shortened
from archiver.trying.page import DECIDED, NoArchive
from archiver.trying.rules import KeyedRule, advice_for, advice_for_field, key_for, rules_of, text_of_rule

_FIELDS: dict[derive.Decision, str] = {
    derive.title: "title",
    derive.date: "date",
    derive.body: "body",
    derive.source: "source",
    derive.filing: "source",
}
"""Decision → the field that is missing if it cannot be made."""

_DOUBTS = {"text": "body", "encoding": "body"}
"""The first part of a doubt → the field that it is about, if that has another name."""

_PICTURE = re.compile(r"<img\b")
_TAG = re.compile(r"<[^<>]*>")


def examined(article: Article, asked: list[Asked], site: Profile, site_url: str) -> ArticleFound:
    """Every field of an article whose responses were read, and how it would end in a crawl."""
    problems = list(_problems(article, derive.Given(site, site_url, NoArchive())))
    wrong = {field: str(why) for field, why in problems if field}
    read = {one.step for one in asked if not one.problem}
    rules = [rule for rule in rules_of(site, article.id) if rule.step in read]
    fields = [_field(name, article, site, rules, wrong.get(name, "")) for name in ("id", *DECIDED)]
    whole = next((why for field, why in problems if not field), None)
    place = key_for(site, "").removesuffix(".").removesuffix(".fields")
    return ArticleFound(
        article.id,
        article.listed.address,
        article.listed,
        asked,
        [found for found in fields if _is_shown(found)],
        ends=str(problems[0][1]) if problems else "posted",
        advice=advice_for(whole, article.listed.address, place) if whole else "",
        is_unreachable=isinstance(whole, Deferred),
        values=values_of(article),
    )


def _is_shown(found: FieldFound) -> bool:
    """An id that no rule finds is known from the address."""
    return bool(found.rules or found.is_missing or (found.name != "id" and (found.found or found.value)))


def _problems(article: Article, given: derive.Given) -> Iterator[tuple[str, ArticleError]]:
    """Makes every decision, also after one that cannot be made; yields the field of those."""
    failed: set[str] = set()
    for decide in derive.DECISIONS:
        if (decide is derive.same_answer and failed) or (decide is derive.filing and "source" in failed):
            continue
        try:
            derive.apply(decide(article, given), article)
        except ArticleError as why:
            field = _FIELDS.get(decide, "")
            failed.add(field)
            yield field, why
            if why.reason == "bad_id" or not article.said:
                return


def _field(name: str, article: Article, site: Profile, rules: list[KeyedRule], why: str) -> FieldFound:
    said = article.evidence(name)
    applied = [
        AppliedRule(one.key, text_of_rule(one.rule), any(evidence.origin == one.step for evidence in said))
        for one in rules
        if one.field == name
    ]
    dead = [one.key for one in applied if not one.found]
    return FieldFound(
        name,
        applied,
        shortened(_chosen(name, article).text),
        _value(name, article),
        article.origins.get(name, "") or _chosen(name, article).origin,
        [why] * bool(why) + [_doubt(note, article) for note in article.notes if _is_about(note, name)],
        is_missing=bool(why),
        advice=advice_for_field(site, name, dead if len(dead) == len(applied) else []) if why else "",
    )


def _chosen(name: str, article: Article) -> Evidence:
    """The evidence that was used, else the most trusted."""
    said, origin = article.evidence(name), article.origins.get(name)
    used = next((evidence for evidence in said if evidence.origin == origin), None)
    return used or next(iter(said), Evidence("", ""))


def values_of(article: Article) -> dict[str, str]:
    """The fields of the post, as they are kept in a fixture."""
    values = {name: getattr(article, name) for name in ("id", *DECIDED)}
    values["date"] = f"{article.date:%Y-%m-%d %H:%M:%S %z}" if article.date else ""
    return {name: str(value) for name, value in values.items() if value}


def plain_text(markup: str) -> str:
    return unescape(_TAG.sub("", markup))


def _value(name: str, article: Article) -> str:
    value = getattr(article, name)
    if name == "body" and value:
        length = len("".join(plain_text(value).split()))
        pictures = len(_PICTURE.findall(value))
        return f"{length:,} characters, {pictures} picture{'' if pictures == 1 else 's'}"
    if name == "date" and value:
        precise = "" if article.date_precise else " (not precise)"
        return f"{value:%Y-%m-%d %H:%M:%S %z}{precise}"
    return str(value or "")


def _is_about(note: str, name: str) -> bool:
    about = note.partition("/")[0]
    return _DOUBTS.get(about, about) == name


def _doubt(note: str, article: Article) -> str:
    return f"{note}: {article.details[note]}" if note in article.details else note
