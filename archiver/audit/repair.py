"""Repairs what needs no decision of the user. Nothing is deleted: a file in the way is set aside."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote

from archiver.audit.findings import Checked, Finding
from archiver.audit.posts_check import plain
from archiver.items import Listed
from archiver.publish.jekyll.pages import category_page
from archiver.publish.jekyll.site import open_site
from archiver.storage import salvage
from archiver.storage.archive import Archive
from archiver.storage.files import INDEX, POSTS, STATE, Tree, storage_errors
from archiver.storage.lock import Lock
from archiver.storage.rows import OpenArticle
from archiver.storage.sqlite import SqliteStore

ASIDE = f"{STATE}/set-aside"


def repair(root: Path, checked: Checked, now: datetime) -> dict[Finding, str]:
    """What was done about each finding; findings that need a decision are left out.

    Raises Locked, StorageError. A repair that was interrupted can be run again.
    """
    damaged = any(finding.kind == "index" for finding in checked.findings)
    saved = _set_index_aside(root) if damaged else []
    with open_site(root) as archive:
        mender = _Mender(archive, now, saved)
        done = {finding: mender.mend(finding) for finding in checked.breaches}
        mender.finish()
    return {finding: what for finding, what in done.items() if what}


def _set_index_aside(root: Path) -> list[OpenArticle]:
    """Moves a damaged index away; returns the open articles that can still be read from it.

    They are on the disk before the index is moved, and the archive remembers them when it builds a new one.
    """
    with Tree(root) as tree:
        lock = Lock(tree)
        try:
            found = {article.listed.id: article for article in _salvageable(tree)}
            # A repair that was cut off may have saved more.
            found |= {article.listed.id: article for article in salvage.kept(tree)}
            saved = list(found.values())
            salvage.keep(tree, saved)
            for path in (f"{INDEX}-wal", f"{INDEX}-shm", INDEX):  # a new index must never meet an old log
                if tree.exists(path):
                    set_aside(tree, path)
        finally:
            lock.release()
    return saved


def _salvageable(tree: Tree) -> list[OpenArticle]:
    if not tree.exists(INDEX):
        return []
    with SqliteStore.reading(tree.root / INDEX) as index:
        return index.salvage()


def set_aside(tree: Tree, path: str) -> str:
    """Moves a file, unread, to ``ASIDE``; returns its new path below the root."""
    folder, _, name = path.rpartition("/")
    free, number = name, 1
    while tree.exists(f"{ASIDE}/{free}"):
        free, number = f"{name}.{number}", number + 1
    here, there = tree.folder(folder), tree.folder(ASIDE)
    with storage_errors(tree.root / path):
        os.rename(name, free, src_dir_fd=here, dst_dir_fd=there)
        os.fsync(there)
        os.fsync(here)
    return f"{ASIDE}/{free}"


class _Mender:
    def __init__(self, archive: Archive, now: datetime, saved: list[OpenArticle]) -> None:
        self._archive = archive
        self._catalogue = archive.catalogue
        self._tree = archive.tree
        self._now = now.replace(microsecond=0)
        self._listings = archive.index.listings()
        self._reopened = False
        self._saved = sum(not archive.index.holds(article.listed.id) for article in saved)
        self._catalogue.begin()

    def mend(self, finding: Finding) -> str:
        """What was done; empty where nothing can be."""
        way: Callable[[Finding], str] | None = getattr(self, f"_{finding.kind}", None)
        return way(finding) if way else ""

    def finish(self) -> None:
        """Listings say most about what has to be asked for again: the next run reads each of them whole."""
        if self._reopened:
            self._catalogue.forget_listings()

    # --- one for each kind

    def _index(self, _: Finding) -> str:
        saved = f"; {self._saved} open articles were saved" if self._saved else ""
        return f"set aside in {ASIDE}, built anew from the posts{saved}"

    def _broken(self, finding: Finding) -> str:
        row = self._archive.index.post(finding.id)
        asked = row is None or row.name == _name(finding)
        if asked:
            category = row.category if row else ""
            listed = Listed(finding.id, category, listing=self._listing_of(category))
            self._reopened |= self._catalogue.reopen(listed, self._now)
        return self._aside(finding) + ("; the next run asks for it" if asked else "")

    def _listing_of(self, category: str) -> str:
        """The listing whose address ends with the category; empty where none is known."""
        ending = re.compile(rf"/{re.escape(category)}(?:\.html|/)?\Z")
        return next((url for url in self._listings if category and ending.search(unquote(url))), "")

    def _form(self, finding: Finding) -> str:
        content = plain(self._tree.read(finding.path))
        aside = self._copy_aside(finding)
        self._tree.publish(finding.path, content)
        self._archive.adopt(_name(finding))
        return f"written anew, the old file is {aside}"

    def _copy_aside(self, finding: Finding) -> str:
        """The file itself stays until the corrected one replaces it."""
        content = self._tree.read(finding.path)
        path, number = f"{ASIDE}/{_name(finding)}", 1
        while self._tree.exists(path) and self._tree.read(path) != content:
            path, number = f"{ASIDE}/{_name(finding)}.{number}", number + 1
        self._tree.publish(path, content)
        return path

    def _misnamed(self, finding: Finding) -> str:
        right = f"{POSTS}/{finding.right}"
        if self._tree.exists(right):
            return self._aside(finding)
        content = self._tree.read(finding.path)
        aside = f", the old file is {self._copy_aside(finding)}" if plain(content) != content else ""
        self._tree.publish(right, plain(content))
        self._archive.adopt(finding.right)
        self._tree.remove(finding.path)
        return f"renamed {right}{aside}"

    def _unindexed(self, finding: Finding) -> str:
        return "adopted" if self._archive.adopt(_name(finding)) else ""

    def _index_row(self, finding: Finding) -> str:
        self._archive.adopt(_name(finding), instead_of=finding.id)
        return "the index is corrected"

    def _withdrawn(self, finding: Finding) -> str:
        row = self._archive.index.post(finding.id)
        if row is None or self._tree.exists(f"{POSTS}/{row.name}"):
            return "no longer so"
        listed = Listed(row.id, row.category, listing=self._listing_of(row.category))
        self._catalogue.withdraw(listed, self._now)
        return "remembered as withdrawn"

    def _page(self, finding: Finding) -> str:
        category, _, tag = finding.right.partition("\n")
        if self._tree.exists(finding.path):
            self._aside(finding)
        self._tree.publish(finding.path, category_page(category, tag).encode())
        return "written"

    def _staging(self, finding: Finding) -> str:
        if self._tree.exists(finding.path):  # opening the archive may have done it
            self._tree.remove(finding.path)
        return "removed"

    def _aside(self, finding: Finding) -> str:
        return f"set aside as {set_aside(self._tree, finding.path)}"

    _duplicate = _stray = _record = _report = _aside


def _name(finding: Finding) -> str:
    return finding.path.removeprefix(f"{POSTS}/")
