"""Signs that the site changed, rather than the news: each is one sentence for the person who must look."""

from __future__ import annotations

from collections import Counter

LEAST = 10
"""Articles asked for; of fewer, a share says nothing."""

MOST_UNREADABLE = 0.2
"""Share of the articles asked for (faults X1, X9)."""

LEAST_ROWS = 5
"""A listing that named so many and now names none did not run out of news (faults X2)."""

OF_A_LISTING = {
    "downgrade": "if the site left https for good, change its profile",
    "foreign_listing": "compare the page with listing.rows of the profile",
    "offsite": "if the site has moved, add its new address to the profile's origins",
    "ran_dry": "compare the page with listing.rows of the profile",
}
"""Why a listing is incomplete → what to do, where the reason is a change of the site (faults X2, X3, X13)."""

READING = frozenset(
    {
        "date",
        "empty",
        "empty_body",
        "id_mismatch",
        "not_an_article",
        "not_json",
        "same_answer",
        "shape",
        "title_empty",
    }
)
"""Ends that a change of the pages or answers brings about."""


def of_articles(posted: int, reasons: Counter[str]) -> str:
    """Too many answers could not be read; empty where they could. ``reasons``: as in ``Tally``."""
    unreadable = Counter(
        {
            reason: count
            for name, count in reasons.items()
            if (reason := name.removeprefix("quarantined/")) != name and reason in READING
        }
    )
    tried = posted + unreadable.total()
    if tried < LEAST or unreadable.total() <= MOST_UNREADABLE * tried:
        return ""
    (reason, count), *_ = unreadable.most_common()
    return (
        f"{unreadable.total()} of {tried} articles could not be read ({count} {reason}): "
        "compare an answer in .archive/quarantine/ with the fields of the site's profile"
    )


def ran_dry(rows: int, rows_before: int) -> bool:
    """Whether a listing that named enough articles names none."""
    return rows == 0 and rows_before >= LEAST_ROWS
