"""HTTP/1.1 read more strictly than Scrapy does: nobody else says where an answer ends."""

from __future__ import annotations

from typing import Any

from scrapy.core.downloader.handlers.http11 import (
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
)
from twisted.internet.defer import Deferred
from twisted.web._newclient import STATUS, ParseError

MOST_HEADERS = 200
"""Header lines of one answer; the sites that were seen send less than thirty (faults N32)."""


class TooManyHeaders(ParseError):
    """An answer with more than MOST_HEADERS header lines, or with one of more than 16 KiB."""


class _StrictParser(_LenientHTTPClientParser):
    """Refuses an answer of endless headers, and one with two lengths: whose end is where, somebody else
    decides (RFC 9112 section 6.1; faults N32, N33)."""

    _seen = 0

    def lineReceived(self, line: bytes) -> None:  # noqa: N802
        """Counts lines without a colon and continued ones, too: those reach no ``headerReceived``."""
        if self.state != STATUS and line.strip(b"\r"):
            self._seen += 1
            if self._seen > MOST_HEADERS:
                raise TooManyHeaders("too many headers", b"")  # type: ignore[no-untyped-call]
        super().lineReceived(line)

    def lineLengthExceeded(self, line: bytes) -> None:  # noqa: ARG002, N802
        if self.state == STATUS:
            raise ParseError("an endless status line", b"")  # type: ignore[no-untyped-call]
        raise TooManyHeaders("an endless header line", b"")  # type: ignore[no-untyped-call]

    def allHeadersReceived(self) -> None:  # noqa: N802
        if self.connHeaders.hasHeader(b"transfer-encoding") and self.connHeaders.hasHeader(b"content-length"):
            raise ParseError("two lengths", b"")  # type: ignore[no-untyped-call]
        super().allHeadersReceived()  # type: ignore[no-untyped-call]

    def _finished(self, rest: bytes) -> None:
        """What follows an answer is nobody's: the next request gets another connection (faults N34)."""
        if rest:
            self.connHeaders.addRawHeader(b"connection", b"close")
        super()._finished(rest)  # type: ignore[no-untyped-call]


class _StrictProtocol(_LenientHTTP11ClientProtocol):
    def request(self, request: Any) -> Deferred[Any]:
        answer = super().request(request)
        if self._parser is not None:
            self._parser.__class__ = _StrictParser
        return answer


class StrictFactory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, addr: Any) -> _StrictProtocol:  # noqa: ARG002, N802
        return _StrictProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]
