"""``site-record``, and ``site-check`` with the pages that it saved."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import pytest

from archiver.commands.site_record import Command
from archiver.replica.articles import Site
from archiver.replica.server import Replica
from archiver.sites.load import place_of
from tests.commands.test_site_check import run
from tests.crawling import asked


def test_pages_are_saved_beside_the_profile_and_compared(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    shutil.copy(place_of("finews"), file)
    with Replica(Site(20, 1, plain=True)) as replica:
        done = run("site-check", tmp_path, replica, str(file), "--saved")
        assert (done.status, asked(replica, robots=True)) == (2, [])
        assert f"{tmp_path}/mine.pages has no saved articles: type finews site-record {file}" in done.stderr

        done = run("site-record", tmp_path, replica, str(file), "--category", "cailianshe")
        assert (done.status, done.stderr) == (0, "")
        assert f"7 files are in {tmp_path}/mine.pages" in done.stdout

        done = run("site-check", tmp_path, replica, str(file), "--live")
        assert (done.status, len(asked(replica))) == (0, 3), done.stdout

        profile = file.read_text(encoding="utf-8").replace("title: Title || title || TITLE", "title: Date")
        file.write_text(profile, encoding="utf-8")
        replica.requests.clear()
        done = run("site-check", tmp_path, replica, str(file), "--saved")
        assert (done.status, asked(replica, robots=True)) == (2, [])
        assert ": title is '2022-02-2" in done.stdout or "id_mismatch" in done.stdout


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        ([], "write the file of a profile"),
        (["finews"], "finews is bundled: write the path of its file, or of your copy of it"),
        (["eastmoney", "https://finance.eastmoney.com/a/202202220000000017.html"], "eastmoney is bundled"),
    ],
)
def test_a_wrong_argument_is_one_sentence(
    args: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    command = Command()
    command.run(args, argparse.Namespace(category=""))
    said = capsys.readouterr().err
    assert (command.exitcode, len(said.splitlines())) == (2, 1)
    assert f"site-record: error: {sentence}" in said


def test_nothing_is_saved_if_an_article_cannot_be_posted(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    shutil.copy(place_of("finews"), file)
    with Replica(Site(20, 1, plain=True)) as replica:
        replica.answers["/category/cailianshe.html"] = (
            200,
            {"Content-Type": "text/html"},
            "<section><ul></ul></section>",
        )
        done = run("site-record", tmp_path, replica, str(file), "--category", "cailianshe")
    assert done.status == 2
    assert [path.name for path in tmp_path.iterdir()] == ["mine.yaml"]
