"""One session: every contestant on the same pages, in rounds; its figures as plain values for JSON."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from benchmarks.environments import Unavailable, python_for, versions
from benchmarks.folders import delete_outdated, require_room, session_folder
from benchmarks.pages import BYTES_OF_ANSWER, BYTES_OF_POST_PAGE, MAX_POSTS, outdated, prepare
from benchmarks.results import Results
from benchmarks.roster import ROSTER, Contestant
from benchmarks.rounds import MAX_COUNTED, Log, Rounds
from benchmarks.server import Server
from benchmarks.summary import CHECKED


@dataclass(frozen=True, slots=True)
class Plan:
    sizes: tuple[int, ...]
    repeat: int
    latencies: tuple[int, ...]
    """Milliseconds."""
    contestants: tuple[str, ...]
    folder: Path
    """For pages, environments and everything that the contestants write."""
    keep: bool = False
    """Whether the session folder stays."""


@dataclass(frozen=True, slots=True)
class Part:
    """All rounds on one size of site."""

    articles: int
    contestants: tuple[str, ...]
    again: bool = False
    """The first size once more, to see whether the machine still works at the same speed."""


def measure(plan: Plan, results: Results, log: TextIO = sys.stderr) -> None:
    """Adds to ``results`` after each run, so that the results of an interrupted session are not lost.

    Raises NoRoom before the first run. Nothing is deleted before the last run has ended.
    """
    results.sizes, results.latencies = plan.sizes, plan.latencies
    say = Log(results, log)
    plan.folder.mkdir(parents=True, exist_ok=True)
    require_room(estimate(parts(plan, plan.contestants), plan), plan.folder)
    pythons = _pythons(plan, results, say)
    planned = parts(plan, tuple(pythons))
    for part in planned:
        say(f"writing the pages of {part.articles:,} articles, unless they are there already")
        prepare(part.articles, plan.folder)
    with session_folder(plan.folder, keep=plan.keep) as scratch:
        for number, part in enumerate(planned):
            _measure_part(part, plan, results, say, pythons, scratch / f"part-{number}")
    delete_outdated(outdated([part.articles for part in planned], plan.folder))


def _measure_part(
    part: Part, plan: Plan, results: Results, say: Log, pythons: dict[str, str], work: Path
) -> None:
    pages = prepare(part.articles, plan.folder)
    with Server(pages, plan.latencies, work / "server") as server:
        results.server = server.name
        say(f"{part.articles:,} articles, served by {server.name}{', once more' if part.again else ''}")
        rows = results.again if part.again else results.runs
        taking_part = [ROSTER[name] for name in part.contestants if name in pythons]
        rounds = Rounds(pages, server, pythons, taking_part, work, plan.folder, results, rows, say)
        latencies = plan.latencies[:1] if part.again else plan.latencies
        rounds.measure(latencies, plan.repeat, count=not part.again)


def parts(plan: Plan, contestants: Sequence[str]) -> list[Part]:
    """By size. A contestant that is too slow for a size runs on the largest size that it can do. The first
    size comes again at the end, for the contestants whose ratio matters most."""
    by_size: dict[int, list[str]] = {}
    for size in plan.sizes:
        for name in contestants:
            listed = by_size.setdefault(min(size, ROSTER[name].max_articles or size), [])
            if name not in listed:
                listed.append(name)
    planned = [Part(size, tuple(names)) for size, names in sorted(by_size.items())]
    if planned:
        first = planned[0]
        checked = tuple(name for name in first.contestants if name in CHECKED) or first.contestants[:1]
        planned.append(Part(first.articles, checked, again=True))
    return planned


def estimate(planned: Sequence[Part], plan: Plan) -> int:
    """Bytes of disk for the pages and for everything that the contestants write."""
    pages = sum(
        size * (BYTES_OF_ANSWER + (BYTES_OF_POST_PAGE if size <= MAX_POSTS else 0))
        for size in {part.articles for part in planned}
    )
    return pages + sum(_written(part, plan) for part in planned)


def _written(part: Part, plan: Plan) -> int:
    counting = not part.again and part.articles <= MAX_COUNTED
    runs = plan.repeat * (1 if part.again else len(plan.latencies)) + counting
    return sum(runs * part.articles * ROSTER[name].bytes_written for name in part.contestants)


def _pythons(plan: Plan, results: Results, say: Log) -> dict[str, str]:
    """The Python of each contestant that can take part."""
    pythons = {}
    for name in plan.contestants:
        contestant: Contestant = ROSTER[name]
        try:
            pythons[name] = python_for(name, contestant.packages, plan.folder / "environments")
        except Unavailable as why:
            say.left_out(name, None, str(why))
            continue
        installed = versions(pythons[name]) if contestant.packages else {}
        results.contestants[name] = {
            "does": contestant.does,
            "reads": contestant.reads,
            "packages": installed,
        }
    return pythons
