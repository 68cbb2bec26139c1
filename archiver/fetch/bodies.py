"""Whether a body came whole, and what is in it: content codings read strictly, and each only once.

Scrapy's own middleware delivers a cut body as a good one (faults N8 to N12) and tells nobody of a wrong check
sum.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable, Iterator

import brotli  # type: ignore[import-untyped]  # it comes without types
from scrapy.http import Response
from scrapy.responsetypes import responsetypes

from archiver.errors import Deferred, Quarantined
from archiver.extract import formats
from archiver.extract.decode import decode
from archiver.extract.formats.received import Received

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ACCEPTED = "gzip, deflate, br, zstd"

MOST_CODINGS = 3
"""One over the other; a server that wants more wants something else."""


def unpacked(response: Response, limit: int) -> Response:
    """The response with its body decoded; ``limit`` in bytes, for every step of it.

    Raises ``Deferred("cut_encoding")``, ``Quarantined("checksum")``, ``("bad_encoding")`` or ``("too_big")``.
    """
    named = b",".join(response.headers.getlist("Content-Encoding")).decode("latin-1").lower()
    codings = [coding for part in named.split(",") if (coding := part.strip()) not in ("", "identity")]
    if not codings or not response.body:
        return response
    if len(codings) > MOST_CODINGS:
        raise Quarantined("bad_encoding", f"{len(codings)} content codings, one over the other")
    body = response.body
    for coding in reversed(codings):
        body = _decoded(body, coding, limit)
    headers = response.headers.copy()
    del headers["Content-Encoding"]
    kind = responsetypes.from_args(headers=headers, url=response.url, body=body)
    return response.replace(headers=headers, body=body, cls=kind)


def check_whole(response: Response, expected: str) -> None:
    """Whether a 200 holds all of its page, as far as the page itself shows.

    ``expected`` names the format of the page; if it is empty, nothing is checked. Raises
    ``Quarantined("empty")``, and what the format's ``check_whole`` raises (faults N5, N6, N12, P1).
    """
    if not expected:
        return
    content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
    received = Received(
        response.body,
        lambda: decode(response.body, content_type).text,
        length_known="partial" not in response.flags,
    )
    formats.check_whole(received, expected)


# --- content codings


def _decoded(body: bytes, coding: str, limit: int) -> bytes:
    decoder = _DECODERS.get(coding)
    if decoder is None:
        raise Quarantined("bad_encoding", f"content coding {coding[:40]!r}")
    pieces: list[bytes] = []
    size = 0
    for piece in decoder(body):
        pieces.append(piece)
        size += len(piece)
        if size > limit:
            raise Quarantined("too_big", f"{len(body)} bytes of {coding} hold more than {limit}")
    return b"".join(pieces)


_PIECE = 256 * 1024
"""Bytes decoded at a time: a bomb is seen before it is in memory."""


def _cut(coding: str, size: int) -> Deferred:
    return Deferred("cut_encoding", f"{coding} ends after {size} bytes, unfinished")


def _gunzip(body: bytes) -> Iterator[bytes]:
    """Every member; what follows the last one and is none is passed over, as gzip itself does."""
    rest = body
    while rest is body or rest[:2] == b"\x1f\x8b":
        decoder = zlib.decompressobj(wbits=31)
        yield from _inflated(decoder, rest, "gzip")
        rest = decoder.unused_data


def _inflate(body: bytes) -> Iterator[bytes]:
    """With its zlib wrapping or, as some servers have it, bare."""
    wrapped = body[0] & 0x0F == 8 and int.from_bytes(body[:2], "big") % 31 == 0
    return _inflated(zlib.decompressobj(wbits=15 if wrapped else -15), body, "deflate")


def _inflated(decoder: zlib._Decompress, body: bytes, coding: str) -> Iterator[bytes]:
    try:
        yield decoder.decompress(body, _PIECE)
        while decoder.unconsumed_tail and not decoder.eof:
            yield decoder.decompress(decoder.unconsumed_tail, _PIECE)
        if not decoder.eof:
            yield decoder.flush()
    except zlib.error as exc:
        is_other = "header" in str(exc) or "method" in str(exc)
        raise Quarantined("bad_encoding" if is_other else "checksum", f"{coding}: {exc}") from exc
    if not decoder.eof:
        raise _cut(coding, len(body))


def _unbrotli(body: bytes) -> Iterator[bytes]:
    decoder = brotli.Decompressor()
    try:
        piece: bytes = decoder.process(body, output_buffer_limit=_PIECE)
        while piece:
            yield piece
            piece = decoder.process(b"", output_buffer_limit=_PIECE)
    except brotli.error as exc:
        raise Quarantined("bad_encoding", f"br: {exc}") from exc
    if not decoder.is_finished():
        raise _cut("br", len(body))


_ZSTD: dict[int, int] = {zstd.DecompressionParameter.window_log_max: 23}
"""A frame may ask for gigabytes of memory; 8 MiB are enough on the web (RFC 9659)."""


def _unzstd(body: bytes) -> Iterator[bytes]:
    rest = body
    while rest:
        decoder = zstd.ZstdDecompressor(options=_ZSTD)
        try:
            yield decoder.decompress(rest, _PIECE)
            while not (decoder.eof or decoder.needs_input):
                yield decoder.decompress(b"", _PIECE)
        except zstd.ZstdError as exc:
            reason = "checksum" if "checksum" in str(exc) else "bad_encoding"
            raise Quarantined(reason, f"zstd: {exc}") from exc
        if not decoder.eof:
            raise _cut("zstd", len(body))
        rest = decoder.unused_data


_DECODERS: dict[str, Callable[[bytes], Iterator[bytes]]] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _inflate,
    "br": _unbrotli,
    "zstd": _unzstd,
}
