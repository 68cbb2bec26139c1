"""Texts for people have no passwords, and no characters that control a terminal."""

from __future__ import annotations

import json

import pytest

from archiver import safe_text
from archiver.errors import ArticleError, BadArgument, Deferred, Quarantined, StorageError
from archiver.safe_text import add_secrets, escape, excerpt, redact, redact_all, to_json


@pytest.fixture(autouse=True)
def _no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safe_text, "_secrets", [])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("GET http://me:word@a.example/b", "GET http://***@a.example/b"),
        ("<GET https://token@a.example>", "<GET https://***@a.example>"),
        ("http://me:p@ss:w@rd@a.example/", "http://***@a.example/"),
        ("http://me:pa\\ss[]'\"<>@a.example/", "http://***@a.example/"),
        ("http:\\\\me:word@a.example\\b", "http:\\\\***@a.example\\b"),
        ("http:me:word@a.example", "http:***@a.example"),
        ("HTTPS:/me:word@a.example", "HTTPS:/***@a.example"),
        ("//me:word@a.example?b", "//***@a.example?b"),
        ("s3://key:secret@bucket/items", "s3://***@bucket/items"),
        (
            "http://me:word@a.example/ and ftp://x:y@b.example",
            "http://***@a.example/ and ftp://***@b.example",
        ),
        ("https://a.example/@me and me@a.example", "https://a.example/@me and me@a.example"),
        ("https://a.example/b?mail=me@a.example#@", "https://a.example/b?mail=me@a.example#@"),
        ("s3://key:sec[@bucket/items", "s3://***@bucket/items"),
        ("//me:[word@a.example", "//***@a.example"),
        *(
            (rule, rule)
            for rule in (
                'xpath://*[@class="credit"]',
                "//@href",
                "xpath://a/@href",
                "(//a[@b] | //c[not(@d)])",
                "xpath:substring-after(//*[@id='a'], '：')",
                "//a[contains(@class,'b')]/@href",
            )
        ),
        ("没有密码 http://a.example", "没有密码 http://a.example"),
    ],
)
def test_user_and_password_of_an_address_are_replaced(text: str, shown: str) -> None:
    assert redact(text) == shown


SECRETS = ["p@ss/w#rd", "ümlaut密码", "a b\tc", "*?[x]+(y)", "\\1\\g<0>", '\' OR "1"', "%2F%40", "abcdefgh"]


@pytest.mark.parametrize("secret", SECRETS)
def test_a_known_secret_is_replaced_wherever_it_stands(secret: str) -> None:
    add_secrets([secret])
    assert redact(f"x{secret}y {secret}") == "x***y ***"
    assert redact_all({"a": [f"={secret}", 1, None], secret: (secret,)}) == {
        "a": ["=***", 1, None],
        "***": ["***"],
    }
    assert secret not in json.loads(to_json({"a": secret}))["a"]


def test_a_secret_that_contains_another_one_is_replaced_as_a_whole() -> None:
    add_secrets(["word"])
    add_secrets(["password!"])
    assert redact("password! word") == "*** ***"


def test_a_short_secret_does_not_make_texts_unreadable() -> None:
    add_secrets(["a", "http", ""])
    assert redact("an answer") == "an answer"


def test_a_long_password_is_replaced_before_the_text_is_cut() -> None:
    url = f"http://me:{'s3cret' * 100}@a.example/b"
    assert excerpt(url) == "http://***@a.example/b"
    assert excerpt("x" * 300, 10) == "x" * 10


@pytest.mark.parametrize("kind", [BadArgument, StorageError, ArticleError, Quarantined, Deferred])
def test_no_error_of_ours_has_a_password(kind: type[Exception]) -> None:
    error = kind("no answer from http://me:word@a.example/")
    assert "word" not in f"{error} {error!r} {error.args}"
    detailed = Deferred("proxy", "no answer from http://me:word@a.example/")
    assert "word" not in f"{detailed} {detailed!r} {detailed.detail}"


CONTROLS = (
    "\x00\x07\x08\r\x1b\x7f\x80\x9b\x9f\xad\u061c\u200b\u200e\u200f\u2028\u2029\u202a\u202e\u2066\u2069\ufeff"
)
CONTROLS += "\udcff\ud800\ue000\U000e0001\U000e0041"


def test_control_characters_are_escaped_and_all_others_are_kept() -> None:
    plain = "新闻 é ｱ 𠮷 ① “x” 〇"
    assert escape(plain) == plain
    for char in CONTROLS:
        assert escape(char).isascii(), ascii(char)
        assert escape(char).isprintable(), ascii(char)
    assert escape("a\n\tb") == "a\n\tb"
    assert escape("a\n\tb", kept="") == "a\\n\\tb"


def test_json_escapes_control_characters_and_keeps_its_meaning() -> None:
    data = {f"k{CONTROLS}": [f"新闻{char}𠮷" for char in CONTROLS]}
    text = to_json(data)
    assert json.loads(text) == data
    assert not [char for char in text if char in CONTROLS]
    assert "新闻" in text
    assert text.count("\n") > 3
