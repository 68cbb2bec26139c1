"""The tables of posts and where they came from."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from archiver.storage.database import DamagedIndex, Database
from archiver.storage.migrations import crc
from archiver.storage.rows import PostRow, Provenance

_POSTS = "SELECT id, name, category, tag, sha256 FROM post JOIN place ON place = place.number"
_PUBLISHED, _DIGEST = 5, 9
"""Columns of the table ``provenance``."""

REWRITTEN_TOGETHER = 1000
"""New posts whose rows are written again in the order of their ids. Listings name the newest article first,
and rows that are added in descending order leave each page of the table half empty."""

LEFT_AS_WRITTEN = 100
"""Fewer new rows than this at the end of a run are not written again."""


class PostTables(Database):
    def __init__(self, path: Path, *, only_read: str = "") -> None:
        self._numbers: dict[tuple[str, str, str], int] = {}
        """The rows of ``site``, ``page`` and ``place`` that were used: table and values → number."""
        self._is_cleared = False
        """Whether the table ``cleared`` exists."""
        self._added: list[str] = []
        """The ids of new posts whose rows are in the order in which they were added."""
        super().__init__(path, only_read=only_read)

    def _undo(self) -> None:
        self._is_cleared = False
        self._numbers.clear()  # some of them may have been rolled back
        super()._undo()

    def clear(self) -> None:
        self._db.execute("DROP TABLE IF EXISTS temp.cleared")
        self._db.execute("CREATE TEMP TABLE cleared (id TEXT PRIMARY KEY, sha256 BLOB, number INTEGER)")
        self._db.execute("INSERT INTO cleared SELECT id, sha256, number FROM post")
        self._is_cleared = True
        for table in ("post", "listing", "slug"):
            self._db.execute(f"DELETE FROM {table}")  # noqa: S608 - the names above

    def cleared(self) -> None:
        self._db.execute("DELETE FROM provenance WHERE number NOT IN (SELECT number FROM post)")
        self._db.execute("DELETE FROM open WHERE id IN (SELECT id FROM post)")
        self._db.execute("DROP TABLE temp.cleared")
        self._is_cleared = False

    def holds(self, article_id: str) -> bool:
        with self._errors():
            return self._one("SELECT 1 FROM post WHERE id = ?", article_id) is not None

    def post(self, article_id: str) -> PostRow | None:
        with self._errors():
            row = self._one(f"{_POSTS} WHERE id = ?", article_id)
        return _post(row) if row else None

    def these_posts(self, article_ids: Sequence[str]) -> dict[str, PostRow]:
        places = ", ".join("?" * len(article_ids))
        with self._errors():
            rows = self._db.execute(f"{_POSTS} WHERE id IN ({places})", article_ids)
            return {row[0]: _post(row) for row in rows}

    def posts(self) -> Iterator[PostRow]:
        with self._errors():
            for row in self._db.execute(f"{_POSTS} ORDER BY id"):
                yield _post(row)

    def add_post(self, row: PostRow, provenance: Provenance | None = None) -> None:
        found = self._one("SELECT number FROM post WHERE id = ?", row.id)
        number = self._put_provenance(found[0] if found else None, provenance or Provenance())
        self._put_post(row, number)

    def add_found(self, row: PostRow, provenance: Callable[[], Provenance]) -> None:
        number = self._known_number(row)
        known = self._provenance_row(number) if number else None
        if number is None or known is None:
            number = self._put_provenance(number, provenance())
        elif known[_PUBLISHED] is None or not known[_DIGEST]:  # an index of version 1 had neither
            found = provenance()
            said = replace(self._provenance(known), published=found.published, digest=found.digest)
            number = self._put_provenance(number, said)
        self._put_post(row, number)

    def refile_post(self, row: PostRow) -> None:
        place = self._number("place", row.category, row.tag)
        self._db.execute("UPDATE post SET place = ?, sha256 = ? WHERE id = ?", (place, row.sha256, row.id))

    def _put_post(self, row: PostRow, number: int) -> None:
        day = row.name[:10]
        name = day if row.name == f"{day}-{row.id}.md" else row.name
        place = self._number("place", row.category, row.tag)
        self._db.execute(
            "INSERT OR REPLACE INTO post VALUES (?, ?, ?, ?, ?)", (row.id, name, place, row.sha256, number)
        )
        if not self._is_cleared:
            self._db.execute("DELETE FROM open WHERE id = ?", (row.id,))
        self._added.append(row.id)
        if len(self._added) >= REWRITTEN_TOGETHER:
            self._rewrite_added()

    def _rewrite_added(self) -> None:
        """Fills the pages of the new rows; O(new rows)."""
        ids = json.dumps(self._added)
        these = "WHERE id IN (SELECT value FROM json_each(?))"
        rows = self._db.execute(f"SELECT * FROM post {these} ORDER BY id", (ids,)).fetchall()  # noqa: S608
        self._db.execute(f"DELETE FROM post {these}", (ids,))  # noqa: S608 - a constant
        self._db.executemany("INSERT INTO post VALUES (?, ?, ?, ?, ?)", rows)
        self._added.clear()

    def shrink(self) -> None:
        if len(self._added) >= LEFT_AS_WRITTEN:
            with self.transaction():
                self._rewrite_added()
        super().shrink()

    def _known_number(self, row: PostRow) -> int | None:
        """The number of the provenance that the article has, or had before the index was cleared if its post
        is still the same."""
        found = None
        if self._is_cleared:
            found = self._one("SELECT number FROM cleared WHERE id = ? AND sha256 = ?", row.id, row.sha256)
        found = found or self._one("SELECT number FROM post WHERE id = ?", row.id)
        return found[0] if found else None

    def _put_provenance(self, number: int | None, said: Provenance) -> int:
        if number is None:
            number = self._next_number("provenance")
        row = (
            number,
            self._number("site", said.site) if said.site else None,
            said.address or None,
            self._number("page", said.listing) if said.listing else None,
            _json(said.hints) if said.hints else None,
            _seconds(said.published),
            None if said.precise is None else int(said.precise),
            _seconds(said.fetched),
            said.credit or None,
            said.digest or None,
            said.revision,
            _seconds(said.checked),
        )
        self._db.execute(
            "INSERT OR REPLACE INTO provenance VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*row, crc(row)),
        )
        return number

    def provenance(self, article_id: str) -> Provenance | None:
        with self._errors():
            found = self._one("SELECT number FROM post WHERE id = ?", article_id)
            row = self._provenance_row(found[0]) if found else None
            return self._provenance(row) if row else None

    def _provenance_row(self, number: int) -> tuple[Any, ...] | None:
        row = self._one("SELECT * FROM provenance WHERE number = ?", number)
        if row:
            self._check_crc("provenance", row)
        return row

    def _provenance(self, row: tuple[Any, ...]) -> Provenance:
        site, address, listing, hints, published, precise, fetched, credit, digest, revision, checked = row[
            1:-1
        ]
        return Provenance(
            self._named("site", "name", site),
            address or "",
            self._named("page", "url", listing),
            json.loads(hints) if hints else {},
            _moment(published),
            None if precise is None else bool(precise),
            _moment(fetched),
            credit or "",
            digest or b"",
            revision,
            _moment(checked),
        )

    def damaged_provenance(self) -> list[PostRow]:
        with self._errors():
            rows = self._db.execute("SELECT * FROM provenance")
            damaged = [row[0] for row in rows if row[-1] != crc(row[:-1])]
            found = [self._one(f"{_POSTS} WHERE post.number = ?", number) for number in damaged]
        return [_post(row) for row in found if row]

    def forget_post(self, article_id: str) -> None:
        found = self._one("SELECT number FROM post WHERE id = ?", article_id)
        if found:
            self._db.execute("DELETE FROM provenance WHERE number = ?", found)
            self._db.execute("DELETE FROM post WHERE id = ?", (article_id,))

    def _number(self, table: str, *values: str) -> int:
        """Of the row with these values, which is added if it is not there."""
        key = (table, values[0], values[-1])
        if key not in self._numbers:
            columns = {"site": "name", "page": "url", "place": "category, tag"}[table]
            marks = ", ".join("?" * len(values))
            found = self._one(f"SELECT number FROM {table} WHERE ({columns}) = ({marks})", *values)  # noqa: S608
            self._numbers[key] = found[0] if found else self._add_number(table, values)
        return self._numbers[key]

    def _add_number(self, table: str, values: tuple[str, ...]) -> int:
        number = self._next_number(table)
        row: tuple[object, ...] = (number, *values)
        if table != "place":  # archive-check compares this table with the posts
            row = (*row, crc(row))
        self._db.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608
        return number

    def _next_number(self, table: str) -> int:
        found = self._one(f"SELECT coalesce(max(number), 0) + 1 FROM {table}")  # noqa: S608 - a constant
        return int(found[0]) if found else 1

    def _named(self, table: str, column: str, number: int | None) -> str:
        found = self._one(f"SELECT {column} FROM {table} WHERE number = ?", number)  # noqa: S608 - constants
        return found[0] if found else ""

    def _check_crc(self, table: str, row: tuple[Any, ...]) -> None:
        if row[-1] != crc(row[:-1]):
            raise DamagedIndex(self.path, f"table {table}: a row has changed by itself")


def _post(row: tuple[Any, ...]) -> PostRow:
    article_id, name, *rest = row
    return PostRow(article_id, f"{name}-{article_id}.md" if len(name) == _DAY else name, *rest)


_DAY = len("2022-02-22")
"""Characters of a name that was stored as its day; every other name ends with ``.md`` and is longer."""


def _json(hints: Mapping[str, str]) -> str:
    """Chinese is not escaped: that takes half of the space."""
    text = json.dumps(dict(hints), ensure_ascii=False, sort_keys=True)
    try:
        text.encode()
    except UnicodeEncodeError:  # a lone surrogate, in a row that an older version wrote
        return json.dumps(dict(hints), sort_keys=True)
    return text


def _seconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp())


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
