"""Passwords of proxies, and in addresses, are in no output; a proxy that cannot be used gets no request (Q13)."""

from __future__ import annotations

import json
import socket
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from urllib.parse import unquote

import pytest

from tests.faultd import Faultd, Reply, redirect
from tests.faults.small import Measured, Small, crawl_small, profile

HTML = "text/html; charset=utf-8"
SECRET = "S3cr3tPW"
DEBUG = ["-s", "LOG_LEVEL=DEBUG"]


def outputs(run: Measured, archive: Path) -> dict[str, str]:
    """Everything that a run wrote, without the raw bodies in the quarantine."""
    found = {"stderr": run.stderr}
    for path in archive.rglob("*"):
        if path.is_file():
            text = path.read_bytes().decode("utf-8", "replace")
            if path.parent.name == "quarantine":
                kept = json.loads(text)
                for answer in kept["answers"]:
                    answer.pop("text", "")
                text = json.dumps(kept)
            found[str(path)] = text
    return found


# --- the passwords of proxies


REPLIES = [
    b"HTTP/1.1 502 Bad %(auth)s\r\nX-Echo: %(auth)s\r\nContent-Length: 0\r\n\r\n",
    b"garbage %(auth)s\r\n\r\n",
    b"HTTP/1.1 200 OK\r\n%(auth)s\r\n\r\n",
    b"",
    b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n",
]
"""What the proxy answers one after the other. It repeats the password where aiohttp quotes what it received."""


@contextmanager
def hostile_proxy() -> Iterator[tuple[int, list[bytes]]]:
    """The port of a proxy, and the heads of the requests to it."""
    heads: list[bytes] = []

    def serve(server: socket.socket) -> None:
        with suppress(OSError):
            while True:
                connection, _ = server.accept()
                with connection, suppress(OSError):
                    connection.settimeout(5)
                    head = connection.recv(65536)
                    heads.append(head)
                    auth = head.lower().partition(b"proxy-authorization: ")[2]
                    start = len(head) - len(auth)
                    sent = head[start:].partition(b"\r\n")[0]
                    connection.sendall(REPLIES[(len(heads) - 1) % len(REPLIES)].replace(b"%(auth)s", sent))

    with socket.create_server(("127.0.0.1", 0)) as server:
        Thread(target=serve, args=(server,), daemon=True).start()
        yield server.getsockname()[1], heads
        server.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(
    "userinfo",
    [
        f"user:{SECRET}",
        f"user:{SECRET}%2F%40%23%5C",
        f"user:a/{SECRET}?b@c#d:[",
        f":{SECRET}",
        SECRET,
    ],
)
def test_the_password_of_a_proxy_is_in_no_output(tmp_path: Path, scheme: str, userinfo: str) -> None:
    record = tmp_path / "record.jsonl"
    recorder = {"tests.fetch.recorders.ToFile": 1}
    options = ["-s", f"ARCHIVER_RECORDERS={json.dumps(recorder)}", "-s", f"TEST_RECORD={record}"]
    site = profile(tmp_path, [f"{scheme}://far.example"])
    with hostile_proxy() as (port, heads):
        proxy = f"http://{userinfo}@127.0.0.1:{port}"
        run = crawl_small(
            site,
            tmp_path / "archive",
            *DEBUG,
            *options,
            *("-s", "ROBOTSTXT_OBEY=False"),
            variables={"http_proxy": proxy, "https_proxy": proxy},
        )
    user, _, password = map(unquote, userinfo.partition(":"))
    coded = b64encode(f"{user}:{password}".encode())
    assert {b"Basic " + coded in head for head in heads} == {True}
    assert len(heads) == len(REPLIES)
    assert (run.status, run["proxies"]) == (3, ["127.0.0.1"])
    found = outputs(run, tmp_path / "archive") | {"record": record.read_text(encoding="utf-8")}
    assert len(found["record"].splitlines()) == len(REPLIES)
    for name, text in found.items():
        for secret in (SECRET, coded.decode(), coded.decode().lower()):
            assert secret not in text, name


# --- proxies that are not used, and proxies that cannot be used


PAGES = Small(["a1", "a2", "a3"])


@pytest.mark.parametrize(
    "variables",
    [
        {"no_proxy": "localhost"},
        {"http_proxy": "http://127.0.0.1:9", "no_proxy": "localhost"},
        {"http_proxy": "socks5://127.0.0.1:9", "no_proxy": "localhost"},
        {"all_proxy": "socks5h://localhost:9", "ftp_proxy": "http://localhost:9"},
        {"https_proxy": "http://[unreadable", "NO_PROXY": "far.example"},
    ],
    ids=str,
)
def test_variables_that_scrapy_does_not_use_for_the_site_change_nothing(
    tmp_path: Path, variables: dict[str, str]
) -> None:
    with Faultd(PAGES, addresses=1) as server:
        site = profile(tmp_path, [server.origin(0).replace("127.0.0.1", "localhost")])
        run = crawl_small(site, tmp_path / "archive", private="127.0.0.0/8, ::1", variables=variables)
    assert (run.status, run["posted"], run["proxies"]) == (0, 3, []), run.stderr
    assert "proxy" not in run.stderr


@pytest.mark.parametrize(
    ("proxy", "sentence"),
    [
        ("socks5h://127.0.0.1:{port}", "is a SOCKS proxy"),
        (f"http://user:{SECRET}[@127.0.0.1:{{port}}x", "cannot be read"),
        (f"http://127.0.0.1:{{port}}/{SECRET}@127.0.0.1:{{port}}", "is ambiguous"),
    ],
)
def test_a_proxy_that_cannot_be_used_gets_no_request(tmp_path: Path, proxy: str, sentence: str) -> None:
    with hostile_proxy() as (port, heads):
        site = profile(tmp_path, ["http://far.example"])
        variables = {"http_proxy": proxy.format(port=port)}
        run = crawl_small(site, tmp_path / "archive", *DEBUG, variables=variables)
    assert (run.status, heads, (tmp_path / "archive").exists()) == (2, [], False)
    last = run.stderr.splitlines()[-1]
    assert last.startswith(f"scrapy crawl: error: http_proxy {sentence}")
    assert (SECRET in run.stderr, "Traceback" in run.stderr) == (False, False)


# --- addresses


def test_a_password_in_an_address_of_the_site_is_in_no_output(tmp_path: Path) -> None:
    with Faultd(PAGES, addresses=2) as server:
        origin = server.origin(1)
        inside = f"http://me:{SECRET}@{origin.removeprefix('http://')}"
        rows = [
            f"{inside}/a/a1.html",
            f"http://me:{SECRET}@evil.example/x",
            f"{inside}/a/a3.html",
            "/a/a2.html",
        ]
        listing = "".join(f'<li><a href="{row}">{number}</a></li>' for number, row in enumerate(rows))
        answers = Reply(f"<html><section>{listing}</section></html>".encode(), HTML)
        server.always = {
            "/text?id=a2": redirect(f"http://me:{SECRET * 60}@evil.example/"),
            "/text?id=a3": redirect(f"//{SECRET}@[evil/"),
        }
        site = profile(tmp_path, [origin])

        async def listed(wire: object, _reply: Reply) -> None:
            await wire.send(  # type: ignore[attr-defined]
                b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n"
                % len(answers.body)
                + answers.body
            )

        server.always["/list?kuaixun"] = listed
        run = crawl_small(site, tmp_path / "archive", *DEBUG)
        typed = crawl_small(site, tmp_path / "archive", *DEBUG, "-a", f"url={rows[1]}", spider="share")
        (tmp_path / "list").write_text("\n".join(rows), encoding="utf-8")
        listed_run = crawl_small(
            site, tmp_path / "archive", *DEBUG, "-a", f"file={tmp_path / 'list'}", spider="share"
        )
    assert run["posted"] >= 1, run.stderr
    assert run["quarantined"] >= 2, run.stderr
    assert typed.status == 2
    assert "***@evil.example" in typed.stderr
    for each in (run, typed, listed_run):
        for name, text in outputs(each, tmp_path / "archive").items():
            if not name.endswith((".sqlite", "-wal")):
                assert SECRET not in text, name
