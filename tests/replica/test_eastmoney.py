"""The replica in the shape of eastmoney.com: its answers, and the server that is its https proxy."""

from __future__ import annotations

import http.client
import json
import re
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from archiver.replica import certificates, eastmoney
from archiver.replica.articles import Site
from archiver.replica.eastmoney import Columns
from archiver.replica.eastmoney_articles import BUSY, EXTRA_LINES
from archiver.replica.eastmoney_lists import MAX_ROWS, NUMBERS
from archiver.replica.eastmoney_server import EastmoneyReplica
from archiver.replica.eastmoney_switches import ODDITIES, ColumnPage, Oddity, Robots, Switches
from archiver.replica.eastmoney_switches import switched as switched_by

LIST, ARTICLE, PAGE = "np-listapi.eastmoney.com", "newsinfo.eastmoney.com", "finance.eastmoney.com"
FLASH = "np-weblist.eastmoney.com"


@pytest.fixture(scope="module")
def columns() -> Columns:
    return Columns(Site(articles=120, plain=True))


def got(columns: Columns, host: str, path: str) -> tuple[int, bytes]:
    reply = eastmoney.answer(columns, host, path)
    assert reply
    return reply.status, reply.body


def asked_list(columns: Columns, **query: object) -> dict[str, Any]:
    said = {"column": 350, "page_index": 1, "page_size": 200, "req_trace": "1"} | query
    path = "&".join(f"{name}={value}" for name, value in said.items() if value is not None)
    status, body = got(columns, LIST, f"/comm/web/getNewsByColumns?{path}")
    assert status == 200
    answer: dict[str, Any] = json.loads(body)
    return answer


def article(columns: Columns, oddity: Oddity) -> dict[str, Any]:
    code = columns.code(ODDITIES.index(oddity))
    status, body = got(columns, ARTICLE, f"/kuaixun/v2/api/article/{code}?guid=1")
    assert status == 200
    answer: dict[str, Any] = json.loads(body)
    return answer


def page(columns: Columns, oddity: Oddity) -> tuple[int, str]:
    code = columns.code(ODDITIES.index(oddity))
    status, body = got(columns, PAGE, f"/a/{code}.html")
    return status, body.decode()


# --- the list


def test_a_request_without_req_trace_is_an_error_with_status_200(columns: Columns) -> None:
    answer = asked_list(columns, req_trace=None)
    assert (answer["code"], answer["data"]) == (0, None)
    assert answer["message"] == "Required String parameter 'req_trace' is not present"


def test_a_larger_page_size_is_reduced_without_an_error(columns: Columns) -> None:
    answer = asked_list(columns, page_size=200)
    assert (answer["code"], answer["message"], answer["req_trace"]) == (1, "success", "1")
    assert answer["data"]["page_size"] == len(answer["data"]["list"]) == MAX_ROWS
    assert len(asked_list(columns, page_size=5)["data"]["list"]) == 5


def test_the_pages_together_have_every_article_of_the_column_newest_first(columns: Columns) -> None:
    rows, page = [], 1
    while found := asked_list(columns, page_index=page)["data"]["list"]:
        rows += found
        page += 1
    assert page > 2
    assert asked_list(columns, page_index=page)["data"]["totle_hits"] == len(rows)
    assert [row["code"] for row in rows if row["np_dst"] == "CMS"] == [
        columns.code(index) for index in columns.listing(350)
    ]
    times = [row["showTime"] for row in rows]
    assert times == sorted(times, reverse=True)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", time) for time in times)


def test_posts_of_users_have_longer_codes_and_no_address_of_an_article(columns: Columns) -> None:
    rows = [row for number in NUMBERS for row in asked_list(columns, column=number)["data"]["list"]]
    users = [row for row in rows if row["np_dst"] == "CFH"]
    assert 0 < len(users) < len(rows) / 2
    for row in users:
        assert re.fullmatch(r"\d{21}", row["code"])
        assert row["uniqueUrl"] == ""
        assert row["url"] == f"http://caifuhao.eastmoney.com/news/{row['code']}"


def test_every_article_is_in_one_column(columns: Columns) -> None:
    indexes = [index for number in NUMBERS for index in columns.listing(number)]
    assert sorted(indexes) == list(range(len(columns.site)))
    assert asked_list(columns, column=359)["data"]["list"] == []


# --- the article


def test_a_json_article_writes_its_time_with_slashes(columns: Columns) -> None:
    data = article(columns, Oddity.EXTRA_LINES)["data"]
    assert set(data) == {
        "Art_Title",
        "Art_Guidance",
        "Art_Media_Name",
        "Art_ShowTime",
        "Art_Keyword",
        "Art_Content",
    }
    assert re.fullmatch(r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d", data["Art_ShowTime"])
    assert data["Art_Content"].endswith(EXTRA_LINES)


@pytest.mark.parametrize("oddity", [Oddity.JSON_BUSY, Oddity.OLDER_PAGE, Oddity.OLDEST_PAGE])
def test_a_busy_answer_has_no_data(columns: Columns, oddity: Oddity) -> None:
    assert article(columns, oddity) == {"code": 0, "message": BUSY, "data": None}
    assert page(columns, oddity)[0] == 200


@pytest.mark.parametrize(
    ("oddity", "place"),
    [
        (Oddity.JSON_BUSY, '<div class="contentwrap">'),
        (Oddity.OLDER_PAGE, '<div class="newsContent">'),
        (Oddity.OLDEST_PAGE, '<div class="content_text">'),
        (Oddity.NEXT_DAY, '<div class="contentwrap">'),
    ],
)
def test_a_page_has_one_of_three_templates(columns: Columns, oddity: Oddity, place: str) -> None:
    status, text = page(columns, oddity)
    assert (status, place in text) == (200, True)
    assert ('id="ContentBody"' in text) is (oddity is not Oddity.OLDEST_PAGE)


@pytest.mark.parametrize("oddity", [Oddity.ONLY_JSON, Oddity.GONE])
def test_an_article_may_have_no_page(columns: Columns, oddity: Oddity) -> None:
    assert page(columns, oddity)[0] == 404
    assert (article(columns, oddity)["data"] is None) is (oddity is Oddity.GONE)


def test_fields_of_a_json_article_may_be_blank(columns: Columns) -> None:
    data = article(columns, Oddity.BLANK_FIELDS)["data"]
    assert [data[name] for name in ("Art_Title", "Art_ShowTime", "Art_Media_Name")] == ["", "", ""]
    assert data["Art_Content"]


def test_the_day_of_an_id_may_be_the_day_before_publication(columns: Columns) -> None:
    index = ODDITIES.index(Oddity.NEXT_DAY)
    assert int(f"{columns.date(index):%Y%m%d}") == int(columns.code(index)[:8]) + 1


def test_a_plain_site_has_no_oddities(columns: Columns) -> None:
    plain = Columns(columns.site, plain=True)
    for index in range(len(ODDITIES)):
        assert plain.oddity(index) is None
        assert got(plain, PAGE, f"/a/{plain.code(index)}.html")[0] == 200


def test_the_same_seed_gives_the_same_bytes() -> None:
    one, two = (Columns(Site(articles=30, seed=7, plain=True)) for _ in range(2))
    for index in range(30):
        for host, path in ((ARTICLE, f"/kuaixun/v2/api/article/{one.code(index)}"), (PAGE, "/a/1.html")):
            assert got(one, host, path) == got(two, host, path)
    assert asked_list(one) == asked_list(two)


@pytest.mark.parametrize(
    ("host", "path"),
    [(LIST, "/"), (ARTICLE, "/kuaixun"), (PAGE, "/a/202202220000000017.html"), (PAGE, "/a/x.html")],
)
def test_other_paths_are_not_there(columns: Columns, host: str, path: str) -> None:
    assert got(columns, host, path)[0] == 404


# --- pages of columns, flash news, switches


def switched(**switches: object) -> Columns:
    return Columns(Site(articles=60, plain=True), switches=Switches(**switches))  # type: ignore[arg-type]


def test_shells_of_two_columns_have_the_same_bytes_and_no_rows(columns: Columns) -> None:
    one, two = got(columns, PAGE, "/a/cgnjj.html"), got(columns, "stock.eastmoney.com", "/a/czqyw_2.html")
    assert one == two
    assert (one[0], b"newsTr" in one[1], b"newslistbefore.js" in one[1]) == (200, False, True)


def test_a_classic_page_has_the_rows_of_the_list_in_their_order() -> None:
    shown = switched(column_page=ColumnPage.CLASSIC)
    first = got(shown, PAGE, "/a/cgnjj.html")[1].decode()
    assert got(shown, PAGE, "/a/cgnjj_1.html")[1].decode() == first
    listed = re.findall(r'<p class="title"><a href="http://finance\.eastmoney\.com/a/(\d+)\.html">', first)
    assert listed == [shown.code(index) for index in shown.listing(350)]
    assert re.search(r'<p class="time">\d{4}年\d\d月\d\d日 \d\d:\d\d</p>', first)
    assert b"newsTr" not in got(shown, PAGE, "/a/cgnjj_2.html")[1]
    assert got(shown, PAGE, "/a/other.html")[0] == 404


def flash(columns: Columns, **query: object) -> dict[str, Any]:
    path = "&".join(f"{name}={value}" for name, value in query.items())
    answer: dict[str, Any] = json.loads(got(columns, FLASH, f"/comm/web/getFastNewsList?{path}")[1])
    return answer


def test_the_cursor_of_flash_news_leads_through_all_of_them_newest_first(columns: Columns) -> None:
    rows, cursor = [], ""
    while found := flash(columns, req_trace=1, pageSize=50, sortEnd=cursor)["data"]["fastNewsList"]:
        assert len(found) <= MAX_ROWS
        rows += found
        cursor = found[-1]["realSort"]
    assert sorted(row["code"] for row in rows) == sorted(columns.code(i) for i in range(len(columns.site)))
    assert [row["realSort"] for row in rows] == sorted((row["realSort"] for row in rows), reverse=True)
    assert flash(columns)["code"] == 0


def test_some_flash_news_have_no_article() -> None:
    shown = Columns(Site(articles=20, plain=True), plain=True, only_flash=True)
    found = [got(shown, PAGE, f"/a/{shown.code(index)}.html")[0] for index in range(20)]
    assert found.count(404) == 2
    answers = [got(shown, ARTICLE, f"/kuaixun/v2/api/article/{shown.code(index)}")[1] for index in range(20)]
    assert sum(json.loads(answer)["data"] is None for answer in answers) == 2


def test_both_forms_of_an_address_have_the_same_page_at_every_host(columns: Columns) -> None:
    code = columns.code(30)
    pages = [
        got(columns, host, path)
        for host in (PAGE, "hk.eastmoney.com", "wap.eastmoney.com")
        for path in (f"/a/{code}.html", f"/news/1353,{code}.html")
    ]
    assert pages[0][0] == 200
    assert pages.count(pages[0]) == len(pages)


@pytest.mark.parametrize("oddity", [Oddity.GB_PAGE, Oddity.GB_AS_UTF8])
def test_a_page_in_gb18030_does_not_say_so(columns: Columns, oddity: Oddity) -> None:
    index = ODDITIES.index(oddity)
    reply = eastmoney.answer(columns, PAGE, f"/a/{columns.code(index)}.html")
    assert reply
    text = reply.body.decode("gb18030")
    assert columns.title(index) in text
    assert ("utf-8" in reply.kind + text) is (oddity is Oddity.GB_AS_UTF8)


def test_a_deleted_article_leads_to_the_front_page(columns: Columns) -> None:
    reply = eastmoney.answer(columns, PAGE, f"/a/{columns.code(ODDITIES.index(Oddity.TO_FRONT_PAGE))}.html")
    assert reply
    assert (reply.status, reply.headers["Location"]) == (302, f"https://{PAGE}/")
    assert got(columns, PAGE, "/")[0] == 200


def test_a_burst_and_cut_answers_end(columns: Columns) -> None:
    shown = switched(burst=[429, 403], cut=1)
    whole = got(columns, PAGE, "/")[1]
    found = [got(shown, PAGE, "/") for _ in range(4)]
    assert [status for status, _ in found] == [429, 403, 200, 200]
    assert [len(body) for _, body in found[2:]] == [len(whole) // 2, len(whole)]


@pytest.mark.parametrize(
    ("robots", "status", "words"),
    [
        (Robots.ALLOWED, 200, "Disallow:\n"),
        (Robots.DELAY, 200, "Crawl-delay: 1\n"),
        (Robots.FORBIDDEN, 200, "Disallow: /\n"),
        (Robots.MISSING, 404, ""),
        (Robots.BROKEN, 500, ""),
    ],
)
def test_robots_txt_has_the_chosen_form_also_during_a_burst(robots: Robots, status: int, words: str) -> None:
    found = got(switched(robots=robots, burst=[429]), PAGE, "/robots.txt")
    assert found[0] == status
    assert words in found[1].decode()


@pytest.mark.parametrize(
    ("words", "name", "value"),
    [
        (["column_page=classic"], "column_page", ColumnPage.CLASSIC),
        (["api=nothing", "api_from=2"], "api_from", 2),
        (["burst=429,403"], "burst", [429, 403]),
        (["robots=delay"], "robots", Robots.DELAY),
        ([], "cut", 0),
    ],
)
def test_a_switch_is_set_by_its_name(words: list[str], name: str, value: object) -> None:
    assert getattr(switched_by(words), name) == value


@pytest.mark.parametrize(
    "word", ["", "robot=delay", "robots=late", "robots", "cut=", "burst=429;403", "__init__=1"]
)
def test_an_unknown_switch_or_value_is_refused(word: str) -> None:
    with pytest.raises(ValueError, match=r"is not a switch|has no value"):
        switched_by([word])


# --- the server


@pytest.fixture(scope="module")
def replica(columns: Columns, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EastmoneyReplica]:
    folder: Path = tmp_path_factory.mktemp("tls")
    with EastmoneyReplica(columns, certificates.context(folder, "127.0.0.1", None)) as running:
        yield running


def through(replica: EastmoneyReplica, host: str, path: str, method: str = "GET") -> tuple[int, bytes]:
    """By https, through the proxy."""
    unchecked = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE
    connection = http.client.HTTPSConnection("127.0.0.1", replica.port, timeout=10, context=unchecked)
    connection.set_tunnel(host)
    try:
        connection.request(method, path)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def test_a_tunnel_to_each_host_ends_at_the_replica(replica: EastmoneyReplica, columns: Columns) -> None:
    replica.requests.clear()
    path = f"/a/{columns.code(20)}.html"
    assert through(replica, PAGE, path) == got(columns, PAGE, path)
    assert through(replica, LIST, "/robots.txt")[0] == 200
    assert through(replica, "www.example.com", "/")[0] == 502
    assert through(replica, PAGE, path, "POST")[0] == 405
    assert [(seen.host, seen.status) for seen in replica.requests] == [
        (PAGE, 200),
        (LIST, 200),
        ("www.example.com", 502),
        (PAGE, 405),
    ]


def test_a_test_can_replace_an_answer(replica: EastmoneyReplica) -> None:
    replica.answers["/kuaixun/v2/api/article/1"] = (503, {}, b"")
    assert through(replica, ARTICLE, "/kuaixun/v2/api/article/1?guid=2")[0] == 503


def test_a_request_without_tls_is_refused(replica: EastmoneyReplica) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", replica.port, timeout=10)
    try:
        connection.request("GET", f"http://{LIST}/robots.txt")
        assert connection.getresponse().status == 502
    finally:
        connection.close()


def test_a_port_in_use_is_reported(replica: EastmoneyReplica, columns: Columns) -> None:
    with pytest.raises(OSError, match="in use"):
        EastmoneyReplica(columns, replica._tls, replica.port).__enter__()
