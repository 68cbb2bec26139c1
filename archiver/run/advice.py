"""What to do about a run that is not complete: whether another run helps, and what else does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

WAITING = "waiting"
"""The reason of an article that is not due yet: only a later run requests it."""

_TO_DO: Mapping[str, str] = {
    "bad_redirect": "open the address in a browser, and correct it in the profile",
    "cap": "raise that limit in the profile",
    "headers": "the archiver refuses such responses: use another address of the site",
    "ignored": "a component of your own dropped the request: change it",
    "legal_451": "ask the owner of the site",
    "private_address": "correct the host in the profile, or its address in the DNS",
    "redirect_loop": "open the address in a browser, and correct it in the profile",
    "robots_txt": "ask the owner of the site",
    "scheme": "open the address in a browser, and correct it in the profile",
    "too_big": "raise DOWNLOAD_MAXSIZE",
    "too_deep": "the archiver refuses such pages: use another address of the site",
    "too_heavy": "raise ARCHIVER_PAGE_SECONDS or ARCHIVER_PAGE_ELEMENTS",
    "unreadable": "repair the file",
}
"""Reason of a listing, or of a deferred article → what to do, because another run gives the same result."""

_NEVER_READ = frozenset({"gone", "redirected"})
"""Reasons of a listing that another run does not change if no earlier run could read the listing
(``drift.listing`` has the others)."""

_WRONG_REQUEST = frozenset(
    f"status_{number}" for number in (400, 406, 411, 413, 414, 415, 417, 422, 426, 431, 501, 505)
)
"""Statuses that mean that the request itself is wrong. Other 4xx statuses may be those of a busy firewall."""


def to_do(reason: str) -> str:
    """What to do about a listing or an article; empty if another run may help."""
    if reason in _WRONG_REQUEST:
        return "the site refuses the request: compare the address with that in a browser"
    return _TO_DO.get(reason, "")


def to_do_for_listing(reason: str, most: int, *, first: bool) -> str:
    """The same for a listing. ``most``: the largest number of articles it ever listed. ``first``: its first
    page could not be read."""
    if first and not most and reason in _NEVER_READ:
        return "no earlier run found an article there: compare the category and the profile"
    return to_do(reason)


def verdict(reasons: Iterable[str], no_help: Iterable[str]) -> str:
    """What an incomplete run means.

    ``reasons``: those of its articles and listings for which another run may help; ``no_help``: the others.
    """
    helped, others = set(reasons), sorted(set(no_help))
    if others and not helped:
        return f"incomplete, and another run does not help ({', '.join(others)}): do what the lines above say"
    if helped == {WAITING}:
        text = "incomplete: later runs request the articles that wait; `finews archive-gaps` says when"
    else:
        text = "incomplete: run it again"
    return f"{text}; that does not help with {', '.join(others)}" if others else text


def rejected(reasons: Iterable[str]) -> str:
    """What a run means whose articles were quarantined for these reasons."""
    if set(reasons) == {"bad_id"}:
        return "rows were refused, because no family of the profile accepts their ids: change the profile"
    return "articles were quarantined: read their records; later runs request them again"
