"""Labels and characters are those of the Encoding Standard, which browsers follow."""

from __future__ import annotations

import time

import pytest

from archiver.extract.charsets import charset_of, decode_strictly, decode_with_gaps

LABELS = {
    "utf-8": "utf-8 UTF8 unicode-1-1-utf-8 x-unicode20utf8",
    "gb18030": "gb18030 GBK gb2312 gb_2312 GB_2312-80 x-gbk chinese csgb2312 iso-ir-58 cp936 ms936 windows-936",
    "big5hkscs": "big5 Big5-HKSCS cn-big5 csbig5 x-x-big5",
    "cp932": "shift_jis shift-jis sjis x-sjis ms_kanji windows-31j ms932",
    "euc_jp": "euc-jp x-euc-jp cseucpkdfmtjapanese",
    "cp949": "euc-kr korean ks_c_5601-1987 ksc5601 windows-949",
    "cp1252": "iso-8859-1 latin1 l1 ascii us-ascii windows-1252 x-cp1252",
    "cp1251": "windows-1251 cp1251",
    "koi8-r": "koi8-r koi",
    "iso8859-2": "iso-8859-2 latin2",
    "utf-16-le": "utf-16 utf-16le unicode ucs-2 iso-10646-ucs-2",
    "utf-16-be": "utf-16be unicodefffe",
    "": "utf-7 utf-32 idna punycode unicode_escape raw_unicode_escape rot13 hex base64 zlib mbcs undefined utf-9 "
    "iso-2022-kr hz-gb-2312 replacement x-user-defined cp037 utf_8_sig",
}


@pytest.mark.parametrize(
    ("label", "charset"), [(label, charset) for charset, labels in LABELS.items() for label in labels.split()]
)
def test_a_label_gives_the_charset_of_browsers(label: str, charset: str) -> None:
    assert charset_of(label) == charset


@pytest.mark.parametrize(
    ("raw", "label", "text"),
    [
        (b"\x80", "gbk", "€"),
        (b"\x80\x80\xd6\xd0", "gb2312", "€€中"),
        (b"a\x80b\x8099", "gb18030", "a€b€99"),
        (b"\xd6\xd0\x80\xb9\xfa", "gbk", "中€国"),
        (b"\x81\x80", "gbk", "亐"),  # here 0x80 is the second byte of a character
        (b"\xa2\xe3", "gbk", "€"),
        (b"\xa3\xe1", "big5", "€"),
        (b"\xa4\xa4\xa3\xe1\xb0\xea", "big5", "中€國"),
        (b"\x80", "windows-1252", "€"),
        (b"\x88", "windows-1251", "€"),
        (b"\x80", "windows-874", "€"),
        (b"\xa4", "iso-8859-15", "€"),
    ],
)
def test_the_euro_sign_is_read_in_every_charset(raw: bytes, label: str, text: str) -> None:
    assert decode_strictly(raw, charset_of(label)) == text


@pytest.mark.parametrize(
    ("raw", "label", "text"),
    [
        (b"\xa3\xa0", "gbk", "\u3000"),
        (b"\xa3\xa0\xa3\xa0\xd6\xd0\xa3\xa0", "gb2312", "\u3000\u3000中\u3000"),
        (b"\xa1\xa1", "gbk", "\u3000"),
        (b"\xa6\xd9\xa6\xda\xa6\xdb", "gb18030", "\ufe10\ufe12\ufe11"),
        (b"\xa6\xec\xa6\xed\xa6\xf3", "gb18030", "\ufe17\ufe18\ufe19"),
        (b"\xa8\xbc", "gb18030", "\u1e3f"),
        (b"\xfe\x59\xfe\x61\xfe\xa0", "gb18030", "\u9fb4\u9fb5\u9fbb"),
        (b"\xfe\x66\xfe\x67\xfe\x6d\xfe\x7e\xfe\x90", "gbk", "\u9fb6\u9fb7\u9fb8\u9fb9\u9fba"),
        (b"\xaa\xa1", "gbk", "\ue000"),  # a private character, in browsers too
        (b"\x84\x31\x82\x36", "gb18030", "\ufe10"),
        (b"\x90\x30\x81\x30", "gb18030", "\U00010000"),
        (b"\xa1\x45", "big5", "\u2027"),
        (b"\xa1\xe3\xa2\x44", "big5", "\uff5e\uffe5"),
        (b"\x81\x8d", "windows-1252", "\x81\x8d"),
    ],
)
def test_a_character_that_python_reads_differently_is_that_of_browsers(
    raw: bytes, label: str, text: str
) -> None:
    assert decode_strictly(raw, charset_of(label)) == text


@pytest.mark.parametrize(
    ("raw", "charset", "text"),
    [
        (b"\xff", "gb18030", "\ufffd"),
        (b"\xd6\xd0\xb9<", "gb18030", "中\ufffd<"),
        (b"\xd6\xd0\xb9...", "gb18030", "中\ufffd..."),
        (b'\xd6\xd0\xb9"', "gb18030", '中\ufffd"'),
        (b"\xb0\xff\xd6\xd0", "gb18030", "\ufffd中"),
        (b"\x81\x30<a>", "gb18030", "\ufffd0<a>"),
        (b"\x80\xff\x80", "gb18030", "€\ufffd€"),
        (b"\xa3\xa0\xb9", "gb18030", "\u3000\ufffd"),
        (b"\xa4\xa4\xa4<", "big5hkscs", "中\ufffd<"),
        (b"\xa3\xe1\xff\xa4\xa4", "big5hkscs", "€\ufffd中"),
        (b"\xe6\xb9\xe6\xb9\x96<", "utf-8", "\ufffd湖<"),
        (b"\xff\x81", "cp1252", "ÿ\x81"),
    ],
)
def test_a_gap_takes_no_ascii_character(raw: bytes, charset: str, text: str) -> None:
    assert decode_with_gaps(raw, charset) == text


@pytest.mark.parametrize("charset", ["gb18030", "big5hkscs", "cp1252", "utf-8", "utf-16-le"])
@pytest.mark.parametrize(
    "pattern", [b"\x80", b"\x80a", b"\xff", b"\xffa", b"\xa3\xc0", b"\x81\x30", b"\x00\xd8"]
)
def test_a_hostile_megabyte_is_decoded_quickly(charset: str, pattern: bytes) -> None:
    start = time.process_time()
    decode_with_gaps(pattern * ((1 << 20) // len(pattern)), charset)
    assert time.process_time() - start < 4
