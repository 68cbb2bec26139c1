"""``scrapy crawl share``: single articles by id, by address, and from a list."""

from __future__ import annotations

from pathlib import Path

import pytest

from archiver.replica.articles import Site
from archiver.replica.server import Replica
from tests.crawling import asked, crawl, posts


@pytest.fixture(scope="module")
def replica() -> Replica:
    with Replica(Site(articles=30, plain=True)) as running:
        yield running


def first(replica: Replica, *, emnews: bool) -> str:
    return replica.site.article(replica.site.newest(emnews=emnews, limit=1)[0]).id


def test_several_info_codes_take_one_request_each(tmp_path: Path, replica: Replica) -> None:
    replica.requests.clear()
    ids = [replica.site.article(index).id for index in replica.site.newest(emnews=False, limit=3)]
    run = crawl("share", tmp_path, replica, infocode=",".join(ids))
    assert (run.status, run["posted"]) == (0, 3), run.stderr
    assert len(asked(replica)) == 3
    assert {name[11:-3] for name in posts(tmp_path)} == set(ids)


@pytest.mark.parametrize(
    "address",
    [
        "http://finews.zning.xyz/html_News/NewsShare.html?infoCode={id}",
        "https://choicewzp1.eastmoney.com/html_News/NewsShare.html?from=app&infoCode={id}#top",
        "//finews.zning.xyz/html_News/NewsShare.html?infoCode={id}",
        "http://finews.zning.xyz/NewsData/GetNewsText.do?id={id}",
    ],
)
def test_every_form_of_a_share_address_is_accepted(tmp_path: Path, replica: Replica, address: str) -> None:
    article = first(replica, emnews=False)
    run = crawl("share", tmp_path, replica, url=address.format(id=article))
    assert run.status == 0, run.stderr
    assert [name[11:-3] for name in posts(tmp_path)] == [article]


@pytest.mark.parametrize(
    "address",
    [
        "http://finance.eastmoney.com/a/{id}.html",
        "http://finance.eastmoney.com/news/1350,{id}.html",
        "https://emcreative.eastmoney.com/app_fortune/article/index.html?artCode={id}",
    ],
)
def test_an_articles_own_address_is_the_link_of_its_post(
    tmp_path: Path, replica: Replica, address: str
) -> None:
    article = first(replica, emnews=True)
    run = crawl("share", tmp_path, replica, url=address.format(id=article))
    assert run.status == 0, run.stderr
    (text,) = posts(tmp_path).values()
    assert f"<{address.format(id=article)}>" in text


def test_the_post_page_gives_the_digest_and_the_link(tmp_path: Path, replica: Replica) -> None:
    index = replica.site.newest(emnews=True, limit=1)[0]
    expected = replica.site.expected(index)
    address = f"https://finews.withounder.com/emnews/{expected.date:%Y/%m/%d}/{expected.id}.html"
    run = crawl("share", tmp_path, replica, url=address.replace("https", "http"))
    assert run.status == 0, run.stderr
    (text,) = posts(tmp_path).values()
    assert f"<{expected.link}>" in text
    assert "\n> " in text


@pytest.mark.parametrize("way", ["file", "stdin"])
def test_a_list_of_ids_and_addresses_is_archived(tmp_path: Path, replica: Replica, way: str) -> None:
    ids = [replica.site.article(index).id for index in replica.site.newest(emnews=False, limit=5)]
    share = f"http://finews.zning.xyz/html_News/NewsShare.html?infoCode={ids[4]}"
    lines = "\n".join(["# a list", *ids[:4], "", share, ids[0], "../../etc/passwd"]) + "\n"
    listing = tmp_path / "list.txt"
    listing.write_text("\ufeff" + lines, encoding="utf-8")
    file, stdin = (str(listing), "") if way == "file" else ("-", lines)
    run = crawl("share", tmp_path / "archive", replica, stdin=stdin, file=file)
    assert (run.status, run["posted"], run["quarantined"]) == (4, 5, 1), run.stderr
    assert run["reasons"] == {"quarantined/bad_id": 1}
    assert {path.name for path in tmp_path.iterdir()} == {"list.txt", "archive"}


def test_a_list_of_more_than_a_thousand_ids_is_archived(tmp_path: Path) -> None:
    with Replica(Site(articles=1500, plain=True)) as replica:
        ids = [
            article.id
            for article in map(replica.site.article, range(len(replica.site)))
            if not article.emnews
        ]
        run = crawl(
            "share",
            tmp_path,
            replica,
            "-s",
            "CONCURRENT_REQUESTS_PER_DOMAIN=8",
            stdin="\n".join(ids),
            file="-",
        )
    assert (run.status, run["posted"]) == (0, len(ids)), run.stderr


def test_an_archived_article_is_not_requested_again(tmp_path: Path, replica: Replica) -> None:
    article = first(replica, emnews=False)
    crawl("share", tmp_path, replica, infocode=article)
    asked(replica)
    again = crawl(
        "share", tmp_path, replica, url=f"http://finews.zning.xyz/html_News/NewsShare.html?infoCode={article}"
    )
    assert (again.status, again["unchanged"], asked(replica)) == (0, 1, [])
