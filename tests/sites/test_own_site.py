"""A new site needs one YAML file and no code: the example of the docs is crawled."""

from __future__ import annotations

from collections.abc import Mapping
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
    """The example of the docs with http instead of https: the test has no certificate for an invented host."""
    text = (PROJECT / "docs/example-site.yaml").read_text(encoding="utf-8")
    path = tmp_path / "example.yaml"
    path.write_text(text.replace("https:", "http:"), encoding="utf-8")
    return path


def page(html: str) -> Answer:
    """A page in GB18030 that declares GB2312, as many Chinese pages do."""
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
        f'<base href="/files/"><link rel="canonical" href="../story/{story}.shtml"><h1>{STORIES[story]}</h1>'
        f'<time datetime="2022-02-{story[8:10]}T10:0{story[-1]}:07+08:00">上午</time>'
        f'<span class="credit">来源：样例晚报</span><div id="story-text"><p>镕喆㙓出席，{STORIES[story]}。</p>'
        '<p><img src="1.png"></p><p class="related">相关：无</p></div>'
    )


def play(replica: Replica) -> None:
    names = list(STORIES)
    next_link = '<a rel="next" href="index_2.shtml">下一页</a>'
    answers = {
        "/": '<nav><a href="/channel/markets/">市场</a><a href="/channel/about/">关于</a></nav>',
        "/channel/markets/": f'<div class="stories">{"".join(map(row, names[:5]))}</div>{next_link}',
        "/channel/markets/index_2.shtml": f'<div class="stories">{"".join(map(row, names[5:]))}</div>',
        **{f"/story/{story}.shtml": story_page(story) for story in names},
    }
    replica.answers.update({HOST + path: page(html) for path, html in answers.items()})
    replica.answers[f"{HOST}/robots.txt"] = (404, {}, "")


def test_the_example_site_is_archived_and_a_rerun_requests_only_listings(
    tmp_path: Path, profile: Path
) -> None:
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
        "tags: 样例晚报新闻\n---\n<p>镕喆㙓出席，22日第3条要闻。</p>"
        f'<p><img src="{HOST}/files/1.png" /></p>\n\n'
        f"<{HOST}/story/A2022-0222_3.shtml>\n\n"
        "[返回样例晚报新闻](//archive.example.org/category/yangliwanbao.html)｜[返回首页](//archive.example.org/)"
    )
    assert read(text, "2022-02-22-A2022-0222_3.md").problems == ()


def test_the_profile_gives_the_words_of_the_footer(tmp_path: Path, profile: Path) -> None:
    text = profile.read_text(encoding="utf-8")
    family = "  - name: story\n"
    assert family in text
    words = f"{family}    back: 'Back to [{{tag}}]'\n    home: Home\n"
    profile.write_text(text.replace(family, words), encoding="utf-8")
    with Replica() as replica:
        play(replica)
        run = crawl("share", tmp_path / "a", replica, site=profile, infocode="A2022-0222_1")
    ((name, text),) = posts(tmp_path / "a").items()
    assert run.status == 0, run.stderr
    assert text.endswith(
        "[Back to \\[样例晚报新闻\\]](//finews.withounder.com/category/yangliwanbao.html)"
        "｜[Home](//finews.withounder.com/)"
    )
    assert read(text, name).problems == ()


def test_articles_of_the_example_can_be_named_by_id_and_address(tmp_path: Path, profile: Path) -> None:
    with Replica() as replica:
        play(replica)
        by_id = crawl("share", tmp_path / "a", replica, site=profile, infocode="A2022-0222_1")
        by_address = crawl(
            "share", tmp_path / "a", replica, site=profile, url=f"{HOST}/story/A2022-0222_2.shtml"
        )
    assert (by_id.status, by_address.status, len(posts(tmp_path / "a"))) == (0, 0, 2), by_id.stderr


def test_reading_listing_pages_that_link_in_a_circle_ends(tmp_path: Path, profile: Path) -> None:
    with Replica() as replica:
        play(replica)
        rows = "".join(map(row, list(STORIES)[5:]))
        back = f'<div class="stories">{rows}</div><a rel="next" href="/channel/markets/">下一页</a>'
        replica.answers[f"{HOST}/channel/markets/index_2.shtml"] = page(back)
        run = crawl("category", tmp_path / "a", replica, site=profile, category="markets")
        assert (run.status, run["posted"]) == (0, len(STORIES)), run.stderr
        assert len([path for path in asked(replica) if "channel" in path]) == 2


@pytest.fixture
def counted(profile: Path) -> Path:
    """The example with listing pages that are counted from 1 instead of linked."""
    text = profile.read_text(encoding="utf-8")
    address, following = "/channel/{category}/", "  next: "
    assert address in text
    assert following in text
    text = text.replace(address, "/channel/{category}/{page}.html").replace(following, "  # next: ")
    profile.write_text(text, encoding="utf-8")
    return profile


def play_counted(replica: Replica, pages: Mapping[int, list[str] | int]) -> None:
    """``pages``: number → the stories on the page, or the status of its response; other pages answer 404."""
    play(replica)
    for number in range(1, 7):
        path = f"{HOST}/channel/markets/{number}.html"
        stories = pages.get(number, 404)
        if isinstance(stories, int):
            replica.answers[path] = (stories, {}, "")
        else:
            replica.answers[path] = page(f'<div class="stories">{"".join(map(row, stories))}</div>')


ONE, TWO, THREE, FOUR = (
    [f"A2022-02{day}_{n}" for n in pair] for day in (21, 22) for pair in ((1, 2), (3, 4))
)


@pytest.mark.parametrize(
    ("pages", "posted", "incomplete", "requested"),
    [
        pytest.param({1: ONE, 2: TWO, 3: []}, 4, "", 3, id="an empty page ends the listing"),
        pytest.param({1: ONE, 2: TWO}, 4, "", 4, id="two missing pages end the listing"),
        pytest.param({1: ONE, 2: 404, 3: TWO, 4: []}, 4, "gone", 4, id="one missing page is a gap"),
        pytest.param(
            {1: ONE, 2: 403, 3: TWO, 4: THREE, 5: []}, 6, "forbidden", 5, id="pages after a failure are read"
        ),
        pytest.param(
            {1: ONE, 2: 403, 3: 403, 4: TWO},
            2,
            "forbidden",
            3,
            id="two failures end the run through the pages",
        ),
        pytest.param({1: ONE, 2: 403, 3: TWO, 4: 404}, 4, "forbidden", 5, id="the first gap is reported"),
        pytest.param({1: 403, 2: ONE}, 0, "forbidden", 1, id="without the first page nothing is read"),
    ],
)
def test_a_page_that_cannot_be_fetched_does_not_affect_other_pages(
    tmp_path: Path,
    counted: Path,
    pages: Mapping[int, list[str] | int],
    posted: int,
    incomplete: str,
    requested: int,
) -> None:
    with Replica() as replica:
        play_counted(replica, pages)
        run = crawl("category", tmp_path / "a", replica, site=counted, category="markets")
        walked = [path for path in asked(replica) if "channel" in path]
    assert (run["posted"], list(run["listings"]["incomplete"].values())) == (
        posted,
        [incomplete] if incomplete else [],
    ), run.stderr
    assert run.status == (3 if incomplete else 0)
    assert len(walked) == requested


def test_the_next_run_reads_the_page_that_was_missing(tmp_path: Path, counted: Path) -> None:
    with Replica() as replica:
        play_counted(replica, {1: ONE, 2: 403, 3: THREE, 4: []})
        assert crawl("category", tmp_path / "a", replica, site=counted, category="markets").status == 3
        play_counted(replica, {1: ONE, 2: TWO, 3: THREE, 4: []})
        run = crawl("category", tmp_path / "a", replica, site=counted, category="markets")
    assert (run.status, run["posted"], len(posts(tmp_path / "a"))) == (0, 2, 6), run.stderr


@pytest.mark.parametrize(
    ("cap", "posted"),
    [("max_rows: 3", 3), ("max_rows: 4", 4), ("max_pages: 2", 4)],
)
def test_a_listing_above_max_rows_or_max_pages_is_incomplete(
    tmp_path: Path, counted: Path, cap: str, posted: int
) -> None:
    text = counted.read_text(encoding="utf-8").replace("  max_pages: 20", f"  {cap}")
    counted.write_text(text, encoding="utf-8")
    with Replica() as replica:
        play_counted(replica, {1: ONE, 2: TWO, 3: THREE, 4: FOUR, 5: []})
        run = crawl("category", tmp_path / "a", replica, site=counted, category="markets")
    assert (run.status, run["posted"]) == (3, posted), run.stderr
    assert list(run["listings"]["incomplete"].values()) == ["cap"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_an_address_that_is_not_public_is_requested_only_if_it_is_an_origin(
    tmp_path: Path, host: str
) -> None:
    """Without a proxy: the replica is the server for all hosts of the finews profile."""
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
