"""The bundled profile ``eastmoney``, unchanged, against a replica that is its https proxy."""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Sequence
from pathlib import Path

import pytest

from archiver.errors import Quarantined
from archiver.extract.article import read_answer
from archiver.extract.listing import ListingPage, read_listing
from archiver.normalise.slugs import slug_of
from archiver.posts import read
from archiver.replica import eastmoney
from archiver.replica.eastmoney import Columns
from archiver.replica.eastmoney_articles import BUSY, CAPTION, EXTRA_LINES
from archiver.replica.eastmoney_lists import SLUGS, error
from archiver.replica.eastmoney_server import EastmoneyReplica
from archiver.replica.eastmoney_switches import Oddity
from archiver.sites.load import load
from archiver.sites.profile import Profile
from tests.crawling import posts, tree
from tests.sites.eastmoney_site import LIST, columns, odd, paths, run, tls, visible, words

__all__ = ["tls"]

CODE = "202202220000000017"
EXTRA_WORDS = ("责任编辑", "郑重声明", "全新妙想", "主力资金", "手机版")


@pytest.fixture(scope="module")
def site() -> Profile:
    return load("eastmoney")


# --- whole runs


def test_a_column_is_archived_once_and_share_gives_the_same_post(tmp_path: Path, tls: ssl.SSLContext) -> None:
    shown = columns()
    with EastmoneyReplica(shown, tls) as replica:
        first = run("category", tmp_path / "a", replica, category=350)
        assert (first.status, first["quarantined"], first["deferred"]) == (0, 0, 0), first.stderr
        assert first["reasons"] == {"skipped/gone": 1, "skipped/not_ours": 4}
        walked = paths(replica)
        assert walked.count(LIST) == 3  # two pages with rows, and the empty one behind them
        archived = tree(tmp_path / "a")
        again = run("category", tmp_path / "a", replica, category=350)
        assert (again.status, again["posted"]) == (0, 0)
        gone = shown.code(odd(Oddity.GONE))  # one refusal may be a passing fault: it is requested again
        assert {path for path in paths(replica) if gone not in path} == {LIST}
        assert tree(tmp_path / "a") == archived

        indexes = [index for index in shown.listing(350) if index != odd(Oddity.GONE)]
        written = posts(tmp_path / "a")
        assert len(written) == first["posted"] == len(indexes) == 19
        for index in indexes:
            check(shown, index, written)

        chosen = indexes[0]
        names = tmp_path / "names.txt"
        names.write_text("\n".join(addresses(shown.code(chosen))), encoding="utf-8")
        shared = run("share", tmp_path / "b", replica, file=names)
        assert (shared.status, shared["listed"], shared["posted"]) == (0, 1, 1), shared.stderr
        ((name, text),) = posts(tmp_path / "b").items()
        assert written[name] == text


def check(shown: Columns, index: int, written: dict[str, str]) -> None:
    expected = shown.expected(index)
    name = f"{expected.date:%Y-%m-%d}-{expected.id}.md"
    post = written[name]
    head, _, rest = post.removeprefix("---\n").partition("---\n")
    assert f"title: {json.dumps(expected.title, ensure_ascii=False)}\n" in head
    assert f"date: {expected.date:%Y-%m-%d %H:%M:%S} +0800\n" in head
    assert f"categories: {slug_of(expected.source)}\n" in head
    assert f"tags: {expected.source}新闻\n" in head
    body, link, _ = re.split(r"\n\n(?=<https:|\[返回)", rest)
    assert link == f"<{expected.link}>"
    caption = visible(CAPTION) if index == odd(Oddity.CAPTION) else ""
    assert visible(body) == caption + words(expected.text)
    assert f"（文章来源：{expected.source}）" in visible(body)
    assert read(post, name).problems == ()


def test_a_page_of_the_list_that_fails_ends_in_status_3_and_nothing_is_lost(
    tmp_path: Path, tls: ssl.SSLContext
) -> None:
    shown = columns(plain=True)
    with EastmoneyReplica(shown, tls) as replica:
        listing = load("eastmoney").listing
        assert listing
        second = listing.address("350", 1).removeprefix("https://np-listapi.eastmoney.com")
        replica.answers[second] = (200, {"Content-Type": "application/json"}, error("success").body)
        first = run("category", tmp_path, replica, category=350)
        assert (first.status, first["listings"]["incomplete"]) == (
            3,
            {listing.address("350"): "not_a_listing"},
        )
        assert 0 < first["posted"] < len(shown.listing(350))
        replica.answers.clear()
        again = run("category", tmp_path, replica, category=350)
    assert (again.status, again["posted"]) == (0, len(shown.listing(350)) - first["posted"])
    assert len(posts(tmp_path)) == len(shown.listing(350))


def test_an_article_is_deferred_while_json_and_page_are_both_busy(
    tmp_path: Path, tls: ssl.SSLContext
) -> None:
    shown = columns(articles=50)
    busy = shown.code(odd(Oddity.JSON_BUSY))
    with EastmoneyReplica(shown, tls) as replica:
        page = f"<html><body><p>{BUSY}</p></body></html>"
        replica.answers[f"/a/{busy}.html"] = (200, {"Content-Type": "text/html; charset=utf-8"}, page)
        found = run("category", tmp_path, replica, category=350)
    assert (found.status, found["reasons"]) == (
        3,
        {"deferred/busy": 1, "skipped/gone": 1, "skipped/not_ours": 2},
    ), found.stderr
    assert not any(busy in name for name in posts(tmp_path))


def test_a_column_has_a_number_a_slug_and_perhaps_a_title(tmp_path: Path, tls: ssl.SSLContext) -> None:
    shown = columns(plain=True)
    with EastmoneyReplica(shown, tls) as replica:
        found = [run("category", tmp_path, replica, category=name) for name in ("cgnjj", "350", "国内经济")]
    assert [(each.status, each["posted"], each["unchanged"]) for each in found] == [
        (0, 20, 0),
        (0, 0, 18),
        (0, 0, 18),
    ]


# --- addresses


def addresses(code: str) -> list[str]:
    return [
        f"https://finance.eastmoney.com/a/{code}.html",
        f"http://finance.eastmoney.com/a/{code}.html",
        f"https://stock.eastmoney.com/a/{code}.html?from=a#b",
        f"https://wap.eastmoney.com/a/{code}.html",
        f"http://hk.eastmoney.com/news/1535,{code}.html",
        f"https://emcreative.eastmoney.com/app_fortune/article/index.html?artCode={code}",
        f"https://emcreative.eastmoney.com/app_fortune/article/index.html?a=b&artCode={code}&c=d",
        f"http://choicewzp1.eastmoney.com/html_News/NewsShare.html?infoCode=NW{code}",
        f"http://finews.zning.xyz/html_News/NewsShare.html?a=b&infoCode=NW{code}",
        f"http://choicewzp1.eastmoney.com/NewsData/GetNewsText.do?id=NW{code}",
        f"https://emcreative.eastmoney.com/app_fortune/article/index.html?artCode={code}#top",
        f"http://biz.eastmoney.com/a/{code}.html",
        f"http://wap.eastmoney.com/3g/news/article,8,344,1,{code}.shtml",
        f"//finance.eastmoney.com/a/{code}.html",
        code,
    ]


@pytest.mark.parametrize("address", [text for text in addresses(CODE) if text.startswith("http")])
def test_every_address_of_an_article_names_its_digits(site: Profile, address: str) -> None:
    assert site.named_by(address) == CODE


@pytest.mark.parametrize(
    "address",
    [
        f"https://caifuhao.eastmoney.com/news/{CODE}123",
        f"https://emcreative.eastmoney.com/app_fortune/article/index.html?artCode={CODE}9",
        "https://finance.eastmoney.com/a/ccjdd.html",
        "https://finance.eastmoney.com/a/ccjdd_2.html",
        f"https://eastmoney.com.example.com/a/{CODE}.html",
        f"https://www.example.com/?a=https://finance.eastmoney.com/a/{CODE}.html",
    ],
)
def test_other_addresses_name_no_article(site: Profile, address: str) -> None:
    assert site.named_by(address) == ""


def test_the_columns_are_a_table_of_numbers_and_slugs(site: Profile) -> None:
    assert len(site.categories) == len(
        {site.category_named(each.slug or each.title) for each in site.categories.values()}
    )
    for name, number in {
        "ccjdd": "344",
        "czqyw": "353",
        "czpnc": "1207",
        "cgspl": "374",
        "ccyyj": "683",
    }.items():
        assert site.category_named(name) == number
    for number, slug in SLUGS.items():
        assert site.categories[str(number)].slug == slug


# --- the list


def listed(site: Profile, answer: object, page: int = 1) -> ListingPage:
    assert site.listing
    url = site.listing.address("350", page - 1)
    return read_listing(json.dumps(answer), url, site.listing, site, "350")


def rows(*kinds: str | None) -> list[dict[str, str]]:
    """Without a kind they say nothing of it."""
    return [
        {"code": f"{int(CODE) + number}{'12' if kind == 'CFH' else ''}", "title": f"第{number}条"}
        | ({} if kind is None else {"np_dst": kind})
        | ({"url": "http://caifuhao.eastmoney.com/news/1"} if kind == "CFH" else {})
        for number, kind in enumerate(kinds)
    ]


def data(shown: Sequence[object], hits: int = 2440, page: int = 1) -> dict[str, object]:
    return {"page_index": page, "page_size": 20, "totle_hits": hits, "list": shown}


@pytest.mark.parametrize("code", [1, "1"])
def test_posts_of_users_are_neither_listed_nor_refused(site: Profile, code: object) -> None:
    found = listed(site, {"code": code, "data": data(rows("CMS", "CFH", "CMS"))})
    assert [row.id for row in found.articles] == [CODE, str(int(CODE) + 2)]
    assert (found.refused, found.rows) == ([], 3)


def test_rows_of_no_stated_kind_are_articles(site: Profile) -> None:
    found = listed(site, {"code": 1, "data": data(rows(None, "CFH"))})
    assert [row.id for row in found.articles] == [CODE]


def test_a_row_brings_what_the_json_article_may_lack(site: Profile) -> None:
    row = rows("CMS")[0] | {
        "showTime": "2022-02-22 17:47:15",
        "mediaName": "样例晚报",
        "uniqueUrl": "",
        "url": f"http://finance.eastmoney.com/news/1350,{CODE}.html",
    }
    (article,) = listed(site, {"code": 1, "data": data([row])}).articles
    assert article.hints == {"title": "第0条", "date": "2022-02-22 17:47:15", "source": "样例晚报"}
    assert article.address == row["url"]


@pytest.mark.parametrize(
    "answer",
    [
        {"code": 0, "message": "Required String parameter 'req_trace' is not present", "data": None},
        {"code": 0, "message": "success", "data": data(rows("CMS"))},
        {"code": 1, "message": "success", "data": None},
        {"code": 1, "message": "success", "data": {"page_index": 1, "totle_hits": 0, "list": None}},
        {"code": 1, "message": "success", "data": data([], hits=2440)},
        {"code": 1, "message": "success", "data": data([], hits=0)},
        {},
    ],
)
def test_an_error_of_the_list_is_not_an_empty_list(site: Profile, answer: object) -> None:
    with pytest.raises(Quarantined, match="not_a_listing"):
        listed(site, answer)


def test_a_page_behind_the_last_article_is_the_end(site: Profile) -> None:
    found = listed(site, {"code": 1, "data": data([], page=123)}, page=123)
    assert found.rows == 0
    assert site.listing
    assert site.listing.following("350", 123, "", empty=True) == ""


# --- the article


def said(site: Profile, step: int, answer: str) -> dict[str, str]:
    found = read_answer(answer, site.steps[step], site, CODE)
    return {name: evidence.text for name, evidence in found.items()}


def test_the_json_article_gives_all_that_a_post_needs(site: Profile) -> None:
    fields = {
        "Art_Title": "沪指收涨",
        "Art_ShowTime": "2022/02/22 17:47:15",
        "Art_Media_Name": "样例晚报",
        "Art_Guidance": "导语。",
        "Art_Content": "<p>正文。</p>",
    }
    assert said(site, 0, json.dumps({"code": 1, "data": fields})) == {
        "title": "沪指收涨",
        "date": "2022/02/22 17:47:15",
        "source": "样例晚报",
        "digest": "导语。",
        "body": "<p>正文。</p>",
    }


@pytest.mark.parametrize(
    "extra",
    [
        *re.findall("<p.*?</p>", EXTRA_LINES),
        '<div><p class="res-edit">（责任编辑：甲）</p></div>',
        "<p>\u3000\u3000专业金融数据，就在这里</p>",
        '<p><b>郑重声明</b>：<a href="/">东方财富网</a>发布此信息，风险自担。</p>',
    ],
)
def test_lines_of_the_site_are_left_out_of_json_and_page(site: Profile, extra: str) -> None:
    text = f"<p>正文。</p>{extra}"
    answer = json.dumps({"data": {"Art_Title": "沪指收涨", "Art_Content": text}})
    page = f'<html><div class="contentwrap"><div id="ContentBody">{text}</div></div></html>'
    for found in (said(site, 0, answer)["body"], said(site, 1, page)["body"]):
        assert visible(found) == "正文。"


@pytest.mark.parametrize("answer", [{"code": 0, "message": BUSY, "data": None}, {"data": None}, {}])
def test_a_json_error_gives_neither_title_nor_text(site: Profile, answer: dict[str, object]) -> None:
    assert said(site, 0, json.dumps(answer)) == {"digest": answer.get("message") or "-"}


@pytest.mark.parametrize("oddity", [Oddity.JSON_BUSY, Oddity.OLDER_PAGE, Oddity.OLDEST_PAGE])
def test_each_template_of_the_page_gives_the_text_without_extra_lines(site: Profile, oddity: Oddity) -> None:
    shown, index = columns(), odd(oddity)
    expected = shown.expected(index)
    reply = eastmoney.answer(shown, "finance.eastmoney.com", f"/a/{expected.id}.html")
    assert reply
    page = reply.body.decode()
    assert all(word in page for word in EXTRA_WORDS)
    found = said(site, 1, page)
    assert found["title"] == expected.title
    assert visible(found["body"]) == words(expected.text)
    if oddity is not Oddity.OLDEST_PAGE:
        assert found["date"] == f"{expected.date:%Y年%m月%d日 %H:%M}"
        assert found["source"] == f"来源：{expected.source}"


def test_an_article_about_the_site_keeps_its_words(site: Profile) -> None:
    text = "<p>公司郑重声明，投资者据此操作，风险自担。</p><div>全新妙想<p>责任编辑培训班开课，专业金融数据。</p></div>"
    page = f'<html><div class="contentwrap"><div id="ContentBody">{text}</div></div></html>'
    assert said(site, 1, page)["body"] == text
    assert said(site, 0, json.dumps({"data": {"Art_Content": text}}))["body"] == text


def test_a_template_that_is_not_known_gives_title_and_text(site: Profile) -> None:
    page = '<html><title>沪指收涨_东方财富网</title><main id="ContentBody"><p>正文。</p></main></html>'
    assert said(site, 1, page) == {"title": "沪指收涨", "body": "<p>正文。</p>"}


def test_texts_are_those_that_the_share_host_of_finews_shows(site: Profile) -> None:
    finews = load("finews")
    assert (site.text, site.notices, site.aliases) == (finews.text, finews.notices, finews.aliases)


def test_a_page_without_a_text_is_not_an_article(site: Profile) -> None:
    with pytest.raises(Quarantined, match="not_an_article"):
        said(site, 1, "<html><title>财经_东方财富网</title><body>首页</body></html>")
