"""Medians of the runs, and how far the session can be trusted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

Results = dict[str, Any]
"""A results file, read."""

CHECKED = ("archiver", "scrapy-defaults")
"""The contestants that run once more at the end of a session, on its first size."""
MAX_DIFFERENCE = 0.03
"""Between the first runs and the same runs at the end; more is a warning."""


@dataclass(frozen=True, slots=True)
class Spread:
    median: float
    low: float
    high: float


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
    """Seconds of a whole run, user and system."""
    wall: Spread
    """Seconds of a whole run."""
    peak_rss: Spread
    """Bytes."""
    server_share: float
    """How busy the server was, as a share of one core; near 1 it was the bottleneck."""
    written: float | None
    """Bytes; None in results that do not have it."""
    index_bytes: float | None
    """Bytes of the index after the run; None for a contestant without an index."""

    @property
    def cpu_per_1000(self) -> float:
        return self.cpu.median * 1000 / self.articles


def rows(runs: Iterable[dict[str, Any]]) -> list[Row]:
    """In the order in which the runs were made."""
    groups: dict[tuple[str, int, int], list[dict[str, Any]]] = {}
    for run in runs:
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
        wall=_spread([run["wall"] for run in runs]),
        peak_rss=_spread([run["peak_rss"] for run in runs]),
        server_share=median(run["server_cpu"] / run["wall"] for run in runs),
        written=_median_of(runs, "written"),
        index_bytes=_median_of(runs, "index_bytes"),
    )


def _spread(values: list[float]) -> Spread:
    return Spread(median(values), min(values), max(values))


def _median_of(runs: list[dict[str, Any]], name: str) -> float | None:
    values = [run[name] for run in runs if name in run]
    return median(values) if values else None


@dataclass(frozen=True, slots=True)
class Check:
    """The CPU time of a contestant at the beginning of the session and at its end."""

    contestant: str
    articles: int
    first: float
    """Seconds, median."""
    again: float

    @property
    def difference(self) -> float:
        """As a share of the first; negative when the end was faster."""
        return self.again / self.first - 1

    @property
    def is_doubtful(self) -> bool:
        return abs(self.difference) >= MAX_DIFFERENCE


def checks(results: Results) -> Iterator[Check]:
    """Empty for results of a session without this check."""
    first = by_contestant(rows(results["runs"]))
    for row in rows(results.get("again", [])):
        if before := first.get((row.contestant, row.articles, row.latency)):
            yield Check(row.contestant, row.articles, before.cpu.median, row.cpu.median)


def by_contestant(listed: Sequence[Row]) -> dict[tuple[str, int, int], Row]:
    """By name, articles and latency."""
    return {(row.contestant, row.articles, row.latency): row for row in listed}
