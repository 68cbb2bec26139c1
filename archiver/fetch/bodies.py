"""Decompresses bodies strictly, and checks whether they are complete.

Scrapy's own middleware accepts a body that was cut off or has a wrong checksum, and reports no error (faults
N8 to N12).
"""

from __future__ import annotations

import re
import sys
import zlib
from collections.abc import Callable, Generator, Iterator

import brotli  # type: ignore[import-untyped]  # the package has no types
from scrapy.http import Response
from scrapy.responsetypes import responsetypes

from archiver.errors import Deferred, Quarantined
from archiver.extract import formats
from archiver.extract.decode import decode
from archiver.extract.formats.received import Received
from archiver.fetch.headers import header, header_values

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ACCEPTED = "gzip, deflate, br, zstd"

MAX_CODINGS = 3
"""The most content codings of one response. Servers use one; a longer list is an attack."""


def decompress(response: Response, limit: int) -> Response:
    """The response without content codings. ``limit``: the most bytes that each decoding may produce.

    A name that is no content coding (``utf-8``, ``none``) is ignored if the body is readable without it, as
    browsers do. A known coding must be there: browsers and curl refuse a plain body that declares gzip.

    Raises ``Deferred("cut_encoding")``, ``Quarantined("checksum")``, ``("bad_encoding")`` or ``("too_big")``.
    """
    named = ",".join(header_values(response, "Content-Encoding")).lower()
    codings = [coding for part in named.split(",") if (coding := part.strip()) not in ("", "identity")]
    if not codings or not response.body:
        return response
    if len(codings) > MAX_CODINGS:
        raise Quarantined("bad_encoding", f"{len(codings)} content codings, more than {MAX_CODINGS}")
    body = response.body
    unknown = [coding for coding in codings if coding not in _DECODERS]
    for coding in reversed(codings):
        if coding in _DECODERS:
            body = _decode(body, coding, limit)
    if unknown and not _is_readable(body, header(response, "Content-Type"), unknown):
        raise Quarantined("bad_encoding", f"the content coding {unknown[0][:40]!r} is not supported")
    headers = response.headers.copy()
    del headers["Content-Encoding"]
    kind = responsetypes.from_args(headers=headers, url=response.url, body=body)
    return response.replace(headers=headers, body=body, cls=kind)


def unpack(response: Response, expected: str, limit: int) -> Response:
    """The page in a ``.gz`` file, if pages of the expected format can be in one. Raises as ``decompress``."""
    if not formats.is_gzip_of(expected, response.body):
        return response
    return response.replace(body=_decode(response.body, "gzip", limit))


def check_whole(response: Response, expected: str) -> None:
    """Checks that the page of a successful response is complete, as far as the page itself shows it.

    ``expected`` is the name of the page's format; if it is empty, nothing is checked. Raises
    ``Quarantined("empty")``, and the errors of the format's ``check_whole`` (faults N5, N6, N12, P1).
    """
    if not expected:
        return
    content_type = header(response, "Content-Type")
    received = Received(
        response.body,
        lambda: decode(response.body, content_type).text,
        length_known="partial" not in response.flags,
    )
    formats.check_whole(received, expected)


# --- content codings


_BEGINNING = re.compile(r"\ufeff?\s*(?:[<{\[#]|[A-Za-z-]+[ \t]*:)")
"""How HTML, XML, JSON and robots.txt begin."""

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")

_READABLE_CODINGS = frozenset({"quoted-printable"})
"""Codings of e-mail under which a page still begins as a page."""


def _is_readable(body: bytes, content_type: str, unknown: list[str]) -> bool:
    """Whether a body is a text without these content codings: it decodes strictly, has no control
    characters, and begins as a page or a robots.txt does."""
    try:
        text = body.decode(decode(body, content_type).charset)
    except (Quarantined, UnicodeDecodeError):
        return False
    begins_well = _BEGINNING.match(text) and not _CONTROL.search(text)
    return bool(begins_well) and _READABLE_CODINGS.isdisjoint(unknown)


def _decode(body: bytes, coding: str, limit: int) -> bytes:
    pieces: list[bytes] = []
    size = 0
    for piece in _DECODERS[coding](body):
        pieces.append(piece)
        size += len(piece)
        if size > limit:
            raise Quarantined("too_big", f"{len(body)} bytes of {coding} hold more than {limit} bytes")
    return b"".join(pieces)


_PIECE = 256 * 1024
"""Bytes decompressed at a time, so that a decompression bomb is found before it fills the memory."""


def _cut(coding: str, size: int) -> Deferred:
    return Deferred("cut_encoding", f"the {coding} stream was cut off after {size} bytes")


def _gunzip(body: bytes) -> Iterator[bytes]:
    """Decompresses every member. Other bytes after the last member are ignored, as the program gzip does."""
    rest = body
    while rest is body or rest[:2] == b"\x1f\x8b":
        rest = yield from _inflate_stream(rest, 31, "gzip")


def _inflate(body: bytes) -> Iterator[bytes]:
    """The coding deflate has a zlib header, but some servers omit it."""
    has_header = body[0] & 0x0F == 8 and int.from_bytes(body[:2], "big") % 31 == 0
    yield from _inflate_stream(body, 15 if has_header else -15, "deflate")


def _inflate_stream(body: bytes, wbits: int, coding: str) -> Generator[bytes, None, bytes]:
    """Returns the bytes after the end of the stream. ``wbits``: see ``zlib.decompressobj``."""
    decoder = zlib.decompressobj(wbits=wbits)
    try:
        yield decoder.decompress(body, _PIECE)
        while decoder.unconsumed_tail and not decoder.eof:
            yield decoder.decompress(decoder.unconsumed_tail, _PIECE)
        if not decoder.eof:
            yield decoder.flush()
    except zlib.error as exc:
        is_other_format = "header" in str(exc) or "method" in str(exc)
        raise Quarantined("bad_encoding" if is_other_format else "checksum", f"{coding}: {exc}") from exc
    if not decoder.eof:
        raise _cut(coding, len(body))
    return decoder.unused_data


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
"""2²³ bytes: a frame may demand gigabytes of memory, and RFC 9659 allows 8 MiB on the web."""


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
