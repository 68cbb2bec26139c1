"""Reads a response from the network, within the size limits."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

import aiohttp
from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadCancelledError, ResponseDataLossError, StopDownload
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes
from twisted.python.failure import Failure

from archiver.fetch.connections import ClientResponse

log = logging.getLogger(__name__)


class ResponseReader:
    """Converts aiohttp's responses to Scrapy's, as Scrapy's documentation requires of a download handler.

    Sends the signals ``headers_received`` and ``bytes_received``, and obeys StopDownload.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._max_size = crawler.settings.getint("DOWNLOAD_MAXSIZE")
        self._warn_size = crawler.settings.getint("DOWNLOAD_WARNSIZE")
        self._fail_on_loss = crawler.settings.getbool("DOWNLOAD_FAIL_ON_DATALOSS")

    async def read(self, answer: ClientResponse, request: Request) -> Response:
        """Its flags may be ``partial`` (the server did not announce where the body ends), ``dataloss`` and
        ``download_stopped``.

        Raises DownloadCancelledError for a body that is too large, ResponseDataLossError for one that was cut
        off, and StopDownload if a receiver of the signals demands an error.
        """
        headers = _headers(answer.raw_headers)
        chunks: list[bytes] = []
        flags: list[str] = []
        stop = self._begin(answer, request, headers) or await self._receive(answer, request, chunks, flags)
        if stop is not None:
            flags.append("download_stopped")
        if headers.keys().isdisjoint((b"Content-Length", b"Transfer-Encoding")):
            flags.append("partial")
        response = _response(answer, request.url, headers, b"".join(chunks), flags)
        if stop is not None and stop.fail:
            stop.response = response
            raise stop
        return response

    def _begin(self, answer: ClientResponse, request: Request, headers: Headers) -> StopDownload | None:
        length = answer.content_length
        self._check_size(request, length or 0, 0, "announced")
        return self._send(signals.headers_received, request, headers=headers, body_length=length)

    async def _receive(
        self, answer: ClientResponse, request: Request, chunks: list[bytes], flags: list[str]
    ) -> StopDownload | None:
        try:
            return await self._receive_all(answer, request, chunks)
        except aiohttp.ClientPayloadError as exc:
            if request.meta.get("download_fail_on_dataloss", self._fail_on_loss):
                raise ResponseDataLossError(str(exc)) from exc
            flags.append("dataloss")
            return None

    async def _receive_all(
        self, answer: ClientResponse, request: Request, chunks: list[bytes]
    ) -> StopDownload | None:
        size, announced = 0, answer.content_length or 0
        while chunk := await answer.content.readany():
            chunks.append(chunk)
            if stop := self._send(signals.bytes_received, request, data=chunk):
                return stop
            self._check_size(request, size + len(chunk), max(size, announced), "received")
            size += len(chunk)
        return None

    def _check_size(self, request: Request, size: int, before: int, verb: str) -> None:
        """``before``: the size at the previous check, so that a warning is logged once."""
        max_size = request.meta.get("download_maxsize", self._max_size)
        if 0 < max_size < size:
            message = f"{request}: stopped, {size} bytes {verb} are more than DOWNLOAD_MAXSIZE={max_size}"
            log.warning(message)
            raise DownloadCancelledError(message)
        warn_size = request.meta.get("download_warnsize", self._warn_size)
        if 0 < warn_size < size and before <= warn_size:
            log.warning("%s: %d bytes %s are more than DOWNLOAD_WARNSIZE=%d", request, size, verb, warn_size)

    def _send(self, signal: object, request: Request, **arguments: Any) -> StopDownload | None:
        results = self._crawler.signals.send_catch_log(
            signal, request=request, spider=self._crawler.spider, **arguments
        )
        for _, result in results:
            if isinstance(result, Failure) and isinstance(result.value, StopDownload):
                return result.value
        return None


def _headers(lines: Iterable[tuple[bytes, bytes]]) -> Headers:
    """Keeps the bytes as received, whatever their encoding.

    ``Headers`` would encode every value and normalise every name. Its keys are names in title case, as
    ``bytes.title`` gives them, so they are set directly.
    """
    headers = Headers()
    for name, value in lines:
        dict.setdefault(headers, name.title(), []).append(value)
    return headers


def _response(answer: ClientResponse, url: str, headers: Headers, body: bytes, flags: list[str]) -> Response:
    version = answer.version
    return responsetypes.from_args(headers=headers, url=url, body=body)(
        url,
        status=answer.status,
        headers=headers,
        body=body,
        flags=flags,
        certificate=answer.certificate,
        ip_address=answer.peer,
        protocol=f"HTTP/{version.major}.{version.minor}" if version else None,
    )
