"""The keys of a site are in no output of a run, whatever the site does with them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import quote

from tests.faults.small import crawl_small

KEY = "v3ry/s3cr3t+key"
FORMS = (KEY, quote(KEY, safe=""))

PROFILE = """
name: keyed
origins: ['{origin}', '{other}']
feeds:
  all:
    url: {origin}/list?k=${{NEWS_KEY}}
    format: json
    headers: {{Authorization: 'Bearer ${{NEWS_KEY}}'}}
    json: {{key: '${{NEWS_KEY}}', p: '{{page}}'}}
    rows: list
    fields: {{id: id, title: title, digest: echo}}
steps:
  - origin: answer
    urls: ['{origin}/a/{{id}}?k=${{NEWS_KEY}}']
    format: json
    headers: {{X-Key: '${{NEWS_KEY}}'}}
    fields: {{title: title, date: date, body: text}}
source: 样例日报
link: '{origin}/a/{{id}}'
"""


class Repeating(BaseHTTPRequestHandler):
    """A site that repeats its keys wherever it can."""

    received: list[str]
    other: str

    def _reply(self, status: int, body: str, **headers: str) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body.encode()))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())

    def _said(self) -> str:
        size = int(self.headers.get("Content-Length") or 0)
        said = f"{self.requestline} {self.headers} {self.rfile.read(size).decode()}"
        self.received.append(said)
        return said

    def do_POST(self) -> None:
        said = self._said()
        page = json.loads(said[said.rindex("{") :])["p"]
        rows = [{"id": f"A1000{n}", "title": "标题", "echo": said} for n in range(5)]
        self._reply(200, json.dumps({"list": rows if page == 1 else []}), ETag=f'"{KEY}"')

    def do_GET(self) -> None:
        said = self._said()
        match self.path[:9]:
            case "/robots.t":
                self._reply(404, "")
            case "/a/A10000":
                self._reply(200, f"not JSON: {said}")
            case "/a/A10001":
                self._reply(500, said)
            case "/a/A10002":
                self._reply(302, "", Location=f"{self.other}/moved?k={quote(KEY, safe='')}")
            case "/a/A10003":
                self._reply(302, "", Location=f"http://far.example/{KEY}")
            case _:
                found = {"title": "标题", "date": "2026-09-26 10:00:00", "text": f"<p>正文 {said}</p>"}
                self._reply(200, json.dumps(found))

    def log_message(self, *_: object) -> None:
        """Writes nothing."""


@contextmanager
def repeating() -> Iterator[str]:
    """An origin of the site."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Repeating)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def test_a_key_is_sent_to_its_origin_and_written_nowhere(tmp_path: Path) -> None:
    Repeating.received = []
    record = tmp_path / "record.jsonl"
    options = ["-s", 'ARCHIVER_RECORDERS={"tests.fetch.recorders.ToFile": 1}', "-s", f"TEST_RECORD={record}"]
    with repeating() as origin, repeating() as other:
        Repeating.other = other
        site = tmp_path / "keyed.yaml"
        text = PROFILE.format(origin=origin, other=other)
        site.write_text(text, encoding="utf-8")
        refused = crawl_small(site, tmp_path / "none", "-a", "category=all")
        assert (refused.status, Repeating.received, (tmp_path / "none").exists()) == (2, [], False)
        assert refused.stderr.splitlines()[-1].endswith(
            "feeds.all.url: set the environment variable NEWS_KEY to the key that it needs"
        )
        run = crawl_small(
            site,
            tmp_path / "archive",
            *("-a", "category=all", "-s", "LOG_LEVEL=DEBUG", "-s", "RETRY_TIMES=1", *options),
            variables={"NEWS_KEY": KEY},
        )
    assert (run["listed"], run["posted"]) == (5, 2), run.stderr
    lists = [said for said in Repeating.received if said.startswith("POST /list")]
    assert all(said.count(KEY) == 2 and FORMS[1] in said for said in lists)
    assert len(lists) == 2
    [moved] = [said for said in Repeating.received if "/moved" in said]
    assert not any(form in moved for form in FORMS)
    found = {
        "stderr": run.stderr.encode(),
        **{str(p): p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()},
    }
    assert record.read_text(encoding="utf-8").count("NEWS_KEY") > 2
    forms = [form.encode() for form in FORMS]
    for name, data in found.items():
        assert not any(form in data or form.hex().encode() in data for form in forms), name
