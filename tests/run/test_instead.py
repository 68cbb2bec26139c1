"""The detail of a quarantined article says what the response is."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence

import pytest

from archiver import safe_text
from archiver.errors import Quarantined
from archiver.items import Answer
from archiver.run.instead import came_instead, with_response

PAGE = "<title>安全验证</title>".encode()
HTML: Mapping[bytes, Sequence[bytes]] = {b"Content-Type": [b"text/html; charset=utf-8"]}


def answer(
    body: bytes = PAGE, status: int = 200, problem: str = "", headers: Mapping[bytes, Sequence[bytes]] = HTML
) -> Answer:
    return Answer("http://a.example/1", status, headers, body, problem)


@pytest.mark.parametrize(
    ("reason", "detail", "answers", "said"),
    [
        ("not_json", "no JSON", [answer()], "no JSON; the response is text/html with the title '安全验证'"),
        ("shape", "", [answer()], "the response is text/html with the title '安全验证'"),
        ("title_empty", "x", [answer(headers={b"content-type": [b"text/plain"]}, body=b"busy")], "x; the response is text/plain that begins with 'busy'"),
        ("empty_body", "x", [answer(headers={}, body=b"{}")], "x; the response is a page without a content type that begins with '{}'"),
        ("not_an_article", "x", [answer(body=b"")], "x; the response is text/html without content"),
        ("encoding", "x", [answer(body=b"\xff\xff\xfe" * 999)], "x; the response is text/html of 2997 bytes in an unknown charset"),
        # the response that caused the error, not the last one
        ("not_json", "x", [answer(problem="not_json: x"), answer(b"{}")], "x; the response is text/html with the title '安全验证'"),
        ("date", "x", [answer(b"no"), answer()], "x; the response is text/html with the title '安全验证'"),
        # nothing to add
        ("not_json", "x", [], "x"),
        ("not_json", "x", [answer(status=404)], "x"),
        ("same_answer", "x", [answer()], "x"),
        ("file_in_the_way", "x", [answer()], "x"),
        ("date_future", "x", [answer()], "x"),
    ],
)  # fmt: skip
def test_an_error_says_what_the_response_is(
    reason: str, detail: str, answers: list[Answer], said: str
) -> None:
    why = with_response(Quarantined(reason, detail), answers)
    assert (why.reason, why.detail) == (reason, said)


def test_a_compressed_response_is_described_too() -> None:
    packed = Answer("http://a.example/1", 200, HTML, zlib.compress(PAGE), is_packed=True)
    assert "安全验证" in with_response(Quarantined("shape"), [packed]).detail


def test_a_description_has_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safe_text, "_secrets", [])
    safe_text.add_secrets(["Geheim99"])
    body = b"x" * 95 + b"Geheim99 http://me:Secret@a.example/"
    assert "Gehe" not in came_instead(body, "text/plain")
    assert "Secret" not in came_instead(b"http://me:Secret@a.example/", "text/plain")
