"""Sites with feeds and sitemaps: a broadcaster, a blog, and WordPress in two ways."""

from __future__ import annotations

import json
from html import escape

from archiver.sites.ids import id_of
from tests.sites.real.shapes import Shape, data, html, post, text, xml

ENGLISH = ("River port opens its second quay", "Mill towns count the cost of a dry summer")
SENTENCES = (
    "The first two ships came in on Tuesday evening, six years after the site was chosen by the council.",
    "A storm tore away the coffer dam in the third year, and the work stood still for fourteen months.",
    "Fishermen asked for a passage for migrating fish; there are two now, each with a counter under water.",
    "Whether the port grows will depend on the figures of its first year, the planning office said.",
)
ENGLISH_TEXT = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)


def bbc() -> Shape:
    """Titles in CDATA, addresses with parameters, an identifier that is no permalink, and JSON-LD in the page."""
    ids = ("clymn8zyrp9o", "c0k3rtv71xdo")
    pages, posts, items = {}, {}, ""
    for n, (name, title) in enumerate(zip(ids, ENGLISH, strict=True)):
        link = f"https://www.bbc.com/news/articles/{name}"
        query = "?at_medium=RSS&at_campaign=rss"
        items += (
            f"<item><title><![CDATA[{title}]]></title><description><![CDATA[A summary.]]></description><link>{link}{escape(query)}</link>"
            f'<guid isPermaLink="false">{link}#0</guid><pubDate>Fri, 24 Apr 2026 11:16:5{n} GMT</pubDate>'
            '<media:thumbnail width="240" height="135" url="https://ichef.bbci.co.uk/x.jpg"/></item>'
        )
        about = {
            "@context": "http://schema.org",
            "@type": "NewsArticle",
            "url": link,
            "headline": title,
            "datePublished": f"2026-04-24T11:16:5{n}.000Z",
            "publisher": {"@type": "NewsMediaOrganization", "name": "BBC News"},
            "author": [{"@type": "Person", "name": "Ada Byte"}],
        }
        pages[f"www.bbc.com/news/articles/{name}{query}"] = html(
            f'<nav><a href="/news">News</a></nav><main id="main-content"><article><div data-component="headline-block"><h1>{title}</h1></div>'
            f'<div data-component="text-block">{ENGLISH_TEXT}</div></article></main>',
            f'<title>{title} - BBC News</title><link rel="canonical" href="{link}">'
            f'<script type="application/ld+json">{json.dumps(about)}</script>',
        )
        posts[name] = post(
            *(n, f"2026-04-24 19:16:5{n}", "BBC News", link),
            title=title,
            body=f"<div><div>{ENGLISH_TEXT}</div></div>",
            category="business",
        )
    space = 'xmlns:media="http://search.yahoo.com/mrss/"'
    pages["feeds.bbci.co.uk/news/business/rss.xml"] = xml(
        f'<rss {space} version="2.0"><channel><title><![CDATA[BBC News]]></title>{items}</channel></rss>'
    )
    return Shape(pages, posts, category="business")


def blog() -> Shape:
    """Atom with the full text; addresses without an id, one of them relative."""
    host = "https://blog.example.org"
    paths = (
        "/2026/09/%C3%BCber-w%C3%A4hrungen.html",
        "/2026/09/inflation-today-a-very-long-slug-that-is-more-than-sixty-four-characters/",
    )
    titles = ("Über Währungen & Zinsen", "Inflation.Today: a-very-long-slug")
    entries = ""
    posts = {}
    for n, path in enumerate(paths):
        link = path if n else host + path
        entries += (
            f'<entry><title type="html">{escape(escape(titles[n]))}</title><link href="{link}" rel="alternate" type="text/html"/>'
            f"<published>2026-09-1{8 - n}T10:00:00+00:00</published><id>{host}/2026/09/{n}</id><author><name>Jo</name></author>"
            f'<content type="html">{escape(text(n))}</content></entry>'
        )
        address = f"http{host[5:]}{path}"
        posts[id_of(address)] = post(
            *(n, f"2026-09-1{8 - n} 18:00:00", "Example Blog", host + path), title=titles[n], category="blog"
        )
    atom = (
        f'<feed xmlns="http://www.w3.org/2005/Atom"><link href="{host}/feed.xml" rel="self"/>{entries}</feed>'
    )
    return Shape({"blog.example.org/feed.xml": xml(atom)}, posts)


def wordpress() -> Shape:
    """Full texts in a feed; older articles in a sitemap, which have to be requested."""
    host = "https://netzpolitik.org"
    links = [f"{host}/2024/beispiel-nummer-{n}/" for n in range(2)]
    item = (
        f"<item><title>{ENGLISH[0]}</title><link>{links[0]}</link><dc:creator><![CDATA[Carla Muster]]></dc:creator>"
        f'<pubDate>Sun, 28 Apr 2024 06:52:55 +0000</pubDate><guid isPermaLink="false">{host}/?p=444444</guid>'
        f"<description><![CDATA[A summary.]]></description><content:encoded><![CDATA[{ENGLISH_TEXT}]]></content:encoded></item>"
    )
    spaces = (
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    )
    urls = "".join(
        f"<url><loc>{link}</loc><lastmod>2024-04-2{8 - n}T06:52:55+00:00</lastmod></url>"
        for n, link in enumerate(links)
    )
    maps = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    pages = {
        "netzpolitik.org/feed/": xml(
            f'<rss version="2.0" {spaces}><channel><title>netzpolitik.org</title>{item}</channel></rss>'
        ),
        "netzpolitik.org/sitemap_index.xml": xml(
            f"<sitemapindex {maps}><sitemap><loc>{host}/post-sitemap1.xml</loc><lastmod>2024-04-28T06:52:55+00:00</lastmod></sitemap></sitemapindex>"
        ),
        "netzpolitik.org/post-sitemap1.xml": xml(f"<urlset {maps}>{urls}</urlset>"),
        "netzpolitik.org/2024/beispiel-nummer-1/": html(
            f'<article class="post"><header><h1 class="entry-title">{ENGLISH[1]}</h1><p><a rel="author">Carla Muster</a> <time datetime="2024-04-27T08:00:09+02:00">'
            f'27.04.2024</time></p></header><div class="entry-content">{ENGLISH_TEXT}</div></article>',
            f'<title>{ENGLISH[1]} – netzpolitik.org</title><meta property="article:published_time" content="2024-04-27T06:00:09+00:00">',
        ),
    }
    bodies = (ENGLISH_TEXT, f'<div class="entry-content">{ENGLISH_TEXT}</div>')
    dates = ("2024-04-28 14:52:55", "2024-04-27 14:00:09")
    posts = {
        id_of(f"http{link[5:]}"): post(n, dates[n], "netzpolitik.org", link, title=ENGLISH[n], body=bodies[n])
        for n, link in enumerate(links)
    }
    return Shape(pages, posts)


def wpjson() -> Shape:
    """A page behind the last one answers 400; titles have character references; times are local."""
    rows = [
        {
            "id": 444440 + n,
            "date": f"2024-04-28T08:52:5{n}",
            "date_gmt": f"2024-04-28T06:52:5{n}",
            "link": f"https://netzpolitik.org/2024/beispiel-nummer-{n}/",
            "title": {"rendered": f"{ENGLISH[n]}&#8230;"},
            "content": {"rendered": ENGLISH_TEXT, "protected": False},
            "author": 5,
            "categories": [12],
        }
        for n in range(2)
    ]
    path = "netzpolitik.org/wp-json/wp/v2/posts?categories=12&per_page=100&page="
    end = {"code": "rest_post_invalid_page_number", "message": "x", "data": {"status": 400}}
    posts = {
        f"44444{n}": post(
            *(
                n,
                f"2024-04-28 14:52:5{n}",
                "netzpolitik.org",
                f"https://netzpolitik.org/2024/beispiel-nummer-{n}/",
            ),
            title=f"{ENGLISH[n]}…",
            body=ENGLISH_TEXT,
        )
        for n in range(2)
    }
    return Shape({f"{path}1": data(rows), f"{path}2": data(end, 400)}, posts, category="12")
