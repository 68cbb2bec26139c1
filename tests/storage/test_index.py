"""The index returns every value as it was written, whatever the page contained (faults I15)."""

from __future__ import annotations

from pathlib import Path

import pytest

from archiver.audit.check import check
from archiver.items import Listed
from archiver.publish.jekyll.site import open_site
from archiver.storage.rows import OpenArticle
from tests.posts.hostile import RAW_TEXTS
from tests.storage.archives import NOW, listed

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", 'a,"b"', "a\r\nb", "a\0b", "'; DROP TABLE post; --", "%_"]


def test_any_text_is_read_from_the_index_as_it_was_written(tmp_path: Path) -> None:
    texts = list(dict.fromkeys([*FORMULAS, *RAW_TEXTS]))
    articles = [
        Listed(listed(number).id, text, text, {"title": text, text: "x"}, text)
        for number, text in enumerate(texts)
    ]
    with open_site(tmp_path) as archive, archive.index.transaction():
        for article in articles:
            archive.index.put_open(OpenArticle(article, "quarantined", "shape", "", 1, NOW.isoformat()))
    with open_site(tmp_path) as archive:
        assert [article.listed for article in archive.index.without_post()] == articles
        for article in articles:
            assert [found.listed for found in archive.index.open_articles(article.listing)] == [article]
    assert check(tmp_path, NOW).findings == ()


@pytest.mark.parametrize("name", [*FORMULAS, "{{ x }}", "财联社"])
def test_any_source_keeps_its_slug(tmp_path: Path, name: str) -> None:
    with open_site(tmp_path) as archive, archive.index.transaction():
        archive.index.add_slug(name, slug := archive.slugs.slug(name))
    with open_site(tmp_path) as archive:
        assert archive.slugs.slug(name) == slug
        assert archive.index.slugs() == {name: slug}
