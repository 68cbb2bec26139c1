"""``finews site-check``: what every rule of a profile finds, field by field."""

from __future__ import annotations

import argparse
import asyncio
from abc import ABC
from pathlib import Path

from archiver.commands.asking import AskingCommand
from archiver.errors import BadArgument
from archiver.safe_text import to_json
from archiver.sites.load import load, place_of
from archiver.terminal import write, write_styled
from archiver.trying.check import Fetch
from archiver.trying.findings import SiteFound
from archiver.trying.remembered import Remembered
from archiver.trying.report_page import report_page
from archiver.trying.saved import Pages
from archiver.trying.words import lines_of

BESIDE = "beside the profile"


class SiteCommand(AskingCommand, ABC):
    """Prints what a profile finds."""

    def show(self, found: SiteFound, *, as_json: bool) -> None:
        self.exitcode = found.status
        if as_json:
            write(to_json(found.as_dict()))
        else:
            write_styled(lines_of(found))


class Command(SiteCommand):
    example = "mine.yaml --category markets"

    def syntax(self) -> str:
        return "[NAME|FILE] [options]"

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
        group.add_argument(
            "--saved",
            nargs="?",
            const=BESIDE,
            metavar="DIR",
            help="compare the pages of site-record, without the network (default: those beside the profile)",
        )
        group.add_argument(
            "--live", action="store_true", help="compare the saved articles with the site of today"
        )
        group.add_argument("--json", action="store_true", help="write JSON")
        group.add_argument(
            "--html", default="", metavar="FILE", help="also write the pages, with the found parts marked"
        )

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) > 1:
            raise BadArgument(f"unknown argument {args[1]!r}")
        if opts.saved and opts.saved.endswith((".yaml", ".yml")):
            raise BadArgument(f"write the profile before --saved: {self.name} {opts.saved} --saved")
        self.check_settings()
        name = args[0] if args else "finews"
        site = load(name)
        pages = Pages(Path(opts.saved)) if opts.saved not in (None, BESIDE) else pages_of(name)[0]
        is_compared = (opts.saved or opts.live) and not opts.url
        if is_compared and not (pages.has_articles or site.tests):
            raise BadArgument(f"{pages.folder} has no saved articles: type finews site-record {name}")
        results: list[SiteFound] = []

        seen: list[Remembered] = []

        async def check(fetch: Fetch) -> None:
            seen.append(known := Remembered(fetch))
            with self.trial(site, known) as trial:
                if is_compared:
                    results.append(await trial.compare(pages.articles()))
                else:
                    results.append(await trial.check(opts.url, opts.category))

        if opts.saved:
            asyncio.run(check(pages.fetch))
        elif not self.ask(site, check):
            return
        self.show(results[0], as_json=opts.json)
        if opts.html:
            _write(opts.html, report_page(results[0], site, seen[0].responses))


def _write(file: str, content: str) -> None:
    try:
        Path(file).write_text(content, encoding="utf-8", errors="backslashreplace")
    except OSError as exc:
        raise BadArgument(f"cannot write {file}: {exc.strerror}") from exc


def pages_of(name: str) -> tuple[Pages, str]:
    """The saved pages of a profile, and their folder."""
    folder = place_of(name).with_suffix(".pages")
    return Pages(folder), str(folder)
