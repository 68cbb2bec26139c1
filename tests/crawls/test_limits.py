"""Nothing that a site sends can stop a run, fill its memory or fill its disk (faults L1 to L10)."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from archiver.replica.server import Answer, Replica, proxied
from tests.crawling import PROJECT, crawl
from tests.run.test_stop import SECONDS_TO_STOP

HOST = "http://news.example.com"
IDS = [f"A{number:04}" for number in range(12)]
HOSTILE = IDS[5]

PROFILE: dict[str, Any] = {
    "name": "limits",
    "origins": [HOST],
    "addresses": [r"^http://[^/]+/story/(?P<id>A\d+)$"],
    "feeds": {
        "all": {
            "url": f"{HOST}/list",
            "format": "json",
            "rows": "rows",
            "fields": {
                "id": "id",
                "address": "address",
                "title": "title",
                "date": "date",
                "source": "source",
            },
        }
    },
    "steps": [
        {
            "origin": "page",
            "urls": [f"{HOST}/story/{{id}}"],
            "fields": {"title": "h1", "body": "section p"},
        }
    ],
    "families": [{"name": "story", "id": r"A\d+", "link": f"{HOST}/story/{{id}}"}],
}


def row(article_id: str, **values: str) -> dict[str, str]:
    known = {
        "id": article_id,
        "title": f"第{article_id}条消息",
        "date": "2022-02-22 10:00",
        "source": "样例日报",
    }
    return known | values


def story(article_id: str, more: str = "") -> str:
    return f"<html><h1>第{article_id}条消息</h1><section><p>正文{article_id}。</p>{more}</section></html>"


def html(text: str) -> Answer:
    return 200, {"Content-Type": "text/html; charset=utf-8"}, text


def as_json(data: object) -> Answer:
    return 200, {"Content-Type": "application/json"}, json.dumps(data)


@pytest.fixture
def replica() -> Iterator[Replica]:
    with Replica() as running:
        running.answers[f"{HOST}/robots.txt"] = (404, {}, "")
        running.answers[f"{HOST}/list"] = as_json({"rows": [row(each) for each in IDS]})
        for each in IDS:
            running.answers[f"{HOST}/story/{each}"] = html(story(each))
        yield running


def profile(folder: Path, **changes: Any) -> Path:
    """The profile as a file; YAML contains JSON."""
    path = folder / "limits.yaml"
    path.write_text(json.dumps(PROFILE | changes, ensure_ascii=False), encoding="utf-8")
    return path


def reading(**step: Any) -> dict[str, Any]:
    """The key ``steps`` with changes of the only step."""
    return {"steps": [{**PROFILE["steps"][0], **step}]}


def fields(**rules: str) -> dict[str, Any]:
    return reading(fields={"title": "h1", "body": "section p"} | rules)


# --- the time of one page


ROWS = "<h1>x</h1><blockquote>q</blockquote>"
CUBIC = "//section//*[count(preceding::*[count(preceding::*) > 1]) > 1]"
QUARTIC = "//p[following::p[following::p[following::p[. = 'no']]]]"
JOINED = "//td[. = //td[not(. = //td/@class)]/@id]"

HEAVY: dict[str, tuple[dict[str, Any], str]] = {
    "cubic": (fields(digest=f"xpath:{CUBIC}"), ROWS * 3000),
    "quartic": (fields(digest=f"xpath:{QUARTIC}"), "<p>x</p>" * 2000),
    "deep": (fields(digest="xpath://*[.//*[.//*[.//*[. = 'no']]]]"), f"{'<div>' * 400}{'</div>' * 400}" * 20),
    "table": (
        fields(digest=f"xpath:{JOINED}"),
        f"<table>{('<tr>' + '<td id=a class=b>1</td>' * 100) * 100}</table>",
    ),
    "regex": (fields(digest=r"xpath://p[re:test(., '^(\w+\s?)*$')]"), f"<p>{'words ' * 20}!</p>"),
    "id": (
        {
            **fields(id="xpath://a/@href"),
            "addresses": [r"^http://[^/]+/(?:[a-z]+-?)+/(?P<id>A\d+)$"],
        },
        f'<a href="http://a/{"a" * 60}">x</a>',
    ),
}


@pytest.mark.parametrize("kind", HEAVY)
def test_a_page_that_takes_too_long_does_not_affect_other_articles(
    tmp_path: Path, replica: Replica, kind: str
) -> None:
    changes, more = HEAVY[kind]
    replica.answers[f"{HOST}/story/{HOSTILE}"] = html(story(HOSTILE, more))
    options = ("-s", "ARCHIVER_PAGE_SECONDS=1")
    run = crawl("category", tmp_path / "a", replica, *options, site=profile(tmp_path, **changes))
    assert run["reasons"] == {"quarantined/too_heavy": 1}, run.stderr
    assert (run.status, run["posted"]) == (4, len(IDS) - 1)


EIGHT = f"[{', '.join('@' * 8)}][]"
HEAVY_JSON = {
    "projections": (f"rows[].{EIGHT}.{EIGHT}.{EIGHT} | [0]", [1] * 20_000),
    "mapping": (f"map(&{EIGHT}, rows[].{EIGHT}.{EIGHT})[] | [0]", [1] * 20_000),
}


@pytest.mark.parametrize("kind", HEAVY_JSON)
def test_a_json_page_that_takes_too_long_does_not_affect_other_articles(
    tmp_path: Path, replica: Replica, kind: str
) -> None:
    rule, rows = HEAVY_JSON[kind]
    rules = {"title": "title", "body": "body", "digest": rule}
    for each in IDS:
        data = {"title": f"第{each}条消息", "body": f"<p>正文{each}。</p>", "rows": [1]}
        replica.answers[f"{HOST}/story/{each}"] = as_json(data | ({"rows": rows} if each == HOSTILE else {}))
    options = ("-s", "ARCHIVER_PAGE_SECONDS=1")
    site = profile(tmp_path, **reading(format="json", fields=rules))
    run = crawl("category", tmp_path / "a", replica, *options, site=site)
    assert run["reasons"] == {"quarantined/too_heavy": 1}, run.stderr
    assert run["posted"] == len(IDS) - 1


def test_a_listing_with_an_address_on_which_a_pattern_takes_too_long_is_incomplete(
    tmp_path: Path, replica: Replica
) -> None:
    feed = PROFILE["feeds"]["all"]
    hostile = [row("", address=f"{HOST}/{'a' * 60}!")]
    replica.answers[f"{HOST}/hostile"] = as_json({"rows": hostile})
    site = profile(
        tmp_path,
        addresses=[r"^http://[^/]+/(?:[a-z]+-?)+/(?P<id>A\d+)$"],
        feeds={"all": feed, "hostile": feed | {"url": f"{HOST}/hostile"}},
    )
    options = ("-s", "ARCHIVER_PAGE_SECONDS=1")
    run = crawl("category", tmp_path / "a", replica, *options, site=site)
    assert run["listings"]["incomplete"] == {f"{HOST}/hostile": "too_heavy"}, run.stderr
    assert (run.status, run["posted"]) == (3, len(IDS))


@pytest.mark.skipif(sys.platform != "linux", reason="the processes of a process are in /proc")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_signal_is_obeyed_while_a_page_takes_too_long(
    tmp_path: Path, replica: Replica, number: signal.Signals
) -> None:
    changes, more = HEAVY["cubic"]
    replica.answers[f"{HOST}/story/{HOSTILE}"] = html(story(HOSTILE, more))
    root = tmp_path / "a"
    words = [
        sys.executable,
        "-m",
        "scrapy",
        "crawl",
        "category",
        "-a",
        f"site={profile(tmp_path, **changes)}",
    ]
    words += ["-s", f"ARCHIVER_OUTPUT={root}", "-s", "ARCHIVER_PACE=full", "-s", "ARCHIVER_PAGE_SECONDS=300"]
    with subprocess.Popen(
        words, cwd=PROJECT, env=proxied(replica.url, os.environ), stderr=subprocess.PIPE, text=True
    ) as run:
        worker = _worker_of(run)
        sent = time.monotonic()
        run.send_signal(number)
        _, stderr = run.communicate(timeout=60)
        assert time.monotonic() - sent < SECONDS_TO_STOP
    assert run.returncode == (8 if number == signal.SIGTERM else -number), stderr
    _wait_until(lambda: not Path(f"/proc/{worker}").exists())


def _worker_of(run: subprocess.Popen[str]) -> int:
    """The process that reads pages, when it has used half a second for one."""
    found: list[int] = []

    def is_busy() -> bool:
        found[:] = map(int, Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text().split())
        return any(_cpu_seconds(each) > 1.5 for each in found)

    _wait_until(is_busy)
    return found[0]


def _cpu_seconds(number: int) -> float:
    parts = Path(f"/proc/{number}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


def _wait_until(condition: Any) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize("page_format", ["html", "json"])
def test_a_page_with_too_many_elements_is_not_read(
    tmp_path: Path, replica: Replica, page_format: str
) -> None:
    rules: Mapping[str, str] = {"title": "h1", "body": "section p"}
    for each in IDS:
        many = 60 if each == HOSTILE else 1
        replica.answers[f"{HOST}/story/{each}"] = html(story(each, "<b>甲</b>" * many))
        if page_format == "json":
            data = {"title": f"第{each}条消息", "body": f"<p>正文{each}。</p>", "more": [1] * many}
            replica.answers[f"{HOST}/story/{each}"] = as_json(data)
            rules = {"title": "title", "body": "body"}
    site = profile(tmp_path, **reading(format=page_format, fields=rules))
    listing = 5 * len(IDS) + 5
    options = ("-s", f"ARCHIVER_PAGE_ELEMENTS={listing if page_format == 'json' else 50}")
    if page_format == "html":
        replica.answers[f"{HOST}/list"] = as_json({"rows": [{"id": each} for each in IDS]})
        site = profile(
            tmp_path, **reading(fields=rules | {"date": "xpath:'2022-02-22'", "source": "xpath:'样例日报'"})
        )
    else:
        replica.answers[f"{HOST}/story/{HOSTILE}"] = as_json({"title": "x", "body": "y", "more": [1] * 100})
    run = crawl("category", tmp_path / "a", replica, *options, site=site)
    assert run["reasons"] == {"quarantined/too_heavy": 1}, run.stderr
    assert run["posted"] == len(IDS) - 1


# --- memory


def resident_mib(words: list[str], replica: Replica) -> tuple[int, float]:
    """The exit status of a crawl, and the most memory that it held. (``ru_maxrss`` of a new process begins with
    the memory of this one.)"""
    environment = proxied(replica.url, os.environ)
    run = subprocess.Popen(words, cwd=PROJECT, env=environment, stderr=subprocess.DEVNULL)
    most = 0
    while run.poll() is None:
        found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{run.pid}/status").read_text(encoding="ascii"))
        most = max(most, int(found[1]) if found else 0)
        time.sleep(0.02)
    return run.returncode, most / 1024


JUNK = b"x" * (7 << 20)
OTHER = f"<html><h1>别的标题，与列表无关</h1><section><p>{'甲' * (2 << 20)}</p></section></html>".encode()


@pytest.mark.skipif(sys.platform != "linux", reason="the memory of a process is in /proc")
@pytest.mark.parametrize("body", [JUNK, OTHER], ids=["not an article", "another article"])
def test_large_wrong_responses_do_not_fill_memory_or_disk(
    tmp_path: Path, replica: Replica, body: bytes
) -> None:
    many = [f"A{number:04}" for number in range(40)]
    replica.answers[f"{HOST}/list"] = as_json({"rows": [row(each) for each in many]})
    for each in many:
        replica.answers[f"{HOST}/story/{each}"] = (200, {"Content-Type": "text/html"}, body + b"</html>")
    root = tmp_path / "a"
    words = [sys.executable, "-m", "scrapy", "crawl", "category", "-a", f"site={profile(tmp_path)}"]
    words += ["-s", f"ARCHIVER_OUTPUT={root}", "-s", "DOWNLOAD_DELAY=0.01"]
    words += ["-s", "AUTOTHROTTLE_ENABLED=False", "-s", "ARCHIVER_QUARANTINE_RECORD=100000"]
    status, resident = resident_mib(words, replica)
    report = json.loads((root / ".archive/report.json").read_text(encoding="utf-8"))
    posted = 1 if body is OTHER else 0  # the first article with a title is posted with a doubt
    assert (status, report["quarantined"], report["posted"]) == (5, len(many) - posted, posted)
    assert resident < 300
    kept = sum(path.stat().st_size for path in (root / ".archive/quarantine").iterdir())
    assert kept < len(many) * 220_000  # in JSON, a Chinese character takes six bytes instead of three


TWO_STEPS = {
    "steps": [
        {**PROFILE["steps"][0], "origin": "first", "urls": [f"{HOST}/first/{{id}}"]},
        PROFILE["steps"][0],
    ]
}


@pytest.mark.parametrize(("most", "posted"), [(1000, 0), (64 << 20, len(IDS))])
def test_articles_that_would_hold_too_much_are_deferred(
    tmp_path: Path, replica: Replica, most: int, posted: int
) -> None:
    for number, each in enumerate(IDS):
        junk = os.urandom(5000).hex()
        replica.answers[f"{HOST}/first/{each}"] = html(f"<html><i>{number}{junk}</i></html>")
    options = ("-s", f"ARCHIVER_HELD_BYTES={most}")
    site = profile(tmp_path, **TWO_STEPS)
    run = crawl("category", tmp_path / "a", replica, *options, site=site)
    assert (run["posted"], run["deferred"]) == (posted, len(IDS) - posted), run.stderr
    if not posted:
        assert run["reasons"] == {"deferred/held": len(IDS)}
        assert crawl("category", tmp_path / "a", replica, site=site)["posted"] == len(IDS)


# --- the quarantine


@pytest.mark.parametrize(
    ("setting", "kept"), [("ARCHIVER_QUARANTINE_RECORDS=3", 3), ("ARCHIVER_QUARANTINE_BYTES=4000", None)]
)
def test_a_full_quarantine_keeps_no_more_records_and_is_reported(
    tmp_path: Path, replica: Replica, setting: str, kept: int | None
) -> None:
    for each in IDS:
        replica.answers[f"{HOST}/story/{each}"] = html("<html><p>x</p></html>")
    run = crawl("category", tmp_path / "a", replica, "-s", setting, site=profile(tmp_path))
    records = list((tmp_path / "a/.archive/quarantine").iterdir())
    assert run["quarantined"] == len(IDS), run.stderr
    assert 0 < len(records) < len(IDS)
    assert kept in (None, len(records))
    assert sum(path.stat().st_size for path in records) < 4000
    assert run["doubts"] == {"quarantine/full": len(IDS) - len(records)}
    assert f"{len(IDS) - len(records)} quarantine records were not written" in run.stderr
    named = [failure["record"] for failure in run["failures"] if failure["record"]]
    assert len(named) == len(records)


def test_rows_without_an_id_have_one_record_however_often_their_text_changes(
    tmp_path: Path, replica: Replica
) -> None:
    root = tmp_path / "a"
    for number in range(3):
        rows = [row(each) for each in IDS] + [row(f"ad?{number}-{each}") for each in range(300)]
        replica.answers[f"{HOST}/list"] = as_json({"rows": rows})
        run = crawl("category", root, replica, site=profile(tmp_path))
        assert run["reasons"]["quarantined/bad_id"] == 300, run.stderr
        (record,) = (root / ".archive/quarantine").iterdir()
        kept = json.loads(record.read_bytes())
        assert [each["id"] for each in kept["rows"]] == [f"ad?{number}-{each}" for each in range(100)]
        assert len(run["failures"]) == 100


# --- categories


@pytest.mark.parametrize("most", [3, 4])
def test_a_home_page_with_more_categories_than_max_categories_is_incomplete(
    tmp_path: Path, replica: Replica, most: int
) -> None:
    names = ["one", "two", "three", "four"]
    links = "".join(f'<a href="/c/{name}">{name}</a>' for name in names)
    replica.answers[f"{HOST}/"] = html(f"<html>{links}</html>")
    for name in names:
        replica.answers[f"{HOST}/c/{name}"] = html("<html><ul><li>none</li></ul></html>")
    category = r"/c/(?P<category>\w+)$"
    home = {"url": f"{HOST}/", "links": "a::attr(href)", "category": category, "max_categories": most}
    listing = {"url": f"{HOST}/c/{{category}}", "rows": "li", "fields": {"address": "a::attr(href)"}}
    site = profile(tmp_path, home=home, listing=listing, feeds={})
    run = crawl("category", tmp_path / "a", replica, site=site)
    asked = [seen.path for seen in replica.requests if seen.path.startswith("/c/")]
    assert asked == [f"/c/{name}" for name in names[:most]], run.stderr
    assert run["listings"]["incomplete"] == ({f"{HOST}/": "cap"} if most == 3 else {})
    assert ("it names 4 categories, max_categories=3 are read" in run.stderr) == (most == 3)
