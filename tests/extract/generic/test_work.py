"""The work of reading a hostile page is limited, and known before it begins."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from archiver.extract.formats import IN_PROCESS
from archiver.extract.formats.html import HtmlFormat
from archiver.extract.generic import opinions, read_generic
from archiver.extract.generic.readable import _copy
from archiver.extract.generic.work import size_of
from tests.extract.generic.pages import SAMPLES, page

T = "沪指今日收涨，市场成交活跃，多只个股上涨。"
H1 = "<h1>利率决议今晚公布</h1>"

ARTICLE = '{"@type": "Article", "headline": "x"},'

HOSTILE: dict[str, Callable[[int], str]] = {
    "plain": lambda n: f"<div>{f'<p>{T}</p>' * n}</div>",
    "nested divs": lambda n: "<div>" * 200 + f"<p>{T}</p>" * n,
    "nested divs with text": lambda n: f"<div>{T}" * 200 + f"<p>{T}</p>" * n,
    "nested tables": lambda n: f"<table><tr><td>{T}" * 100 + f"<p>{T}</p>" * n,
    "nested quotes": lambda n: f"<blockquote>{T}" * 200 + f"<p>{T}</p>" * n,
    "nested pre": lambda n: f"<pre class=comment>{T}" * 200 + f"<p>{T}</p>" * n,
    "nested links": lambda n: "<a><div>" * 200 + f"<p>{T}</p>" * n,
    "nested articles": lambda n: f"<article><ul><li>{T}" * 60 + f"<p>{T}</p>" * n,
    "quotes behind each other": lambda n: (
        "<div>" * 100 + f"<div><section>{T}</section></div>" * n + f"<blockquote>{T}</blockquote>" * n
    ),
    "empty lists": lambda n: f"<div><p>{T * 5}</p>{'<ul></ul>' * n}</div>",
    "sections with pictures": lambda n: f"<div><p>{T * 5}</p>{'<section><img></section>' * n}</div>",
    "subtitles": lambda n: (
        f"<article>{f'<div class=subtitle>{T}</div>' * n}<div class=text>{f'<p>{T}</p>' * 200}</div></article>"
    ),
    "unlikely classes": lambda n: (
        "<div class=comment>" * 200 + f"<div class=comment>{T}</div>" * n + f"<main><p>{T}</p></main>"
    ),
    "blanks": lambda n: f"<div>{'<p>' + ' ' * 500 + T + '</p>'}</div>" * n,
    "dates": lambda n: H1 + "<span>2022-02-22 17:47 2022-02-23 18:00</span>" * n + f"<p>{T}</p>",
    "credits": lambda n: H1 + "<span>来源：来源：来源 来源</span>" * n + f"<p>{T}</p>",
    "headings": lambda n: f"{H1}<h2>{T}</h2>" * n,
    "properties": lambda n: "<div>" * 200 + "<span itemprop=author><b itemprop=name>x</b></span>" * n,
    "long classes": lambda n: f"<div class='{'a-b ' * 200}'>x</div>" * n + f"<p>{T * 9}</p>",
    "text between elements": lambda n: f"<div>{f'{T}<b>x</b>' * n}</div>",
    "headlines in JSON-LD": lambda n: (
        "<script type='application/ld+json'>["
        + "".join(f'{{"@type": "Article", "headline": "{T * 9}{number}"}},' for number in range(n))
        + f"1]</script>{f'<h2>{T}</h2>' * n}<p>{T}</p>"
    ),
    "comments": lambda n: f"<div>{f'<!-- x -->{T}' * n}</div>",
    "forms in an article": lambda n: f"<article>{H1}<p>{T * 9}</p>{'<form>x</form>' * n}</article>",
    "JSON-LD": lambda n: f"<p>{T}</p><script type='application/ld+json'>[{ARTICLE * n}1]</script>",
}


def calls_of(html: str) -> int:
    """The function calls, also of functions in C, that reading the page takes."""
    given, calls = HtmlFormat().open(html), 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        read_generic(given, "https://www.example.com/1", ("title", "date", "source", "body"), {})
    finally:
        sys.setprofile(before)
    return calls


@pytest.fixture(autouse=True)
def _without_trafilatura(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opinions, "_trafilatura", lambda: None)


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_the_work_of_a_hostile_page_is_linear(make: Callable[[int], str]) -> None:
    calls_of(page(make(10)))  # fills caches
    size = 40 if len(make(1)) > 1_000 else 200
    few, many = calls_of(page(make(size))), calls_of(page(make(2 * size)))
    assert many <= 2.2 * few


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_the_estimate_covers_the_calls_of_a_hostile_page(make: Callable[[int], str]) -> None:
    html = page(make(60))
    assert calls_of(html) <= size_of(HtmlFormat().open(html).part).units / 2  # a call takes 50 ns or more


def test_ordinary_pages_are_read_in_the_process_of_the_run() -> None:
    units = [size_of(HtmlFormat().open(sample.html).part).units for sample in SAMPLES]
    assert max(units) < IN_PROCESS / 10


def test_trafilatura_doubles_the_estimate(monkeypatch: pytest.MonkeyPatch) -> None:
    root = HtmlFormat().open(SAMPLES[0].html).part
    alone = size_of(root).units
    monkeypatch.setattr(opinions, "_trafilatura", lambda: object())
    assert size_of(root).units == 2 * alone


def test_readability_sees_neither_runs_of_blanks_nor_nested_links() -> None:
    """Its regular expressions for blanks take quadratic time, and its count of linked text a cubic one."""
    html = page(f"<p>{T}{' ' * 500}{T}<b>x</b>{' ' * 500}</p>" + f"<a><blockquote>{T}" * 50)
    copy = _copy(HtmlFormat().open(html).part)
    assert "  " not in "".join(copy.itertext())
    assert not copy.xpath("//a//a")
