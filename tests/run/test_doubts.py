"""The report says in words which new posts have doubts, and which categories a credit of an unknown form opened."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from archiver import derive
from archiver.items import Article, Evidence, Listed
from archiver.pipelines import PostPipeline
from archiver.publish.jekyll.site import open_site
from archiver.run.doubts import MAX_NAMED, MAX_OPENED, MEANINGS, Doubts
from archiver.run.ledger import Ledger
from archiver.sites.load import load
from archiver.storage.archive import Archive
from archiver.storage.writer import Writer
from tests.run.test_report import report, tally

NOW = datetime(2022, 2, 22, 12, tzinfo=UTC)
SITE = load("finews")
UNPARSED = "source/unparsed"


def article(
    number: int, *notes: str, title: str = "", credit: str = "", category: str = "yangliribao"
) -> Article:
    made = Article(f"NW{number}", Listed(f"NW{number}"), NOW)
    made.title, made.category, made.source = title or f"样例标题{number}", category, credit
    made.notes = list(notes)
    made.details = {UNPARSED: credit} if credit else {}
    return made


def doubts(*articles: Article, new_categories: bool = False) -> Doubts:
    found = Doubts()
    for one in articles:
        found.add(one, is_new_category=new_categories)
    return found


def lines(found: Doubts, new: int = 20, of_responses: Mapping[str, int] | None = None) -> list[str]:
    return list(found.lines(new, of_responses or {}))


@pytest.mark.parametrize("name", sorted(set(MEANINGS) - {UNPARSED}))
def test_a_doubt_is_said_with_its_count_its_meaning_and_the_first_posts(name: str) -> None:
    found = lines(doubts(*(article(number, name) for number in range(5))))
    assert found[0] == "  5 of 20 new posts have doubts:"
    assert found[1] == (
        f'    5 {name} ({MEANINGS[name]}): NW0 "样例标题0", NW1 "样例标题1", NW2 "样例标题2", … and 2 more'
    )
    assert ".archive/report.json" in found[2]


def test_a_run_without_doubts_says_nothing() -> None:
    assert lines(Doubts()) == []
    assert "doubt" not in report(tally(posted=3)).as_text()


def test_a_post_counts_once_for_each_of_its_doubts() -> None:
    found = doubts(article(1, "date/refused", "date/refused", "date/conflict"), article(2, "date/refused"))
    assert (found.posts, found.counts) == (2, {"date/refused": 2, "date/conflict": 1})


def test_a_single_doubt_is_said_in_the_singular() -> None:
    first, *_ = lines(doubts(article(1, "link/missing")), new=1)
    assert first == "  1 of 1 new post has doubts:"


def test_posts_with_the_same_credit_are_named_once() -> None:
    same = [article(number, UNPARSED, credit="样例日报，供稿") for number in range(4)]
    found = lines(doubts(*same, article(9, UNPARSED, credit="样例晚报，供稿")))
    assert found[1].endswith(': NW0 "样例日报，供稿", NW9 "样例晚报，供稿", … and 3 more')


@pytest.mark.parametrize("count", [1, 2, MAX_OPENED, MAX_OPENED + 1, MAX_NAMED + 50])
def test_every_new_category_of_an_unknown_credit_is_named_within_a_limit(count: int) -> None:
    made = [
        article(number, UNPARSED, credit=f"样例{number}报，供稿", category=f"slug{number}")
        for number in range(count)
    ]
    found = doubts(*made, *made, new_categories=True)
    text = "\n".join(lines(found))
    shown = min(count, MAX_OPENED)
    for number in range(shown):
        assert f'new category slug{number} for "样例{number}报，供稿" (NW{number})\n' in text
    assert text.count("new category ") == shown
    assert (f"… and {count - shown} more new categories" in text) == (count > MAX_OPENED)
    assert "add an alias" in text
    assert "`finews archive-refile`" in text
    data = found.as_dict()
    assert data["categories_opened_count"] == count
    assert len(data["categories_opened"]) == min(count, MAX_NAMED)
    assert data["categories_opened"][0] == {
        "category": "slug0",
        "source": "样例0报，供稿",
        "credit": "样例0报，供稿",
        "id": "NW0",
    }


@pytest.mark.parametrize(
    ("notes", "is_new"), [((UNPARSED,), False), (("date/imprecise",), True), (("source/missing",), True)]
)
def test_only_a_new_category_of_an_unknown_credit_is_named(notes: tuple[str, ...], is_new: bool) -> None:
    found = doubts(article(1, *notes), new_categories=is_new)
    assert found.opened == {}
    assert "new category" not in "\n".join(lines(found))


def test_the_lines_of_a_hundred_thousand_doubts_are_few_and_short() -> None:
    names = [*MEANINGS, "mine/strange"]
    found = Doubts()
    for number in range(2000):
        found.add(article(number, *names, title="长" * 500, credit="报" * 100), is_new_category=True)
    text = lines(found, new=2000, of_responses={"encoding/overridden": 7})
    assert len(text) <= len(names) + MAX_OPENED + 5
    assert max(map(len, text)) < 400
    assert "    2000 mine/strange: " in "\n".join(text)
    assert all(len(named) == MAX_NAMED for named in found.named.values())


def test_a_rare_doubt_is_named_beside_a_frequent_one() -> None:
    many = (article(number, "date/imprecise") for number in range(MAX_NAMED + 100))
    found = doubts(*many, article(5000, UNPARSED, credit="样例报，供稿"))
    assert 'NW5000 "样例报，供稿"' in "\n".join(lines(found))
    assert {
        "doubt": UNPARSED,
        "id": "NW5000",
        "title": "样例标题5000",
        "detail": "样例报，供稿",
    } in found.as_dict()["posts"]


def test_responses_in_another_charset_are_counted_apart_from_posts() -> None:
    assert lines(Doubts(), of_responses={"encoding/overridden": 1, "date/conflict": 9}) == [
        f"  1 response with encoding/overridden: {MEANINGS['encoding/overridden']}"
    ]


def test_a_hostile_title_or_credit_stays_on_its_line() -> None:
    hostile = "标题\n  new category evil\x1b[2J\u202e http://me:Secret@a.example/"
    found = doubts(article(1, "date/future", UNPARSED, title=hostile, credit=hostile), new_categories=True)
    text = report(tally(posted=1), doubtful=found).as_text()
    assert "\n  new category evil" not in text
    assert not {"\x1b", "\u202e"} & set(text)
    assert "Secret" not in text + report(tally(posted=1), doubtful=found).as_json()


def test_the_report_names_doubts_in_its_text_and_its_json_and_keeps_its_status() -> None:
    made = report(
        tally(posted=2), doubtful=doubts(article(1, "date/imprecise")), doubts={"date/imprecise": 3}
    )
    assert "  1 of 2 new posts has doubts:\n" in made.as_text()
    data = json.loads(made.as_json())
    assert data["doubts"] == {"date/imprecise": 3}
    assert data["doubtful"]["doubts"] == {"date/imprecise": 1}
    assert (data["doubtful"]["count"], data["doubtful"]["posts"][0]["id"]) == (1, "NW1")
    assert made.status == 0


# --- the pipeline that writes the posts


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with open_site(tmp_path, {"emnews": "东财滚动新闻"}) as opened:
        yield opened


def post_all(archive: Archive, *said: tuple[int, str]) -> Doubts:
    """Runs every decision and the last pipeline on articles with these credits, as one run does."""
    run: Any = SimpleNamespace(
        site=SITE,
        site_url="//finews.withounder.com/",
        archive=archive,
        writer=Writer(archive),
        ledger=Ledger(archive.catalogue, NOW),
        doubts=Doubts(),
        storing=nullcontext,
    )
    pipeline = PostPipeline(run)

    async def post(number: int, credit: str) -> None:
        made = Article(f"NW20220222228488{number:04}", Listed(f"NW20220222228488{number:04}"), NOW)
        texts = {
            "title": f"样例标题{number}",
            "date": "2022-02-22 17:47:15",
            "body": f"<p>第{number}段。</p>",
        }
        made.said = {name: [Evidence(text, "text")] for name, text in {**texts, "source": credit}.items()}
        run.ledger.admit([made.listed])
        derive.derive(made, pipeline.given)
        await pipeline.process_item(made)

    async def all_of_them() -> None:
        await asyncio.gather(*(post(number, credit) for number, credit in said))

    asyncio.run(all_of_them())
    assert run.ledger.tally.balanced
    found: Doubts = run.doubts
    return found


def test_a_category_that_an_unknown_credit_opens_is_reported_once_and_logged(
    archive: Archive, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "archiver.pipelines"):
        first = post_all(archive, (1, "样例日报，供稿"), (2, "样例日报，供稿"), (3, "样例日报"))
    assert first.counts == {UNPARSED: 2}
    [opened] = first.opened.values()
    assert (opened.source, opened.credit) == ("样例日报，供稿", "样例日报，供稿")
    assert opened.category == archive.slugs.slug("样例日报，供稿")
    *told, _ = doubted = [text for text in caplog.messages if text.startswith("doubts about ")]
    assert len(doubted) == 2
    assert told == ['doubts about NW202202222284880001: source/unparsed "样例日报，供稿"']
    [message] = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert f"new category {opened.category} for" in message
    assert "add an alias" in message
    again = post_all(archive, (4, "样例日报，供稿"))
    assert (again.counts, again.opened) == ({UNPARSED: 1}, {})


def test_doubts_about_posts_that_are_there_already_are_not_counted(archive: Archive) -> None:
    post_all(archive, (1, "样例日报，供稿"))
    with archive.index.transaction():
        archive.index.forget_post("NW202202222284880001")
    assert post_all(archive, (1, "样例日报，供稿")).posts == 0
