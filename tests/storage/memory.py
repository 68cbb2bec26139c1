"""A store in memory, with only the methods that the catalogue uses."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from archiver.storage.rows import KnownListing, OpenArticle, PostRow, Provenance


@dataclass
class _Rows:
    posts: dict[str, PostRow] = field(default_factory=dict)
    open: dict[str, OpenArticle] = field(default_factory=dict)
    listings: dict[str, KnownListing] = field(default_factory=dict)
    slugs: dict[str, str] = field(default_factory=dict)
    provenance: dict[tuple[str, bytes], Provenance] = field(default_factory=dict)
    origins: dict[str, datetime] = field(default_factory=dict)
    namespace: str = ""
    clean: bool = False


class MemoryStore:
    def __init__(self, _path: Path) -> None:
        self.created = True
        self.transactions = 0
        self.not_durable = 0
        """Changes that a crash may lose."""
        self._rows = _Rows()
        self._in_transaction = False

    @contextmanager
    def transaction(self, *, durable: bool = True) -> Iterator[None]:
        assert not self._in_transaction
        before, self._in_transaction = copy.deepcopy(self._rows), True
        try:
            yield
            self.transactions += 1
            self.not_durable = 0 if durable else self.not_durable + 1
        except BaseException:
            self._rows = before
            raise
        finally:
            self._in_transaction = False

    @property
    def _changing(self) -> _Rows:
        assert self._in_transaction
        return self._rows

    def commit(self) -> None:
        self.not_durable = 0

    def shrink(self) -> None:
        pass

    def close(self) -> None:
        pass

    def holds(self, article_id: str) -> bool:
        return article_id in self._rows.posts

    def post(self, article_id: str) -> PostRow | None:
        return self._rows.posts.get(article_id)

    def these_posts(self, article_ids: Sequence[str]) -> dict[str, PostRow]:
        return {key: self._rows.posts[key] for key in article_ids if key in self._rows.posts}

    def posts(self) -> Iterator[PostRow]:
        return iter(self._rows.posts.values())

    def add_post(self, row: PostRow, provenance: Provenance | None = None) -> None:
        self._changing.posts[row.id] = row
        self._changing.provenance[row.id, row.sha256] = provenance or Provenance()
        self._changing.open.pop(row.id, None)

    def add_found(self, row: PostRow, provenance: Callable[[], Provenance]) -> None:
        self.add_post(row, self._rows.provenance.get((row.id, row.sha256)) or provenance())

    def refile_post(self, row: PostRow) -> None:
        if row.id in self._rows.posts:
            self.add_post(row, self.provenance(row.id))

    def provenance(self, article_id: str) -> Provenance | None:
        row = self._rows.posts.get(article_id)
        return self._rows.provenance[row.id, row.sha256] if row else None

    def damaged_provenance(self) -> list[PostRow]:
        return []

    def forget_post(self, article_id: str) -> None:
        self._changing.posts.pop(article_id, None)

    def open_article(self, article_id: str) -> OpenArticle | None:
        return self._rows.open.get(article_id)

    def these_open(self, article_ids: Sequence[str]) -> dict[str, OpenArticle]:
        return {key: self._rows.open[key] for key in article_ids if key in self._rows.open}

    def open_articles(self, listing: str) -> list[OpenArticle]:
        return [a for a in self.without_post() if a.listed.listing == listing and a.state != "skipped"]

    def without_post(self) -> Iterator[OpenArticle]:
        return iter([self._rows.open[key] for key in sorted(self._rows.open)])

    def put_open(self, article: OpenArticle) -> None:
        self._changing.open[article.listed.id] = article

    def listing(self, url: str) -> KnownListing | None:
        return self._rows.listings.get(url)

    def listings(self) -> list[str]:
        return sorted(self._rows.listings)

    def set_listing(self, row: KnownListing) -> None:
        self._changing.listings[row.url] = row

    def forget_listings(self) -> None:
        self._changing.listings.clear()

    def slugs(self) -> Mapping[str, str]:
        return dict(self._rows.slugs)

    def add_slug(self, name: str, slug: str) -> None:
        self._changing.slugs.setdefault(name, slug)

    def clear(self) -> None:
        for table in (self._changing.posts, self._changing.listings, self._changing.slugs):
            table.clear()

    def cleared(self) -> None:
        there = {(row.id, row.sha256) for row in self._rows.posts.values()}
        for key in self._rows.provenance.keys() - there:
            del self._changing.provenance[key]

    def namespace(self) -> str:
        return self._rows.namespace

    def set_namespace(self, name: str) -> None:
        self._changing.namespace = name

    def allowed_origins(self) -> set[str]:
        return set(self._rows.origins)

    def add_allowed_origin(self, origin: str, now: datetime) -> None:
        self._changing.origins[origin] = now

    def was_clean(self) -> bool:
        return self._rows.clean

    def mark(self, *, clean: bool) -> None:
        self._changing.clean = clean
