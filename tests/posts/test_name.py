from __future__ import annotations

from datetime import date

import pytest

from archiver.posts.name import id_in, name_of, parse_name


@pytest.mark.parametrize("article_id", ["NW202203012290000001", "a", "_x-", "a" * 64])
def test_a_file_name_is_read_back(article_id: str) -> None:
    name = name_of(date(2022, 3, 1), article_id)
    assert name == f"2022-03-01-{article_id}.md"
    assert parse_name(name) == ("2022-03-01", article_id)
    assert id_in(name) == article_id


@pytest.mark.parametrize(
    ("name", "article_id"),
    [
        ("NW1.md", "NW1"),
        ("-NW1.md", "NW1"),
        ("2022-3-1-NW1.md", "NW1"),
        ("22-03-01-NW1.md", "NW1"),
        ("2022-03-01-.md", "-"),
        ("2022-03-01-a b.md", ""),
        ("2022-03-01-" + "a" * 65 + ".md", ""),
        ("2022-03-01-NW1.md.tmp", ""),
        ("2022-03-01-NW1.markdown", ""),
        ("../2022-03-01-NW1.md", ""),
        ("２０２２-03-01-NW1.md", ""),
    ],
)
def test_a_file_name_of_another_form_can_still_give_the_id(name: str, article_id: str) -> None:
    assert parse_name(name) is None
    assert id_in(name) == article_id
