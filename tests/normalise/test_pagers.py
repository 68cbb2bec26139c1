"""The link to the next page of an article."""

from __future__ import annotations

import time

import pytest

from archiver.normalise.pagers import goes_on


@pytest.mark.parametrize(
    "html",
    [
        '<p><a href="p1_2.html">下一页</a></p>',
        '<p><a href="p1_2.html" class="next"> 下一页 &gt;</a></p>',
        '<div><a href="p1_2.html"><span>下页</span></a></div>',
        '<div><a href="?p=2">[下一頁]</a></div>',
        '<a href="?p=2">【下一页】</a>',
        '<a href="?p=2">余下全文&gt;&gt;</a>',
        '<a href="?page=2">Next page »</a>',
        '<a href="?page=2"><b>NEXT PAGE</b></a>',
        '<p class="pages"><span>1</span> <a rel="next" href="p1_2.html">2</a></p>',
        "<p><a class=x rel=next href=p1_2.html>2</a></p>",
    ],
)
def test_a_link_to_the_next_page_is_found(html: str) -> None:
    assert goes_on(f"<p>第一段。</p>{html}")


@pytest.mark.parametrize(
    "html",
    [
        "<p>请看下一页的表格。</p>",
        '<a href="/a/2.html">下一篇：样例公司公告</a>',
        '<a href="/a/2.html">下一页的故事</a>',
        '<a href="/next">next</a>',
        '<a href="/a/2.html">上一页</a>',
        '<p>翻到下一页</p><a href="/a">首页</a>',
        '<a rel="nofollow" href="/next">2</a>',
        '<a data-rel="next-story" href="/a">2</a>',
        "<p>The next page of history</p>",
        "",
    ],
)
def test_other_links_and_texts_are_not_the_next_page(html: str) -> None:
    assert not goes_on(html)


@pytest.mark.parametrize(
    "part", ["<a ", "<a rel=", '<a href="下一页">', "<a>下一页", "下一页", "<a>" + " " * 50]
)
def test_a_hostile_text_is_read_in_linear_time(part: str) -> None:
    def seconds(times: int) -> float:
        text = f"下一页 next rel= {part * times}"
        start = time.process_time()
        goes_on(text)
        return time.process_time() - start

    assert seconds(20_000) < 40 * max(seconds(2_000), 0.002)
