"""Signs of a changed site are distinguished from a few unreadable responses."""

from __future__ import annotations

from collections import Counter

import pytest

from archiver.run import drift


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
