"""Which posts of an index today's profile and credit grammar would file under another source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from archiver import derive
from archiver.items import Evidence
from archiver.normalise import sources
from archiver.sites.family import Family
from archiver.sites.profile import Profile
from archiver.storage.rows import PostRow, Provenance
from archiver.storage.slugs import Slugs
from archiver.storage.store import Store


@dataclass(frozen=True, slots=True)
class Move:
    """A post that belongs to another source than it is filed under."""

    row: PostRow
    family: Family
    source: str
    """Where it belongs …"""
    category: str
    tag: str


class Filing:
    """Compares the posts of an index with a profile.

    ``others`` and ``counts`` are final when ``moves`` has ended.
    """

    def __init__(self, index: Store, slugs: Slugs, site: Profile) -> None:
        self.others = 0
        """Posts that another site archived; they are left out."""
        self.counts: Counter[str] = Counter()
        """Category → its posts, of every site."""
        self._index = index
        self._given = derive.Given(site, "/", slugs)

    def moves(self, source: str = "") -> Iterator[Move]:
        """Those of one source, given by its name, tag or category; an empty text selects all."""
        for row in self._index.posts():
            self.counts[row.category] += 1
            family = self._given.site.family_of(row.id)
            if family and family.by_source and (move := self._move(row, family, source)):
                yield move

    def _move(self, row: PostRow, family: Family, selected: str) -> Move | None:
        filed = self._source_of(row, family)
        if selected not in ("", filed, row.tag, row.category):
            return None
        came = self._index.provenance(row.id) or Provenance()
        if came.site not in ("", self._given.site.name):
            self.others += 1
            return None
        source = self._understood(came.credit or filed)
        if source in ("", filed):
            return None
        category, tag = derive.filed_under(source, family, self._given)
        is_there = (category, tag) == (row.category, row.tag)
        return None if is_there else Move(row, family, source, category, tag)

    def _source_of(self, row: PostRow, family: Family) -> str:
        """The source that a post is filed under; its slug shows it if its tag has another form than today."""
        name = sources.from_tag(row.tag, family.tag)
        is_of_form = family.tag.format(source=name) == sources.spell(row.tag)
        return name if is_of_form else self._given.names.name_of(row.category)

    def _understood(self, said: str) -> str:
        """The source in a credit; empty if neither the grammar nor an alias knows it, so that it stays."""
        aliases = self._given.site.aliases
        credit = sources.decide([Evidence(said, "index")], aliases)
        is_known = not credit.unparsed or credit.name in aliases.values()
        return credit.name if is_known else ""
