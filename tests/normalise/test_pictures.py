"""The addresses of pictures that a script loads. Add a row for an attribute that another script uses."""

from __future__ import annotations

import re
import time

import pytest

from archiver.normalise.body import clean, cleaned
from archiver.normalise.pictures import is_placeholder, largest

BASE = "https://news.example.com/a/1.html"
REAL = "https://img.example.com/real.jpg"
BLANK = "https://img.example.com/blank.gif"


def pictures(html: str) -> list[str]:
    return re.findall('<img src="([^"]*)"', clean(f"<p>图</p>{html}", BASE))


@pytest.mark.parametrize(
    "html",
    [
        *(
            f'<img src="{BLANK}" {name}="{REAL}">'
            for name in (
                *(
                    "data-src",
                    "data-original",
                    "data-lazy-src",
                    "data-lazyload",
                    "data-actualsrc",
                    "data-echo",
                ),
                *(
                    "data-ks-lazyload",
                    "real_src",
                    "lazy-src",
                    "lazysrc",
                    "_src",
                    "file",
                    "data-url",
                    "data-img",
                ),
                *("data-cfsrc", "data-croporisrc", "original", "data-unknown-name"),
            )
        ),
        f'<img data-original="{REAL}">',
        f'<img src="/thumbs/1.jpg" data-src="{REAL}">',
        f'<img src="data:image/gif;base64,R0lGOD" data-srcset="{REAL} 1280w">',
        f'<img srcset="/a.jpg 1x, {REAL} 2x">',
        f'<img src="{BLANK}" data-srcset="/320.jpg 320w,{REAL} 1280w,/640.jpg 640w" sizes="auto">',
        f'<img src="{REAL}" srcset="/a.jpg 1x, /b.jpg 2x">',
        f'<picture><source srcset="/a.webp 400w, {REAL} 900w"><img src="data:,"></picture>',
        f'<picture><source data-srcset="{REAL}"><img class="lazy"></picture>',
        f'<picture><source srcset="/a.webp"><img src="{REAL}"></picture>',
        f'<img alt="" width="687"><noscript><img src="{REAL}"></noscript>',
        f'<img class="lazy" data-src="{REAL}"><noscript><img src="{REAL}"></noscript>',
        f'<img class="lazy" data-src="{REAL}"><noscript><img src="{REAL}?w=1200"></noscript>',
        f'<noscript><img src="{REAL}"></noscript><img src="data:," data-src="{REAL}">',
        f'<noscript><img src="/small.jpg"></noscript><img class="lazy" data-src="{REAL}">',
        f'<noscript><img src="{REAL}" alt="图"></noscript>',
        f'<img src="{BLANK}" width="1" height="1" data-original="{REAL}">',
        f'<img data-src="{REAL}" style="display:none">',
        f'<img src="{REAL}" style="width:100%;height:0;padding-bottom:56%">',
        f'<amp-img src="{REAL}" width="600"></amp-img>',
        f'<mip-img src="{REAL}"></mip-img>',
        f'<img src="{REAL}" data-src="javascript:alert(1)">',
        f'<img src="{REAL}" data-src="{{{{item.src}}}}" data-original="true" data-lazy="1">',
        f'<img src="{REAL}" data-url="https://news.example.com/2.html" data-thumb="/t.jpg">',
        f'<img src="{REAL}" data-loading-src="/loading.gif" data-x="/other.png">',
        f'<svg width="300"><image xlink:href="{REAL}"/></svg>',
    ],
)
def test_one_picture_has_its_real_address(html: str) -> None:
    assert pictures(html) == [REAL]
    assert not cleaned(f"<p>图</p>{html}", BASE).lost_content


@pytest.mark.parametrize(
    "html",
    [
        f'<img src="{BLANK}">',
        '<img src="data:image/gif;base64,R0lGOD">',
        '<img src="/images/spacer.gif?v=2">',
        f'<img src="{BLANK}" data-src="data:," data-original="{BLANK}">',
        f'<img src="{REAL}" width="1" height="1">',
        f'<img src="{REAL}" data-src="{REAL}" width="1" height="1">',
        '<noscript><img src="https://hm.example.com/hm.gif?si=1"></noscript>',
        '<noscript><img src="https://t.example.com/count?id=1"></noscript>',
        f'<noscript><img height="1" width="1" src="{REAL}"></noscript>',
        f'<!-- <img src="{REAL}"> --><script>"<img src={REAL}>"</script>',
    ],
)
def test_placeholders_and_tracking_pixels_are_removed_without_a_doubt(html: str) -> None:
    assert pictures(html) == []
    assert not cleaned(f"<p>图</p>{html}", BASE).lost_content


@pytest.mark.parametrize(
    "html",
    [
        f'<img class="lazyload" src="{BLANK}">',
        '<img width="640" height="360" src="data:,">',
        f'<img src="data:image/png;base64,{"A" * 2_000}">',
        '<img alt="走势图">',
        '<img data-src="{{picture}}">',
    ],
)
def test_a_picture_without_a_usable_address_is_a_doubt(html: str) -> None:
    assert pictures(html) == []
    assert cleaned(f"<p>图</p>{html}", BASE).lost_content


def test_two_pictures_side_by_side_are_kept() -> None:
    assert pictures('<img src="/1.jpg"><noscript><img src="/2.jpg"></noscript><img src="/1.jpg">') == [
        "https://news.example.com/1.jpg",
        "https://news.example.com/2.jpg",
        "https://news.example.com/1.jpg",
    ]


def test_the_attributes_of_placeholders_are_not_in_the_post() -> None:
    html = f'<p><img src="{BLANK}" data-src="{REAL}" data-w="900" srcset="/a.jpg 2x" width="1" height="1" alt="图"></p>'
    assert clean(html, BASE) == f'<p><img src="{REAL}" alt="图" /></p>'


@pytest.mark.parametrize(
    "address",
    ["/x/blank.gif", "placeholder.png", "/static/image/common/none.gif", "s.gif", "1x1.png", "data:,"],
)
def test_the_name_of_a_placeholder_is_recognised(address: str) -> None:
    assert is_placeholder(address)


@pytest.mark.parametrize(
    "address",
    [
        "/none.jpg",
        "/blanket.gif",
        "/default.png",
        "/loading-dock.jpg",
        "/dots.gif",
        "/blank/1.jpg",
        "/white.jpg",
    ],
)
def test_the_name_of_a_real_picture_is_not_a_placeholder(address: str) -> None:
    assert not is_placeholder(address)


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("/a.jpg", "/a.jpg"),
        ("/a.jpg 1x, /b.jpg 2x", "/b.jpg"),
        ("/a,b.jpg 2x, /c.jpg", "/a,b.jpg"),
        ("  /a.jpg 320w ,\n /b.jpg 1280w , ", "/b.jpg"),
        ("", ""),
    ],
)
def test_the_largest_candidate_is_chosen(value: str, address: str) -> None:
    assert largest(value) == address


@pytest.mark.parametrize(
    "html",
    [
        f'<img src="{BLANK}"><noscript><img src="/a.jpg"></noscript>' * 5_000,
        '<img srcset="' + "a " * 500_000 + '">',
        '<img data-srcset="' + ",/" * 400_000 + '">',
        '<img src="' + "a/" * 400_000 + '.gif">',
        "<picture>" * 300 + '<source srcset="/a.jpg 2x">' * 8_000 + "<img>",
    ],
    ids=range(5),
)
def test_hostile_pictures_are_read_in_linear_time(html: str) -> None:
    started = time.process_time()
    clean("<p>图</p>" + html, BASE)
    assert time.process_time() - started < 6
