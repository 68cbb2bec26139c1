"""The contestants: the command, the pages that it reads, and how to read its output."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import found
from benchmarks.contestants.task import Task

ARCHIVER_OPTIONS = ("-s", "ARCHIVER_PACE=full")
"""Removes the archiver's delays between requests. All other settings have their defaults."""

ANSWERS, POSTS, NOTHING = "JSON responses", "HTML pages", "nothing"
POSTS_FOLDER = "_posts"


@dataclass(frozen=True, slots=True)
class Place:
    """The files and the folder of one run."""

    task: Path
    """The task file."""
    profile: Path
    """A site profile for the archiver."""
    output: Path


def _printed_count(_output: Path, stdout: str) -> int:
    """The number in the last line, as ``contestants.task.done`` writes it."""
    try:
        return int(json.loads(stdout.splitlines()[-1])["articles"])
    except (IndexError, ValueError, KeyError, TypeError):
        return 0


def _files(pattern: str) -> Callable[[Path, str], int]:
    return lambda output, _stdout: sum(1 for _ in output.glob(pattern))


_POSTS_OF_ARCHIVE = _files(f"{POSTS_FOLDER}/*.md")


@dataclass(frozen=True, slots=True)
class Contestant:
    name: str
    does: str
    """A description for the table."""
    command: Callable[[Place, str], Sequence[str]]
    """Returns the command for a place and a Python interpreter."""
    reads: str = ANSWERS
    found: Callable[[Path], Iterator[found.Found]] | None = None
    """Reads the articles from its output folder. None if the contestant extracts nothing."""
    packages: tuple[str, ...] = ()
    """The packages of its virtual environment. Without packages, it runs in the project's environment."""
    max_articles: int | None = None
    """The largest size of site on which it runs. Slow contestants have such a limit."""
    again: str = ""
    """The contestant whose finished output it uses as its own output folder."""
    offline: bool = False
    """It sends no requests, and runs after the rounds of the contestants that do."""
    bytes_written: int = 0
    """The most disk space per article that it uses. 0 if it drops the responses."""
    sizes: Callable[[Path], dict[str, int]] = lambda _: {}
    """Sizes in bytes, by name, that are measured in its output folder after a timed run."""
    got: Callable[[Path, str], int] = _printed_count
    """Returns the number of articles that it got, from its output folder and its printed output."""
    statuses: frozenset[int] = frozenset({0})
    """The exit statuses of a successful run."""
    idle: bool = False
    """It is not expected to get any article."""


def _module(name: str) -> Callable[[Place, str], Sequence[str]]:
    return lambda place, python: [python, "-m", f"benchmarks.contestants.{name}", str(place.task)]


def _archiver(place: Place, python: str) -> Sequence[str]:
    where = ("-a", f"site={place.profile}", "-s", f"ARCHIVER_OUTPUT={place.output}")
    return [python, "-m", "scrapy", "crawl", "category", *where, *ARCHIVER_OPTIONS]


def _archiver_on_uvloop(place: Place, python: str) -> Sequence[str]:
    return [*_archiver(place, python), "-s", "ASYNCIO_EVENT_LOOP=uvloop.Loop"]


def _command(name: str) -> Callable[[Place, str], Sequence[str]]:
    return lambda place, python: [python, "-m", "scrapy", name, "-s", f"ARCHIVER_OUTPUT={place.output}"]


def _sha256sum(place: Place, _python: str) -> Sequence[str]:
    """Uses xargs, because 100,000 file names are too long for one command line."""
    script = 'find "$1" -name "*.md" -print0 | xargs -0 sha256sum'
    return ["sh", "-c", script, "sh", str(place.output / POSTS_FOLDER)]


def _index_bytes(output: Path) -> dict[str, int]:
    return {"index_bytes": sum(path.stat().st_size for path in output.glob(".archive/index.sqlite*"))}


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
        got=_POSTS_OF_ARCHIVE,
        bytes_written=24_000,
        sizes=_index_bytes,
    ),
    Contestant(
        "archiver-uvloop",
        "the archiver with the event loop uvloop",
        _archiver_on_uvloop,
        found=found.in_archive,
        got=_POSTS_OF_ARCHIVE,
        bytes_written=24_000,
    ),
    Contestant(
        "archiver-rerun",
        "the archiver on its finished archive, no new articles",
        _archiver,
        reads=NOTHING,
        found=found.in_archive,
        again="archiver",
        got=_POSTS_OF_ARCHIVE,
    ),
    Contestant(
        "scrapy-start", "starts and sends no request", _module("scrapy_start"), reads=NOTHING, idle=True
    ),
    Contestant("scrapy-defaults", "downloads only", _module("scrapy_defaults")),
    Contestant("scrapy-tuned", "downloads only, other components off", _module("scrapy_tuned")),
    Contestant(
        "scrapy-naive",
        "posts from a string template",
        _module("scrapy_naive"),
        found=found.in_pasted_posts,
        bytes_written=14_000,
    ),
    Contestant(
        "requests",
        "5 threads, posts from a string template",
        _module("requests_threads"),
        found=found.in_pasted_posts,
        bytes_written=14_000,
    ),
    Contestant("aiohttp", "a plain loop, downloads only", _module("aiohttp_download")),
    Contestant(
        "sha256sum",
        "reads and hashes every post of the archive",
        _sha256sum,
        reads=NOTHING,
        again="archiver",
        offline=True,
        got=lambda _output, stdout: len(stdout.splitlines()),
    ),
    Contestant(
        "archive-check",
        "reads every post and compares it with the index",
        _command("archive-check"),
        reads=NOTHING,
        again="archiver",
        offline=True,
        got=_POSTS_OF_ARCHIVE,
    ),
    Contestant(
        "archive-reindex",
        "rebuilds the index from the posts",
        _command("archive-reindex"),
        reads=NOTHING,
        again="archiver",
        offline=True,
        got=_POSTS_OF_ARCHIVE,
    ),
)

PEERS = (
    Contestant(
        "crawlee",
        "ParselCrawler, selectors for this site, JSON lines",
        _module("crawlee_parsel"),
        reads=POSTS,
        found=found.in_lines,
        bytes_written=14_000,
        packages=("crawlee[parsel]>=1.11,<2",),
    ),
    Contestant(
        "trafilatura",
        "its own threads, bare_extraction, JSON lines",
        _module("trafilatura_threads"),
        reads=POSTS,
        found=found.in_lines,
        bytes_written=14_000,
        packages=("trafilatura>=2.3,<3", "lxml_html_clean>=0.4,<1"),
    ),
    Contestant(
        "newspaper4k",
        "fetch_news, language zh, JSON lines",
        _module("newspaper_threads"),
        reads=POSTS,
        found=found.in_lines,
        bytes_written=14_000,
        packages=("newspaper4k[zh]>=0.9.6,<0.10",),
        max_articles=500,
    ),
    Contestant(
        "news-please",
        "NewsPlease.from_urls, JSON lines",
        _module("news_please_urls"),
        reads=POSTS,
        found=found.in_lines,
        bytes_written=14_000,
        packages=("news-please>=1.6.16,<1.7", "newspaper4k[zh]>=0.9.6,<0.10"),
        max_articles=500,
    ),
    Contestant(
        "wget",
        "one connection, --recursive --warc-file, nothing extracted",
        _wget,
        reads=POSTS,
        got=_files("**/NW*.html"),
        bytes_written=48_000,
    ),
)

ROSTER = {contestant.name: contestant for contestant in (*OWN, *PEERS)}
