"""What the sites of the bundled profiles answer."""

from __future__ import annotations

from html import escape

from archiver.sites.ids import id_of
from tests.sites.real import feeds
from tests.sites.real.feeds import ENGLISH, ENGLISH_TEXT
from tests.sites.real.shapes import TITLES, Shape, data, post, text, xml


def bbc() -> Shape:
    """As ``feeds.bbc``; the profile requests the articles without the parameters of the feed."""
    shape = feeds.bbc()
    pages = {address.partition("?")[0]: answer for address, answer in shape.pages.items()}
    posts = {
        name: post(
            *(n, f"2026-04-24 19:16:5{n}", "BBC News", f"https://www.bbc.com/news/articles/{name}"),
            title=ENGLISH[n],
            body=ENGLISH_TEXT,
            category="business",
            tag="BBC News",
        )
        for n, name in enumerate(shape.posts)
    }
    return Shape(pages, posts, category="business", reasons=shape.reasons)


def netzpolitik() -> Shape:
    links = [f"https://netzpolitik.org/2026/beispiel-nummer-{n}/" for n in range(2)]
    rows = [
        {
            "link": link,
            "date": f"2026-04-28T08:52:5{n}",
            "title": {"rendered": f"{ENGLISH[n]}&#8230;"},
            "content": {"rendered": ENGLISH_TEXT, "protected": False},
        }
        for n, link in enumerate(links)
    ]
    path = "netzpolitik.org/wp-json/wp/v2/posts?per_page=20&page={}&_fields=link,date,title,content"
    end = {"code": "rest_post_invalid_page_number", "message": "x", "data": {"status": 400}}
    posts = {
        id_of(link): post(
            *(n, f"2026-04-28 14:52:5{n}", "netzpolitik.org", link),
            title=f"{ENGLISH[n]}…",
            body=ENGLISH_TEXT,
            category="netzpolitik",
            tag="netzpolitik.org",
        )
        for n, link in enumerate(links)
    }
    return Shape({path.format(1): data(rows), path.format(2): data(end, 400)}, posts)


def rsshub() -> Shape:
    """Texts in ``description``; the articles are at another site, and are not requested."""
    links = [f"https://www.cls.cn/detail/214700{n}" for n in range(2)]
    items = "".join(
        f"<item><title>{TITLES[n]}</title><link>{link}</link><guid isPermaLink='false'>{link}</guid>"
        f"<description>{escape(text(n))}</description><pubDate>Fri, 18 Sep 2026 04:00:0{n} GMT</pubDate></item>"
        for n, link in enumerate(links)
    )
    feed = f'<rss version="2.0"><channel><title>财联社 - 电报</title>{items}</channel></rss>'
    posts = {
        id_of(link, is_ours=False): post(n, f"2026-09-18 12:00:0{n}", "财联社", link)
        for n, link in enumerate(links)
    }
    return Shape({"rsshub.app/cls/telegraph": xml(feed)}, posts, category="cls-telegraph")
