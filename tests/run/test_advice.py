"""The verdict of an incomplete run says whether another run helps, and what to do if it does not."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from archiver.run import advice, drift
from archiver.run.ledger import End, Tally
from archiver.run.report import Report
from tests.run.test_report import report, tally

AGAIN = "exit 3: incomplete: run it again"
WAIT = "exit 3: incomplete: later runs request the articles that wait; `finews archive-gaps` says when"


def deferred(**reasons: int) -> Tally:
    count = sum(reasons.values())
    return Tally(
        listed=count,
        ends=Counter(deferred=count),
        reasons=Counter({f"deferred/{reason}": number for reason, number in reasons.items()}),
    )


def listing(reason: str, most: int = 0, *, first: bool = True) -> Tally:
    """A run with a listing that was not read to its end."""
    made = Tally(listings_incomplete={"http://a.example/list": reason})
    if to_do := advice.to_do_for_listing(reason, most, first=first):
        made.listing_advice["http://a.example/list"] = to_do
    return made


def both(one: Tally, other: Tally) -> Tally:
    one.listings_incomplete = other.listings_incomplete
    one.listing_advice = other.listing_advice
    return one


def no_help(reasons: str) -> str:
    return f"exit 3: incomplete, and another run does not help ({reasons}): do what the lines above say"


@pytest.mark.parametrize(
    ("made", "line"),
    [
        # another run may help
        (report(deferred(timeout=1)), AGAIN),
        (report(deferred(forbidden=2, dns=1)), AGAIN),
        (report(deferred(status_503=1)), AGAIN),
        (report(deferred(status_405=1, status_412=1, status_418=1)), AGAIN),  # also those of firewalls
        (report(deferred(status_429=1)), AGAIN),
        (report(deferred(held=9)), AGAIN),
        (report(deferred(timeout=1, waiting=5)), AGAIN),
        (report(listing("timeout")), AGAIN),
        (report(listing("not_json", most=9)), AGAIN),
        (report(listing("gone", first=False)), AGAIN),
        (report(finish_reason="closespider_timeout"), AGAIN),
        (report(both(deferred(timeout=1), listing("status_500"))), AGAIN),
        # only a later run helps
        (report(deferred(waiting=5)), WAIT),
        # another run does not help
        (report(listing("cap")), no_help("cap")),
        (report(listing("gone")), no_help("gone")),
        (report(listing("redirected")), no_help("redirected")),
        (report(listing("robots_txt")), no_help("robots_txt")),
        (report(listing("too_heavy", most=9)), no_help("too_heavy")),
        (report(listing("too_big", most=9, first=False)), no_help("too_big")),
        (report(listing("status_400")), no_help("status_400")),
        (report(listing("private_address")), no_help("private_address")),
        (report(listing("unreadable")), no_help("unreadable")),
        (report(deferred(ignored=3)), no_help("ignored")),
        (report(deferred(status_400=3, ignored=3)), no_help("ignored, status_400")),
        # it helps with a part
        (report(both(deferred(timeout=1), listing("cap"))), f"{AGAIN}; that does not help with cap"),
        (report(both(deferred(waiting=1), listing("cap"))), f"{WAIT}; that does not help with cap"),
        (report(deferred(reset=1, status_501=1)), f"{AGAIN}; that does not help with status_501"),
    ],
)
def test_the_verdict_says_run_it_again_only_if_that_helps(made: Report, line: str) -> None:
    assert made.as_text().splitlines()[-1] == line


@pytest.mark.parametrize("reason", sorted(drift.NOT_A_LISTING | drift.LISTING_ADVICE.keys()))
def test_a_listing_that_was_never_one_is_not_a_matter_of_another_run(reason: str) -> None:
    made = report(
        listing(reason), drift=(f"http://a.example/list: {drift.listing(reason, '', 0, first=True)}",)
    )
    last = made.as_text().splitlines()[-1]
    assert last == "exit 5: the site changed, or its profile is wrong: do what the lines above say"


def test_the_line_of_a_listing_says_what_to_do() -> None:
    made = listing("cap")
    made.listing_details = {"http://a.example/list": "max_pages=50 is reached"}
    text = report(made).as_text()
    assert (
        "  listing incomplete: http://a.example/list: cap (max_pages=50 is reached); another run does not help: "
        "raise that limit in the profile\n"
    ) in text
    assert json.loads(report(made).as_json())["listings"]["advice"] == {
        "http://a.example/list": "raise that limit in the profile"
    }


@pytest.mark.parametrize(("end", "said"), [("deferred", True), ("quarantined", False)])
def test_the_line_of_an_article_says_what_to_do_only_if_it_was_deferred(end: str, said: bool) -> None:
    made = tally(**{end: 1})
    made.failures = [End("NW1", end, "status_400", "http://a.example/1", "")]
    assert ("another run does not help: the site refuses the request" in report(made).as_text()) is said


@pytest.mark.parametrize(
    ("reasons", "known", "line"),
    [
        ({"not_json": 5}, {}, "articles were quarantined: read their records; later runs request them again"),
        (
            {"bad_id": 5, "shape": 1},
            {},
            "articles were quarantined: read their records; later runs request them again",
        ),
        (
            {"bad_id": 5},
            {},
            "rows were refused, because no family of the profile accepts their ids: change the profile",
        ),
        (
            {"bad_id": 5, "shape": 1},
            {"shape": 1},
            "rows were refused, because no family of the profile accepts their ids: change the profile",
        ),
    ],
)
def test_the_verdict_about_quarantined_articles_depends_on_the_new_ones(
    reasons: dict[str, int], known: dict[str, int], line: str
) -> None:
    made = tally(quarantined=sum(reasons.values()))
    made.reasons = Counter({f"quarantined/{reason}": count for reason, count in reasons.items()})
    made.known = Counter({f"quarantined/{reason}": count for reason, count in known.items()})
    assert report(made).as_text().splitlines()[-1] == f"exit 4: {line}"
