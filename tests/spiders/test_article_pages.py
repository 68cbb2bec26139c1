"""A crawl of articles of several pages."""

from __future__ import annotations

from pathlib import Path

from archiver.posts import read
from archiver.replica.articles import Site
from archiver.replica.server import Replica
from tests.crawling import asked, crawl, posts
from tests.extract.test_pages import HOST, PROFILE, page


def test_articles_of_several_pages_are_posted_whole_or_not_at_all(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(PROFILE, encoding="utf-8")
    whole, half = "样例长文共三页", "样例长文缺一页"
    served = {
        "/list": f'<li><a href="/story/a1.html">{whole}</a></li><li><a href="/story/b1.html">{half}</a></li>',
        "/story/a1.html": page("<p>甲</p>", "a1_2.html", whole),
        "/story/a1_2.html": page("<p>乙</p>", "a1_3.html", whole),
        "/story/a1_3.html": page("<p>丙</p>", "a1_2.html", whole),
        "/story/b1.html": page("<p>甲</p>", "b1_2.html", half),
    }
    with Replica(Site(1)) as replica:
        for path, text in served.items():
            replica.answers[HOST + path] = (200, {"Content-Type": "text/html; charset=utf-8"}, text)
        replica.answers[f"{HOST}/story/b1_2.html"] = (404, {}, "")
        replica.answers[f"{HOST}/robots.txt"] = (404, {}, "")
        run = crawl("category", tmp_path / "archive", replica, site=tmp_path / "mine.yaml")
        requested = asked(replica)
    assert run.status == 3, run.stderr
    assert (run["posted"], run["reasons"]) == (1, {"deferred/page_missing": 1})
    assert len(requested) == 1 + 3 + 2, "each page is requested once"
    ((name, text),) = posts(tmp_path / "archive").items()
    assert read(text, name).body == "<p>甲</p>\n<p>乙</p>\n<p>丙</p>"
