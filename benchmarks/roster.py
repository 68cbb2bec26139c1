"""Who takes part: how each is run, what it asks for, and where it leaves what it found."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import found
from benchmarks.contestants.task import Task

ARCHIVER_OPTIONS = ("-s", "ARCHIVER_PACE=full")
"""What turns the polite archiver into a fast one; nothing else differs from its defaults."""

ANSWERS, POSTS, NOTHING = "JSON answers", "HTML pages", "nothing"


@dataclass(frozen=True, slots=True)
class Place:
    """Where one run works."""

    task: Path
    """The task file."""
    profile: Path
    """A site profile for the archiver."""
    output: Path


def _told(_output: Path, stdout: str) -> int:
    """From the last line, as ``contestants.task.done`` writes it."""
    try:
        return int(json.loads(stdout.splitlines()[-1])["articles"])
    except (IndexError, ValueError, KeyError, TypeError):
        return 0


def _files(pattern: str) -> Callable[[Path, str], int]:
    return lambda output, _stdout: sum(1 for _ in output.glob(pattern))


@dataclass(frozen=True, slots=True)
class Contestant:
    name: str
    does: str
    """For the table."""
    command: Callable[[Place, str], Sequence[str]]
    """From its place and the Python it runs in."""
    reads: str = ANSWERS
    found: Callable[[Path], Iterator[found.Found]] | None = None
    """Reads its output folder; None for one that extracts nothing."""
    packages: tuple[str, ...] = ()
    """It gets a virtual environment with these; without any, it runs in the project's."""
    most: int | None = None
    """Larger sites are too much for it."""
    again: str = ""
    """The contestant on whose finished output it runs."""
    got: Callable[[Path, str], int] = _told
    """How many articles it got, from its output folder and what it printed."""
    statuses: frozenset[int] = frozenset({0})
    """Exit statuses that mean all is well."""
    idle: bool = False
    """It gets no article, on purpose."""


def _module(name: str) -> Callable[[Place, str], Sequence[str]]:
    return lambda place, python: [python, "-m", f"benchmarks.contestants.{name}", str(place.task)]


def _archiver(place: Place, python: str) -> Sequence[str]:
    where = ("-a", f"site={place.profile}", "-s", f"ARCHIVER_OUTPUT={place.output}")
    return [python, "-m", "scrapy", "crawl", "category", *where, *ARCHIVER_OPTIONS]


def _archiver_on_uvloop(place: Place, python: str) -> Sequence[str]:
    return [*_archiver(place, python), "-s", "ASYNCIO_EVENT_LOOP=uvloop.Loop"]


def _wget(place: Place, _python: str) -> Sequence[str]:
    return [
        *(
            "wget",
            "--no-verbose",
            "--recursive",
            "--level=1",
            r"--accept-regex=/NW[0-9]{18}\.html$|/category/",
        ),
        f"--directory-prefix={place.output}",
        f"--warc-file={place.output / 'pages'}",
        *Task.read(place.task).listings,
    ]


OWN = (
    Contestant(
        "archiver",
        "this project: checked, durable posts",
        _archiver,
        found=found.in_archive,
        got=_files("_posts/*.md"),
    ),
    Contestant(
        "archiver-uvloop",
        "the same on another event loop",
        _archiver_on_uvloop,
        found=found.in_archive,
        got=_files("_posts/*.md"),
    ),
    Contestant(
        "archiver-rerun",
        "the same again, nothing new",
        _archiver,
        reads=NOTHING,
        found=found.in_archive,
        again="archiver",
        got=_files("_posts/*.md"),
    ),
    Contestant(
        "scrapy-start", "starts and asks for nothing", _module("scrapy_start"), reads=NOTHING, idle=True
    ),
    Contestant("scrapy-defaults", "downloads only", _module("scrapy_defaults")),
    Contestant("scrapy-tuned", "downloads only, all else off", _module("scrapy_tuned")),
    Contestant(
        "scrapy-naive", "pasted strings, a file each", _module("scrapy_naive"), found=found.in_pasted_posts
    ),
    Contestant(
        "requests",
        "5 threads, pasted strings, a file each",
        _module("requests_threads"),
        found=found.in_pasted_posts,
    ),
    Contestant("aiohttp", "a raw loop that downloads only", _module("aiohttp_download")),
)

PEERS = (
    Contestant(
        "crawlee",
        "ParselCrawler, selectors for this site, JSON lines",
        _module("crawlee_parsel"),
        reads=POSTS,
        found=found.in_lines,
        packages=("crawlee[parsel]>=1.11,<2",),
    ),
    Contestant(
        "trafilatura",
        "its own threads, bare_extraction, JSON lines",
        _module("trafilatura_threads"),
        reads=POSTS,
        found=found.in_lines,
        packages=("trafilatura>=2.3,<3", "lxml_html_clean>=0.4,<1"),
    ),
    Contestant(
        "newspaper4k",
        "fetch_news, language zh, JSON lines",
        _module("newspaper_threads"),
        reads=POSTS,
        found=found.in_lines,
        packages=("newspaper4k[zh]>=0.9.6,<0.10",),
        most=500,
    ),
    Contestant(
        "news-please",
        "NewsPlease.from_urls, JSON lines",
        _module("news_please_urls"),
        reads=POSTS,
        found=found.in_lines,
        packages=("news-please>=1.6.16,<1.7", "newspaper4k[zh]>=0.9.6,<0.10"),
        most=500,
    ),
    Contestant(
        "wget",
        "one connection, --recursive --warc-file, nothing extracted",
        _wget,
        reads=POSTS,
        got=_files("**/NW*.html"),
    ),
)

ROSTER = {contestant.name: contestant for contestant in (*OWN, *PEERS)}
