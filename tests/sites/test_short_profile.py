"""A site with a feed needs three lines: texts come from the feed, or from pages that are read without rules."""

from __future__ import annotations

from pathlib import Path

from archiver.replica.server import Answer, Replica
from tests.crawling import asked, crawl, posts

HOST = "http://www.example.com"
SHORT = f"""
name: example
source: 示例日报
feeds: {{news: {HOST}/feed.xml}}
"""


def text_of(number: int) -> str:
    return "".join(
        f"<p>第{number}条新闻的第{place}段。样例公司公布了季度报告，营业收入增长{place}成，董事会建议派发股息。</p>"
        for place in range(1, 9)
    )


def item(number: int, *, whole: bool = True, address: str = "") -> str:
    body = f"<content:encoded><![CDATA[{text_of(number)}]]></content:encoded>" if whole else ""
    return (
        f"<item><title>样例公司公布第{number}条新闻</title><link>{address or f'{HOST}/a/10000{number}.html'}</link>"
        f"<pubDate>Sat, 26 Sep 2026 08:1{number}:00 +0800</pubDate>{body}</item>"
    )


def feed(*items: str) -> Answer:
    space = 'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    text = f'<rss version="2.0" {space}><channel><title>示例</title>{"".join(items)}</channel></rss>'
    return 200, {"Content-Type": "application/rss+xml; charset=utf-8"}, text


def article(number: int) -> Answer:
    title = f"样例公司公布第{number}条新闻"
    page = (
        f"<html><head><title>{title} - 示例网</title></head><body><div><a href='/'>首页</a></div><article>"
        f"<h1>{title}</h1><p>2026-09-26 08:1{number} 来源：样例晚报</p>{text_of(number)}</article></body></html>"
    )
    return 200, {"Content-Type": "text/html; charset=utf-8"}, page


def test_texts_come_from_the_feed_and_else_from_pages_without_a_rule(tmp_path: Path) -> None:
    profile = tmp_path / "short.yaml"
    profile.write_text(SHORT, encoding="utf-8")
    root = tmp_path / "archive"
    with Replica() as replica:
        replica.answers[f"{HOST}/robots.txt"] = (404, {}, "")
        replica.answers[f"{HOST}/feed.xml"] = feed(item(1), item(2, whole=False), item(3, whole=False))
        replica.answers[f"{HOST}/a/100002.html"] = article(2)
        replica.answers[f"{HOST}/a/100003.html"] = (
            200,
            {},
            "<html><title>示例网</title><h1>频道</h1></html>",
        )
        run = crawl("category", root, replica, site=profile)
        assert sorted(asked(replica)) == ["/a/100002.html", "/a/100003.html", "/feed.xml"]
        assert (run.status, run["posted"]) == (4, 2), run.stderr
        assert run["reasons"] == {"quarantined/unsure": 1}
        assert "write `article.body" in run.stderr
        again = crawl("category", root, replica, site=profile)
        assert (again["posted"], again["unchanged"]) == (0, 2)
    found = posts(root)
    assert sorted(found) == ["2026-09-26-100001.md", "2026-09-26-100002.md"]
    first, second = found["2026-09-26-100001.md"], found["2026-09-26-100002.md"]
    assert "tags: 示例日报新闻\n---\n" + text_of(1) + "\n" in first
    assert f"<{HOST}/a/100001.html>" in first
    assert "date: 2026-09-26 08:12:00 +0800\ncategories: yangliwanbao\ntags: 样例晚报新闻\n" in second
    assert text_of(2) in second


def test_a_profile_with_a_place_for_articles_reads_the_pages_and_skips_rows(tmp_path: Path) -> None:
    profile = tmp_path / "short.yaml"
    site = SHORT.replace(f"{HOST}/feed.xml", f"{{url: '{HOST}/feed.xml', format: feed, skip: ['/video/']}}")
    site += "site_url: https://news.example.org\ncategory: '{site}-{slug}'\narticle: {body: {at: article, drop: ['h1, h1 + p']}}\n"
    profile.write_text(site, encoding="utf-8")
    root = tmp_path / "archive"
    with Replica() as replica:
        replica.answers[f"{HOST}/robots.txt"] = (404, {}, "")
        replica.answers[f"{HOST}/feed.xml"] = feed(item(1), item(9, address=f"{HOST}/video/100009.html"))
        replica.answers[f"{HOST}/a/100001.html"] = article(1)
        run = crawl("category", root, replica, site=profile)
        assert (run.status, run["posted"]) == (0, 1), run.stderr
        assert run["reasons"] == {"skipped/not_ours": 1}
        replica.answers[f"{HOST}/feed.xml"] = feed(item(1), item(2))
        replica.answers[f"{HOST}/a/100002.html"] = article(2)
        again = crawl("category", root, replica, site=profile)
        assert (again.status, again["posted"]) == (0, 1), again.stderr
    for number in (1, 2):
        text = posts(root)[f"2026-09-26-10000{number}.md"]
        assert "categories: example-yangliwanbao\n" in text
        assert f"---\n<div>{text_of(number)}</div>\n" in text
        assert "(https://news.example.org/category/example-yangliwanbao.html)" in text
