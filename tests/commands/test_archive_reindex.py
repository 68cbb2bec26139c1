"""``archive-reindex`` on files that no run wrote."""

from __future__ import annotations

from pathlib import Path

from archiver.safe_text import is_control
from tests.crawls.test_scrapy import scrapy

NAMES = ["2022-02-22-\x1b]0;title\x07\x1b[2J\x9b31m.md", "2022-02-22-\u202egnp.md", "2022-02-22-a\nb: ok.md"]


def test_the_names_of_stray_files_are_logged_without_control_characters(tmp_path: Path) -> None:
    posts = tmp_path / "_posts"
    posts.mkdir()
    for name in NAMES:
        (posts / name).write_text("not a post", encoding="utf-8")
    done = scrapy("archive-reindex", "-s", f"ARCHIVER_OUTPUT={tmp_path}")
    lines = {line for line in done.stderr.split("\n") if "is no post and was left alone" in line}
    assert len(lines) == len(NAMES)
    assert "\\x1b]0;title\\x07" in done.stderr
    assert not [char for char in done.stderr + done.stdout if is_control(char) and char != "\n"]
    assert {path.name for path in posts.iterdir()} >= {*NAMES}
