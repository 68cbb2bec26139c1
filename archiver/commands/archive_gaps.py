"""``finews archive-gaps``: lists the articles that have no post, with the reason."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import UTC, date, datetime

from archiver.audit.gaps import Gap, Gaps, find
from archiver.commands.base import ArchiveCommand
from archiver.commands.moments import moment
from archiver.normalise.zone import BEIJING
from archiver.run.status import Status
from archiver.terminal import printable

_COLUMNS = ("category", "day", "id", "why", "attempts", "since", "next try")


class Command(ArchiveCommand):
    example = "--category zhongguodianzibao --since 7d"

    def short_desc(self) -> str:
        return "List the articles that have no post, with the reason"

    def long_desc(self) -> str:
        return (
            "Print every listed article without a post, by category and day, and every listing that the "
            "last run did not read to its end. Exits 3 if a later run may still get an article, 0 if all "
            "that is missing is gone, forbidden or withdrawn."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        group = parser.add_argument_group(title="Archive")
        group.add_argument("--category", default="", metavar="SLUG", help="only this category")
        group.add_argument(
            "--since",
            default="",
            metavar="WHEN",
            help="only articles first listed since 2022-02-22, yesterday, 7d or 6h (7 days, 6 hours ago)",
        )
        group.add_argument(
            "--published-since",
            default="",
            metavar="WHEN",
            help="only articles that were published on that day or later, if their day is known",
        )
        group.add_argument("--json", action="store_true", help="write JSON")

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        root, now = self.root(args), datetime.now(UTC)
        since = moment("--since", opts.since, now) if opts.since else None
        published = opts.published_since and moment("--published-since", opts.published_since, now)
        day = published.astimezone(BEIJING).date() if published else date.min
        found = find(root, opts.category, since, day)
        self.exitcode = Status.OK if found.settled else Status.INCOMPLETE
        if opts.json:
            self.write_json({"archive": str(root), **as_dict(found), "exit_status": self.exitcode})
        else:
            self.write(as_text(found))


def as_dict(found: Gaps) -> dict[str, object]:
    return {
        "articles": [
            {
                "id": gap.article.listed.id,
                "category": gap.article.listed.category,
                "day": str(gap.day or ""),
                "state": gap.article.state,
                "reason": gap.article.reason,
                "cause": gap.article.cause,
                "settled": gap.settled,
                "attempts": gap.article.attempts,
                "since": gap.article.since,
                "due": gap.article.due,
                "address": gap.article.listed.address,
                "listing": gap.article.listed.listing,
                "record": gap.record,
            }
            for gap in found.articles
        ],
        "listings": dict(found.listings),
    }


def as_text(found: Gaps) -> str:
    """A table, the incomplete listings, and a line of totals."""
    lines = list(_table([_COLUMNS, *map(_row, found.articles)])) if found.articles else []
    for url, why in found.listings.items():
        lines.append(f"listing incomplete: {printable(url)}: {printable(why)}")
    return "\n".join([*lines, _summary(found)])


def _row(gap: Gap) -> tuple[str, ...]:
    article = gap.article
    why = f"{article.state}:{article.reason}" if article.reason else article.state
    return (
        printable(article.listed.category) or "-",
        str(gap.day or "-"),
        printable(article.listed.id),
        f"{why} ({article.cause})" if article.cause else why,
        str(article.attempts),
        _minute(article.since) or "-",
        "never" if gap.settled else _next_try(gap),
    )


def _next_try(gap: Gap) -> str:
    if gap.article.state == "skipped":
        return "when it is named"
    if gap.article.reason == "bad_id":
        return "never: see its record"
    return _minute(gap.article.due) or "next run"


def _minute(moment: str) -> str:
    """``2022-02-22T10:00:00+00:00`` → ``2022-02-22 10:00Z``."""
    return f"{moment[:10]} {moment[11:16]}Z" if moment else ""


def _table(rows: list[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _summary(found: Gaps) -> str:
    still = [gap for gap in found.articles if not gap.settled]
    settled = len(found.articles) - len(still)
    line = f"{len(still)} articles missing"
    if still:
        line += f" in {len({gap.article.listed.category for gap in still})} categories"
    line += f", {settled} that no longer exist or are forbidden" if settled else ""
    return line + (f", {len(found.listings)} listings incomplete" if found.listings else "")
