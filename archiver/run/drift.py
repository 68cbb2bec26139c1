"""Signs that the site changed, one sentence each for the person who compares it with its profile."""

from __future__ import annotations

from collections import Counter

MIN_ARTICLES = 10
"""Articles asked for; a share of fewer says nothing."""

MAX_UNREADABLE = 0.2
"""Share of the articles asked for (faults X1, X9)."""

MIN_ROWS = 5
"""Of a listing. If it named as many articles and names none now, the site changed (faults X2)."""

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
"""Reasons that a change of the site's pages or answers leads to."""


def of_articles(posted: int, reasons: Counter[str]) -> str:
    """A sentence where too many answers could not be read, else empty. ``reasons``: as in ``Tally``."""
    unreadable = Counter(
        {
            reason: count
            for name, count in reasons.items()
            if (reason := name.removeprefix("quarantined/")) != name and reason in READING
        }
    )
    tried = posted + unreadable.total()
    if tried < MIN_ARTICLES or unreadable.total() <= MAX_UNREADABLE * tried:
        return ""
    (reason, count), *_ = unreadable.most_common()
    return (
        f"{unreadable.total()} of {tried} articles could not be read ({count} {reason}): "
        "compare an answer in .archive/quarantine/ with the fields of the site's profile"
    )


def ran_dry(rows: int, rows_before: int) -> bool:
    """Whether a listing that named enough articles names none."""
    return rows == 0 and rows_before >= MIN_ROWS
