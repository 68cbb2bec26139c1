"""The page of the share host."""

from __future__ import annotations

from parsel import Selector

from archiver.replica.share import share


def test_the_share_shell_holds_no_article_but_asks_for_it() -> None:
    shell = share("NW202202202281955790")
    assert "/NewsData/GetNewsText.do?id=NW202202202281955790" in shell
    assert Selector(shell).css("body *::text").re(r"[一-鿿]{5,}") == ["没有找到这篇文章"]
    assert not Selector(shell).css("#title::text, #content::text")


def test_the_share_shell_cannot_be_broken_out_of() -> None:
    assert "<script>alert" not in share("</script><script>alert(1)</script>")
