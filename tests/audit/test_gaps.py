"""The command ``scrapy archive-gaps``, and when later runs request the missing articles."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from archiver.errors import Quarantined, Skipped
from archiver.items import Listed
from archiver.publish.jekyll.site import open_site
from archiver.replica.articles import Site
from archiver.replica.server import Replica
from archiver.run.ledger import Ledger
from archiver.storage.rows import OpenArticle
from tests.crawling import asked, crawl
from tests.crawls.test_scrapy import scrapy
from tests.storage.archives import NOW, bytes_of, finished, listed


def gaps(root: Path, *options: str) -> tuple[int, list[str]]:
    done = scrapy("archive-gaps", "-s", f"ARCHIVER_OUTPUT={root}", *options)
    assert "Traceback" not in done.stderr
    return done.returncode, (done.stdout or done.stderr).splitlines()


def as_json(root: Path, *options: str) -> tuple[int, dict[str, Any]]:
    status, lines = gaps(root, "--json", *options)
    return status, json.loads("\n".join(lines))


def test_a_complete_archive_has_no_gaps(tmp_path: Path) -> None:
    with Replica(Site(articles=12, plain=True)) as replica:
        crawl("category", tmp_path, replica)
    assert gaps(tmp_path) == (0, ["0 articles missing"])
    assert as_json(tmp_path) == (
        0,
        {"archive": str(tmp_path), "articles": [], "listings": {}, "exit_status": 0},
    )


def test_each_gap_is_a_row_with_its_reason(tmp_path: Path) -> None:
    root = finished(tmp_path)
    with open_site(root) as archive:
        ledger = Ledger(archive.catalogue, NOW)
        ledger.admit([listed(9003, category="yangliribao")])
        ledger.ended(listed(9003).id, Skipped("gone"))
        ledger.refuse(Listed("../\x1b[2J", "yangliribao"), Quarantined("bad_id"))
        given_up = OpenArticle(listed(9004), "skipped", "gave_up", "timeout", 20, NOW.isoformat())
        waits = OpenArticle(
            Listed("NW202202210000000001", "yangliwanbao"),
            "deferred",
            "dns",
            "",
            5,
            NOW.isoformat(),
            NOW.isoformat(),
        )
        with archive.index.transaction():
            archive.index.put_open(given_up)
            archive.index.put_open(waits)
        archive.tree.publish(
            ".archive/report.json", b'{"listings": {"incomplete": {"http://x/": "status_500"}}}'
        )
    before = bytes_of(root)
    status, lines = gaps(root)
    assert status == 3
    assert lines[0].split() == ["category", "day", "id", "why", "attempts", "since", "next", "try"]
    assert [line.split("  ")[0] for line in lines[1:7]] == ["-", "-", *3 * ["yangliribao"], "yangliwanbao"]
    rows = [" ".join(line.split()) for line in lines[1:7]]
    since = "2022-02-22 10:00Z"
    assert rows == [
        f"- 2022-02-22 {listed(9002).id} quarantined:not_json 1 {since} next run",
        f"- 2022-02-22 {listed(9004).id} skipped:gave_up (timeout) 20 {since} when it is named",
        r"yangliribao - ../\x1b[2J quarantined:bad_id 0 - never: see its record",
        f"yangliribao 2022-02-22 {listed(9001).id} deferred:timeout 1 {since} next run",
        f"yangliribao 2022-02-22 {listed(9003).id} deferred:gone 1 {since} next run",
        f"yangliwanbao 2022-02-21 NW202202210000000001 deferred:dns 5 {since} {since}",
    ]
    assert lines[7:] == [
        "listing incomplete: http://x/: status_500",
        "6 articles missing in 3 categories, 1 listings incomplete",
    ]
    assert bytes_of(root) == before

    status, data = as_json(root, "--category", "yangliwanbao")
    assert (status, [article["id"] for article in data["articles"]]) == (3, ["NW202202210000000001"])
    assert data["listings"] == {"http://x/": "status_500"}
    _, data = as_json(root, "--published-since", "2022-02-22")
    assert "NW202202210000000001" not in [article["id"] for article in data["articles"]]
    assert data["articles"][0]["record"] == f".archive/quarantine/{listed(9002).id}.json"
    for option in ("--since", "--published-since"):
        assert gaps(root, option, "soon")[0] == 2


@pytest.mark.parametrize(
    ("when", "selected"),
    [
        ("2022-02-22", ["1", "2"]),
        ("2022-02-22T18:00", ["1", "2"]),  # Beijing time: the moment itself
        ("2022-02-22T18:00:01", ["2"]),
        ("2022-02-22T10:00:00+00:00", ["1", "2"]),
        ("2022-02-23", ["2"]),
        ("7d", []),
        ("yesterday", []),
    ],
)
def test_since_selects_by_the_time_an_article_was_first_listed(
    tmp_path: Path, when: str, selected: list[str]
) -> None:
    with open_site(tmp_path) as archive:
        Ledger(archive.catalogue, NOW).admit([listed(1)])
        Ledger(archive.catalogue, NOW + timedelta(days=1)).admit([listed(2)])
    _, data = as_json(tmp_path, "--since", when)
    assert [article["id"][-1] for article in data["articles"]] == selected


def test_articles_that_are_gone_are_listed_and_do_not_count_as_gaps(tmp_path: Path) -> None:
    with open_site(tmp_path) as archive:
        ledger = Ledger(archive.catalogue, NOW)
        ledger.admit([listed(1)])
        ledger.ended(listed(1).id, Skipped("gone"))
    assert gaps(tmp_path)[0] == 3, "one refusal may be a passing fault"
    for hours in (1, 25):
        with open_site(tmp_path) as archive:
            ledger = Ledger(archive.catalogue, NOW + timedelta(hours=hours))
            ledger.admit([listed(1)])
            ledger.ended(listed(1).id, Skipped("gone"))
    status, lines = gaps(tmp_path)
    assert (status, lines[-1]) == (0, "0 articles missing, 1 that no longer exist or are forbidden")


def test_a_damaged_or_missing_index_is_an_error(tmp_path: Path) -> None:
    index = finished(tmp_path) / ".archive/index.sqlite"
    index.write_bytes(index.read_bytes()[:5000])
    assert gaps(tmp_path)[0] == 6
    index.unlink()
    status, lines = gaps(tmp_path)
    assert (status, "index.sqlite is missing" in lines[0]) == (6, True)


# --- from run to run


def delay(root: Path, article: str) -> None:
    """Changes the index as if the article had failed nine times, the last time just now."""
    with open_site(root) as archive, archive.index.transaction():
        known = archive.index.open_article(article)
        assert known is not None
        due = (datetime.now(UTC) + timedelta(hours=5)).isoformat(timespec="seconds")
        archive.index.put_open(OpenArticle(known.listed, known.state, known.reason, "", 9, known.since, due))


def test_a_failed_article_is_not_requested_before_it_is_due(tmp_path: Path) -> None:
    """Until then the exit status is 3 if there was no response, and 0 if the response was rejected."""
    for status, answer, then in ((503, "", 3), (200, "{}", 0)):
        root = tmp_path / str(status)
        with Replica(Site(articles=30, plain=True)) as replica:
            article = replica.site.article(next(iter(replica.site.listing("cailianshe"))))
            replica.answers["/NewsData/GetNewsText.do?id=" + article.id] = (status, {}, answer)
            replica.answers[f"/cailianshe/{article.date:%Y/%m/%d}/{article.id}.html"] = (
                200,
                {},
                "<html>忙</html>",
            )
            options = ("-s", "RETRY_TIMES=0")
            first = crawl("category", root, replica, *options, category="cailianshe")
            assert first.status == (3 if then else 4), first.stderr
            delay(root, article.id)
            asked(replica)
            waits = crawl("category", root, replica, *options, category="cailianshe")
            assert waits.status == then, waits.stderr
            assert waits["reasons"] == ({"deferred/waiting": 1} if then else {})
            assert asked(replica) == ["/category/cailianshe.html"]
            assert gaps(root)[0] == 3

            replica.answers.clear()
            named = crawl("share", root, replica, infocode=article.id)
            assert (named.status, named["posted"]) == (0, 1), "the share spider does not wait"
            assert gaps(root)[0] == 0


def test_an_article_that_only_the_user_named_is_tried_again_by_a_category_run(tmp_path: Path) -> None:
    with Replica(Site(articles=30, plain=True)) as replica:
        article = replica.site.article(next(iter(replica.site.listing("cailianshe"))))
        replica.answers["/NewsData/GetNewsText.do"] = (503, {}, "")
        first = crawl("share", tmp_path, replica, "-s", "RETRY_TIMES=0", infocode=article.id)
        assert (first.status, first["deferred"]) == (3, 1)
        replica.answers.clear()
        asked(replica)
        again = crawl("category", tmp_path, replica, category="emnews")
        assert (again.status, again["posted"]) == (0, replica.site.count("emnews") + 1), again.stderr
        assert asked(replica)[-1] == f"/NewsData/GetNewsText.do?id={article.id}", "after the listings"


def test_a_wrong_setting_for_retries_is_reported_in_one_sentence(tmp_path: Path) -> None:
    run = crawl("category", tmp_path / "archive", None, "-s", "ARCHIVER_RETRY_DAYS=soon")
    assert run.status == 2
    assert "ARCHIVER_RETRY_DAYS='soon' is not a whole number" in run.stderr
    assert not (tmp_path / "archive").exists()
