"""Scrapy item pipelines: each runs some decisions of ``derive``; the last one stores the post."""

from __future__ import annotations

import logging
from typing import Any, ClassVar, NoReturn, Self

from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, DropItem, NotConfigured

from archiver import derive
from archiver.errors import ArticleError, Quarantined, StorageError
from archiver.items import Article
from archiver.posts import render
from archiver.publish.jekyll.site import entry_of
from archiver.run.archive_run import ArchiveRun
from archiver.run.archiving import archives
from archiver.run.doubts import UNPARSED, explained, in_words
from archiver.run.instead import with_response
from archiver.storage.archive import Entry
from archiver.storage.rows import Provenance
from archiver.terminal import printable

log = logging.getLogger(__name__)


MAX_CREDIT = 500
"""Characters of a credit that the index keeps."""


class _Pipeline:
    """Base class: records in the ledger how an article ended."""

    def __init__(self, run: ArchiveRun) -> None:
        self.run = run
        self.given = derive.Given(run.site, run.site_url, run.archive.slugs)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        if not archives(crawler):
            raise NotConfigured
        return cls(ArchiveRun.of(crawler))

    def end(self, article: Article, why: ArticleError | StorageError | CloseSpider) -> NoReturn:
        """Records the result in the ledger, and drops the item."""
        try:
            with self.run.storing():
                if not isinstance(why, ArticleError):
                    raise why
                if isinstance(why, Quarantined):
                    why = with_response(why, article.answers)
                end = self.run.ledger.ended(article.id, why, article.answers)
                article.answers.clear()  # tracebacks may keep the article in memory for a while
        except CloseSpider as stop:
            raise DropItem("the archive cannot be written", log_level="DEBUG") from stop
        log.warning("%s %s: %s", end.end, printable(article.id), printable(str(why)))
        raise DropItem(f"{end.end}: {why.reason}", log_level="DEBUG") from why


class ArticlePipeline(_Pipeline):
    """Runs its decisions on every Article; other items pass unchanged."""

    decisions: ClassVar[tuple[derive.Decision, ...]]

    def process_item(self, item: Any) -> Any:
        if isinstance(item, Article):
            try:
                for decide in self.decisions:
                    self._record(decide(item, self.given), item)
            except (ArticleError, StorageError) as why:
                self.end(item, why)
        return item

    def _record(self, decided: derive.Decided, article: Article) -> None:
        derive.apply(decided, article)
        for name in decided.doubts:
            self.run.count(name)


class FetchedPipeline(ArticlePipeline):
    decisions = (derive.fetched,)


class TitlePipeline(ArticlePipeline):
    decisions = (derive.title,)


class DatePipeline(ArticlePipeline):
    decisions = (derive.date,)


class BodyPipeline(ArticlePipeline):
    decisions = (derive.body,)


class SourcePipeline(ArticlePipeline):
    """The doubts about the source are counted even if ``filing`` then ends the article."""

    decisions = (derive.source, derive.filing)


class LinkPipeline(ArticlePipeline):
    decisions = (derive.link,)


class SameAnswerPipeline(ArticlePipeline):
    decisions = (derive.same_answer,)


class PostPipeline(_Pipeline):
    """Writes the post of an article of which every field is decided."""

    async def process_item(self, item: Any) -> Any:
        if isinstance(item, Article):
            try:
                with self.run.storing():
                    is_new = UNPARSED in item.notes and self._has_new_category(item)
                    end = await self.run.writer.store(self._entry(item))
                    if isinstance(end, Quarantined):
                        raise end
                    self.run.ledger.stored(item.id, end)
                    if item.notes and end == "posted":
                        self._report_doubts(item, is_new_category=is_new)
            except (ArticleError, CloseSpider) as why:
                self.end(item, why)
        return item

    def _has_new_category(self, article: Article) -> bool:
        """Whether no post of the archive has the category, which is made from the article's source."""
        by_source = derive.family_of(article, self.run.site).by_source
        return by_source and bool(self.run.archive.slugs.not_stored([article.source]))

    def _report_doubts(self, article: Article, *, is_new_category: bool) -> None:
        log.info("doubts about %s: %s", printable(article.id), in_words(article))
        if opened := self.run.doubts.add(article, is_new_category=is_new_category):
            log.warning("%s", explained(opened))

    def _entry(self, article: Article) -> Entry:
        post = derive.post(article, self.given)
        by_source = derive.family_of(article, self.run.site).by_source
        source = article.source if by_source else ""
        slug = derive.slug_of_source(source, self.given) if source else ""
        return entry_of(post, render(post), source, self._provenance(article), slug)

    def _provenance(self, article: Article) -> Provenance:
        listed = article.listed
        return Provenance(
            site=self.run.site.name,
            address=listed.address,
            listing=listed.listing,
            hints={name: said for name, said in listed.hints.items() if name != "body"},
            published=article.date,
            precise=article.date_precise,
            fetched=article.fetched_at,
            credit=derive.credit_of(article)[:MAX_CREDIT],
            digest=derive.fingerprint_of(article),
        )
