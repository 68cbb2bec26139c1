"""Results as Markdown tables and a growth plot."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from benchmarks import fields
from benchmarks.roster import ROSTER
from benchmarks.summary import Goal, Results, Row, Spread, goals, rows

OUTPUT = Path(__file__).parents[1] / "docs" / "performance"
_PACKAGES = ("Scrapy", "Twisted", "aiohttp", "uvloop", "lxml", "requests")
_BASE, _LIMIT = "scrapy-defaults", "scrapy-tuned"


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks report", description=__doc__)
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="results, one session each")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="folder for tables and plot")
    asked = parser.parse_args(words)
    results = [load(path) for path in asked.files]
    asked.output.mkdir(parents=True, exist_ok=True)
    (asked.output / "results.md").write_text(tables(results), encoding="utf-8")
    sys.stdout.write(f"{asked.output / 'results.md'}\n")
    plotted = [row for one in results for row in rows(one) if row.latency == 0]
    if len({row.articles for row in plotted}) > 1:
        from benchmarks.plot import growth  # the only need of a plotting library

        growth(plotted, asked.output / "growth.svg")
        sys.stdout.write(f"{asked.output / 'growth.svg'}\n")
    return 0


def load(path: Path) -> Results:
    values: Results = json.loads(path.read_text(encoding="utf-8"))
    return values


def tables(results: Iterable[Results]) -> str:
    return "\n".join("\n\n".join(_session(one)) + "\n" for one in results)


def _session(results: Results) -> Iterator[str]:
    yield _machine(results)
    for articles in results["sizes"]:
        for latency in results["latencies"]:
            if listed := _listed(rows(results), articles, latency):
                yield f"### {articles:,} articles, {latency} ms latency, medians of {_runs(listed)}"
                yield _speed(listed, articles)
    if results["counted"]:
        yield "### Traffic and right fields"
        yield _counted(results)
    if reached := list(goals(results)):
        yield "### Goals"
        yield _table(["", "goal", "seen", ""], map(_goal, reached))
    if results["left_out"]:
        yield "### Left out"
        yield "\n".join(map(_left_out, results["left_out"]))


def _listed(measured: list[Row], articles: int, latency: int) -> list[Row]:
    """One row a contestant: on this size, else on the largest that it can do."""
    found: dict[str, Row] = {}
    for row in sorted(measured, key=lambda row: row.articles):
        if row.latency == latency and row.articles <= articles:
            found[row.contestant] = row
    return [row for row in found.values() if row.articles == articles or ROSTER[row.contestant].most]


def _goal(goal: Goal) -> list[str]:
    return [goal.says, goal.bound, f"{goal.seen:.2f}", "met" if goal.met else "**missed**"]


def _left_out(row: dict[str, Any]) -> str:
    at = f", {row['articles']:,} articles" if row["articles"] else ""
    return f"- {row['contestant']}{at}: {row['why']}"


def _machine(results: Results) -> str:
    machine = results["machine"]
    known = machine["packages"]
    packages = ", ".join(f"{name} {known[name]}" for name in _PACKAGES if name in known)
    return (
        f"{machine['date'][:10]}, {machine['cpu']}, {machine['cores']} cores, {machine['kernel']}, "
        f"Python {machine['python']}, {packages}; pages from {results['server']} on the same machine; "
        f"commit {machine['commit'] or 'unknown'}."
    )


def _runs(listed: list[Row]) -> str:
    counts = sorted({row.runs for row in listed})
    return str(counts[0]) if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"


def _speed(listed: list[Row], articles: int) -> str:
    by_name = {row.contestant: row for row in listed}
    base, limit = by_name.get(_BASE), by_name.get(_LIMIT)
    body = [
        [
            row.contestant if row.articles == articles else f"{row.contestant}, on {row.articles:,}",
            _spread(row.rate, 1, 0),
            _ratio(row.rate.median, limit.rate.median if limit else None),
            _spread(row.cpu, 1000 / row.articles, 2),
            _ratio(row.cpu_per_1000, base.cpu_per_1000 if base else None),
            f"{row.peak_rss.median / 1e6:.0f}",
            f"{row.server_share:.0%}",
        ]
        for row in listed
    ]
    head = ["", "articles/s", f"× {_LIMIT}", "CPU s per 1,000", f"× {_BASE}", "peak RSS, MB", "server busy"]
    return _table(head, body)


def _counted(results: Results) -> str:
    known = results["contestants"]
    head = ["", "does", "reads", "articles", "requests each", "KB each", *fields.NAMES]
    return _table(head, (_counted_row(count, known[count["contestant"]]) for count in results["counted"]))


def _counted_row(count: dict[str, Any], contestant: dict[str, Any]) -> list[str]:
    articles, right = count["articles"], count.get("right", {})
    return [
        count["contestant"],
        contestant["does"],
        contestant["reads"],
        f"{articles:,}",
        f"{count['requests'] / articles:.3f}",
        f"{count['bytes'] / articles / 1000:.1f}",
        *(f"{right[name]:.1%}" if name in right else "–" for name in fields.NAMES),
    ]


def _spread(spread: Spread, factor: float, digits: int) -> str:
    values = (spread.median, spread.least, spread.most)
    middle, least, most = (f"{value * factor:.{digits}f}" for value in values)
    return f"{middle} ({least}–{most})"


def _ratio(value: float, base: float | None) -> str:
    return f"{value / base:.2f}" if base else "–"


def _table(head: list[str], body: Iterable[list[str]]) -> str:
    aligned = ["---" if not name or name in ("does", "reads") else "--:" for name in head]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (head, aligned, *body))
