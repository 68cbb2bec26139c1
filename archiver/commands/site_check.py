"""``finews site-check``: what every rule of a profile finds, field by field."""

from __future__ import annotations

import argparse

from archiver.commands.asking import AskingCommand
from archiver.errors import BadArgument
from archiver.safe_text import to_json
from archiver.sites.load import load
from archiver.terminal import write, write_styled
from archiver.trying.check import Fetch
from archiver.trying.findings import SiteFound
from archiver.trying.words import lines_of


class Command(AskingCommand):
    example = "mine.yaml --category markets"

    def syntax(self) -> str:
        return "[options] [NAME|FILE]"

    def short_desc(self) -> str:
        return "Show what every rule of a site's profile finds"

    def long_desc(self) -> str:
        return (
            "Request one listing and up to three of its articles, and show field by field what each rule of "
            "the profile finds and what is made of it. No archive is opened. Exits 0 if a crawl would "
            "archive these articles, 2 if the profile is wrong, 3 if the site does not answer."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        group = parser.add_argument_group(title="Site")
        group.add_argument(
            "--url",
            action="append",
            default=[],
            metavar="URL",
            help="check this page, an article or a listing, instead; may be repeated",
        )
        group.add_argument("--category", default="", metavar="C", help="the category of the listing")
        group.add_argument("--json", action="store_true", help="write JSON")

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) > 1:
            raise BadArgument(f"unknown argument {args[1]!r}")
        self.check_settings()
        site = load(args[0] if args else "finews")
        results: list[SiteFound] = []

        async def check(fetch: Fetch) -> None:
            trial = self.trial(site, fetch)
            try:
                results.append(await trial.check(opts.url, opts.category))
            finally:
                trial.reader.close()

        if self.ask(site, check):
            self.show(results[0], as_json=opts.json)

    def show(self, found: SiteFound, *, as_json: bool) -> None:
        self.exitcode = found.status
        if as_json:
            write(to_json(found.as_dict()))
        else:
            write_styled(lines_of(found))
