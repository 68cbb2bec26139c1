"""``scrapy archive-reindex``: the index, built anew from the posts."""

from __future__ import annotations

import argparse

from archiver.commands.on_archive import ArchiveCommand
from archiver.errors import StorageError
from archiver.publish.jekyll.site import open_site


class Command(ArchiveCommand):
    def short_desc(self) -> str:
        return "Build the archive's index anew from its posts"

    def long_desc(self) -> str:
        return (
            "Forget what the index of the archive (ARCHIVER_OUTPUT) says of posts, slugs and listings, and "
            "build it anew from the posts. No post is touched; the next crawl asks for every listing whole."
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:  # noqa: ARG002 - Scrapy's signature
        root = self.root(args)
        try:
            with open_site(root) as archive:
                count = archive.reindex()
        except StorageError as exc:
            self.refuse("archive-reindex", exc)
            return
        self.write(f"{count} posts in {root}")
