"""Every construct of real bodies occurs in the replica's bodies, in the exact markup and at its rate."""

from __future__ import annotations

import re

import pytest
from lxml import html as lxml_html

from archiver.replica.articles import Site
from archiver.replica.bodies import RATES, Construct
from archiver.replica.oddities import Oddity

QUOTE = r"http://quote\.eastmoney\.com/unify/r/"

MARKUP = {
    Construct.SOURCE_LINE: r'<p class="em_media">（文章来源：.+）</p>\Z',
    Construct.LINKED_SOURCE: r"（文章来源：(?:<span id=\"bk_90\.BK\d{4}\"><a [^>]+>..</a></span>"
    r'<span id="bkquote_90\.BK\d{4}"></span>)+[^<]+）</p>\Z',
    Construct.STOCK_LINK: rf'<span id="stock_([01]\.\d{{6}})"><a href="{QUOTE}\1" class="keytip"'
    r' data-code="[01],\d{6}">[^<]+</a></span><span id="quote_\1"></span>',
    Construct.HK_STOCK_LINK: rf'<span id="Info\.(116\.\d{{5}})"><a href="{QUOTE}\1" class="keytip"'
    r' data-code="116,\d{5}">[^<]+</a></span>(?!<span id="quote)',
    Construct.BOARD_LINK: rf'<span id="bk_(90\.BK9\d{{3}})"><a href="{QUOTE}\1" class="keytip"'
    r' data-code="90,BK\d{4}">[^<]+</a></span><span id="bkquote_\1"></span>',
    Construct.REPEAT_MENTION: rf'<span web="1" href="{QUOTE}90\.BK\d{{4}}" class="em_stock_key_common"'
    r' data-code="90,BK\d{4}">[^<]+</span>',
    Construct.GLOSSARY_LINK: r'<span id="Info\.\d{4}"><a href="http://data\.eastmoney\.com/[^"]+"'
    r' class="infokey">[^<]+</a></span>',
    Construct.KLINE: r'<!-- EM_StockImg_Start --><p style="text-align:center;">.+?GetPic\.aspx'
    r'\?nid=[01]\.\d{6}&imageType=k&token=\w{32}&at=1" border="0" alt="K图 \d{6}_[01]"'
    r' data-code="K \d{6}\|[01]\|2".+?'
    r"</p><!-- EM_StockImg_End -->",
    Construct.KLINE_TWICE: r"EM_StockImg_End --><!-- EM_StockImg_Start",
    Construct.KLINE_UNLINKED: r'EM_StockImg_Start --><p style="text-align:center;"><img ',
    Construct.SPACER: r'<p style="display:none;height:1px;overflow:hidden;">(?:<br />| )</p><!-- EM_Stock',
    Construct.SPACER_BLANK: r'overflow:hidden;"> </p>',
    Construct.PICTURE_ALT: r'<center><img src="https://dfscdn\.dfcfw\.com/download/D\d{20}_w\d{3}h\d{3}\.jpg"'
    r' alt="Image" width="552" style="border:#d1d1d1 1px solid;padding:3px;margin:5px 0;" /></center>',
    Construct.PICTURE_ORIGINAL: r'<center><img src="(https://[^"]+)\.jpg" width="580"'
    r' orginial_src="\1_o\.jpg" style="[^"]+" /></center>',
    Construct.CAPTION: r'<p style="text-align:center;">图片来源：[^<]+</p>',
    Construct.TRAILING_BREAK: r"。<br /></p>",
    Construct.HEADING: r"<p><strong>[^< ]+</strong></p>",
    Construct.HEADING_STRAY_SPACE: r"<p><strong>[^<]+ </strong></p>",
    Construct.HEADING_CENTRED: r'<p align="center"><strong>[^<]+</strong><strong>[^<]+</strong></p>',
    Construct.HEADING_SPACED: r'<p align="center"><strong>[^<]+</strong>　　<strong>[^<]+</strong></p>',
    Construct.ENTITIES: r"《(?:&lt;[^;]+&gt;[^;]+|[^;《》]+&amp;[^;《》]+)》",
    Construct.LINE_BREAKS: r"</p>\r?\n <p>",
    Construct.INDENTS: r"<p>　　",
}
"""The exact markup of each construct, as a regular expression."""

OF_ALL_BODIES = [
    construct
    for construct in Construct
    if construct
    in {
        "kline", "picture_alt", "picture_original", "trailing_break", "heading", "heading_stray_space",
        "heading_centred", "heading_spaced", "entities", "indents",
    }
]  # fmt: skip


@pytest.fixture(scope="module")
def bodies() -> list[str]:
    site = Site(200)
    return [site.body(i).html for i in range(200)]


@pytest.fixture(scope="module")
def many() -> list[str]:
    site = Site(1_500, plain=True)
    return [site.body(i).html for i in range(1_500)]


def test_every_construct_has_markup_and_a_rate() -> None:
    assert set(MARKUP) == set(RATES) == set(Construct)


@pytest.mark.parametrize("construct", Construct)
def test_every_construct_occurs_among_200_articles(construct: Construct, bodies: list[str]) -> None:
    assert any(re.search(MARKUP[construct], body, re.DOTALL) for body in bodies)


@pytest.mark.parametrize("construct", OF_ALL_BODIES)
def test_a_construct_occurs_at_its_rate(construct: Construct, many: list[str]) -> None:
    rate = sum(bool(re.search(MARKUP[construct], body, re.DOTALL)) for body in many) / len(many)
    assert abs(rate - RATES[construct]) < 0.05


def test_every_body_ends_with_its_source_line(bodies: list[str]) -> None:
    assert all(re.search(MARKUP[Construct.SOURCE_LINE], body) for body in bodies)


def test_newsshare_bodies_have_no_keyword_links() -> None:
    site = Site(300, plain=True)
    for index in range(300):
        linked = re.search(r"keytip|infokey|em_stock_key_common", site.body(index).html)
        if not site.article(index).emnews:
            assert not linked


def test_only_the_first_mention_of_a_name_is_a_link_with_an_element_id() -> None:
    site = Site(300, plain=True)
    for index in site.listing("emnews"):
        elements = re.findall(r'<span id="((?:stock|bk|Info)[^"]+)">', site.body(index).html)
        assert len(elements) == len(set(elements))


def test_line_breaks_are_crlf_in_text_and_lf_in_content() -> None:
    site = Site(300, plain=True)
    for index in range(300):
        body = site.body(index).html
        if site.article(index).emnews:
            assert "\r" not in body
        else:
            assert body.count("\n") == body.count("\r\n ")


def test_the_oddity_source_linked_puts_links_inside_the_source_line() -> None:
    site = Site(40)
    body = site.body(site.oddities()[Oddity.SOURCE_LINKED]).html
    assert re.search(MARKUP[Construct.LINKED_SOURCE], body)
    assert lxml_html.fromstring(f"<div>{body}</div>").xpath("string(//p[@class='em_media'])") == (
        "（文章来源：上海证券报）"
    )


def test_the_expected_text_equals_the_text_that_an_html_parser_finds() -> None:
    site = Site(200)
    for index in range(200):
        root = lxml_html.fromstring(f"<div>{site.body(index).html}</div>")
        blocks = [block.text_content().strip() for block in root if isinstance(block.tag, str)]
        assert [block for block in blocks if block] == site.expected(index).text.split("\n")
