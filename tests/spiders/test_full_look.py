"""A validator of a listing is a hint: a site that answers it wrongly loses no article."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archiver.publish.jekyll.site import open_site
from archiver.replica.articles import Site
from archiver.replica.hosts import Conditions, Reply, plain
from archiver.replica.server import Replica
from tests.crawling import crawl

PAGE = "/category/cailianshe.html"
LISTING = f"http://finews.withounder.com{PAGE}"


class Stubborn(Replica):
    """Answers every conditional request for the listing with the same status."""

    status = 0

    def _reply(self, method: str, host: str, path: str, conditions: Conditions) -> Reply:
        if self.status and path == PAGE and conditions:
            return plain(self.status, "no")
        return super()._reply(method, host, path, conditions)


@pytest.fixture
def replica() -> Iterator[Stubborn]:
    with Stubborn(Site(articles=30, plain=True)) as running:
        yield running


def publish(replica: Replica) -> int:
    """Publishes another article of the category; returns how many there are."""
    count = replica.site.count("cailianshe")
    while replica.site.count("cailianshe") == count:
        replica.add()
    return count + 1


def first_run(root: Path, replica: Replica) -> None:
    assert crawl("category", root, replica, category="cailianshe").status == 0
    replica.requests.clear()


def set_looked(root: Path, looked: datetime) -> None:
    with open_site(root) as archive, archive.index.transaction():
        known = archive.index.listing(LISTING)
        assert known
        assert abs(datetime.now(UTC) - datetime.fromisoformat(known.looked)) < timedelta(minutes=10)
        archive.index.set_listing(replace(known, looked=looked.isoformat()))


def listing_requests(replica: Replica) -> list[tuple[bool, int]]:
    """Whether each request for the listing was conditional, and the status of its response."""
    return [(seen.conditional, seen.status) for seen in replica.requests if seen.path == PAGE]


def test_a_site_that_always_answers_304_is_asked_without_a_validator_after_a_day(
    tmp_path: Path, replica: Stubborn
) -> None:
    first_run(tmp_path, replica)
    replica.status = 304
    count = publish(replica)
    run = crawl("category", tmp_path, replica, category="cailianshe")
    assert (run["listed"], run["posted"]) == (0, 0)
    assert run["listings"]["unchanged_rows"] == count - 1, "those that it listed before"
    assert f"listed      0  and {count - 1} in 1 unchanged listing\n" in run.stderr
    set_looked(tmp_path, datetime.now(UTC) - timedelta(hours=25))
    run = crawl("category", tmp_path, replica, category="cailianshe")
    assert (run.status, run["posted"], run["listed"]) == (0, 1, count), run.stderr
    assert listing_requests(replica) == [(True, 304), (False, 200)]
    crawl("category", tmp_path, replica, category="cailianshe")
    assert listing_requests(replica)[2:] == [(True, 304)], "the full look is remembered"


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda root: set_looked(root, datetime.now(UTC) + timedelta(days=900)), id="a clock"),
        pytest.param(lambda _root: None, id="the setting"),
    ],
)
def test_a_full_look_is_due_after_a_jump_of_the_clock_or_with_the_setting_0s(
    tmp_path: Path, replica: Stubborn, change: Callable[[Path], None], request: pytest.FixtureRequest
) -> None:
    first_run(tmp_path, replica)
    change(tmp_path)
    always = ("-s", "ARCHIVER_FULL_LOOK=0s") if "setting" in request.node.name else ()
    run = crawl("category", tmp_path, replica, *always, category="cailianshe")
    assert (run.status, listing_requests(replica)) == (0, [(False, 200)])


@pytest.mark.parametrize("status", [400, 403, 404, 412, 428, 431, 499])
def test_a_refused_validator_is_left_out_at_once_and_forgotten(
    tmp_path: Path, replica: Stubborn, status: int
) -> None:
    first_run(tmp_path, replica)
    replica.status = status
    publish(replica)
    run = crawl("category", tmp_path, replica, category="cailianshe")
    assert (run.status, run["posted"]) == (0, 1), run.stderr
    assert listing_requests(replica) == [(True, status), (False, 200)]
    replica.requests.clear()
    assert crawl("category", tmp_path, replica, category="cailianshe").status == 0
    assert listing_requests(replica) == [(False, 200)]


def test_after_another_failure_of_a_conditional_request_the_next_run_sends_no_validator(
    tmp_path: Path, replica: Stubborn
) -> None:
    first_run(tmp_path, replica)
    replica.status = 500
    publish(replica)
    options = ("-s", "RETRY_TIMES=0")
    assert crawl("category", tmp_path, replica, *options, category="cailianshe").status == 3
    run = crawl("category", tmp_path, replica, *options, category="cailianshe")
    assert (run.status, run["posted"]) == (0, 1), run.stderr
    assert listing_requests(replica) == [(True, 500), (False, 200)]


def test_the_index_has_the_last_full_look_and_the_largest_number_of_rows(
    tmp_path: Path, replica: Stubborn
) -> None:
    first_run(tmp_path, replica)
    with open_site(tmp_path) as archive:
        known = archive.index.listing(LISTING)
    assert known
    assert known.most == known.rows == replica.site.count("cailianshe")
