"""Signs that the site changed. Each one is a sentence that says what to compare with the profile."""

from __future__ import annotations

from collections import Counter
from typing import Protocol

from archiver.storage.lifecycle import REFUSALS

MIN_NEW = 3
"""New articles. With fewer, a host that refuses most of them is not a reliable sign."""

REFUSED = REFUSALS | {"forbidden"}
"""Reasons of an article that its host refuses. Many of them at once are more likely a fault of the host."""

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

GONE = frozenset({"gone", "legal_451", "redirected", "robots_txt"})
"""Reasons of a listing that cannot be read although an earlier run read it."""

DOUBTFUL = frozenset(
    {"foreign_listing", "gone", "no_document", "no_rows", "not_a_listing", "not_json", "redirected", "shape"}
)
"""Reasons of a listing that may mean that its category never existed."""

NOT_A_LISTING = frozenset(
    {"empty", "encoding", "no_document", "no_rows", "not_a_listing", "not_json", "shape"}
)
"""Reasons of a response with status 200 that is not a listing. If no earlier run could read the listing
either, another run does not help."""

UNREADABLE = frozenset(
    {
        "date",
        "empty",
        "empty_body",
        "id_mismatch",
        "no_document",
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


class _Tally(Protocol):
    """The counts of a run; see ``ledger.Tally``."""

    ends: Counter[str]
    reasons: Counter[str]
    known: Counter[str]
    new: int
    again: int
    refused: Counter[str]
    refused_again: int


def of_articles(tally: _Tally) -> list[str]:
    """The signs in the results of a run's articles. Articles that were quarantined before do not count."""
    found = (
        unreadable_articles(tally.ends["posted"], tally.reasons - tally.known),
        refused_articles(tally.new, tally.refused, tally.again, tally.refused_again),
    )
    return [sentence for sentence in found if sentence]


def refused_articles(new: int, refused: Counter[str], again: int, refused_again: int) -> str:
    """A sentence if a host refused most new articles of a run, or most of many articles; else empty.

    ``refused``: reason → new articles that were refused; ``refused_again``: of those known before. These
    alone are a sign only if there are many, because several runs request a few deleted articles again.
    """
    found = refused.total()
    if new >= MIN_NEW and 2 * found > new:
        reasons = ", ".join(f"{count} {reason}" for reason, count in refused.most_common())
        return f"{found} of {new} new articles were refused ({reasons}): {_REFUSED_ADVICE}"
    both = found + refused_again
    if both >= MIN_ARTICLES and 2 * both > new + again:
        return f"{both} of {new + again} articles were refused, most of them again: {_REFUSED_ADVICE}"
    return ""


_REFUSED_ADVICE = (
    "open one in a browser; if the site has it, compare the addresses in the steps of the profile, or ask "
    "the owner of the site; later runs request them again"
)


def listing(reason: str, detail: str, most: int, *, first: bool) -> str:
    """What a listing that cannot be read means for the site; empty if another run may help.

    ``most``: the largest number of articles it ever listed. ``first``: its first page could not be read.
    """
    detail = detail or reason
    if reason in LISTING_ADVICE:
        return f"{detail}; {LISTING_ADVICE[reason]}"
    if first and reason in GONE and most:
        return f"earlier runs could read it, and now: {detail}; compare the site with the profile"
    if first and reason in NOT_A_LISTING and not most:
        return f"{detail}; no earlier run found an article there: compare the category and the profile"
    return ""
