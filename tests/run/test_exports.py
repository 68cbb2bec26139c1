"""An export (``-o``) that is not written completely gives exit status 6; the archive is complete nevertheless."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver.replica.articles import Site
from archiver.replica.server import Replica
from archiver.run import exports
from tests.crawling import asked, crawl, posts


@pytest.fixture
def replica() -> Iterator[Replica]:
    with Replica(Site(articles=12, plain=True)) as running:
        yield running


@pytest.fixture
def closed_port() -> Iterator[int]:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        yield int(sock.getsockname()[1])


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        ("/dev/full:jsonl", "No space left on device"),
        ("/dev/full:csv", "No space left on device"),
        ("ftp://me:s3cret@127.0.0.1:{port}/x.jsonl", "Connection refused"),
    ],
)
def test_an_export_that_fails_gives_status_6_and_every_article_is_archived(
    tmp_path: Path, replica: Replica, closed_port: int, target: str, sentence: str
) -> None:
    run = crawl("category", tmp_path, replica, "-o", target.format(port=closed_port))
    assert (run.status, len(posts(tmp_path))) == (6, 12), run.stderr
    assert sentence in run["export_error"]
    assert f"  {run['export_error']}\n" in run.stderr
    assert run["internal_errors"] == 0
    assert "s3cret" not in run["export_error"]
    assert crawl("category", tmp_path, replica).status == 0


@pytest.mark.parametrize("empty", [True, False], ids=["nothing new", "new articles"])
@pytest.mark.parametrize(
    "target",
    [
        pytest.param("folder/x.jsonl", id="a folder in its place"),
        pytest.param("file/y.jsonl", id="below a file"),
        pytest.param("s3://bucket/x.jsonl", id="a library is missing"),
        pytest.param("nosuch://host/x.jsonl", id="an unknown form of address"),
    ],
)
def test_an_export_that_is_not_possible_ends_the_run_before_the_first_request(
    tmp_path: Path, replica: Replica, target: str, *, empty: bool
) -> None:
    (tmp_path / "folder" / "x.jsonl").mkdir(parents=True)
    (tmp_path / "file").write_text("mine")
    if empty:
        assert crawl("category", tmp_path / "a", replica).status == 0
    asked(replica, robots=True)
    where = target if "://" in target else str(tmp_path / target)
    run = crawl("category", tmp_path / "a", replica, "-o", where)
    assert (run.status, asked(replica, robots=True)) == (6, []), run.stderr
    assert run["export_error"].startswith(f"the export to {where} is not possible: ")
    assert run["export_error"].endswith("nothing was requested")
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize("target", ["-:jsonl", "new/folder/x.csv"])
def test_an_export_that_is_written_gives_status_0(tmp_path: Path, replica: Replica, target: str) -> None:
    run = crawl(
        "category", tmp_path / "a", replica, "-o", target if target[0] == "-" else f"{tmp_path}/{target}"
    )
    assert (run.status, run["export_error"]) == (0, ""), run.stderr
    assert run["doubts"] == {}, "the counts of the run are not doubts"
    written = run.stdout if target[0] == "-" else (tmp_path / target).read_text(encoding="utf-8")
    assert len(written.splitlines()) >= 12


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ftp://me:pw@host/x", "ftp://host/x"),
        ("no s3://key:a@b@bucket/x here", "no s3://bucket/x here"),
        ("a@b.example is a mail address", "a@b.example is a mail address"),
        ("/srv/x@y.jsonl", "/srv/x@y.jsonl"),
    ],
)
def test_no_credentials_are_shown(text: str, shown: str) -> None:
    assert exports._without_password(text) == shown
