"""``finews site-record``: saves pages beside a profile, with the articles that the profile makes of them."""

from __future__ import annotations

import argparse

from archiver.commands.site_check import SiteCommand, pages_of
from archiver.errors import BadArgument
from archiver.sites.load import bundled, load
from archiver.terminal import write
from archiver.trying.check import Fetch
from archiver.trying.findings import SiteFound


class Command(SiteCommand):
    example = "mine.yaml https://www.example.com/story/A2022-0222_1.shtml"

    def syntax(self) -> str:
        return "[options] FILE [URL ...]"

    def short_desc(self) -> str:
        return "Save pages of a site, to check its profile offline"

    def long_desc(self) -> str:
        return (
            "Request these pages, or a listing and three of its articles, as site-check does. If every "
            "article can be posted, save the responses and the articles in a folder beside the profile: "
            "mine.pages for mine.yaml. `finews site-check --saved` reads them without the network."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        group = parser.add_argument_group(title="Site")
        group.add_argument("--category", default="", metavar="C", help="the category of the listing")

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        if not args:
            raise BadArgument("write the file of a profile")
        if args[0] in bundled():
            raise BadArgument(f"{args[0]} is bundled: write the path of its file, or of your copy of it")
        self.check_settings()
        site, (pages, shown) = load(args[0]), pages_of(args[0])
        results: list[SiteFound] = []

        async def record(fetch: Fetch) -> None:
            with self.trial(site, pages.recording(fetch)) as trial:
                results.append(await trial.check(args[1:], opts.category))

        if not self.ask(site, record):
            return
        self.show(results[0], as_json=False)
        if results[0].status == 0:
            number = pages.write(results[0].articles)
            write(f"{number} files are in {shown}; check them with: finews site-check {args[0]} --saved")
