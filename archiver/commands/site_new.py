"""``finews site-new``: drafts the profile of a site from its pages."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from archiver.commands.base import program
from archiver.commands.site_check import SiteCommand
from archiver.errors import BadArgument
from archiver.sites.addresses import is_web
from archiver.terminal import write
from archiver.trying.check import Fetch
from archiver.trying.findings import SiteFound
from archiver.trying.new import new

_NEXT = """
{file} is written. What next:
  {program} site-check {file}
  {program} site-record {file}
  {program} crawl category -a site={file} -a limit=5 -s ARCHIVER_OUTPUT={name}"""


class Command(SiteCommand):
    example = "mine --listing https://www.example.com/news/"

    def syntax(self) -> str:
        return "NAME --listing URL [--article URL ...]"

    def short_desc(self) -> str:
        return "Draft the profile of a site from its pages"

    def long_desc(self) -> str:
        return (
            "Request the page that lists articles, look for a feed, a list of links or a sitemap, read three "
            "articles, and write NAME.yaml, a profile to go on from. An existing file is never changed."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        group = parser.add_argument_group(title="Site")
        group.add_argument(
            "--listing", default="", metavar="URL", help="a page, a feed or JSON that lists articles"
        )
        group.add_argument(
            "--article",
            action="append",
            default=[],
            metavar="URL",
            help="an article in that list, to tell the articles from other links; may be repeated",
        )

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        name, file = self._checked(args, [opts.listing, *opts.article])
        self.check_settings()
        results: list[tuple[str, SiteFound]] = []

        async def draft(fetch: Fetch) -> None:
            results.append(await new(name, opts.listing, opts.article, fetch, self.trial))

        if not self.ask(None, draft):
            return
        text, found = results[0]
        try:
            with file.open("x", encoding="utf-8") as out:
                out.write(text)
        except OSError as exc:
            raise BadArgument(f"cannot write {file}: {exc.strerror}") from exc
        self.show(found, as_json=False)
        write(_NEXT.format(file=file, name=name, program=program()))

    def _checked(self, args: list[str], urls: list[str]) -> tuple[str, Path]:
        """The name and the file. Raises BadArgument before anything is requested."""
        if len(args) != 1:
            raise BadArgument("write one name for the profile")
        if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", args[0]):
            raise BadArgument(f"{args[0]!r} is not a name: write small Latin letters, digits, - and _")
        for url in urls:
            if not is_web(url):
                raise BadArgument(f"{url!r} is not the address of a page; write --listing URL")
        file = Path(f"{args[0]}.yaml")
        if file.exists():
            raise BadArgument(f"{file} exists already, and is not changed: choose another name")
        return args[0], file
