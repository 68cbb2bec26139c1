"""An archive is a Jekyll site: the real Jekyll builds it, with our layouts and all oddities of the replica."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import html5lib
import pytest

from archiver.audit.refile import apply
from archiver.posts import render
from archiver.publish.jekyll.site import open_site
from archiver.replica.articles import Site
from archiver.replica.server import Replica
from archiver.sites.load import load
from archiver.storage.files import POSTS
from archiver.storage.redirects import REDIRECTS
from tests.crawling import PROJECT, crawl
from tests.jekyll import build_site
from tests.storage.archives import a_post


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


PAGE_404 = re.compile(r"^```html\n(---\npermalink: /404\.html\n.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.mark.jekyll
def test_every_redirect_leads_from_an_address_that_is_gone_to_a_page(tmp_path: Path) -> None:
    """Categories and ids of all kinds, and the page of docs/sites.md that uses the redirects."""
    categories = ["Caijing", "yang(li)", "Career In", "x.y_z", "émile。，"]
    ids = ["A2022-0222_17", "a--b", "x-", "_x", "__"]
    root, before = tmp_path / "archive", tmp_path / "before"
    with open_site(root) as archive:
        for category, article_id in zip(categories, ids, strict=True):
            post = replace(a_post(1, "旧名", category), id=article_id)
            archive.tree.publish(f"{POSTS}/{post.name}", render(post).encode())
        archive.reindex()
    site = load("finews")
    family = site.families[0].model_copy(update={"id": re.compile(".*")})
    site = site.model_copy(update={"aliases": {"旧名": "新 名"}, "families": [family]})
    (page,) = PAGE_404.findall((PROJECT / "docs/sites.md").read_text("utf-8"))
    (root / "404.html").write_text(page, encoding="utf-8")
    shutil.copytree(root, before)

    assert len(apply(root, site).moves) == len(ids)
    built = build_site(root)
    assert (built.exit_status, built.complaints) == (0, "")
    redirects = dict(row.split(",") for row in (root / REDIRECTS).read_text("ascii").split()[1:])
    posts = {unquote(old) for old in redirects if not old.startswith("/category/")}
    assert posts == build_site(before).files.keys() - built.files.keys()
    assert len(posts) == len(ids)
    assert {unquote(new) for new in redirects.values()} <= built.files.keys()
    for old, new in redirects.items():
        assert f'"{old}": "{new}"' in built.files["/404.html"]
