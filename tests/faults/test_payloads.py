"""Fault groups E and P, one response each: the exact text or no post, and no effect on others (faults V17)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from archiver.errors import Quarantined
from archiver.normalise.limits import BODY, refuse_excess
from tests.faultd import Fault, Faultd, body
from tests.faults.small import HTML, PATIENT, Measured, Small, comparable, crawl_small, profile

GOOD = [f"good{number}" for number in range(20)]
JSON = "application/json"

RARE = "<p>朱镕基、周喆、㙓，姓名用字各不相同，报道照录。</p>"
EUROS = "<p>新价为€29900，较上月低€1000，报道照录。</p>"
LONG = "<p>全年目标不变，各项工作照常进行。</p>" * 100


@dataclass(frozen=True)
class OwnTexts(Small):
    """Some articles have the given texts."""

    texts: Mapping[str, str] = field(default_factory=dict)

    def fields(self, name: str) -> dict[str, object]:
        fields = super().fields(name)
        return fields | {"text": self.texts.get(name, fields["text"])}


def crawled(folder: Path, pages: Small, faults: Mapping[str, Fault], *, html: bool) -> Measured:
    """A run in which these articles have these faults, and all others have good responses."""
    with Faultd(pages) as server:
        path = "/a/{}.html" if html else "/text?id={}"
        server.always = {path.format(name): fault for name, fault in faults.items()}
        return crawl_small(profile(folder, [server.origin(1)], html=html), folder / "archive", *PATIENT)


# --- E1 to E7, E11, E13, E16, E17: the same text in every encoding


CODE_PAGE_936 = "GBK in which € is the byte 0x80"

JSON_CHARSETS = {
    # id of the article: (real charset, declared content type)
    "e01": ("gb18030", f"{JSON}; charset=utf-8"),
    "e03": ("utf-8", f"{JSON}; charset=GBK"),
    "e04": ("gb18030", "text/html"),
    "e05": ("gb18030", f"{JSON}; charset=iso-8859-1"),
    "e06-gb2312": ("gb18030", f"{JSON}; charset=gb2312"),
    "e06-gbk": ("gb18030", f"{JSON}; charset=gbk"),
    "e06-x-gbk": ("gb18030", f'{JSON}; charset="x-gbk"'),
    "e07-utf-8": ("utf-8-sig", JSON),
    "e07-utf-16": ("utf-16", f"{JSON}; charset=utf-8"),
    "e11": ("gbk", JSON),
    "e16-utf-16": ("utf-16-le", f"{JSON}; charset=utf-16"),
    "e17": (CODE_PAGE_936, f"{JSON}; charset=gb2312"),
    "e13-utf-9": ("utf-8", f"{JSON}; charset=utf-9"),
    "e13-utf-7": ("utf-8", f"{JSON}; charset=utf-7"),
    "p13-png": ("utf-8", "image/png"),
    "p13-pdf": ("gb18030", "application/pdf"),
}
HTML_CHARSETS = JSON_CHARSETS | {
    "e01": ("gb18030", HTML),
    "e02": ("gb18030", "text/html"),
    "e11": ("gbk", "text/html"),
}
TEXTS = {"e17": EUROS, "e06-gb2312": RARE, "e06-gbk": RARE, "e06-x-gbk": RARE, "e01": f"{RARE}{LONG}"}
META = '<head><meta charset="utf-8">'
OVERRIDDEN = {"e01", "e03", "e05", "e07-utf-16"}

READABLE = {
    # id of the article: (text as sent, text as read)
    "e09-one-bad-byte": (LONG.encode() + b"<p>\xffend</p>", f"{LONG}<p>\ufffdend</p>"),
    "e09-nine-bad-bytes": (
        LONG.encode() + b"<p>\xff.</p>" * 9,
        LONG + "<p>\ufffd.</p>" * 9,
    ),
    "e09-nul": ("<p>甲\0乙\x08丙\ufffe丁</p>".encode(), "<p>甲乙丙丁</p>"),
    "e10": (f"{LONG}<p>真\ufffd的</p>".encode() * 9, f"{LONG}<p>真\ufffd的</p>" * 9),
    "e15-entities": (
        "<p>&ldquo;甲&rdquo;&#20057;&amp;lt;b&amp;gt;</p>".encode(),
        "<p>“甲”乙&amp;lt;b&amp;gt;</p>",
    ),
    "e15-all-characters": (
        f"<p>{''.join(f'&#{ord(sign)};' for sign in '<b>甲</b>')}</p>".encode(),
        "<p>&lt;b&gt;甲&lt;/b&gt;</p>",
    ),
}


DAMAGED = {"e09-one-bad-byte", "e09-nine-bad-bytes", "e10"}


def encoded(text: str, charset: str) -> bytes:
    if charset == CODE_PAGE_936:
        return text.encode("gb18030").replace("€".encode("gb18030"), b"\x80")
    return text.encode(charset)


def as_json(pages: Small, name: str, charset: str) -> bytes:
    return encoded(json.dumps(pages.fields(name), ensure_ascii=False), charset)


def as_page(pages: Small, name: str, charset: str) -> bytes:
    head = META if name == "e02" else "<head>"
    return encoded(pages.page(name).replace("<head>", head), charset)


@pytest.mark.parametrize("html", [False, True])
def test_the_text_is_read_exactly_in_every_charset(tmp_path: Path, html: bool) -> None:
    """Faults E14: the charsets of the listing, of other responses and of earlier runs have no influence."""
    charsets = HTML_CHARSETS if html else JSON_CHARSETS
    write = as_page if html else as_json
    texts = TEXTS | {name: read for name, (_, read) in READABLE.items()}
    pages = OwnTexts([*GOOD, *charsets, *READABLE], texts=texts)
    clean = tmp_path / "clean"
    clean.mkdir()
    assert crawled(clean, pages, {}, html=html).status == 0

    answers = {name: body(write(pages, name, charset), kind) for name, (charset, kind) in charsets.items()}
    for name, (raw, read) in READABLE.items():
        inside = read if html else json.dumps(read, ensure_ascii=False)[1:-1]
        sent = raw if html else raw.replace(b"\0", b"\\u0000").replace(b"\x08", b"\\b")
        answers[name] = body(write(pages, name, "utf-8").replace(inside.encode(), sent))
    with Faultd(pages) as server:
        path = "/a/{}.html" if html else "/text?id={}"
        server.always = {path.format(name): fault for name, fault in answers.items()}
        server.always["/list?e"] = body(pages.listing("e").encode("gb18030"), HTML)
        server.always["/list?all"] = body(pages.listing("all").encode("utf-16"), "text/html; charset=gbk")
        site = profile(tmp_path, [server.origin(1)], html=html)
        first = crawl_small(site, tmp_path / "archive", "-a", "category=e")
        again = crawl_small(site, tmp_path / "archive", "-a", "category=all")
    assert (first.status, first.ends()) == (again.status, again.ends()) == (0, {}), first.stderr
    assert first["posted"] + again["posted"] == len(pages.ids)
    assert first["doubts"]["encoding/overridden"] == len(OVERRIDDEN | ({"e02"} if html else set()))
    assert first["doubts"]["encoding/damaged"] == len(DAMAGED)
    assert comparable(tmp_path / "archive") == comparable(clean / "archive")


# --- refused responses


class SameTitle(Small):
    """All articles have one title, so that no response is refused as that of another article."""

    def title(self, _name: str) -> str:
        return "样例消息"


PDF = b"%PDF-1.7\n1 0 obj <</Type /Catalog>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
BIG5 = "<p>臺灣證券交易所發行量加權股價指數收盤</p>" * 20
SHIFT_JIS = "<p>東京株式市場で日経平均株価は続伸した</p>" * 20
ENTITIES = '<!DOCTYPE html [<!ENTITY a "haha"><!ENTITY b "&a;&a;"><!ENTITY c SYSTEM "file:///etc/hostname">]>'


def as_fields(text: object, **more: object) -> bytes:
    """An article as JSON with this text, without an id."""
    fields = {"title": "样例消息", "date": "2022-02-22 10:00:00", "text": text} | more
    return json.dumps(fields, ensure_ascii=False).encode()


def page(text: str) -> bytes:
    return (
        f"<html><head></head><body><h1>样例消息</h1><time>2022-02-22 10:00</time>"
        f"<article>{text}</article></body></html>"
    ).encode()


def recoded(data: bytes, charset: str) -> bytes:
    return data.decode().encode(charset, "ignore")


BLANKS = {
    "p04-nothing": "",
    "p04-blanks": "  \r\n ",
    "p04-wide-blanks": "\u3000\u3000",
    "p04-breaks": "<br><br/>",
    "p04-empty-paragraphs": "<p></p><p>\u3000<br></p>",
    "p04-entities": "<p>&nbsp;&#12288;&ZeroWidthSpace;</p>",
    "p04-comment": "<!-- nothing -->",
    "p04-script": "<script>document.write('x')</script>",
    "p04-hidden": '<p style="display:none">&nbsp;<br></p>',
}
DEEP = {
    "p07-deep": "<div>" * 100_000 + "甲",
    "p07-just-too-deep": "<div>" * 600 + "甲",
    "p08-deep-and-closed": "<b><div>" * 50_000 + "甲" + "</div></b>" * 50_000,
    "p12-attributes": "<p " + " ".join(f"a{number}=1" for number in range(300_000)) + ">甲</p>",
}

JSON_REFUSED: dict[str, tuple[bytes, str]] = {
    "e08": (b"\xef\xbb\xbf" + recoded(as_fields(LONG), "gb18030"), "quarantined encoding"),
    "e09": (as_fields(LONG).replace("目标".encode(), b"\xff\xff"), "quarantined encoding"),
    "e12-big5": (recoded(as_fields(BIG5), "big5"), "quarantined encoding"),
    "e12-shift-jis": (recoded(as_fields(SHIFT_JIS), "shift_jis"), "quarantined encoding"),
    "p02-error-page": (b"<html><h1>502 Bad Gateway</h1></html>", "quarantined not_json"),
    "p02-script": (b"var data = {};", "quarantined not_json"),
    "p03-text": (b'""', "quarantined shape"),
    "p03-object": (b"{}", "quarantined shape"),
    "p03-list": (b"[]", "quarantined shape"),
    "p03-null": (b"null", "quarantined shape"),
    "p03-number": (b"17", "quarantined shape"),
    "p03-in-a-list": (b"[" + as_fields(LONG) + b"]", "quarantined shape"),
    "p03-list-for-text": (as_fields(["<p>甲</p>"]), "quarantined shape"),
    "p04-null": (as_fields(None), "quarantined empty_body"),
    "p04-missing": (as_fields(LONG).replace(b'"text"', b'"other"'), "quarantined empty_body"),
    **{name: (as_fields(text), "quarantined empty_body") for name, text in BLANKS.items()},
    **{name: (as_fields(text), "quarantined too_deep") for name, text in DEEP.items()},
    "p09-deep": (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "quarantined too_deep"),
    "p10-digits": (as_fields("DIGITS").replace(b'"DIGITS"', b"9" * 5000), "quarantined shape"),
    "p10-nan": (as_fields(float("nan")), "quarantined shape"),
    "p10-two-texts": (as_fields(LONG)[:-1] + b', "text": "<p>other</p>"}', "quarantined shape"),
    "p10-two-titles": (as_fields(LONG)[:-1] + b', "title": "other"}', "quarantined shape"),
    "p13-pdf": (PDF, "quarantined not_json"),
    "p13-png": (PNG, "quarantined encoding"),
}
HTML_REFUSED: dict[str, tuple[bytes, str]] = {
    "e08": (b"\xef\xbb\xbf" + recoded(page(LONG), "gb18030"), "quarantined encoding"),
    "e09": (page(LONG).replace("目标".encode(), b"\xff\xff"), "quarantined encoding"),
    "e12-big5": (recoded(page(BIG5), "big5"), "quarantined encoding"),
    "p02-error-page": (b"<html><h1>502 Bad Gateway</h1></html>", "quarantined not_an_article"),
    **{name: (page(f"<p>{text}</p>"), "quarantined empty_body") for name, text in BLANKS.items()},
    **{name: (page(f"<p>甲</p>{text}"), "quarantined too_deep") for name, text in DEEP.items()},
    "p12-long-attribute": (page(f'<p title="{"x" * (9 << 20)}">甲</p>'), "quarantined too_big"),
    "p13-pdf": (PDF, "quarantined not_an_article"),
    "p13-png": (PNG, "quarantined encoding"),
}


@pytest.mark.parametrize("html", [False, True])
def test_a_response_that_is_not_an_article_is_quarantined_and_others_are_posted(
    tmp_path: Path, html: bool
) -> None:
    refused = HTML_REFUSED if html else JSON_REFUSED
    clean = tmp_path / "clean"
    clean.mkdir()
    plain = crawled(clean, SameTitle(GOOD), {}, html=html)
    answers = {name: body(data) for name, (data, _) in refused.items()}
    run = crawled(tmp_path, SameTitle([*GOOD, *answers]), answers, html=html)
    assert {name: " ".join(end) for name, end in run.ends().items()} == {
        name: end for name, (_, end) in refused.items()
    }
    assert run.status in (4, 5), "with so many faults the run may report that the site changed"
    assert run["requests"] == plain["requests"] + len(refused), "no request is repeated"
    assert comparable(tmp_path / "archive") == comparable(clean / "archive")
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize("name", DEEP)
def test_markup_that_is_nested_too_deeply_is_refused_before_cleaning(name: str) -> None:
    with pytest.raises(Quarantined, match=r"^too_deep"):
        refuse_excess(DEEP[name], BODY)


def test_unusual_responses_that_are_articles_are_archived(tmp_path: Path) -> None:
    """Faults P10: unusable values that no rule reads; P11: a lone surrogate; P12: a long attribute; P14: entities
    that would grow or read a file."""
    pages = SameTitle(["unusable", "surrogate", "attribute", "entities"])
    unread = b', "n": NaN, "i": -Infinity, "d": ' + b"9" * 5000 + b', "k": 1, "k": 2}'
    answers = {
        "unusable": as_fields("<p>丙</p>")[:-1] + unread,
        "surrogate": as_fields("<p>甲SURROGATE乙</p>").replace(b"SURROGATE", rb"\ud800"),
        "attribute": as_fields(f'<p title="{"x" * (2 << 20)}">甲</p>'),
        "entities": as_fields(f"{ENTITIES}<p>&b;|&c;|甲</p>"),
    }
    run = crawled(tmp_path, pages, {name: body(data) for name, data in answers.items()}, html=False)
    assert (run.status, run["posted"]) == (0, 4), run.stderr
    assert run["doubts"]["encoding/damaged"] == 1
    found = comparable(tmp_path / "archive")
    assert "<p>丙</p>" in found["unusable"]
    assert "<p>甲\ufffd乙</p>" in found["surrogate"]
    assert "<p>甲</p>" in found["attribute"]
    assert "<p>&amp;b;|&amp;c;|甲</p>" in found["entities"]
