"""``scrapy archive-reindex``: rebuilds the index from the posts."""

from __future__ import annotations

import argparse

from archiver.commands.on_archive import ArchiveCommand
from archiver.errors import StorageError
from archiver.publish.jekyll.site import open_site


class Command(ArchiveCommand):
    def short_desc(self) -> str:
        return "Rebuild the archive's index from its posts"

    def long_desc(self) -> str:
        return (
            "Delete posts, slugs and listings from the index of the archive (ARCHIVER_OUTPUT), and rebuild "
            "it from the posts. No post is changed; the next crawl requests every listing in full."
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
