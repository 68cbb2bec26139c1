"""The state of every article. Only the class ``Catalogue`` changes states, each change in one transaction.

The functions of ``lifecycle`` decide, the store keeps the rows, and ``Quarantine`` keeps the raw responses
of quarantined articles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

from archiver.errors import ArticleError, BadArgument, Quarantined
from archiver.items import Answer, Listed
from archiver.normalise.slugs import may_be_slug, slug_of
from archiver.storage import lifecycle, salvage
from archiver.storage.files import POSTS, Tree
from archiver.storage.held import Held, Ids
from archiver.storage.lifecycle import PassedOver, PostState
from archiver.storage.quarantine import Quarantine
from archiver.storage.rows import FoundPost, KnownListing, OpenArticle, PostRow, Provenance
from archiver.storage.schedule import Schedule
from archiver.storage.store import Store

MAX_NOT_DURABLE = 64
"""Changes that one commit makes durable together. A crash loses no article: the index then still has those
that failed as listed, and the next run requests them."""


class Catalogue:
    """Every method raises StorageError if the disk or the database fails; the index is then unchanged."""

    def __init__(self, tree: Tree, store: Store) -> None:
        self.store = store
        self.quarantine = Quarantine(tree)
        self._held = Held(tree, store)
        self._tree = tree
        self._is_marked = store.created
        self._not_durable = 0
        """Changes that are not durable yet."""

    @contextmanager
    def _transaction(self, *, durable: bool = True) -> Iterator[None]:
        was_marked = self._is_marked
        self._not_durable = 0 if durable else self._not_durable + 1
        durable = durable or self._not_durable >= MAX_NOT_DURABLE
        try:
            with self.store.transaction(durable=durable):
                yield
        except BaseException:
            self._is_marked = was_marked
            raise

    @contextmanager
    def _change(self, *, durable: bool = True) -> Iterator[None]:
        with self._transaction(durable=durable):
            self._mark()
            yield

    def _mark(self) -> None:
        """Marks the archive as not clean, with the first change of a run. If the run is killed, the next run
        sees the mark and looks for posts that are not in the index."""
        self._tree.probe()
        if not self._is_marked:
            self.store.mark(clean=False)
            self._is_marked = True

    def begin(self) -> None:
        """Called before the first file of a run is written."""
        self._tree.probe()
        if not self._is_marked:
            with self._change():
                pass

    def close(self, *, clean: bool) -> None:
        """``clean`` is false if a post may be on the disk and not in the index."""
        if self._is_marked and clean:
            with self.store.transaction():
                self.store.mark(clean=True)
            self.store.shrink()
        self.store.commit()
        self.store.close()

    def claim(self, namespace: str, site: str, ids: Ids | None = None) -> None:
        """Ids of different namespaces may be equal, so an archive has one. Raises BadArgument.

        An archive without a namespace gets this one; so does one that the profile began when its namespace
        was its own name. ``site`` is the profile of the run: it gets the open articles of which an older
        version did not record who had listed them. ``ids``: see ``Held``.
        """
        self._held.ids = ids
        known = self.store.namespace()
        if known not in ("", namespace, site):
            raise BadArgument(
                f"the archive {self._tree.root} has articles of {known!r}, this site is {namespace!r}: "
                "choose another folder with -s ARCHIVER_OUTPUT=DIR; its articles were not changed"
            )
        if known != namespace:
            with self._change():
                self.store.set_namespace(namespace)
                for article in [a for a in self.store.without_post() if not a.site]:
                    self.store.put_open(replace(article, site=site))

    # --- articles of a run

    def admit(
        self,
        articles: Iterable[Listed],
        now: datetime,
        schedule: Schedule,
        *,
        named: bool = False,
        site: str = "",
    ) -> list[OpenArticle | PassedOver]:
        """What is decided of each article, in their order. Those to request are durable in the index before
        this returns, so no crash loses one. ``site`` is the profile that lists them."""
        with self._transaction():
            decided = [self._admitted(listed, now, schedule, named=named) for listed in articles]
            for article in decided:
                if isinstance(article, OpenArticle):
                    self._mark()
                    if named:  # the file of its post was deleted
                        self.store.forget_post(article.listed.id)
                    self.store.put_open(replace(article, site=site))
        return decided

    def _admitted(
        self, listed: Listed, now: datetime, schedule: Schedule, *, named: bool
    ) -> OpenArticle | PassedOver:
        post = self._post_state(listed.id, named=named)
        known = self.store.open_article(listed.id) if post != "there" else None
        return lifecycle.admit(listed, known, post, now, schedule, named=named)

    def _post_state(self, article_id: str, *, named: bool) -> PostState:
        """The file is checked only if the user named the article: no other run restores a deleted post."""
        if not named:
            return "there" if self._held.has(article_id) else "none"
        row = self.store.post(article_id)
        if row is None:
            return "there" if self._held.elsewhere(article_id, on_disk=True) else "none"
        return "there" if self._tree.exists(f"{POSTS}/{row.name}") else "withdrawn"

    def recall(self, article_ids: Sequence[str]) -> list[Listed]:
        """What the index has of admitted articles, in the order of ``article_ids``."""
        known = self.store.these_open(article_ids)
        return [known[article_id].listed for article_id in article_ids]

    def posted(self, rows: Sequence[tuple[PostRow, Provenance | None]], slugs: Mapping[str, str]) -> None:
        """Posts are on the disk; ``slugs``: the names (→ slug) that are new with them."""
        with self._change():
            for row, provenance in rows:
                self.store.add_post(row, provenance)
                self.quarantine.release(row.id)
            for name, slug in slugs.items():
                self.store.add_slug(name, slug)

    def ended(
        self, article_id: str, why: ArticleError, answers: Sequence[Answer], now: datetime, schedule: Schedule
    ) -> tuple[OpenArticle, str]:
        """Records that an article ends without a post. Returns its new state, and the path of its quarantine
        record (empty if there is none)."""
        article, record = self._ended(article_id, why, now, schedule), ""
        if isinstance(why, Quarantined):
            record = self.quarantine.keep(article.listed, why, answers)
        with self._change(durable=False):
            self.store.put_open(article)
        return article, record

    def all_ended(
        self, article_ids: Sequence[str], why: ArticleError, now: datetime, schedule: Schedule
    ) -> list[OpenArticle]:
        """Records that several articles end for the same reason, without a response."""
        articles = [self._ended(article_id, why, now, schedule) for article_id in article_ids]
        if articles:
            with self._change(durable=False):
                for article in articles:
                    self.store.put_open(article)
        return articles

    def _ended(self, article_id: str, why: ArticleError, now: datetime, schedule: Schedule) -> OpenArticle:
        known = self.store.open_article(article_id)
        if known is None:
            known = OpenArticle(Listed(article_id), since=now.isoformat())
        return lifecycle.end(known, why, now, schedule)

    def refuse(self, rows: Sequence[Listed], why: Quarantined) -> str:
        """Keeps rows of one listing whose ids are not valid, and returns the path of their record. No id is
        part of the path."""
        self.begin()
        return self.quarantine.refuse(rows, why)

    def known_rows(self, rows: Sequence[Listed]) -> int:
        """How many of these rows of one listing an earlier run has refused."""
        return self.quarantine.known_rows(rows)

    def has_result(self, article_id: str) -> bool:
        """Whether the article has a post, or is skipped."""
        if self._held.has(article_id):
            return True
        known = self.store.open_article(article_id)
        return known is not None and known.state == "skipped"

    def knows(self, article_id: str) -> bool:
        """Whether a run admitted the article, or has found its post."""
        return self._held.has(article_id) or self.store.open_article(article_id) is not None

    # --- listings and origins

    def waiting(self, listing: str) -> list[OpenArticle]:
        """The articles without a post that a listing (empty: the user) named in earlier runs."""
        return self.store.open_articles(listing)

    def known_listing(self, url: str) -> KnownListing:
        """The listing as the last run that read it to its end recorded it; without values if no run did."""
        return self.store.listing(url) or KnownListing(url)

    def listings(self) -> list[str]:
        """The addresses of the listings that earlier runs recorded."""
        return self.store.listings()

    def remember_listing(self, listing: KnownListing) -> None:
        """Records the validators of a listing, so that it may answer 304. Called when all its articles are in
        the index."""
        known = self.store.listing(listing.url)
        if known is None or not known.is_as_good_as(listing):
            with self._change():
                self.store.set_listing(listing)

    def add_allowed_origins(self, origins: Iterable[str], now: datetime) -> None:
        """Records origins whose robots.txt allowed a request."""
        known = self.store.allowed_origins()
        if new := [origin for origin in origins if origin not in known]:
            with self._change():
                for origin in new:
                    self.store.add_allowed_origin(origin, now)

    # --- posts that were found on the disk

    def adopt(self, post: FoundPost, *, instead_of: Iterable[str] = ()) -> None:
        """Remembers a post that is there. ``instead_of`` are articles of which the index has posts that are
        not theirs."""
        with self._change():
            for article_id in instead_of:
                self.store.forget_post(article_id)
            self._adopt(post)
            self._add_slugs([(post.source, post.row.category)])

    def _adopt(self, post: FoundPost) -> None:
        if not self.store.holds(post.row.id):
            self.store.add_found(post.row, post.provenance)
            self.quarantine.release(post.row.id)

    def _add_slugs(self, slugs: Iterable[tuple[str, str]]) -> None:
        """A category is not the slug of a source if posts of other sources are in it, or if it only contains
        the slug."""
        for source, slug in slugs:
            is_odd = slug_of(source).casefold() not in slug.casefold() and self.store.tags_in(slug) == 1
            if source and (may_be_slug(slug, source) or is_odd):
                self.store.add_slug(source, slug)

    def refiled(self, rows: Iterable[PostRow], slugs: Mapping[str, str]) -> None:
        """The files of these posts have another category and tag now; ``slugs``: as in ``posted``."""
        with self._change():
            for row in rows:
                self.store.refile_post(row)
            self._add_slugs(slugs.items())

    def rebuild(self, posts: Iterable[FoundPost]) -> int:
        """Forgets posts, slugs and listings, and remembers these posts; returns how many there are."""
        count = 0
        slugs: dict[tuple[str, str], None] = {}
        """Sources and their slugs, in the order of the posts."""
        with self._change():
            self.store.clear()
            for post in posts:
                self._adopt(post)
                slugs.setdefault((post.source, post.row.category))
                count += 1
            self._add_slugs(slugs)
            self.store.cleared()
            self._reopen_salvaged()
        salvage.forget(self._tree)
        return count

    def recover(self, find: Callable[[Callable[[str], bool]], Iterable[FoundPost]]) -> None:
        """After a run that was cut off: remembers the posts that ``find`` finds. ``find`` gets a function
        that says whether the index has the post of an article."""
        self.begin()
        for post in find(self.store.holds):
            with self._change(durable=False):
                self._adopt(post)
        with self._change():
            self._reopen_salvaged()
        salvage.forget(self._tree)

    def _reopen_salvaged(self) -> None:
        """Restores articles without a post: those saved from a damaged index, and the quarantined ones from
        their records. Restores the namespace, too."""
        saved, namespace = salvage.kept(self._tree)
        if namespace and not self.store.namespace():
            self.store.set_namespace(namespace)
        for article in saved:
            if not self.store.holds(article.listed.id):
                self.store.put_open(article)
        for listed, reason in self.quarantine.records():
            known = self.store.holds(listed.id) or self.store.open_article(listed.id)
            if not known and reason != "bad_id":  # an invalid id is never requested
                self.store.put_open(OpenArticle(listed, "quarantined", reason, attempts=1))

    # --- repairs

    def reopen(self, listed: Listed, now: datetime) -> bool:
        """Removes a damaged post from the index and makes the next run request the article. Returns False for
        a skipped article, which is not requested."""
        with self._change():
            known = self.store.open_article(listed.id)
            if (came := self.store.provenance(listed.id)) and known is None:
                named = Listed(listed.id, "", came.address, came.hints, came.listing)
                known = OpenArticle(lifecycle.merged(listed, named), since=now.isoformat(), site=came.site)
            self.store.forget_post(listed.id)
            article = lifecycle.reopen(known, listed, now.astimezone(UTC))
            if article:
                self.store.put_open(article)
        return article is not None

    def withdraw(self, listed: Listed, now: datetime) -> None:
        """Records that the user deleted the post; the article is requested again only if it is named."""
        with self._change():
            self.store.forget_post(listed.id)
            self.store.put_open(lifecycle.withdraw(listed, now.astimezone(UTC)))

    def forget_listings(self) -> None:
        """Makes the next run read every listing in full."""
        with self._change():
            self.store.forget_listings()
