"""A response that is not what was requested is described in a few words."""

from __future__ import annotations

import pytest

from archiver.extract.preview import MAX_SHOWN, preview

HTML = "text/html; charset=utf-8"


@pytest.mark.parametrize(
    ("text", "content_type", "said"),
    [
        ("<html><title>安全验证</title><p>正文", HTML, "text/html with the title '安全验证'"),
        ("<title lang=zh>\n 安全 &amp; 验证\n</title>", HTML, "text/html with the title '安全 & 验证'"),
        ("<title> </title><p>请登录</p>", HTML, "text/html that begins with '请登录'"),
        ("<!DOCTYPE html><html><body><p>请 <b>登录</b></p>", HTML, "text/html that begins with '请 登录'"),
        ("<style>p{color:red}</style><p>请登录", HTML, "text/html that begins with '请登录'"),
        ("<!-- 注释 --><script>var a='<p>x</p>'</script>请登录", HTML, "text/html that begins with '请登录'"),
        ("<script>location.href='/v'</script>", HTML, "text/html that begins with \"<script>location.href='/v'</script>\""),
        ("<p>a &lt; b</p>", HTML, "text/html that begins with 'a < b'"),
        ('{"code": 403, "msg": "<b>x</b>"}', "application/json", 'application/json that begins with \'{"code": 403, "msg": "<b>x</b>"}\''),
        ("callback([1, 2])", "text/javascript", "text/javascript that begins with 'callback([1, 2])'"),
        ("<?xml version='1.0'?><rss><item>一则</item></rss>", "application/rss+xml", "application/rss+xml that begins with '一则'"),
        ("系统繁忙", "", "a page without a content type that begins with '系统繁忙'"),
        (" \n\t", HTML, "text/html without content"),
        ("", HTML, "text/html without content"),
    ],
)  # fmt: skip
def test_a_response_is_described_by_its_type_and_its_title_or_beginning(
    text: str, content_type: str, said: str
) -> None:
    assert preview(text, content_type) == said


@pytest.mark.parametrize("text", ["长" * 10_000, f"<p>{'长' * 10_000}", f"<title>{'长' * 300}</title>"])
def test_a_description_is_short(text: str) -> None:
    assert preview(text, HTML).count("长") == MAX_SHOWN


def test_a_description_has_no_control_character_and_one_line() -> None:
    said = preview("<title>a\x1b[2J\u202eb\nc\u2028d</title>", HTML)
    assert said == "text/html with the title 'a\\x1b[2J\\u202eb c d'"


@pytest.mark.parametrize("text", ["<" * 4000, "<script>" * 500, "<!--" * 1000, "<title>" * 570, "<a " * 1300])
def test_a_page_of_unfinished_markup_is_described_quickly(text: str) -> None:
    assert len(preview(text, HTML)) < 300
