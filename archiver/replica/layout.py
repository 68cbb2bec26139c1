"""The layout of every page of the site: head, header and footer."""

from __future__ import annotations

import html
import json

from archiver.replica.addresses import HOST

NAME = "金融消息"


def page(title: str, path: str, section: str, *, description: str = "", published: str = "") -> str:
    """A whole page. As on the real site, ``title`` and ``description`` are not escaped in the head.

    ``published`` is a time in ISO format. It is empty if the page is not a post.
    """
    article_time = f'<meta property="article:published_time" content="{published}" />\n' if published else ""
    return _PAGE.format(
        name=NAME,
        host=HOST,
        title=title,
        escaped=html.escape(title),
        path=path,
        section=section,
        description=description,
        article_time=article_time,
        linked_data=_linked_data(title, path, published),
    )


def _linked_data(title: str, path: str, published: str) -> str:
    dates = {"datePublished": published, "dateModified": published} if published else {}
    described = {
        "@context": "https://schema.org",
        "@type": "BlogPosting" if published else "WebPage",
        **dates,
        "headline": title,
        "url": f"https://{HOST}{path}",
    }
    return json.dumps(described, ensure_ascii=False).replace("</", "<\\/")


_PAGE = """\
<!DOCTYPE html>
<html lang="zh-CN">
  <head>
    <meta charset="UTF-8">
    <meta http-equiv="X-UA-Compatible" content="IE=edge">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="author" content="{name}">
    <meta property="og:type" content="website">
    <meta property="og:title" content="{title}">
    <meta property="og:description" content="{description}">
    <meta property="og:image" content="/assets/img/logo.svg">
    <meta property="og:url" content="https://finews.zning.me{path}">
    <meta name="theme-color" content="#157878">
<!-- Begin Jekyll SEO tag -->
<title>{escaped} | {name}</title>
<meta name="description" content="{name}" />
<link rel="canonical" href="https://{host}{path}" />
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
        <h1><a href="https://{host}/">{name}</a></h1>
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
