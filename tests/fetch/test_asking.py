"""Keys from the environment: they are sent, and shown nowhere else."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
from scrapy import Request
from scrapy.http import Response

from archiver.errors import BadArgument
from archiver.fetch.asking import ASKED, Asked, describe, require_keys, with_keys, without_keys
from archiver.fetch.guard import Redirects
from archiver.fetch.handler import HttpHandler
from archiver.safe_text import redact
from archiver.sites.asking import Asking
from tests.fetch.test_handler import crawler

KEY = 'k&y/"7+%'
PLAIN = "https://api.example.com/list"


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEED_KEY", KEY)


def described(url: str = PLAIN, **said: Any) -> Request:
    rule = Asking(**said)
    request = describe(Request(url), rule)
    request.meta[ASKED] = Asked(("FEED_KEY",), tuple(rule.headers))  # the address is not in the rule
    return request


@pytest.mark.parametrize(
    ("request_", "sent"),
    [
        (described(PLAIN + "?key=${FEED_KEY}&page=1"), {"url": PLAIN + "?key=k%26y%2F%227%2B%25&page=1"}),
        (described(PLAIN + "/${FEED_KEY}/x"), {"url": PLAIN + "/k%26y%2F%227%2B%25/x"}),
        (described(headers={"X-Key": "${FEED_KEY}"}), {"X-Key": KEY}),
        (described(headers={"authorization": "Bearer ${FEED_KEY}"}), {"Authorization": f"Bearer {KEY}"}),
        (described(form={"key": "${FEED_KEY}", "n": 1}), {"body": "key=k%26y%2F%227%2B%25&n=1"}),
        (described(json={"a": [{"key": "${FEED_KEY}"}]}), {"body": '{"a": [{"key": "k&y/\\"7+%"}]}'}),
    ],
    ids=["query", "path", "header", "part of a header", "form", "json"],
)
def test_a_key_is_sent_in_every_part_of_a_request(request_: Request, sent: dict[str, str]) -> None:
    shown = (request_.url, request_.body.decode(), str(request_.headers.to_unicode_dict()))
    assert not any("k&y" in part or "k%26y" in part for part in shown)
    real = with_keys(request_)
    for name, value in sent.items():
        found = {"url": real.url, "body": real.body.decode()}.get(name) or real.headers[name].decode()
        assert found == value


def test_only_the_keys_of_the_profile_are_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """The address of a next page comes from the site, and could name any variable."""
    monkeypatch.setenv("OTHER_KEY", "do not send")
    request = described(PLAIN + "?a=${OTHER_KEY}&b=${FEED_KEY}", headers={"X-Key": "${FEED_KEY}"})
    assert with_keys(request).url == PLAIN + "?a=$%7BOTHER_KEY%7D&b=k%26y%2F%227%2B%25"
    plain = Request(PLAIN + "?b=${FEED_KEY}")
    assert with_keys(plain) is plain


@pytest.mark.parametrize(
    "repeated", [KEY, "k%26y%2F%227%2B%25", json.dumps(KEY)[1:-1]], ids=["plain", "quoted", "json"]
)
def test_a_response_that_repeats_the_key_shows_its_name(repeated: str) -> None:
    request = described(headers={"X-Key": "${FEED_KEY}"})
    response = Response(PLAIN, 200, {"Location": f"/next?k={repeated}"}, f'{{"next": "{repeated}"}}'.encode())
    shown = without_keys(response, request)
    assert shown.body == b'{"next": "${FEED_KEY}"}'
    assert shown.headers["Location"] == b"/next?k=${FEED_KEY}"
    assert without_keys(response, Request(PLAIN)) is response


@pytest.mark.parametrize("value", ["", "short", "two words", "line\nbreak", "schlüssel"])
def test_a_variable_that_is_no_key_is_refused_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("FEED_KEY", value)
    with pytest.raises(BadArgument) as wrong:
        require_keys({"FEED_KEY": "listing.headers.X-Key"}, "mine.yaml")
    sentence = str(wrong.value)
    assert sentence.startswith("mine.yaml: listing.headers.X-Key: ")
    assert "FEED_KEY" in sentence
    assert not value or value not in sentence.replace("is no key", "")


def test_a_key_is_redacted_in_every_form() -> None:
    require_keys({"FEED_KEY": "listing.url"}, "mine.yaml")
    for form in (KEY, "k%26y%2F%227%2B%25", json.dumps(KEY)[1:-1]):
        assert redact(f"no answer from {PLAIN}?{form}&a") == f"no answer from {PLAIN}?***&a"


# --- redirects


def redirected(request: Request, status: int, location: str) -> Request:
    response = Response(request.url, status, {"Location": location}, request=request)
    following = Redirects(None, 5).process_response(request, response)
    assert isinstance(following, Request)
    return following


BOTH = {"headers": {"X-Key": "${FEED_KEY}", "X-Requested-With": "app"}, "json": {"key": "${FEED_KEY}"}}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_origin_gets_no_key(status: int) -> None:
    following = with_keys(redirected(described(**BOTH), status, "https://other.example.com/?k=${FEED_KEY}"))
    assert "X-Key" not in following.headers
    assert "X-Requested-With" not in following.headers
    assert "k&y" not in following.body.decode() + following.url


@pytest.mark.parametrize(
    ("status", "method"), [(301, "GET"), (302, "GET"), (303, "GET"), (307, "POST"), (308, "POST")]
)
def test_a_redirect_of_a_post_request_keeps_its_body_only_after_307_and_308(status: int, method: str) -> None:
    following = redirected(described(**BOTH), status, "/elsewhere")
    assert (following.method, bool(following.body)) == (method, method == "POST")
    assert with_keys(following).headers["X-Key"] == KEY.encode()


# --- on the wire


class Echo(BaseHTTPRequestHandler):
    """Repeats every request in its response."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        said = f"{self.requestline}\n{self.headers}\n".encode() + body
        self.send_response(200)
        self.send_header("X-Echo", self.headers["X-Key"])
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_: object) -> None:
        """Writes nothing."""


@pytest.fixture
def echo() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Echo)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_the_server_gets_the_key_and_the_response_does_not_show_it(echo: str) -> None:
    request = described(f"{echo}/list?k=${{FEED_KEY}}", **BOTH)

    async def run() -> Response:
        handler = HttpHandler.from_crawler(crawler())
        try:
            return await handler.download_request(request)
        finally:
            await handler.close()

    response = asyncio.run(run())
    text = response.body.decode()
    assert "POST /list?k=${FEED_KEY} HTTP/1.1" in text
    assert '{"key": "${FEED_KEY}"}' in text
    assert "X-Key: ${FEED_KEY}" in text
    assert "Content-Type: application/json" in text
    assert "Accept-Encoding: identity" in text
    assert response.headers["X-Echo"] == b"${FEED_KEY}"
    assert response.url == f"{echo}/list?k=$%7BFEED_KEY%7D"
