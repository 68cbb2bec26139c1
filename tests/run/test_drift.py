"""Signs of a changed site are distinguished from a few unreadable responses."""

from __future__ import annotations

from collections import Counter

import pytest

from archiver.run import drift
from archiver.run.ledger import Tally


@pytest.mark.parametrize(
    ("posted", "reasons", "changed"),
    [
        (0, {"quarantined/shape": 10}, True),
        (8, {"quarantined/shape": 3}, True),
        (8, {"quarantined/shape": 1, "quarantined/empty_body": 2}, True),
        (8, {"quarantined/shape": 2}, False),
        (0, {"quarantined/shape": 9}, False),
        (0, {"deferred/timeout": 50}, False),
        (0, {"quarantined/bad_id": 50}, False),
        (1000, {"quarantined/shape": 200}, False),
        (0, {}, False),
    ],
)
def test_more_than_a_fifth_of_ten_unreadable_articles_means_a_changed_site(
    posted: int, reasons: dict[str, int], changed: bool
) -> None:
    sentence = drift.unreadable_articles(posted, Counter(reasons))
    assert bool(sentence) is changed
    if changed:
        assert "profile" in sentence


@pytest.mark.parametrize(
    ("rows", "before", "changed"), [(0, 5, True), (0, 4, False), (1, 50, False), (0, 0, False)]
)
def test_a_listing_that_lost_all_its_rows_ran_dry(rows: int, before: int, changed: bool) -> None:
    assert drift.ran_dry(rows, before) is changed


@pytest.mark.parametrize(
    ("new", "refused", "again", "refused_again", "changed"),
    [
        pytest.param(3, {"gone": 2}, 0, 0, True, id="two of three new articles"),
        pytest.param(3, {"gone": 1, "forbidden": 1}, 0, 0, True, id="for different reasons"),
        pytest.param(2, {"gone": 2}, 0, 0, False, id="too few articles"),
        pytest.param(40, {"gone": 20}, 0, 0, False, id="exactly half"),
        pytest.param(40, {"robots_txt": 21}, 0, 0, True, id="more than half"),
        pytest.param(40, {"gone": 1}, 9, 9, False, id="deleted articles are requested again"),
        pytest.param(0, {}, 9, 9, False, id="a quiet site, nine deleted articles"),
        pytest.param(0, {}, 10, 10, True, id="the fault lasts"),
        pytest.param(2, {"gone": 2}, 8, 8, True, id="the fault lasts, and there are few new articles"),
        pytest.param(20, {}, 18, 18, False, id="others are posted"),
        pytest.param(0, {}, 0, 0, False, id="nothing was requested"),
    ],
)
def test_most_articles_refused_at_once_mean_a_faulty_host(
    new: int, refused: dict[str, int], again: int, refused_again: int, changed: bool
) -> None:
    sentence = drift.refused_articles(new, Counter(refused), again, refused_again)
    assert bool(sentence) is changed
    if changed:
        assert "later runs request them again" in sentence


def test_articles_that_were_unreadable_before_are_no_sign_of_a_change() -> None:
    made = Tally(
        ends=Counter(posted=1, quarantined=20),
        reasons=Counter({"quarantined/shape": 20}),
        known=Counter({"quarantined/shape": 20}),
    )
    assert drift.of_articles(made) == []
    made.known = Counter({"quarantined/shape": 5})
    [sentence] = drift.of_articles(made)
    assert sentence.startswith("15 of 16 articles could not be read")


@pytest.mark.parametrize(
    ("reason", "most", "first", "advice"),
    [
        ("foreign_listing", 0, False, "listing.rows of the profile"),
        ("gone", 7, True, "compare the site with the profile"),
        ("gone", 7, False, ""),  # a later page
        ("gone", 0, True, ""),
        ("robots_txt", 7, True, "compare the site with the profile"),
        ("no_rows", 0, True, "compare the category and the profile"),
        ("not_json", 0, True, "compare the category and the profile"),
        ("not_json", 7, True, ""),  # it worked: another run may help
        ("timeout", 0, True, ""),
        ("status_500", 7, True, ""),
    ],
)
def test_a_listing_that_cannot_be_read_is_a_sign_only_if_another_run_does_not_help(
    reason: str, most: int, first: bool, advice: str
) -> None:
    sentence = drift.listing(reason, "what came", most, first=first)
    assert ("what came" in sentence) is bool(advice)
    assert sentence.endswith(advice)
    assert bool(sentence) is bool(advice)
