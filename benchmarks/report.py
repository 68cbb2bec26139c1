"""Makes Markdown tables and a plot from results."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from benchmarks import fields
from benchmarks.goals import Goal, goals
from benchmarks.roster import ROSTER
from benchmarks.summary import MAX_DIFFERENCE, Check, Results, Row, Spread, checks, rows

OUTPUT = Path(__file__).parents[1] / "docs" / "performance"
_PACKAGES = ("Scrapy", "Twisted", "aiohttp", "uvloop", "lxml", "requests")
_BASE, _FLOOR = "scrapy-defaults", "sha256sum"
_ON_ARCHIVE = ("archiver-rerun", "archive-check", "archive-reindex", _FLOOR)
"""The contestants that work on a finished archive."""


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks report", description=__doc__)
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="the results of one session")
    parser.add_argument(
        "--output", type=Path, default=OUTPUT, help="folder for tables and plot (default: docs/performance)"
    )
    options = parser.parse_args(arguments)
    results = [load(path) for path in options.files]
    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / "results.md").write_text(tables(results), encoding="utf-8")
    sys.stdout.write(f"{options.output / 'results.md'}\n")
    plotted = [row for one in results for row in rows(one["runs"]) if row.latency == 0]
    if len({row.articles for row in plotted}) > 1:
        from benchmarks.plot import growth  # only this needs matplotlib

        growth(plotted, options.output / "growth.svg")
        sys.stdout.write(f"{options.output / 'growth.svg'}\n")
    return 0


def load(path: Path) -> Results:
    values: Results = json.loads(path.read_text(encoding="utf-8"))
    return values


def tables(results: Iterable[Results]) -> str:
    return "\n".join("\n\n".join(_session(one)) + "\n" for one in results)


def _session(results: Results) -> Iterator[str]:
    yield _machine(results)
    warning = _warning(list(checks(results)))
    for articles in results["sizes"]:
        for latency in results["latencies"]:
            yield from _size(_listed(rows(results["runs"]), articles, latency), articles, latency, warning)
    if checked := list(checks(results)):
        yield f"### The first size, measured again at the end (warning at {MAX_DIFFERENCE:.0%} or more)"
        yield _table(["", "articles", "CPU s, first", "CPU s, again", "difference"], map(_check, checked))
    if results["counted"]:
        yield "### Requests and correct fields"
        yield _counted(results)
    if listed := list(goals(results)):
        yield "### Goals"
        yield _table(["", "goal", "measured", ""], map(_goal, listed))
    if results["left_out"]:
        yield "### Left out"
        yield "\n".join(map(_left_out, results["left_out"]))


def _size(listed: list[Row], articles: int, latency: int, warning: str) -> Iterator[str]:
    online = [row for row in listed if not ROSTER[row.contestant].offline]
    on_archive = [row for row in listed if row.contestant in _ON_ARCHIVE]
    at = f"{articles:,} articles, {latency} ms latency"
    if online:
        yield f"### {at}, medians of {_runs(online)}"
        yield from [warning] if warning else []
        yield _speed(online, articles)
    if any(ROSTER[row.contestant].offline for row in on_archive):
        yield f"### On the finished archive of {at}"
        yield _on_archive(on_archive, listed)


def _warning(checked: list[Check]) -> str:
    found = [f"{check.contestant} by {check.difference:+.1%}" for check in checked if check.is_doubtful]
    if not found:
        return ""
    return (
        "**Warning: the first size was measured again at the end, and the CPU time differs: "
        f"{', '.join(found)}. Differences of this size between contestants have no meaning here.**"
    )


def _check(check: Check) -> list[str]:
    warning = " **warning**" if check.is_doubtful else ""
    return [
        check.contestant,
        f"{check.articles:,}",
        f"{check.first:.2f}",
        f"{check.again:.2f}",
        f"{check.difference:+.1%}{warning}",
    ]


def _on_archive(on_archive: list[Row], listed: list[Row]) -> str:
    floor = next((row for row in on_archive if row.contestant == _FLOOR), None)
    body = [
        [
            row.contestant,
            _spread(row.wall, 1, 2),
            _ratio(row.wall.median, floor.wall.median if floor else None),
            _spread(row.cpu, 1, 2),
            f"{row.peak_rss.median / 1e6:.0f}",
            "–" if row.written is None else f"{row.written / 1000:,.0f}",
        ]
        for row in on_archive
    ]
    head = ["", "seconds", f"× {_FLOOR}", "CPU s", "peak RSS, MB", "KB written"]
    sizes = [row.index_bytes / row.articles for row in listed if row.index_bytes is not None]
    index = f"\n\nIndex: {sizes[0]:.0f} bytes per post." if sizes else ""
    return _table(head, body) + index


def _listed(measured: list[Row], articles: int, latency: int) -> list[Row]:
    """One row for each contestant: on this size, or on the largest size that was measured for it."""
    found: dict[str, Row] = {}
    for row in sorted(measured, key=lambda row: row.articles):
        if row.latency == latency and row.articles <= articles:
            found[row.contestant] = row
    return [row for row in found.values() if row.articles == articles or ROSTER[row.contestant].max_articles]


def _goal(goal: Goal) -> list[str]:
    return [goal.name, goal.bound, f"{goal.measured:.2f}", "met" if goal.met else "**missed**"]


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
    base = by_name.get(_BASE)
    body = [
        [
            row.contestant if row.articles == articles else f"{row.contestant}, on {row.articles:,}",
            _spread(row.rate, 1, 0),
            _spread(row.cpu, 1000 / row.articles, 2),
            _ratio(row.cpu_per_1000, base.cpu_per_1000 if base else None),
            f"{row.peak_rss.median / 1e6:.0f}",
            f"{row.server_share:.0%}",
        ]
        for row in listed
    ]
    head = ["", "articles/s", "CPU s per 1,000", f"× {_BASE}", "peak RSS, MB", "server CPU"]
    return _table(head, body)


def _counted(results: Results) -> str:
    known = results["contestants"]
    head = ["", "does", "reads", "articles", "requests per article", "KB per article", *fields.NAMES]
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
    values = (spread.median, spread.low, spread.high)
    middle, low, high = (f"{value * factor:.{digits}f}" for value in values)
    return f"{middle} ({low}–{high})"


def _ratio(value: float, base: float | None) -> str:
    return f"{value / base:.2f}" if base else "–"


def _table(head: list[str], body: Iterable[list[str]]) -> str:
    aligned = ["---" if not name or name in ("does", "reads") else "--:" for name in head]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (head, aligned, *body))
