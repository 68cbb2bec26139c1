"""Every exit status of ``scrapy crawl``: the status and the last line on stderr agree.

Status 8 is tested in ``test_stop.py``, which sends a signal during a crawl.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver import settings
from archiver.publish.jekyll.site import open_site
from archiver.replica.articles import Site
from archiver.replica.server import Replica
from archiver.run.ledger import ENDS
from tests.crawling import Run, crawl, posts

TEXTS = "/NewsData/GetNewsText.do"
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def replica() -> Iterator[Replica]:
    with Replica(Site(articles=30, plain=True)) as running:
        yield running


def pipelines(broken: str) -> tuple[str, str]:
    """The options that add a pipeline with a bug to those of the project."""
    return "-s", "ITEM_PIPELINES=" + json.dumps({**settings.ITEM_PIPELINES, f"tests.broken.{broken}": 150})


def ends_with(run: Run, status: int) -> bool:
    return run.status == status and run.stderr.splitlines()[-1].startswith(f"exit {status}: ")


def test_status_0_if_every_article_has_a_result(tmp_path: Path, replica: Replica) -> None:
    assert ends_with(crawl("category", tmp_path, replica), 0)


def test_status_1_and_a_traceback_if_the_run_cannot_start(tmp_path: Path, replica: Replica) -> None:
    run = crawl("category", tmp_path, replica, *pipelines("CannotBeBuilt"))
    assert run.status == 1
    assert "a bug in the constructor" in run.stderr
    assert replica.requests == []


def test_status_2_for_a_wrong_argument(tmp_path: Path) -> None:
    run = crawl("category", tmp_path, None, since="gestern")
    assert run.status == 2
    assert run.stderr.splitlines()[-1].startswith("scrapy crawl: error: since='gestern' is not a day")


def test_status_2_for_the_setting_jobdir(tmp_path: Path) -> None:
    run = crawl("category", tmp_path / "archive", None, "-s", f"JOBDIR={tmp_path}/job")
    assert run.status == 2
    assert "JOBDIR loses articles" in run.stderr.splitlines()[-1]
    assert not (tmp_path / "archive").exists()


def test_status_3_if_a_host_does_not_answer(tmp_path: Path, replica: Replica) -> None:
    replica.answers[TEXTS] = (503, {}, "")
    assert ends_with(crawl("category", tmp_path, replica, "-s", "RETRY_TIMES=0", category="cailianshe"), 3)


def test_status_4_if_an_article_is_quarantined(tmp_path: Path, replica: Replica) -> None:
    article = replica.site.article(replica.site.newest(emnews=False, limit=1)[0]).id
    replica.answers[TEXTS] = (200, JSON, "[]")
    assert ends_with(crawl("share", tmp_path, replica, infocode=article), 4)


def test_status_5_if_the_site_changed(tmp_path: Path, replica: Replica) -> None:
    replica.answers[TEXTS] = (200, JSON, '{"Titel": "x", "html": "<p>y</p>"}')
    ids = [article.id for article in map(replica.site.article, range(30)) if not article.emnews]
    assert ends_with(crawl("share", tmp_path, replica, infocode=",".join(ids)), 5)


def test_status_6_if_the_archive_cannot_be_written(tmp_path: Path, replica: Replica) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    root = tmp_path / "archive"
    root.mkdir()
    (root / "_posts").symlink_to(outside)
    run = crawl("category", root, replica)
    assert run.status == 6
    assert f"{root}/_posts" in run.stderr.splitlines()[-1]
    assert replica.requests == []


def test_status_7_if_another_run_holds_the_archive(tmp_path: Path, replica: Replica) -> None:
    with open_site(tmp_path):
        run = crawl("category", tmp_path, replica)
    assert run.status == 7
    assert "nothing was changed" in run.stderr.splitlines()[-1]


def test_status_9_after_a_bug_in_a_pipeline_and_other_articles_are_posted(
    tmp_path: Path, replica: Replica
) -> None:
    run = crawl("category", tmp_path, replica, *pipelines("RaisesOnEveryThird"))
    assert ends_with(run, 9), run.stderr[-2000:]
    assert run["reasons"] == {"deferred/internal": 10}
    assert run["listed"] == run["posted"] + run["deferred"] == 30
    again = crawl("category", tmp_path, replica)
    assert (again.status, len(posts(tmp_path))) == (0, 30)


@pytest.mark.parametrize("method", ["parse_answer", "no_answer", "parse_home", "parse_listing", "no_listing"])
def test_status_9_after_a_bug_in_a_callback_and_the_next_run_completes(
    tmp_path: Path, replica: Replica, method: str
) -> None:
    """faults S28."""
    too_big = (200, {}, b" " * 200_000)  # above DOWNLOAD_MAXSIZE, so the errback is called
    if method.startswith("no_"):
        replica.answers[TEXTS if method == "no_answer" else "/category/cailianshe.html"] = too_big
    extensions = {**settings.EXTENSIONS, "tests.broken.BreaksTheSpider": 50}
    options = ("-s", "EXTENSIONS=" + json.dumps(extensions), "-s", f"BROKEN_METHOD={method}")
    run = crawl("category", tmp_path, replica, "-s", "DOWNLOAD_MAXSIZE=100000", *options)
    assert ends_with(run, 9), run.stderr[-2000:]
    assert run["internal_errors"] > 0
    assert run["listed"] == sum(run[end] for end in ENDS)
    if method.endswith("answer"):
        assert run["reasons"]["deferred/internal"] == run["deferred"] == run["internal_errors"]
    replica.answers.clear()
    again = crawl("category", tmp_path, replica)
    assert (again.status, len(posts(tmp_path))) == (0, 30), again.stderr


@pytest.mark.parametrize(
    ("component", "status"), [("CannotOpen", 1), ("CannotClose", 9), ("CannotBeIdle", 9)]
)
def test_a_bug_at_the_start_or_end_of_a_run_does_not_give_status_0(
    tmp_path: Path, replica: Replica, component: str, status: int
) -> None:
    """faults S28."""
    run = crawl("category", tmp_path, replica, *pipelines(component))
    assert run.status == status, run.stderr[-2000:]
    assert "a bug" in run.stderr
    assert crawl("category", tmp_path, replica).status == 0
    assert len(posts(tmp_path)) == 30
