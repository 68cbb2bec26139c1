"""A thousand articles on an unreliable network: no post is missing or wrong, with few extra requests."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver.replica.articles import Site
from archiver.replica.hosts import Conditions, answer
from tests import faultd
from tests.crawling import crawl, posts
from tests.faultd import Fault, Faultd, Reply

ARTICLES = 1000
MAX_RUNS = 4
MAX_REQUESTS_EACH = {0.01: 1.05, 0.05: 1.2, 0.2: 2.0}
"""Fault rate → the most requests per page, in all runs together."""

FAULTS: list[Fault] = [
    faultd.reset_before_headers,
    faultd.close_before_headers,
    faultd.reset_in_body,
    faultd.length_too_long,
    faultd.length_too_short,
    faultd.chunks_unfinished,
    faultd.bad_chunk_size,
    faultd.coded("gzip", faultd.half),
    faultd.coded("br", faultd.half),
    faultd.coded("gzip", faultd.wrong_crc),
    faultd.status(503),
    faultd.status(500),
    faultd.status(429),
]


@pytest.fixture(scope="module")
def site() -> Site:
    return Site(articles=ARTICLES, plain=True)


def serve(site: Site) -> Faultd:
    def good(host: str, path: str) -> Reply:
        reply = answer(site, host, path, Conditions("", ""))
        assert reply, (host, path)
        body = reply.body.encode() if isinstance(reply.body, str) else reply.body
        return Reply(body, reply.kind, reply.status)

    return Faultd(good)


class AtAddress:
    """Stands for a replica: ``crawl`` needs only its address."""

    def __init__(self, url: str) -> None:
        self.url = url


def run(archive: Path, server: Faultd) -> int:
    options = ("-s", "ARCHIVER_RETRY_DELAY=0.01", "-s", "ARCHIVER_BREAKER_FAILURES=1000")
    speed = ("-s", "CONCURRENT_REQUESTS_PER_DOMAIN=8")
    return crawl("category", archive, AtAddress(server.proxy), *options, *speed).status  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def clean(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dict[str, str], list[str]]]:
    """The posts of a run without faults, and the paths that it requested."""
    root = tmp_path_factory.mktemp("clean")
    with serve(site) as server:
        assert run(root, server) == 0
        yield posts(root), [seen.path for seen in server.requests if seen.path != "/robots.txt"]


@pytest.mark.parametrize("rate", MAX_REQUESTS_EACH)
def test_no_post_is_missing_or_wrong_at_any_fault_rate(
    tmp_path: Path, site: Site, clean: tuple[dict[str, str], list[str]], rate: float
) -> None:
    expected, paths = clean
    dice = random.Random(int(rate * 100))
    with serve(site) as server:
        for path in paths:
            while dice.random() < rate:
                server.script.setdefault(path, []).append(dice.choice(FAULTS))
        planted = sum(map(len, server.script.values()))
        statuses = [run(tmp_path, server)]
        while statuses[-1] != 0 and len(statuses) < MAX_RUNS:
            assert statuses[-1] == 3
            statuses.append(run(tmp_path, server))
        each = len(server.requests) / len(paths)
    assert planted > rate * ARTICLES / 2
    assert statuses[-1] == 0
    assert posts(tmp_path) == expected
    assert each <= MAX_REQUESTS_EACH[rate], f"{each:.3f} requests per page, runs {statuses}"
