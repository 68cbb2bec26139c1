"""A profile as text, from what was found in the pages of a site."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from archiver.sites.addresses import is_web, origin_of
from archiver.trying.discover import Discovered, host_of

CATEGORY = "news"
"""The name of the one list of a drafted profile."""

_MAX_ORIGINS = 10


@dataclass(slots=True)
class Draft:
    name: str
    found: Discovered
    articles: list[str] = field(default_factory=list)
    """Addresses of articles, whose origins are allowed."""
    body: str = ""
    """The selector of the text."""
    is_body_needed: bool = False
    """The text is not sure without the selector."""

    def as_yaml(self) -> str:
        return "\n".join(_lines(self)) + "\n"


def _lines(draft: Draft) -> Iterator[str]:
    found = draft.found
    title = quoted(found.title or host_of(found.url))
    yield f"# Drafted from {_comment(found.url)}; docs/sites.md explains every key."
    yield f"name: {draft.name}"
    yield f"title: {title}"
    yield f"source: {title}                # who is credited where an article credits nobody"
    if extra := _origins(draft):
        yield "origins:                        # where requests may go"
        yield from (f"  - {quoted(origin)}" for origin in extra)
    yield ""
    yield "feeds:                          # lists of articles; the name is that of -a category="
    yield from _listing(found)
    for address in found.others:
        yield f"# found, too: {_comment(address)}"
    if found.rows and found.format == "feed":
        yield "# The list on the page, in place of the feed:"
        yield from (f"# {line}" for line in _rules(_of_rows(found)))
    yield ""
    yield from _body(draft)


def _listing(found: Discovered) -> Iterator[str]:
    if found.format in ("feed", "sitemap"):
        yield f"  {CATEGORY}: {{url: {_address(found.url)}, format: {found.format}}}"
        return
    yield f"  {CATEGORY}:"
    yield f"    url: {_address(found.url)}"
    if found.json:
        yield "    format: json"
        yield f"    rows: {quoted(found.json.rows)}"
        yield from _rules({f"fields.{name}": rule for name, rule in found.json.fields.items()})
    elif found.rows:
        yield from _rules(_of_rows(found))


def _of_rows(found: Discovered) -> dict[str, str]:
    assert found.rows
    rules = {
        "rows": found.rows.rows,
        "fields.address": found.rows.address,
        "fields.title": found.rows.title,
        "fields.date": found.rows.date,
        "next": found.rows.next,
    }
    return {key: rule for key, rule in rules.items() if rule}


def _rules(rules: Mapping[str, str]) -> Iterator[str]:
    """The lines of a listing below its name."""
    for key, rule in rules.items():
        if not key.startswith("fields."):
            yield f"    {key}: {quoted(rule)}"
    yield "    fields:"
    for key, rule in rules.items():
        if key.startswith("fields."):
            yield f"      {key.removeprefix('fields.')}: {quoted(rule)}"


def _body(draft: Draft) -> Iterator[str]:
    yield "# Title, date, source and text are read without rules. A rule replaces what is read wrongly;"
    yield "# `drop` names parts of the text to leave out."
    mark = "" if draft.is_body_needed else "# "
    yield f"{mark}article:"
    yield f"{mark}  body: {{at: {quoted(draft.body or '#text')}, drop: []}}"


def _origins(draft: Draft) -> list[str]:
    """The origins, if those of the list alone are not enough."""
    listed = origin_of(draft.found.url)
    own = ".".join(host_of(draft.found.url).split(".")[-2:])
    others = {origin_of(url) for url in draft.articles if is_web(url) and host_of(url).endswith(own)} - {
        listed
    }
    return [listed, *sorted(others)[:_MAX_ORIGINS]] if others else []


def _address(url: str) -> str:
    """Braces have a meaning in the address of a listing."""
    return quoted(url.replace("{", "%7B").replace("}", "%7D"))


def quoted(text: str) -> str:
    """A text in YAML, on one line."""
    return "'" + _comment(text).replace("'", "''") + "'"


def _comment(text: str) -> str:
    """One line that YAML can contain."""
    return "".join(char for char in " ".join(text.split()) if char.isprintable())


def most_common(texts: Sequence[str]) -> str:
    return max(sorted(set(texts)), key=texts.count) if texts else ""
