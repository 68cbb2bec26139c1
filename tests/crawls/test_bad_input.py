"""Bad input gives one clear sentence and the right exit status; all other articles are archived."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import html5lib
import pytest

from archiver import settings
from archiver.posts import read
from archiver.publish.jekyll.site import open_site
from archiver.replica.articles import Site
from archiver.replica.server import Replica
from tests.crawling import PROJECT, Run, asked, crawl, posts, tree
from tests.jekyll import build_site

JSON = {"Content-Type": "application/json; charset=utf-8"}


# --- wrong arguments: one sentence on stderr, exit status 2, no request


@pytest.mark.parametrize(
    ("spider", "arguments", "sentence"),
    [
        ("category", {"category": "../../x"}, "category='../../x' is not a category"),
        ("category", {"category": "a\x01b"}, "is not a category"),
        ("category", {"category": " , "}, "contains no category"),
        ("category", {"since": "02/22/2022"}, "since='02/22/2022' is not a day: write it as 2022-02-22"),
        ("category", {"since": "2022-02-30"}, "since='2022-02-30' is not a day"),
        (
            "category",
            {"since": "2022-02-22", "until": "2022-02-21"},
            "since=2022-02-22 is after until=2022-02-21",
        ),
        ("category", {"limit": "0"}, "limit='0' is not a number of articles"),
        ("category", {"limit": "-5"}, "limit='-5' is not a number of articles"),
        ("category", {"site": "nowhere"}, "unknown site 'nowhere': write one of "),
        ("category", {"site": "/no/such.yaml"}, "cannot read the site profile /no/such.yaml"),
        (
            "category",
            {"categroy": "emnews"},
            "unknown argument 'categroy'; known here: category, feed, limit, since",
        ),
        ("share", {}, "name the articles with infocode=, url= or file="),
        ("share", {"infocode": "NW123"}, "'NW123' is not an article of finews"),
        ("share", {"infocode": "../../x"}, "'../../x' is not an article of finews"),
        ("share", {"infocode": "NW" + "1" * 5000}, "is not an article of finews"),
        ("share", {"infocode": "NW2022\x1b[31m"}, r"'NW2022\\x1b[31m' is not an article"),
        ("share", {"url": "http://example.com/"}, "'http://example.com/' is not an article of finews"),
        ("share", {"url": "http://[::1"}, "is not an article of finews"),
        ("share", {"file": "/no/such/list"}, "file='/no/such/list': there is no such file"),
        ("nosuch", {}, "write the name of one spider: category or share"),
    ],
)
def test_a_wrong_argument_is_reported_in_one_sentence(
    tmp_path: Path, spider: str, arguments: dict[str, str], sentence: str
) -> None:
    run = crawl(spider, tmp_path / "archive", None, **arguments)
    assert run.status == 2
    assert sentence in run.stderr
    assert "Traceback" not in run.stderr
    assert len(run.stderr.strip().splitlines()[-1]) < 400
    assert not (tmp_path / "archive").exists()


def test_a_profile_with_a_wrong_key_is_reported_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("name: mine\norigins: [http://example.com]\ncolour: red\n")
    run = crawl("category", tmp_path / "archive", None, site=tmp_path / "mine.yaml")
    assert run.status == 2
    assert f"{tmp_path}/mine.yaml: " in run.stderr
    assert "Traceback" not in run.stderr


# --- the site does not answer, or its response cannot be used


def test_an_unknown_category_is_a_wrong_argument_and_no_article_is_requested(tmp_path: Path) -> None:
    with Replica(Site(articles=30, plain=True)) as replica:
        run = crawl("category", tmp_path, replica, category="nosuchcategory,cailianshe")
    assert (run.status, posts(tmp_path)) == (2, {})
    assert "category='nosuchcategory' does not exist" in run.stderr.splitlines()[-1]


def test_a_listing_on_an_unreachable_host_is_incomplete(tmp_path: Path) -> None:
    run = crawl("category", tmp_path, None, "-s", "RETRY_TIMES=0", category="cailianshe")
    assert run.status == 3
    assert "/category/cailianshe.html: proxy" in run.stderr
    assert run["listings"]["incomplete"]


@pytest.mark.parametrize(
    ("status", "body", "reason", "exit_status"),
    [
        (200, "", "empty", 5),
        (200, "<html><body><h1>502 Bad Gateway</h1></body></html>", "not_a_listing", 5),
        (403, "no", "forbidden", 3),
        (500, "no", "status_500", 3),
    ],
)
def test_a_response_that_is_not_a_listing_is_reported_as_incomplete(
    tmp_path: Path, status: int, body: str, reason: str, exit_status: int
) -> None:
    with Replica(Site(articles=10, plain=True)) as replica:
        replica.answers["/category/cailianshe.html"] = (status, {"Content-Type": "text/html"}, body)
        run = crawl("category", tmp_path, replica, "-s", "RETRY_TIMES=0", category="cailianshe")
    assert run.status == exit_status
    assert list(run["listings"]["incomplete"].values()) == [reason]


def test_hostile_ids_in_a_listing_create_no_file(tmp_path: Path) -> None:
    hostile = [
        *("%1b[31mNW1", "a%0Ab", "C:\\x", "~root", "-rf", "$(id)", "`id`", "NW1%00"),  # H2
        *("../../x", "..%2f..%2fx", "NW1/../../x", "..\\..\\x", "....//"),  # H1
        *("", "x" * 64, "x" * 65, "x" * 255, "x" * 5000),  # H3
        *("CON", "nul", "aux.", "a:b", "a|b", "NW202202222284881584."),  # H4
        *("ＮＷ１", "ΝW1", "NW1\u200b", "\u202eNW1", "nw202202222284881584"),  # H5, H6
        *("1e5", "true", ".lock", "index", ".git", "_config", "_config.yml"),  # H7, H8
        *(".github/workflows/x.yml", "NW202202222284881584x"),
    ]
    rows = "".join(f'<li><a href="/cailianshe/2022/02/22/{name}.html">标题</a></li>' for name in hostile)
    rows += '<li><a href="http://[::1">坏地址</a></li><li><a>无地址</a></li>'
    with Replica(Site(articles=30, plain=True)) as replica:
        good = crawl("category", tmp_path / "good", replica, category="cailianshe")
        real = (tmp_path / "good/_posts").iterdir()
        links = "".join(
            f'<li><a href="/cailianshe/{n.name[:10].replace("-", "/")}/{n.name[11:-3]}.html">t</a></li>'
            for n in real
        )
        page = f"<html><body><section><ul>{rows}{links}</ul></section></body></html>"
        replica.answers["/category/cailianshe.html"] = (
            200,
            {"Content-Type": "text/html; charset=utf-8"},
            page,
        )
        run = crawl("category", tmp_path / "archive", replica, category="cailianshe")
    assert run.status == 4
    assert run["posted"] == good["posted"]
    assert run["reasons"]["quarantined/bad_id"] == len(hostile) + 2
    assert posts(tmp_path / "archive") == posts(tmp_path / "good")
    assert {path.name for path in tmp_path.iterdir()} == {"archive", "good"}
    assert r": \x1b[31mNW1: bad_id" in run.stderr
    assert all(map(str.isprintable, run.stderr.split("\n")))


def answer(**fields: object) -> str:
    return json.dumps({"text": '<p>正文一段。</p><p class="em_media">（文章来源：样例日报）</p>', **fields})


BROKEN = {
    "no title anywhere": (200, JSON, answer(Title="", Date="2022-02-22 10:00:00"), "title_empty"),
    "a title of punctuation": (200, JSON, answer(Title="——！", Date="2022-02-22 10:00:00"), "title_empty"),
    "no text": (
        200,
        JSON,
        json.dumps({"Title": "标题", "Date": "2022-02-22 10:00:00", "text": "　　"}),
        "empty_body",
    ),
    "another article": (
        200,
        JSON,
        answer(Id="NW202202220000000000", Title="别的", Date="2022-02-22 10:00:00"),
        "id_mismatch",
    ),
    "an error page with status 200": (
        200,
        {"Content-Type": "text/html"},
        "<html>系统繁忙</html>",
        "not_json",
    ),
    "an empty list": (200, JSON, "[]", "title_empty"),
    "a list as the title": (200, JSON, answer(Title=["标题"], Date="2022-02-22 10:00:00"), "shape"),
    "an empty response": (200, JSON, "", "empty"),
    "neither UTF-8 nor GB18030": (200, JSON, b'{"text": "' + b"\xff\xfe\xfa" * 40 + b'"}', "encoding"),
    "a date in the future": (200, JSON, answer(Title="标题", Date="2222-02-22 10:00:00"), "date_future"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_an_unusable_response_is_quarantined_and_requested_again(tmp_path: Path, case: str) -> None:
    status, headers, body, reason = BROKEN[case]
    with Replica(Site(articles=30, plain=True)) as replica:
        ids = [replica.site.article(index).id for index in replica.site.newest(emnews=False, limit=4)]
        broken = f"/NewsData/GetNewsText.do?id={ids[1]}"
        replica.answers[broken] = (status, headers, body)
        run = crawl("share", tmp_path, replica, infocode=",".join(ids))
        assert run.status == 4, run.stderr
        assert (run["posted"], run["quarantined"]) == (3, 1)
        assert f"quarantined/{reason}" in run["reasons"] or (case == "an empty list" and run["reasons"])
        record = json.loads((tmp_path / run["failures"][0]["record"]).read_text())
        kept = record["answers"][0]
        assert kept["url"].endswith(broken)
        assert kept.get("text", "").encode() == (body.encode() if isinstance(body, str) else b"")
        assert not (tmp_path / "_posts" / f"2022-02-22-{ids[1]}.md").exists()

        del replica.answers[broken]
        asked(replica)
        again = crawl("share", tmp_path, replica, infocode=",".join(ids))
        assert (again.status, again["posted"], again["unchanged"]) == (0, 1, 3)
        assert asked(replica) == [broken]
    assert not list((tmp_path / ".archive/quarantine").iterdir())


def test_a_quarantined_article_is_requested_again_if_the_listing_is_unchanged(tmp_path: Path) -> None:
    with Replica(Site(articles=30, plain=True)) as replica:
        index = next(iter(replica.site.listing("cailianshe")))
        article = replica.site.article(index)
        replica.answers[f"/NewsData/GetNewsText.do?id={article.id}"] = (200, JSON, "{}")
        replica.answers[f"/cailianshe/{article.date:%Y/%m/%d}/{article.id}.html"] = (
            200,
            {},
            "<html>忙</html>",
        )
        first = crawl("category", tmp_path, replica, category="cailianshe")
        assert first.status == 4
        replica.answers.clear()
        asked(replica)
        again = crawl("category", tmp_path, replica, category="cailianshe")
        assert (again.status, again["listed"], again["posted"]) == (0, 1, 1)
        assert asked(replica) == ["/category/cailianshe.html", f"/NewsData/GetNewsText.do?id={article.id}"]


def test_a_mirror_is_requested_if_the_text_host_fails(tmp_path: Path) -> None:
    with Replica(Site(articles=30, plain=True)) as replica:
        article = replica.site.article(replica.site.newest(emnews=False, limit=1)[0]).id
        path = f"/NewsData/GetNewsText.do?id={article}"
        replica.answers[f"http://finews.zning.xyz{path}"] = (503, {}, "")
        run = crawl("share", tmp_path, replica, "-s", "RETRY_TIMES=1", infocode=article)
        hosts = [seen.host for seen in replica.requests if seen.path == path]
    assert run.status == 0, run.stderr
    assert hosts == ["finews.zning.xyz", "finews.zning.xyz", "choicewzp1.eastmoney.com"]


def test_a_failing_text_host_defers_articles_and_the_next_run_completes(tmp_path: Path) -> None:
    with Replica(Site(articles=30, plain=True)) as replica:
        replica.answers["/NewsData/GetNewsText.do"] = (503, {}, "")
        run = crawl("category", tmp_path, replica, "-s", "RETRY_TIMES=0", category="cailianshe")
        count = replica.site.count("cailianshe")
        assert (run.status, run["deferred"]) == (3, count)
        replica.answers.clear()
        again = crawl("category", tmp_path, replica, category="cailianshe")
        assert (again.status, again["posted"]) == (0, count)


def test_a_gone_article_is_skipped_and_requested_again_when_it_is_named(tmp_path: Path) -> None:
    with Replica(Site(articles=30, plain=True)) as replica:
        ids = [replica.site.article(index).id for index in replica.site.newest(emnews=False, limit=2)]
        replica.answers[f"/NewsData/GetNewsText.do?id={ids[0]}"] = (404, {}, "")
        first = crawl("share", tmp_path, replica, infocode=",".join(ids))
        assert (first.status, first["posted"], first["reasons"]) == (0, 1, {"skipped/gone": 1})
        asked(replica)
        again = crawl("share", tmp_path, replica, infocode=",".join(ids))
        assert (again.status, again["skipped"], again["unchanged"]) == (0, 1, 1)
        assert asked(replica) == [f"/NewsData/GetNewsText.do?id={ids[0]}"]


def test_a_redirect_away_from_the_site_is_refused(tmp_path: Path) -> None:
    with Replica(Site(articles=30, plain=True)) as replica:
        article = replica.site.article(replica.site.newest(emnews=False, limit=1)[0]).id
        for target, reason in (("http://evil.example/x", "offsite"), ("file:///etc/passwd", "scheme")):
            replica.answers[f"/NewsData/GetNewsText.do?id={article}"] = (302, {"Location": target}, "")
            run = crawl("share", tmp_path, replica, infocode=article)
            assert run.status != 0, reason
            assert not posts(tmp_path)
        assert "evil.example" not in {seen.host for seen in replica.requests}


# --- the disk and the archive


def test_an_output_that_is_a_file_stops_the_run_before_the_first_request(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with Replica(Site(articles=10, plain=True)) as replica:
        run = crawl("category", tmp_path / "file", replica)
        assert run.status == 6
        assert asked(replica, robots=True) == []
    assert f"{tmp_path}/file" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_storage_error_during_a_run_stops_it(tmp_path: Path) -> None:
    outside = tmp_path / "elsewhere"
    outside.mkdir()
    archive = tmp_path / "archive"
    archive.mkdir()
    (archive / "_config.yml").write_text("title: t\n")
    (archive / "category").symlink_to(outside)
    with Replica(Site(articles=30, plain=True)) as replica:
        run = crawl("category", archive, replica, category="cailianshe")
    assert run.status == 6
    assert run.stderr.count("archive/category") == 2, "one line in the log, one in the report"
    assert "Traceback" not in run.stderr
    assert run["listed"] == run["deferred"]
    assert list(outside.iterdir()) == []


def test_a_second_run_on_an_archive_is_refused_at_once(tmp_path: Path) -> None:

    with open_site(tmp_path), Replica(Site(articles=10, plain=True)) as replica:
        run = crawl("category", tmp_path, replica)
        assert run.status == 7
        assert asked(replica, robots=True) == []
    assert "another run is using the archive" in run.stderr


def test_the_settings_open_no_port_and_no_local_file() -> None:

    assert not settings.TELNETCONSOLE_ENABLED
    assert not settings.REMOTE_CONTROL_ENABLED
    assert {scheme for scheme, handler in settings.DOWNLOAD_HANDLERS.items() if handler is None} == {
        "file",
        "ftp",
        "s3",
        "data",
    }
    assert (PROJECT / "scrapy.cfg").is_file()


# --- one article of every unusual kind, in one crawl (faults C, D, I)

FEED = "http://183.136.162.242/web/webapi?type=45&count=100&newsid=1"
ROLLING = "http://183.136.162.242/web/webapi?type=102&count=100&newsid=1"
STATED = "2022-02-22 10:00:00"
LONG = "长标题一则\n" * 1_000
HOSTILE = "\x1b[31m标题\r\n" * 100_000


@dataclass(frozen=True)
class Odd:
    """An unusual article: its response, its row in the feed, and the expected result."""

    end: str = "posted"
    """The expected result, with its reason."""
    said: Mapping[str, object] = field(default_factory=dict)
    """Fields of the response that differ from those of a good one."""
    row: Mapping[str, str] = field(default_factory=dict)
    """Fields of the row that differ from those of a good one."""
    made: Mapping[str, object] = field(default_factory=dict)
    """Expected fields of the exported item."""
    rolling: bool = False


def text(body: str, credit: str = "样例日报") -> dict[str, str]:
    return {"text": f'<p>{body}</p><p class="em_media">（文章来源：{credit}）</p>', "medianame": credit}


ODD: dict[str, Odd] = {
    # titles
    "c1-title-in-the-response-only": Odd(row={"title": ""}, said={"Title": "正题"}, made={"title": "正题"}),
    "c1-title-in-the-row-only": Odd(row={"title": "行题"}, said={"Title": ""}, made={"title": "行题"}),
    "c2-no-title": Odd("quarantined/title_empty", {"Title": ""}, {"title": ""}),
    "c3-a-blank-title": Odd("quarantined/title_empty", {"Title": "\u200b——\u3000\x07"}, {"title": " "}),
    "c4-a-long-title": Odd(said={"Title": LONG}, made={"title": LONG.replace("\n", " ").strip()}),
    "c5-yaml-boolean": Odd(said={"Title": "no"}, made={"title": "no"}),
    "c5-yaml-date": Odd(said={"Title": "2022-02-22"}, made={"title": "2022-02-22"}),
    "c5-yaml-syntax": Odd(said={"Title": "- \"'a: #b\\ ~"}, made={"title": "- \"'a: #b\\ ~"}),
    # sources
    "c6-no-source": Odd("quarantined/source", {"text": "<p>无人署名。</p>", "medianame": ""}),
    "c6-no-link": Odd(rolling=True, made={"link": "http://finance.eastmoney.com/a/{id}.html", "notes": ["link/missing"]}),
    "c6-an-empty-link": Odd(rolling=True, row={"url_w": "<>"}, made={"link": "http://finance.eastmoney.com/a/{id}.html"}),
    "c7-links-in-the-source": Odd(
        said=text("链接在名中。", '样例<span><a href="http://q.example/">证券</a></span><span></span>报') | {"medianame": ""},
        made={"source": "样例证券报", "tag": "样例证券报新闻"},
    ),
    "c8-source-with-an-author": Odd(
        said={"medianame": "来源：样例日报 作者：王小明"}, made={"source": "样例日报", "author": "王小明"}
    ),
    "c8-source-of-an-unknown-form": Odd(
        said=text("来源难辨。", "样例日报，供稿"), made={"source": "样例日报，供稿", "notes": ["source/unparsed"]}
    ),
    "c9-a-long-source": Odd("quarantined/source", text("来源太长。", "报" * 300)),
    "c9-markup-as-the-source": Odd("quarantined/source", {"text": "<p>标记。</p>", "medianame": "<script>样例报</script>"}),
    "c10-a-slug": Odd(said=text("同音之一。", "样例晨报"), made={"tag": "样例晨报新闻"}),
    "c10-the-same-slug": Odd(said=text("同音之二。", "样礼晨报"), made={"tag": "样礼晨报新闻"}),
    # texts
    "c12-a-text": Odd(said=text("同一段文字。")),
    "c12-the-same-text": Odd(said=text("同一段文字。")),
    "c15-retracted": Odd("skipped/retracted", {"text": "<p>该文已被删除</p>"}),
    "c15-empty": Odd("quarantined/empty_body", {"text": "<p>　　<br /></p>"}),
    "c16-busy": Odd("deferred/busy", {"text": "<p>系统繁忙，请稍后再试</p>"}),
    "c16-a-wall": Odd("quarantined/wall", {"text": "<p>请在APP内查看</p>"}),
    "c17-invisible-content": Odd(
        said={"text": '<p>可见。<img src="data:,x"><span style="display:none">不可见</span></p>'},
        made={"body": "<p>可见。</p>"},
    ),
    "c20-another-id": Odd("quarantined/id_mismatch", {"Id": "NW202202220000000000"}),
    "c20-another-title": Odd("quarantined/id_mismatch", {"Id": None, "Title": "北向资金净流入八十亿元"}),
    # dates
    "d1-full-width-digits": Odd(said={"Date": "２０２２年2月2日 7:5"}, row={"showtime": ""}, made={"date": "2022-02-02T07:05:00+08:00"}),
    "d2-another-zone": Odd(said={"Date": "2022-02-22T04:47:15-05:00"}, row={"showtime": ""}, made={"date": "2022-02-22T17:47:15+08:00"}),
    "d3-no-year": Odd(said={"Date": "02-22 10:00"}, made={"date": "2022-02-22T10:00:00+08:00"}),
    "d4-yesterday": Odd(said={"Date": "昨天 17:47"}, made={"date": "2022-02-22T10:00:00+08:00"}),
    "d5-a-day": Odd(
        said={"Date": "2022-02-22"},
        row={"showtime": ""},
        made={"date": "2022-02-22T00:00:00+08:00", "date_precise": False, "notes": ["date/imprecise"]},
    ),
    "d6-no-such-day": Odd(
        said={"Date": "2022-02-30"}, made={"date": "2022-02-22T10:00:00+08:00", "notes": ["date/refused"]}
    ),
    "d7-a-month": Odd(said={"Date": "2022年2月"}, row={"showtime": ""}, made={"date": "2022-02-22T00:00:00+08:00"}),
    "d8-ambiguous": Odd(said={"Date": "03/04/2022"}, row={"showtime": ""}, made={"date": "2022-02-22T00:00:00+08:00"}),
    "d9-the-future": Odd("quarantined/date_future", {"Date": "2222-02-22 10:00:00"}, {"showtime": ""}),
    "d10-zone-only": Odd(
        said={"Date": " +0800"},
        row={"showtime": ""},
        made={"date": "2022-02-22T00:00:00+08:00", "notes": ["date/refused", "date/imprecise"]},
    ),
    "d11-two-dates": Odd(
        said={"Date": "2022-02-10 10:00:00"}, made={"date": "2022-02-10T10:00:00+08:00", "notes": ["date/conflict"]}
    ),
    # content that YAML, Liquid, Markdown, a browser or a terminal would execute
    "h11-front-matter-keys-in-the-response": Odd(said={"permalink": "/index.html", "layout": "home", "published": False, "slug": "../x"}),
    "i1-end-of-front-matter": Odd(said={"Title": 'x"\n---\n<script>alert(1)</script>'}, made={"title": 'x" --- <script>alert(1)</script>'}),
    "i1-other-line-breaks": Odd(said={"Title": "x\r...\u2028---\u2029a"}, made={"title": "x ... --- a"}),
    "i2-front-matter-keys-in-the-title": Odd(said={"Title": "x\npublished: false\npermalink: /index.html"}),
    "i4-unusual-characters": Odd(said={"Title": "a\x85b\ufffec😀\ufeff𠮷"}, made={"title": "a bc😀𠮷"}),
    "i5-yaml-tag": Odd(said={"Title": "!ruby/object:Gem::Installer &a *a <<: x"}, made={"title": "!ruby/object:Gem::Installer &a *a <<: x"}),
    "i6-liquid": Odd(said=text("{{ 7 | times: 6 }} {{ site.time }}")),
    "i7-broken-liquid": Odd(said={**text("{% foo %} {{ 未完 {% if %} {% include ../x %}"), "Title": "{% foo %}{{"}),
    "i8-endraw": Odd(said=text("{% endraw %}{{ 7 | times: 6 }}")),
    "i9-liquid-loop": Odd(said=text("{% for a in (1..3000) %}{% for b in (1..3000) %}x{% endfor %}{% endfor %}")),
    "i10-a-script": Odd(said={"Title": "</title><script>alert(1)</script><b>甲</b>"}),
    "i11-links": Odd(said=text('<a href="javascript:alert(1)" onclick="x()">甲</a><iframe src="//x"></iframe>')),
    "i12-markdown": Odd(said=text("# 甲\n---\n    乙 [x](javascript:alert(1)) {:.cls}")),
    "i14-nul": Odd(said={**text("甲\0乙\x08丙"), "Title": "甲\0乙"}, made={"title": "甲乙"}),
    "i16-log-injection": Odd("quarantined/id_mismatch", {"Id": None, "Title": HOSTILE}),
    "i17-large-front-matter": Odd("quarantined/front_matter_size", {"Title": "长" * 30_000}),
}  # fmt: skip


def ids() -> dict[str, str]:
    return {
        name: f"{'' if odd.rolling else 'NW'}20220222{9_000_000_000 + number}"
        for number, (name, odd) in enumerate(ODD.items())
    }


def serve(replica: Replica, odd: Mapping[str, Odd]) -> None:
    """Makes the replica serve the articles and the feeds that list them.

    Each article has a text of its own and a good response, except for the fields in ``odd``.
    """
    rows: dict[bool, list[dict[str, str]]] = {True: [], False: []}
    for number, (name, article) in enumerate(ids().items()):
        case = odd.get(name, Odd(rolling=ODD[name].rolling))
        row = {
            "infocode": article,
            "id": article,
            "title": f"第{number}则要闻",
            "from": "",
            "showtime": STATED,
        }
        rows[case.rolling].append(row | {"digest": "样例摘要。"} | dict(case.row))
        good = {"Id": article, "Title": f"第{number}则要闻", "Date": STATED, **text(f"第{number}段正文。")}
        body = {key: value for key, value in (good | dict(case.said)).items() if value is not None}
        if case.rolling:
            body["content"] = body.pop("text")
        replica.answers[f"/NewsData/GetNewsText.do?id={article}"] = (200, JSON, json.dumps(body))
    replica.answers[FEED] = (200, JSON, json.dumps({"nodeList": rows[False]}))
    replica.answers[ROLLING] = (200, JSON, json.dumps({"records": rows[True]}))


CATEGORIES = "type-45,type-102,cailianshe,zhongguodianzibao,meirijingjixinwen,emnews"


@dataclass(frozen=True)
class Crawled:
    run: Run
    root: Path
    items: Mapping[str, Mapping[str, object]]
    """Id → exported item."""
    other_posts: Mapping[str, str]
    """The posts of the other categories, from a run without unusual articles."""


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Crawled:
    folder = tmp_path_factory.mktemp("content")
    with Replica(Site(articles=100, plain=True)) as replica:
        others = CATEGORIES.partition("type-102,")[2]
        assert crawl("category", folder / "clean", replica, category=others).status == 0
        serve(replica, ODD)
        exported = folder / "items.jsonl"
        run = crawl("category", folder / "odd", replica, "-O", str(exported), category=CATEGORIES)
    items = map(json.loads, exported.read_text(encoding="utf-8").splitlines())
    return Crawled(run, folder / "odd", {item["id"]: item for item in items}, posts(folder / "clean"))


@pytest.mark.parametrize("name", ODD)
def test_an_unusual_article_gets_the_expected_result(crawled: Crawled, name: str) -> None:
    case, article = ODD[name], ids()[name]
    ends = {failure["id"]: f"{failure['end']}/{failure['reason']}" for failure in crawled.run["failures"]}
    assert ends.get(article, "posted") == case.end
    written = {stored: content for stored, content in posts(crawled.root).items() if article in stored}
    assert len(written) == (case.end == "posted")
    made = {
        key: value.format(id=article) if isinstance(value, str) and key == "link" else value
        for key, value in case.made.items()
    }
    assert {key: crawled.items[article][key] for key in made} == made
    for stored, content in written.items():
        post = read(content, stored)
        assert (post.problems, post.title) == ((), crawled.items[article]["title"])
    record = crawled.root / f".archive/quarantine/{article}.json"
    assert record.exists() == case.end.startswith("quarantined")


def test_unusual_articles_do_not_affect_other_articles(crawled: Crawled) -> None:
    assert crawled.run.status == 4, crawled.run.stderr[-2000:]
    assert len(crawled.other_posts) > 30
    assert crawled.other_posts.items() <= posts(crawled.root).items()
    assert len(posts(crawled.root)) == len(crawled.other_posts) + sum(
        odd.end == "posted" for odd in ODD.values()
    )
    assert {path.name for path in crawled.root.parent.iterdir()} == {"clean", "odd", "items.jsonl"}


def both(crawled: Crawled, row: str, key: str) -> list[object]:
    return sorted(crawled.items[article][key] for name, article in ids().items() if name.startswith(row))


def test_two_sources_with_the_same_slug_get_separate_categories(crawled: Crawled) -> None:
    """faults C10: the first source gets the plain slug."""
    plain, other = both(crawled, "c10", "category")
    assert plain == "yanglichenbao"
    assert re.fullmatch("yanglichenbaox[0-9a-f]{4}", str(other))


def test_one_text_under_two_ids_gives_two_posts_and_a_doubt(crawled: Crawled) -> None:
    """faults C12."""
    assert both(crawled, "c12", "notes") == [[], ["text/repeated"]]
    assert crawled.run["doubts"]["text/repeated"] == 1


def test_an_article_cannot_forge_a_log_line(crawled: Crawled) -> None:
    """faults I16."""
    lines = crawled.run.stderr.split("\n")
    assert not [line for line in lines if not line.isprintable()]
    assert max(map(len, lines)) < 600
    begins = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \[|category · |  |exit 4: |$")
    assert not [line for line in lines if not begins.match(line)]


@pytest.mark.jekyll
def test_jekyll_builds_unusual_articles_and_shows_their_titles(crawled: Crawled, tmp_path: Path) -> None:
    """faults I1 to I14: no hostile content is executed, and our layouts escape it."""
    site = Path(shutil.copytree(crawled.root, tmp_path / "site"))
    built = build_site(site)
    assert (built.exit_status, built.complaints) == (0, "")
    for item in crawled.items.values():
        if str(item["id"])[-10:].startswith("9"):
            day = str(item["date"])[:10].replace("-", "/")
            page = built.files[f"/{str(item['category']).lower()}/{day}/{item['id']}.html"]
            document = html5lib.parse(page, namespaceHTMLElements=False)
            assert str(item["title"]) in "".join(document.find(".//title").itertext())
            assert "".join(document.find(".//h1").itertext()) == item["title"]
            assert not {"script", "iframe", "b"} & {element.tag for element in document.iter()}
            assert not re.search(
                r"javascript:|onclick", " ".join(map(str, (e.attrib for e in document.iter())))
            )
    assert "<script" not in "".join(built.files.values())


def test_an_archived_article_is_kept_whatever_later_responses_contain(tmp_path: Path) -> None:
    """faults C13 to C16, X11; invariant V9: the article is not even requested."""
    with Replica(Site(articles=30, plain=True)) as replica:
        serve(replica, {})
        assert crawl("category", tmp_path, replica, category="type-45,type-102").status == 0
        before = tree(tmp_path)
        assert len(posts(tmp_path)) == len(ODD)
        serve(replica, ODD)
        asked(replica)
        run = crawl("category", tmp_path, replica, category="type-45,type-102")
        assert (run.status, run["unchanged"], len(asked(replica))) == (0, len(ODD), 2), run.stderr
    assert tree(tmp_path) == before
