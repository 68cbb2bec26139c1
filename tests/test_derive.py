"""Decisions one by one and all together; a crawl and ``derive`` make the same posts, byte for byte."""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import pytest
from scrapy.crawler import Crawler

from archiver import derive, settings
from archiver.derive import DECISIONS, Given
from archiver.errors import ArticleError, Deferred, Quarantined
from archiver.extract import identity
from archiver.extract.identity import Memory
from archiver.items import Answer, Article, Evidence, Listed
from archiver.normalise import slugs, sources
from archiver.posts import render
from archiver.publish.jekyll.site import open_site
from archiver.replica.articles import Site
from archiver.replica.server import Replica
from archiver.sites.load import load, parse
from tests.crawling import crawl, posts
from tests.crawls.test_corpus import CORPUS, SEED, play, real

SITE = load("finews")
HOME = "//finews.withounder.com/"
ROLLING, SHARED = "202202220000000017", "NW202202220000000017"


class OneName:
    """The names of an archive with posts of one source."""

    def slug(self, name: str) -> str:
        return slugs.slug_of(name)

    def name_of(self, slug: str) -> str:
        return {"yangliribao": "样例日报"}.get(slug, "")


def given() -> Given:
    return Given(SITE, HOME, OneName())


def article(article_id: str, listed: Listed | None = None, **texts: str) -> Article:
    made = Article(article_id, listed or Listed(article_id), datetime(2022, 2, 22, 12, tzinfo=UTC))
    made.said = {name: [Evidence(text, "post_page")] for name, text in texts.items()}
    return made


def credited(article_id: str, **texts: str) -> sources.Credit:
    family = SITE.family_of(article_id)
    assert family
    return sources.decide(derive.credits_of(article(article_id, **texts), family), SITE.aliases)


@pytest.mark.parametrize(
    ("article_id", "texts", "name", "notes"),
    [
        (SHARED, {"source": "样例日报", "tag": "样例日报新闻"}, "样例日报", ()),
        (SHARED, {"source": "样例日报", "tag": "样例晚报新闻"}, "样例日报", ("source/conflict",)),
        (SHARED, {"tag": "样例日报新闻"}, "样例日报", ()),
        (ROLLING, {"source": "样例日报", "tag": "东财滚动新闻"}, "样例日报", ()),
        (ROLLING, {"tag": "东财滚动新闻"}, "", ("source/missing",)),
        (ROLLING, {"digest": "今日收涨。（样例晚报）"}, "样例晚报", ()),
        (ROLLING, {"source": "样例日报", "digest": "今日收涨。（样例晚报）"}, "样例日报", ()),
        (ROLLING, {"date": "2022-02-22 17:47 来源：样例日报 作者：王某"}, "样例日报", ()),
        (ROLLING, {"date": "2022-02-22 17:47|來源｜样例日报|"}, "样例日报", ()),
        (ROLLING, {"date": "出处: 样例日报 2022-02-22", "digest": "今日收涨。（样例晚报）"}, "样例日报", ()),
        (ROLLING, {"date": "2022-02-22 来源：样例晚报", "source": "样例日报"}, "样例日报", ()),
        (ROLLING, {"date": "2022-02-22 17:47:15"}, "", ("source/missing",)),
        (ROLLING, {"date": "2022-02-22 收入来源广泛"}, "", ("source/missing",)),
    ],
)
def test_a_tag_names_a_source_only_if_it_is_made_from_one(
    article_id: str, texts: dict[str, str], name: str, notes: tuple[str, ...]
) -> None:
    credit = credited(article_id, **texts)
    assert (credit.name, credit.notes) == (name, notes)


def test_a_relative_date_counts_from_the_time_when_a_cache_got_the_response() -> None:
    made = article("NW000000000000000001", date="5分钟前")
    made.answers = [
        Answer("http://a.example/1", 200, {b"Age": [b"172800"]}, b""),
        Answer("http://a.example/2", 404, {b"Age": [b"60"]}, b"", "gone"),
    ]
    decided = derive.date(made, given())
    assert decided.values["date"] == datetime(2022, 2, 20, 11, 55, tzinfo=UTC)
    assert decided.doubts == ("date/imprecise",)


def test_an_unknown_credit_is_recorded_with_its_text() -> None:
    made = article(SHARED, **{**COMPLETE, "source": "来源：综合样例办"})
    derive.derive(made, given())
    assert made.notes == ["source/unparsed"]
    assert made.details == {"source/unparsed": "来源：综合样例办"}


def test_the_title_of_the_article_is_used_if_the_listing_has_another_headline() -> None:
    listed = Listed("202202220000000017", hints={"title": "列表里的短标题"})
    made = article(listed.id, listed, title="文章自己的另一个长题目")
    decided = derive.title(made, Given(load("eastmoney"), HOME, OneName()))
    assert (decided.values["title"], decided.doubts) == ("文章自己的另一个长题目", ["title/conflict"])


COMPLETE = {
    "title": "样例标题",
    "date": "2022-02-22 17:47:15",
    "body": "<p>样例正文。</p>",
    "source": "样例日报",
}


def test_derive_makes_a_post_and_records_the_origin_of_every_field() -> None:
    made = article(SHARED, **COMPLETE)
    post = derive.derive(made, given())
    assert (post.title, post.category, post.tag) == ("样例标题", "yangliribao", "样例日报新闻")
    assert post.page == f"{HOME}category/yangliribao.html"
    assert made.origins == dict.fromkeys(("title", "date", "body", "source"), "post_page") | {"link": "id"}
    assert list(made.origins) == ["title", "date", "body", "source", "link"]


SHARE_PAGE = f"http://finews.zning.xyz/html_News/NewsShare.html?infoCode={SHARED}"
OWN_PAGE = "https://finance.example.com/a/2022/1.html"
LISTED = Listed(ROLLING, address="http://finews.withounder.com/emnews/2022/02/22/1.html")


@pytest.mark.parametrize(
    ("made", "base", "address", "absolute"),
    [
        (article(SHARED), "", "img/1.png", "http://finews.zning.xyz/html_News/img/1.png"),
        (article(SHARED), "", "./img/1.png", "http://finews.zning.xyz/html_News/img/1.png"),
        (article(SHARED), "", "../img/1.png", "http://finews.zning.xyz/img/1.png"),
        (article(SHARED), "", "/img/1.png", "http://finews.zning.xyz/img/1.png"),
        (article(SHARED), "", "//img.example.com/1.png", "http://img.example.com/1.png"),
        (article(SHARED), "", "https://img.example.com/1.png", "https://img.example.com/1.png"),
        (
            article(SHARED, Listed(SHARED, address=LISTED.address)),
            "",
            "/1.png",
            "http://finews.zning.xyz/1.png",
        ),
        (article(SHARED), "https://x.example.com/a/", "1.png", "https://x.example.com/a/1.png"),
        (article(ROLLING, link=OWN_PAGE), "", "img/1.png", "https://finance.example.com/a/2022/img/1.png"),
        (article(ROLLING, link=OWN_PAGE), "", "//img.example.com/1.png", "https://img.example.com/1.png"),
        (article(ROLLING, link="无"), "", "/1.png", "http://finance.eastmoney.com/1.png"),
        (article(ROLLING, LISTED), "", "1.png", "http://finance.eastmoney.com/a/1.png"),
    ],
)
def test_addresses_in_the_text_of_an_api_count_from_the_link_of_the_article(
    made: Article, base: str, address: str, absolute: str
) -> None:
    made.said["body"] = [Evidence(f'<p>甲<img src="{address}">乙</p>', "answer", base)]
    decided = derive.body(made, given()).values["body"]
    assert decided.replace(" />", ">") == f'<p>甲<img src="{absolute}">乙</p>'


def test_addresses_in_the_text_of_an_api_count_from_the_listed_address_if_that_is_the_link() -> None:
    text = """
name: columns
origins: [https://api.example.com]
feeds: {new: {url: 'https://api.example.com/new', format: json, rows: list, fields: {id: id, address: url}}}
steps: [{origin: answer, urls: ['https://api.example.com/{id}'], format: json, fields: {body: text}}]
families: [{name: all, id: '[a-z]\\d', link: '{address}'}]
"""
    made = article("a1", Listed("a1", address="https://www.example.com/news/2022/a1.html"))
    made.said["body"] = [Evidence('<p><a href="2.html">下篇</a></p>', "answer")]
    decided = derive.body(made, replace(given(), site=parse(text, "columns.yaml")))
    assert decided.values["body"] == '<p><a href="https://www.example.com/news/2022/2.html">下篇</a></p>'


def test_a_decision_does_not_change_the_article() -> None:
    made = article(ROLLING, **COMPLETE, link="http://www.example.com/1.html", digest="样例摘要。")
    for decide in DECISIONS:
        before = repr(made)
        decided = decide(made, given())
        assert repr(made) == before
        derive.apply(decided, made)
    assert (made.link, made.digest) == ("http://www.example.com/1.html", "样例摘要。")


@pytest.mark.parametrize(
    ("given_texts", "detail"),
    [
        ({"title": " "}, "no response has a title (rules: answer 'Title || title || TITLE', post_page 'section h1')"),
        ({"body": None}, "no response has a text (rules: answer 'text || content || Text || Content', post_page 'xpath:"),
        ({"source": ""}, "no source is credited (rules: answer 'medianame || MediaName || mediaName || MEDIANAME …'), and"),
        ({"body": "<p> </p>"}, "no text, picture or video is left of the body after cleaning"),
    ],
)  # fmt: skip
def test_a_missing_field_names_the_rules_that_found_nothing(
    given_texts: dict[str, str | None], detail: str
) -> None:
    texts = {name: text for name, text in (COMPLETE | given_texts).items() if text is not None}
    with pytest.raises(Quarantined) as caught:
        derive.derive(article(SHARED, **texts), given())
    assert caught.value.detail.startswith(detail)


def test_an_article_without_any_date_names_the_rules_for_dates(tmp_path: Path) -> None:
    """The id of finews has a day, so it cannot be of finews."""
    profile = tmp_path / "mine.yaml"
    profile.write_text(
        "name: mine\norigins: ['http://a.example']\n"
        "feeds: {news: {url: 'http://a.example/', rows: li, fields: {address: 'a::attr(href)'}}}\n"
        "steps: [{origin: page, urls: ['{address}'], fields: {title: h1, body: '#art', date: '#none'}}]\n"
        "families: [{name: story, id: '[a-z]+', link: '{address}'}]\n",
        encoding="utf-8",
    )
    made = article("abc", title="样例标题", body="<p>样例正文。</p>")
    with pytest.raises(Quarantined) as caught:
        derive.derive(made, Given(load(str(profile)), HOME, OneName()))
    assert str(caught.value) == "date: no response has a date (rules: page '#none')"


@pytest.mark.parametrize(
    ("made", "end"),
    [
        (replace(article(SHARED, **COMPLETE), failure=Deferred("timeout")), "timeout"),
        (article(SHARED, **COMPLETE | {"title": " "}), "title_empty"),
        (article(SHARED, Listed(SHARED, hints={"title": "另一篇文章"}), **COMPLETE), "id_mismatch"),
        (article("NW202502222284881584", **COMPLETE | {"date": "soon"}), "date_future"),
        (article(SHARED, **COMPLETE | {"body": ""}), "empty_body"),
        (article(SHARED, **COMPLETE | {"body": "<p>该文已被删除</p>"}), "retracted"),
        (article("x", **COMPLETE), "bad_id"),
        (article(SHARED, **COMPLETE | {"source": ""}), "source"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_article_that_cannot_become_a_post_ends_with_a_reason(made: Article, end: str) -> None:
    with pytest.raises(ArticleError) as caught:
        derive.derive(made, given())
    assert caught.value.reason == end


def test_an_article_without_a_source_is_filed_under_the_category_of_its_listing() -> None:
    made = article(SHARED, Listed(SHARED, "yangliribao"), **COMPLETE | {"source": ""})
    assert derive.derive(made, given()).tag == "样例日报新闻"
    assert (made.origins["category"], made.notes) == ("listing", ["source/missing"])


@pytest.mark.parametrize(
    ("own", "listed", "title", "doubts"),
    [
        ("样例标题", "样例标\ufffd...", "样例标题", []),
        ("样例标题", "另\ufffd...", "样例标题", []),
        ("样例标\ufffd", "样例标题", "样例标题", []),
        ("样例标\ufffd", "", "样例标\ufffd", ["encoding/damaged"]),
        ("样例标\ufffd", "样\ufffd", "样例标\ufffd", ["encoding/damaged"]),
        ("", "样例标\ufffd", "样例标\ufffd", ["encoding/damaged"]),
        ("\ufffd。", "样例标题", "样例标题", []),
        ("另一篇文\ufffd", "样例标题", None, []),
        ("样例标题", "样例标题", "样例标题", []),
        ("样例标题", "另一篇文章", None, []),
    ],
)
def test_a_damaged_title_is_used_only_if_there_is_no_other(
    own: str, listed: str, title: str | None, doubts: list[str]
) -> None:
    made = article(SHARED, Listed(SHARED, hints={"title": listed}), **COMPLETE | {"title": own})
    made.said["title"].append(Evidence(listed, "listing"))
    if title is None:
        with pytest.raises(ArticleError, match=r"^id_mismatch: "):
            derive.derive(made, given())
    else:
        assert derive.derive(made, given()).title == title
        assert made.notes == doubts


@pytest.mark.parametrize(
    ("texts", "doubts"),
    [
        ({"body": "<p>样例\ufffd文。</p>"}, 1),
        ({"body": "<p>样例\ufffd文，\ufffd\ufffd。</p>"}, 1),
        ({"title": "样例\ufffd题", "body": "<p>样例\ufffd文。</p>"}, 1),
        ({"body": "<p>样例&#xfffd;文。</p>"}, 1),
        ({"body": "<p>样例<!-- \ufffd -->文。</p>"}, 0),
        ({}, 0),
    ],
)
def test_damage_in_a_post_is_one_doubt(texts: dict[str, str], doubts: int) -> None:
    made = article(SHARED, **COMPLETE | texts)
    post = derive.derive(made, given())
    assert ("\ufffd" in post.title + post.body) == bool(doubts)
    assert made.notes == ["encoding/damaged"] * doubts


def test_a_damaged_credit_makes_no_category() -> None:
    made = article(SHARED, Listed(SHARED, "yangliribao"), **COMPLETE | {"source": "样例\ufffd报"})
    assert derive.derive(made, given()).tag == "样例日报新闻"
    assert made.notes == ["source/missing"]


def test_a_missing_link_or_digest_is_a_doubt() -> None:
    made = article(ROLLING, **COMPLETE, link="//no.address")
    derive.derive(made, given())
    assert made.notes == ["link/missing", "digest/missing"]
    assert made.link.startswith("http")


def test_a_repeated_article_is_refused_and_a_repeated_text_is_a_doubt() -> None:
    one = given()
    derive.derive(article(SHARED, **COMPLETE), one)
    with pytest.raises(Quarantined, match=f"same_answer: .* {SITE.key_of(SHARED)}$"):
        derive.derive(article("NW202202220000000018", **COMPLETE), one)
    again = article("NW202202220000000019", **COMPLETE | {"title": "另一篇文章"})
    derive.derive(again, one)
    assert again.notes == ["text/repeated"]


def test_memory_keeps_only_the_latest_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "MAX_REMEMBERED", 2)
    memory = Memory()
    assert [
        memory.first(content, key) for content, key in ((1, "a"), (1, "b"), (2, "b"), (3, "c"), (1, "d"))
    ] == [*("a", "a", "b", "c", "d")]


# --- a crawl and derive give the same result


class SaveArticles:
    """A pipeline before the first decision: saves every article with its evidence to a file."""

    def __init__(self, file: Path) -> None:
        self._file = file

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(Path(crawler.settings["ARTICLES_FILE"]))

    def process_item(self, item: Any) -> Any:
        with self._file.open("ab") as file:
            pickle.dump(replace(item, answers=[]), file)
        return item


def saved(file: Path) -> Iterator[Article]:
    with file.open("rb") as lines:
        while True:
            try:
                yield pickle.load(lines)
            except EOFError:
                return


def compare(root: Path, replica: Replica, spider: str = "category", **arguments: object) -> tuple[int, int]:
    """Crawls, derives posts from the same evidence, and compares; returns the numbers of posts and failures."""
    file = root / "articles.pickle"
    pipelines = json.dumps(settings.ITEM_PIPELINES | {"tests.test_derive.SaveArticles": 50})
    options = ("-s", f"ITEM_PIPELINES={pipelines}", "-s", f"ARTICLES_FILE={file}")
    run = crawl(spider, root / "crawled", replica, *options, **arguments)
    written = posts(root / "crawled")
    ended = {failure["id"]: (failure["reason"], failure["detail"]) for failure in run["failures"]}
    with open_site(root / "derived", {"emnews": "东财滚动新闻"}) as archive:
        rules = Given(SITE, HOME, archive.slugs)
        articles = list(saved(file))
        for made in articles:
            try:
                post = derive.derive(made, rules)
            except ArticleError as why:
                assert ended.pop(made.id) == (why.reason, why.detail)
            else:
                assert written.pop(post.name) == render(post)
    assert (written, ended) == ({}, {})
    return len(articles) - len(run["failures"]), len(run["failures"])


def test_a_crawl_and_derive_give_the_same_posts_and_reasons(tmp_path: Path) -> None:
    with Replica(Site(articles=60)) as replica:
        made, ended = compare(tmp_path, replica)
    assert made >= 50
    assert made + ended == 60


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real posts is not available")
def test_derive_makes_the_seed_post_byte_for_byte(tmp_path: Path) -> None:
    text, post = real(SEED)
    with Replica() as replica:
        play(replica, post)
        assert compare(tmp_path, replica, category=post.category) == (1, 0)
    assert posts(tmp_path / "crawled") == {SEED: text}
