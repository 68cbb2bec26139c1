"""What a check of an archive can find, and what each kind of finding means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Kind(NamedTuple):
    """What a finding means; ``todo`` is for the person who reads it."""

    breach: bool
    todo: str


KINDS = {
    "broken": Kind(True, "--repair sets it aside, and the next run asks for the article again"),
    "form": Kind(True, "--repair writes the same post as LF, UTF-8 without mark, and sets this file aside"),
    "misnamed": Kind(True, "--repair gives it its name back"),
    "duplicate": Kind(True, "--repair sets it aside"),
    "twin": Kind(True, "on many disks the two are one file: move one of them away"),
    "stray": Kind(True, "Jekyll would publish it: --repair sets it aside"),
    "nested": Kind(True, "Jekyll publishes what is in it, no run looks there: move it directly below _posts"),
    "unreadable": Kind(True, "mend the disk, or the file's owner and mode"),
    "liquid": Kind(True, "Jekyll would run it: write {{ as &#123;{ and {% as &#123;%"),
    "unindexed": Kind(True, "--repair adopts it"),
    "withdrawn": Kind(True, "--repair remembers that it is; scrapy crawl share -a infocode= brings it back"),
    "index_row": Kind(True, "--repair corrects the index"),
    "index": Kind(True, "--repair sets it aside and builds it anew"),
    "slug": Kind(True, "decide which is right and edit the posts of the other"),
    "page": Kind(True, "--repair writes it"),
    "staging": Kind(True, "a run was cut off: --repair, or the next run, removes it"),
    "record": Kind(True, "--repair sets it aside"),
    "report": Kind(True, "--repair sets it aside; the next run writes a new one"),
    "edited": Kind(False, "yours: no run touches it"),
    "old_form": Kind(False, "a post of the old archive: no run rewrites it"),
    "other_version": Kind(False, "a post in another version of the format: no run rewrites it"),
    "foreign": Kind(False, "no article's post: left alone"),
    "new": Kind(False, "the first run adopts what is there"),
}
"""Every kind of finding; docs/reliability.md explains them."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about one file."""

    kind: str
    path: str
    """Below the archive's root."""
    detail: str = ""
    id: str = ""
    """The article's, where a post is meant."""
    right: str = ""
    """The name that the file should have; for ``page``, the category, a line break and the tag."""

    @property
    def breach(self) -> bool:
        return KINDS[self.kind].breach


@dataclass(frozen=True, slots=True)
class Checked:
    """The result of a check."""

    posts: int
    """How many files are whole posts."""
    findings: tuple[Finding, ...]

    @property
    def breaches(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.breach]
