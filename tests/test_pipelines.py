"""The pipelines run the decisions in order, also beside pipelines of other projects."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy import Spider
from scrapy.exceptions import ScrapyDeprecationWarning
from scrapy.pipelines import ItemPipelineManager
from scrapy.utils.misc import load_object

from archiver import settings
from archiver.derive import DECISIONS
from archiver.items import Article, Listed
from archiver.pipelines import ArticlePipeline, LinkPipeline, PostPipeline, TitlePipeline
from archiver.sites.load import load


def test_the_pipelines_run_all_decisions_in_order() -> None:
    *deciding, last = map(
        load_object, sorted(settings.ITEM_PIPELINES, key=settings.ITEM_PIPELINES.__getitem__)
    )
    assert all(issubclass(pipeline, ArticlePipeline) for pipeline in deciding)
    assert tuple(decide for pipeline in deciding for decide in pipeline.decisions) == DECISIONS
    assert last is PostPipeline


CRAWLER: Any = SimpleNamespace(spider=Spider("mine"))
RUN: Any = SimpleNamespace(
    site=load("finews"), site_url="//finews.withounder.com/", archive=SimpleNamespace(slugs=None)
)


class Sync:
    def process_item(self, item: object) -> object:
        return item if isinstance(item, Article) else f"{item} seen"


class Async:
    async def process_item(self, item: object) -> object:
        await asyncio.sleep(0)
        return item if isinstance(item, Article) else f"{item} awaited"


class NeedsSpider:
    def process_item(self, item: object, spider: Spider) -> object:
        return f"{item} by {spider.name}"


def test_every_doubt_is_counted() -> None:
    counted: list[str] = []
    run: Any = SimpleNamespace(**vars(RUN), count=counted.append)
    made = Article("202202220000000017", Listed("202202220000000017"), datetime.now(UTC))
    assert LinkPipeline(run).process_item(made) is made
    assert counted == made.notes == ["link/missing", "digest/missing"]


def an_article() -> Article:
    return Article("NW1", Listed("NW1", hints={"title": "标题"}), datetime.now(UTC))


@pytest.mark.parametrize("item", ["text", an_article()])
def test_pipelines_work_beside_sync_and_async_pipelines(item: object) -> None:
    expected = item if isinstance(item, Article) else "text seen awaited seen"
    pipelines = ItemPipelineManager(Sync(), PipelineWithoutDecisions(RUN), Async(), Sync(), crawler=CRAWLER)
    assert asyncio.run(pipelines.process_item_async(item)) == expected


class PipelineWithoutDecisions(ArticlePipeline):
    decisions = ()


def test_a_pipeline_that_needs_the_spider_receives_it() -> None:
    with pytest.warns(ScrapyDeprecationWarning):
        pipelines = ItemPipelineManager(Sync(), TitlePipeline(RUN), NeedsSpider(), crawler=CRAWLER)
    assert asyncio.run(pipelines.process_item_async("text")) == "text seen by mine"
