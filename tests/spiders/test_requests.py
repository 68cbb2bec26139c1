"""Listings and articles that are requested with a method, headers or a body of their own."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from scrapy import Request

from archiver.errors import BadArgument
from archiver.extract.gathering import begin
from archiver.items import Listed
from archiver.publish.jekyll.site import open_site
from archiver.sites.load import load
from spiders.category import CategorySpider
from tests.spiders.walking import HOST, Page, Walker, ids, rows

PROFILE = """
name: asking
listing:
  url: {url}
  format: json
  rows: list
  fields: {{id: id}}
{listing}
steps:
  - origin: answer
    urls: ['https://news.example.com/{place}']
    format: json
    fields: {{body: text}}
{step}
"""


def profile(
    *listing: str, step: tuple[str, ...] = (), url: str = f"{HOST}/api", place: str = "a/{id}"
) -> str:
    indented = "\n".join(f"  {line}" for line in listing)
    return PROFILE.format(
        url=url, place=place, listing=indented, step="\n".join(f"    {line}" for line in step)
    )


def by_body(pages: dict[Any, Page], read: Callable[[bytes], Any]) -> Callable[[Request], Page]:
    return lambda request: pages[read(request.body)]


FORM = "form: {col: '{category}', p: '{page}', n: 20}"
JSON = "json: {where: {col: '{category}'}, at: ['{offset}'], page: '{page}', full: true, text: 'no. {page}'}"


def test_a_form_has_the_number_of_the_page(tmp_path: Path) -> None:
    pages = {"1": rows([9, 8]), "2": rows([7]), "3": rows([])}
    serve = by_body(pages, lambda body: parse_qs(body.decode())["p"][0])
    found = Walker(tmp_path, profile(FORM), serve).run(category="股市")
    assert (found.new, found.incomplete) == (ids([9, 8, 7]), [])
    first = found.requests[0]
    assert (first.method, first.headers["Content-Type"]) == ("POST", b"application/x-www-form-urlencoded")
    assert parse_qs(first.body.decode()) == {"col": ["股市"], "p": ["1"], "n": ["20"]}


def test_a_number_alone_in_json_is_sent_as_a_number(tmp_path: Path) -> None:
    pages = {1: rows([9, 8]), 2: rows([])}
    found = Walker(tmp_path, profile(JSON), by_body(pages, lambda body: json.loads(body)["page"])).run(
        category="a b"
    )
    sent = [json.loads(request.body) for request in found.requests]
    assert sent[0] == {"where": {"col": "a b"}, "at": [0], "page": 1, "full": True, "text": "no. 1"}
    assert (sent[1]["at"], sent[1]["text"]) == ([2], "no. 2")
    assert found.requests[0].headers["Content-Type"] == b"application/json"


def test_a_cursor_in_a_body_leads_from_page_to_page(tmp_path: Path) -> None:
    pages = {"": rows([9], next="b"), "b": rows([8], next="b")}
    text = profile("json: {after: '{cursor}', col: '{category}'}", "next: {cursor: next}")
    found = Walker(tmp_path, text, by_body(pages, lambda body: json.loads(body)["after"])).run(category="c")
    assert found.new == ids([9, 8])


def test_categories_that_differ_only_in_the_body_are_two_listings(tmp_path: Path) -> None:
    pages = {"a": rows([9]), "b": rows([8])}
    text = profile("form: {col: '{category}'}")
    walker = Walker(tmp_path, text, by_body(pages, lambda body: parse_qs(body.decode())["col"][0]))
    assert walker.run(category="a,b").new == ids([9, 8])
    with open_site(tmp_path / "archive") as archive:
        assert archive.catalogue.listings() == [f"{HOST}/api#col=a", f"{HOST}/api#col=b"]


def test_headers_are_sent_with_every_page(tmp_path: Path) -> None:
    text = profile(
        "headers: {x-requested-with: XMLHttpRequest, Referer: 'https://news.example.com/'}",
        url=f"{HOST}/{{category}}?p={{page}}",
    )
    found = Walker(tmp_path, text, lambda request: rows([] if "p=2" in request.url else [9])).run(
        category="a"
    )
    assert [request.headers["X-Requested-With"] for request in found.requests] == [b"XMLHttpRequest"] * 2
    assert [request.method for request in found.requests] == ["GET", "GET"]


def test_a_step_can_have_a_body(tmp_path: Path) -> None:
    text = profile(FORM, step=("json: {code: '{id}', from: '{address}'}", "headers: {X-App: 1}"), place="api")
    path = tmp_path / "site.yaml"
    path.write_text(text, encoding="utf-8")
    spider = CategorySpider(site=str(path), category="a")
    request = spider._request(
        begin(Listed("A1", address="https://news.example.com/x?a=1"), datetime.now(UTC)), 0
    )
    assert isinstance(request, Request)
    assert (request.url, request.method, request.headers["X-App"]) == (f"{HOST}/api", "POST", b"1")
    assert json.loads(request.body) == {"code": "A1", "from": "https://news.example.com/x?a=1"}


def test_the_index_has_the_name_of_a_key_and_not_its_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWS_KEY", "s3cr3t-value")
    text = profile("form: {key: '${NEWS_KEY}', p: '{page}'}", url=f"{HOST}/{{category}}?k=${{NEWS_KEY}}")
    serve = by_body({"1": rows([9]), "2": rows([])}, lambda body: parse_qs(body.decode())["p"][0])
    found = Walker(tmp_path, text, serve).run(category="a")
    assert found.new == ids([9])
    assert found.requests[0].url == f"{HOST}/a?k=$%7BNEWS_KEY%7D"
    with open_site(tmp_path / "archive") as archive:
        assert archive.catalogue.listings() == [f"{HOST}/a?k=${{NEWS_KEY}}#key=${{NEWS_KEY}}&p=1"]


@pytest.mark.parametrize("spider", ["listing", "step"])
def test_a_missing_key_is_reported_before_any_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spider: str
) -> None:
    monkeypatch.delenv("NEWS_KEY", raising=False)
    header = "headers: {X-Key: '${NEWS_KEY}'}"
    text = profile(FORM, header) if spider == "listing" else profile(FORM, step=(header,))
    path = tmp_path / "site.yaml"
    path.write_text(text, encoding="utf-8")
    assert load(str(path)).keys.keys() == {"NEWS_KEY"}
    place = {"listing": "listing.headers.X-Key", "step": "steps.0.headers.X-Key"}[spider]
    with pytest.raises(BadArgument, match=rf"{place}: set the environment variable NEWS_KEY to the key"):
        CategorySpider(site=str(path), category="a")
