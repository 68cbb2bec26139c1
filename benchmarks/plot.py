"""A plot of speed, CPU time and memory by the size of the site."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullLocator

from benchmarks.summary import Row, Spread

CONTESTANTS = {"archiver": "#b3261e", "scrapy-defaults": "#555555", "scrapy-tuned": "#9a9a9a"}

_PANELS: tuple[tuple[str, Callable[[Row], Spread]], ...] = (
    ("articles per second", lambda row: row.rate),
    ("CPU seconds per 1,000 articles", lambda row: _scaled(row.cpu, 1000 / row.articles)),
    ("peak RSS, MB", lambda row: _scaled(row.peak_rss, 1e-6)),
)


def growth(rows: Sequence[Row], path: Path) -> None:
    """Draws medians as lines and the range from minimum to maximum as bars. If a size was measured in two
    sessions, the later one in ``rows`` is drawn."""
    with mpl.rc_context({"svg.hashsalt": "growth", "font.size": 9, "axes.spines.top": False}):
        figure = Figure(figsize=(10, 3.2), layout="constrained")
        panels: list[Axes] = list(figure.subplots(1, len(_PANELS)))
        for axes, (title, value) in zip(panels, _PANELS, strict=True):
            _draw(axes, title, value, rows)
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False)
        figure.savefig(path, metadata={"Date": None})


def _draw(axes: Axes, title: str, value: Callable[[Row], Spread], rows: Sequence[Row]) -> None:
    for name, colour in CONTESTANTS.items():
        points = sorted({row.articles: value(row) for row in rows if row.contestant == name}.items())
        if not points:
            continue
        sizes, middles = [size for size, _ in points], [spread.median for _, spread in points]
        below = [spread.median - spread.low for _, spread in points]
        above = [spread.high - spread.median for _, spread in points]
        axes.errorbar(
            sizes, middles, yerr=[below, above], label=name, color=colour, marker="o", ms=4, capsize=2
        )
    axes.set_title(title, loc="left", fontsize=9)
    axes.set_xscale("log")
    axes.set_xticks(sorted({row.articles for row in rows if row.contestant in CONTESTANTS}))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda size, _: f"{size:,.0f}"))
    axes.set_xlabel("articles on the site")
    axes.set_ylim(bottom=0)
    axes.spines["right"].set_visible(False)
    axes.grid(axis="y", color="#e5e5e5")


def _scaled(spread: Spread, factor: float) -> Spread:
    return Spread(spread.median * factor, spread.low * factor, spread.high * factor)
