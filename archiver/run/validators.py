"""Which validators of a listing are sent. A validator is a hint: some sites answer 304 to every request that
has one, or refuse such requests."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from archiver.storage.rows import KnownListing

MAX_LENGTH = 512
"""Characters of a validator that is sent; servers refuse requests with long headers."""

_ETAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"|[!#-)+\--~]+')
"""An entity tag as in RFC 9110. The second form has no quotes, as some servers send it. It cannot be ``*``,
which matches every page."""

_SKEW = timedelta(minutes=5)
"""The clock of a site may be ahead of ours by this much."""


def needs_full_look(known: KnownListing, now: datetime, full_look: float) -> bool:
    """Whether the last full look at the listing was ``full_look`` seconds ago, or is not known.

    A look in the future is not known: the clock was wrong then, or is now.
    """
    since_look = _age(known.looked, now)
    return since_look is None or not 0 <= since_look.total_seconds() < full_look


def conditions(known: KnownListing, now: datetime) -> Mapping[str, str]:
    """The headers of a conditional request; empty if the listing has no validators that can be used."""
    modified = _date(known.modified)
    if modified and modified > now + _SKEW:
        return {}  # the site invents its validators
    headers = {}
    if len(known.etag) <= MAX_LENGTH and _ETAG.fullmatch(known.etag):
        headers["If-None-Match"] = known.etag
    if modified:
        headers["If-Modified-Since"] = known.modified
    return headers


def _age(looked: str, now: datetime) -> timedelta | None:
    try:
        return now - datetime.fromisoformat(looked)
    except (ValueError, TypeError):
        return None


def _date(modified: str) -> datetime | None:
    """The time of a ``Last-Modified``; None if it is too long, or not a date."""
    if len(modified) > MAX_LENGTH:
        return None
    try:
        moment = parsedate_to_datetime(modified)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
