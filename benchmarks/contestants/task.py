"""The task of every contestant and the format of its result.

This module uses only the standard library, because it runs in the environment of each contestant.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

CONCURRENCY = 16
"""Concurrent requests, if a contestant has a setting for that."""

ARTICLES = "articles.jsonl"
"""The file in the output folder for the extracted articles, one JSON object per line."""

_ROW = re.compile(r'<a href="(/[^"]*/(NW\d{18})\.html)"')


@dataclass(frozen=True, slots=True)
class Task:
    base: str
    """Scheme, host and port."""
    listings: tuple[str, ...]
    """The addresses of the category pages."""
    output: Path
    """An empty folder that only this contestant uses."""

    @classmethod
    def given(cls) -> Task:
        """The task in the file given by the command line."""
        return cls.read(Path(sys.argv[1]))

    @classmethod
    def read(cls, path: Path) -> Task:
        values = json.loads(path.read_text(encoding="utf-8"))
        return cls(values["base"], tuple(values["listings"]), Path(values["output"]))

    def write(self, path: Path) -> None:
        values = {"base": self.base, "listings": self.listings, "output": str(self.output)}
        path.write_text(json.dumps(values), encoding="utf-8")

    def answers(self, listing: str) -> Iterator[str]:
        """The addresses of the JSON responses for all articles on a category page."""
        for _, article_id in _ROW.findall(listing):
            yield f"{self.base}/NewsData/GetNewsText.do?id={article_id}"

    def posts(self, listing: str) -> Iterator[str]:
        """The addresses of the HTML pages of all articles on a category page."""
        for path, _ in _ROW.findall(listing):
            yield f"{self.base}{path}"

    def open_articles(self) -> TextIO:
        return (self.output / ARTICLES).open("w", encoding="utf-8")


def article_line(url: str, *, title: str, date: str, source: str, text: str) -> str:
    """``date`` is in ISO format; it is empty if the contestant found none."""
    article_id = url.rpartition("/")[2].removesuffix(".html")
    found = {"id": article_id, "title": title, "date": date, "source": source, "text": text}
    return json.dumps(found, ensure_ascii=False) + "\n"


def done(articles: int) -> None:
    """Prints the number of articles that the contestant got. This must be its last line of output."""
    sys.stdout.write(f"{json.dumps({'articles': articles})}\n")
