"""A name server that says what a test wants, in place of the system's."""

from __future__ import annotations

from collections.abc import Sequence

from twisted.internet import defer
from twisted.internet.error import DNSLookupError

from archiver.resolver import PublicResolver

ADDRESSES = {
    "public.example": ["127.0.0.2"],
    "private.example": ["127.0.0.3"],
    "metadata.example": ["169.254.169.254"],
}


class Scripted(PublicResolver):
    """Every name it does not know is unknown; addresses are what they are."""

    def look_up(self, name: str, timeout: Sequence[int] = ()) -> defer.Deferred[str]:
        if name.endswith(".example") and name not in ADDRESSES:
            return defer.fail(DNSLookupError(f"{name} is unknown"))
        if name in ADDRESSES:
            return defer.succeed(ADDRESSES[name][0])
        return super().look_up(name, timeout)
