"""A host that refuses articles for a while: the run says so, and a later run gets every article."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archiver.audit import gaps
from archiver.errors import Deferred, Skipped
from archiver.items import Listed
from archiver.publish.jekyll.site import open_site
from archiver.replica.articles import Site
from archiver.replica.server import Answer, Replica
from archiver.storage.files import INDEX
from archiver.storage.schedule import Schedule
from tests.crawling import crawl, posts

TEXT_HOSTS = ("finews.zning.xyz", "choicewzp1.eastmoney.com")
FORBID = (200, {"Content-Type": "text/plain"}, "User-agent: *\nDisallow: /\n")
DELETED = (200, {"Content-Type": "application/json"}, '{"Title": "提示", "text": "<p>该文已被删除</p>"}')


@pytest.fixture
def replica() -> Iterator[Replica]:
    with Replica(Site(articles=30, plain=True)) as running:
        yield running


def refuse(replica: Replica, answer: Answer) -> None:
    """Every article gets the same answer from every host."""
    for index in range(len(replica.site)):
        article = replica.site.article(index)
        day = f"{article.date:%Y/%m/%d}"
        replica.answers[f"/NewsData/GetNewsText.do?id={article.id}"] = answer
        replica.answers[f"/cailianshe/{day}/{article.id}.html"] = answer


@pytest.mark.parametrize(
    ("answer", "reason", "state"),
    [
        pytest.param((404, {}, ""), "gone", "skipped", id="404"),
        pytest.param((410, {}, ""), "gone", "skipped", id="410"),
        pytest.param((451, {}, ""), "legal_451", "skipped", id="451"),
        pytest.param((403, {}, ""), "forbidden", "deferred", id="403"),
        pytest.param((401, {}, ""), "forbidden", "deferred", id="401"),
        pytest.param(DELETED, "retracted", "skipped", id="a notice"),
        pytest.param(FORBID, "robots_txt", "skipped", id="robots.txt"),
    ],
)
def test_a_run_whose_new_articles_are_refused_gives_status_5_and_the_next_run_gets_them(
    tmp_path: Path, replica: Replica, answer: Answer, reason: str, state: str
) -> None:
    ids = [replica.site.article(index).id for index in replica.site.listing("cailianshe")]
    count = len(ids)
    assert count >= 3
    if reason == "robots_txt":
        replica.answers.update({f"http://{host}/robots.txt": answer for host in TEXT_HOSTS})
    else:
        refuse(replica, answer)
    if reason in ("robots_txt", "retracted"):  # without a listing there is one step, and no title to compare
        run = crawl("share", tmp_path, replica, infocode=",".join(ids))
    else:
        run = crawl("category", tmp_path, replica, category="cailianshe")
    assert (run.status, run["reasons"]) == (5, {f"{state}/{reason}": count}), run.stderr
    assert f"{count} of {count} new articles were refused ({count} {reason})" in run.stderr
    found = gaps.find(tmp_path)
    assert (len(found.articles), found.settled) == (count, False)
    replica.answers.clear()
    again = crawl("category", tmp_path, replica, category="cailianshe")
    assert (again.status, again["posted"], len(posts(tmp_path))) == (0, count, count), again.stderr


def test_articles_that_are_refused_are_requested_at_once_if_they_are_named(
    tmp_path: Path, replica: Replica
) -> None:
    refuse(replica, (410, {}, ""))
    crawl("category", tmp_path, replica, category="cailianshe")
    replica.answers.clear()
    ids = [replica.site.article(index).id for index in replica.site.listing("cailianshe")]
    run = crawl("share", tmp_path, replica, infocode=",".join(ids))
    assert (run.status, run["posted"]) == (0, len(ids)), run.stderr


def test_an_origin_whose_robots_txt_forbids_now_what_it_allowed_gives_status_5(
    tmp_path: Path, replica: Replica
) -> None:
    assert crawl("category", tmp_path, replica, category="cailianshe", limit=2).status == 0
    replica.answers["http://finews.zning.xyz/robots.txt"] = FORBID
    run = crawl("category", tmp_path, replica, category="cailianshe", limit=1)
    assert run.status == 5, run.stderr
    assert run["drift"] == [
        "the robots.txt of http://finews.zning.xyz forbids what it allowed in earlier runs: read it, or ask the "
        "owner of the site; the next runs try again"
    ]


def test_a_listing_whose_robots_txt_forbids_it_now_gives_status_5(tmp_path: Path, replica: Replica) -> None:
    assert crawl("category", tmp_path, replica, category="cailianshe").status == 0
    replica.answers["http://finews.withounder.com/robots.txt"] = FORBID
    run = crawl("category", tmp_path, replica, category="cailianshe")
    assert (run.status, list(run["listings"]["incomplete"].values())) == (5, ["robots_txt"]), run.stderr
    assert "the robots.txt of http://finews.withounder.com forbids" in run.stderr


LOST = ("gone", "legal_451", "retracted", "robots_txt", "gave_up", "dropped", "withdrawn")
"""Reasons for which an article is not requested any more."""


def lose(root: Path, articles: dict[str, str]) -> None:
    """Makes an archive in which each of these articles (id → reason) ended for good, as later runs find it."""
    archive, schedule = open_site(root), Schedule(1, 0)
    for day in range(3):
        now = datetime(2026, 3, 1 + day, tzinfo=UTC)
        for article_id, reason in articles.items():
            listed = Listed(article_id, "cailianshe", f"http://finews.withounder.com/x/{article_id}.html")
            archive.catalogue.admit([listed], now, schedule, named=True, site="finews")
            if reason == "withdrawn":
                archive.catalogue.withdraw(listed, now)
                continue
            why = Deferred("timeout") if reason == "gave_up" else Skipped(reason)
            archive.catalogue.ended(article_id, why, (), now, schedule)
    archive.close()


def states(root: Path) -> dict[str, str]:
    with closing(sqlite3.connect(root / INDEX)) as index:
        return dict(index.execute("SELECT id, state || '/' || reason FROM open"))


def test_a_named_article_that_was_lost_for_good_is_brought_back_while_others_fail(
    tmp_path: Path, replica: Replica
) -> None:
    """By id, by address and in a list. The pages that listed the articles do not exist any more."""
    ids = [replica.site.article(index).id for index in replica.site.newest(emnews=False, limit=10)]
    lost = dict(zip(ids, LOST, strict=False))
    lose(tmp_path, lost)
    assert states(tmp_path) == {article_id: f"skipped/{reason}" for article_id, reason in lost.items()}
    for other, answer in zip(ids[len(LOST) :], ((410, {}, ""), (500, {}, ""), DELETED), strict=True):
        replica.answers[f"/NewsData/GetNewsText.do?id={other}"] = answer
    (tmp_path / "list").write_text("\n".join(ids[3:]))
    address = f"http://finews.zning.xyz/html_News/NewsShare.html?infoCode={ids[2]}"
    named = {"infocode": f"{ids[0]},{ids[1]}", "url": address, "file": tmp_path / "list"}
    run = crawl("share", tmp_path, replica, "-s", "RETRY_TIMES=1", **named)
    assert (run.status, run["posted"], run["listed"]) == (3, len(LOST), len(ids)), run.stderr
    assert {name[11:-3] for name in posts(tmp_path)} == set(lost)
    assert set(states(tmp_path)) == set(ids) - set(lost)
