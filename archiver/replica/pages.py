"""The site's pages, feeds and answers, as the real hosts served them; quirks included, none repaired.

The known difference: a title that broke the old generator's YAML is shown here as any other.
"""

from __future__ import annotations

import html
import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from archiver.replica.articles import Article, Oddity
from archiver.replica.bodies import INDENT
from archiver.replica.sources import EMNEWS, SITE_NEWS, Source

if TYPE_CHECKING:
    from collections.abc import Iterable

    from archiver.replica.articles import Site

HOST = "finews.withounder.com"
NAME = "金融消息"
NOTICE_PATH = "/sitenews/2021/12/01/init.html"
"""The webmaster's own post, the oldest: on the home page of every site that is not plain, and no article."""
_NOTICE_TITLE = "本站开通说明"

_ROWS_ON_HOME = 5
_ROWS_ON_EMNEWS = 20
_ROWS_IN_ATOM = 10


# Addresses


def post_path(article: Article) -> str:
    """Root-relative; the category lower-cased and split at its blanks, as Jekyll does."""
    folders = "/".join(quote(part.lower(), safe="()") for part in article.category.slug.split())
    return f"/{folders}/{article.date:%Y/%m/%d}/{article.id}.html"


def category_path(source: Source) -> str:
    """As a browser asks for it; case kept, blanks encoded."""
    return f"/category/{quote(source.slug, safe='()')}.html"


# HTML


def home(site: Site) -> str:
    """Five newest of every tag, in the order in which the tags first appeared; no link to a category page."""
    groups: dict[str, list[str]] = {}
    if not site.plain:
        groups[SITE_NEWS.name] = [_row(NOTICE_PATH, _NOTICE_TITLE)]
    for category in site.categories():
        rows = [_article_row(site, index) for index in _first(site.listing(category.slug), _ROWS_ON_HOME)]
        for tag in category.tag.split():
            groups[tag] = rows
    sections = [
        f'<h2 id="{tag}">{tag}</h2>\n<ul>\n' + "".join(f"      {row}\n" for row in rows) + "  </ul>\n<hr />\n"
        for tag, rows in groups.items()
    ]
    return _wrapped("首页", "/", "\n".join(sections))


def category(site: Site, source: Source) -> str:
    """All articles of a source, newest first; empty for a name with blanks, which Jekyll splits."""
    indexes = [] if " " in source.slug else list(site.listing(source.slug))
    rows = [_article_row(site, index) for index in indexes]
    if source is SITE_NEWS:
        rows = [_row(NOTICE_PATH, _NOTICE_TITLE)]
    heading = f'<h2 id="{source.tag}">{source.tag}</h2>\n' if rows else ""
    items = "  \n".join(f"    {row}\n  " for row in rows)
    return _wrapped(_wrong_title(site, source), category_path(source), f"{heading}\n<ul>\n  {items}\n</ul>\n")


def emnews_list(site: Site) -> str:
    """The rolling feed's own page, whose rows the source indented so far that they came out as code."""
    rows = [
        f'<li><a href="{post_path(site.article(index))}" target="_blank">{site.title(index)}</a></li>'
        for index in _first(site.listing(EMNEWS.slug), _ROWS_ON_EMNEWS)
    ]
    code = html.escape("\n".join(rows), quote=False)
    section = (
        f'<h2 id="{EMNEWS.name}">{EMNEWS.name}</h2>\n\n'
        f'<div class="language-plaintext highlighter-rouge"><div class="highlight"><pre class="highlight">'
        f"<code>{code}\n</code></pre></div></div>\n"
    )
    return _wrapped(EMNEWS.name, "/emnews/", section)


def category_at(site: Site, slug: str) -> Source | None:
    """The category with a page of that name, case counts; a source without posts has none."""
    if slug == SITE_NEWS.slug and not site.plain:
        return SITE_NEWS
    return next((source for source in site.categories() if source.slug == slug), None)


def post_at(site: Site, path: str) -> int | None:
    """The article whose page has this path, percent-encoded or not."""
    index = site.find(path.rpartition("/")[2].removesuffix(".html"))
    if index is None or unquote(post_path(site.article(index))) != unquote(path):
        return None
    return index


def post(site: Site, index: int) -> str:
    """An article's page; its head holds the whole article once more, in an attribute nobody escaped."""
    article = site.article(index)
    title = site.title(index)
    rendered = _rendered(site, article)
    tags = " - ".join(f"<em>{tag}</em>" for tag in article.category.tag.split())
    section = (
        f"<small>(GMT+8, Asia/Shanghai, CST) {article.date:%Y-%m-%d %H:%M:%S}</small>\n"
        f"<h1>{title}</h1>\n\n{rendered}\n\n  <small>tags: {tags}</small>\n"
    )
    published = article.date.isoformat()
    return _wrapped(title, post_path(article), section, description=rendered, published=published)


def notice() -> str:
    rendered = f"<p>本站收录公开财经消息的标题与正文，按来源分类。</p>\n\n{_footer(SITE_NEWS)}"
    section = (
        f"<small>(GMT+8, Asia/Shanghai, CST) 2021-12-01 00:00:00</small>\n<h1>{_NOTICE_TITLE}</h1>\n\n"
        f"{rendered}\n\n  <small>tags: <em>{SITE_NEWS.name}</em></small>\n"
    )
    return _wrapped(_NOTICE_TITLE, NOTICE_PATH, section, description=rendered)


def not_found() -> str:
    """Its script guesses, from parts 2 to 5 of the path, where an old post's file is kept."""
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
    return _wrapped("404", "/404.html", section)


def share(info_code: str) -> str:
    """The share host's shell: no article text, a script that asks the text service."""
    address = json.dumps(f"/NewsData/GetNewsText.do?id={quote(info_code)}")
    return f"""<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="UTF-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>资讯正文</title>
<style>
body {{ max-width: 42em; margin: 1em auto; padding: 0 1em; font: 16px/1.8 sans-serif; }}
#info {{ color: #777; }}
img {{ max-width: 100%; }}
</style>
</head>
<body>
<h1 id="title"></h1>
<p id="info"></p>
<div id="content"></div>
<script>
fetch({address}).then(function (answer) {{
  return answer.ok ? answer.json() : {{}};
}}).then(function (news) {{
  var found = {{}};
  Object.keys(news).forEach(function (key) {{ found[key.toLowerCase()] = news[key]; }});
  var body = found.text || found.content || "<p>没有找到这篇文章。</p>";
  document.getElementById("title").textContent = found.title || "";
  document.getElementById("info").textContent = [found.date, found.medianame].filter(Boolean).join("　");
  body = body.replace(/(<img src=")https?:\\/\\/[^\\/"]+/g, "$1/pictures");
  document.getElementById("content").innerHTML = body;
}});
</script>
</body>
</html>
"""


# JSON


def text_answer(site: Site, index: int) -> bytes | None:
    """``GetNewsText.do`` for one article; None where the service has forgotten it."""
    article = site.article(index)
    if article.oddity is Oddity.GONE:
        return None
    fields: dict[str, Any] = {
        "Id": article.info_code,
        "Title": site.title(index),
        "Date": _clock(article),
        "medianame": article.source,
    }
    if article.emnews:
        fields |= {"docreader": site.digest(index), "url": article.link}
    fields = _odd_fields(article.oddity, fields)
    fields["content" if article.content else "text"] = site.body(index).html
    return _json(fields)


def _odd_fields(oddity: Oddity | None, fields: dict[str, Any]) -> dict[str, Any]:
    if oddity is Oddity.HALF_FILLED:
        return fields | {"Title": "", "Date": ""}
    if oddity is Oddity.ONLY_TEXT:
        return {}
    if oddity is Oddity.SOURCE_LINKED:
        return {key: value for key, value in fields.items() if key != "medianame"}
    if oddity is Oddity.KEYS_LOWER:
        return {key.lower(): value for key, value in fields.items()}
    if oddity is Oddity.KEYS_UPPER:
        return {key.upper(): value for key, value in fields.items()}
    return fields


def feed_by_time(site: Site, count: int) -> bytes:
    """``/web/webapi?type=45``: the NewsShare family."""
    rows = [
        {
            "infocode": article.id,
            "title": site.title(article.index),
            "simtitle": site.title(article.index),
            "simdigest": site.digest(article.index),
            "from": article.source,
            "showtime": _clock(article),
        }
        for article in _newest(site, emnews=False, count=count)
    ]
    return _json({"rc": 1, "nodeList": rows})


def feed_rolling(site: Site, count: int) -> bytes:
    """``/web/webapi?type=102``: the emnews family."""
    return _json(
        {"rc": 1, "records": [_rolling_row(site, a) for a in _newest(site, emnews=True, count=count)]}
    )


def _rolling_row(site: Site, article: Article) -> dict[str, Any]:
    row = {
        "id": article.digits,
        "infoCode": article.info_code,
        "title": site.title(article.index),
        "digest": site.digest(article.index),
        "url_w": article.link,
        "showtime": _clock(article),
    }
    if article.oddity is Oddity.FEED_HALF_FILLED:
        row |= {"title": "", "showtime": "", "url_w": ""}
    return row


def feed_market(site: Site, count: int, market: int) -> bytes:
    """``/information/newmarket/web/webapi?marketType=37`` (38, 39): each a third of the NewsShare family."""
    newest = _newest(site, emnews=False, count=count * 3)
    rows = [
        {
            "infoCode": article.id,
            "title": site.title(article.index),
            "medianame": article.source,
            "datetime": _clock(article),
        }
        for article in newest
        if article.index % 3 == market % 3
    ]
    return _json({"rc": 1, "record": rows[:count]})


# Other


def atom(site: Site) -> str:
    """``/feed.xml``: the ten newest posts of both families."""
    newest = [
        article for emnews in (False, True) for article in _newest(site, emnews=emnews, count=_ROWS_IN_ATOM)
    ]
    newest.sort(key=lambda article: article.date, reverse=True)
    entries = "".join(_entry(site, article) for article in newest[:_ROWS_IN_ATOM])
    updated = f"<updated>{newest[0].date.isoformat()}</updated>"
    return (
        '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom">'
        f'<link href="https://{HOST}/feed.xml" rel="self" type="application/atom+xml" />'
        f'{updated}<id>https://{HOST}/feed.xml</id><title type="html">{NAME}</title>{entries}</feed>'
    )


def _entry(site: Site, article: Article) -> str:
    address = f"https://{HOST}{post_path(article)}"
    moment = article.date.isoformat()
    terms = "".join(f'<category term="{html.escape(tag)}" />' for tag in article.category.tag.split())
    return (
        f'<entry><title type="html">{html.escape(site.title(article.index))}</title>'
        f'<link href="{address}" rel="alternate" type="text/html" />'
        f"<published>{moment}</published><updated>{moment}</updated><id>{address.removesuffix('.html')}</id>"
        f'<content type="html">{html.escape(_rendered(site, article))}</content>{terms}</entry>'
    )


ROBOTS = "User-agent: *\nDisallow:\n"

STYLE = """/* What spills out of og:description stays in the page, unseen. */
body { margin: 0; padding: 32px; font: 0/1.7 "Noto Sans CJK SC", sans-serif; color: #444; }
body > :not(.wrapper) { display: none; }
.wrapper { max-width: 46em; margin: 0 auto; font-size: 16px; }
header { border-bottom: 1px solid #e5e5e5; margin-bottom: 1.5em; }
h1, h2 { color: #222; line-height: 1.4; }
header h1 a, a { color: #267cb9; text-decoration: none; }
a:hover { text-decoration: underline; }
blockquote { margin: 0 0 1em; padding-left: 1em; border-left: 3px solid #e5e5e5; color: #666; }
img { max-width: 100%; height: auto; }
pre { overflow-x: auto; font-size: 12px; }
hr { border: 0; border-top: 1px solid #e5e5e5; }
footer, small { color: #777; }
"""

PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="578" height="276" viewBox="0 0 578 276">'
    '<rect width="578" height="276" fill="#f4f4f4"/>'
    '<polyline points="20,220 90,180 160,205 230,120 300,150 370,90 440,110 558,40" fill="none"'
    ' stroke="#b9b9b9" stroke-width="3"/></svg>'
)


# Parts


def _rendered(site: Site, article: Article) -> str:
    """What Jekyll makes of the old generator's post: digest, body, link and footer."""
    parts = [_as_rendered(site.body(article.index).html)]
    if article.emnews:
        digest = html.escape(site.digest(article.index).rpartition("】")[2], quote=False)
        parts.insert(0, f"<blockquote>\n  <p>{digest}</p>\n</blockquote>")
    link = html.escape(article.link)
    return "\n\n".join([*parts, f'<p><a href="{link}">{link}</a></p>', _footer(article.category)])


def _footer(source: Source) -> str:
    own = "/emnews/" if source is EMNEWS else f"/category/{source.slug}.html"
    return f'<p><a href="//{HOST}{own}">返回{source.tag}</a>｜<a href="//{HOST}/">返回首页</a></p>'


_BLOCK_END = re.compile(r"(</p>|</center>|-->)\s*(?=<)")
_BARE_AMPERSAND = re.compile(r"&(?!\w+;)")


def _as_rendered(body: str) -> str:
    """The generator's loss of every indent pair, then kramdown's ways: a block a line, ``&amp;``, no CR."""
    return _BARE_AMPERSAND.sub("&amp;", _BLOCK_END.sub("\\1\n", body.replace(INDENT, "")))


def _wrapped(title: str, path: str, section: str, *, description: str = "", published: str = "") -> str:
    escaped = html.escape(title)
    article_time = f'<meta property="article:published_time" content="{published}" />\n' if published else ""
    linked_data = json.dumps(
        {
            "@context": "https://schema.org",
            "@type": "BlogPosting" if published else "WebPage",
            **({"datePublished": published, "dateModified": published} if published else {}),
            "headline": title,
            "url": f"https://{HOST}{path}",
        },
        ensure_ascii=False,
    ).replace("</", "<\\/")
    return f"""<!DOCTYPE html>
<html lang="zh-CN">
  <head>
    <meta charset="UTF-8">
    <meta http-equiv="X-UA-Compatible" content="IE=edge">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="author" content="{NAME}">
    <meta property="og:type" content="website">
    <meta property="og:title" content="{title}">
    <meta property="og:description" content="{description}">
    <meta property="og:image" content="/assets/img/logo.svg">
    <meta property="og:url" content="https://finews.zning.me{path}">
    <meta name="theme-color" content="#157878">
<!-- Begin Jekyll SEO tag -->
<title>{escaped} | {NAME}</title>
<meta name="description" content="{NAME}" />
<link rel="canonical" href="https://{HOST}{path}" />
{article_time}<script type="application/ld+json">
{linked_data}</script>
<!-- End Jekyll SEO tag -->
    <link rel="stylesheet" href="/assets/css/style.css?v=1">
    <!--[if lt IE 9]>
    <script src="/assets/js/html5shiv.js"></script>
    <![endif]-->
    <script type="text/javascript">
      function AutoRefresh(t) {{ setTimeout("location.reload(true);", t); }}
    </script>
  </head>
  <body onload="JavaScript:AutoRefresh(60000);">
    <div class="wrapper">
      <header>
        <h1><a href="https://{HOST}/">{NAME}</a></h1>
        <p></p>
      </header>
      <section>

{section}
      </section>
      <footer>
        <p>&copy; 2021</p>
      </footer>
    </div>
    <script src="/assets/js/scale.fix.js"></script>
  </body>
</html>
"""


def _row(path: str, title: str) -> str:
    return f'<li><a href="{path}">{title}</a></li>'


def _article_row(site: Site, index: int) -> str:
    return _row(post_path(site.article(index)), site.title(index))


def _wrong_title(site: Site, source: Source) -> str:
    """Two category pages of three carry another source's name, a third its own."""
    if source not in site.sources:
        return source.tag
    place = site.sources.index(source)
    return source.tag if place % 3 == 0 else site.sources[place - 1].tag


def _first(indexes: Iterable[int], count: int) -> list[int]:
    return [index for index, _ in zip(indexes, range(count), strict=False)]


def _newest(site: Site, *, emnews: bool, count: int) -> list[Article]:
    return [site.article(index) for index in site.newest(emnews=emnews, limit=count)]


def _clock(article: Article) -> str:
    return f"{article.date:%Y-%m-%d %H:%M:%S}"


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
