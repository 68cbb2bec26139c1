"""Feeds of all dialects, as sites write them: whole, broken, cut and hostile."""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path

import pytest

from archiver.errors import ArticleError, Quarantined
from archiver.extract.formats import (
    IN_PROCESS,
    Allowance,
    Page,
    TooMuchWork,
    check_rule,
    check_whole,
    open_page,
    refuse_large,
    spend,
)
from archiver.extract.formats.feed import MAX_DIGEST, OF_ENTRY, FeedFormat
from archiver.extract.formats.received import Received

ATOM = "http://www.w3.org/2005/Atom"
CONTENT = "http://purl.org/rss/1.0/modules/content/"
DC = "http://purl.org/dc/elements/1.1/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"


def rss(item: str, attributes: str = "", channel: str = "") -> str:
    """A feed in RSS 2.0 with one item."""
    return f'<rss version="2.0" {attributes}><channel><title>频道</title>{channel}<item>{item}</item></channel></rss>'


def atom(entry: str, attributes: str = "", feed: str = "") -> str:
    """A feed in Atom with one entry."""
    return f'<feed xmlns="{ATOM}" {attributes}><title>频道</title>{feed}<entry>{entry}</entry></feed>'


def json_feed(**item: object) -> str:
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [item]}, ensure_ascii=False)


def only(text: str) -> Page:
    """The only entry of a feed."""
    (entry,) = open_page(text, "feed").rows("entries")
    return entry


STORY = {"address": "https://a.example/1", "title": "沪指收涨", "date": "2022-02-22T17:47:15+08:00"}
RFC_822 = STORY | {"date": "Tue, 22 Feb 2022 17:47:15 +0800"}
_LINKED = "<title>沪指收涨</title><link>https://a.example/1</link>"
_DATED = "<pubDate>Tue, 22 Feb 2022 17:47:15 +0800</pubDate>"
_ISO = "2022-02-22T17:47:15+08:00"

DIALECTS = {
    "RSS 0.91 with the DOCTYPE of Netscape": (
        '<?xml version="1.0"?><!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" '
        f'"http://my.netscape.com/publish/formats/rss-0.91.dtd">{rss(_LINKED + _DATED)}',
        RFC_822,
    ),
    "RSS 0.92": (rss(_LINKED + _DATED).replace("2.0", "0.92"), RFC_822),
    "RSS 0.90": (
        f'<rdf:RDF xmlns:rdf="{RDF}" xmlns="http://my.netscape.com/rdf/simple/0.9/"><channel><title>频道</title>'
        f"</channel><item>{_LINKED}</item></rdf:RDF>",
        STORY | {"date": ""},
    ),
    "RSS 1.0": (
        f'<rdf:RDF xmlns:rdf="{RDF}" xmlns="http://purl.org/rss/1.0/" xmlns:dc="{DC}"><channel rdf:about="x">'
        '<items><rdf:Seq><rdf:li rdf:resource="https://a.example/1"/></rdf:Seq></items></channel>'
        f'<item rdf:about="https://a.example/1">{_LINKED}<dc:date>{_ISO}</dc:date></item></rdf:RDF>',
        STORY,
    ),
    "RSS 1.0 with other prefixes": (
        f'<r:RDF xmlns:r="{RDF}" xmlns:s="http://purl.org/rss/1.0/" xmlns:d="{DC}"><s:channel/>'
        '<s:item r:about="https://a.example/1"><s:title>沪指收涨</s:title>'
        f"<d:date>{_ISO}</d:date></s:item></r:RDF>",
        STORY,
    ),
    "RSS 1.0 with no prefix declared": (
        f"<rdf:RDF><channel/><item>{_LINKED}<dc:date>{_ISO}</dc:date></item></rdf:RDF>",
        STORY,
    ),
    "RSS 2.0": (rss(_LINKED + _DATED), RFC_822),
    "RSS 2.0 with a namespace": (rss(_LINKED + _DATED, 'xmlns="http://backend.userland.com/rss2"'), RFC_822),
    "RSS 2.0 with an unknown namespace": (rss(_LINKED + _DATED, 'xmlns="urn:example"'), RFC_822),
    "RSS 2.0 in capitals": (rss(_LINKED + _DATED.replace("pubDate", "PUBDATE")), RFC_822),
    "RSS 2.0 with items beside the channel": (
        f"<rss><channel/><item>{_LINKED}{_DATED}</item></rss>",
        RFC_822,
    ),
    "RSS 2.0 with elements of Atom": (
        rss(
            f'<title>沪指收涨</title><a10:link href="https://a.example/1"/><a10:updated>{_ISO}</a10:updated>',
            f'xmlns:a10="{ATOM}"',
        ),
        STORY,
    ),
    "RSS 2.0 with prefixes that are not declared": (rss(f"{_LINKED}<dc:date>{_ISO}</dc:date>"), STORY),
    "Atom 1.0": (
        atom(
            '<title>沪指收涨</title><link href="https://a.example/1"/>'
            f"<updated>2022-02-23T00:00:00Z</updated><published>{_ISO}</published>"
        ),
        STORY,
    ),
    "Atom 1.0 with a prefix": (
        f'<a:feed xmlns:a="{ATOM}"><a:entry><a:title>沪指收涨</a:title><a:link href="https://a.example/1"/>'
        f"<a:updated>{_ISO}</a:updated></a:entry></a:feed>",
        STORY,
    ),
    "Atom 1.0 without a namespace": (
        '<feed><entry><title>沪指收涨</title><link href="https://a.example/1"/>'
        f"<published>{_ISO}</published></entry></feed>",
        STORY,
    ),
    "Atom 0.3": (
        '<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><title>沪指收涨</title>'
        '<link rel="alternate" type="text/html" href="https://a.example/1"/>'
        f"<issued>{_ISO}</issued><modified>2022-02-23T00:00:00Z</modified></entry></feed>",
        STORY,
    ),
    "JSON Feed": (
        json_feed(
            id="x", url="https://a.example/1", title="沪指收涨", date_published=_ISO, date_modified="2023"
        ),
        STORY,
    ),
    "JSON Feed with another address only": (
        json_feed(id=7, external_url="https://a.example/1", title="沪指收涨", date_modified=_ISO),
        STORY,
    ),
}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_same_names_read_a_feed_of_any_dialect(dialect: str) -> None:
    text, expected = DIALECTS[dialect]
    entry = only(text)
    assert {name: entry.value(name) for name in expected} == expected


TITLES = [
    # the XML in RSS, the title
    ("沪指 &amp; 深指", "沪指 & 深指"),
    ("沪指&amp;#8230;", "沪指…"),
    ("Q&amp;amp;A", "Q&A"),
    ("R&amp;D 投入", "R&D 投入"),
    ("&amp;ldquo;双碳&amp;rdquo;", "“双碳”"),
    ("&amp;nosuch; &amp;lt", "&nosuch; &lt"),
    ("<![CDATA[沪指<em>收涨</em>]]>", "沪指收涨"),
    ("&lt;b&gt;沪指&lt;/b&gt;收涨", "沪指收涨"),
    ("沪指&lt;br&gt;收涨", "沪指 收涨"),
    ("沪指<em>收涨</em>", "沪指收涨"),
    ("<![CDATA[评级<B]]>", "评级<B"),
    ("<![CDATA[PE<15且PB>1]]>", "PE<15且PB>1"),
    ("<![CDATA[PE<15 &amp; 评级<B <i>注</i>]]>", "PE<15 & 评级<B 注"),
    ("<![CDATA[<公司>公告</公司>]]>", "<公司>公告</公司>"),
    ("<![CDATA[<b>没有结束]]>", "<b>没有结束"),
    ("<![CDATA[图<img alt='>' src=x>]]>", "图"),
    ("\n  沪指收涨\n", "沪指收涨"),
    ("<![CDATA[沪]]>指<![CDATA[收]]>涨", "沪指收涨"),
]


@pytest.mark.parametrize(("written", "title"), TITLES)
def test_the_title_of_an_rss_item_is_what_a_reader_sees(written: str, title: str) -> None:
    entry = only(rss(f"<title>{written}</title>"))
    assert entry.value("title") == title
    assert entry.markup("title").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == title


@pytest.mark.parametrize(
    ("kind", "written", "title"),
    [
        ("", "A &amp;amp; B", "A &amp; B"),
        ("text", "&lt;b&gt;A&lt;/b&gt;", "<b>A</b>"),
        ("text/plain", "&lt;b&gt;A&lt;/b&gt;", "<b>A</b>"),
        ("html", "A &amp;amp; &lt;b&gt;B&lt;/b&gt;", "A & B"),
        ("text/html", "&lt;p&gt;A&lt;/p&gt;&lt;p&gt;B&lt;/p&gt;", "A B"),
        ("html", "PE&lt;15", "PE<15"),
        ("xhtml", '<div xmlns="http://www.w3.org/1999/xhtml">A &amp; <em>B</em></div>', "A & B"),
        ("application/xhtml+xml", '<x:div xmlns:x="http://www.w3.org/1999/xhtml">A<x:br/>B</x:div>', "A B"),
        ("image/png", "iVBORw0KGgo=", ""),
    ],
)
def test_the_title_of_an_atom_entry_is_read_as_its_type_says(kind: str, written: str, title: str) -> None:
    declared = f' type="{kind}"' if kind else ""
    assert only(atom(f"<title{declared}>{written}</title>")).value("title") == title


def test_the_title_in_json_feed_is_plain_text() -> None:
    assert only(json_feed(title="<b>A</b> &amp; B")).value("title") == "<b>A</b> &amp; B"


ADDRESSES = {
    "link": (rss("<link>\n https://a.example/1?x=1&amp;y=2 </link>"), "https://a.example/1?x=1&y=2"),
    "link in CDATA": (
        rss("<link><![CDATA[https://a.example/1?x=1&y=2]]></link>"),
        "https://a.example/1?x=1&y=2",
    ),
    "raw ampersand": (rss("<link>https://a.example/1?x=1&copy=2</link>"), "https://a.example/1?x=1&copy=2"),
    "relative": (rss("<link>/1.html</link>"), "/1.html"),
    "link with href": (rss('<link href="https://a.example/1"/>'), "https://a.example/1"),
    "link before guid": (
        rss("<guid>https://a.example/0</guid><link>https://a.example/1</link>"),
        "https://a.example/1",
    ),
    "empty link": (rss("<link/><guid>https://a.example/0</guid>"), "https://a.example/0"),
    "guid": (rss("<guid>https://a.example/0</guid>"), "https://a.example/0"),
    "guid that is an address": (rss('<guid isPermaLink="true">/0.html</guid>'), "/0.html"),
    "guid that is no address": (rss('<guid isPermaLink="false">https://a.example/0</guid>'), ""),
    "guid that is a number": (rss("<guid>1024</guid>"), ""),
    "feed service": (
        rss(
            "<link>https://feeds.example/~r/1</link><f:origLink>https://a.example/1</f:origLink>",
            'xmlns:f="http://rssnamespace.org/feedburner/ext/1.0"',
        ),
        "https://a.example/1",
    ),
    "Atom: alternate": (
        atom('<link rel="self" href="/1.atom"/><link rel="alternate" href="https://a.example/1"/>'),
        "https://a.example/1",
    ),
    "Atom: page first": (
        atom('<link type="application/json" href="/1.json"/><link type="text/html" href="/1.html"/>'),
        "/1.html",
    ),
    "Atom: no alternate": (atom('<link rel="enclosure" href="/1.mp3"/><id>https://a.example/1</id>'), ""),
    "Atom: content elsewhere": (atom('<content type="text/html" src="/1.html"/>'), "/1.html"),
    "base of the feed": (
        atom('<link href="1.html"/>', 'xml:base="https://a.example/b/"'),
        "https://a.example/b/1.html",
    ),
    "base of a part": (
        atom('<link xml:base="c/" href="1.html"/>', 'xml:base="https://a.example/b/"'),
        "https://a.example/b/c/1.html",
    ),
    "relative base": (rss('<link xml:base="/b/">1.html</link>'), "/b/1.html"),
    "malformed": (atom('<link href="https://[x/1"/>', 'xml:base="https://a.example/"'), "https://[x/1"),
    "JSON Feed": (json_feed(id="1", external_url="/0", url="/1"), "/1"),
}


@pytest.mark.parametrize("where", ADDRESSES)
def test_the_address_of_an_entry_is_found(where: str) -> None:
    text, address = ADDRESSES[where]
    assert only(text).value("address") == address


HTML = "&lt;p&gt;甲 &amp;amp; 乙&lt;/p&gt;"
ENCODED = f'xmlns:content="{CONTENT}"'
TEXTS = {
    # feed: body, description and digest
    "description only": (rss(f"<description>{HTML}</description>"), ("", "<p>甲 &amp; 乙</p>", "甲 & 乙")),
    "both": (
        rss("<description>短</description><content:encoded><![CDATA[<p>长</p>]]></content:encoded>", ENCODED),
        ("<p>长</p>", "短", "短"),
    ),
    "another prefix": (
        rss(f"<e:encoded>{HTML}</e:encoded>", f'xmlns:e="{CONTENT}"'),
        ("<p>甲 &amp; 乙</p>", "", ""),
    ),
    "prefix not declared": (
        rss(f"<content:encoded>{HTML}</content:encoded>"),
        ("<p>甲 &amp; 乙</p>", "", ""),
    ),
    "first one empty": (
        rss(f"<content:encoded/><content:encoded>{HTML}</content:encoded>", ENCODED),
        ("<p>甲 &amp; 乙</p>", "", ""),
    ),
    "plain text": (
        rss("<description>甲\n\n PE&lt;15且PB&gt;1 \n</description>"),
        ("", "<p>甲</p><p>PE&lt;15且PB&gt;1</p>", "甲\n\n PE<15且PB>1"),
    ),
    "elements that are not escaped": (
        rss("<description><p>甲<br/>乙</p><img src='a.png'/></description>"),
        ("", '<p>甲<br>乙</p><img src="a.png">', "甲 乙"),
    ),
    "elements whose prefixes are not declared": (
        rss("<description>甲<o:p>乙</o:p><a:>丙</a:><a:1>丁</a:1></description>"),
        ("", "甲<p>乙</p><span>丙</span><span>丁</span>", "甲 乙 丙丁"),
    ),
    "void elements that are not closed": (
        rss("<description>甲<br>乙 & <img src=a.png>丙</description><title>T</title>"),
        ("", '甲<br>乙 &amp; <img src="a.png">丙', "甲 乙 & 丙"),
    ),
    "long description": (
        rss(f"<description>{'甲' * (MAX_DIGEST + 1)}</description>"),
        ("", "甲" * (MAX_DIGEST + 1), ""),
    ),
    "Atom": (
        atom(f'<summary>短</summary><content type="html">{HTML}</content>'),
        ("<p>甲 &amp; 乙</p>", "短", "短"),
    ),
    "Atom: text": (atom("<content>甲&lt;b&gt;\n乙</content>"), ("<p>甲&lt;b&gt;</p><p>乙</p>", "", "")),
    "Atom: XHTML": (
        atom(
            '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml" class="y">甲<p class="x">乙 &amp; 丙<br/></p>'
            "</div></content>"
        ),
        ('甲<p class="x">乙 &amp; 丙<br></p>', "", ""),
    ),
    "Atom: elsewhere": (atom('<content type="text/html" src="/1.html"/>'), ("", "", "")),
    "Atom: a picture": (atom('<content type="image/png">iVBORw0KGgo=</content>'), ("", "", "")),
    "Atom: base": (
        atom(
            '<content type="html" xml:base="https://a.example/b/">&lt;a href="c"&gt;甲 href="d"&lt;/a&gt;'
            "&lt;img src='/e.png'&gt;&lt;a href=\"https://c.example/\"&gt;</content>"
        ),
        (
            '<a href="https://a.example/b/c">甲 href="d"</a><img src=\'https://a.example/e.png\'>'
            '<a href="https://c.example/">',
            "",
            "",
        ),
    ),
    "Atom 0.3, escaped": (
        f'<feed xmlns="http://purl.org/atom/ns#"><entry><content type="text/html" mode="escaped">{HTML}</content>'
        "</entry></feed>",
        ("<p>甲 &amp; 乙</p>", "", ""),
    ),
    "Atom 0.3, base64": (
        '<feed xmlns="http://purl.org/atom/ns#"><entry><content type="text/html" mode="base64">PHA+</content>'
        "</entry></feed>",
        ("", "", ""),
    ),
    "JSON Feed": (
        json_feed(content_html="<p>甲</p>", content_text="乙", summary="短"),
        ("<p>甲</p>", "短", "短"),
    ),
    "JSON Feed, text": (json_feed(content_text="甲<b>\n乙"), ("<p>甲&lt;b&gt;</p><p>乙</p>", "", "")),
}


@pytest.mark.parametrize("feed", TEXTS)
def test_body_description_and_digest_are_three_texts(feed: str) -> None:
    text, expected = TEXTS[feed]
    entry = only(text)
    assert (entry.markup("body"), entry.markup("description"), entry.value("digest")) == expected


DCNS = f'xmlns:dc="{DC}"'
PEOPLE = {
    # feed: authors, source
    "creator": (
        rss("<dc:creator>张三</dc:creator><dc:creator>李四</dc:creator>", DCNS),
        ["张三", "李四"],
        "",
    ),
    "mail and name": (rss("<author>desk@a.example (张三)</author>"), ["张三"], ""),
    "name and mail": (rss("<author>张三 &lt;desk@a.example&gt;</author>"), ["张三"], ""),
    "mail only": (rss("<author>desk@a.example</author>"), [], ""),
    "name in author": (rss("<author>样例晚报</author>"), ["样例晚报"], ""),
    "source": (rss('<source url="https://b.example/feed">样例晚报</source>'), [], "样例晚报"),
    "publisher": (rss("<dc:publisher>样例晚报</dc:publisher>", DCNS), [], "样例晚报"),
    "source before publisher": (
        rss("<dc:publisher>乙</dc:publisher><source url='x'>甲</source>", DCNS),
        [],
        "甲",
    ),
    "address as source": (rss("<dc:source>https://b.example/1</dc:source>", DCNS), [], ""),
    "Atom": (atom("<author><name>张三</name><email>desk@a.example</email></author>"), ["张三"], ""),
    "Atom: of the feed": (atom("<id>1</id>", feed="<author><name>张三</name></author>"), ["张三"], ""),
    "Atom: of the source": (
        atom(
            "<source><title>样例晚报</title><author><name>李四</name></author></source>",
            feed="<author><name>张三</name></author>",
        ),
        ["李四"],
        "样例晚报",
    ),
    "JSON Feed 1.1": (
        json_feed(authors=[{"name": "张三"}, {"url": "x"}, {"name": "李四"}]),
        ["张三", "李四"],
        "",
    ),
    "JSON Feed 1.0": (json_feed(author={"name": "张三"}), ["张三"], ""),
    "JSON Feed, of the feed": ('{"authors": [{"name": "张三"}], "items": [{"id": "1"}]}', ["张三"], ""),
}


@pytest.mark.parametrize("feed", PEOPLE)
def test_authors_and_sources_are_names(feed: str) -> None:
    text, authors, source = PEOPLE[feed]
    entry = only(text)
    assert (entry.values("author"), entry.value("source")) == (authors, source)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (rss("<category>股市</category><dc:subject>A&amp;amp;B</dc:subject>", DCNS), ["股市", "A&B"]),
        (atom('<category term="gu" label="股市"/><category term="zhai"/>'), ["股市", "zhai"]),
        (json_feed(tags=["股市", "债市"]), ["股市", "债市"]),
    ],
)
def test_categories_are_the_labels_of_an_entry(text: str, names: list[str]) -> None:
    assert only(text).values("category") == names


@pytest.mark.parametrize(
    ("text", "title", "address"),
    [
        (rss("", f'xmlns:a="{ATOM}"', '<a:link rel="next" href="/feed?paged=2"/>'), "频道", "/feed?paged=2"),
        (rss("", f'xmlns:a="{ATOM}"', '<a:link rel="self" href="/feed"/>'), "频道", ""),
        (
            atom("", "", '<link rel="prev-archive" href="/2021"/><link rel="next" href="/2"/>'),
            "频道",
            "/2",
        ),
        (
            atom("", 'xml:base="https://a.example/"', '<link rel="next" href="?p=2"/>'),
            "频道",
            "https://a.example/?p=2",
        ),
        (atom("", "", '<link rel="prev-archive" href="/2021"/>'), "频道", "/2021"),
        ('{"title": "频道", "next_url": "/2", "items": []}', "频道", "/2"),
    ],
)
def test_a_feed_has_a_title_and_may_have_a_next_page(text: str, title: str, address: str) -> None:
    page = open_page(text, "feed")
    assert (page.value("title"), page.value("next")) == (title, address)
    assert not page.finds("body")
    assert page.markup("body") == ""


@pytest.mark.parametrize("text", ["<rss><channel/></rss>", f'<feed xmlns="{ATOM}"/>', '{"items": []}'])
def test_a_feed_without_entries_is_a_feed(text: str) -> None:
    page = open_page(text, "feed")
    assert page.rows("entries") == []
    assert page.finds("entries")


def test_only_a_feed_has_rows() -> None:
    page = open_page(rss("<title>T</title>"), "feed")
    for part, rule in ((page, "title"), (page.rows("entries")[0], "entries")):
        with pytest.raises(Quarantined, match=rf"^shape: {rule} is not a list of rows"):
            part.rows(rule)


def test_a_value_of_the_wrong_type_is_refused_for_its_entry_alone() -> None:
    text = '{"items": [{"url": {"a": 1}, "title": "甲"}, {"url": "/2"}]}'
    wrong, right = open_page(text, "feed").rows("entries")
    with pytest.raises(Quarantined, match=r"^shape: "):
        wrong.value("address")
    assert (wrong.value("title"), right.value("address")) == ("甲", "/2")


TWO = "<item><title>甲</title><link>/1</link></item><item><title>乙</title><link>/2</link></item>"
BROKEN = {
    "blank lines before the declaration": f'\n\n <?xml version="1.0"?><rss><channel>{TWO}</channel></rss>',
    "byte order mark": f'\ufeff<?xml version="1.0"?><rss><channel>{TWO}</channel></rss>',
    "another encoding declared": f'<?xml version="1.0" encoding="gb2312"?><rss><channel>{TWO}</channel></rss>',
    "words before the declaration": f'<br />\n<b>Notice</b>: x &amp; y<?xml version="1.0"?><rss><channel>{TWO}</channel></rss>',
    "words after the end": f"<rss><channel>{TWO}</channel></rss><script>count()</script>",
    "a tag after the end": f"<rss><channel>{TWO}</channel></rss> <rss>",
    "comment after the end": f"<rss><channel>{TWO}</channel></rss>\n<!-- cached page of <rss> -->",
    "control characters": f"<rss>\x00\x0b<channel>{TWO}</channel>\x1f</rss>",
    "raw ampersands": f"<rss><channel><title>A & B &c; &#x;</title>{TWO}</channel></rss>",
    "references of HTML": f"<rss><channel><title>A&nbsp;&hellip;</title>{TWO}</channel></rss>",
    "references to no character": f"<rss><channel><title>&#0;&#xffff;&#55357;</title>{TWO}</channel></rss>",
    "less-than signs": f"<rss><channel><title>PE<15 评级<B</title>{TWO}</channel></rss>",
    "prefixes not declared": f"<rss><channel><sy:updatePeriod>x</sy:updatePeriod>{TWO}</channel></rss>",
    "attributes without quotes": f"<rss version=2.0 checked><channel a='1' a='2'>{TWO}</channel></rss>",
    "a missing end tag": f"<rss><channel><image><url>x</image>{TWO}</channel></rss>",
    "an end tag too many": f"<rss><channel>{TWO}</p></channel></rss>",
    "items without an end": f"<rss><channel>{TWO.replace('</item>', '')}</channel></rss>",
    "crossed tags": "<rss><channel>"
    + TWO.replace("<link>/1", "<description><b><i>x</b></i></description><link>/1")
    + "</channel></rss>",
    "an open comment at the end": f"<rss><channel>{TWO}</channel></rss><!-- ",
    "two feeds": f"<rss><channel>{TWO}</channel></rss><rss><channel>{TWO}</channel></rss>",
    "a stray CDATA end": f"<rss><channel><title>a]]>b</title>{TWO}</channel></rss>",
    "a DOCTYPE with entities": f'<!DOCTYPE rss [<!ENTITY a "b"> <!ENTITY c SYSTEM "d">]><rss><channel>{TWO}</channel></rss>',
    "a damaged declaration": f'<?xml" encoding="gbk"?><rss><channel>{TWO}</channel></rss>',
    "XML 1.1": f'<?xml version="1.1"?><rss><channel>{TWO}</channel></rss>',
    "an instruction": f'<?xml version="1.0"?><?xml-stylesheet href="a.xsl"?><rss><channel>{TWO}</channel></rss>',
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_feed_is_read_like_a_whole_one(how: str) -> None:
    rows = open_page(BROKEN[how], "feed").rows("entries")
    assert [(row.value("title"), row.value("address")) for row in rows] == [("甲", "/1"), ("乙", "/2")]


def test_a_repair_keeps_every_character_of_a_text() -> None:
    text = rss("<title>A & B &nosuch; PE<15 评级<B &lt;C&gt; &amp;amp;D &hellip;&#150;</title>")
    assert (
        only(text.replace("</title>", "\x07</title>")).value("title")
        == "A & B &nosuch; PE<15 评级<B <C> &D …–"
    )
    data = rss("<title>x</title><description><![CDATA[<p>a & b &lt; c</p>]]></description>&")
    assert only(data).markup("description") == "<p>a & b &lt; c</p>"


NOT_FEEDS = {
    "HTML": ("<!doctype html><html><body><p>安全验证</p></body></html>", "not_a_listing", "it is not XML"),
    "XHTML": (
        "<html xmlns='http://www.w3.org/1999/xhtml'><head/></html>",
        "not_a_listing",
        "begins with <html>",
    ),
    "an error in XML": (
        "<Error><Code>AccessDenied</Code></Error>",
        "not_a_listing",
        "it begins with <Error>",
    ),
    "a text": ("Service Unavailable", "not_a_listing", "it is not XML"),
    "a sitemap": ("<urlset><url><loc>x</loc></url></urlset>", "not_a_listing", "write format: sitemap"),
    "a broken sitemap": (
        "<urlset><url><loc>a&b</loc></url></urlset>",
        "not_a_listing",
        "write format: sitemap",
    ),
    "JSON that is no feed": ('{"data": []}', "not_a_listing", "no list of items"),
    "JSON with an object as items": ('{"items": {}}', "not_a_listing", "no list of items"),
    "a JSON list": ("[]", "not_a_listing", "it is not XML"),
    "JSON that is cut": ('{"items": [{"url": "/1"}', "json_cut", ""),
    "broken JSON": ('{"items": [}]}', "not_json", ""),
    "a declaration": ('<?xml version="1.0"?>', "not_a_listing", "it is not XML"),
    "XML that is cut": ("<rss><channel><item><title>甲</title>", "incomplete", "in <rss>"),
    "XML that is cut in a tag": ("<rss><channel><item><tit", "incomplete", "in <rss>"),
    "XML that is cut in CDATA": ("<rss><channel><![CDATA[</channel></rss>", "incomplete", "in <rss>"),
}


@pytest.mark.parametrize("what", NOT_FEEDS)
def test_a_response_that_is_no_feed_is_refused_and_named(what: str) -> None:
    text, reason, words = NOT_FEEDS[what]
    with pytest.raises(Quarantined, match=rf"^{reason}: ") as refused:
        open_page(text, "feed")
    assert words in refused.value.detail


_BITS = [
    "<",
    ">",
    "&",
    '"',
    "/",
    "]]>",
    "<![CDATA[",
    "<!--",
    "\x00",
    "<item>",
    "</item>",
    "&#0;",
    "<a:>",
    "<a:1/>",
]
_BITS += [
    "=",
    ":",
    "<!DOCTYPE x [",
    'xmlns:a=""',
    'xmlns="',
    'xml:base="http://["',
    "<xmlns:a/>",
    "\ufffe",
    "😀",
]


def test_a_feed_with_any_damage_is_read_or_refused() -> None:
    texts = [
        *BROKEN.values(),
        *(text for text, _ in [*DIALECTS.values(), *TEXTS.values()] if len(text) < 999),
    ]
    chance = random.Random(7)
    ends = Counter[str]()
    for _ in range(1500):
        text = chance.choice(texts)
        for _ in range(chance.randint(1, 5)):
            at = chance.randrange(len(text))
            text = text[:at] + chance.choice(_BITS) * chance.randint(0, 1) + text[at + chance.randint(0, 9) :]
        try:
            entries = open_page(text, "feed").rows("entries")
            assert all(isinstance(entry.markup(name), str) for entry in entries for name in OF_ENTRY)
            ends["read"] += 1
        except Quarantined as why:
            ends[why.reason] += 1
    assert ends["read"] > 500
    assert ends.keys() <= {"read", "not_a_listing", "incomplete", "not_json", "json_cut", "shape"}


LAUGHS = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))


def test_no_entity_of_a_document_is_expanded(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("geheim", encoding="utf-8")
    for declared, name in [
        (f'<!ENTITY l0 "ha">{LAUGHS}', "l9"),
        (f'<!ENTITY x SYSTEM "{secret.as_uri()}">', "x"),
        (f'<!ENTITY % p SYSTEM "{secret.as_uri()}"> %p;', "x"),
        ('<!ENTITY x "<item><title>y</title></item>">', "x"),
    ]:
        text = f"<!DOCTYPE rss [{declared}]>{rss(f'<title>&{name};</title>')}"
        assert only(text).value("title") == f"&{name};"


@pytest.mark.parametrize(
    "text",
    [
        rss(f"<description>{'<b>' * 600}x{'</b>' * 600}</description>"),
        rss(f"<description>{'<b>' * 3000}x{'</b>' * 3000}</description>"),
        rss(f"<description>{'<b>' * 600}x & y</description>"),
        "<rss>" + "<b>" * 600,
    ],
)
def test_a_feed_that_is_nested_too_deeply_is_refused(text: str) -> None:
    with pytest.raises(Quarantined, match=r"^too_deep: XML nested deeper than 512 levels"):
        open_page(text, "feed")


def test_a_text_of_more_than_ten_million_characters_is_read() -> None:
    assert (
        len(only(rss(f"<description>{'甲' * 10_100_000}</description>")).markup("description")) == 10_100_000
    )


def test_a_feed_with_too_many_elements_is_refused() -> None:
    items = rss("<a/>" * 100)
    refuse_large(items, "feed", 104)
    with pytest.raises(Quarantined, match=r"^too_heavy: 104 elements"):
        refuse_large(items, "feed", 103)
    refuse_large(rss(f"<description><![CDATA[{'<p>' * 1000}]]></description>"), "feed", 5)
    with pytest.raises(Quarantined, match=r"^too_heavy: "):
        refuse_large(json_feed(tags=["甲"] * 100), "feed", 99)


FIELDS = list(FeedFormat.full.values())
LONG = {
    "items": rss("</item><item>" * 30_000),
    "references": rss(f"<description>{'&amp;#38;' * 50_000}</description>"),
    "tags": rss(f"<description><![CDATA[{'<b>' * 100_000}</b>]]></description>"),
    "categories": rss("<category>甲</category>" * 15_000),
    "relative links": atom(
        f'<content type="html"><![CDATA[{"<a href=b>" * 40_000}]]></content>', 'xml:base="/a/"'
    ),
    "JSON": '{"items": [' + "{}, " * 100_000 + "{}]}",
}


@pytest.mark.parametrize("what", LONG)
def test_a_feed_whose_rules_take_long_is_left_to_another_process(what: str) -> None:
    page = open_page(LONG[what], "feed", Allowance(IN_PROCESS))
    with pytest.raises(TooMuchWork):
        spend(Allowance(IN_PROCESS), page, "feed", FIELDS, len(page.rows("entries")))


def test_a_usual_feed_is_read_at_once() -> None:
    article = (
        f"<content:encoded><![CDATA[{'<p>今日三大指数走高，消费板块领涨。</p>' * 200}]]></content:encoded>"
    )
    text = rss(_LINKED + article + "</item><item>" + (_LINKED + article + "</item><item>") * 28, ENCODED)
    allowance = Allowance(IN_PROCESS)
    page = open_page(text, "feed", allowance)
    spend(allowance, page, "feed", ["entries", "next"])
    spend(allowance, page, "feed", FIELDS, 30)


# --- cut responses


def whole(body: bytes | str) -> str:
    """The reason why the body counts as cut; empty if it is whole."""
    body = body if isinstance(body, bytes) else body.encode()
    try:
        check_whole(Received(body, lambda: body.decode("utf-16" if b"\0" in body else "utf-8")), "feed")
    except ArticleError as why:
        return why.reason
    return ""


@pytest.mark.parametrize(
    "text",
    [
        f'<?xml version="1.0" encoding="UTF-8"?>\n{rss(_LINKED)}',
        f'<?xml version="1.0"?>{atom("<title>沪指收涨</title>")}',
        f'<a:feed xmlns:a="{ATOM}"><a:entry/></a:feed>',
        f'<rdf:RDF xmlns:rdf="{RDF}"><item/></rdf:RDF>',
    ],
)
def test_a_feed_cut_at_any_byte_is_incomplete(text: str) -> None:
    body = text.encode()
    begins = body.rindex(b"<", 0, body.index(b" xmlns" if b" xmlns" in body else b"><channel")) + 10
    assert {whole(body[:size]) for size in range(begins, body.rindex(b"</"))} == {"incomplete"}
    assert whole(body) == ""


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (f"{rss(_LINKED)}\n<!-- cached -->", ""),
        (f"{rss(_LINKED)}<script>x</script>", ""),
        (f'<feed xmlns="{ATOM}"/>', ""),
        (rss(_LINKED).encode("utf-16"), ""),
        (rss(_LINKED)[:-9].encode("utf-16"), "incomplete"),
        ('<?xml version="1.0" encoding="UTF-8"?>\n', "incomplete"),
        ("<html><body>安全验证", ""),
        ("Service Unavailable", ""),
        (json_feed(url="/1"), ""),
        (json_feed(url="/1")[:-2], "json_cut"),
        (" \n", "empty"),
    ],
)
def test_what_follows_the_end_of_a_feed_does_not_matter(body: bytes | str, reason: str) -> None:
    assert whole(body) == reason


def test_a_rule_is_one_of_the_names() -> None:
    for name in ("entries", "title", "next", *OF_ENTRY):
        check_rule(name, "feed")
    names = "entries, title, next, id, address, date, updated, source, author, category, digest, body, description"
    with pytest.raises(
        ValueError, match=rf"^'item > title' is not a name of the format feed; known are {names}$"
    ):
        check_rule("item > title", "feed")


def test_the_rules_that_a_profile_need_not_write_are_names() -> None:
    for rule in (FeedFormat.rows, FeedFormat.next, *FeedFormat.fields.values(), *FeedFormat.full.values()):
        check_rule(rule, "feed")
