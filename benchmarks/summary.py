"""Medians of the runs, and a check of whether the speed of the machine changed during the session."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

Results = dict[str, Any]
"""The content of a results file."""

CHECKED = ("archiver", "scrapy-defaults")
"""The contestants that run again at the end of a session, on its first size."""
MAX_DIFFERENCE = 0.03
"""The relative difference in CPU time, between the first runs and these, from which the report has a
warning."""


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
    """User and system seconds of a whole run."""
    wall: Spread
    """Seconds of a whole run."""
    peak_rss: Spread
    """Bytes."""
    server_share: float
    """CPU time of the server, as a share of one core. Near 1, the server was the bottleneck."""
    written: float | None
    """Bytes. None if the results do not contain it."""
    index_bytes: float | None
    """The size of the index after the run, in bytes. None for a contestant without an index."""

    @property
    def cpu_per_1000(self) -> float:
        return self.cpu.median * 1000 / self.articles


def rows(runs: Iterable[dict[str, Any]]) -> list[Row]:
    """In the order of the runs."""
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
        """Relative to the first value. Negative if the runs at the end were faster."""
        return self.again / self.first - 1

    @property
    def is_doubtful(self) -> bool:
        return abs(self.difference) >= MAX_DIFFERENCE


def checks(results: Results) -> Iterator[Check]:
    """Empty if the session did not repeat its first size."""
    first = by_contestant(rows(results["runs"]))
    for row in rows(results.get("again", [])):
        if before := first.get((row.contestant, row.articles, row.latency)):
            yield Check(row.contestant, row.articles, before.cpu.median, row.cpu.median)


def by_contestant(listed: Sequence[Row]) -> dict[tuple[str, int, int], Row]:
    """The rows by name, number of articles and latency."""
    return {(row.contestant, row.articles, row.latency): row for row in listed}
