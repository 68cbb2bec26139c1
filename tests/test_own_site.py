"""A site of one's own, with other pages than finews, is one YAML file and no code: the example of the docs."""

from __future__ import annotations

from pathlib import Path

import pytest

from archiver.posts import read
from archiver.replica.articles import Site
from archiver.replica.server import Answer, Replica
from tests.crawling import PROJECT, asked, crawl, posts

HOST = "http://www.example.com"
STORIES = {
    f"A2022-02{day}_{number}": f"{day}日第{number}条要闻" for day in (21, 22) for number in range(1, 5)
}


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    """The example as it stands, but for https: the test has no certificate for a made-up host."""
    text = (PROJECT / "docs/example-site.yaml").read_text(encoding="utf-8")
    path = tmp_path / "example.yaml"
    path.write_text(text.replace("https:", "http:"), encoding="utf-8")
    return path


def page(html: str) -> Answer:
    """GB18030 that calls itself GB2312, as many a Chinese page does."""
    return (
        200,
        {"Content-Type": "text/html; charset=gb2312"},
        f"<html><body>{html}</body></html>".encode("gb18030"),
    )


def row(story: str) -> str:
    return (
        f'<article><h3><a href="/story/{story}.shtml">{STORIES[story]}</a></h3>'
        f'<time datetime="2022-02-{story[8:10]} 10:0{story[-1]}">上午</time><span class="credit">来源：样例晚报</span></article>'
    )


def story_page(story: str) -> str:
    return (
        f'<link rel="canonical" href="{HOST}/story/{story}.shtml"><h1>{STORIES[story]}</h1>'
        f'<time datetime="2022-02-{story[8:10]}T10:0{story[-1]}:07+08:00">上午</time>'
        f'<span class="credit">来源：样例晚报</span><div id="story-text"><p>镕喆㙓出席，{STORIES[story]}。</p>'
        '<p class="related">相关：无</p></div>'
    )


def play(replica: Replica) -> None:
    names = list(STORIES)
    following = '<a rel="next" href="index_2.shtml">下一页</a>'
    answers = {
        "/": '<nav><a href="/channel/markets/">市场</a><a href="/channel/about/">关于</a></nav>',
        "/channel/markets/": f'<div class="stories">{"".join(map(row, names[:5]))}</div>{following}',
        "/channel/markets/index_2.shtml": f'<div class="stories">{"".join(map(row, names[5:]))}</div>',
        **{f"/story/{story}.shtml": story_page(story) for story in names},
    }
    replica.answers.update({HOST + path: page(html) for path, html in answers.items()})
    replica.answers[f"{HOST}/robots.txt"] = (404, {}, "")


def test_the_example_site_is_archived_and_its_rerun_asks_listings_only(tmp_path: Path, profile: Path) -> None:
    root = tmp_path / "archive"
    with Replica() as replica:
        play(replica)
        run = crawl("category", root, replica, "-s", "ARCHIVER_SITE_URL=//archive.example.org", site=profile)
        assert (run.status, run["posted"]) == (0, len(STORIES)), run.stderr
        assert len(asked(replica)) == 1 + 2 + len(STORIES)
        again = crawl(
            "category", root, replica, "-s", "ARCHIVER_SITE_URL=//archive.example.org", site=profile
        )
        assert (again.status, again["posted"]) == (0, 0)
        assert asked(replica) == ["/", "/channel/markets/"]
    text = posts(root)["2022-02-22-A2022-0222_3.md"]
    assert text == (
        '---\nlayout: post\ntitle: "22日第3条要闻"\ndate: 2022-02-22 10:03:07 +0800\ncategories: yangliwanbao\n'
        "tags: 样例晚报新闻\n---\n<p>镕喆㙓出席，22日第3条要闻。</p>\n\n"
        f"<{HOST}/story/A2022-0222_3.shtml>\n\n"
        "[返回样例晚报新闻](//archive.example.org/category/yangliwanbao.html)｜[返回首页](//archive.example.org/)"
    )
    assert read(text, "2022-02-22-A2022-0222_3.md").problems == ()


def test_its_articles_can_be_named_by_id_and_address(tmp_path: Path, profile: Path) -> None:
    with Replica() as replica:
        play(replica)
        by_id = crawl("share", tmp_path / "a", replica, site=profile, infocode="A2022-0222_1")
        by_address = crawl(
            "share", tmp_path / "a", replica, site=profile, url=f"{HOST}/story/A2022-0222_2.shtml"
        )
    assert (by_id.status, by_address.status, len(posts(tmp_path / "a"))) == (0, 0, 2), by_id.stderr


def test_pages_that_lead_in_a_circle_are_walked_once(tmp_path: Path, profile: Path) -> None:
    with Replica() as replica:
        play(replica)
        rows = "".join(map(row, list(STORIES)[5:]))
        back = f'<div class="stories">{rows}</div><a rel="next" href="/channel/markets/">下一页</a>'
        replica.answers[f"{HOST}/channel/markets/index_2.shtml"] = page(back)
        run = crawl("category", tmp_path / "a", replica, site=profile, category="markets")
        assert (run.status, run["posted"]) == (0, len(STORIES)), run.stderr
        assert len([path for path in asked(replica) if "channel" in path]) == 3


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_an_address_that_is_not_public_is_asked_only_if_the_profile_is_written_with_it(
    tmp_path: Path, host: str
) -> None:
    """The replica opened directly: one server for all hosts of the finews profile."""
    text = (PROJECT / "archiver/sites/finews.yaml").read_text(encoding="utf-8")
    with Replica(Site(articles=20, plain=True)) as replica:
        for name in ("finews.withounder.com", "finews.zning.xyz", "choicewzp1.eastmoney.com"):
            text = text.replace(f"http://{name}", f"http://{host}:{replica.port}")
        own = tmp_path / "own.yaml"
        own.write_text(text.replace("finews\\.withounder\\.com", "[^/]+"), encoding="utf-8")
        run = crawl("category", tmp_path / "a", None, site=own, direct=True, category="cailianshe")
        if host == "127.0.0.1":
            assert (run.status, run["posted"]) == (0, replica.site.count("cailianshe")), run.stderr
        else:
            assert list(run["listings"]["incomplete"].values()) == ["private_address"], run.stderr
            assert replica.requests == []
