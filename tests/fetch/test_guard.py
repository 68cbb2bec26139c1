"""Which addresses may be requested, in every spelling, and which redirects are followed."""

from __future__ import annotations

import pytest
from scrapy import Request
from scrapy.http import Response
from twisted.web.client import URI

from archiver.errors import Quarantined
from archiver.fetch.guard import Redirects, redirect_target, refusal
from archiver.sites.load import parse
from archiver.sites.profile import Profile

SITE: Profile = parse(
    """
name: small
origins: ['http://good.example', 'https://good.example', 'http://good.example:8080', 'http://93.184.216.34']
feeds: {all: {url: 'http://good.example/list', rows: li, fields: {address: '::attr(href)'}}}
steps: [{origin: answer, urls: ['http://good.example/{id}'], fields: {body: p}}]
families: [{name: small, id: '[a-z]+', category: c, link: 'http://good.example/{id}'}]
""",
    "small",
)

REFUSED = [
    "http://evil.example/",
    "http://good.example@evil.example/",
    "http://good.example:80@evil.example/",
    "http://user:word@good.example/",
    "http://good.example%2f@evil.example/",
    "http://evil.example%5c@good.example/",
    "http://evil.example\\@good.example/",
    "http://evil.example#@good.example/",
    "http://evil.example?@good.example/",
    "http://evil.example/@good.example/",
    "http://x.good.example/",
    "http://goodxexample/",
    "http://good.example.evil.example/",
    "http://good.example./",
    "http://evilgood.example/",
    "http://good.example:81/",
    "http://good.example:8080000/",
    "http://good.example:0/",
    "http://good.example:-80/",
    "https://good.example:8080/",
    "https://93.184.216.34/",
    "http://1572395042/",
    "http://0x5db8d822/",
    "http://0135.0270.0330.042/",
    "http://93.184.55330/",
    "http://[::ffff:93.184.216.34]/",
    "http://[::ffff:5db8:d822]/",
    "http://93.184.216.34:81/",
    "http://good.example:80:80/",
    "http://gооd.example/",  # Cyrillic
    "http://good-example/",
    "ftp://good.example/",
    "file://good.example/etc/passwd",
    "javascript://good.example/%0aalert(1)",
    "data:text/html,http://good.example/",
    "s3://good.example/x",
    "http:///good.example/",
    "http://@good.example/",
    "http://:@good.example/",
    "http://good.example@/",
    "http://good.example:80@/",
    "http://good.example../",
    "http://good..example/",
    "http://.good.example/",
    "http://good.example /",
    "http://good.example\t.evil.example/",
    "http://good.example%00.evil.example/",
    "http://good.example%2eevil.example/",
    "http://%67ood.example/",
    "http://good.example,evil.example/",
    "http://good.example;evil.example/",
    "http://good.example&evil.example/",
    "http://good.example。evil.example/",
    "http://goοd.example/",  # Greek
    "http://xn--god-bzc.example/",
    "http://\u202egood.example/",  # from right to left
    "http://good.example\u2044@evil.example/",  # looks like a slash
    "http://good.example／@evil.example/",
    "http://good.example＃.evil.example/",
    "http://[good.example]/",
    "http://good.example:８０/",
    "http://good.example:+80/",
    "http://good.example:65616/",
    "http:/good.example/",
    "http://93.184.216.34./",
    "http://93.184.216.034/",
]

SAME = [
    "http://good.example",
    "http://GOOD.Example/x",
    "http://good.example:80/x?y#z",
    "http://good.example:/x",
    "HTTP://good.example/x",
    "https://good.example:443/",
    "http://good.example:8080/..//x",
    "http://good.example/\\evil.example/",
    "http://good.example\\.evil.example/",
    "http://good.example/@evil.example/",
    "http://good.example?@evil.example/",
    "http://93.184.216.34/x",
    "http://good。example/x",
    "http://good．example/x",
    "http://good｡example/x",
    "http://ｇｏｏｄ.example/x",
    "http://ＧＯＯＤ.EXAMPLE/x",
    "http://ⓖood.example/x",
    "http://good.example\u200b/x",
    "http://good.ex\u00adample/x",
    "http://good\n.example/x",
    "http:\\\\good.example/x",
    "http://good.example\\@evil.example/",
    "http://good.example?.evil.example/",
    "http://９３.184.216.34/x",
    "http://93。184。216。34/x",
]


@pytest.mark.parametrize("url", REFUSED)
def test_addresses_outside_the_origins_are_refused_in_every_spelling(url: str) -> None:
    try:
        requested = Request(url).url
    except ValueError:
        return
    why = refusal(SITE, requested)
    assert why
    assert why.reason in ("offsite", "scheme")


@pytest.mark.parametrize("url", SAME)
def test_other_spellings_of_an_origin_are_allowed_and_connect_to_it(url: str) -> None:
    requested = Request(url).url
    assert refusal(SITE, requested) is None
    connected = URI.fromBytes(requested.encode())
    assert connected.host.decode().lower() in ("good.example", "93.184.216.34")
    assert connected.port in (80, 443, 8080)


ALLOWED = {
    "http://good.example:80",
    "https://good.example:443",
    "http://good.example:8080",
    "http://93.184.216.34:80",
}


def connected_to(url: str) -> str:
    """The origin that Twisted reads from the address."""
    uri = URI.fromBytes(url.encode())
    return f"{uri.scheme.decode()}://{uri.host.decode().lower()}:{uri.port}"


@pytest.mark.parametrize("url", [*REFUSED, *SAME])
def test_a_request_connects_to_the_origin_that_was_checked(url: str) -> None:
    """Scrapy, the guard and Twisted parse an address separately; if they disagree, it must be refused."""
    try:
        requested = Request(url).url
    except ValueError:
        return
    assert refusal(SITE, requested) or connected_to(requested) in ALLOWED


@pytest.mark.parametrize("url", [*REFUSED, *SAME])
def test_a_redirect_connects_to_the_origin_that_was_checked(url: str) -> None:
    try:
        requested = Request(redirect_target("http://good.example/", url.encode())).url
    except (Quarantined, ValueError):
        return
    assert refusal(SITE, requested) or connected_to(requested) in ALLOWED


@pytest.mark.parametrize(
    ("location", "url"),
    [
        (b"/x", "http://good.example/x"),
        (b"x?y#part", "http://good.example/a/x?y"),
        (b"", "http://good.example/a/b?c"),
        (b"#part", "http://good.example/a/b?c"),
        (b"//other.example/x", "http://other.example/x"),
        (b"https://good.example/x", "https://good.example/x"),
        (b" /x ", "http://good.example/x"),
        ("/新闻".encode(), "http://good.example/%E6%96%B0%E9%97%BB"),
        (b"/caf\xe9", "http://good.example/caf%E9"),
        (b"file:///etc/passwd", "file:///etc/passwd"),
    ],
)
def test_a_location_becomes_an_absolute_address(location: bytes, url: str) -> None:
    assert redirect_target("http://good.example/a/b?c", location) == url


@pytest.mark.parametrize(
    ("base", "location", "reason"),
    [
        ("http://good.example/", b"http://[::1", "bad_redirect"),
        ("http://good.example/", b"/" + b"a" * 70_000, "bad_redirect"),
        ("http://good.example/", b"javascript:alert(1)", "bad_redirect"),
        ("http://good.example/", b"mailto:who@good.example", "bad_redirect"),
        ("https://good.example/", b"http://good.example/", "downgrade"),
    ],
)
def test_an_unusable_location_is_quarantined_with_its_reason(base: str, location: bytes, reason: str) -> None:
    with pytest.raises(Quarantined) as caught:
        redirect_target(base, location)
    assert caught.value.reason == reason


# --- redirects


def redirected(url: str, location: str, *, meta: dict[str, object] | None = None, **headers: str) -> Request:
    request = Request(
        url, headers={name.replace("_", "-"): value for name, value in headers.items()}, meta=meta
    )
    response = Response(url, 302, headers={"Location": location})
    following = Redirects(SITE, 5).process_response(request, response)
    assert isinstance(following, Request)
    return following


@pytest.mark.parametrize(
    ("location", "kept"),
    [
        ("/b", {b"Accept", b"Authorization", b"Cookie"}),
        ("http://good.example:8080/b", {b"Accept"}),
        ("https://good.example/b", {b"Accept"}),
    ],
)
def test_secret_headers_are_not_sent_to_another_origin(location: str, kept: set[bytes]) -> None:
    sent = {"Accept": "*/*", "Authorization": "secret", "Cookie": "a=1", "Referer": "http://good.example/"}
    following = redirected("http://good.example/a", location, **sent)
    assert set(following.headers) == kept
    assert following.meta["redirect_urls"] == ["http://good.example/a"]


def test_a_redirect_keeps_the_arguments_and_meta_of_its_request() -> None:
    request = Request(
        "http://good.example/a", cb_kwargs={"step": 1}, meta={"x": 1}, priority=3, dont_filter=True
    )
    following = Redirects(SITE, 5).process_response(
        request, Response(request.url, 301, headers={"Location": "/b"})
    )
    assert isinstance(following, Request)
    assert (following.cb_kwargs, following.priority, following.dont_filter) == ({"step": 1}, 3, True)
    assert following.meta["x"] == 1
