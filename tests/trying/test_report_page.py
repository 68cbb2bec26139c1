"""The file of ``site-check --html``: the found parts are marked, and a hostile page does nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from archiver.sites.load import parse
from archiver.trying.remembered import Remembered
from archiver.trying.report_page import MAX_SHOWN, report_page
from tests.trying.pages import HOST, PROFILE, of_pages, pages, with_trial

FIRST = f"{HOST}/a/202601.html"


def written(known: Mapping[str, str], *urls: str) -> str:
    site = parse(PROFILE, "mine.yaml")
    fetch = Remembered(of_pages(site, known))
    found = with_trial(site, fetch, lambda trial: trial.check(urls, "port"))
    return report_page(found, site, fetch.responses)


def test_the_found_parts_are_marked_with_the_names_of_their_fields() -> None:
    page = written(pages(), FIRST, f"{HOST}/port/")
    assert '<mark title="title"><h1>第1号码头开工</h1></mark>' in page
    assert '<mark title="date"><time>2026-09-01 10:30</time></mark>' in page
    assert '<mark title="source"><span>来源：样例晚报</span></mark>' in page
    assert '<mark title="body"><div><p>第1号码头' in page
    assert page.count('<mark title="row"><li>') == 8
    assert '<span class="right">  ✓ </span>' in page


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<iframe src='https://evil.example'></iframe>",
    "<style>@import 'https://evil.example';</style>",
    "<p style='background:url(https://evil.example)'>x</p>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<base href='https://evil.example'><form action=x><input name=p></form>",
    "</section></body><script>alert(1)</script>",
    "<mark title='title'>forged</mark>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--><img src=1 onerror=alert(1)>'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
]


@pytest.mark.parametrize("part", HOSTILE)
def test_a_hostile_page_does_nothing(part: str) -> None:
    known = pages()
    known[FIRST] = known[FIRST].replace("<article>", f"{part}<article>").replace("<p>工程", f"{part}<p>公司")
    page = written(known, FIRST)
    head, _, body = page.partition("</pre>")
    assert "default-src 'none'" in head
    tags = set(re.findall(r"<([a-z0-9]+)", body))
    assert not tags & {
        "script",
        "img",
        "svg",
        "iframe",
        "style",
        "meta",
        "base",
        "form",
        "input",
        "a",
        "math",
        "link",
    }
    assert set(re.findall(r"<[a-z0-9]+ ([^>]*)>", body)) <= {
        f'title="{name}"' for name in ("title", "date", "source", "body")
    }
    assert '<mark title="title">forged' not in page


@pytest.mark.parametrize(
    "title", ["<script>alert(1)</script>", "</pre><img src=x onerror=alert(1)>", "&lt;b&gt;", "\"'><x"]
)
def test_a_hostile_title_is_text_in_the_summary(title: str) -> None:
    known = pages()
    known[FIRST] = known[FIRST].replace("第1号码头开工", title.replace("&", "&amp;").replace("<", "&lt;"))
    page = written(known, FIRST)
    assert not set(re.findall(r"<([a-z0-9]+)", page.partition("<pre>")[2].partition("</pre>")[0])) - {"span"}


def test_a_long_page_is_shown_as_its_source() -> None:
    known = pages()
    known[FIRST] = known[FIRST].replace("</article>", f"{'长' * MAX_SHOWN}</article>")
    assert "&lt;article&gt;" in written(known, FIRST)
