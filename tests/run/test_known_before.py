"""What an earlier run has reported as broken does not raise exit status 4 again; a report stays small."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from archiver.errors import Deferred, Quarantined, Skipped
from archiver.items import Listed
from archiver.publish.jekyll.site import open_site
from archiver.replica.articles import Site
from archiver.replica.server import Replica
from archiver.run.ledger import MAX_FAILURES, Ledger
from archiver.run.status import Status
from tests.crawling import crawl
from tests.run.test_report import report
from tests.storage.archives import LISTING, NOW, listed

HOUR = timedelta(hours=1)
REJECTED = Quarantined("not_json")


@pytest.fixture
def replica() -> Iterator[Replica]:
    with Replica(Site(articles=30, plain=True)) as running:
        yield running


@pytest.mark.parametrize(
    ("earlier", "now", "status"),
    [
        pytest.param([], REJECTED, 4, id="a new article"),
        pytest.param([REJECTED], REJECTED, 0, id="the same reason"),
        pytest.param([REJECTED] * 5, REJECTED, 0, id="not due"),
        pytest.param([REJECTED], Quarantined("date"), 4, id="another reason"),
        pytest.param([Deferred("timeout")], REJECTED, 4, id="it had no response before"),
        pytest.param([Skipped("gone")], REJECTED, 4, id="it was gone before"),
        pytest.param([], Quarantined("offsite"), 4, id="it leads away"),
        pytest.param([Quarantined("offsite")], Quarantined("offsite"), 0, id="it led away before"),
    ],
)
def test_only_new_problems_raise_status_4(
    tmp_path: Path,
    earlier: list[Quarantined | Deferred | Skipped],
    now: Quarantined,
    status: int,
) -> None:
    for hour, why in enumerate([*earlier, now]):
        with open_site(tmp_path) as archive:
            ledger = Ledger(archive.catalogue, NOW + hour * timedelta(minutes=5))
            for article in ledger.admit([listed(1)]):
                ledger.ended(article.id, why)
    assert ledger.tally.ends == {"quarantined": 1}
    made = report(ledger.tally)
    assert made.status is Status(status)
    assert ("1 known before" in made.as_text()) is (status == 0)


def test_an_invalid_row_raises_status_4_only_while_it_has_no_record(tmp_path: Path) -> None:
    for status in (4, 0):
        with open_site(tmp_path) as archive:
            ledger = Ledger(archive.catalogue, NOW)
            ledger.refuse(Listed("../../x", listing=LISTING), Quarantined("bad_id"))
            assert report(ledger.tally).status is Status(status)


def test_a_new_problem_is_not_hidden_by_an_article_that_is_given_up(tmp_path: Path) -> None:
    with open_site(tmp_path) as archive:
        for day in range(30):
            ledger = Ledger(archive.catalogue, NOW + day * 24 * HOUR)
            for article in ledger.admit([listed(1)]):
                ledger.ended(article.id, REJECTED)
            if ledger.tally.reasons["skipped/gave_up"]:
                break
        assert ledger.tally.known.total() == 0
        ledger.admit([listed(2)])
        ledger.ended(listed(2).id, REJECTED)
    assert report(ledger.tally).status is Status.REJECTED


def test_a_cron_job_reports_a_broken_article_once(tmp_path: Path, replica: Replica) -> None:
    broken = replica.site.article(next(iter(replica.site.listing("cailianshe"))))
    replica.answers[f"/NewsData/GetNewsText.do?id={broken.id}"] = (200, {}, "[]")
    replica.answers[f"/cailianshe/{broken.date:%Y/%m/%d}/{broken.id}.html"] = (200, {}, "<html></html>")
    options = ("-s", "ARCHIVER_FULL_LOOK=0s", "-s", "RETRY_TIMES=0")
    runs = [crawl("category", tmp_path, replica, *options, category="cailianshe") for _ in range(3)]
    assert [run.status for run in runs] == [4, 0, 0]
    assert [run["quarantined"] for run in runs] == [1, 1, 1]
    assert "1 known before" in runs[2].stderr
    assert runs[2]["known_before"] == {f"quarantined/{next(iter(runs[2]['reasons'])).partition('/')[2]}": 1}


def test_the_report_of_a_hundred_thousand_failures_is_small(tmp_path: Path) -> None:
    count, more = 2_000, 98_000
    with open_site(tmp_path) as archive:
        ledger = Ledger(archive.catalogue, NOW)
        ledger.admit([listed(number) for number in range(count)])
        ledger.close(Deferred("interrupted"))
    assert len(ledger.tally.failures) == MAX_FAILURES
    for number in range(5000):
        ledger.listing_incomplete(f"http://x/category/{number}", "status_500", "http://x/" + "y" * 50)
    for number in range(more):
        ledger._end(f"A{number}", "deferred", Deferred("timeout", "x" * 50), "")
    ledger.tally.listed += more
    made = report(ledger.tally, drift=tuple(f"http://x/{number}: changed" for number in range(5000)))
    content = made.as_json()
    data = json.loads(content)
    assert len(content) < 500_000
    assert len(made.as_text().splitlines()) < 60
    assert (data["listed"], data["deferred"], data["failure_count"]) == (100_000,) * 3
    assert len(data["failures"]) == MAX_FAILURES
    assert (data["listings"]["incomplete_count"], len(data["listings"]["incomplete"])) == (5000, 1000)
    assert (data["drift_count"], len(data["drift"])) == (5000, 1000)
    assert "… and 99990 more failures in .archive/report.json" in made.as_text()
