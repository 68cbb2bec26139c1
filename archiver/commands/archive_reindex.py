"""``finews archive-reindex``: rebuilds the index from the posts."""

from __future__ import annotations

import argparse

from archiver.commands.base import ArchiveCommand
from archiver.publish.jekyll.site import open_site


class Command(ArchiveCommand):
    def short_desc(self) -> str:
        return "Rebuild the archive's index from its posts"

    def long_desc(self) -> str:
        return (
            "Delete posts, slugs and listings from the index of the archive (ARCHIVER_OUTPUT), and rebuild "
            "it from the posts. No post is changed; the next crawl requests every listing in full."
        )

    def work(self, args: list[str], opts: argparse.Namespace) -> None:  # noqa: ARG002 - takes no options
        root = self.root(args)
        with open_site(root) as archive:
            count = archive.reindex()
        self.write(f"{count} posts in {root}")
