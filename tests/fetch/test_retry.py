"""The seconds to wait before another attempt."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from scrapy import Request
from scrapy.http import Response

from archiver.fetch.outcomes import PROBLEM
from archiver.fetch.retry import EXPECTED, Retries, RetryPolicy, backoff, retry_after

NOW = datetime(2022, 2, 22, 10, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("5", 5),
        (" 120 ", 120),
        ("0", 0),
        ("99999999", 99999999),
        ("9" * 400, 99999999999999999999),
        ("Tue, 22 Feb 2022 10:00:10 GMT", 10),
        ("Tuesday, 22-Feb-22 10:00:10 GMT", 10),
        ("Tue Feb 22 10:00:10 2022", 10),
        ("Tue, 22 Feb 2022 18:00:10 +0800", 10),
        ("Tue, 22 Feb 2022 10:00:00 GMT", None),
        ("Tue, 22 Feb 2022 09:59:50 GMT", None),
        ("Mon, 01 Jan 0001 00:00:00 GMT", None),
        ("Fri, 31 Dec 9999 23:59:59 -2359", None),
        ("-1", None),
        ("+5", None),
        ("5.5", None),
        ("٥", None),
        ("soon", None),
        ("", None),
        ("Tue, 99 Feb 2022 10:00:00 GMT", None),
        ("Tue, 22 Feb 99999999999 10:00:00 GMT", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_date_and_other_text_is_ignored(
    value: str, seconds: float | None
) -> None:
    found = retry_after(value, NOW)
    assert found == seconds or (seconds is None and not found) or (found or 0) > 10**10


def test_backoff_doubles_and_varies_at_random() -> None:
    for _ in range(200):
        waits = [backoff(1.0, tried) for tried in range(4)]
        assert waits == sorted(waits)
        assert [1 * 2**n <= wait <= 1.5 * 2**n for n, wait in enumerate(waits)] == [True] * 4
    assert len({backoff(1.0, 0) for _ in range(50)}) > 40


SITEMAP = b"<urlset><url><loc>http://site.example/1</loc></url></urlset>"


@pytest.mark.parametrize(
    ("times", "coding", "size", "reason"),
    [(0, "", 0, ""), (1, "", 0, ""), (1, "gzip", 0, ""), (2, "gzip", 0, ""), (1, "", 2000, "too_big")],
)
def test_the_spider_gets_a_sitemap_without_any_compression(
    times: int, coding: str, size: int, reason: str
) -> None:
    body = SITEMAP + bytes(size)
    for _ in range(times):
        body = gzip.compress(body)
    policy = RetryPolicy(4, frozenset({503}), 1.0, 60.0, 90.0, max_size=1000)
    retries = Retries(policy, cast("Any", None), lambda _name: None)
    request = Request("http://site.example/sitemap.xml.gz", meta={EXPECTED: "sitemap"})
    headers = {"Content-Encoding": coding} if coding else {}
    found = retries.process_response(request, Response(request.url, headers=headers, body=body))
    problem = request.meta.get(PROBLEM)
    assert (problem.reason if problem else "") == reason
    assert reason or (isinstance(found, Response) and found.body == SITEMAP)
