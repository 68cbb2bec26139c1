"""A post of the old generator as rendered by Jekyll, for the post page and the Atom feed."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from archiver.replica.addresses import HOST
from archiver.replica.bodies import INDENT
from archiver.replica.sources import EMNEWS

if TYPE_CHECKING:
    from archiver.replica.articles import Article, Site
    from archiver.replica.sources import Source

_BLOCK_END = re.compile(r"(</p>|</center>|-->)\s*(?=<)")
_BARE_AMPERSAND = re.compile(r"&(?!\w+;)")


def rendered(site: Site, article: Article) -> str:
    """The digest (emnews only), the body, the link and the footer."""
    parts = [_rendered_body(site.body(article.index).html)]
    if article.emnews:
        digest = html.escape(site.digest(article.index).rpartition("】")[2], quote=False)
        parts.insert(0, f"<blockquote>\n  <p>{digest}</p>\n</blockquote>")
    link = html.escape(article.link)
    return "\n\n".join([*parts, f'<p><a href="{link}">{link}</a></p>', footer(article.category)])


def footer(source: Source) -> str:
    own = "/emnews/" if source is EMNEWS else f"/category/{source.slug}.html"
    return f'<p><a href="//{HOST}{own}">返回{source.tag}</a>｜<a href="//{HOST}/">返回首页</a></p>'


def _rendered_body(body: str) -> str:
    """The old generator removed every indent of two ideographic spaces. kramdown puts each block on its own
    line, escapes ampersands and removes CR."""
    return _BARE_AMPERSAND.sub("&amp;", _BLOCK_END.sub("\\1\n", body.replace(INDENT, "")))
