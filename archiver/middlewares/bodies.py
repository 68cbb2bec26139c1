"""Whether a body came whole, and what is in it: content codings read strictly, and each only once.

Scrapy's own middleware delivers a cut body as a good one (faults N8 to N12) and tells nobody of a wrong check
sum.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable

import brotli  # type: ignore[import-untyped]
from scrapy.http import Response
from scrapy.responsetypes import responsetypes

from archiver.errors import Deferred, Quarantined
from archiver.extract.decode import decode
from archiver.extract.rules import load_json

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
    """Whether a 200 holds all of its page, as far as the page itself tells.

    ``expected`` is ``json``, ``html`` or nothing. Raises ``Quarantined("empty")``, ``Deferred("json_cut")`` or
    ``Quarantined("incomplete")`` (faults N5, N6, N12, P1). A page of another kind is not looked at.
    """
    body = response.body
    if expected and (not body or body.isspace()):
        raise Quarantined("empty", "the answer has no content")
    if expected == "json" and _is_cut_json(response):
        raise Deferred("json_cut", f"the JSON ends after {len(body)} bytes, unfinished")
    if expected == "html" and _is_cut_html(body, told_its_end="partial" not in response.flags):
        raise Quarantined("incomplete", f"the page ends after {len(body)} bytes, without its </html>")


_CLOSING = {b"{": b"}", b"[": b"]"}


def _is_cut_json(response: Response) -> bool:
    """Looks closer only where the brackets do not add up, which also happens within texts."""
    body = response.body
    opening = body[:64].removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    closing = _CLOSING.get(opening)
    if closing is None:
        return False
    if not body[-64:].rstrip().endswith(closing):
        return True
    if body.count(opening) == body.count(closing):
        return False
    try:
        load_json(decode(body, (response.headers.get("Content-Type") or b"").decode("latin-1")).text)
    except Quarantined as why:
        return why.reason == "json_cut"
    return False


def _is_cut_html(body: bytes, *, told_its_end: bool) -> bool:
    """A page that has no ``<html`` need not have its end, if the server told its length."""
    ends = b"</html" in body or b"</HTML" in body
    begins = b"<html" in body or b"<HTML" in body
    return not ends and (begins or not told_its_end)


# --- content codings


def _decoded(body: bytes, coding: str, limit: int) -> bytes:
    decoder = _DECODERS.get(coding)
    if decoder is None:
        raise Quarantined("bad_encoding", f"content coding {coding[:40]!r}")
    decoded = decoder(body, limit)
    if len(decoded) > limit:
        raise Quarantined("too_big", f"{len(body)} bytes of {coding} hold more than {limit}")
    return decoded


def _cut(coding: str, size: int) -> Deferred:
    return Deferred("cut_encoding", f"{coding} ends after {size} bytes, unfinished")


def _gunzip(body: bytes, limit: int) -> bytes:
    """Every member; what follows the last one and is none is passed over, as gzip itself does."""
    members: list[bytes] = []
    size = 0
    rest = body
    while not members or rest[:2] == b"\x1f\x8b":
        decoder = zlib.decompressobj(wbits=31)
        members.append(_inflated(decoder, rest, limit + 1 - size, "gzip"))
        size += len(members[-1])
        if size > limit:
            break
        if not decoder.eof:
            raise _cut("gzip", len(body))
        rest = decoder.unused_data
    return members[0] if len(members) == 1 else b"".join(members)


def _inflate(body: bytes, limit: int) -> bytes:
    """With its zlib wrapping or, as some servers have it, bare."""
    wrapped = body[0] & 0x0F == 8 and int.from_bytes(body[:2], "big") % 31 == 0
    decoder = zlib.decompressobj(wbits=15 if wrapped else -15)
    decoded = _inflated(decoder, body, limit + 1, "deflate")
    if not decoder.eof and len(decoded) <= limit:
        raise _cut("deflate", len(body))
    return decoded


def _inflated(decoder: zlib._Decompress, body: bytes, most: int, coding: str) -> bytes:
    try:
        return decoder.decompress(body, most)
    except zlib.error as exc:
        is_other = "header" in str(exc) or "method" in str(exc)
        reason = "bad_encoding" if is_other else "checksum"
        raise Quarantined(reason, f"{coding}: {exc}") from exc


def _unbrotli(body: bytes, limit: int) -> bytes:
    decoder = brotli.Decompressor()
    try:
        decoded: bytes = decoder.process(body, output_buffer_limit=limit + 1)
    except brotli.error as exc:
        raise Quarantined("bad_encoding", f"br: {exc}") from exc
    if len(decoded) <= limit and not decoder.is_finished():
        raise _cut("br", len(body))
    return decoded


_ZSTD: dict[int, int] = {zstd.DecompressionParameter.window_log_max: 23}
"""A frame may ask for gigabytes of memory; 8 MiB are enough on the web (RFC 9659)."""


def _unzstd(body: bytes, limit: int) -> bytes:
    frames: list[bytes] = []
    size = 0
    rest = body
    while rest:
        decoder = zstd.ZstdDecompressor(options=_ZSTD)
        try:
            frames.append(decoder.decompress(rest, limit + 1 - size))
        except zstd.ZstdError as exc:
            reason = "checksum" if "checksum" in str(exc) else "bad_encoding"
            raise Quarantined(reason, f"zstd: {exc}") from exc
        size += len(frames[-1])
        if size > limit:
            break
        if not decoder.eof:
            raise _cut("zstd", len(body))
        rest = decoder.unused_data
    return b"".join(frames)


_DECODERS: dict[str, Callable[[bytes, int], bytes]] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _inflate,
    "br": _unbrotli,
    "zstd": _unzstd,
}
