"""Content codings, and bodies that are cut off at every byte."""

from __future__ import annotations

import base64
import gzip
import json
import quopri
import random
import time
from collections import Counter

import pytest
from scrapy.http import Response, TextResponse

from archiver.errors import ArticleError
from archiver.fetch.bodies import check_whole, decompress, unpack
from tests.faultd import bomb, encode

LIMIT = 1 << 20
TEXT = ("样例消息，数据与说明。" * 30 + "".join(random.Random(7).choices("甲乙丙丁戊己庚辛", k=200))).encode()
CODINGS = ["gzip", "deflate", "raw deflate", "br", "zstd"]


def response(body: bytes, coding: str = "", flags: list[str] | None = None) -> Response:
    headers = {"Content-Encoding": coding.removeprefix("raw ")} if coding else {}
    return Response("http://site.example/a", headers=headers, body=body, flags=flags)


def problem(body: bytes, coding: str) -> str:
    with pytest.raises(ArticleError) as caught:
        decompress(response(body, coding), LIMIT)
    return caught.value.reason


@pytest.mark.parametrize("coding", CODINGS)
def test_a_complete_body_is_decoded_and_loses_its_content_encoding_header(coding: str) -> None:
    read = decompress(response(encode(TEXT, coding), coding), LIMIT)
    assert read.body == TEXT
    assert "Content-Encoding" not in read.headers


@pytest.mark.parametrize("coding", CODINGS)
def test_a_compressed_body_cut_off_at_any_byte_is_deferred(coding: str) -> None:
    packed = encode(TEXT, coding)
    reasons = {problem(packed[:size], coding) for size in range(1, len(packed))}
    assert reasons == {"cut_encoding"}


@pytest.mark.parametrize("coding", ["gzip", "deflate", "zstd"])
def test_a_flipped_bit_that_changes_the_text_is_reported(coding: str) -> None:
    packed = encode(TEXT, coding)
    reasons = Counter[str]()
    for place in range(len(packed) // 2, len(packed)):
        changed = bytearray(packed)
        changed[place] ^= 0x10
        try:
            assert decompress(response(bytes(changed), coding), LIMIT).body == TEXT
        except ArticleError as why:
            reasons[why.reason] += 1
    assert reasons["checksum"] > 30
    assert reasons.keys() <= {"checksum", "cut_encoding", "bad_encoding"}


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "br", "zstd", "utf-8, gzip", "gzip, none"])
def test_a_body_that_is_not_in_its_declared_coding_is_bad_encoding(coding: str) -> None:
    assert problem(b'{"plain": "json without a content coding"}', coding) == "bad_encoding"


PAGE = "<!DOCTYPE html><html><p>样例消息，数据与说明。</p></html>"
PLAIN = {
    "html": PAGE.encode(),
    "html after blanks": b" \r\n\t" + PAGE.encode(),
    "html with a byte order mark": b"\xef\xbb\xbf" + PAGE.encode(),
    "html in GBK": PAGE.encode("gbk"),
    "html in UTF-16": PAGE.encode("utf-16"),
    "xml": '<?xml version="1.0"?><urlset>甲</urlset>'.encode(),
    "json": '{"title": "样例消息"}'.encode(),
    "a list in json": b"[1, 2]",
    "robots.txt": b"User-agent: *\nDisallow: /x\n",
    "robots.txt with a comment first": "# 说明\nUser-agent: *\n".encode(),
}
NO_CODINGS = [
    *("utf-8", "UTF-8", "utf8", "gbk", "gb2312", "none", "binary", "identity", "Identity", "null", "plain"),
    *(
        "text/html",
        "aws-chunked",
        "8bit",
        "chunked",
        "charset=utf-8",
        "x-unknown",
        "compress",
        "*",
        "",
        " , ",
    ),
]


@pytest.mark.parametrize("coding", NO_CODINGS)
@pytest.mark.parametrize("body", PLAIN.values(), ids=PLAIN)
def test_an_unknown_coding_of_a_plain_body_is_ignored(coding: str, body: bytes) -> None:
    assert decompress(response(body, coding), LIMIT).body == body
    packed = encode(body, "gzip")
    assert decompress(response(packed, f"{coding}, gzip"), LIMIT).body == body
    assert decompress(response(packed, f"gzip, {coding}"), LIMIT).body == body


NOT_PLAIN = {
    "gzip": encode(TEXT, "gzip"),
    "br": encode(TEXT, "br"),
    "zstd": encode(TEXT, "zstd"),
    "compress": b"\x1f\x9d\x90" + bytes(range(60)),
    "base64": base64.b64encode(PAGE.encode()),
    "chunks of aws-chunked": b"2c;chunk-signature=0f1e\r\n" + PAGE.encode() + b"\r\n0;chunk-signature=1a\r\n",
    "html in quoted-printable": quopri.encodestring(PAGE.encode()),
    "html with an invalid byte": PAGE.encode() + b"\xff",
    "html cut within a character": PAGE.encode()[: PAGE.encode().index("，".encode()) + 1],
    "html with control characters": PAGE.encode() + b"\x00\x01",
    "html in big5": ("<p>" + "臺灣證券交易所發行量加權股價指數收盤" * 9).encode("big5"),
    "a text that is no page": "样例消息，数据与说明。".encode(),
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(200),
}


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("quoted-printable" if "quoted" in name else coding, body)
        for name, body in NOT_PLAIN.items()
        for coding in ("utf-8", "x-unknown")
    ],
)
def test_an_unknown_coding_of_another_body_is_bad_encoding(coding: str, body: bytes) -> None:
    assert problem(body, coding) == "bad_encoding"


def test_several_content_codings_are_decoded_in_reverse_order() -> None:
    packed = encode(encode(TEXT, "gzip"), "br")
    assert decompress(response(packed, "gzip, br"), LIMIT).body == TEXT
    assert decompress(response(TEXT, "identity"), LIMIT).body == TEXT
    assert problem(packed, ",".join(["gzip"] * 1000)) == "bad_encoding"


def test_several_gzip_members_are_joined_and_other_trailing_bytes_are_ignored() -> None:
    assert decompress(response(gzip.compress(TEXT) * 3 + bytes(100), "gzip"), LIMIT).body == TEXT * 3
    assert decompress(response(encode(TEXT, "zstd") * 2, "zstd"), LIMIT).body == TEXT * 2
    assert problem(gzip.compress(TEXT) + gzip.compress(TEXT)[:30], "gzip") == "cut_encoding"


@pytest.mark.parametrize("coding", [*CODINGS[:2], "br", "zstd"])
@pytest.mark.parametrize("over", [0, 1])
def test_the_size_limit_is_exact_to_the_byte(coding: str, over: int) -> None:
    body = bytes(LIMIT + over)
    if over:
        assert problem(encode(body, coding), coding) == "too_big"
    else:
        assert decompress(response(encode(body, coding), coding), LIMIT).body == body


@pytest.mark.parametrize("coding", ["gzip", "gzip gzip", "deflate", "br", "zstd"])
def test_a_decompression_bomb_is_refused_within_half_a_second(coding: str) -> None:
    packed = bomb(coding, 300)
    began = time.perf_counter()
    assert problem(packed, coding.replace(" ", ", ")) == "too_big"
    assert time.perf_counter() - began < 0.5


# --- files in the format of gzip


def unpacked(body: bytes, expected: str) -> bytes | str:
    """The body of the page, or the reason why there is none."""
    try:
        return unpack(response(body), expected, LIMIT).body
    except ArticleError as why:
        return why.reason


@pytest.mark.parametrize("expected", ["sitemap", "feed"])
def test_a_page_in_a_gzip_file_is_unpacked(expected: str) -> None:
    packed = gzip.compress(TEXT)
    assert unpacked(packed, expected) == TEXT
    assert unpacked(packed + packed, expected) == TEXT * 2
    assert unpacked(TEXT, expected) == TEXT
    assert unpacked(b"", expected) == b""
    assert {unpacked(packed[:size], expected) for size in range(2, len(packed))} == {"cut_encoding"}
    assert unpacked(packed[:-8] + bytes(8), expected) == "checksum"
    assert unpacked(bomb("gzip", 300), expected) == "too_big"


@pytest.mark.parametrize("expected", ["html", "json", ""])
def test_a_gzip_file_is_not_a_page_of_another_format(expected: str) -> None:
    packed = gzip.compress(TEXT)
    assert unpacked(packed, expected) == packed


# --- completeness


def reason(body: bytes, expected: str, flags: list[str] | None = None, kind: str = "") -> str:
    headers = {"Content-Type": kind} if kind else {}
    try:
        check_whole(TextResponse("http://site.example/a", headers=headers, body=body, flags=flags), expected)
    except ArticleError as why:
        return why.reason
    return ""


@pytest.mark.parametrize(
    ("value", "charset"),
    [
        ({"a": 1, "b": {"c": "{"}}, "utf-8"),
        ([{"a": [1, {}]}, {"b": "镕喆㙓" * 5}], "gb18030"),
        ({"text": '<p>{"half": [</p>' * 3, "more": [1, {"deep": ["{"]}]}, "utf-8"),
        ([], "utf-8"),
        ({"text": "镕喆㙓" * 5, "more": [1, {}]}, "utf-16-le"),
        ({"text": "镕喆㙓" * 5, "more": [1, {}]}, "utf-16-be"),
    ],
)
def test_json_is_complete_only_with_its_last_bracket(value: object, charset: str) -> None:
    body = json.dumps(value, ensure_ascii=False).encode(charset)
    kind = f"application/json; charset={charset.replace('16-', '16')}"
    assert reason(body, "json", kind=kind) == ""
    if charset in ("utf-8", "gb18030"):
        assert reason(b"\xef\xbb\xbf \n" + body + b"\r\n ", "json", kind=kind) == ""
    first = 40 if "16" in charset else 1  # a few characters, one of them cut, prove no charset
    assert {reason(body[:size], "json", kind=kind) for size in range(first, len(body))} <= {"json_cut"}


@pytest.mark.parametrize("body", [b"<html>busy</html>", b"null", b'"text"', b"{broken}", b"12"])
def test_a_body_that_is_not_json_is_not_reported_as_cut(body: bytes) -> None:
    assert reason(body, "json") == ""


@pytest.mark.parametrize(
    ("body", "flags", "expected"),
    [
        (b"<html><p>text</p></html>", [], ""),
        (b"<HTML><p>text</p></HTML>\n<!-- served by -->", ["partial"], ""),
        (b"<!DOCTYPE html><html lang=zh><p>te", [], "incomplete"),
        (b"<p>a page without the tags that HTML makes optional", [], ""),
        (b"<p>a page without the tags that HTML makes optional", ["partial"], "incomplete"),
        (b"", [], "empty"),
        (b" \t\r\n", [], "empty"),
    ],
)
def test_html_is_complete_only_with_its_end_tag(body: bytes, flags: list[str], expected: str) -> None:
    assert reason(body, "html", flags) == expected
    if body.strip():
        body = body.decode().encode("utf-16-be")
        assert reason(body, "html", flags, "text/html; charset=utf-16be") == expected
        assert reason(b"\xfe\xff" + body, "html", flags) == expected


@pytest.mark.parametrize("expected", ["html", "json"])
def test_a_binary_body_is_left_to_the_reader(expected: str) -> None:
    assert reason(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, expected) == ""


def test_a_page_without_an_expected_format_is_not_checked() -> None:
    assert reason(b"", "") == reason(b"{", "", ["partial"]) == ""
