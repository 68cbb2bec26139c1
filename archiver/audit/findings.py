"""The kinds of findings that a check of an archive can report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Kind(NamedTuple):
    """A kind of finding."""

    breach: bool
    """Whether it is damage; if not, it is a note."""
    todo: str
    """What the user should do, or what the note means."""


KINDS = {
    "broken": Kind(True, "--repair moves it aside, and the next run requests the article again"),
    "misnamed": Kind(True, "--repair renames it"),
    "duplicate": Kind(True, "--repair moves it aside"),
    "twin": Kind(True, "many file systems ignore capitals: move one of the two files away"),
    "stray": Kind(True, "Jekyll would publish it: --repair moves it aside"),
    "nested": Kind(True, "Jekyll publishes its posts, but runs do not read them: move them to _posts"),
    "unreadable": Kind(True, "repair the disk, or correct the owner and mode of the file"),
    "liquid": Kind(True, "Jekyll would execute it: write {{ as &#123;{ and {% as &#123;%"),
    "unindexed": Kind(True, "--repair adds it to the index"),
    "withdrawn": Kind(
        True, "--repair records that it was deleted; finews crawl share -a infocode= fetches it again"
    ),
    "index_row": Kind(True, "--repair corrects the index"),
    "index": Kind(True, "--repair moves it aside and builds a new one"),
    "slug": Kind(True, "decide which slug is right, and edit the posts that have the other one"),
    "page": Kind(True, "--repair writes it"),
    "staging": Kind(True, "a killed run left it: --repair, or the next run, removes it"),
    "record": Kind(True, "--repair moves it aside"),
    "report": Kind(True, "--repair moves it aside; the next run writes a new one"),
    "edited": Kind(False, "your edit is kept: no run changes it"),
    "old_form": Kind(False, "a post of the old archive: no run rewrites it"),
    "other_version": Kind(False, "a post in another version of the format: no run rewrites it"),
    "foreign": Kind(False, "not the post of an article: no run changes it"),
    "new": Kind(False, "the first run adds the existing posts to its index"),
}
"""Every kind of finding; docs/reliability.md explains them."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding about one file."""

    kind: str
    path: str
    """Relative to the root of the archive."""
    detail: str = ""
    id: str = ""
    """The id of the article, if the file is a post."""
    right: str = ""
    """For ``misnamed``, the right name of the file; for ``page``, the category, a line break and the tag."""

    @property
    def breach(self) -> bool:
        return KINDS[self.kind].breach


@dataclass(frozen=True, slots=True)
class Checked:
    """The result of a check."""

    posts: int
    """The number of files that are complete posts."""
    findings: tuple[Finding, ...]

    @property
    def breaches(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.breach]
