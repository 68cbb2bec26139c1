"""The runs on one size of site: one run with counted requests, then timed rounds."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TextIO

from benchmarks import fields, machine, profile
from benchmarks.contestants.task import Task
from benchmarks.measure import PROJECT, Figures, run
from benchmarks.pages import MAX_POSTS
from benchmarks.roster import POSTS, ROSTER, Contestant, Place
from benchmarks.server import COUNTED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from benchmarks.pages import Pages
    from benchmarks.results import Results
    from benchmarks.server import Server

_SECONDS_PER_ARTICLE = 0.5
_MIN_SECONDS = 120
MAX_COUNTED = 10_000
"""The largest number of articles with a counted run. On larger sites it takes long, and the requests per
article and the fields are the same."""


class Failed(RuntimeError):
    """A contestant did not get all articles. The message gives the reason in one line."""


@dataclass(frozen=True, slots=True)
class Log:
    """Writes the progress to a stream, and records the contestants that are left out."""

    results: Results
    stream: TextIO

    def __call__(self, *words: object) -> None:
        self.stream.write(" ".join(map(str, words)) + "\n")
        self.stream.flush()

    def left_out(self, name: str, articles: int | None, reason: str) -> None:
        self.results.left_out.append({"contestant": name, "articles": articles, "why": reason})
        self(f"left out: {name}: {reason}")


@dataclass(slots=True)
class Rounds:
    pages: Pages
    server: Server
    pythons: dict[str, str]
    contestants: list[Contestant]
    work: Path
    """Every run gets a new folder here; none is deleted or used twice."""
    kept: Path
    """A folder that is not deleted after the session. It has the logs of failures, and files that contestants
    store in their home folder."""
    results: Results
    rows: list[dict[str, Any]]
    """The list to which timed runs are added."""
    log: Log
    finished: dict[tuple[str, int], Path] = field(default_factory=dict)
    """The newest output of each contestant at each latency."""
    made: int = 0
    """The number of run folders so far."""

    @property
    def articles(self) -> int:
        return len(self.pages.numbers)

    def measure(self, latencies: Sequence[int], repeat: int, *, count: bool) -> None:
        self._drop_those_without_pages()
        if count and self.articles <= MAX_COUNTED:
            for contestant in list(self.contestants):
                if not contestant.offline:
                    self._attempt(contestant, self._count)
        for latency in latencies:
            for number in range(repeat):
                for contestant in self._order_in_round(number):
                    self._attempt(contestant, self._time, latency, number)
        for number in range(repeat):
            for contestant in [each for each in self.contestants if each.offline]:
                self._attempt(contestant, self._time, latencies[0], number)

    def _order_in_round(self, number: int) -> list[Contestant]:
        """The contestants that send requests. Each round begins with a different one."""
        online = [contestant for contestant in self.contestants if not contestant.offline]
        first = number % max(1, len(online))
        return online[first:] + online[:first]

    def _drop_those_without_pages(self) -> None:
        for contestant in list(self.contestants):
            if contestant.reads == POSTS and not self.pages.has_posts:
                self._leave_out(contestant, f"HTML pages are written for at most {MAX_POSTS:,} articles")

    def _attempt(self, contestant: Contestant, act: Callable[..., None], *arguments: int) -> None:
        if contestant not in self.contestants:
            return
        try:
            act(contestant, *arguments)
        except Failed as error:
            self._leave_out(contestant, str(error))

    def _leave_out(self, contestant: Contestant, reason: str) -> None:
        self.contestants.remove(contestant)
        self.log.left_out(contestant.name, self.articles, reason)

    def _count(self, contestant: Contestant) -> None:
        """The run whose requests are logged. It also fills all caches."""
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
        counts = f"{traffic.requests} requests, {traffic.bytes:,} bytes"
        self._log(contestant, counts, row.get("right", ""))

    def _time(self, contestant: Contestant, latency: int, number: int) -> None:
        load, server = machine.load(), self.server.cpu()
        output, figures = self._run(contestant, latency)
        row = {
            "contestant": contestant.name,
            "articles": self.articles,
            "latency": latency,
            "round": number,
            **figures.measured,
            "server_cpu": self.server.cpu() - server,
            "load": load,
        }
        self.rows.append(row | contestant.sizes(output))
        self._log_times(contestant, latency, number, figures)

    def _log_times(self, contestant: Contestant, latency: int, number: int, figures: Figures) -> None:
        self._log(
            contestant,
            f"{latency} ms, round {number + 1}: {self.articles / figures.wall:.0f} articles/s,",
            f"{figures.cpu * 1000 / self.articles:.2f} CPU s per 1,000,",
            f"{figures.peak_rss / 1e6:.0f} MB",
        )

    def _run(self, contestant: Contestant, latency: int) -> tuple[Path, Figures]:
        if contestant.again and (contestant.again, latency) not in self.finished:
            self._run(ROSTER[contestant.again], latency)
            if latency == COUNTED:
                self.server.traffic()
        folder, place = self._place(contestant, latency)
        command = contestant.command(place, self.pythons.get(contestant.name, sys.executable))
        seconds = int(max(_MIN_SECONDS, self.articles * _SECONDS_PER_ARTICLE))
        figures = run(command, _environment(self.kept), folder, seconds)
        self._check(contestant, place.output, figures)
        self.finished[contestant.name, latency] = place.output
        return place.output, figures

    def _place(self, contestant: Contestant, latency: int) -> tuple[Path, Place]:
        """A new folder with the files that the run needs."""
        folder = self.work / f"{self.made:04}-{contestant.name}"
        self.made += 1
        output = folder / "output"
        if contestant.again:
            output = self.finished[contestant.again, latency]
        output.mkdir(parents=True, exist_ok=True)
        folder.mkdir(parents=True, exist_ok=True)
        base = self.server.base(latency)
        place = Place(folder / "task.json", folder / "site.yaml", output)
        Task(base, tuple(f"{base}{path}" for path in self.pages.listings), output).write(place.task)
        profile.write(base, place.profile)
        return folder, place

    def _check(self, contestant: Contestant, output: Path, figures: Figures) -> None:
        got = contestant.got(output, figures.stdout)
        wanted = 0 if contestant.idle else self.articles
        if figures.status not in contestant.statuses or got != wanted:
            log = self.kept / f"failed-{contestant.name}.log"
            log.write_text(figures.stdout + figures.stderr, encoding="utf-8")
            last = " ".join(figures.stderr.split())[-200:]
            raise Failed(
                f"exit status {figures.status}, {got:,} of {wanted:,} articles: … {last} (see {log})"
            )

    def _log(self, contestant: Contestant, *words: object) -> None:
        self.log(f"{self.articles:>7,}  {contestant.name:<16}", *words)


def _environment(kept: Path) -> dict[str, str]:
    """The current environment without proxies, and with a home folder in ``kept``."""
    home = kept / "home"
    home.mkdir(exist_ok=True)
    homes = ("HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "TMPDIR")
    return {**dict(_without_proxies()), "PYTHONPATH": str(PROJECT), **dict.fromkeys(homes, str(home))}


def _without_proxies() -> Iterator[tuple[str, str]]:
    return ((name, value) for name, value in os.environ.items() if not name.lower().endswith("_proxy"))
