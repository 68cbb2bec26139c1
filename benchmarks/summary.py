"""Medians, and what of them the project set itself as goals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any

Results = dict[str, Any]
"""A results file, read."""


@dataclass(frozen=True, slots=True)
class Spread:
    median: float
    least: float
    most: float


@dataclass(frozen=True, slots=True)
class Row:
    """A contestant on one size of site at one latency."""

    contestant: str
    articles: int
    latency: int
    runs: int
    rate: Spread
    """Articles per second."""
    cpu: Spread
    """Seconds, of a whole run."""
    peak_rss: Spread
    """Bytes."""
    server_share: float
    """How busy the server was, of one core; near 1 it was the bottleneck."""

    @property
    def cpu_per_1000(self) -> float:
        return self.cpu.median * 1000 / self.articles


def rows(results: Results) -> list[Row]:
    """In the order in which the runs were made."""
    groups: dict[tuple[str, int, int], list[dict[str, Any]]] = {}
    for run in results["runs"]:
        groups.setdefault((run["contestant"], run["articles"], run["latency"]), []).append(run)
    return [_row(runs, *group) for group, runs in groups.items()]


def _row(runs: list[dict[str, Any]], contestant: str, articles: int, latency: int) -> Row:
    return Row(
        contestant,
        articles,
        latency,
        len(runs),
        rate=_spread([articles / run["wall"] for run in runs]),
        cpu=_spread([run["user"] + run["system"] for run in runs]),
        peak_rss=_spread([run["peak_rss"] for run in runs]),
        server_share=median(run["server_cpu"] / run["wall"] for run in runs),
    )


def _spread(values: list[float]) -> Spread:
    return Spread(median(values), min(values), max(values))


@dataclass(frozen=True, slots=True)
class Goal:
    says: str
    bound: str
    """``≤ 1.0``."""
    seen: float
    met: bool


_PEERS = {"trafilatura": 3.0, "newspaper4k": 15.0, "news-please": 15.0}
"""How many times our CPU seconds an article may cost there at least."""


def goals(results: Results) -> Iterator[Goal]:
    """Those that the measured contestants and sizes can tell, without latency."""
    table = {(row.contestant, row.articles): row for row in rows(results) if row.latency == 0}
    ours = sorted((row for row in table.values() if row.contestant == "archiver"), key=_articles)
    for row in ours:
        yield from _goals_of_size(row, table)
    for peer, factor in _PEERS.items():
        theirs = max((row for row in table.values() if row.contestant == peer), key=_articles, default=None)
        if theirs and ours:
            yield _peer_goal(theirs, min(ours, key=lambda row: abs(row.articles - theirs.articles)), factor)
    yield from _counted_goals(results)
    yield from _growth_goals(ours)


def _articles(row: Row) -> int:
    return row.articles


def _goals_of_size(ours: Row, table: dict[tuple[str, int], Row]) -> Iterator[Goal]:
    at = f", {ours.articles:,} articles"
    if bare := table.get(("scrapy-defaults", ours.articles)):
        yield _at_most(f"CPU, archiver / scrapy-defaults{at}", ours.cpu.median / bare.cpu.median, 1.0)
    if tuned := table.get(("scrapy-tuned", ours.articles)):
        share = ours.rate.median / tuned.rate.median
        yield _at_least(f"articles/s, archiver / scrapy-tuned{at}", share, 0.75)
    again, start = (table.get((name, ours.articles)) for name in ("archiver-rerun", "scrapy-start"))
    if again and start:
        beyond = again.cpu.median - start.cpu.median
        yield _at_most(f"CPU s of a rerun beyond starting Scrapy{at}", beyond, 3.0)


def _peer_goal(theirs: Row, ours: Row, factor: float) -> Goal:
    at = f", {theirs.articles:,} articles"
    if theirs.articles != ours.articles:
        at = f" an article, {theirs.articles:,} / {ours.articles:,} articles"
    return _at_least(
        f"CPU, {theirs.contestant} / archiver{at}", theirs.cpu_per_1000 / ours.cpu_per_1000, factor
    )


def _counted_goals(results: Results) -> Iterator[Goal]:
    for count in results["counted"]:
        if count["contestant"] == "archiver":
            ratio = count["article_requests"] / count["articles"]
            yield _at_most(f"requests per article, {count['articles']:,} articles", ratio, 1.0)


def _growth_goals(ours: list[Row]) -> Iterator[Goal]:
    """``ours`` by size."""
    if len(ours) < 2:
        return
    small, large = ours[0], ours[-1]
    usual = next((row for row in ours if row.articles >= 2000), small)
    rate, growth = large.rate.median / usual.rate.median, large.peak_rss.median / small.peak_rss.median
    yield _at_least(f"articles/s at {large.articles:,} / at {usual.articles:,}", rate, 0.9)
    yield _at_most(f"peak RSS at {large.articles:,} / at {small.articles:,}", growth, 1.3)
    yield _at_most(f"peak RSS in MB at {large.articles:,}", large.peak_rss.median / 1e6, 200)


def _at_most(says: str, seen: float, bound: float) -> Goal:
    return Goal(says, f"≤ {bound:g}", seen, met=seen <= bound)


def _at_least(says: str, seen: float, bound: float) -> Goal:
    return Goal(says, f"≥ {bound:g}", seen, met=seen >= bound)
