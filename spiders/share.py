"""Single articles, given by id, by address, or in a list of both."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Iterator
from itertools import islice
from pathlib import Path

from archiver.errors import BadArgument, Quarantined
from archiver.items import Article, Listed
from archiver.run.advice import to_do
from archiver.setting_values import path
from archiver.terminal import printable
from spiders.article import ArticleSpider

BATCH = 500
"""Lines of a list that are stored in one transaction."""


class ShareSpider(ArticleSpider):
    """``-a infocode=``: one or several ids, separated by commas. ``-a url=``: the address of an article.
    ``-a file=``: a file with one id or address in each line, or ``-`` for stdin. Blank lines and lines that
    begin with ``#`` are skipped.

    An id or address on the command line must belong to an article of the site; a line of a file that does not
    is quarantined. A named article is requested at once, even if it is not due yet or was given up.
    """

    name = "share"
    arguments = frozenset({"infocode", "url", "file"})

    def __init__(
        self,
        name: str | None = None,
        infocode: str = "",
        url: str = "",
        file: str | None = None,
        **arguments: str,
    ) -> None:
        super().__init__(name, **arguments)
        self.file = _list_of_articles(file)
        typed = [part.strip() for part in infocode.split(",") if part.strip()] + (
            [url.strip()] if url else []
        )
        self.typed = [self._typed(text) for text in typed]
        self.is_named = bool(typed) or file is not None

    def refuse_arguments(self) -> None:
        if not self.is_named:
            raise BadArgument("spider share: name the articles with infocode=, url= or file=")

    def _typed(self, text: str) -> Listed:
        listed = self.name_article(text)
        if self.site.family_of(listed.id) is None:
            raise BadArgument(f"{printable(text)!r} is not an article of {self.site.name}")
        return listed

    def name_article(self, text: str) -> Listed:
        """The article for an id or address that the user gave; its id is not checked."""
        if not re.match(r"(https?:)?//", text):
            return Listed(text)
        url = f"http:{text}" if text.startswith("//") else text
        named = self.site.named_by(url)
        family = self.site.family_of(named)
        if family and "link" in family.needs and not self.site.allows(url):
            # the article's own page: a post of this family links to it
            return Listed(named, hints={"link": url})
        return Listed(named or text, address=url if named else "")

    async def start(self) -> AsyncIterator[Article]:
        for article in self.enqueue(self.typed, named=True):
            yield article
        lines = self._lines()
        while chunk := list(islice(lines, BATCH)):
            for article in self._enqueue_lines(chunk):
                yield article
            await asyncio.sleep(0)  # lets the first articles be fetched while the next lines are read

    def _lines(self) -> Iterator[str]:
        if not self.file:
            return
        try:
            is_stdin = self.file == "-"
            source = sys.stdin if is_stdin else Path(self.file).open(encoding="utf-8-sig")  # noqa: SIM115
            with source as lines:
                for line in lines:
                    text = line.strip()
                    if text and not text.startswith("#"):
                        yield text
        except (OSError, UnicodeDecodeError) as exc:
            self.run.ledger.listing_incomplete(self.file, "unreadable", advice=to_do("unreadable"))
            self.logger.error("file=%s cannot be read to its end: %s", self.file, exc)

    def _enqueue_lines(self, lines: list[str]) -> Iterator[Article]:
        named = [self.name_article(line) for line in lines]
        with self.run.storing():
            refused = [listed for listed in named if self.site.family_of(listed.id) is None]
            self.run.ledger.refuse_all(
                refused, Quarantined("bad_id", f"it is not an article of {self.site.name}")
            )
        articles = [listed for listed in named if self.site.family_of(listed.id)]
        yield from self.enqueue(articles, named=True)


def _list_of_articles(file: str | None) -> str:
    """The path in ``file=``; empty if the argument is missing. Raises BadArgument."""
    if file is None or file == "-":
        return file or ""
    if not (found := path("file", file)).is_file():
        raise BadArgument(f"file={file!r}: there is no such file")
    return str(found)
