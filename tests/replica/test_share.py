"""The page of the share host."""

from __future__ import annotations

from parsel import Selector

from archiver.replica.share import share


def test_the_share_page_contains_no_article_text_but_requests_it() -> None:
    page = share("NW202202202281955790")
    assert "/NewsData/GetNewsText.do?id=NW202202202281955790" in page
    assert Selector(page).css("body *::text").re(r"[一-鿿]{5,}") == ["没有找到这篇文章"]
    assert not Selector(page).css("#title::text, #content::text")


def test_an_id_with_markup_is_escaped_in_the_share_page() -> None:
    assert "<script>alert" not in share("</script><script>alert(1)</script>")
