"""The running replica over a real socket: as a proxy, opened directly, and with responses set by a test."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from parsel import Selector

from archiver.replica import addresses, pages
from archiver.replica.articles import Site
from archiver.replica.oddities import Oddity
from archiver.replica.server import Replica, Seen, proxied

SITE = "http://finews.withounder.com"
TEXT = "http://finews.zning.xyz/NewsData/GetNewsText.do?id="


@pytest.fixture
def replica() -> Iterator[Replica]:
    with Replica(Site(40)) as running:
        yield running


class Received:
    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()
        self.text = self.body.decode()


def ask(replica: Replica, target: str, method: str = "GET", **headers: str) -> Received:
    """A whole address as ``target`` uses the replica as a proxy. A path opens the replica directly."""
    connection = http.client.HTTPConnection("127.0.0.1", replica.port, timeout=10)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    host = urlsplit(target).netloc
    try:
        connection.request(method, target, headers={"Host": host, **sent} if host else sent)
        return Received(connection.getresponse())
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        (f"{SITE}/", "text/html; charset=utf-8"),
        (f"{SITE}/category/cailianshe.html", "text/html; charset=utf-8"),
        (f"{SITE}/category/Career%20In%20chuangtoutong.html", "text/html; charset=utf-8"),
        (f"{SITE}/category/sitenews.html", "text/html; charset=utf-8"),
        (f"{SITE}/sitenews/2021/12/01/init.html", "text/html; charset=utf-8"),
        (f"{SITE}/emnews/", "text/html; charset=utf-8"),
        (f"{SITE}/category/emnews.html", "text/html; charset=utf-8"),
        (f"{SITE}/feed.xml", "application/xml"),
        (f"{SITE}/robots.txt", "text/plain; charset=utf-8"),
        ("http://choicewzp1.eastmoney.com/robots.txt", "text/plain; charset=utf-8"),
        ("http://finews.zning.xyz/html_News/NewsShare.html?infoCode=NW1", "text/html; charset=utf-8"),
        (f"{TEXT}NW202202202281955790", "application/json; charset=utf-8"),
        (f"{TEXT}202202202281955790", "application/json; charset=utf-8"),
        (
            "http://choicewzp1.eastmoney.com/NewsData/GetNewsText.do?id=NW202202202281955790",
            "application/json; charset=utf-8",
        ),
        ("http://183.136.162.242/web/webapi?type=45&count=100&newsid=1", "application/json; charset=utf-8"),
        ("http://183.136.162.242:80/web/webapi?type=102&count=5", "application/json; charset=utf-8"),
        (
            "http://43.240.125.15:1818/information/newmarket/web/webapi?marketType=37&count=100",
            "application/json; charset=utf-8",
        ),
    ],
)
def test_as_a_proxy_the_replica_responds_for_the_real_hosts(
    replica: Replica, address: str, kind: str
) -> None:
    got = ask(replica, address)
    assert (got.status, got.headers["Content-Type"]) == (200, kind)


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("http://example.com/", 502),
        ("http://finance.eastmoney.com/news/1350,202202202281955790.html", 502),
        ("http://43.240.125.15/information/newmarket/web/webapi?marketType=37", 502),
        ("http://finews.withounder.com.example.com/", 502),
        (f"{SITE}/NewsData/GetNewsText.do?id=NW202202202281955790", 404),
        ("http://finews.zning.xyz/", 404),
        (f"{SITE}/category/CAILIANSHE.html", 404),
        (f"{SITE}/cailianshe/2022/02/19/NW202202202281955790.html", 404),
        (f"{TEXT}NW202202202281955791", 404),
        (f"{TEXT}", 404),
        ("http://183.136.162.242/web/webapi?type=9", 404),
    ],
)
def test_an_unknown_page_gives_404_and_an_unknown_host_gives_502(
    replica: Replica, address: str, status: int
) -> None:
    assert ask(replica, address).status == status


def test_a_connect_request_is_refused(replica: Replica) -> None:
    with socket.create_connection(("127.0.0.1", replica.port), timeout=10) as connection:
        connection.sendall(
            b"CONNECT finews.withounder.com:443 HTTP/1.1\r\nHost: finews.withounder.com:443\r\n\r\n"
        )
        assert connection.recv(100).startswith(b"HTTP/1.1 502 ")


def test_a_post_request_is_refused(replica: Replica) -> None:
    assert ask(replica, f"{SITE}/", "POST").status == 405


def test_the_response_to_head_has_headers_and_no_body(replica: Replica) -> None:
    got = ask(replica, f"{SITE}/", "HEAD")
    assert (got.status, got.body) == (200, b"")
    assert got.headers["ETag"]


def test_every_post_page_is_served_at_its_path(replica: Replica) -> None:
    site = replica.site
    for index in range(len(site)):
        got = ask(replica, SITE + addresses.post_path(site.article(index)))
        assert got.status == 200
        assert site.article(index).id in got.text


def test_the_text_service_distinguishes_twins_by_the_letters_before_the_digits(replica: Replica) -> None:
    share, emnews = replica.site.article(0), replica.site.article(1)
    assert "text" in json.loads(ask(replica, TEXT + share.id).body)
    assert "content" in json.loads(ask(replica, TEXT + emnews.id).body)


def test_the_text_service_accepts_the_id_from_the_feed_for_an_emnews_article(replica: Replica) -> None:
    article = replica.site.article(replica.site.oddities()[Oddity.FEED_HALF_FILLED])
    assert ask(replica, TEXT + article.info_code).body == ask(replica, TEXT + article.id).body


def test_an_article_that_the_text_service_no_longer_has_gives_404(replica: Replica) -> None:
    article = replica.site.article(replica.site.oddities()[Oddity.GONE])
    assert ask(replica, TEXT + article.id).status == 404


@pytest.mark.parametrize("path", ["/", "/category/cailianshe.html", "/emnews/", "/feed.xml"])
def test_a_list_page_gives_304_until_an_article_is_published(replica: Replica, path: str) -> None:
    first = ask(replica, SITE + path)
    tag, modified = first.headers["ETag"], first.headers["Last-Modified"]
    for condition in (
        {"If_None_Match": tag},
        {"If_None_Match": f'"x", W/{tag}'},
        {"If_Modified_Since": modified},
    ):
        again = ask(replica, SITE + path, **condition)
        assert (again.status, again.body, again.headers["ETag"]) == (304, b"", tag)
    replica.add(60)
    for condition in ({"If_None_Match": tag}, {"If_Modified_Since": modified}):
        again = ask(replica, SITE + path, **condition)
        assert again.status == 200
        assert again.body != first.body


def test_a_category_page_gives_304_after_articles_are_added_to_other_categories(replica: Replica) -> None:
    address = f"{SITE}/category/shanghaizhengquanbao.html"
    tag = ask(replica, address).headers["ETag"]
    replica.add(5)
    assert ask(replica, address, If_None_Match=tag).status == 304


@pytest.mark.parametrize(
    "since", ["", "yesterday", "Sun, 20 Feb 2022 00:00:00 GMT", "Tue, 22 Feb 2022 23:00:00"]
)
def test_an_older_or_invalid_if_modified_since_date_gives_the_page(replica: Replica, since: str) -> None:
    assert ask(replica, f"{SITE}/", If_Modified_Since=since).status == 200


def test_if_none_match_takes_precedence_over_if_modified_since(replica: Replica) -> None:
    modified = ask(replica, f"{SITE}/").headers["Last-Modified"]
    assert ask(replica, f"{SITE}/", If_None_Match='"x"', If_Modified_Since=modified).status == 200


def test_post_pages_and_text_responses_have_no_etag(replica: Replica) -> None:
    for address in (SITE + addresses.post_path(replica.site.article(0)), TEXT + replica.site.article(0).id):
        assert "ETag" not in ask(replica, address).headers


def test_added_articles_are_served_at_once(replica: Replica) -> None:
    (index,) = replica.add()
    article = replica.site.article(index)
    listing = ask(replica, SITE + addresses.category_path(article.category)).text
    assert Selector(listing).css("section li > a::attr(href)").get() == addresses.post_path(article)
    assert ask(replica, TEXT + article.id).status == 200


def test_opened_directly_the_pages_are_linked_from_the_home_page_to_the_text(replica: Replica) -> None:
    home = Selector(ask(replica, "/").text)
    assert home.css("header a::attr(href)").get() == "/"
    post = Selector(
        ask(replica, home.xpath("//h2[@id='财联社新闻']/following-sibling::ul[1]/li/a/@href").get("")).text
    )
    share, category, back = post.xpath("//section/p[position() > last() - 2]/a/@href").getall()
    assert category == "/category/cailianshe.html"
    assert back == "/"
    assert Selector(ask(replica, category).text).css("section li")
    page = ask(replica, share).text
    assert share.startswith("/html_News/NewsShare.html?infoCode=NW")
    address = Selector(page).css("script").re_first(r'fetch\("([^"]+)"\)')
    assert address is not None
    assert "text" in json.loads(ask(replica, address).body)


def test_opened_directly_all_pictures_come_from_the_replica(replica: Replica) -> None:
    pictures = set()
    for index in range(len(replica.site)):
        post = Selector(ask(replica, addresses.post_path(replica.site.article(index))).text)
        pictures |= set(post.css("section img::attr(src)").getall())
    assert pictures
    assert all(picture.startswith("/pictures/") for picture in pictures)
    assert ask(replica, pictures.pop()).headers["Content-Type"] == "image/svg+xml"


def test_through_the_proxy_links_are_as_on_the_real_site(replica: Replica) -> None:
    page = ask(replica, SITE + addresses.post_path(replica.site.article(0))).text
    assert page == pages.post(replica.site, 0)
    assert 'href="//finews.withounder.com/category/cailianshe.html"' in page


def test_the_log_has_method_host_path_status_and_condition_of_each_request(replica: Replica) -> None:
    ask(replica, f"{SITE}/")
    ask(replica, f"{TEXT}NW0", If_None_Match='"x"')
    ask(replica, "http://43.240.125.15:1818/x", "HEAD")
    assert replica.requests == [
        Seen("GET", "finews.withounder.com", "/", 200, conditional=False),
        Seen("GET", "finews.zning.xyz", "/NewsData/GetNewsText.do?id=NW0", 404, conditional=True),
        Seen("HEAD", "43.240.125.15:1818", "/x", 404, conditional=False),
    ]


def test_a_response_set_by_a_test_replaces_the_response_of_the_replica(replica: Replica) -> None:
    replica.answers["/category/cailianshe.html"] = (503, {"Retry-After": "7"}, "später")
    got = ask(replica, f"{SITE}/category/cailianshe.html?x=1")
    assert (got.status, got.headers["Retry-After"], got.text) == (503, "7", "später")
    assert replica.requests[-1].status == 503
    del replica.answers["/category/cailianshe.html"]
    assert ask(replica, f"{SITE}/category/cailianshe.html").status == 200


def test_the_most_exact_key_of_a_response_set_by_a_test_is_used(replica: Replica) -> None:
    path = "/NewsData/GetNewsText.do"
    replica.answers[path] = (500, {}, b"path")
    replica.answers[f"{path}?id=1"] = (501, {}, b"query")
    replica.answers[f"http://choicewzp1.eastmoney.com{path}?id=1"] = (503, {}, b"host")
    assert ask(replica, f"{TEXT}2").status == 500
    assert ask(replica, f"{TEXT}1").status == 501
    assert ask(replica, f"http://choicewzp1.eastmoney.com{path}?id=1").status == 503


def test_the_replica_listens_on_one_loopback_address_and_stops_at_the_end() -> None:
    with Replica(Site(10)) as replica:
        port = replica.port
        assert replica.url == f"http://127.0.0.1:{port}"
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.2", port), timeout=5)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


def test_a_port_in_use_raises_os_error(replica: Replica) -> None:
    with pytest.raises(OSError, match="address already in use"), Replica(Site(10), replica.port):
        pass


def test_the_environment_for_a_program_has_the_replica_as_its_only_proxy() -> None:
    environ = {"PATH": "/bin", "no_proxy": "*", "NO_PROXY": "x", "HTTPS_PROXY": "y", "ALL_PROXY": "z"}
    assert proxied("http://127.0.0.1:9", environ) == {
        "PATH": "/bin",
        "http_proxy": "http://127.0.0.1:9",
        "https_proxy": "http://127.0.0.1:9",
    }
