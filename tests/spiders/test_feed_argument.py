"""``-a feed=``: a feed or sitemap is archived without a profile."""

from __future__ import annotations

from pathlib import Path

import pytest

from archiver.errors import BadArgument
from archiver.replica.server import Replica
from spiders.category import CategorySpider
from tests.crawling import asked, crawl, posts

FEED = "http://rss.example.com/route/bulletin?limit=3"
TEXT = "<p>样例公司今天公布季度业绩，营业收入同比增长百分之七。</p><p>公司说明了产能安排。</p>"


def entry(number: int, link: str, text: str = TEXT) -> str:
    content = f"<content:encoded><![CDATA[{text}]]></content:encoded>" if text else ""
    return (
        f"<item><title>第{number}条</title><link>{link}</link>{content}"
        f"<pubDate>Mon, 28 Sep 2026 0{number}:00:00 GMT</pubDate></item>"
    )


def rss(*entries: str) -> str:
    spaces = 'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    return f'<rss version="2.0" {spaces}><channel><title>样例</title>{"".join(entries)}</channel></rss>'


def test_a_feed_with_whole_texts_is_archived_with_one_request(tmp_path: Path) -> None:
    """The texts of a feed are posted wherever their articles are; one without a text must be on the site."""
    feed = rss(
        entry(1, "https://elsewhere.example/a/1001001.html"),
        entry(2, "https://www.example.com/a/1001002.html"),
        entry(3, "https://elsewhere.example/a/1001003.html", ""),
    )
    with Replica() as replica:
        replica.answers[FEED] = (200, {"Content-Type": "application/rss+xml"}, feed)
        replica.answers["http://rss.example.com/robots.txt"] = (404, {}, "")
        run = crawl("category", tmp_path, replica, feed=FEED, source="样例快讯")
        assert asked(replica) == ["/route/bulletin?limit=3"]
    assert (run["listed"], run["posted"]) == (3, 2), run.stderr
    assert run["reasons"] == {"quarantined/offsite": 1}
    assert "write a profile with origins: [https://elsewhere.example, …]" in run.stderr
    for text in posts(tmp_path).values():
        assert "categories: yanglikuaixun\ntags: 样例快讯新闻\n" in text
        assert TEXT in text
    assert "date: 2026-09-28 09:00:00 +0800" in "".join(posts(tmp_path).values())


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"feed": "https://a.example/f", "site": "finews"}, "write feed= or site=, not both: "),
        ({"feed": "https://a.example/f", "category": "a"}, "write feed= or category=, not both: "),
        ({"feed": "https://a.example/f", "site": ""}, "write feed= or site=, not both: "),
        ({"source": "样例"}, "source= is for a feed: write feed= as well"),
        ({"source": "样例", "site": "finews"}, "source= is for a feed: "),
        ({"feed": ""}, "feed='' is not the address of a feed"),
        ({"feed": "a.example/f"}, "feed='a.example/f' is not the address of a feed"),
    ],
    ids=str,
)
def test_arguments_that_exclude_each_other_are_refused(arguments: dict[str, str], sentence: str) -> None:
    with pytest.raises(BadArgument) as wrong:
        CategorySpider(**arguments)
    assert str(wrong.value).startswith(sentence)
