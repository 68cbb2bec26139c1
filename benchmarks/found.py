"""The articles that a contestant extracted, read from its output folder after the timed run."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from lxml import html

from archiver.posts.read import read
from benchmarks.contestants.task import ARTICLES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PASTED = re.compile(
    r"---\nlayout: post\n"
    r'title: "(.*)"\n'
    r"date: (.*)\n"
    r"categories: .*\n"
    r"tags: (.*)新闻\n"  # the name of the source
    r"---\n"
    r"(.*)\n\n"  # the body
    r"<.*\n\n.*",  # the link and the footer
    re.DOTALL,
)
"""A post as ``contestants.pasted`` writes it."""


@dataclass(frozen=True, slots=True)
class Found:
    """An article as a contestant extracted it. A field that it did not extract is empty or None."""

    id: str
    title: str = ""
    date: datetime | None = None
    source: str = ""
    text: str = ""


def in_archive(folder: Path) -> Iterator[Found]:
    for path in (folder / "_posts").glob("*.md"):
        post = read(path.read_text(encoding="utf-8"), path.name)
        yield Found(post.id, post.title, post.date, post.tag.removesuffix("新闻"), _text(post.body))


def in_pasted_posts(folder: Path) -> Iterator[Found]:
    for path in folder.glob("*.md"):
        match = _PASTED.fullmatch(path.read_text(encoding="utf-8"))
        article_id = path.stem.rpartition("-")[2]
        if match:
            yield Found(article_id, match[1], _date(match[2]), match[3], _text(match[4]))
        else:
            yield Found(article_id)


def in_lines(folder: Path) -> Iterator[Found]:
    """Articles in the format of ``contestants.task.article_line``."""
    with (folder / ARTICLES).open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            yield Found(row["id"], row["title"], _date(row["date"]), row["source"], row["text"])


def _date(written: str) -> datetime | None:
    try:
        return datetime.fromisoformat(written.replace(" +", "+"))
    except ValueError:
        return None


def _text(body: str) -> str:
    return str(html.fragment_fromstring(body, create_parent="div").text_content())
