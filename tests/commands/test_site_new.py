"""What ``site-new`` refuses before it requests anything; tests/crawls/test_walk_through.py runs it."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from archiver.commands.site_new import Command

URL = "https://www.example.com/news/"


@pytest.mark.parametrize(
    ("args", "listing", "articles", "sentence"),
    [
        ([], URL, [], "write one name for the profile"),
        (["a", "b"], URL, [], "write one name for the profile"),
        (["Mine"], URL, [], "'Mine' is not a name: write small Latin letters, digits, - and _"),
        (["../mine"], URL, [], "'../mine' is not a name"),
        (["mine.yaml"], URL, [], "'mine.yaml' is not a name"),
        (["mine"], "", [], "'' is not the address of a page; write --listing URL"),
        (["mine"], "www.example.com", [], "'www.example.com' is not the address of a page"),
        (["mine"], "file:///etc/passwd", [], "'file:///etc/passwd' is not the address of a page"),
        (["mine"], URL, ["1.html"], "'1.html' is not the address of a page"),
        (["there"], URL, [], "there.yaml exists already, and is not changed: choose another name"),
    ],
)
def test_a_wrong_argument_is_one_sentence(
    args: list[str],
    listing: str,
    articles: list[str],
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.yaml").write_text("mine\n")
    command = Command()
    command.run(args, argparse.Namespace(listing=listing, article=articles))
    said = capsys.readouterr()
    assert (command.exitcode, said.out, len(said.err.splitlines())) == (2, "", 1)
    assert f"site-new: error: {sentence}" in said.err
    assert (tmp_path / "there.yaml").read_text() == "mine\n"
