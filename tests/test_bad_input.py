"""Whatever is wrong ends in one clear sentence, the right exit status, and everything else archived."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from archiver import settings
from archiver.replica.articles import Site
from archiver.replica.server import Replica
from archiver.storage.archive import Archive
from tests.crawling import PROJECT, asked, crawl, posts

JSON = {"Content-Type": "application/json; charset=utf-8"}


# --- arguments: one sentence on stderr, exit 2, no request


@pytest.mark.parametrize(
    ("spider", "arguments", "sentence"),
    [
        ("category", {"category": "../../x"}, "category='../../x' is no category"),
        ("category", {"category": "a\x01b"}, "is no category"),
        ("category", {"category": " , "}, "names no category"),
        ("category", {"since": "02/22/2022"}, "since='02/22/2022' is no day: write it as 2022-02-22"),
        ("category", {"since": "2022-02-30"}, "since='2022-02-30' is no day"),
        (
            "category",
            {"since": "2022-02-22", "until": "2022-02-21"},
            "since=2022-02-22 is after until=2022-02-21",
        ),
        ("category", {"limit": "0"}, "limit='0' is no number of articles"),
        ("category", {"limit": "-5"}, "limit='-5' is no number of articles"),
        ("category", {"site": "nowhere"}, "unknown site 'nowhere'; bundled are finews"),
        ("category", {"site": "/no/such.yaml"}, "cannot read the site profile /no/such.yaml"),
        ("category", {"categroy": "emnews"}, "unknown argument 'categroy'; known are category, limit, since"),
        ("share", {}, "say which articles, by infocode=, url= or file="),
        ("share", {"infocode": "NW123"}, "'NW123' names no article of finews"),
        ("share", {"infocode": "../../x"}, "'../../x' names no article of finews"),
        ("share", {"infocode": "NW" + "1" * 5000}, "names no article of finews"),
        ("share", {"infocode": "NW2022\x1b[31m"}, r"'NW2022\\x1b[31m' names no article"),
        ("share", {"url": "http://example.com/"}, "'http://example.com/' names no article of finews"),
        ("share", {"url": "http://[::1"}, "names no article of finews"),
        ("share", {"file": "/no/such/list"}, "file='/no/such/list': there is no such file"),
        ("nosuch", {}, "there is no spider 'nosuch'"),
    ],
)
def test_a_wrong_argument_is_one_sentence(
    tmp_path: Path, spider: str, arguments: dict[str, str], sentence: str
) -> None:
    run = crawl(spider, tmp_path / "archive", None, **arguments)
    assert run.status == 2
    assert sentence in run.stderr
    assert "Traceback" not in run.stderr
    assert len(run.stderr.strip().splitlines()[-1]) < 400
    assert not (tmp_path / "archive").exists()


def test_a_profile_with_a_wrong_key_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("name: mine\norigins: [http://example.com]\ncolour: red\n")
    run = crawl("category", tmp_path / "archive", None, site=tmp_path / "mine.yaml")
    assert run.status == 2
    assert f"{tmp_path}/mine.yaml: " in run.stderr
    assert "Traceback" not in run.stderr


# --- the site does not answer, or answers something else


def test_an_unknown_category_is_incomplete_and_the_others_complete(tmp_path: Path) -> None:
    with Replica(Site(articles=30, plain=True)) as replica:
        run = crawl("category", tmp_path, replica, category="nosuchcategory,cailianshe")
        assert run.status == 3
        assert run["posted"] == replica.site.count("cailianshe")
    assert "/category/nosuchcategory.html: gone" in run.stderr


def test_an_unreachable_host_is_incomplete(tmp_path: Path) -> None:
    run = crawl("category", tmp_path, None, "-s", "RETRY_TIMES=0", category="cailianshe")
    assert run.status == 3
    assert "/category/cailianshe.html: refused" in run.stderr
    assert run["listings"]["incomplete"]


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (200, "", "empty"),
        (200, "<html><body><h1>502 Bad Gateway</h1></body></html>", "not_a_listing"),
        (403, "no", "forbidden"),
        (500, "no", "status_500"),
    ],
)
def test_a_listing_that_is_none_is_incomplete(tmp_path: Path, status: int, body: str, reason: str) -> None:
    with Replica(Site(articles=10, plain=True)) as replica:
        replica.answers["/category/cailianshe.html"] = (status, {"Content-Type": "text/html"}, body)
        run = crawl("category", tmp_path, replica, "-s", "RETRY_TIMES=0", category="cailianshe")
    assert run.status == 3
    assert list(run["listings"]["incomplete"].values()) == [reason]


def test_hostile_ids_in_a_listing_touch_nothing(tmp_path: Path) -> None:
    hostile = [
        "../../x",
        "..%2f..%2fx",
        "NW1%00",
        "x" * 5000,
        "_config",
        "ＮＷ１",
        "-rf",
        "NW202202222284881584x",
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


def answer(**fields: object) -> str:
    return json.dumps({"text": '<p>正文一段。</p><p class="em_media">（文章来源：样例日报）</p>', **fields})


BROKEN = {
    "no title anywhere": (200, JSON, answer(Title="", Date="2022-02-22 10:00:00"), "title_empty"),
    "punctuation for a title": (200, JSON, answer(Title="——！", Date="2022-02-22 10:00:00"), "title_empty"),
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
    "a list": (200, JSON, "[]", "title_empty"),
    "a list for a title": (200, JSON, answer(Title=["标题"], Date="2022-02-22 10:00:00"), "shape"),
    "nothing": (200, JSON, "", "empty"),
    "neither UTF-8 nor GB18030": (200, JSON, b'{"text": "' + b"\xff\xfe\xfa" * 40 + b'"}', "encoding"),
    "a date in the future": (200, JSON, answer(Title="标题", Date="2222-02-22 10:00:00"), "date_future"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_answer_is_quarantined_and_tried_again(tmp_path: Path, case: str) -> None:
    status, headers, body, reason = BROKEN[case]
    with Replica(Site(articles=30, plain=True)) as replica:
        ids = [replica.site.article(index).id for index in replica.site.newest(emnews=False, limit=4)]
        broken = f"/NewsData/GetNewsText.do?id={ids[1]}"
        replica.answers[broken] = (status, headers, body)
        run = crawl("share", tmp_path, replica, infocode=",".join(ids))
        assert run.status == 4, run.stderr
        assert (run["posted"], run["quarantined"]) == (3, 1)
        assert f"quarantined/{reason}" in run["reasons"] or (case == "a list" and run["reasons"])
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


def test_a_quarantined_article_is_tried_again_though_the_listing_is_unchanged(tmp_path: Path) -> None:
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


def test_a_mirror_stands_in_for_a_dead_text_host(tmp_path: Path) -> None:
    with Replica(Site(articles=30, plain=True)) as replica:
        article = replica.site.article(replica.site.newest(emnews=False, limit=1)[0]).id
        path = f"/NewsData/GetNewsText.do?id={article}"
        replica.answers[f"http://finews.zning.xyz{path}"] = (503, {}, "")
        run = crawl("share", tmp_path, replica, "-s", "RETRY_TIMES=1", infocode=article)
        hosts = [seen.host for seen in replica.requests if seen.path == path]
    assert run.status == 0, run.stderr
    assert hosts == ["finews.zning.xyz", "finews.zning.xyz", "choicewzp1.eastmoney.com"]


def test_a_dead_text_host_defers_and_the_next_run_completes(tmp_path: Path) -> None:
    with Replica(Site(articles=30, plain=True)) as replica:
        replica.answers["/NewsData/GetNewsText.do"] = (503, {}, "")
        run = crawl("category", tmp_path, replica, "-s", "RETRY_TIMES=0", category="cailianshe")
        count = replica.site.count("cailianshe")
        assert (run.status, run["deferred"]) == (3, count)
        replica.answers.clear()
        again = crawl("category", tmp_path, replica, category="cailianshe")
        assert (again.status, again["posted"]) == (0, count)


def test_an_article_that_is_gone_is_skipped_for_good(tmp_path: Path) -> None:
    with Replica(Site(articles=30, plain=True)) as replica:
        ids = [replica.site.article(index).id for index in replica.site.newest(emnews=False, limit=2)]
        replica.answers[f"/NewsData/GetNewsText.do?id={ids[0]}"] = (404, {}, "")
        first = crawl("share", tmp_path, replica, infocode=",".join(ids))
        assert (first.status, first["posted"], first["reasons"]) == (0, 1, {"skipped/gone": 1})
        asked(replica)
        again = crawl("share", tmp_path, replica, infocode=",".join(ids))
        assert (again.status, again["skipped"], again["unchanged"], asked(replica)) == (0, 1, 1, [])


def test_a_redirect_off_the_site_is_refused(tmp_path: Path) -> None:
    with Replica(Site(articles=30, plain=True)) as replica:
        article = replica.site.article(replica.site.newest(emnews=False, limit=1)[0]).id
        for target, reason in (("http://evil.example/x", "offsite"), ("file:///etc/passwd", "scheme")):
            replica.answers[f"/NewsData/GetNewsText.do?id={article}"] = (302, {"Location": target}, "")
            run = crawl("share", tmp_path, replica, infocode=article)
            assert run.status != 0, reason
            assert not posts(tmp_path)
        assert "evil.example" not in {seen.host for seen in replica.requests}


# --- the disk and the archive


def test_an_output_that_is_a_file_stops_before_the_first_request(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with Replica(Site(articles=10, plain=True)) as replica:
        run = crawl("category", tmp_path / "file", replica)
        assert run.status == 6
        assert asked(replica, robots=True) == []
    assert f"{tmp_path}/file" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_disk_error_in_the_middle_stops_the_run(tmp_path: Path) -> None:
    outside = tmp_path / "elsewhere"
    outside.mkdir()
    archive = tmp_path / "archive"
    archive.mkdir()
    (archive / "_config.yml").write_text("title: t\n")
    (archive / "category").symlink_to(outside)
    with Replica(Site(articles=30, plain=True)) as replica:
        run = crawl("category", archive, replica, category="cailianshe")
    assert run.status == 6
    assert run.stderr.count("archive/category") == 2, "once in the log, once in the report"
    assert "Traceback" not in run.stderr
    assert run["listed"] == run["deferred"]
    assert list(outside.iterdir()) == []


def test_the_second_run_on_an_archive_is_told_at_once(tmp_path: Path) -> None:

    with Archive(tmp_path), Replica(Site(articles=10, plain=True)) as replica:
        run = crawl("category", tmp_path, replica)
        assert run.status == 7
        assert asked(replica, robots=True) == []
    assert "another run is using the archive" in run.stderr


def test_no_setting_opens_a_port_or_a_file() -> None:

    assert not settings.TELNETCONSOLE_ENABLED
    assert not settings.REMOTE_CONTROL_ENABLED
    assert {scheme for scheme, handler in settings.DOWNLOAD_HANDLERS.items() if handler is None} == {
        "file",
        "ftp",
        "s3",
        "data",
    }
    assert (PROJECT / "scrapy.cfg").is_file()
