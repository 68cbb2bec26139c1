"""The paths of the site's pages."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from archiver.replica.sources import SITE_NEWS

if TYPE_CHECKING:
    from archiver.replica.articles import Article, Site
    from archiver.replica.sources import Source

HOST = "finews.withounder.com"
NOTICE_PATH = "/sitenews/2021/12/01/init.html"
"""The webmaster's own post, the oldest on the site. It is not an article; a plain site does not have it."""


def post_path(article: Article) -> str:
    """Root-relative. Jekyll writes the category in lower case and makes a folder for each of its words."""
    folders = "/".join(quote(part.lower(), safe="()") for part in article.category.slug.split())
    return f"/{folders}/{article.date:%Y/%m/%d}/{article.id}.html"


def category_path(source: Source) -> str:
    """Root-relative and percent-encoded; the case of the slug is kept."""
    return f"/category/{quote(source.slug, safe='()')}.html"


def category_at(site: Site, slug: str) -> Source | None:
    """The category whose page has this slug (case-sensitive). None if the category has no posts."""
    if slug == SITE_NEWS.slug and not site.plain:
        return SITE_NEWS
    return next((source for source in site.categories() if source.slug == slug), None)


def post_at(site: Site, path: str) -> int | None:
    """The number of the article whose page has this path. The path may be percent-encoded."""
    index = site.find(path.rpartition("/")[2].removesuffix(".html"))
    if index is None or unquote(post_path(site.article(index))) != unquote(path):
        return None
    return index
