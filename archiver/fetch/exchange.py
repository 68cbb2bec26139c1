"""What was sent and what came back, for those who keep a record of it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address
from typing import Protocol, Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response
from scrapy.utils.conf import build_component_list
from scrapy.utils.misc import build_from_crawler, load_object

from archiver.errors import StorageError

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One attempt to get one address: a retry and each step of a redirect are exchanges of their own."""

    request: Request
    """As sent, without ``Proxy-Authorization``, which is a secret. ``Host`` and the length of a body, which
    aiohttp adds, are not among its headers."""
    response: Response | None
    """As it came: content codings are not undone, the header lines have their bytes and order within a name;
    the chunks of a chunked body are joined. None where the attempt failed."""
    error: Exception | None
    """Why there is no response. A body that was cut, or larger than allowed, is an error."""
    began: datetime
    """In UTC."""
    seconds: float
    """From the first step of the connection to the last byte of the body."""

    @property
    def peer(self) -> IPv4Address | IPv6Address | None:
        """Who answered: the host, or the proxy. None where the attempt failed."""
        return self.response.ip_address if self.response else None


class Recorder(Protocol):
    """A component named in ``ARCHIVER_RECORDERS``."""

    def record(self, exchange: Exchange) -> None:
        """Is called for every exchange, in the order in which they end, and must not block for long."""


class RecorderFailed(StorageError):
    """A recorder raised an exception, so the record of the run has a gap.

    The exchange fails with it, and the run stops as it does when the archive cannot be written: what was
    fetched and not recorded could not be derived again, and nobody would notice.
    """


class Recorders:
    """An extension: makes the recorders of ``ARCHIVER_RECORDERS`` once for a run, in their order."""

    def __init__(self, recorders: Sequence[Recorder]) -> None:
        self._recorders = recorders

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        paths = build_component_list(crawler.settings.getdict("ARCHIVER_RECORDERS"))
        if not paths:
            raise NotConfigured
        return cls([build_from_crawler(load_object(path), crawler) for path in paths])

    def record(self, exchange: Exchange) -> None:
        """Raises the StorageError of a recorder as it is, and RecorderFailed for any other exception."""
        for recorder in self._recorders:
            try:
                recorder.record(exchange)
            except StorageError:
                raise
            except Exception as exc:  # whatever it is, the run must not go on with a gap in its record
                name = type(recorder).__name__
                log.exception("%s could not record %s", name, exchange.request)
                raise RecorderFailed(f"{name} could not record {exchange.request.url[:200]}: {exc}") from exc
