"""Decoding gives the right text or refuses the body; it never guesses (faults E1 to E18)."""

from __future__ import annotations

import codecs
import time
from contextlib import suppress

import pytest

from archiver.errors import Quarantined
from archiver.extract.decode import decode

PAGE = "<p>湖南省出台措施，支持中小企业发展。本报记者报道：全年目标不变。</p>"
RARE = "<p>朱镕基、周喆、㙓，姓名用字各不相同，报道照录。</p>"
LONG = PAGE * 100


def html(charset: str) -> str:
    return f"text/html; charset={charset}"


@pytest.mark.parametrize(
    ("body", "content_type", "text", "charset", "overridden"),
    [
        pytest.param(PAGE.encode(), html("utf-8"), PAGE, "utf-8", False, id="as declared"),
        pytest.param(PAGE.encode("gb18030"), html("utf-8"), PAGE, "gb18030", True, id="E1"),
        pytest.param(
            b'<meta charset="utf-8">' + PAGE.encode("gb18030"),
            "text/html",
            '<meta charset="utf-8">' + PAGE,
            "gb18030",
            True,
            id="E2",
        ),
        pytest.param(PAGE.encode(), html("GBK"), PAGE, "utf-8", True, id="E3"),
        pytest.param(PAGE.encode("gb18030"), "text/html", PAGE, "gb18030", False, id="E4"),
        pytest.param(PAGE.encode("gb18030"), html("iso-8859-1"), PAGE, "gb18030", True, id="E5"),
        pytest.param(RARE.encode("gb18030"), html("gb2312"), RARE, "gb18030", False, id="E6 gb2312"),
        pytest.param(RARE.encode("gb18030"), html("gbk"), RARE, "gb18030", False, id="E6 gbk"),
        pytest.param(RARE.encode("gb18030"), html('"x-gbk"'), RARE, "gb18030", False, id="E6 x-gbk"),
        pytest.param(
            "㙓喆镕".encode("gb18030"), html("gb2312"), "㙓喆镕", "gb18030", False, id="E6 rare only"
        ),
        pytest.param(codecs.BOM_UTF8 + PAGE.encode(), "", PAGE, "utf-8", False, id="E7 UTF-8"),
        pytest.param(
            codecs.BOM_UTF16_LE + PAGE.encode("utf-16-le"),
            html("utf-8"),
            PAGE,
            "utf-16-le",
            True,
            id="E7 UTF-16 little-endian",
        ),
        pytest.param(
            codecs.BOM_UTF16_BE + PAGE.encode("utf-16-be"),
            "",
            PAGE,
            "utf-16-be",
            False,
            id="E7 UTF-16 big-endian",
        ),
        pytest.param("真\ufffd的".encode() * 9, html("utf-8"), "真\ufffd的" * 9, "utf-8", False, id="E10"),
        pytest.param(
            '{"Title":"湖南"}'.encode("gbk"),
            "application/json",
            '{"Title":"湖南"}',
            "gb18030",
            False,
            id="E11",
        ),
        pytest.param(
            PAGE.encode("big5", "ignore"), html("big5"), None, "big5hkscs", False, id="E12 labelled"
        ),
        pytest.param(PAGE.encode(), html("utf-9"), PAGE, "utf-8", False, id="E13 unknown label"),
        pytest.param(b"+AGE-", html("utf-7"), "+AGE-", "utf-8", False, id="E13 UTF-7 is not decoded"),
        pytest.param(
            b"\\u0041",
            html("unicode_escape"),
            "\\u0041",
            "utf-8",
            False,
            id="E13 unicode_escape is not decoded",
        ),
        pytest.param(b"plain", html("gbk"), "plain", "utf-8", False, id="ASCII is valid under every label"),
        pytest.param(b"", "", "", "utf-8", False, id="empty"),
        *(
            pytest.param(PAGE.encode(charset), html(label), PAGE, charset, False, id=f"E16 {label}")
            for charset, label in [
                ("utf-16-le", "utf-16"),
                ("utf-16-le", "UTF-16LE"),
                ("utf-16-be", "utf-16be"),
                ("utf-16-le", "unicode"),
            ]
        ),
        pytest.param(
            '{"a":"湖南"}'.encode("gbk"),
            html("utf-16"),
            '{"a":"湖南"}',
            "gb18030",
            True,
            id="E16 GB18030 that is valid UTF-16",
        ),
        pytest.param(PAGE.encode("gb18030"), html("windows-1251"), PAGE, "gb18030", True, id="E5 Cyrillic"),
        pytest.param(PAGE.encode(), html("utf-16"), PAGE, "utf-8", True, id="E16 UTF-8 declared as UTF-16"),
        pytest.param(
            PAGE.encode("gb18030"), html("utf-16"), PAGE, "gb18030", True, id="E16 GB18030 declared as UTF-16"
        ),
        pytest.param(
            b'<meta charset="utf-16">' + PAGE.encode(),
            "text/html",
            '<meta charset="utf-16">' + PAGE,
            "utf-8",
            False,
            id="E16 a meta element cannot be in UTF-16",
        ),
        pytest.param(
            b'<meta charset="big5">' + "臺灣".encode("big5"),
            html("utf-9"),
            '<meta charset="big5">臺灣',
            "big5hkscs",
            False,
            id="E13 unknown label in the header, known in the page",
        ),
        pytest.param(
            b"<?xml version='1.0' encoding='big5'?>" + "臺灣".encode("big5"),
            "text/xml",
            "<?xml version='1.0' encoding='big5'?>臺灣",
            "big5hkscs",
            False,
            id="XML declaration",
        ),
        pytest.param(
            "東京".encode("iso2022_jp"), html("iso-2022-jp"), "東京", "iso2022_jp", False, id="ISO-2022-JP"
        ),
    ],
)
def test_a_readable_body_is_decoded_exactly(
    body: bytes, content_type: str, text: str | None, charset: str, overridden: bool
) -> None:
    decoded = decode(body, content_type)
    assert decoded.text == (text if text is not None else body.decode(charset))
    assert (decoded.charset, decoded.overridden) == (charset, overridden)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        pytest.param(codecs.BOM_UTF8 + PAGE.encode("gb18030"), html("utf-8"), id="E8"),
        pytest.param(codecs.BOM_UTF16_LE + b"a", "", id="E7 half a character"),
        pytest.param(codecs.BOM_UTF16_LE + b"\x00\xd8a\x00", "", id="E7 lone surrogate"),
        pytest.param("湖\ue000".encode()[:-1] * 9, html("utf-8"), id="E9 every second character"),
        pytest.param(b"a\xffb" * 9, html("utf-8"), id="E9 ASCII with invalid bytes"),
        pytest.param(PAGE.encode("gb18030")[:-4].replace(b"<p>", b"\xff" * 40), "", id="E9 GB18030"),
        pytest.param(
            b'{"text": "' + b"\xff\xfe\xfa" * 40 + b'"}', "application/json", id="neither UTF-8 nor GB18030"
        ),
        pytest.param("臺灣證券交易所發行量加權股價指數收盤".encode("big5"), html("utf-8"), id="E12 Big5"),
        pytest.param("臺灣證券交易所發行量加權股價指數收盤".encode("big5"), "", id="Big5 without a label"),
        pytest.param(
            "臺灣證券交易所發行量加權股價指數收盤".encode("big5"), html("latin1"), id="Big5 as Latin"
        ),
        pytest.param(
            "東京株式市場で日経平均株価は続伸した".encode("shift_jis"), html("utf-8"), id="E12 Shift-JIS"
        ),
    ],
)
def test_a_body_that_could_only_be_guessed_is_refused(body: bytes, content_type: str) -> None:
    with pytest.raises(Quarantined) as refused:
        decode(body, content_type)
    assert refused.value.reason == "encoding"


@pytest.mark.parametrize(
    ("charset", "damage"), [("utf-8", b"\xff"), ("utf-8", b"\xe6\xb9"), ("gbk", b"\xff"), ("big5", b"\xff")]
)
def test_an_invalid_byte_in_a_long_page_is_replaced_by_one_character(charset: str, damage: bytes) -> None:
    text = "<p>今天公布的數字</p>" * 100
    body = text.encode(charset) + damage + b"</p>"
    assert decode(body, html(charset)).text == text + "\ufffd</p>"


CUT = "<li>湖南省出台十项措施支持中小企业发展{}...</li>"


@pytest.mark.parametrize("places", [1, 2, 3, 4, 9, 60])
@pytest.mark.parametrize(
    ("charset", "content_type"),
    [
        ("utf-8", html("utf-8")),
        ("utf-8", html("gbk")),
        ("utf-8", html("latin1")),
        ("utf-8", html("windows-1251")),
        ("utf-8", "text/html"),
        ("gb18030", html("gb2312")),
        ("gb18030", html("utf-8")),
        ("gb18030", html("latin1")),
        ("gb18030", "application/json"),
        ("utf-16-le", html("utf-16")),
    ],
)
def test_every_character_but_the_cut_ones_is_read(places: int, charset: str, content_type: str) -> None:
    """A site cuts titles after a number of bytes, in the middle of a character (faults E9)."""
    row, half = CUT.encode(charset), "额".encode(charset)[:1]
    if charset == "utf-16-le":
        half = b"\x00\xd8"  # half a surrogate pair
    body = row.replace("{}".encode(charset), half) * places
    decoded = decode(body, content_type)
    assert decoded.text == CUT.replace("{}", "\ufffd") * places
    assert decoded.charset == charset


@pytest.mark.parametrize(
    "content_type", ["text/html", *map(html, ["gbk", "gb2312", "gb18030", "x-gbk", "utf-8", "latin1"])]
)
@pytest.mark.parametrize(
    "text",
    [
        "售价€99",
        "€",
        "€€€欧元区样例报价",
        PAGE + "€1000",
        LONG.replace("目标", "€9"),
        '{"title": "新价为€29900，较上月低€1000"}',
    ],
)
def test_the_byte_0x80_is_a_euro_sign_in_gbk(content_type: str, text: str) -> None:
    """Faults E17: code page 936 of Windows has this byte."""
    body = text.encode("gb18030").replace("€".encode("gb18030"), b"\x80")
    assert decode(body, content_type).text == text


def test_a_blank_of_code_page_936_is_a_wide_blank() -> None:
    """Faults E17."""
    assert decode(b"\xa3\xa0\xa3\xa0" + PAGE.encode("gbk"), html("gbk")).text == "\u3000\u3000" + PAGE


@pytest.mark.parametrize(
    "text",
    [
        "Moody’s cut its outlook — again",
        "“The café is closed”",
        "Société Générale créée à Paris",
        "naïve “…” quotes",
        "Zürich: Straße gesperrt",
        "£5 billion and 30°C",
        "plain • list",
        "año, señor, niño",
        "©2022 Example™",
        "½ point",
    ],
)
def test_western_text_that_is_declared_as_latin_is_read(text: str) -> None:
    decoded = decode(text.encode("cp1252"), html("iso-8859-1"))
    assert (decoded.text, decoded.charset, decoded.overridden) == (text, "cp1252", False)


@pytest.mark.parametrize("label", ["latin1", "utf-8", "utf-9"])
@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("big5", "臺灣證券交易所發行量加權股價指數"),
        ("shift_jis", "東京株式市場日経平均株価続伸"),
        ("cp1251", "Банк сохранил ключевую ставку"),
        ("cp1250", "Příliš žluťoučký kůň úpěl"),
    ],
)
def test_text_in_another_charset_than_declared_is_refused(charset: str, text: str, label: str) -> None:
    with pytest.raises(Quarantined, match=r"^encoding: "):
        decode(text.encode(charset), html(label))


def test_control_characters_are_kept() -> None:
    assert decode("一\x00二\x01".encode(), "").text == "一\x00二\x01"


def test_a_meta_charset_is_searched_only_at_the_start_of_a_page() -> None:
    late = b" " * 5000 + b'<meta charset="utf-8">' + PAGE.encode("gb18030")
    assert not decode(late).overridden
    old = b'<META http-equiv="Content-Type" content="text/html; charset=gb2312">' + RARE.encode("gb18030")
    assert decode(old).text.endswith(RARE)


def test_the_charset_of_one_response_does_not_affect_the_next() -> None:
    for _ in range(2):
        assert decode(PAGE.encode("gb18030"), html("gbk")).text == PAGE
        assert decode(PAGE.encode(), html("gbk")).text == PAGE


MEGABYTE = 1 << 20


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        pytest.param(b"<meta" * (MEGABYTE // 5), "", id="meta"),
        pytest.param(b"<meta charset" + b" " * MEGABYTE, "", id="blanks in the page"),
        pytest.param(b"", "charset=" + " " * MEGABYTE, id="blanks in the header"),
        pytest.param(b"", "charset" * (MEGABYTE // 7), id="labels in the header"),
        pytest.param("湖南".encode("gbk") * (MEGABYTE // 4), html("utf-8"), id="common characters"),
        pytest.param("㙓".encode("gb18030") * (MEGABYTE // 4), html("utf-8"), id="rare characters"),
        pytest.param(b"\xff" * MEGABYTE, html("utf-8"), id="only invalid bytes"),
        pytest.param(b"\xff" * MEGABYTE, html("punycode"), id="a codec that takes quadratic time"),
    ],
)
def test_a_hostile_megabyte_is_decoded_quickly(body: bytes, content_type: str) -> None:
    start = time.process_time()
    with suppress(Quarantined):
        decode(body, content_type)
    assert time.process_time() - start < 4
