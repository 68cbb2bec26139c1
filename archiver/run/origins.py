"""Origins whose robots.txt forbids now what it allowed in earlier runs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from archiver.sites.addresses import is_web, origin_of
from archiver.sites.profile import Profile
from archiver.storage.archive import Archive


def newly_forbidden(
    archive: Archive, site: Profile, allowed: Mapping[str, str], forbidden: Mapping[str, str]
) -> list[str]:
    """A sentence for each origin that forbids every request of this run and has allowed one before.

    ``allowed`` and ``forbidden``: host and port → the address of a request.
    """
    suspects = {origin_of(url) for host, url in forbidden.items() if host not in allowed}
    before = _allowed_before(archive, site) if suspects else set()
    return [
        f"the robots.txt of {origin} forbids what it allowed in earlier runs: read it, or ask the owner of "
        "the site; the next runs try again"
        for origin in sorted(suspects & before)
    ]


def _allowed_before(archive: Archive, site: Profile) -> set[str]:
    """Origins that an earlier run was allowed to read. Archives of earlier versions do not say which: then
    these are the origins of their listings, and of the site if there are posts."""
    known = archive.index.allowed_origins()
    if not known and next(iter(archive.index.posts()), None):
        known = set(site.origins)
    return known | {origin_of(url) for url in archive.index.listings() if is_web(url)}


def remember(archive: Archive, allowed: Mapping[str, str], now: datetime) -> None:
    """Adds the origins whose robots.txt allowed a request of this run to the index."""
    found = {origin_of(url) for url in allowed.values()}
    archive.catalogue.add_allowed_origins(sorted(found), now)
