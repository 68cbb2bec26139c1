"""Which proxy a request is sent through, and which proxies are refused."""

from __future__ import annotations

from base64 import b64decode

import pytest
from scrapy import Request
from scrapy.settings import Settings

from archiver import safe_text
from archiver.errors import BadArgument
from archiver.fetch.proxies import Proxies, read_proxy, refuse_unusable
from archiver.safe_text import redact
from tests.fetch.test_guard import redirected

HOST = "proxy.example:3128"


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy in the environment, and no secret of another test."""
    monkeypatch.setattr(safe_text, "_secrets", [])
    for name in ("http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


# --- values


@pytest.mark.parametrize(
    ("value", "url"),
    [
        ("http://proxy.example:3128", "http://proxy.example:3128"),
        ("proxy.example:3128", "http://proxy.example:3128"),
        ("//proxy.example", "http://proxy.example"),
        (" HTTP://proxy.example:3128/ \n", "http://proxy.example:3128"),
        ("https://proxy.example", "https://proxy.example"),
        ("http://proxy.example:3128/path?query", "http://proxy.example:3128"),
        ("10.0.0.1:3128", "http://10.0.0.1:3128"),
        ("http://[::1]:3128", "http://[::1]:3128"),
        ("http://@proxy.example", "http://proxy.example"),
        ("http://:@proxy.example", "http://proxy.example"),
        ("http://代理.example:1", "http://代理.example:1"),
    ],
)
def test_a_proxy_without_a_password_is_read(value: str, url: str) -> None:
    proxy = read_proxy("https_proxy", value, "latin-1")
    assert (proxy.url, proxy.credentials) == (url, None)


PASSWORDS = {
    "s3cr%2Fet": "s3cr/et",
    "s3cr/et": "s3cr/et",
    "pa#ss": "pa#ss",
    "pa?ss": "pa?ss",
    "p@ss": "p@ss",
    "pa/w#r?d@": "pa/w#r?d@",
    "a:b:c": "a:b:c",
    "pa[ss]": "pa[ss]",
    "pa\\ss": "pa\\ss",
    "pa ss\"'`<>{}|^": "pa ss\"'`<>{}|^",
    "%zz100%": "%zz100%",
    "%40%23%3A%2F%3F%25": "@#:/?%",
    "caf%C3%A9-é": "café-é",
    "//host": "//host",
    "http:~~x": "http:~~x",
    "%5Cg<0>": "\\g<0>",
}
"""As written → as the proxy must receive it."""


@pytest.mark.parametrize("written", PASSWORDS)
@pytest.mark.parametrize("scheme", ["http://", ""])
def test_a_password_is_read_exactly_and_is_in_no_text_afterwards(written: str, scheme: str) -> None:
    proxy = read_proxy("http_proxy", f"{scheme}us%65r:{written}@{HOST}", "latin-1")
    assert proxy.url == f"http://{HOST}"
    assert proxy.credentials
    assert b64decode(proxy.credentials).decode("latin-1") == f"user:{PASSWORDS[written]}"
    for spelling in (written, PASSWORDS[written], proxy.credentials.decode()):
        assert spelling not in redact(f"error {spelling}: 'http://user:{spelling}@{HOST}/' {spelling!r}")


@pytest.mark.parametrize(
    ("userinfo", "sent"), [("token-1", "token-1:"), (":only-password", ":only-password"), ("user:", "user:")]
)
def test_a_part_of_the_credentials_that_is_left_out_is_empty(userinfo: str, sent: str) -> None:
    proxy = read_proxy("http_proxy", f"http://{userinfo}@{HOST}", "latin-1")
    assert proxy.credentials
    assert b64decode(proxy.credentials).decode() == sent
    assert userinfo.strip(":") not in redact(f"x {userinfo}") or userinfo == "user:"


def test_credentials_are_sent_in_the_encoding_of_the_setting() -> None:
    value = f"http://user:%E5%AF%86%E7%A0%81@{HOST}"
    proxy = read_proxy("http_proxy", value, "utf-8")
    assert proxy.credentials
    assert b64decode(proxy.credentials).decode() == "user:密码"
    with pytest.raises(BadArgument, match="cannot be written in latin-1: set HTTPPROXY_AUTH_ENCODING"):
        read_proxy("http_proxy", value, "latin-1")


SECRET = "s3cr3tPW"


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (f"socks5://user:{SECRET}@{HOST}", "is a SOCKS proxy"),
        (f"socks5h://{HOST}", "is a SOCKS proxy"),
        (f"SOCKS4://{HOST}", "is a SOCKS proxy"),
        (f"ftp://user:{SECRET}@{HOST}", "is not an http or https proxy"),
        ("http://", "cannot be read"),
        ("/var/run/docker.sock", "cannot be read"),
        (f"http://user:{SECRET}@", "cannot be read"),
        (f"http://user:{SECRET}@{HOST}x", "cannot be read"),
        (f"http://user:{SECRET}@proxy.example:0", "cannot be read"),
        (f"http://user:{SECRET}@proxy.example:65536", "cannot be read"),
        (f"http://user:{SECRET}@proxy.example:-1", "cannot be read"),
        (f"http://user:{SECRET}@[::1", "cannot be read"),
        (f"http://user:{SECRET}@[1.2.3]:1", "cannot be read"),
        (f"http://user:{SECRET}@a b", "cannot be read"),
        (f"http://user:{SECRET}@host\x1b[31m", "cannot be read"),
        (f"http://user:{SECRET}@a,b", "cannot be read"),
        (f"http://proxy.example:3128/{SECRET}@x", "is ambiguous"),
        (f"http://user:12#{SECRET}@{HOST}", "is ambiguous"),
        (f"http://token/{SECRET}@{HOST}", "is ambiguous"),
        (f"http://user:p@ss/{SECRET}@{HOST}", "is ambiguous"),
        (f"http://user:{SECRET}@first.example/x@{HOST}", "is ambiguous"),
        (f"http://us%3Aer:{SECRET}@{HOST}", "contains a colon"),
        (f"http://user:{SECRET}%FF@{HOST}", "cannot be written in latin-1"),
    ],
)
def test_a_proxy_that_cannot_be_used_is_refused_without_its_password(value: str, why: str) -> None:
    with pytest.raises(BadArgument, match=why) as caught:
        read_proxy("https_proxy", value, "latin-1")
    sentence = str(caught.value)
    assert SECRET not in f"{caught.value!r} {caught.value.__cause__} {sentence}"
    assert "https_proxy " in sentence
    assert ("\n" in sentence, "\x1b" in sentence) == (False, False)


# --- requests


def through(url: str = "http://good.example/a", **meta: object) -> tuple[object, bytes | None]:
    """The proxy and the credentials of a request."""
    request = Request(url, meta=meta)
    Proxies("latin-1").process_request(request)
    secret = request.headers.get("Proxy-Authorization")
    return request.meta.get("proxy"), secret and b64decode(secret.removeprefix(b"Basic "))


def test_only_http_proxy_and_https_proxy_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ftp_proxy", "http://user@ftp.example")
    monkeypatch.setenv("all_proxy", "socks5h://all.example")
    monkeypatch.setenv("no_proxy", "no.example")
    assert through() == (None, None)
    monkeypatch.setenv("http_proxy", "http://me:word@one.example")
    assert through() == ("http://one.example", b"me:word")
    assert through("https://good.example/") == (None, None)
    monkeypatch.setenv("https_proxy", "two.example:3128")
    assert through("https://good.example/") == ("http://two.example:3128", None)
    assert through("http://no.example/") == (None, None)
    assert through(proxy=None) == (None, None)


def test_the_users_own_proxy_comes_before_that_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://me:word@one.example")
    assert through(proxy="http://token@own.example") == ("http://own.example", b"token:")
    with pytest.raises(BadArgument, match="SOCKS"):
        through(proxy="socks5://own.example")


def test_credentials_stay_with_the_proxy_that_they_are_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://me:word@one.example")
    request, proxies = Request("http://good.example/"), Proxies("latin-1")
    proxies.process_request(request)
    again = request.copy()
    proxies.process_request(again)
    assert "Proxy-Authorization" in again.headers
    again.meta["proxy"] = "http://other.example"
    proxies.process_request(again)
    assert "Proxy-Authorization" not in again.headers
    again.meta["proxy"] = "http://you:key@third.example"
    proxies.process_request(again)
    assert b64decode(again.headers["Proxy-Authorization"].removeprefix(b"Basic ")) == b"you:key"
    direct = request.copy()
    direct.meta["proxy"] = None
    proxies.process_request(direct)
    assert "Proxy-Authorization" not in direct.headers


def test_a_redirect_drops_the_proxy_of_the_environment_but_keeps_the_users_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("http_proxy", f"http://me:word@{HOST}")
    request = Request("http://good.example/a")
    Proxies("latin-1").process_request(request)
    for meta, kept in ((request.meta, False), ({"proxy": f"http://{HOST}"}, True)):
        secret = request.headers["Proxy-Authorization"].decode()
        following = redirected("http://good.example/a", "/b", meta=meta, Proxy_Authorization=secret)
        assert ("proxy" in following.meta) is kept
        assert ("Proxy-Authorization" in following.headers) is kept


def test_an_unusable_proxy_is_refused_only_where_it_would_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings()
    monkeypatch.setenv("http_proxy", "socks5://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "near.example")
    refuse_unusable(settings, ["http://near.example", "https://far.example"])
    refuse_unusable(Settings({"HTTPPROXY_ENABLED": False}), ["http://far.example"])
    with pytest.raises(BadArgument, match="http_proxy is a SOCKS proxy"):
        refuse_unusable(settings, ["https://far.example", "http://far.example"])
    with pytest.raises(BadArgument, match="http_proxy is a SOCKS proxy"):
        through("http://far.example/")
    assert through("http://near.example/") == (None, None)
