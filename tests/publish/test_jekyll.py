"""A new archive is a Jekyll site: the real Jekyll builds it, with our layouts and all oddities of the replica."""

from __future__ import annotations

import re
from pathlib import Path

import html5lib
import pytest

from archiver.replica.articles import Site
from archiver.replica.server import Replica
from tests.crawling import crawl
from tests.jekyll import build_site


@pytest.mark.jekyll
def test_a_new_archive_builds_without_warnings_and_shows_every_article(tmp_path: Path) -> None:
    with Replica(Site(articles=60)) as replica:
        run = crawl("category", tmp_path, replica)
        assert run.status == 0, run.stderr
        expected = [replica.site.expected(index) for index in range(len(replica.site))]
    built = build_site(tmp_path)
    assert (built.exit_status, built.complaints) == (0, "")
    for article in expected:
        slug = re.sub(r"\s", "", article.category)
        page = built.files[f"/{slug.lower()}/{article.date:%Y/%m/%d}/{article.id}.html"]
        document = html5lib.parse(page, namespaceHTMLElements=False)
        title = "".join(document.find(".//h1").itertext())
        assert title in (article.title, re.sub(r"</?b>", "", article.title))
        assert document.find(".//time").get("datetime") == f"{article.date:%Y-%m-%dT%H:%M:%S+08:00}"
        shown = "".join(document.find(".//article").itertext())
        assert re.sub(r"\s", "", article.text) in re.sub(r"\s", "", shown)
        listing = "/emnews/index.html" if slug == "emnews" else f"/category/{slug}.html"
        assert article.id in built.files[listing]
