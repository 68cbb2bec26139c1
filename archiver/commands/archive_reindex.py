"""``scrapy archive-reindex``: the index, built anew from the posts."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from archiver.errors import StorageError
from archiver.report import Status
from archiver.storage.archive import Archive
from archiver.storage.lock import Locked


class Command(ScrapyCommand):
    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "[options]"

    def short_desc(self) -> str:
        return "Build the archive's index anew from its posts"

    def long_desc(self) -> str:
        return (
            "Forget the index of the archive (ARCHIVER_OUTPUT) and build it anew from the posts. No post is "
            "touched; articles that were skipped or quarantined are listed and tried again by the next crawl."
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:  # noqa: ARG002 - Scrapy's signature
        if args:
            raise UsageError(f"unknown argument {args[0]!r}")
        assert self.settings
        root = Path(self.settings["ARCHIVER_OUTPUT"]).absolute()
        if not root.is_dir():
            raise UsageError(f"there is no archive at {root}; -s ARCHIVER_OUTPUT= says where it is")
        try:
            with Archive(root) as archive:
                count = archive.reindex()
        except StorageError as exc:
            sys.stderr.write(f"scrapy archive-reindex: {exc}\n")
            self.exitcode = Status.LOCKED if isinstance(exc, Locked) else Status.STORAGE
            return
        sys.stdout.write(f"{count} posts in {root}\n")
