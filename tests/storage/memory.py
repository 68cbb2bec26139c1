"""A store without a database: what the catalogue needs of one, and no more."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from archiver.storage.rows import KnownListing, OpenArticle, PostRow


class MemoryStore:
    def __init__(self, _path: Path) -> None:
        self.created = True
        self.transactions = 0
        self._tables: dict[str, dict[str, object]] = {
            name: {} for name in ("post", "open", "listing", "slug", "run")
        }
        self._in_transaction = False

    @contextmanager
    def transaction(self) -> Iterator[None]:
        assert not self._in_transaction
        before, self._in_transaction = copy.deepcopy(self._tables), True
        try:
            yield
            self.transactions += 1
        except BaseException:
            self._tables = before
            raise
        finally:
            self._in_transaction = False

    def _put(self, table: str, key: str, value: object) -> None:
        assert self._in_transaction
        self._tables[table][key] = value

    def _drop(self, table: str, key: str) -> None:
        assert self._in_transaction
        self._tables[table].pop(key, None)

    def close(self) -> None:
        pass

    def holds(self, article_id: str) -> bool:
        return article_id in self._tables["post"]

    def post(self, article_id: str) -> PostRow | None:
        return self._tables["post"].get(article_id)  # type: ignore[return-value]  # tables of any row

    def posts(self) -> Iterator[PostRow]:
        return iter(self._tables["post"].values())  # type: ignore[arg-type]

    def add_post(self, row: PostRow) -> None:
        self._put("post", row.id, row)
        self._drop("open", row.id)

    def forget_post(self, article_id: str) -> None:
        self._drop("post", article_id)

    def open_article(self, article_id: str) -> OpenArticle | None:
        return self._tables["open"].get(article_id)  # type: ignore[return-value]

    def these_open(self, article_ids: Sequence[str]) -> dict[str, OpenArticle]:
        return {i: self._tables["open"][i] for i in article_ids if i in self._tables["open"]}  # type: ignore[misc]

    def open_articles(self, listing: str) -> list[OpenArticle]:
        return [a for a in self.without_post() if a.listed.listing == listing and a.state != "skipped"]

    def without_post(self) -> Iterator[OpenArticle]:
        return iter([self._tables["open"][key] for key in sorted(self._tables["open"])])  # type: ignore[misc]

    def put_open(self, article: OpenArticle) -> None:
        self._put("open", article.listed.id, article)

    def listing(self, url: str) -> KnownListing | None:
        return self._tables["listing"].get(url)  # type: ignore[return-value]

    def listings(self) -> list[str]:
        return sorted(self._tables["listing"])

    def set_listing(self, row: KnownListing) -> None:
        self._put("listing", row.url, row)

    def forget_listings(self) -> None:
        self._tables["listing"].clear()

    def slugs(self) -> Mapping[str, str]:
        return dict(self._tables["slug"])  # type: ignore[arg-type]

    def add_slug(self, name: str, slug: str) -> None:
        self._tables["slug"].setdefault(name, slug)

    def clear(self) -> None:
        for table in ("post", "listing", "slug"):
            self._tables[table].clear()

    def was_clean(self) -> bool:
        return self._tables["run"].get("clean") is True

    def mark(self, *, clean: bool) -> None:
        self._put("run", "clean", clean)
