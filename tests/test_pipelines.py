"""Decisions of the pipelines that no single rule makes."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy import Spider
from scrapy.exceptions import ScrapyDeprecationWarning

from archiver.items import Article, Evidence, Listed
from archiver.normalise import sources
from archiver.pipelines import SourcePipeline, Steps
from archiver.sites.load import load

SITE = load("finews")
ROLLING, SHARED = "202202220000000017", "NW202202220000000017"


def credited(article_id: str, **said: str) -> sources.Credit:
    article = Article(article_id, Listed(article_id), datetime.now(UTC))
    article.said = {name: [Evidence(text, "post_page")] for name, text in said.items()}
    family = SITE.family_of(article_id)
    assert family
    return sources.decide(SourcePipeline._evidence(article, family), SITE.aliases)


@pytest.mark.parametrize(
    ("article_id", "said", "name", "notes"),
    [
        (SHARED, {"source": "样例日报", "tag": "样例日报新闻"}, "样例日报", ()),
        (SHARED, {"source": "样例日报", "tag": "样例晚报新闻"}, "样例日报", ("source/conflict",)),
        (SHARED, {"tag": "样例日报新闻"}, "样例日报", ()),
        (ROLLING, {"source": "样例日报", "tag": "东财滚动新闻"}, "样例日报", ()),
        (ROLLING, {"tag": "东财滚动新闻"}, "", ("source/missing",)),
        (ROLLING, {"digest": "今日收涨。（样例晚报）"}, "样例晚报", ()),
        (ROLLING, {"source": "样例日报", "digest": "今日收涨。（样例晚报）"}, "样例日报", ()),
    ],
)
def test_a_tag_credits_somebody_only_where_it_is_made_of_a_source(
    article_id: str, said: dict[str, str], name: str, notes: tuple[str, ...]
) -> None:
    credit = credited(article_id, **said)
    assert (credit.name, credit.notes) == (name, notes)


CRAWLER: Any = SimpleNamespace(spider=Spider("mine"))


class Sync:
    def process_item(self, item: object) -> object:
        return item if isinstance(item, Article) else f"{item} seen"


class Async:
    async def process_item(self, item: object) -> object:
        await asyncio.sleep(0)
        return item if isinstance(item, Article) else f"{item} awaited"


class WantsSpider:
    def process_item(self, item: object, spider: Spider) -> object:
        return f"{item} by {spider.name}"


@pytest.mark.parametrize("item", ["text", Article("NW1", Listed("NW1"), datetime.now(UTC))])
def test_steps_of_somebody_elses_are_taken_in_any_form(item: object) -> None:
    said = item if isinstance(item, Article) else "text seen awaited seen"
    steps = Steps(Sync(), Async(), Sync(), crawler=CRAWLER)
    assert asyncio.run(steps.process_item_async(item)) == said


def test_a_step_that_wants_the_spider_gets_it() -> None:
    with pytest.warns(ScrapyDeprecationWarning):
        steps = Steps(Sync(), WantsSpider(), crawler=CRAWLER)
    assert asyncio.run(steps.process_item_async("text")) == "text seen by mine"
