"""The output of ``archive-refile``. Its help and its errors are tested with those of the other commands."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pytest
from scrapy.settings import Settings

from archiver.audit import refile as audit
from archiver.audit.check import check
from archiver.commands import archive_refile
from archiver.errors import StorageError
from archiver.publish.jekyll.site import open_site
from archiver.sites.load import load
from archiver.storage import refiling
from archiver.storage.files import POSTS
from tests.crawling import PROJECT
from tests.sites.profiles import GOOD
from tests.storage.archives import NOW, SOURCES, bytes_of, finished, listed

WRONG, RIGHT = SOURCES[1], SOURCES[0]
"""With the alias, the two posts of the first source belong to the second."""

Refile = Callable[..., tuple[int, str, str]]
"""Runs the command: exit status, stdout, stderr."""


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled profile with an alias, as a user keeps it."""
    path = tmp_path_factory.mktemp("site") / "mine.yaml"
    bundled = (PROJECT / "archiver/sites/finews.yaml").read_text("utf-8")
    path.write_text(bundled.replace("\naliases:", f"\naliases:\n  {WRONG}: {RIGHT}\n #", 1), encoding="utf-8")
    assert load(str(path)).aliases[WRONG] == RIGHT
    return path


@pytest.fixture
def refile(capsys: pytest.CaptureFixture[str]) -> Refile:
    def run(root: Path, site: Path | str, source: str = "", **flags: bool) -> tuple[int, str, str]:
        command = archive_refile.Command()
        command.settings = Settings({"ARCHIVER_OUTPUT": str(root)})
        options = {"site": str(site), "source": source, "apply": False, "json": False} | flags
        command.run([], argparse.Namespace(**options))
        said = capsys.readouterr()
        return int(command.exitcode), said.out, said.err

    return run


def test_a_dry_run_says_what_apply_then_does(tmp_path: Path, profile: Path, refile: Refile) -> None:
    root = finished(tmp_path / "archive")
    before = bytes_of(root)
    status, text, _ = refile(root, profile)
    posts = [f"{POSTS}/2022-02-22-NW20220222228400000{number}.md" for number in (1, 4)]
    expected = [
        f"样例晚报新闻 (yangliwanbao) → 样例日报新闻 (yangliribao): 2 posts: {', '.join(posts)}",
        "page to remove: category/yangliwanbao.html: its category has no posts",
        "2 posts to move; --apply moves them",
    ]
    assert (status, text.splitlines()) == (0, expected)
    assert bytes_of(root) == before

    edited = root / posts[0]
    edited.write_bytes(edited.read_bytes().replace("样例正文".encode(), "改过的正文".encode()))
    status, text, _ = refile(root, profile, apply=True, json=True)
    assert json.loads(text) == {
        "archive": str(root),
        "site": "finews",
        "applied": True,
        "moves": [
            {
                "from": {"category": "yangliwanbao", "tag": "样例晚报新闻"},
                "to": {"category": "yangliribao", "tag": "样例日报新闻"},
                "count": 1,
                "posts": posts[1:],
            }
        ],
        "kept": [
            {
                "kind": "edited",
                "path": posts[0],
                "id": "NW202202222284000001",
                "detail": "its bytes are not those that were written",
                "todo": "your edit is kept: change categories, tags and the last line yourself",
                "category": "yangliribao",
                "tag": "样例日报新闻",
            }
        ],
        "pages": {"removed": [], "kept": []},
        "other_sites": 0,
        "cut_off": False,
        "exit_status": 0,
    }
    assert (status, check(root, NOW).breaches) == (0, [])


def test_the_text_names_what_was_moved_kept_and_left_out(
    tmp_path: Path, profile: Path, refile: Refile
) -> None:
    root = finished(tmp_path / "archive", posts=15)
    names = [f"2022-02-22-{listed(number).id}.md" for number in range(1, 15, 3)]
    (root / "category/yangliwanbao.html").write_text("mine", encoding="utf-8")
    assert refile(root, profile, "样例财经") == (0, "0 posts to move\n", "")
    status, text, _ = refile(root, profile, "样例晚报", apply=True)
    shown = ", ".join(f"{POSTS}/{name}" for name in names[:3])
    assert (status, text.splitlines()) == (
        0,
        [
            f"样例晚报新闻 (yangliwanbao) → 样例日报新闻 (yangliribao): 5 posts: {shown}, …",
            "page kept: category/yangliwanbao.html: its category has no posts, but you edited it",
            "5 posts moved; _data/redirects.csv has their old addresses",
        ],
    )
    assert refile(root, profile, apply=True) == (0, "0 posts moved\n", "")


def test_a_move_that_was_cut_off_is_mentioned(tmp_path: Path, profile: Path, refile: Refile) -> None:
    root = finished(tmp_path / "archive")
    with mock.patch.object(refiling, "finish", side_effect=StorageError("/x: cut off")):
        status, text, error = refile(root, profile, apply=True)
    assert (status, text, error) == (6, "", "scrapy archive-refile: /x: cut off\n")
    status, text, _ = refile(root, profile)
    assert text.splitlines() == [
        "an earlier --apply was cut off: the next run, or --apply, completes it",
        "0 posts to move",
    ]


@pytest.mark.parametrize(
    ("site", "sentence"),
    [
        ("nonsense", "unknown site 'nonsense'"),
        ("mine.yaml", "this site is 'mine'"),
        ("no.yaml", "no.yaml"),
    ],
)
def test_a_wrong_site_is_one_sentence_and_2(tmp_path: Path, refile: Refile, site: str, sentence: str) -> None:
    root = finished(tmp_path / "archive")
    if site == "mine.yaml":
        (tmp_path / site).write_text(GOOD, encoding="utf-8")
        site = str(tmp_path / site)
    with open_site(root) as archive:
        archive.catalogue.claim("finews", "finews")
    for flags in ({}, {"apply": True}):
        status, text, error = refile(root, site, **flags)
        assert (status, text, error.count("\n")) == (2, "", 1)
        assert sentence in error


def test_an_archive_without_an_index_is_one_sentence_and_6(
    tmp_path: Path, profile: Path, refile: Refile
) -> None:
    root = finished(tmp_path / "archive")
    (root / ".archive/index.sqlite").unlink()
    status, _, error = refile(root, profile)
    assert (status, error.count("\n")) == (6, 1)
    assert "index.sqlite is missing: " in error
    with mock.patch.object(audit, "MAX_BATCH", 1):
        status, text, _ = refile(root, profile, apply=True)
    assert (status, text.splitlines()[-1]) == (
        0,
        "2 posts moved; _data/redirects.csv has their old addresses",
    )
