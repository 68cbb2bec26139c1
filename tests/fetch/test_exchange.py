"""Every attempt is recorded, and a failed recorder stops the run."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests import faultd
from tests.crawling import posts
from tests.faultd import Faultd, redirect, status
from tests.faults.small import ONE_BY_ONE, Small, crawl_small, profile

ONE = Small(["a1"])
PAGES = Small(["a1", "a2", "a3"])


def recorders(*names: str) -> list[str]:
    paths = {f"tests.fetch.recorders.{name}": order for order, name in enumerate(names)}
    return ["-s", f"ARCHIVER_RECORDERS={json.dumps(paths)}"]


def recorded(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_every_attempt_is_recorded_in_order(tmp_path: Path) -> None:
    with Faultd(ONE) as server:
        origin = server.origin(1)
        server.script = {
            "/list?kuaixun": [redirect("/list?moved")],
            "/text?id=a1": [status(503), faultd.reset_before_headers, faultd.coded("gzip", faultd.half)],
        }
        options = [*recorders("ToFile"), "-s", f"TEST_RECORD={tmp_path}/record"]
        began = datetime.now(UTC)
        run = crawl_small(profile(tmp_path, [origin]), tmp_path / "archive", *options)
        requested = [f"{origin}{seen.path}" for seen in server.requests]
    seen = recorded(tmp_path / "record")
    assert [(each["url"].removeprefix(origin), each["status"], each["error"]) for each in seen] == [
        ("/robots.txt", 200, ""),
        ("/list?kuaixun", 302, ""),
        ("/list?moved", 200, ""),
        ("/text?id=a1", 503, ""),
        ("/text?id=a1", None, "ClientOSError"),
        ("/text?id=a1", 200, ""),
        ("/text?id=a1", 200, ""),
    ]
    assert [each["url"] for each in seen] == requested
    assert (run.status, run["requests"]) == (0, len(seen))
    assert [each["peer"] for each in seen] == ["" if each["error"] else "127.0.0.2" for each in seen]
    assert all("User-Agent" in each["headers"] for each in seen)
    moments = [datetime.fromisoformat(each["began"]) for each in seen]
    assert began < moments[0]
    assert moments == sorted(moments)
    assert all(0 < each["seconds"] < 5 for each in seen)
    body = gzip.compress(ONE("", "/text?id=a1").body, mtime=0)
    assert (seen[5]["coding"], bytes.fromhex(seen[5]["body"])) == ("gzip", faultd.half(body))


def test_each_refused_connection_is_recorded(tmp_path: Path) -> None:
    with Faultd(PAGES) as server:
        site = profile(tmp_path, [server.refusing(1)])
        options = [*recorders("ToFile"), "-s", f"TEST_RECORD={tmp_path}/record", "-s", "ROBOTSTXT_OBEY=False"]
        crawl_small(site, tmp_path / "archive", *options, "-s", "RETRY_TIMES=2")
    assert [(each["error"], each["peer"]) for each in recorded(tmp_path / "record")] == [
        ("ClientConnectorError", "")
    ] * 3


def test_the_proxys_password_is_not_recorded(tmp_path: Path) -> None:
    with Faultd(PAGES) as server:
        variables = {"http_proxy": server.proxy.replace("//", "//who:Secret@")}
        site = profile(tmp_path, ["http://far.example"])
        options = [*recorders("ToFile"), "-s", f"TEST_RECORD={tmp_path}/record"]
        run = crawl_small(site, tmp_path / "archive", *options, variables=variables)
        assert all("proxy-authorization" in seen.headers for seen in server.requests)
    seen = recorded(tmp_path / "record")
    assert (run.status, len(seen)) == (0, 5)
    assert not [each for each in seen if "Proxy-Authorization" in each["headers"]]
    assert {each["peer"] for each in seen} == {"127.0.0.1"}


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("Broken", "Broken could not record http://127.0.0.2:{port}/text?id=a1: a bug"),
        ("DiskFull", "/raw/1.warc.gz: No space left on device"),
    ],
)
def test_a_recorder_that_fails_stops_the_run(tmp_path: Path, name: str, sentence: str) -> None:
    with Faultd(PAGES) as server:
        site = profile(tmp_path, [server.origin(1)])
        run = crawl_small(site, tmp_path / "archive", *ONE_BY_ONE, *recorders(name))
        requested = [seen.path for seen in server.requests if seen.path.startswith("/text")]
        port = server.origin(1).rpartition(":")[2]
    assert run.status == 6
    assert run["storage_error"] == sentence.format(port=port)
    assert requested[0] == "/text?id=a1"
    assert len(set(requested)) == len(requested), "no request is retried"
    assert not posts(tmp_path / "archive")
