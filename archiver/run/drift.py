"""Signs that the site changed. Each one is a sentence that says what to compare with the profile."""

from __future__ import annotations

from collections import Counter

MIN_ARTICLES = 10
"""Requested articles. A share of fewer articles is not a reliable sign."""

MAX_UNREADABLE = 0.2
"""Share of the requested articles (faults X1, X9)."""

MIN_ROWS = 5
"""Rows of a listing. If a listing had at least this number in an earlier run and has none now, the site
changed (faults X2)."""

LISTING_ADVICE = {
    "downgrade": "if the site no longer offers https, change its profile",
    "foreign_listing": "compare the page with listing.rows of the profile",
    "offsite": "if the site has moved, add its new address to the profile's origins",
    "ran_dry": "compare the page with listing.rows of the profile",
}
"""Reason of an incomplete listing that means that the site changed → what to do (faults X2, X3, X13)."""

UNREADABLE = frozenset(
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
"""Reasons of quarantine that a change of the site's pages or responses causes."""


def unreadable_articles(posted: int, reasons: Counter[str]) -> str:
    """A sentence if too many responses could not be read, else empty. ``reasons``: as in ``Tally``."""
    unreadable = Counter(
        {
            reason: count
            for name, count in reasons.items()
            if (reason := name.removeprefix("quarantined/")) != name and reason in UNREADABLE
        }
    )
    tried = posted + unreadable.total()
    if tried < MIN_ARTICLES or unreadable.total() <= MAX_UNREADABLE * tried:
        return ""
    (reason, count), *_ = unreadable.most_common()
    return (
        f"{unreadable.total()} of {tried} articles could not be read ({count} {reason}): "
        "compare a response in .archive/quarantine/ with the fields of the site's profile"
    )


def ran_dry(rows: int, rows_before: int) -> bool:
    """Whether a listing has no rows, but had enough of them in an earlier run."""
    return rows == 0 and rows_before >= MIN_ROWS
