"""The rules of a profile by their keys, and what to write where a value is missing."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from archiver.errors import ArticleError
from archiver.sites.addresses import is_web, origin_of
from archiver.sites.profile import Profile
from archiver.sites.rules import Rule


class KeyedRule(NamedTuple):
    key: str
    field: str
    rule: Rule
    step: str
    """The origin of the step that applies it."""


def rules_of(site: Profile, article_id: str) -> Iterator[KeyedRule]:
    """Every rule for a field of this article."""
    for number, step in enumerate(site.steps):
        place = "article" if site.article else f"steps.{number}"
        fields = place if site.article else f"{place}.fields"
        yield from (
            KeyedRule(f"{fields}.{name}", name, rule, step.origin) for name, rule in step.fields.items()
        )
        for at, layout in enumerate(step.layouts):
            for name, rule in layout.rules.items():
                yield KeyedRule(f"{place}.layouts.{at}.{name}", name, rule, step.origin)
    for at, family in enumerate(site.families):
        if family is site.family_of(article_id):
            for origin, rules in family.rules.items():
                for name, rule in rules.items():
                    yield KeyedRule(f"families.{at}.rules.{origin}.{name}", name, rule, origin)


def text_of_rule(rule: Rule) -> str:
    """A rule as one line, nearly as in YAML."""
    if rule.text:
        return f"text: {rule.text}"
    parts = [" ".join(rule.at.split())]
    parts += [f"drop: {', '.join(rule.drop)}"] if rule.drop else []
    parts += [f"match: {rule.match.pattern}"] if rule.match else []
    return "; ".join(parts)


def key_for(site: Profile, field: str) -> str:
    """Where a rule for this field belongs."""
    return f"steps.0.fields.{field}" if site.has_own_steps and not site.article else f"article.{field}"


def advice_for_field(site: Profile, field: str, dead: Collection[str]) -> str:
    """What to write for a field without a usable value. ``dead``: the keys of its rules that find nothing."""
    if dead:
        return f"change {' or '.join(dead)}: the rule finds nothing"
    if field == "source":
        return f"write {key_for(site, field)}, or `source: NAME` if the site itself is the source"
    if field == "link":
        return "write `link:`, the address of an article"
    return f"write {key_for(site, field)}, a rule for the {field}"


def advice_for(why: ArticleError, url: str, key: str) -> str:
    """What to do about a page that cannot be used. ``key``: the place in the profile that names the page."""
    match why.reason:
        case "offsite" if is_web(url):
            return f"add {origin_of(url)} to origins, or a pattern to {key}.skip if it is no article"
        case "not_json":
            return f"set {key}.format, or {key}.within if the JSON stands inside something else"
        case "not_a_listing" | "not_an_article" if "matches" in why.detail:
            return f"change {key}.present, or the page is another one than the profile describes"
        case "no_rows":
            return f"change {key}.rows: the rule finds nothing"
        case "not_a_listing" | "shape":
            return f"the page has another form than {key}.format says"
        case "gone":
            return f"there is no page at this address: change {key}.url"
        case "robots_txt":
            return "robots.txt of the site forbids this page, and the archiver obeys it"
        case "private_address":
            return "the host is in a private network; ARCHIVER_PRIVATE_ADDRESSES allows it"
        case "redirected":
            return f"write the new address in {key}.url"
        case _:
            return ""
