"""The limits of markup for the parser of bodies and for the parser of pages."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from archiver.errors import Quarantined
from archiver.normalise.limits import BODY, MAX_ATTRIBUTES, MAX_DEPTH, PAGE, Limits, refuse_excess


def is_refused(html: str, limits: Limits) -> bool:
    try:
        refuse_excess(html, limits)
    except Quarantined as why:
        assert why.reason == "too_deep"
        return True
    return False


def attributes(count: int) -> str:
    return "".join(f" a{number}" for number in range(count))


DEEP = MAX_DEPTH + 1


@pytest.mark.parametrize(
    ("html", "body", "page"),
    [
        pytest.param("<div>" * MAX_DEPTH, False, False, id="maximum depth"),
        pytest.param("<div>" * DEEP, True, True, id="one level deeper"),
        pytest.param("<DIV></div>" * DEEP, False, False, id="closed in another letter case"),
        pytest.param("</b>" * DEEP + "<div>" * DEEP, True, True, id="end tags without start tags"),
        pytest.param("<x/>" * DEEP, True, False, id="only lxml lets an element close itself"),
        pytest.param(
            "<p><span>" * DEEP, False, True, id="only HTML5 closes the elements in a paragraph with it"
        ),
        pytest.param("<b>" * DEEP, False, True, id="only HTML5 limits equal formatting elements"),
        pytest.param(
            "".join(f"<p><font color={number}></p>" for number in range(20)) + " " * BODY.unscanned,
            True,
            False,
            id="only HTML5 reopens formatting elements",
        ),
        pytest.param("<div><!-- </div> -->" * DEEP, True, True, id="closed in comments"),
        pytest.param("<div><!----!><!--></div>" * DEEP, False, False, id="comments that end early"),
        pytest.param('<div title="</div>">' * DEEP, True, True, id="closed in an attribute"),
        pytest.param('<div =="></div>">' * DEEP, True, True, id="closed in an unusual attribute"),
        pytest.param("<div><xmp></div></xmp>" * DEEP, True, True, id="closed in raw text"),
        pytest.param("<div></ </div>" * DEEP, True, True, id="closed in markup parsed as a comment"),
        pytest.param("<div><noscript></div></noscript>" * DEEP, False, False, id="closed in noscript"),
        pytest.param(f"<p{attributes(DEEP)}>" + " " * BODY.unscanned, True, True, id="attributes"),
        pytest.param(
            f"<p{attributes(MAX_ATTRIBUTES)}>" + " " * BODY.unscanned, False, False, id="fewer attributes"
        ),
        pytest.param(f"<p{attributes(DEEP)}>", False, True, id="attributes of a short text"),
        pytest.param("&" * (BODY.references + 1), True, False, id="character references"),
        pytest.param("&" * BODY.references + " ", False, False, id="fewer references"),
        pytest.param("<p>" * (BODY.tags + 1), True, False, id="tags"),
        pytest.param("<p>" * BODY.tags, False, False, id="fewer tags"),
        pytest.param(
            "<svg><p>" * (BODY.tags_beside_raw_text // 2 + 1), True, True, id="tags beside raw text"
        ),
    ],
)
def test_markup_beyond_the_limits_of_a_parser_is_refused(html: str, body: bool, page: bool) -> None:
    assert (is_refused(html, BODY), is_refused(html, PAGE)) == (body, page)


MEGABYTE = 1 << 20


@pytest.mark.parametrize("limits", [BODY, PAGE], ids=["body", "page"])
@pytest.mark.parametrize(
    "make",
    [
        lambda n: "<!" * (n // 2),
        lambda n: "</" * (n // 2),
        lambda n: "<!--" + "-!" * (n // 2),
        lambda n: "<xmp>" + "</xm" * (n // 4),
        lambda n: "<p " + "=" * n,
        lambda n: "<p a" + " =" * (n // 2),
        lambda n: "<p a='" * (n // 6),
        lambda n: "<b>" * 400 + "</i>" * 9_000 + "x" * n,
        lambda n: "<a><p></a>" * 3_000 + "x" * n,
    ],
)
def test_a_hostile_megabyte_is_scanned_in_linear_time(make: Callable[[int], str], limits: Limits) -> None:
    html = make(MEGABYTE)
    started = time.process_time()
    is_refused(html, limits)
    assert time.process_time() - started < 4
