"""The selector of an element finds this element and no other one."""

from __future__ import annotations

import pytest

from archiver.extract.formats.html import HtmlFormat
from archiver.extract.generic.selectors import selector_of

MARK = "<p data-x=1>文字</p>"

CASES = [
    (f"<div id=artibody>{MARK}</div>", "#artibody"),
    (f"<div class='x article-text'>{MARK}</div><div class=x>y</div>", "div.article-text"),
    (f"<div class=x>{MARK}</div><div class=x>y</div>", "body > div:nth-of-type(1)"),
    (f"<div id=post-123456><div>{MARK}</div></div>", "body > div > div"),
    (f"<div id='12'><div>{MARK}</div></div>", "body > div > div"),
    (
        f"<div id=main><div><div class=a>{MARK}</div><div class=a></div></div></div>",
        "#main > div > div:nth-of-type(1)",
    ),
    (f"<article>{MARK}</article>", "article"),
    (f"<div id=a></div><div id=a>{MARK}</div>", "body > div:nth-of-type(2)"),
    (f"<section class='post-{'9' * 9} entry'>{MARK}</section>", "section.entry"),
    (f"<div class='a:b c.d'>{MARK}</div>", "body > div"),
    (f"<mip-text>{MARK}</mip-text>", "body > mip-text"),
]


@pytest.mark.parametrize(("html", "expected"), CASES)
def test_a_selector_finds_its_element_only(html: str, expected: str) -> None:
    page = HtmlFormat().open(f"<html><body>{html}</body></html>")
    element = page.part.xpath("//*[@data-x]")[0].getparent()
    assert selector_of([element]) == expected
    assert [row.part for row in page.rows(expected)] == [element]


def test_several_elements_have_one_selector() -> None:
    page = HtmlFormat().open("<html><body><div id=a>1</div><div id=b>2</div></body></html>")
    selector = selector_of(page.part.xpath("//div"))
    assert selector == "#a, #b"
    assert page.values(selector) == ["1", "2"]
