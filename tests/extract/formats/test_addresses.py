"""Relative addresses count from the first ``<base href>``, else from the page (fault C22)."""

from __future__ import annotations

import pytest

from archiver.extract.formats import base_of, open_page

URL = "https://www.example.com/a/b/1.html?p=1"

BASES = [
    ("", URL),
    ('<base href="/files/">', "https://www.example.com/files/"),
    ('<base href="http://img.example.net/2022/">', "http://img.example.net/2022/"),
    ('<base href="//img.example.net/2022/">', "https://img.example.net/2022/"),
    ('<base href="../c/">', "https://www.example.com/a/c/"),
    ('<base href=" \n/files/\t">', "https://www.example.com/files/"),
    ('<base href="/files">', "https://www.example.com/files"),
    ('<base href="?x=2">', "https://www.example.com/a/b/1.html?x=2"),
    ('<base href="">', URL),
    ('<base href="."><base href="/files/">', "https://www.example.com/a/b/"),
    ('<base target="_blank"><base href="/files/">', "https://www.example.com/files/"),
    ('<base href=""><base href="/files/">', URL),
    ('<base href="data:text/plain,x">', URL),
    ('<base href="javascript:void(0)"><base href="/files/">', URL),
    ('<base href="ftp://example.com/files/">', URL),
    ('<base href="file:///etc/">', URL),
    ('<base href="http://[::1">', URL),
    ('<base href="http://example.com:99999/">', URL),
    ('<!-- <base href="/files/"> -->', URL),
    ('<BASE HREF="/files/">', "https://www.example.com/files/"),
]


@pytest.mark.parametrize(("head", "base"), BASES)
def test_the_base_of_a_page_is_that_of_browsers(head: str, base: str) -> None:
    page = open_page(f"<html><head><title>样例</title>{head}</head><body><p>正文</p></body></html>", "html")
    assert base_of(page, URL) == base
    (row,) = page.rows("p")
    assert base_of(row, URL) == base


def test_a_base_in_the_body_counts() -> None:
    assert (
        base_of(open_page('<body><p>正文</p><base href="/x/">', "html"), URL) == "https://www.example.com/x/"
    )


def test_json_is_data_without_a_base() -> None:
    assert base_of(open_page('{"html": "<base href=/x/>"}', "json"), URL) == ""
