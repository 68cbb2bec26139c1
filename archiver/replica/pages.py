"""The site's HTML pages as the real host served them, with all errors of the real pages.

There is one known difference: some titles broke the YAML of the old generator. The replica shows them like
all other titles.
"""

from __future__ import annotations

import html
from itertools import islice
from typing import TYPE_CHECKING

from archiver.replica.addresses import NOTICE_PATH, category_path, post_path
from archiver.replica.layout import page
from archiver.replica.rendering import footer, rendered
from archiver.replica.sources import EMNEWS, SITE_NEWS, Source

if TYPE_CHECKING:
    from archiver.replica.articles import Site

_NOTICE_TITLE = "本站开通说明"
_ROWS_ON_HOME = 5
_ROWS_ON_EMNEWS = 20


def home(site: Site) -> str:
    """The five newest articles of every tag. Tags are sorted by their first use. As on the real site, the
    page has no links to category pages."""
    groups: dict[str, list[str]] = {}
    if not site.plain:
        groups[SITE_NEWS.name] = [_row(NOTICE_PATH, _NOTICE_TITLE)]
    for category in site.categories():
        rows = [_article_row(site, index) for index in islice(site.listing(category.slug), _ROWS_ON_HOME)]
        for tag in category.tag.split():
            groups[tag] = rows
    sections = [
        f'<h2 id="{tag}">{tag}</h2>\n<ul>\n' + "".join(f"      {row}\n" for row in rows) + "  </ul>\n<hr />\n"
        for tag, rows in groups.items()
    ]
    return page("首页", "/", "\n".join(sections))


def category(site: Site, source: Source) -> str:
    """All articles of a source, newest first. The list is empty if the slug contains a space, because Jekyll
    splits such a slug into several categories."""
    indexes = [] if " " in source.slug else list(site.listing(source.slug))
    rows = [_article_row(site, index) for index in indexes]
    if source is SITE_NEWS:
        rows = [_row(NOTICE_PATH, _NOTICE_TITLE)]
    heading = f'<h2 id="{source.tag}">{source.tag}</h2>\n' if rows else ""
    items = "  \n".join(f"    {row}\n  " for row in rows)
    return page(_wrong_title(site, source), category_path(source), f"{heading}\n<ul>\n  {items}\n</ul>\n")


def emnews_list(site: Site) -> str:
    """The list of the rolling news. Its rows are indented too far in the Markdown source, so Jekyll shows
    them as code."""
    rows = [
        f'<li><a href="{post_path(site.article(index))}" target="_blank">{site.title(index)}</a></li>'
        for index in islice(site.listing(EMNEWS.slug), _ROWS_ON_EMNEWS)
    ]
    code = html.escape("\n".join(rows), quote=False)
    section = (
        f'<h2 id="{EMNEWS.name}">{EMNEWS.name}</h2>\n\n'
        f'<div class="language-plaintext highlighter-rouge"><div class="highlight"><pre class="highlight">'
        f"<code>{code}\n</code></pre></div></div>\n"
    )
    return page(EMNEWS.name, "/emnews/", section)


def post(site: Site, index: int) -> str:
    """The page of an article. An attribute in its head repeats the whole article and is not escaped."""
    article = site.article(index)
    title = site.title(index)
    text = rendered(site, article)
    tags = " - ".join(f"<em>{tag}</em>" for tag in article.category.tag.split())
    section = (
        f"<small>(GMT+8, Asia/Shanghai, CST) {article.date:%Y-%m-%d %H:%M:%S}</small>\n"
        f"<h1>{title}</h1>\n\n{text}\n\n  <small>tags: {tags}</small>\n"
    )
    published = article.date.isoformat()
    return page(title, post_path(article), section, description=text, published=published)


def notice() -> str:
    text = f"<p>本站收录公开财经消息的标题与正文，按来源分类。</p>\n\n{footer(SITE_NEWS)}"
    section = (
        f"<small>(GMT+8, Asia/Shanghai, CST) 2021-12-01 00:00:00</small>\n<h1>{_NOTICE_TITLE}</h1>\n\n"
        f"{text}\n\n  <small>tags: <em>{SITE_NEWS.name}</em></small>\n"
    )
    return page(_NOTICE_TITLE, NOTICE_PATH, section, description=text)


def not_found() -> str:
    """The page for status 404. Its script makes the file name of an old post from parts 2–5 of the path."""
    section = """<h1>404</h1>
<p>页面不存在，5 秒后返回<a href="/">首页</a>。</p>
<p id="old"></p>
<script>
  var part = location.pathname.split("/");
  if (part.length > 5) {
    var name = part[2] + "-" + part[3] + "-" + part[4] + "-" + part[5].replace(".html", ".md");
    document.getElementById("old").textContent = "old_post/" + name;
  }
  setTimeout(function () { location.href = "/"; }, 5000);
</script>
"""
    return page("404", "/404.html", section)


def _row(path: str, title: str) -> str:
    return f'<li><a href="{path}">{title}</a></li>'


def _article_row(site: Site, index: int) -> str:
    return _row(post_path(site.article(index)), site.title(index))


def _wrong_title(site: Site, source: Source) -> str:
    """The title of a category page. As on the real site, two of three pages have the title of another
    source."""
    if source not in site.sources:
        return source.tag
    place = site.sources.index(source)
    return source.tag if place % 3 == 0 else site.sources[place - 1].tag
