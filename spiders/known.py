"""The categories that a site is known to have."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote

from archiver.errors import ArticleError, BadArgument
from archiver.sites.listing import Listing
from spiders.walk import Walk

MAX_NAMED = 5
"""Categories that a message names."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A category that the user named, that no earlier run has read, and whose page is not a listing."""

    category: str
    walk: Walk
    came: str
    """What came instead of a listing; empty if there was no page."""

    @property
    def why(self) -> ArticleError:
        return self.walk.failed[0]


def categories_in(addresses: Iterable[str], rule: Listing | None) -> set[str]:
    """The categories of which these are the listings."""
    if rule is None:
        return set()
    start, _, end = rule.identity("\x00").partition("%00")
    pattern = re.compile(re.escape(start) + r"([^/?#&]+)" + re.escape(end))
    found = map(pattern.fullmatch, addresses)
    return {unquote(match[1]) for match in found if match}


def no_such_category(doubt: Doubt, known: Iterable[str], home: str) -> BadArgument:
    """``home``: the address of the home page that does not name it; empty if the site has none."""
    folded = {name.casefold(): name for name in known}
    near = difflib.get_close_matches(doubt.category.casefold(), folded, n=MAX_NAMED, cutoff=0)
    names = ", ".join(folded[name] for name in near)
    unnamed = f", and {home} does not name it" if home else ", and no earlier run has read it"
    nearest = f"the nearest known categories are {names}" if names else "no category is known yet"
    return BadArgument(
        f"category={doubt.category!r} does not exist: {doubt.walk.url}: "
        f"{doubt.why.detail or doubt.why.reason}{unnamed}; {nearest}; no article was requested"
    )
