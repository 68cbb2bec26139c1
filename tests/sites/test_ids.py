"""The ids of a profile without patterns for addresses."""

from __future__ import annotations

import pytest

from archiver.sites.addresses import IDS
from archiver.sites.ids import id_of


@pytest.mark.parametrize(
    ("address", "article_id"),
    [
        ("https://www.example.com/2026/09/26/c1310867429.html", "c1310867429"),
        ("https://www.example.com/a/202609183878840472.html", "202609183878840472"),
        ("https://www.example.com/a/812345678_121347", "812345678_121347"),
        ("https://www.example.com/news/articles/cly2k3l0e4go", "cly2k3l0e4go"),
        ("https://www.example.com/26/0918/10/KLMN0P2Q00019ABC.shtml", "KLMN0P2Q00019ABC"),
        ("https://www.example.com/doc-imzxcvb1234567.shtml", "doc-imzxcvb1234567"),
        ("https://www.example.com/p/2912345678901234/", "2912345678901234"),
        ("https://www.example.com/world/c_1120000001.htm", "c_1120000001"),
        ("https://www.example.com/world/c_1120220222.htm", "c_1120220222"),
        ("https://www.example.com/a/20001399.html", "20001399"),
        ("https://www.example.com/detail/98765?utm_source=app&spm=1.2#top", "98765"),
    ],
)
def test_the_own_id_of_a_site_is_the_last_part_of_the_address(address: str, article_id: str) -> None:
    assert id_of(address) == article_id
    assert IDS.fullmatch(article_id)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("https://www.example.com/2026/09/26/weekly-review/", "weekly-review"),
        ("https://www.example.com/zaobao/20260927.html", "20260927"),
        ("https://www.example.com/zaobao/2026-09-27/", "2026-09-27"),
        ("https://www.example.com/news/1.html", "1"),
        ("https://www.example.com/article.php?id=12345678", "article"),
        ("https://www.example.com/?p=12345678", ""),
        ("https://www.example.com/über-währungen", "ber-w-hrungen"),
        ("https://www.example.com/%E6%A0%B7%E4%BE%8B", ""),
        (
            "https://www.example.com/a-slug-that-is-longer-than-forty-characters-by-far-and-more",
            "a-slug-that-is-longer-than-forty-charact",
        ),
        ("https://www.example.com/con", "con"),
        ("https://www.example.com/-option", "option"),
    ],
)
def test_other_addresses_give_their_words_and_a_hash(address: str, words: str) -> None:
    article_id = id_of(address)
    assert IDS.fullmatch(article_id)
    assert article_id[:-8].rstrip("-") == words
    assert article_id != id_of(address.replace("example.com/", "example.com/other/"))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("http://www.example.com/weekly/", "https://www.example.com/weekly"),
        ("https://www.example.com/weekly", "https://WWW.example.com/weekly#comments"),
        ("https://www.example.com/w?id=3", "https://www.example.com/w?id=3&utm_campaign=x"),
        ("https://www.example.com/%e6%a0%b7", "https://www.example.com/%E6%A0%B7"),
    ],
)
def test_two_forms_of_an_address_give_one_id(first: str, second: str) -> None:
    assert id_of(first) == id_of(second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("https://www.example.com/a/weekly", "https://www.example.com/b/weekly"),
        ("https://www.example.com/w?id=3", "https://www.example.com/w?id=4"),
        ("https://www.example.com/zaobao/20260927.html", "https://www.example.com/wanbao/20260927.html"),
    ],
)
def test_two_articles_get_two_ids(first: str, second: str) -> None:
    assert id_of(first) != id_of(second)


def test_an_article_of_another_site_always_gets_a_hash() -> None:
    ids = {id_of(f"https://{host}/a/202609183878840472.html", is_ours=False) for host in ("a.cn", "b.cn")}
    assert len(ids) == 2
    assert all(each.startswith("202609183878840472-") for each in ids)


@pytest.mark.parametrize("address", ["", "https://www.example.com/", "mailto:a@example.com", "weekly.html"])
def test_an_address_without_a_path_gives_no_id(address: str) -> None:
    assert id_of(address) == ""
