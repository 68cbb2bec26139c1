"""One session: all contestants run on the same pages, in rounds."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from benchmarks.environments import Unavailable, python_for, versions
from benchmarks.folders import delete_outdated, require_space, session_folder
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
    """The folder for pages, environments and all files that the contestants write."""
    keep: bool = False
    """Whether to keep the session folder."""


@dataclass(frozen=True, slots=True)
class Part:
    """All rounds on one size of site."""

    articles: int
    contestants: tuple[str, ...]
    again: bool = False
    """Whether this repeats the first size. The repetition shows if the speed of the machine has changed."""


def measure(plan: Plan, results: Results, stream: TextIO = sys.stderr) -> None:
    """Adds to ``results`` after each run, so that the results of an interrupted session are not lost.

    Raises NotEnoughSpace before the first run. Nothing is deleted before the last run has ended.
    """
    results.sizes, results.latencies = plan.sizes, plan.latencies
    log = Log(results, stream)
    plan.folder.mkdir(parents=True, exist_ok=True)
    require_space(estimate(parts(plan, plan.contestants), plan), plan.folder)
    pythons = _pythons(plan, results, log)
    planned = parts(plan, tuple(pythons))
    for part in planned:
        log(f"writing the pages of {part.articles:,} articles, unless they already exist")
        prepare(part.articles, plan.folder)
    with session_folder(plan.folder, keep=plan.keep) as scratch:
        for number, part in enumerate(planned):
            _measure_part(part, plan, results, log, pythons, scratch / f"part-{number}")
    delete_outdated(outdated([part.articles for part in planned], plan.folder))


def _measure_part(
    part: Part, plan: Plan, results: Results, log: Log, pythons: dict[str, str], work: Path
) -> None:
    pages = prepare(part.articles, plan.folder)
    with Server(pages, plan.latencies, work / "server") as server:
        results.server = server.name
        log(f"{part.articles:,} articles, served by {server.name}{', measured again' if part.again else ''}")
        rows = results.again if part.again else results.runs
        taking_part = [ROSTER[name] for name in part.contestants if name in pythons]
        rounds = Rounds(pages, server, pythons, taking_part, work, plan.folder, results, rows, log)
        latencies = plan.latencies[:1] if part.again else plan.latencies
        rounds.measure(latencies, plan.repeat, count=not part.again)


def parts(plan: Plan, contestants: Sequence[str]) -> list[Part]:
    """Sorted by size. A contestant that is too slow for a size runs on its largest size. The last part
    repeats the first size, for the contestants in ``CHECKED``."""
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
    """The disk space in bytes for the pages and for all files that the contestants write."""
    pages = sum(
        size * (BYTES_OF_ANSWER + (BYTES_OF_POST_PAGE if size <= MAX_POSTS else 0))
        for size in {part.articles for part in planned}
    )
    return pages + sum(_written(part, plan) for part in planned)


def _written(part: Part, plan: Plan) -> int:
    counting = not part.again and part.articles <= MAX_COUNTED
    runs = plan.repeat * (1 if part.again else len(plan.latencies)) + counting
    return sum(runs * part.articles * ROSTER[name].bytes_written for name in part.contestants)


def _pythons(plan: Plan, results: Results, log: Log) -> dict[str, str]:
    """The Python interpreter of each contestant. Contestants that cannot run are left out."""
    pythons = {}
    for name in plan.contestants:
        contestant: Contestant = ROSTER[name]
        try:
            pythons[name] = python_for(name, contestant.packages, plan.folder / "environments")
        except Unavailable as error:
            log.left_out(name, None, str(error))
            continue
        installed = versions(pythons[name]) if contestant.packages else {}
        results.contestants[name] = {
            "does": contestant.does,
            "reads": contestant.reads,
            "packages": installed,
        }
    return pythons
