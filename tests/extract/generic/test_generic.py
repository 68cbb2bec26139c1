"""Pages that are read without a rule: every value is right or missing, and no text is posted that is not sure."""

from __future__ import annotations

import re
import sys
from collections import Counter
from datetime import UTC, datetime
from html import unescape
from types import SimpleNamespace

import pytest

from archiver.extract.formats import IN_PROCESS, Allowance, TooMuchWork
from archiver.extract.formats.html import HtmlFormat, HtmlPage
from archiver.extract.generic import Generic, opinions, read_generic
from archiver.normalise import dates, sources
from tests.crawling import PROJECT
from tests.extract.generic.pages import (
    COMMENTS,
    OTHER_TEXTS,
    PARAGRAPHS,
    RELATED,
    SAMPLES,
    TITLE,
    Sample,
    page,
    paragraphs,
)

ALL = ("title", "date", "source", "author", "digest", "link", "body")
NOW = datetime(2026, 9, 21, tzinfo=UTC)
URL = "https://news.site.example/2026/a/1001.html"


def opened(html: str) -> HtmlPage:
    return HtmlFormat().open(html)


def read(html: str, url: str = URL, **hints: str) -> Generic:
    return read_generic(opened(html), url, ALL, hints)


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"[\u4e00-\u9fff]|[a-z0-9]+", text.lower()))


def text_of(markup: str) -> str:
    return unescape(re.sub(r"<[^<>]*>", " ", markup))


@pytest.fixture(autouse=True)
def _without_trafilatura(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opinions, "_trafilatura", lambda: None)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.shape)
def test_an_ordinary_page_gives_its_title_minute_and_source(sample: Sample) -> None:
    found = read(sample.html, sample.url).found
    moment = dates.parse(found["date"].text, NOW)
    assert found["title"].text == sample.title
    assert (moment.at.strftime("%Y-%m-%d %H:%M"), moment.precise) == (sample.minute, True)
    assert sources.parse(found["source"].text).names == (sample.source,)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.shape)
def test_the_body_of_an_ordinary_page_has_its_text_and_pictures_and_nothing_else(sample: Sample) -> None:
    body = read(sample.html, sample.url).found["body"].text
    got, expected = words(text_of(body)), words(" ".join(sample.paragraphs))
    assert not expected - got
    assert 2 * (got & expected).total() / (got.total() + expected.total()) >= 0.95
    assert [picture for picture in sample.pictures if picture not in body] == []
    assert [other for other in OTHER_TEXTS if other in body] == []


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.shape)
def test_a_text_is_sure_only_if_the_page_marks_it(sample: Sample) -> None:
    unsure = read(sample.html, sample.url).unsure
    assert (unsure == "") == sample.sure, unsure


@pytest.mark.parametrize(
    "sample", [each for each in SAMPLES if not each.sure], ids=lambda sample: sample.shape
)
def test_the_rule_that_an_unsure_text_names_finds_the_text(sample: Sample) -> None:
    unsure = read(sample.html, sample.url).unsure
    selector = re.search(r"write `article\.body: '([^']+)'`", unsure)
    assert selector, unsure
    markup = opened(sample.html).markup(selector[1])
    assert not words(" ".join(sample.paragraphs)) - words(text_of(markup))
    assert len(opened(sample.html).rows(selector[1])) == 1


def test_the_docs_say_where_the_values_of_ordinary_pages_are_found() -> None:
    rows = []
    for sample in SAMPLES:
        got = read(sample.html, sample.url)
        origins = " | ".join(f"`{got.found[name].origin}`" for name in ("title", "date", "source"))
        rows.append(f"| {sample.shape} | {origins} | {'unsure' if got.unsure else 'posted'} |")
    assert "\n".join(rows) in (PROJECT / "docs/sites.md").read_text(encoding="utf-8")


def test_trafilatura_is_a_further_opinion(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[object] = []

    def extract(tree: object, **options: object) -> str:
        given.append((tree, options))
        return "\n".join(PARAGRAPHS)

    monkeypatch.setattr(opinions, "_trafilatura", lambda: SimpleNamespace(extract=extract))
    unmarked = page(f"<h1>{TITLE}</h1><div class=x>{paragraphs()}</div>")
    assert read(unmarked).unsure == ""
    assert len(given) == 1
    monkeypatch.setattr(
        opinions, "_trafilatura", lambda: SimpleNamespace(extract=lambda _tree, **_: "完全不同的文字")
    )
    assert "no second opinion agrees" in read(unmarked).unsure


def test_the_installed_trafilatura_agrees_with_ordinary_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    trafilatura = pytest.importorskip("trafilatura", reason="the extra generic is not installed")
    monkeypatch.setattr(opinions, "_trafilatura", lambda: trafilatura)
    sure = [sample.shape for sample in SAMPLES if not read(sample.html, sample.url).unsure]
    assert len(sure) == len(SAMPLES)


def test_a_missing_extra_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    opinions._trafilatura.cache_clear()
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    try:
        assert not opinions.has_trafilatura()
        assert opinions.trafilatura_words(opened("<p>x</p>").part).total() == 0
    finally:
        opinions._trafilatura.cache_clear()


def article(text: str, *, mark: str = "article", before: str = "", inside: str = "", after: str = "") -> str:
    return page(
        f"{before}<{mark}><h1>{TITLE}</h1><p class=info>2026-09-18 17:47 来源：样例日报</p>{inside}{text}</{mark}>{after}"
    )


TEASER = "".join(
    f"<article><h2><a href='/a/{n}'>样例标题第{n}号</a></h2><p>{PARAGRAPHS[n % 6]}</p></article>"
    for n in range(8)
)

UNSURE = {
    "no second opinion": (
        page(f"<h1>{TITLE}</h1><div class=x>{paragraphs()}</div>"),
        "no second opinion agrees",
    ),
    "a page that does not exist": (
        page(
            "<article><h1>404</h1><p>抱歉，您访问的页面不存在或已删除。</p></article>",
            title="页面不存在_样例网",
        ),
        "article.body",
    ),
    "an empty page": (page(""), "article.body"),
    "a section page with teasers": (page(f"<main>{TEASER}</main>", title="财经新闻_样例网"), "article.body"),
    "a list of articles in one article": (
        page(f"<article><h1>{TITLE}</h1>{TEASER}</article>"),
        "a list of articles",
    ),
    "a list of links": (
        article(
            "<ul>"
            + "".join(f"<li><a href='/{n}'>{text}</a></li>" for n, text in enumerate(PARAGRAPHS))
            + "</ul>"
        ),
        "article.body",
    ),
    "the words of a wall": (
        article(paragraphs(PARAGRAPHS[:2]), after="<div>登录后可继续阅读全文</div>"),
        "not free",
    ),
    "the class of a wall": (
        article(paragraphs(PARAGRAPHS[:2]) + "<div class='paywall'>成为会员</div>"),
        "not free",
    ),
    "an English wall": (
        article(paragraphs(PARAGRAPHS[:2]) + "<p>Subscribe to continue reading.</p>"),
        "not free",
    ),
    "a closed article in JSON-LD": (
        article(paragraphs()).replace(
            "</head>",
            f'<script type="application/ld+json">{{"@type":"NewsArticle","headline":"{TITLE}","isAccessibleForFree":"False"}}</script></head>',
        ),
        "not free",
    ),
    "more text in JSON-LD": (
        article(paragraphs(PARAGRAPHS[:2])).replace(
            "</head>",
            f'<script type="application/ld+json">{{"@type":"NewsArticle","headline":"{TITLE}","articleBody":"{"".join(PARAGRAPHS)}"}}</script></head>',
        ),
        "JSON-LD of the page has more text",
    ),
    "another text in the article element": (
        page(f"<article><p>{RELATED}</p></article><h1>{TITLE}</h1><div>{paragraphs()}</div>"),
        "no second opinion agrees",
    ),
    "a text that readability does not find": (article(f"<p>{PARAGRAPHS[0]}</p>"), "no second opinion agrees"),
    "two long articles": (
        page(
            f"<article><h1>{TITLE}</h1>{paragraphs()}</article><article><h2>另一篇</h2>{paragraphs(PARAGRAPHS[::-1])}</article>"
        ),
        "article.body",
    ),
    "a short text": (article("<p>今天休市。</p>"), "article.body"),
    "comments that are articles": (
        page(f"<h1>{TITLE}</h1><div>{paragraphs()}</div>" + f"<article>{COMMENTS}</article>" * 5),
        "article.body",
    ),
    "too many elements": (page(f"<article>{paragraphs()}{'<i>x</i>' * 20_000}</article>"), "too many"),
}


@pytest.mark.parametrize(("html", "why"), UNSURE.values(), ids=UNSURE)
def test_a_text_that_may_be_wrong_is_unsure(html: str, why: str) -> None:
    unsure = read(html).unsure
    assert why in unsure
    assert "write" in unsure
    assert "article.body" in unsure


SURE = {
    "an article element": article(paragraphs()),
    "itemprop": page(f"<h1>{TITLE}</h1><div><div itemprop=articleBody>{paragraphs()}</div></div>{RELATED}"),
    "itemprop with two words": page(f"<h1>{TITLE}</h1><div itemprop='text articleBody'>{paragraphs()}</div>"),
    "the class of hAtom": page(f"<h1>{TITLE}</h1><div class='x entry-content'>{paragraphs()}</div>{RELATED}"),
    "the class of h-entry": page(f"<h1>{TITLE}</h1><div class='e-content'>{paragraphs()}</div>"),
    "the text in JSON-LD": page(
        f"<h1>{TITLE}</h1><div class=x>{paragraphs()}</div>",
        f'<script type="application/ld+json">{{"@type":"NewsArticle","headline":"{TITLE}","articleBody":"{"".join(PARAGRAPHS)}"}}</script>',
    ),
    "small articles beside it": page(
        f"<article><h1>{TITLE}</h1>{paragraphs()}</article><article><a href=/1>{PARAGRAPHS[0][:20]}</a></article>"
    ),
    "a text without paragraphs": article("<div>" + "<br>".join(PARAGRAPHS) + "</div>"),
    "words of a wall in a long article": article(
        paragraphs(PARAGRAPHS * 4) + "<p>登录后可继续阅读全文，是他们的口号。</p>"
    ),
}


@pytest.mark.parametrize("html", SURE.values(), ids=SURE)
def test_a_text_with_a_second_opinion_is_sure(html: str) -> None:
    got = read(html)
    assert got.unsure == ""
    assert PARAGRAPHS[0] in got.found["body"].text
    assert got.found["body"].origin == "readability"


BODIES = {
    "the first paragraph is beside the others": (
        article(
            f"<p class=lead>{PARAGRAPHS[0]}</p><div class=text><div>{paragraphs(PARAGRAPHS[1:])}</div></div>"
        ),
        [*PARAGRAPHS],
        [TITLE, "样例日报"],
    ),
    "a picture with a caption above the text": (
        article(
            "<figure><img data-src='/9.jpg'><figcaption>大坝全景</figcaption></figure>"
            + f"<div>{paragraphs()}</div>"
        ),
        ["/9.jpg", "大坝全景", PARAGRAPHS[0]],
        [TITLE],
    ),
    "a table": (
        article(f"{paragraphs()}<table><tr><td>机组</td><td>2 台</td></tr></table>"),
        ["<td>机组</td>"],
        [],
    ),
    "attributes of lazy pictures": (
        article(paragraphs() + "<p><img src=load.gif data-lazy-src='/real.jpg' data-code='1'></p>"),
        ['data-lazy-src="/real.jpg"', 'data-code="1"'],
        [],
    ),
    "links to other articles inside the text": (
        article(f"{paragraphs()}{RELATED}"),
        [PARAGRAPHS[5]],
        ["沿海风电"],
    ),
    "a share bar inside the text": (
        article(f"<div class=share-bar><a href=#>微信</a></div>{paragraphs()}"),
        [PARAGRAPHS[0]],
        ["微信"],
    ),
    "attachments": (
        article(
            paragraphs()
            + "<ul><li><a href=1.pdf>附件一</a></li><li><a href=2.docx>附件二</a></li><li><a href=3.xls>附件三</a></li></ul>"
        ),
        ["附件一", "附件三"],
        [],
    ),
    "comments inside the article": (article(f"{paragraphs()}{COMMENTS}"), [PARAGRAPHS[5]], ["希望鱼道"]),
    "a long part with the class of a tool bar": (
        article(f"<div class=tips>{paragraphs(PARAGRAPHS[:2])}</div>{paragraphs(PARAGRAPHS[2:] * 2)}"),
        [PARAGRAPHS[0]],
        [],
    ),
    "the heading and the lines around it": (
        page(
            f"<article><div class=label>深度报道</div><div><h1>{TITLE}</h1><div><p>2026-09-18 17:47 <span>来源：样例日报·样例号·财经</span></p>"
            f"<div class=font>字号<ul><li>大</li><li>小</li></ul></div></div></div><p>{PARAGRAPHS[0]}</p><div><div>{paragraphs(PARAGRAPHS[1:])}</div></div></article>"
        ),
        [*PARAGRAPHS],
        [TITLE, "深度报道", "2026-09-18", "样例日报", "字号"],
    ),
    "a form": (article(f"{paragraphs()}<form><input>订阅邮件</form>"), [PARAGRAPHS[0]], ["订阅邮件"]),
    "subheadings": (
        article(paragraphs(PARAGRAPHS[:3]) + "<h2>鱼道</h2>" + paragraphs(PARAGRAPHS[3:])),
        ["<h2>鱼道</h2>"],
        [],
    ),
}


@pytest.mark.parametrize(("html", "kept", "dropped"), BODIES.values(), ids=BODIES)
def test_the_body_is_the_markup_of_the_page(html: str, kept: list[str], dropped: list[str]) -> None:
    got = read(html)
    body = got.found["body"].text
    assert got.unsure == ""
    assert [text for text in kept if text not in body] == []
    assert [text for text in dropped if text in body] == []


def test_dates_and_credits_in_the_text_are_not_those_of_the_article() -> None:
    lines = [f"<p>{'潮起' * 14}第{n}行</p>" for n in range(12)]
    html = page(
        f"<h1>{TITLE}</h1><div class=poem>{''.join(lines)}<p>来源：样例诗刊</p><p>2020-01-01 10:00</p></div>"
    )
    assert not read(html).found.keys() & {"date", "source"}


def test_the_page_is_not_changed() -> None:
    given = opened(SAMPLES[0].html)
    before = given.markup("html")
    read_generic(given, URL, ALL, {})
    assert given.markup("html") == before


def test_only_wanted_fields_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_root: object) -> list[object]:
        raise AssertionError("readability is not needed")

    monkeypatch.setattr("archiver.extract.generic.text_elements", refuse)
    got = read_generic(opened(SAMPLES[0].html), URL, ("title", "date"), {})
    assert set(got.found) == {"title", "date"}


def test_a_page_that_may_take_long_is_left_to_another_process() -> None:
    small, deep = SAMPLES[0].html, page("<div>" * 400 + paragraphs(PARAGRAPHS * 60) + "</div>" * 400)
    assert read_generic(opened(small), URL, ALL, {}, Allowance(IN_PROCESS)).found
    with pytest.raises(TooMuchWork):
        read_generic(opened(deep), URL, ALL, {}, Allowance(IN_PROCESS))
