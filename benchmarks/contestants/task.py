"""The task of every contestant and the form of its result; standard library only, for any environment."""

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
"""Requests at a time, where a contestant has a setting for it."""

ARTICLES = "articles.jsonl"
"""The file below the output folder in which a contestant that extracts leaves an object an article."""

_ROW = re.compile(r'<a href="(/[^"]*/(NW\d{18})\.html)"')


@dataclass(frozen=True, slots=True)
class Task:
    base: str
    """Scheme, host and port."""
    listings: tuple[str, ...]
    """The addresses of the category pages."""
    output: Path
    """An empty folder of its own."""

    @classmethod
    def given(cls) -> Task:
        """The task in the file that the command line names."""
        return cls.read(Path(sys.argv[1]))

    @classmethod
    def read(cls, path: Path) -> Task:
        values = json.loads(path.read_text(encoding="utf-8"))
        return cls(values["base"], tuple(values["listings"]), Path(values["output"]))

    def write(self, path: Path) -> None:
        values = {"base": self.base, "listings": self.listings, "output": str(self.output)}
        path.write_text(json.dumps(values), encoding="utf-8")

    def answers(self, listing: str) -> Iterator[str]:
        """The addresses of the JSON answers of all articles that a category page names."""
        for _, article_id in _ROW.findall(listing):
            yield f"{self.base}/NewsData/GetNewsText.do?id={article_id}"

    def posts(self, listing: str) -> Iterator[str]:
        """The addresses of the articles' HTML pages."""
        for path, _ in _ROW.findall(listing):
            yield f"{self.base}{path}"

    def open_articles(self) -> TextIO:
        return (self.output / ARTICLES).open("w", encoding="utf-8")


def article_line(url: str, *, title: str, date: str, source: str, text: str) -> str:
    """``date`` in ISO form, empty where the contestant has none."""
    article_id = url.rpartition("/")[2].removesuffix(".html")
    found = {"id": article_id, "title": title, "date": date, "source": source, "text": text}
    return json.dumps(found, ensure_ascii=False) + "\n"


def done(articles: int) -> None:
    """Prints how many articles the contestant got; its last line."""
    sys.stdout.write(f"{json.dumps({'articles': articles})}\n")
