"""``finews`` as a user types it, in folders of every kind."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from archiver.replica.articles import Site
from archiver.replica.server import Replica, proxied
from tests.crawling import PROJECT, posts

ARCHIVE_COMMANDS = ["archive-check", "archive-gaps", "archive-refile", "archive-reindex"]
FINEWS = [str(Path(sys.executable).with_name("finews"))]
MODULE = [sys.executable, "-m", "archiver"]
SCRAPY = [sys.executable, "-m", "scrapy"]


def run(
    folder: Path, *words: str, program: list[str] = FINEWS, replica: Replica | None = None
) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SCRAPY_")}
    return subprocess.run(
        [*program, *words],
        cwd=folder,
        env=proxied(replica.url if replica else "http://127.0.0.1:9", kept),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("program", [FINEWS, MODULE], ids=["finews", "python -m archiver"])
def test_an_empty_folder_gets_an_archive_in_output(tmp_path: Path, program: list[str]) -> None:
    assert run(tmp_path, "list", program=program).stdout.split() == ["category", "share"]
    with Replica(Site(articles=10, plain=True)) as replica:
        crawled = run(
            tmp_path, "crawl", "category", "-s", "ARCHIVER_PACE=full", program=program, replica=replica
        )
    assert crawled.returncode == 0, crawled.stderr
    assert len(posts(tmp_path / "output")) == 10
    assert [path.name for path in tmp_path.iterdir()] == ["output"]
    for command in ARCHIVE_COMMANDS:
        checked = run(tmp_path, command, program=program)
        assert (checked.returncode, checked.stderr) == (0, "")


def test_a_module_of_the_working_directory_never_replaces_one_of_the_archiver(tmp_path: Path) -> None:
    for name in ("spiders", "archiver", "yaml"):
        (tmp_path / f"{name}.py").write_text("raise ImportError('the working directory came first')\n")
    assert run(tmp_path, "list").stdout.split() == ["category", "share"]


def test_a_recorder_in_the_working_directory_is_found(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        "class Recorder:\n    def record(self, exchange):\n        print(exchange.request.url)\n"
    )
    with Replica(Site(articles=10, plain=True)) as replica:
        words = ("crawl", "category", "-s", "ARCHIVER_PACE=full", "-a", "limit=1")
        crawled = run(tmp_path, *words, "-s", 'ARCHIVER_RECORDERS={"mine.Recorder": 100}', replica=replica)
    assert "http://finews.withounder.com/robots.txt" in crawled.stdout.split(), crawled.stderr


def test_a_project_of_the_archiver_keeps_its_own_settings(tmp_path: Path) -> None:
    (tmp_path / "scrapy.cfg").write_text("[settings]\ndefault = mine\n")
    (tmp_path / "mine.py").write_text("from archiver.settings import *\nARCHIVER_OUTPUT = 'elsewhere'\n")
    inside = tmp_path / "folder"
    inside.mkdir()
    assert run(inside, "settings", "--get", "ARCHIVER_OUTPUT").stdout == "elsewhere\n"


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ("scrapy.settings.default_settings", "is another Scrapy project, without the archiver's settings"),
        ("no.such.module", "cannot be imported: No module named 'no'"),
    ],
)
def test_a_project_without_the_settings_of_the_archiver_is_refused(
    tmp_path: Path, settings: str, sentence: str
) -> None:
    (tmp_path / "scrapy.cfg").write_text(f"[settings]\ndefault = {settings}\n")
    for words in (["crawl", "category"], ["archive-check"], ["list"]):
        refused = run(tmp_path, *words)
        assert refused.returncode == 2
        assert refused.stderr.startswith("finews: ")
        assert f"{tmp_path}/scrapy.cfg" in refused.stderr
        assert sentence in refused.stderr
        assert refused.stderr.count("\n") == 1


@pytest.mark.parametrize("command", ARCHIVE_COMMANDS)
def test_an_archive_command_without_an_archive_is_one_sentence_and_2(tmp_path: Path, command: str) -> None:
    (tmp_path / "empty").mkdir()
    for folder in ("output", "empty"):
        refused = run(tmp_path, command, "-s", f"ARCHIVER_OUTPUT={folder}")
        assert refused.returncode == 2
        assert refused.stderr == (
            f"finews {command}: error: there is no archive at {tmp_path}/{folder}; "
            "write where it is with -s ARCHIVER_OUTPUT=DIR\n"
        )
    assert not any((tmp_path / "empty").iterdir())


@pytest.mark.parametrize("command", ARCHIVE_COMMANDS)
def test_scrapy_outside_a_project_names_the_command_that_works(tmp_path: Path, command: str) -> None:
    refused = run(tmp_path, command, program=SCRAPY)
    assert refused.returncode == 2
    assert f"type `finews {command}`, which works in any folder\n" in refused.stderr
    assert refused.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["archiv-check"], "there is no command 'archiv-check'; did you mean 'archive-check'? finews --help"),
        (["crawl"], "write the name of one spider: category or share"),
        (["crawl", "categories"], "write the name of one spider: category or share"),
        (["crawl", "share", "category"], "write the name of one spider: category or share"),
        (["archive-gaps", "nonsense"], "unknown argument 'nonsense'"),
        (["archive-gaps", "--nonsense"], "unknown argument '--nonsense'"),
        (["crawl", "category", "-s", "ARCHIVER_PACE=fast"], "ARCHIVER_PACE='fast': write polite or full"),
    ],
    ids=" ".join,
)
def test_a_wrong_command_is_one_sentence_and_2(tmp_path: Path, words: list[str], sentence: str) -> None:
    refused = run(tmp_path, *words)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.endswith(f"{sentence}\n")
    assert refused.stderr.count("\n") == 1
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("words", [[], ["--help"], ["-h"], ["help"]], ids=str)
def test_the_overview_names_every_command_of_the_archiver(tmp_path: Path, words: list[str]) -> None:
    overview = run(tmp_path, *words)
    assert overview.returncode == 0
    for command in ("crawl category", "crawl share", "replica", *ARCHIVE_COMMANDS):
        assert f"finews {command}" in overview.stdout
    assert max(map(len, overview.stdout.splitlines())) <= 100


@pytest.mark.parametrize("command", ["crawl", "replica", *ARCHIVE_COMMANDS])
@pytest.mark.parametrize("program", [FINEWS, SCRAPY], ids=["finews", "scrapy"])
def test_the_help_of_a_command_has_an_example(command: str, program: list[str]) -> None:
    explained = run(PROJECT, command, "--help", program=program)
    name = Path(program[-1]).name
    assert explained.stdout.startswith(f"Usage\n=====\n  {name} {command} [options]")
    assert f"Example: {name} {command}" in explained.stdout
    headings = re.findall(
        r"^(.+)\n[=-]+$", explained.stdout, re.MULTILINE
    )  # Scrapy underlines each "…:" at a line's end
    assert set(headings) <= {"Usage", "Options", "Global Options", "Archive", "Replica"}


def test_the_version_is_that_of_the_package(tmp_path: Path) -> None:
    assert run(tmp_path, "--version").stdout.startswith("finews-archiver 0.")
