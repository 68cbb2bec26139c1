"""What ``finews site-check`` prints, as lines of styled pieces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archiver.terminal import Line
from archiver.trying.findings import ArticleFound, Asked, FieldFound, ListingFound, RowField, SiteFound

_MAX = 90
_NAME = 10


def lines_of(found: SiteFound) -> Iterator[Line]:
    for listing in found.listings:
        yield from _listing(listing)
        yield []
    for article in found.articles:
        yield from _article(article)
        yield []
    yield from ([("wrong", "✗ "), ("", note)] for note in found.notes)
    yield _end(found)


def _listing(found: ListingFound) -> Iterator[Line]:
    yield [("strong", f"{found.key}"), ("strong", f" {found.category}" * bool(found.category))]
    yield from _asked(found.asked)
    if found.categories:
        yield [("right", "  ✓ "), ("", f"{len(found.categories)} categories: {_some(found.categories)}")]
    if not found.asked.problem and found.key != "home":
        style, mark = ("right", "✓") if found.rows else ("wrong", "✗")
        counts = [f"{found.rows} rows", f"{found.ours} of them articles of this site"]
        yield [(style, f"  {mark} "), ("", ", ".join(counts))]
        yield from (_row_field(field, found.rows) for field in found.fields)
        yield from _addresses("skipped", found.skipped, "faint")
        yield from _addresses("no id of this site", found.refused, "wrong")
        yield from _addresses("at none of the origins", found.elsewhere, "wrong")
        yield [("faint", "    next page "), ("", found.next or "none")]
    if found.advice:
        yield [("doubt", f"  → {found.advice}")]


def _row_field(field: RowField, rows: int) -> Line:
    style, mark = ("right", "✓") if field.rows else ("doubt", "?")
    count = "" if field.rows == rows else f" in {field.rows} of {rows} rows" if field.rows else "nothing"
    what = [(style, f"    {mark} "), ("", field.name.ljust(_NAME)), ("", f"{_short(field.example)}{count}")]
    return [*what, ("faint", f"   {field.key}: {_short(field.rule)}")]


def _addresses(what: str, shown: Sequence[str], style: str) -> Iterator[Line]:
    if shown:
        yield [(style, f"    {what}: "), ("", _some(shown))]


def _article(found: ArticleFound) -> Iterator[Line]:
    yield [("strong", f"article {found.id}"), ("faint", f"  {found.address}")]
    for asked in found.asked:
        yield from _asked(asked)
    for field in found.fields:
        yield from _field(field)
    if found.is_posted:
        yield [("right", "  = posted")]
    else:
        yield [("wrong", "  = no post: "), ("", found.ends)]
    if found.advice:
        yield [("doubt", f"  → {found.advice}")]


def _field(found: FieldFound) -> Iterator[Line]:
    value = found.value or "nothing"
    if found.is_missing:
        style, mark = "wrong", "✗"
    elif found.doubts or (found.rules and not found.value):
        style, mark = "doubt", "?"
    else:
        style, mark = "right", "✓"
    origin = [("faint", f"   from {found.origin}")] if found.origin else []
    yield [(style, f"  {mark} "), ("", found.name.ljust(_NAME)), ("", _short(value)), *origin]
    if found.found and found.found != value:
        yield [("faint", f"{'':{_NAME}}    found "), ("", _short(found.found))]
    for rule in found.rules:
        style, said = ("faint", "") if rule.found else ("doubt", "  finds nothing")
        yield [("faint", f"{'':{_NAME}}    {rule.key}: {_short(rule.rule)}"), (style, said)]
    for doubt in found.doubts:
        yield [("wrong" if found.is_missing else "doubt", f"{'':{_NAME}}    {doubt}")]
    if found.advice:
        yield [("doubt", f"{'':{_NAME}}    → {found.advice}")]


def _asked(asked: Asked) -> Iterator[Line]:
    yield [
        ("faint", f"  {asked.step}  {asked.url}" if asked.came else f"  {asked.url}"),
        ("faint", f"  {asked.came}"),
    ]
    if asked.problem:
        yield [("wrong", "  ✗ "), ("", asked.problem)]


def _end(found: SiteFound) -> Line:
    articles = [article for article in found.articles if article.is_posted]
    said = f"{len(articles)} of {len(found.articles)} articles can be posted"
    if found.status == 0:
        return [("right", f"{found.site}: {said}")]
    wrong = sum(not listing.is_right for listing in found.listings)
    return [("wrong", f"{found.site}: {said}"), ("wrong", f", {wrong} listings are wrong" * bool(wrong))]


def _some(texts: Sequence[str], most: int = 5) -> str:
    return ", ".join(map(_short, texts[:most])) + (" …" if len(texts) > most else "")


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _MAX else f"{text[: _MAX - 1]}…"
