"""Repairs damage that needs no decision of the user. Files are moved aside; only staged files are deleted."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote

from archiver.audit.findings import Checked, Finding
from archiver.items import Listed
from archiver.publish.jekyll.pages import category_page
from archiver.publish.jekyll.site import open_site
from archiver.storage import salvage
from archiver.storage.archive import Archive
from archiver.storage.files import INDEX, POSTS, STATE, Tree, storage_errors, sync_folder
from archiver.storage.lock import Lock
from archiver.storage.rows import OpenArticle
from archiver.storage.sqlite import DAMAGED_PROVENANCE, SqliteStore

ASIDE = f"{STATE}/set-aside"


def repair(root: Path, checked: Checked, now: datetime) -> dict[Finding, str]:
    """Finding → what was done; findings that need a decision are left out.

    Raises Locked and StorageError. A repair that was interrupted can be run again.
    """
    damage = {finding.detail for finding in checked.findings if finding.kind == "index"}
    saved = _set_index_aside(root) if damage - {DAMAGED_PROVENANCE} else []
    with open_site(root) as archive:
        if damage == {DAMAGED_PROVENANCE}:
            archive.restore_provenance()
        repairs = _Repairs(archive, now, saved)
        repairs.is_index_new = damage != {DAMAGED_PROVENANCE}
        done = {finding: repairs.repair(finding) for finding in checked.breaches}
        repairs.finish()
    return {finding: what for finding, what in done.items() if what}


def _set_index_aside(root: Path) -> list[OpenArticle]:
    """Moves a damaged index aside; returns the open articles that can be read from it.

    They are saved in a file before the index is moved, and added to the new index when it is built.
    """
    with Tree(root) as tree:
        lock = Lock(tree)
        try:
            articles, namespace = _salvageable(tree)
            earlier, earlier_namespace = salvage.kept(tree)  # an interrupted repair may have saved more
            saved = list({article.listed.id: article for article in (*articles, *earlier)}.values())
            salvage.keep(tree, saved, namespace or earlier_namespace)
            # The log is moved first: SQLite would apply an old log to a new index.
            for path in (f"{INDEX}-wal", f"{INDEX}-shm", INDEX):
                if tree.exists(path):
                    set_aside(tree, path)
        finally:
            lock.release()
    return saved


def _salvageable(tree: Tree) -> tuple[list[OpenArticle], str]:
    if not tree.exists(INDEX):
        return [], ""
    with SqliteStore.reading(tree.root / INDEX) as index:
        return index.salvage()


def set_aside(tree: Tree, path: str) -> str:
    """Moves a file to ``ASIDE`` without reading it; returns its new path below the root."""
    folder, _, name = path.rpartition("/")
    free, number = name, 1
    while tree.exists(f"{ASIDE}/{free}"):
        free, number = f"{name}.{number}", number + 1
    here, there = tree.folder(folder), tree.folder(ASIDE)
    with storage_errors(tree.root / path):
        os.rename(name, free, src_dir_fd=here, dst_dir_fd=there)
        sync_folder(there)
        sync_folder(here)
    return f"{ASIDE}/{free}"


class _Repairs:
    def __init__(self, archive: Archive, now: datetime, saved: list[OpenArticle]) -> None:
        self._archive = archive
        self._catalogue = archive.catalogue
        self._tree = archive.tree
        self._now = now.replace(microsecond=0)
        self._listings = archive.index.listings()
        self._reopened = False
        self.is_index_new = True
        """Whether a damaged index was moved aside."""
        self._saved = sum(not archive.index.holds(article.listed.id) for article in saved)
        self._catalogue.begin()

    def repair(self, finding: Finding) -> str:
        """What was done; empty if the finding needs a decision of the user."""
        method: Callable[[Finding], str] | None = getattr(self, f"_{finding.kind}", None)
        return method(finding) if method else ""

    def finish(self) -> None:
        """If articles are requested again, makes the next run read every listing in full: their rows say most
        about these articles."""
        if self._reopened:
            self._catalogue.forget_listings()

    # --- one method for each kind of finding

    def _index(self, _: Finding) -> str:
        if not self.is_index_new:
            return "the damaged row was replaced by what its post says"
        saved = f"; {self._saved} open articles were saved" if self._saved else ""
        return f"moved to {ASIDE}, a new index was built from the posts{saved}"

    def _broken(self, finding: Finding) -> str:
        row = self._archive.index.post(finding.id)
        is_its_post = row is None or row.name == _name(finding)
        if is_its_post:
            category = row.category if row else ""
            listed = Listed(finding.id, category, listing=self._listing_of(category))
            self._reopened |= self._catalogue.reopen(listed, self._now)
        return self._aside(finding) + ("; the next run requests the article" if is_its_post else "")

    def _listing_of(self, category: str) -> str:
        """The listing whose address ends with the category; empty if none is known."""
        ending = re.compile(rf"/{re.escape(category)}(?:\.html|/)?\Z")
        return next((url for url in self._listings if category and ending.search(unquote(url))), "")

    def _misnamed(self, finding: Finding) -> str:
        right = f"{POSTS}/{finding.right}"
        if self._tree.exists(right):
            return self._aside(finding)
        self._tree.publish(right, self._tree.read(finding.path))
        self._archive.adopt(finding.right)
        self._tree.remove(finding.path)
        return f"renamed to {right}"

    def _unindexed(self, finding: Finding) -> str:
        return "added to the index" if self._archive.adopt(_name(finding)) else ""

    def _index_row(self, finding: Finding) -> str:
        self._archive.adopt(_name(finding), instead_of=finding.id)
        return "the index is corrected"

    def _withdrawn(self, finding: Finding) -> str:
        row = self._archive.index.post(finding.id)
        if row is None or self._tree.exists(f"{POSTS}/{row.name}"):
            return "the file exists again"
        listed = Listed(row.id, row.category, listing=self._listing_of(row.category))
        self._catalogue.withdraw(listed, self._now)
        return "recorded as withdrawn"

    def _page(self, finding: Finding) -> str:
        category, _, tag = finding.right.partition("\n")
        if self._tree.exists(finding.path):
            self._aside(finding)
        self._tree.publish(finding.path, category_page(category, tag).encode())
        return "written"

    def _staging(self, finding: Finding) -> str:
        if self._tree.exists(finding.path):  # opening the archive may have removed it
            self._tree.remove(finding.path)
        return "removed"

    def _aside(self, finding: Finding) -> str:
        return f"moved to {set_aside(self._tree, finding.path)}"

    _duplicate = _stray = _record = _report = _aside


def _name(finding: Finding) -> str:
    return finding.path.removeprefix(f"{POSTS}/")
