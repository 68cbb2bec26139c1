"""One session: every contestant on the same pages, alternating, its figures as plain values for JSON."""

from __future__ import annotations

import json
import os
import shutil
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any, TextIO

from benchmarks import fields, machine, profile
from benchmarks.contestants.task import Task
from benchmarks.environments import Unavailable, python_for, versions
from benchmarks.measure import PROJECT, Figures, run
from benchmarks.pages import Pages, prepare
from benchmarks.roster import POSTS, ROSTER, Contestant, Place
from benchmarks.server import COUNTED, Server

_SECONDS_PER_ARTICLE = 0.5
_SECONDS_AT_LEAST = 120
_MOST_COUNTED = 10_000
"""Larger sites show nothing new about requests and fields, and take long."""


class Failed(RuntimeError):
    """A contestant did not get all articles; the reason in one line."""


@dataclass(frozen=True, slots=True)
class Plan:
    sizes: tuple[int, ...]
    repeat: int
    latencies: tuple[int, ...]
    """Milliseconds."""
    contestants: tuple[str, ...]
    folder: Path
    """For pages, environments and what the contestants write."""


@dataclass(slots=True)
class Results:
    """What goes into the JSON file."""

    machine: dict[str, Any] = field(default_factory=machine.description)
    sizes: tuple[int, ...] = ()
    latencies: tuple[int, ...] = ()
    """Milliseconds."""
    server: str = ""
    contestants: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What each does and with which packages."""
    runs: list[dict[str, Any]] = field(default_factory=list)
    counted: list[dict[str, Any]] = field(default_factory=list)
    """Of the run whose requests were logged: requests, bytes, shares of right fields."""
    left_out: list[dict[str, Any]] = field(default_factory=list)

    def write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def measure(plan: Plan, results: Results, log: TextIO = sys.stderr) -> None:
    """Adds to ``results`` as it goes, so that what an interrupted session saw is not lost."""
    results.sizes, results.latencies = plan.sizes, plan.latencies
    pythons = _pythons(plan, results, log)
    plan.folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="session-", dir=plan.folder) as scratch:
        for size, contestants in _by_size(plan, pythons).items():
            _say(log, f"writing the pages of {size:,} articles, where they are not there yet")
            pages = prepare(size, plan.folder)
            with Server(pages, plan.latencies, Path(scratch, "server")) as server:
                results.server = server.name
                _say(log, f"served by {server.name}")
                work = Path(scratch, "work")
                _Size(plan, pages, server, pythons, contestants, results, work, log).measure()


def _pythons(plan: Plan, results: Results, log: TextIO) -> dict[str, str]:
    """The Python of each contestant that can take part."""
    pythons = {}
    for name in plan.contestants:
        contestant = ROSTER[name]
        try:
            pythons[name] = python_for(name, contestant.packages, plan.folder / "environments")
        except Unavailable as why:
            _leave_out(results, log, name, None, str(why))
            continue
        asked = versions(pythons[name]) if contestant.packages else {}
        results.contestants[name] = {"does": contestant.does, "reads": contestant.reads, "packages": asked}
    return pythons


def _by_size(plan: Plan, pythons: dict[str, str]) -> dict[int, list[Contestant]]:
    """Who runs on how many articles: those who are too slow for a size, on the most they can."""
    sizes: dict[int, list[Contestant]] = {}
    for size in plan.sizes:
        for name in pythons:
            contestant = ROSTER[name]
            listed = sizes.setdefault(min(size, contestant.most or size), [])
            if contestant not in listed:
                listed.append(contestant)
    return dict(sorted(sizes.items()))


class _Size:
    """The runs on one size."""

    def __init__(
        self,
        plan: Plan,
        pages: Pages,
        server: Server,
        pythons: dict[str, str],
        contestants: list[Contestant],
        results: Results,
        work: Path,
        log: TextIO,
    ) -> None:
        self.plan = plan
        self.pages = pages
        self.articles = len(pages.numbers)
        self.server = server
        self.pythons = pythons
        self.contestants = contestants
        self.results = results
        self.log = log
        self.work = work

    def measure(self) -> None:
        self.work.mkdir()
        self._drop_those_without_pages()
        for contestant in list(self.contestants) if self.articles <= _MOST_COUNTED else ():
            self._attempt(contestant, self._count)
        for latency in self.plan.latencies:
            for number in range(self.plan.repeat):
                turn = number % max(1, len(self.contestants))
                for contestant in self.contestants[turn:] + self.contestants[:turn]:
                    self._attempt(contestant, self._time, latency, number)
        shutil.rmtree(self.work)

    def _drop_those_without_pages(self) -> None:
        for contestant in list(self.contestants):
            if contestant.reads == POSTS and not self.pages.has_posts:
                self._leave_out(contestant, "no HTML pages are written for so many articles")

    def _attempt(self, contestant: Contestant, act: Any, *arguments: int) -> None:
        if contestant not in self.contestants:
            return
        try:
            act(contestant, *arguments)
        except Failed as why:
            self._leave_out(contestant, str(why))

    def _leave_out(self, contestant: Contestant, why: str) -> None:
        self.contestants.remove(contestant)
        _leave_out(self.results, self.log, contestant.name, self.articles, why)

    def _count(self, contestant: Contestant) -> None:
        """The run whose requests are logged; it also warms every cache."""
        self.server.traffic()
        output, _ = self._run(contestant, COUNTED)
        traffic = self.server.traffic()
        row: dict[str, Any] = {
            "contestant": contestant.name,
            "articles": self.articles,
            "requests": traffic.requests,
            "article_requests": traffic.articles,
            "bytes": traffic.bytes,
            "statuses": traffic.statuses,
        }
        if contestant.found:
            shares = fields.shares(contestant.found(output), self.pages)
            row |= {"checked": shares.checked, "right": shares.right}
        self.results.counted.append(row)
        self._say(contestant, f"{traffic.requests} requests, {traffic.bytes:,} bytes", row.get("right", ""))

    def _time(self, contestant: Contestant, latency: int, number: int) -> None:
        load, server = machine.load(), self.server.cpu()
        _, figures = self._run(contestant, latency)
        row = {
            "contestant": contestant.name,
            "articles": self.articles,
            "latency": latency,
            "round": number,
            "wall": figures.wall,
            "user": figures.user,
            "system": figures.system,
            "peak_rss": figures.peak_rss,
            "server_cpu": self.server.cpu() - server,
            "load": load,
        }
        self.results.runs.append(row)
        rate = self.articles / figures.wall
        self._say(
            contestant,
            f"{latency} ms, round {number + 1}: {rate:.0f} articles/s,",
            f"{figures.cpu * 1000 / self.articles:.2f} CPU s per 1,000,",
            f"{figures.peak_rss / 1e6:.0f} MB",
        )

    def _run(self, contestant: Contestant, latency: int) -> tuple[Path, Figures]:
        place = self._place(contestant, latency)
        if contestant.again and not place.output.is_dir():
            self._run(ROSTER[contestant.again], latency)
            if latency == COUNTED:
                self.server.traffic()
        if not contestant.again:
            self._make_empty(place.output)
        self._prepare(place, latency)
        command = contestant.command(place, self.pythons.get(contestant.name, sys.executable))
        seconds = int(max(_SECONDS_AT_LEAST, self.articles * _SECONDS_PER_ARTICLE))
        figures = run(command, _environment(self.plan.folder), self.work, seconds)
        self._check(contestant, place.output, figures)
        return place.output, figures

    def _make_empty(self, output: Path) -> None:
        """What was there is set aside, not deleted: where many files went lately, ext4 takes long to find
        room for new ones, which made the next run's writing up to four times as dear."""
        if output.exists():
            output.rename(Path(mkdtemp(prefix="aside-", dir=self.work)) / output.name)
        output.mkdir(parents=True)

    def _place(self, contestant: Contestant, latency: int) -> Place:
        where = self.work / ("counted" if latency == COUNTED else f"{latency}ms")
        return Place(where / "task.json", where / "site.yaml", where / (contestant.again or contestant.name))

    def _prepare(self, place: Place, latency: int) -> None:
        base = self.server.base(latency)
        place.task.parent.mkdir(parents=True, exist_ok=True)
        Task(base, tuple(f"{base}{path}" for path in self.pages.listings), place.output).write(place.task)
        profile.write(base, place.profile)

    def _check(self, contestant: Contestant, output: Path, figures: Figures) -> None:
        got = contestant.got(output, figures.stdout)
        wanted = 0 if contestant.idle else self.articles
        if figures.status not in contestant.statuses or got != wanted:
            log = self.plan.folder / f"failed-{contestant.name}.log"
            log.write_text(figures.stdout + figures.stderr, encoding="utf-8")
            last = " ".join(figures.stderr.split())[-200:]
            raise Failed(
                f"exit status {figures.status}, {got:,} of {wanted:,} articles: … {last} (see {log})"
            )

    def _say(self, contestant: Contestant, *words: object) -> None:
        _say(self.log, f"{self.articles:>7,}  {contestant.name:<16}", *words)


def _environment(folder: Path) -> dict[str, str]:
    """Ours without any proxy; state that a contestant would keep in the home folder goes to ``folder``."""
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    home = str(folder / "home")
    Path(home).mkdir(exist_ok=True)
    return kept | {
        "PYTHONPATH": str(PROJECT),
        "HOME": home,
        "XDG_STATE_HOME": home,
        "XDG_CACHE_HOME": home,
        "TMPDIR": home,
    }


def _leave_out(results: Results, log: TextIO, name: str, articles: int | None, why: str) -> None:
    results.left_out.append({"contestant": name, "articles": articles, "why": why})
    _say(log, f"left out: {name}: {why}")


def _say(log: TextIO, *words: object) -> None:
    log.write(" ".join(map(str, words)) + "\n")
    log.flush()
