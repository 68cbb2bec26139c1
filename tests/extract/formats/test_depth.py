"""Markup that a parser would drop, or would need minutes for, is refused before parsing (faults P7, P12)."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from parsel import Selector

from archiver.errors import Quarantined
from archiver.extract.formats import html as html_format
from archiver.extract.formats import open_page
from archiver.extract.formats.depth import is_too_deep
from archiver.normalise.limits import MAX_ATTRIBUTES, MAX_DEPTH, PAGE, refuse_excess


def many(tag: str, count: int) -> str:
    return tag * count


def attributes(count: int) -> str:
    return "".join(f" a{number}=1" for number in range(count))


@pytest.fixture
def no_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    def parse(*_: object, **__: object) -> None:
        raise AssertionError("the parser was called")

    monkeypatch.setattr(html_format, "create_root_node", parse)


@pytest.mark.parametrize(
    "html",
    [
        pytest.param("<div>" * 100_000, id="div"),
        pytest.param("<DIV CLASS=a>" * 100_000 + "x" + "</DIV>" * 100_000, id="closed at the end"),
        pytest.param("<b>" * 100_000, id="b"),
        pytest.param("<p><span>" * 100_000, id="in paragraphs"),
        pytest.param("<ul><li>" * 100_000, id="lists"),
        pytest.param("<table><tr><td>" * 100_000, id="tables"),
        pytest.param("<x-y>" * 100_000, id="unknown"),
        pytest.param("</b>" * 600 + "<div>" * 600, id="after end tags without start tags"),
        pytest.param("<div><!--</div>-->" * 1000, id="closed in comments"),
        pytest.param('<div><a title="</div>"></a>' * 1000, id="closed in attributes"),
        pytest.param("<div><script>'</div>'</script>" * 1000, id="closed in scripts"),
        pytest.param("<div></b></p></span><div>" * 5000, id="end tags without start tags in between"),
        pytest.param("<div><title></div></title>" * 5000, id="closed in titles"),
        pytest.param("<noscript>" + "<div>" * 600, id="in noscript"),
        pytest.param(f"<p{attributes(100_000)}>", id="attributes"),
        pytest.param(f"<p {many('a ', 100_000)}>", id="one attribute repeated"),
        pytest.param(f"<!----!><p{attributes(600)}>-->", id="attributes after an unusual end of a comment"),
        pytest.param(f"</p{attributes(600)}>", id="attributes of an end tag"),
        pytest.param(f"<script{attributes(600)}>", id="attributes of a script"),
    ],
)
@pytest.mark.usefixtures("no_parser")
def test_excessive_markup_is_refused_before_parsing(html: str) -> None:
    with pytest.raises(Quarantined) as refused:
        open_page(f"<html><body>{html}", "html")
    assert refused.value.reason == "too_deep"


@pytest.mark.parametrize(
    "html",
    [
        pytest.param("<span><div></span>" * 5000, id="end tags that close no block"),
        pytest.param("<div><table></div>" * 5000, id="end tags that close no table"),
    ],
)
def test_depth_missed_by_the_scan_is_detected_after_parsing(html: str) -> None:
    refuse_excess(html, PAGE)
    with pytest.raises(Quarantined, match=r"^too_deep"):
        open_page(html, "html")


@pytest.mark.parametrize("depth", [MAX_DEPTH - 2, MAX_DEPTH - 1])
def test_the_limit_of_depth_is_exact(depth: int) -> None:
    page = Selector("<div>" * depth + "</div>" * depth, type="html")
    assert is_too_deep(page.root) == (depth + 2 > MAX_DEPTH), "html and body count too"


@pytest.mark.parametrize(
    "html",
    [
        pytest.param("<p>段落" * 5000, id="paragraphs without end tags"),
        pytest.param("<table>" + "<tr><td>格" * 5000 + "</table>", id="rows without end tags"),
        pytest.param("<ul>" + "<li><a href=/x>项</a>" * 5000 + "</ul>", id="items without end tags"),
        pytest.param("<br><img src=x><hr/><input>" * 5000, id="void elements"),
        pytest.param("<svg><path d='M0 0'/></svg><use/>" * 5000, id="elements that close themselves"),
        pytest.param("<script>for(i=0;i<n;i++)s+='<div>'</script>" * 1000, id="tags in scripts"),
        pytest.param("<!-- <div> -->" * 1000, id="tags in comments"),
        pytest.param(f"<p title='{many('a <b> ', 2000)}'>", id="tags in an attribute"),
        pytest.param(f"<p{attributes(MAX_ATTRIBUTES)}>", id="the maximum of attributes"),
        pytest.param("1 < 2 <3 </ <! <? " * 1000, id="no tags"),
        pytest.param("<div><div><b>x</b></div></div>" * 5000, id="many elements without deep nesting"),
    ],
)
def test_a_long_ordinary_page_is_read_completely(html: str) -> None:
    page = open_page(f"<html><body>{html}<h6>完</h6>", "html")
    assert "完" in page.value("xpath:string(/)")


MEGABYTE = 1 << 20


@pytest.mark.parametrize(
    "make",
    [
        lambda n: "<" * n,
        lambda n: "<a" * (n // 2),
        lambda n: "<!--" * (n // 4),
        lambda n: "<!-" * (n // 3),
        lambda n: "<!--" + "-" * n,
        lambda n: "<script>" * (n // 8),
        lambda n: "<script>" + "</scrip" * (n // 7),
        lambda n: "<p " + "=" * n,
        lambda n: "<p " + "/" * n,
        lambda n: "<p a" + " " * n,
        lambda n: "<p a=" + " " * n,
        lambda n: '<p a="' * (n // 6),
        lambda n: "<p a='" * (n // 6),
        lambda n: "<b>" * 400 + "</i>" * (n // 4),
        lambda n: "<p>x</p>" * (n // 8),
        lambda n: f'<p a="{"x" * n}">',
    ],
)
def test_a_hostile_megabyte_is_read_quickly(make: Callable[[int], str]) -> None:
    html = make(MEGABYTE)
    start = time.process_time()
    try:
        open_page(html, "html")
    except Quarantined as refused:
        assert refused.reason == "too_deep"
    assert time.process_time() - start < 10
