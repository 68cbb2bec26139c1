"""Exchanges (a request with its response or error), and the recorders that receive them."""

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
from archiver.safe_text import excerpt

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One attempt to download one address. Each retry and each step of a redirect is a separate exchange."""

    request: Request
    """As sent, without ``Proxy-Authorization``, which is a secret. ``Host`` and the length of a body, which
    aiohttp adds, are not among its headers."""
    response: Response | None
    """As received: the body is still compressed, the header lines have their original bytes, and lines of one
    name keep their order. The chunks of a chunked body are joined. None if the attempt failed."""
    error: Exception | None
    """Why there is no response. A body that was cut off, or is larger than allowed, is an error."""
    began: datetime
    """In UTC."""
    seconds: float
    """From the start of the connection to the last byte of the body."""

    @property
    def peer(self) -> IPv4Address | IPv6Address | None:
        """The address that sent the response: the host's or the proxy's. None if the attempt failed."""
        return self.response.ip_address if self.response else None


class Recorder(Protocol):
    """A component that is named in ``ARCHIVER_RECORDERS``."""

    def record(self, exchange: Exchange) -> None:
        """Called for every exchange, in the order in which exchanges end. It must not block for long."""


class RecorderFailed(StorageError):
    """A recorder raised an exception, so the record of the run has a gap.

    The exchange fails with this error, and the run stops, as it does if the archive cannot be written: a
    response that was downloaded but not recorded could not be processed again, and nobody would notice.
    """


class Recorders:
    """An extension: creates the recorders of ``ARCHIVER_RECORDERS`` once for a run, in their order."""

    def __init__(self, recorders: Sequence[Recorder]) -> None:
        self._recorders = recorders

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        paths = build_component_list(crawler.settings.getdict("ARCHIVER_RECORDERS"))
        if not paths:
            raise NotConfigured
        return cls([build_from_crawler(load_object(path), crawler) for path in paths])

    def record(self, exchange: Exchange) -> None:
        """Raises the StorageError of a recorder unchanged, and RecorderFailed for any other exception."""
        for recorder in self._recorders:
            try:
                recorder.record(exchange)
            except StorageError:
                raise
            except Exception as exc:  # the run must not continue with a gap in its record
                name = type(recorder).__name__
                log.exception("%s could not record %s", name, exchange.request)
                raise RecorderFailed(
                    f"{name} could not record {excerpt(exchange.request.url)}: {exc}"
                ) from exc
