"""``scrapy crawl category`` on the replica: posts are right, and the number of requests is as low as possible."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from lxml import html as lxml_html

from archiver.posts import read
from archiver.replica import pages
from archiver.replica.articles import Expected, Site
from archiver.replica.oddities import Oddity
from archiver.replica.server import Replica
from tests.crawling import asked, crawl, posts, tree


def name_of(expected: Expected) -> str:
    return f"{expected.date:%Y-%m-%d}-{expected.id}.md"


def words(text: str) -> str:
    """The text without blanks, because blanks between blocks and lines do not matter here."""
    return re.sub(r"\s+", "", text)


def text_of(body: str) -> str:
    return words(lxml_html.fromstring(f"<div>{body}</div>").text_content())


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> tuple[Replica, Path]:
    """A complete archive of a site with every oddity."""
    root = tmp_path_factory.mktemp("full")
    with Replica(Site(articles=60)) as replica:
        run = crawl("category", root, replica)
        assert run.status == 0, run.stderr
        return replica, root


def test_every_listed_article_becomes_the_expected_post(full: tuple[Replica, Path]) -> None:
    replica, root = full
    written = posts(root)
    expected = {name_of(article): article for article in map(replica.site.expected, range(len(replica.site)))}
    assert set(written) == set(expected)
    # The generator of the site truncated this digest; only the feed has the complete one.
    cut = replica.site.article(replica.site.oddities()[Oddity.DIGEST_TWO_HEADLINES]).id
    for name, article in expected.items():
        post = read(written[name], name)
        assert post.problems == (), name
        assert post.title == re.sub(r"</?b>", "", article.title) or post.title == article.title, name
        assert (post.date, post.link) == (article.date, article.link), name
        assert post.digest == article.digest or (post.id == cut and article.digest.endswith(post.digest)), (
            name
        )
        assert post.tag == re.sub(r"\s+", " ", article.tag), name
        assert post.category == article.category.replace(" ", ""), name
        assert text_of(post.body) == words(html.unescape(article.text)), name


def test_every_category_page_linked_in_a_footer_exists(full: tuple[Replica, Path]) -> None:
    _, root = full
    for name, text in posts(root).items():
        page = read(text, name).page.removeprefix("//finews.withounder.com/")
        assert (root / page / "index.html" if page.endswith("/") else root / page).is_file()


def test_forty_articles_take_forty_one_requests(tmp_path: Path) -> None:
    with Replica(Site(articles=200, plain=True)) as replica:
        slug = next(s.slug for s in replica.site.categories() if replica.site.count(s.slug) >= 40)
        arguments = {"category": slug, "limit": 40}
        assert crawl("category", tmp_path, replica, **arguments).status == 0
        assert len(asked(replica)) == 41
        assert len(posts(tmp_path)) == 40


def test_a_rerun_requests_only_the_listing_and_writes_nothing(tmp_path: Path) -> None:
    with Replica(Site(articles=60, plain=True)) as replica:
        first = crawl("category", tmp_path, replica, category="cailianshe")
        count = replica.site.count("cailianshe")
        assert (first.status, first["posted"], len(asked(replica))) == (0, count, count + 1)
        before = tree(tmp_path)

        replica.requests.clear()
        again = crawl("category", tmp_path, replica, category="cailianshe")
        conditional = [seen for seen in replica.requests if seen.path != "/robots.txt"]
        assert again.status == 0
        assert [(seen.path, seen.status) for seen in conditional] == [("/category/cailianshe.html", 304)]
        assert tree(tmp_path) == before


def test_new_articles_take_one_request_each_and_a_lost_index_takes_none(tmp_path: Path) -> None:
    with Replica(Site(articles=60, plain=True)) as replica:
        crawl("category", tmp_path, replica, category="cailianshe")
        known = replica.site.count("cailianshe")
        while replica.site.count("cailianshe") < known + 2:
            replica.add(1)
        replica.requests.clear()
        third = crawl("category", tmp_path, replica, category="cailianshe")
        assert (third.status, third["posted"], third["unchanged"], len(asked(replica))) == (0, 2, known, 3)

        before = tree(tmp_path)
        (tmp_path / ".archive/index.sqlite").unlink()
        fourth = crawl("category", tmp_path, replica, category="cailianshe")
        assert (fourth.status, fourth["unchanged"], len(asked(replica))) == (0, known + 2, 1)
        assert tree(tmp_path) == before


def test_the_share_page_is_never_requested_and_no_article_twice(full: tuple[Replica, Path]) -> None:
    replica, _ = full
    paths = [seen.path for seen in replica.requests if seen.path != "/robots.txt"]
    assert not [path for path in paths if "NewsShare" in path]
    assert len(paths) == len(set(paths))


def test_since_and_until_select_the_articles_of_a_day(tmp_path: Path) -> None:
    with Replica(Site(articles=60, plain=True)) as replica:
        run = crawl("category", tmp_path, replica, since="2022-02-21", until="2022-02-21")
        assert run.status == 0
        assert {name[:10] for name in posts(tmp_path)} == {"2022-02-21"}
        one_day = len(posts(tmp_path))
        again = crawl("category", tmp_path, replica)
        assert again["posted"] == 60 - one_day, (
            "a run with since and until must not hide the other articles from the next run"
        )


def test_several_categories_are_separated_by_commas(tmp_path: Path) -> None:
    with Replica(Site(articles=60, plain=True)) as replica:
        run = crawl("category", tmp_path, replica, category="cailianshe,emnews")
        counts = replica.site.count("cailianshe") + replica.site.count("emnews")
        assert (run.status, run["posted"]) == (0, counts)


@pytest.mark.parametrize("feed", ["type-45", "type-102", "market-37"])
def test_a_feed_takes_one_request(tmp_path: Path, feed: str) -> None:
    with Replica(Site(articles=30, plain=True)) as replica:
        run = crawl("category", tmp_path, replica, category=feed)
        assert run.status == 0, run.stderr
        assert run["posted"] == run["listed"] > 0
        assert len(asked(replica)) == run["listed"] + 1


def test_a_feed_gives_the_complete_digest(tmp_path: Path) -> None:
    with Replica(Site(articles=40)) as replica:
        article = replica.site.expected(replica.site.oddities()[Oddity.DIGEST_TWO_HEADLINES])
        run = crawl("category", tmp_path, replica, category="type-102")
    assert run.status == 0, run.stderr
    assert "【延伸阅读】" in article.digest
    assert read(posts(tmp_path)[name_of(article)], name_of(article)).digest == article.digest


def test_items_can_be_exported(tmp_path: Path) -> None:
    with Replica(Site(articles=12, plain=True)) as replica:
        crawl("category", tmp_path / "archive", replica, "-o", str(tmp_path / "items.jsonl"))
    lines = (tmp_path / "items.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 12
    assert '"origins": {' in lines[0]
    assert re.search(r'"date": "2022-02-2\dT\d\d:\d\d:\d\d\+08:00"', lines[0])


@pytest.mark.parametrize("order", ["cailianshe,zhongguodianzibao", "zhongguodianzibao,cailianshe"])
def test_an_article_in_two_categories_gives_the_same_post_in_any_order(tmp_path: Path, order: str) -> None:
    """faults C11."""
    with Replica(Site(articles=60, plain=True)) as replica:
        index = next(iter(replica.site.listing("cailianshe")))
        article = replica.site.expected(index)
        link = f'<li><a href="/cailianshe/{article.date:%Y/%m/%d}/{article.id}.html">{article.title}</a></li>'
        source = next(source for source in replica.site.categories() if source.slug == "zhongguodianzibao")
        listed = pages.category(replica.site, source).replace("<ul>", f"<ul>{link}", 1)
        replica.answers["/category/zhongguodianzibao.html"] = (200, {"Content-Type": "text/html"}, listed)
        run = crawl("category", tmp_path, replica, category=order)
        count = replica.site.count("cailianshe") + replica.site.count("zhongguodianzibao")
        texts = [path for path in asked(replica) if path.endswith(article.id)]
    assert (run.status, run["listed"], run["posted"]) == (0, count, count), run.stderr
    assert len(texts) == 1
    assert read(posts(tmp_path)[name_of(article)], name_of(article)).category == "cailianshe"
