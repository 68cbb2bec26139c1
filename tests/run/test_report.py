"""The report of a run: its text, its JSON, and the exit status."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from archiver.run.ledger import End, Tally
from archiver.run.report import Report
from archiver.run.status import Status
from archiver.terminal import printable


def report(tally: Tally | None = None, **changes: object) -> Report:
    values: dict[str, object] = {
        "spider": "category",
        "site": "finews",
        "root": "/srv/archive",
        "tally": tally or Tally(),
        "allowance": 0.01,
        "seconds": 61.25,
        "requests": 42,
        "bytes": 1_234_567,
        "finish_reason": "finished",
    }
    return Report(**(values | changes))  # type: ignore[arg-type]


def tally(**ends: int) -> Tally:
    return Tally(listed=sum(ends.values()), ends=Counter(ends))


def interrupted(deferred: int) -> Tally:
    return Tally(
        listed=deferred, ends=Counter(deferred=deferred), reasons=Counter({"deferred/interrupted": deferred})
    )


def rejected(reason: str, among: int) -> Tally:
    """One quarantined article; ``among`` is the number of all articles."""
    return Tally(
        listed=among,
        ends=Counter(posted=among - 1, quarantined=1),
        reasons=Counter({f"quarantined/{reason}": 1}),
    )


INCOMPLETE = Tally(listings_incomplete={"http://x/": "gone"})


def test_the_last_line_says_that_no_host_was_reached() -> None:
    made = report(INCOMPLETE, no_network="no network: the name x\x1b cannot be resolved")
    assert made.as_text().splitlines()[-1] == (
        r"exit 3: no network: the name x\x1b cannot be resolved; run it again"
    )
    assert made.as_dict()["no_network"] == "no network: the name x\x1b cannot be resolved"
    stored = report(storage_error="full", no_network="no network: x")
    assert "no network" not in stored.as_text().splitlines()[-1]


@pytest.mark.parametrize(
    ("made", "status"),
    [
        (report(), Status.OK),
        (report(tally(posted=5, unchanged=9, skipped=2)), Status.OK),
        (report(tally(posted=99, quarantined=1)), Status.OK),
        (report(tally(posted=98, quarantined=2)), Status.REJECTED),
        (report(tally(posted=3, quarantined=1), allowance=0.5), Status.OK),
        *[
            (report(rejected(reason, among=1000)), Status.REJECTED)
            for reason in ("downgrade", "offsite", "private_address", "scheme")
        ],
        (report(rejected("not_json", among=1000)), Status.OK),
        (report(tally(posted=3, deferred=1)), Status.INCOMPLETE),
        (report(INCOMPLETE), Status.INCOMPLETE),
        (report(finish_reason="shutdown"), Status.INTERRUPTED),
        (report(finish_reason="closespider_timeout"), Status.INCOMPLETE),
        (report(tally(posted=1, deferred=4), finish_reason="shutdown"), Status.INCOMPLETE),
        (report(interrupted(deferred=4), finish_reason="shutdown"), Status.INTERRUPTED),
        (report(storage_error="disk full", finish_reason="storage_failed"), Status.STORAGE),
        (report(tally(quarantined=1, deferred=1)), Status.REJECTED),
        (report(tally(quarantined=1, deferred=1), storage_error="x"), Status.STORAGE),
        (report(storage_error="x", internal_errors=1), Status.BROKEN),
        (report(Tally(listed=2, ends=Counter(posted=1))), Status.BROKEN),
    ],
)
def test_the_worst_problem_decides_the_exit_status(made: Report, status: Status) -> None:
    assert made.status is status
    assert made.as_text().splitlines()[-1].startswith(f"exit {int(status)}: ")


def test_the_text_contains_every_count_and_the_first_failures() -> None:
    failures = [End(f"NW{number}", "deferred", "timeout", "no answer", "") for number in range(12)]
    failures[0] = End(
        "../../x\x1b[2J", "quarantined", "bad_id", "no ids of this form", ".archive/quarantine/refused-1.json"
    )
    made = report(
        Tally(
            listed=112,
            ends=Counter(posted=100, quarantined=1, deferred=11),
            reasons=Counter({"deferred/timeout": 11, "quarantined/bad_id": 1}),
            failures=failures,
            listings_complete=3,
            listings_unchanged=2,
            listings_incomplete={"http://x/category/y.html": "status_500"},
        )
    )
    text = made.as_text()
    assert "  new         100\n" in text
    assert "  deferred     11  11 timeout\n" in text
    assert "  4 listings, 2 unchanged, 1 incomplete\n" in text
    assert "  42 requests, 1.2 MB, 61.2 s\n" in text
    assert "posts are in /srv/archive/_posts" in text
    assert "listing incomplete: http://x/category/y.html: status_500" in text
    assert (
        r"quarantined: ../../x\x1b[2J: bad_id (no ids of this form); record kept in .archive/quarantine/refused-1.json"
        in text
    )
    assert "… and 2 more failures in .archive/report.json" in text


def test_the_json_contains_counts_doubts_and_errors() -> None:
    made = report(tally(posted=1), storage_error="full", doubts={"date/conflict": 2})
    data = json.loads(made.as_json())
    assert data["exit_status"] == 6
    assert (data["listed"], data["posted"], data["deferred"]) == (1, 1, 0)
    assert data["doubts"] == {"date/conflict": 2}
    assert data["storage_error"] == "full"


@pytest.mark.parametrize(
    ("unchanged", "rows", "unknown", "note"),
    [
        (0, 0, 0, ""),
        (1, 12, 0, "  and 12 in 1 unchanged listing"),
        (3, 0, 0, "  and 0 in 3 unchanged listings"),
        (10, 38, 0, "  and 38 in 10 unchanged listings"),
        (10, 30, 4, "  and 30 in 6 unchanged listings, and an unknown number in 4 others"),
        (1, 0, 1, "  and an unknown number in 1 unchanged listing"),
        (2, 0, 2, "  and an unknown number in 2 unchanged listings"),
    ],
)
def test_the_report_says_how_many_articles_unchanged_listings_have(
    unchanged: int, rows: int, unknown: int, note: str
) -> None:
    made = report(
        Tally(
            listed=3,
            ends=Counter(unchanged=3),
            listings_complete=unchanged,
            listings_unchanged=unchanged,
            rows_unchanged=rows,
            rows_unknown=unknown,
        )
    )
    assert made.as_text().splitlines()[1] == f"  listed      3{note}"
    data = json.loads(made.as_json())
    assert (data["listed"], data["listings"]["unchanged_rows"]) == (3, rows)
    assert data["listings"]["unchanged_unknown"] == unknown
    assert made.status is Status.OK


@pytest.mark.parametrize("count", [1, 10, 11])
def test_posts_without_a_file_are_reported_and_do_not_change_the_status(count: int) -> None:
    ids = tuple(f"NW{number:03}" for number in range(count))
    made = report(without_file=ids)
    assert f"and {count} posts of the index have no file (NW000" in made.as_text()
    assert (", … in .archive/report.json)" in made.as_text()) == (count > 10)
    assert json.loads(made.as_json())["without_file"] == list(ids)
    assert made.status == Status.OK
    assert "have no file" not in report().as_text()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("股市\n收涨", r"股市\n收涨"),
        ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
        ("\u202egnp.exe", r"\u202egnp.exe"),
        ("\ud800", r"\ud800"),
        ("a\u2028b", "a b"),
        ("x" * 300, "x" * 199 + "…"),
    ],
)
def test_hostile_text_is_printed_as_one_harmless_line(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_the_report_has_no_control_character_and_no_password() -> None:
    """Faults Q17, Q18."""
    hostile = "新闻\x1b[2J\x9b31m\u202e http://me:Secret@a.example/"
    failed = Tally(
        listed=1,
        ends=Counter(quarantined=1),
        failures=[End(hostile, "quarantined", "bad_id", hostile, hostile)],
        listings_incomplete={hostile: hostile},
    )
    made = report(failed, drift=(hostile,), storage_error=hostile, proxies=(hostile,), root=hostile)
    (failure,) = json.loads(made.as_json())["failures"]
    assert failure["detail"] == "新闻\x1b[2J\x9b31m\u202e http://***@a.example/"
    for char in "\x1b\x9b\u202e":
        assert char not in made.as_json()
    assert "Secret" not in made.as_json()
    assert "新闻" in made.as_json()
