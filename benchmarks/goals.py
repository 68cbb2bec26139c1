"""The goals of docs/performance.md, for the contestants and sizes measured without latency."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.summary import Results, Row, rows

if TYPE_CHECKING:
    from collections.abc import Iterator

Table = dict[tuple[str, int], Row]
"""By contestant and number of articles."""


@dataclass(frozen=True, slots=True)
class Goal:
    name: str
    bound: str
    """For example ``≤ 1.25``."""
    measured: float
    met: bool


_MAX_CPU = {"scrapy-defaults": 1.0, "crawlee": 1.25, "requests": 1.5}
"""The CPU time of the archiver, as a multiple of that of the contestant on the same size of site."""
_MIN_CPU_OF_PEER = {"trafilatura": 3.0, "newspaper4k": 15.0, "news-please": 15.0}
"""The CPU time of the contestant per article, as a multiple of that of the archiver."""
_MAX_TIME = {10_000: 10.0, 100_000: 2.0}
"""From this number of posts on: the duration of a command that reads them, including its start of 0.6 s, as a
multiple of that of sha256sum over the same files."""
_MIN_ARTICLES = 1_000
"""On smaller sites, starting Python takes most of the time."""


def goals(results: Results) -> Iterator[Goal]:
    measured = [row for row in rows(results["runs"]) if row.latency == 0]
    table = {(row.contestant, row.articles): row for row in measured}
    ours = sorted((row for row in measured if _is_ours(row)), key=_articles)
    for row in ours:
        yield from _cpu(row, table)
        yield from _idle(row, table)
        yield from _upkeep(row, table)
    for peer, factor in _MIN_CPU_OF_PEER.items():
        theirs = max((row for row in measured if row.contestant == peer), key=_articles, default=None)
        if theirs and ours:
            yield _peer(theirs, min(ours, key=lambda row: abs(row.articles - theirs.articles)), factor)
    yield from _requests(results)
    yield from _growth(ours)


def _articles(row: Row) -> int:
    return row.articles


def _is_ours(row: Row) -> bool:
    return row.contestant == "archiver" and row.articles >= _MIN_ARTICLES


def _cpu(ours: Row, table: Table) -> Iterator[Goal]:
    for name, bound in _MAX_CPU.items():
        if theirs := table.get((name, ours.articles)):
            ratio = ours.cpu.median / theirs.cpu.median
            yield _at_most(f"CPU, archiver / {name}{_at(ours)}", ratio, bound)


def _idle(ours: Row, table: Table) -> Iterator[Goal]:
    """The goals of a run that finds no new article, as a timer starts it every five minutes."""
    again, start = (table.get((name, ours.articles)) for name in ("archiver-rerun", "scrapy-start"))
    if again and start:
        added = again.cpu.median - start.cpu.median
        yield _at_most(f"idle run, CPU s in addition to starting Scrapy{_at(ours)}", added, 1.0)
    if again and again.written:
        yield _at_most(f"idle run, KB written{_at(ours)}", again.written / 1000, 500)


def _upkeep(ours: Row, table: Table) -> Iterator[Goal]:
    if ours.index_bytes is not None:
        yield _at_most(f"bytes of index per post{_at(ours)}", ours.index_bytes / ours.articles, 400)
    floor = table.get(("sha256sum", ours.articles))
    bounds = [bound for articles, bound in _MAX_TIME.items() if ours.articles >= articles]
    for name in ("archive-check", "archive-reindex"):
        row = table.get((name, ours.articles))
        if row and floor and bounds:
            ratio = row.wall.median / floor.wall.median
            yield _at_most(f"seconds, {name} / sha256sum{_at(ours)}", ratio, min(bounds))


def _peer(theirs: Row, ours: Row, factor: float) -> Goal:
    at = _at(theirs)
    if theirs.articles != ours.articles:
        at = f" per article, {theirs.articles:,} / {ours.articles:,} articles"
    ratio = theirs.cpu_per_1000 / ours.cpu_per_1000
    return _at_least(f"CPU, {theirs.contestant} / archiver{at}", ratio, factor)


def _requests(results: Results) -> Iterator[Goal]:
    """A new article needs at most one request, and an archived article needs none."""
    for count in results["counted"]:
        ratio = count["article_requests"] / count["articles"]
        at = f", {count['articles']:,} articles"
        if count["contestant"] == "archiver":
            yield _at_most(f"requests per article{at}", ratio, 1.0)
        if count["contestant"] == "archiver-rerun":
            yield _at_most(f"idle run, requests per article{at}", ratio, 0.0)


def _growth(ours: list[Row]) -> Iterator[Goal]:
    """The goals for large sites. ``ours`` is sorted by size."""
    if len(ours) < 2:
        return
    small, large = ours[0], ours[-1]
    usual = next((row for row in ours[:-1] if row.articles >= 2000), small)
    rate, growth = large.rate.median / usual.rate.median, large.peak_rss.median / small.peak_rss.median
    yield _at_least(f"articles/s at {large.articles:,} / at {usual.articles:,}", rate, 0.9)
    yield _at_most(f"peak RSS at {large.articles:,} / at {small.articles:,}", growth, 1.3)
    yield _at_most(f"peak RSS in MB at {large.articles:,}", large.peak_rss.median / 1e6, 200)


def _at(row: Row) -> str:
    return f", {row.articles:,} articles"


def _at_most(name: str, measured: float, bound: float) -> Goal:
    return Goal(name, f"≤ {bound:g}", measured, met=measured <= bound)


def _at_least(name: str, measured: float, bound: float) -> Goal:
    return Goal(name, f"≥ {bound:g}", measured, met=measured >= bound)
