"""The contestants: how each is run, what it asks for, and where it leaves what it found."""

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
POSTS_FOLDER = "_posts"


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


_POSTS_OF_ARCHIVE = _files(f"{POSTS_FOLDER}/*.md")


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
    max_articles: int | None = None
    """It is too slow for larger sites."""
    again: str = ""
    """The contestant on whose finished output it runs."""
    offline: bool = False
    """It asks the server nothing, and runs after the rounds of those that do."""
    bytes_written: int = 0
    """Disk space that it takes for an article, at most; 0 for one that drops the answers."""
    sizes: Callable[[Path], dict[str, int]] = lambda _: {}
    """What is measured of its output folder after a timed run: bytes by name."""
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


def _command(name: str) -> Callable[[Place, str], Sequence[str]]:
    return lambda place, python: [python, "-m", "scrapy", name, "-s", f"ARCHIVER_OUTPUT={place.output}"]


def _sha256sum(place: Place, _python: str) -> Sequence[str]:
    """By way of xargs: a command line has no room for a hundred thousand names."""
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
        "the same on another event loop",
        _archiver_on_uvloop,
        found=found.in_archive,
        got=_POSTS_OF_ARCHIVE,
        bytes_written=24_000,
    ),
    Contestant(
        "archiver-rerun",
        "the same again, nothing new",
        _archiver,
        reads=NOTHING,
        found=found.in_archive,
        again="archiver",
        got=_POSTS_OF_ARCHIVE,
    ),
    Contestant(
        "scrapy-start", "starts and asks for nothing", _module("scrapy_start"), reads=NOTHING, idle=True
    ),
    Contestant("scrapy-defaults", "downloads only", _module("scrapy_defaults")),
    Contestant("scrapy-tuned", "downloads only, all else off", _module("scrapy_tuned")),
    Contestant(
        "scrapy-naive",
        "pasted strings, a file each",
        _module("scrapy_naive"),
        found=found.in_pasted_posts,
        bytes_written=14_000,
    ),
    Contestant(
        "requests",
        "5 threads, pasted strings, a file each",
        _module("requests_threads"),
        found=found.in_pasted_posts,
        bytes_written=14_000,
    ),
    Contestant("aiohttp", "a raw loop that downloads only", _module("aiohttp_download")),
    Contestant(
        "sha256sum",
        "the posts of the archive, each read and hashed",
        _sha256sum,
        reads=NOTHING,
        again="archiver",
        offline=True,
        got=lambda _output, stdout: len(stdout.splitlines()),
    ),
    Contestant(
        "archive-check",
        "the archive, every post read and compared",
        _command("archive-check"),
        reads=NOTHING,
        again="archiver",
        offline=True,
        got=_POSTS_OF_ARCHIVE,
    ),
    Contestant(
        "archive-reindex",
        "the index, built anew from the posts",
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
