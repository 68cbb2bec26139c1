"""From what the pages said to a post on disk, one decision a pipeline; ``normalise`` has the rules."""

from __future__ import annotations

import logging
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any, NoReturn, Self

from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, DropItem
from scrapy.pipelines import ItemPipelineManager
from scrapy.utils.defer import ensure_awaitable

from archiver.errors import ArticleError, Quarantined, StorageError
from archiver.items import Article, Evidence
from archiver.normalise import body, dates, digests, notices, sources, text, titles
from archiver.posts import Post, render
from archiver.publish.jekyll.site import entry_of
from archiver.run.archive_run import ArchiveRun
from archiver.sites.family import Family
from archiver.storage.archive import Entry
from archiver.terminal import printable

_WEB_ADDRESS = re.compile(r"https?://[^\s<>/]+\S*")

log = logging.getLogger(__name__)


class _Pipeline:
    """What all of them share: an ArticleError ends an article's way, with its line in the ledger."""

    def __init__(self, run: ArchiveRun) -> None:
        self.run = run

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(ArchiveRun.of(crawler))

    def end(self, article: Article, why: ArticleError | StorageError | CloseSpider) -> NoReturn:
        """Raises DropItem, which is how Scrapy wants to hear of it."""
        try:
            with self.run.storing():
                if not isinstance(why, ArticleError):
                    raise why
                end = self.run.ledger.ended(article.id, why, article.answers)
        except CloseSpider as stop:
            raise DropItem("the archive cannot be written", log_level="DEBUG") from stop
        log.warning("%s %s: %s", end.end, printable(article.id), printable(str(why)))
        raise DropItem(f"{end.end}: {why.reason}", log_level="DEBUG") from why


class ArticlePipeline(_Pipeline, ABC):
    """One step on an article's way to a post."""

    def process_item(self, item: Any) -> Any:
        if isinstance(item, Article):
            try:
                self.process(item)
            except (ArticleError, StorageError) as why:
                self.end(item, why)
        return item

    @abstractmethod
    def process(self, article: Article) -> None:
        """Sets the fields this step decides."""

    def note(self, article: Article, notes: Iterable[str]) -> None:
        for name in notes:
            article.notes.append(name)
            self.run.count(name)


class Steps(ItemPipelineManager):
    """Scrapy's own, but for a coroutine for each step of an article's way, which only the last one needs."""

    async def process_item_async(self, item: Any) -> Any:
        if self._mw_methods_requiring_spider:  # somebody's own, in the form that Scrapy has deprecated
            return await super().process_item_async(item)
        for step in self.methods["process_item"]:
            result = step(item)  # type: ignore[misc]
            item = result if isinstance(result, Article) else await ensure_awaitable(result)
        return item


class FetchedPipeline(ArticlePipeline):
    """Ends the way of an article that could not be fetched or read."""

    def process(self, article: Article) -> None:
        if article.failure:
            raise article.failure


class TitlePipeline(ArticlePipeline):
    """The title, and whether it is this article's: an answer without an id is known by nothing else."""

    def process(self, article: Article) -> None:
        self._set_title(article)
        listed = text.clean(article.listed.hints.get("title", ""))
        if listed and not article.evidence("id") and not titles.are_alike(article.title, listed):
            raise Quarantined("id_mismatch", f"listed as {listed!r}, the answer is about {article.title!r}")

    @staticmethod
    def _set_title(article: Article) -> None:
        for said in article.evidence("title"):
            title = text.clean(said.text)
            if not text.is_blank(title):
                article.title, article.origins["title"] = title, said.origin
                return
        raise Quarantined("title_empty", "no page gave a title")


class DatePipeline(ArticlePipeline):
    """The article's own date, else its listing's, else the day in its address or id."""

    def process(self, article: Article) -> None:
        evidence = [
            *article.evidence("date"),
            Evidence(article.listed.address, "address"),
            Evidence(self.run.site.key_of(article.id), "id"),
        ]
        decided = dates.decide(evidence, article.fetched_at, self.run.site.zone)
        article.date, article.date_precise = decided.moment.at, decided.moment.precise
        article.origins["date"] = decided.origin
        self.note(article, decided.notes)


class SourcePipeline(ArticlePipeline):
    """Who is credited, and from that the category and the tag."""

    def process(self, article: Article) -> None:
        site = self.run.site
        family = site.family_of(article.id)
        if family is None:
            raise Quarantined("bad_id", f"no family of {site.name} has ids like this")
        credit = sources.decide(self._evidence(article, family), site.aliases)
        article.source, article.author = credit.name, credit.author
        if credit.name:
            article.origins["source"] = credit.origin
        self.note(article, credit.notes)
        if not family.by_source:
            article.category, article.tag = family.category, family.tag
        elif credit.name:
            article.category = family.category.format(slug=self._slug(credit.name))
            article.tag = family.tag.format(source=credit.name)
        else:
            self._file_under_listing(article, family)

    @staticmethod
    def _evidence(article: Article, family: Family) -> list[Evidence]:
        """Credits, then the tag where it is made of a source; a digest's bracket where there is no other."""
        said = list(article.evidence("source"))
        if family.by_source:
            tags = article.evidence("tag")
            said += [Evidence(sources.from_tag(tag.text, family.tag), tag.origin) for tag in tags]
        named = ((sources.from_digest(digest.text), digest.origin) for digest in article.evidence("digest"))
        return said or [Evidence(name, origin) for name, origin in named if name]

    def _slug(self, name: str) -> str:
        return self.run.site.slugs.get(name) or self.run.archive.slugs.slug(name)

    def _file_under_listing(self, article: Article, family: Family) -> None:
        """Nobody is credited: the listing's category, under the name that category is known by."""
        name = self.run.archive.slugs.name_of(article.listed.category)
        if not name:
            raise Quarantined("source", "nobody is credited, and no category is known to file it under")
        article.category = article.listed.category
        article.tag = family.tag.format(source=name)
        article.origins["category"] = "listing"


class BodyPipeline(ArticlePipeline):
    def process(self, article: Article) -> None:
        said = article.evidence("body")
        if not said:
            raise Quarantined("empty_body", "no page gave a text")
        extra = self.run.site.text.extra_attributes
        article.body = body.clean(said[0].text, article.base_url, extra)
        article.origins["body"] = said[0].origin
        notices.refuse(article.body, self.run.site.notices)


class LinkPipeline(ArticlePipeline):
    """The link under the text and, where the family has one, the digest above it."""

    def process(self, article: Article) -> None:
        family = self.run.site.family_of(article.id)
        assert family, "SourcePipeline has refused it"
        article.link = self.run.site.link_of(family, article.id, article.listed.address)
        article.origins["link"] = "id"
        if "link" in family.needs:
            for said in article.evidence("link"):
                if _WEB_ADDRESS.fullmatch(said.text):
                    article.link, article.origins["link"] = said.text, said.origin
                    break
            else:
                self.note(article, ["link/missing"])
        if "digest" in family.needs:
            self._digest(article)

    def _digest(self, article: Article) -> None:
        for said in article.evidence("digest"):
            if digest := digests.digest_of(said.text):
                article.digest, article.origins["digest"] = digest, said.origin
                return
        self.note(article, ["digest/missing"])


class SameAnswerPipeline(ArticlePipeline):
    """One answer to every question is none (faults X8); the same text alone may be news twice (C12)."""

    REMEMBERED = 1000

    def __init__(self, run: ArchiveRun) -> None:
        super().__init__(run)
        self._keys: dict[int, str] = {}
        """Of the latest articles: what they say → whose it is."""

    def process(self, article: Article) -> None:
        key = self.run.site.key_of(article.id)
        first = self._remember(hash((article.title, article.date, article.body)), key)
        if first != key:
            raise Quarantined("same_answer", f"title, time and text are those of {first}")
        if self._remember(hash(article.body), key) != key:
            self.note(article, ["text/repeated"])

    def _remember(self, said: int, key: str) -> str:
        if len(self._keys) >= self.REMEMBERED:
            del self._keys[next(iter(self._keys))]
        return self._keys.setdefault(said, key)


class PostPipeline(_Pipeline):
    """Writes the post, once everything about it is decided."""

    async def process_item(self, item: Any) -> Any:
        if isinstance(item, Article):
            try:
                with self.run.storing():
                    end = await self.run.writer.store(self._entry(item))
                    if isinstance(end, Quarantined):
                        raise end
                    self.run.ledger.stored(item.id, end)
            except (ArticleError, CloseSpider) as why:
                self.end(item, why)
        return item

    def _entry(self, article: Article) -> Entry:
        site, site_url = self.run.site, self.run.site_url
        family = site.family_of(article.id)
        assert family, "SourcePipeline has refused it"
        assert article.date, "DatePipeline has set it"
        page = family.page.format(site=site_url, slug=article.category)
        post = Post(
            id=article.id,
            title=article.title,
            date=article.date,
            category=article.category,
            tag=article.tag,
            body=article.body,
            link=article.link,
            page=page,
            back_label=family.back.format(tag=article.tag),
            home=site_url,
            home_label=family.home,
            digest=article.digest,
        )
        source = article.source if family.by_source else ""
        return entry_of(post, render(post), source)
